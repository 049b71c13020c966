"""Pictures of results: each takes a result, draws on axes, returns them, and saves nothing.

Matplotlib is loaded with the first picture, never by `import estimative`
(tests/unit/test_plots.py).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimative.plots.backtest_plot import backtest
    from estimative.plots.changes_plot import changes
    from estimative.plots.coders_plot import coders
    from estimative.plots.coverage_plot import coverage
    from estimative.plots.diagnostics_plot import diagnostics
    from estimative.plots.disagreement_plot import disagreement
    from estimative.plots.forecast_plot import forecast
    from estimative.plots.indicators_plot import indicators
    from estimative.plots.joint_plot import joint
    from estimative.plots.network_plot import network
    from estimative.plots.prior_to_posterior_plot import prior_to_posterior
    from estimative.plots.timeline_plot import timeline
    from estimative.plots.tornado_plot import tornado
    from estimative.plots.tornado_plot import tornado as sensitivity
    from estimative.plots.waterfall_plot import waterfall
    from estimative.plots.what_if_plot import what_if

__all__ = [
    "backtest",
    "changes",
    "coders",
    "coverage",
    "diagnostics",
    "disagreement",
    "forecast",
    "indicators",
    "joint",
    "network",
    "prior_to_posterior",
    "sensitivity",
    "timeline",
    "tornado",
    "waterfall",
    "what_if",
]

STYLE = "estimative.plots.estimative"
"""The look of these pictures, for a user's own: `matplotlib.pyplot.style.use(STYLE)`."""


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds
    """Load a picture when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"no plot '{name}'; there are {', '.join(__all__)}")
    from estimative.plots.redrawing import remembered

    # a module called like its function would take the function's place once it is imported
    known = "tornado" if name == "sensitivity" else name  # as the verb is called
    drawn = remembered(getattr(import_module(f"estimative.plots.{known}_plot"), known))
    globals()[name] = drawn
    return drawn


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
