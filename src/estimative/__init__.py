"""Turn what experts say into probabilities you can defend."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from estimative import plots
    from estimative.backtesting import backtest
    from estimative.coders import compare
    from estimative.decks import deck
    from estimative.errors import EstimativeError, InferenceError, LedgerError, ScenarioError
    from estimative.exploring import indicators, joint, what_if
    from estimative.exporting import export
    from estimative.histories import history
    from estimative.learning import learn_weights
    from estimative.network import read_network
    from estimative.pools import pool
    from estimative.proposals import proposed_weights
    from estimative.reading import read_scenario
    from estimative.replaying import replay
    from estimative.reporting import report
    from estimative.scoring import score
    from estimative.sheets import read_sheets, seal_numbers, write_sheets
    from estimative.workflow import coverage, disagreement, forecast, sensitivity

__all__ = [
    "EstimativeError",
    "InferenceError",
    "LedgerError",
    "ScenarioError",
    "backtest",
    "compare",
    "coverage",
    "deck",
    "disagreement",
    "export",
    "forecast",
    "history",
    "indicators",
    "joint",
    "learn_weights",
    "plots",
    "pool",
    "proposed_weights",
    "read_network",
    "read_scenario",
    "read_sheets",
    "replay",
    "report",
    "score",
    "seal_numbers",
    "sensitivity",
    "what_if",
    "write_sheets",
]

# where each name lives: a name is loaded when it is first used, so that reading a file, say, never
# waits for plots
_HOMES = {
    "EstimativeError": "errors",
    "InferenceError": "errors",
    "LedgerError": "errors",
    "ScenarioError": "errors",
    "backtest": "backtesting",
    "compare": "coders",
    "coverage": "workflow",
    "deck": "decks",
    "disagreement": "workflow",
    "export": "exporting",
    "forecast": "workflow",
    "history": "histories",
    "indicators": "exploring",
    "joint": "exploring",
    "learn_weights": "learning",
    "pool": "pools",
    "proposed_weights": "proposals",
    "read_network": "network",
    "read_scenario": "reading",
    "read_sheets": "sheets",
    "replay": "replaying",
    "report": "reporting",
    "score": "scoring",
    "seal_numbers": "sheets",
    "sensitivity": "workflow",
    "what_if": "exploring",
    "write_sheets": "sheets",
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
