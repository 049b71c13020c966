"""How good the recorded forecasts were, beside what anybody could have said without them.

An outcome is scored under the definition it was forecast under: who amends a definition gets a new
outcome, and the old one stays scored (tests/unit/test_scoring.py works the numbers out by hand).
Experts are scored by what they themselves had said, across all scenarios of a workspace.
"""

from estimative.scoring.claims import expert_forecasts, scenarios_of
from estimative.scoring.expert_scores import ExpertScore, ExpertScores, Measure, Pair
from estimative.scoring.marking import score
from estimative.scoring.resolving import Resolution, outcome_key, resolution
from estimative.scoring.rivals import base_rate, statement_mean
from estimative.scoring.scores import Marks, OutcomeScore, Scores

__all__ = [
    "ExpertScore",
    "ExpertScores",
    "Marks",
    "Measure",
    "OutcomeScore",
    "Pair",
    "Resolution",
    "Scores",
    "base_rate",
    "expert_forecasts",
    "outcome_key",
    "resolution",
    "scenarios_of",
    "score",
    "statement_mean",
]
