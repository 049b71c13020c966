"""Turn what experts say into probabilities you can defend."""

from typing import TYPE_CHECKING, Any

from estimative.errors import EstimativeError, InferenceError, LedgerError, ScenarioError
from estimative.network import read_network
from estimative.reading import read_scenario
from estimative.workflow import coverage, disagreement, forecast

if TYPE_CHECKING:
    from estimative import plots
    from estimative.export import export

__all__ = [
    "EstimativeError",
    "InferenceError",
    "LedgerError",
    "ScenarioError",
    "coverage",
    "disagreement",
    "export",
    "forecast",
    "plots",
    "read_network",
    "read_scenario",
]


def __getattr__(name: str) -> Any:
    """Load pictures only when they are asked for; matplotlib is slow to import."""
    if name == "plots":
        import importlib

        return importlib.import_module("estimative.plots")
    if name == "export":
        from estimative.export import export

        return export
    raise AttributeError(f"module 'estimative' has no attribute '{name}'")
