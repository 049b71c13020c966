"""Questions to a forecast: what if, which whole scenarios, and what would change our mind.

Each works on the draws of the forecast, exactly, without sampling.
"""

from estimative.exploring.indicating import Indicator, Indicators, indicators, report_ratio
from estimative.exploring.joints import Joint, WholeScenario, joint
from estimative.exploring.moves import Move
from estimative.exploring.otherwise import Lever
from estimative.exploring.sensitivities import sensitivity
from estimative.exploring.swings import Sensitivity, Swing
from estimative.exploring.what_ifs import SupposedOutcome, WhatIf, what_if

__all__ = [
    "Indicator",
    "Indicators",
    "Joint",
    "Lever",
    "Move",
    "Sensitivity",
    "SupposedOutcome",
    "Swing",
    "WhatIf",
    "WholeScenario",
    "indicators",
    "joint",
    "report_ratio",
    "sensitivity",
    "what_if",
]
