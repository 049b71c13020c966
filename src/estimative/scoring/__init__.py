"""How good the recorded forecasts were, beside what anybody could have said without them.

An outcome is scored under the definition it was forecast under: who amends a definition gets a new
outcome, and the old one stays scored (tests/unit/test_scoring.py works the numbers out by hand).
"""

from estimative.scoring.marking import score
from estimative.scoring.resolving import Resolution, outcome_key, resolution
from estimative.scoring.rivals import base_rate, statement_mean
from estimative.scoring.scores import Marks, OutcomeScore, Scores

__all__ = [
    "Marks",
    "OutcomeScore",
    "Resolution",
    "Scores",
    "base_rate",
    "outcome_key",
    "resolution",
    "score",
    "statement_mean",
]
