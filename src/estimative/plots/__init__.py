"""Pictures of results: each takes a result, draws on axes, returns them, and saves nothing.

Matplotlib is loaded with the first picture, never by `import estimative`
(tests/unit/test_plots.py).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimative.plots.coders_plot import coders
    from estimative.plots.coverage_plot import coverage
    from estimative.plots.disagreement_plot import disagreement
    from estimative.plots.forecast_plot import forecast
    from estimative.plots.indicators_plot import indicators
    from estimative.plots.joint_plot import joint
    from estimative.plots.network_plot import network
    from estimative.plots.sensitivity_plot import sensitivity
    from estimative.plots.timeline_plot import timeline
    from estimative.plots.waterfall_plot import waterfall
    from estimative.plots.what_if_plot import what_if

__all__ = [
    "coders",
    "coverage",
    "disagreement",
    "forecast",
    "indicators",
    "joint",
    "network",
    "sensitivity",
    "timeline",
    "waterfall",
    "what_if",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds
    """Load a picture when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"no plot '{name}'; there are {', '.join(__all__)}")
    # a module called like its function would take the function's place once it is imported
    drawn = getattr(import_module(f"estimative.plots.{name}_plot"), name)
    globals()[name] = drawn
    return drawn


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
