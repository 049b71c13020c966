"""How good a method would have been: past questions answered from what was known when they came up.

What is predicted from a question is decided before how it ended is looked at: nothing that was
resolved on the day a question was asked, or later, may teach what answers it
(tests/unit/test_backtesting.py plants such leaks).
"""

from estimative.backtesting.answering import METHODS, backtest, check_method
from estimative.backtesting.marking import Bin, Decomposition, PoolScore
from estimative.backtesting.result import Backtest, Extreme
from estimative.backtesting.walking import Checkpoint

__all__ = [
    "METHODS",
    "Backtest",
    "Bin",
    "Checkpoint",
    "Decomposition",
    "Extreme",
    "PoolScore",
    "backtest",
    "check_method",
]
