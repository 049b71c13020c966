"""What anybody could say without a model: even chances, the base rate, the mean of statements.

Each is a probability for every state of an outcome, from the statements as known on the day.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from estimative.elicitation import meaning
from estimative.scenario import BaseRateStatement, ProbabilityStatement, Scenario

States = Mapping[str, float]


def even(scenario: Scenario, name: str) -> States:
    """Return the same probability for every state of an outcome.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    name : str
        The outcome.

    Returns
    -------
    mapping of str to float
        A probability for each state.
    """
    states = scenario.outcomes[name].states
    return dict.fromkeys(states, 1 / len(states))


def base_rate(scenario: Scenario, name: str) -> States | None:
    """Return what the base rates say of an outcome, or None if there is none.

    Jeffreys' estimate (happened + 1/2) / (out_of + 1) of a period, carried to the outcome's window
    at constant hazard; several base rates are averaged.

    Parameters
    ----------
    scenario : Scenario
        As known on the day.
    name : str
        The outcome.

    Returns
    -------
    mapping of str to float or None
        A probability for each state.
    """
    outcome = scenario.outcomes[name]
    window = (outcome.by - outcome.opens).days + 1
    stated = defaultdict(list)
    for s in scenario.statements.values():
        if isinstance(s, BaseRateStatement) and s.event[0] == name and s.weight > 0:
            each = (s.happened + 0.5) / (s.out_of + 1)
            stated[s.event[1]].append(1 - (1 - each) ** (window / s.each_days))
    return _completed(outcome.states, stated)


def statement_mean(scenario: Scenario, name: str) -> States | None:
    """Return the plain mean of what was said of an outcome, or None if nobody gave a probability.

    Every unconditional statement of a probability counts alike, with the middle of its words in the
    lexicon; weights, errors, links and news do not count.

    Parameters
    ----------
    scenario : Scenario
        As known on the day.
    name : str
        The outcome.

    Returns
    -------
    mapping of str to float or None
        A probability for each state.
    """
    stated = defaultdict(list)
    for s in scenario.statements.values():
        if not isinstance(s, ProbabilityStatement) or s.event[0] != name:
            continue
        if not s.given and s.weight > 0:
            middle = meaning(s.probability, s.lexicon or scenario.lexicon).mean
            stated[s.event[1]].append(1 / (1 + math.exp(-middle)))
    return _completed(scenario.outcomes[name].states, stated)


def _completed(states: Sequence[str], stated: Mapping[str, Sequence[float]]) -> States | None:
    """Return a probability for every state; those not spoken of share the rest evenly."""
    if not stated:
        return None
    if len(states) == 2:
        first = [*stated.get(states[0], ()), *(1 - p for p in stated.get(states[1], ()))]
        return {states[0]: _mean(first), states[1]: 1 - _mean(first)}
    found = {state: _mean(values) for state, values in stated.items()}
    silent = [state for state in states if state not in found]
    rest = max(1 - sum(found.values()), 0.0)
    found |= {state: rest / len(silent) for state in silent}
    return {state: found[state] / sum(found.values()) for state in states}


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
