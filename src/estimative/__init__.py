"""Turn what experts say into probabilities you can defend."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimative import plots
    from estimative.coders import compare
    from estimative.errors import EstimativeError, InferenceError, LedgerError, ScenarioError
    from estimative.exploring import indicators, joint, what_if
    from estimative.exporting import export
    from estimative.histories import history
    from estimative.network import read_network
    from estimative.reading import read_scenario
    from estimative.replaying import replay
    from estimative.scoring import score
    from estimative.workflow import coverage, disagreement, forecast, sensitivity

__all__ = [
    "EstimativeError",
    "InferenceError",
    "LedgerError",
    "ScenarioError",
    "compare",
    "coverage",
    "disagreement",
    "export",
    "forecast",
    "history",
    "indicators",
    "joint",
    "plots",
    "read_network",
    "read_scenario",
    "replay",
    "score",
    "sensitivity",
    "what_if",
]

# where each name lives: a name is loaded when it is first used, so that reading a file, say, never
# waits for plots
_HOMES = {
    "EstimativeError": "errors",
    "InferenceError": "errors",
    "LedgerError": "errors",
    "ScenarioError": "errors",
    "compare": "coders",
    "coverage": "workflow",
    "disagreement": "workflow",
    "export": "exporting",
    "forecast": "workflow",
    "history": "histories",
    "indicators": "exploring",
    "joint": "exploring",
    "read_network": "network",
    "read_scenario": "reading",
    "replay": "replaying",
    "score": "scoring",
    "sensitivity": "workflow",
    "what_if": "exploring",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Load a public name when it is first used."""
    if name == "plots":
        return import_module("estimative.plots")
    if name not in _HOMES:
        raise AttributeError(f"module 'estimative' has no attribute '{name}'")
    found = getattr(import_module(f"estimative.{_HOMES[name]}"), name)
    globals()[name] = found  # also over a module of the same name
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
