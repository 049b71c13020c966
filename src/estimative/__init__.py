"""Turn what experts say into probabilities you can defend."""

from estimative.errors import EstimativeError, InferenceError, LedgerError, ScenarioError
# from estimative.network import read_network
from estimative.reading import read_scenario
from estimative.workflow import coverage, disagreement, forecast

__all__ = [
    "EstimativeError",
    "InferenceError",
    "LedgerError",
    "ScenarioError",
    "coverage",
    "disagreement",
    "forecast",
    "read_scenario",
]
