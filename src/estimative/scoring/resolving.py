"""How an outcome ended: what was observed, or silence until its window had closed.

An outcome is told by its name, definition, states and window; whoever amends one of them has made
another outcome (tests/unit/test_scoring.py).
"""

import datetime as dt
from dataclasses import dataclass

from estimative.inputs import canonical, content_hash
from estimative.news import quiet_state, standing
from estimative.scenario import Observation, Outcome, Scenario


@dataclass(frozen=True)
class Resolution:
    """How an outcome ended.

    Attributes
    ----------
    state : str
        The state that was seen, or its quiet state after a silent window.
    on : date
        The day from which that was known, or its window was over in silence; forecasts as of
        earlier days are scored.
    how : str
        The news item that says so, or `silence`.
    """

    state: str
    on: dt.date
    how: str


def outcome_key(name: str, outcome: Outcome) -> str:
    """Return what tells an outcome from one of the same name under another definition.

    Parameters
    ----------
    name : str
        Its name.
    outcome : Outcome
        Its definition, states and window count.

    Returns
    -------
    str
        8 hexadecimal digits.
    """
    parts = [name, outcome.definition, outcome.states, outcome.opens, outcome.by]
    return content_hash(canonical(parts))[:8]


def current_key(scenario: Scenario, name: str) -> str:
    """Return the key of an outcome as the scenario has it now.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    name : str
        The outcome's name.

    Returns
    -------
    str
        As `outcome_key`; empty if there is no such outcome any more.
    """
    outcome = scenario.outcomes.get(name)
    return outcome_key(name, outcome) if outcome is not None else ""


def resolution(
    scenario: Scenario, name: str, outcome: Outcome, as_of: dt.date
) -> Resolution | None:
    """Return how an outcome ended by a day, or None if it is open.

    Parameters
    ----------
    scenario : Scenario
        Its observations count.
    name : str
        The outcome's name.
    outcome : Outcome
        Its definition, which need not be the scenario's.
    as_of : date
        The day, inclusive.

    Returns
    -------
    Resolution or None
        What was observed within the window, else silence once the window and the lag are over.
    """
    amended = outcome_key(name, outcome) != current_key(scenario, name)
    closes, quiet = outcome.by + dt.timedelta(days=outcome.lag), quiet_state(outcome)
    seen = None
    _, items = standing(scenario, as_of)
    for item_name, item in items.items():  # by date; a later observation corrects an earlier one
        if isinstance(item, Observation) and item.observed.get(name) in outcome.states:
            happened = item.happened[1] if item.happened else item.published
            if amended and happened > outcome.by:
                continue  # after the window of the old definition
            known = item.published if quiet is None else min(item.published, closes)
            seen = Resolution(item.observed[name], seen.on if seen else known, item_name)
    if seen is None and quiet is not None and as_of >= closes:
        return Resolution(quiet, closes, "silence")
    return seen
