"""Files that were changed after a forecast from them had been recorded: what `check` warns of.

A change that makes no difference on the recorded day is none (tests/unit/test_history.py).
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from estimative import records
from estimative.errors import Problem
from estimative.histories import recorded_as
from estimative.scenario import Scenario
from estimative.workflow import parse_day


def changed_since(
    scenario: Scenario, *, as_of: dt.date | str | None = None
) -> tuple[records.Changes, ...]:
    """Return where today's files would no longer give what was recorded.

    Parameters
    ----------
    scenario : Scenario
        As it is read today.
    as_of : date or str, optional
        One day only; default every recorded day.

    Returns
    -------
    tuple of Changes
        One a day; `str()` says which files differ.

    Raises
    ------
    LedgerError
        If the ledger cannot be read.
    """
    _, ledger = recorded_as(scenario)
    return records.changed_inputs(scenario, ledger, as_of=parse_day(as_of))


def warnings_of_change(scenario: Scenario) -> tuple[Problem, ...]:
    """Return one warning a file that was changed after a forecast from it had been recorded.

    Parameters
    ----------
    scenario : Scenario
        As it is read today.

    Returns
    -------
    tuple of Problem
        By file.

    Raises
    ------
    LedgerError
        If the ledger cannot be read.
    """
    days: dict[tuple[str, str], list[records.Changes]] = defaultdict(list)
    for change in changed_since(scenario):
        for how in ("changed", "added", "removed"):
            for path in getattr(change, how):
                days[path, how].append(change)
    return tuple(
        Problem(path, 0, _warning(how, found)) for (path, how), found in sorted(days.items())
    )


def _warning(how: str, found: Sequence[records.Changes]) -> str:
    first, last = found[0], found[-1]
    when = f"as of {first.as_of}"
    if last is not first:
        when = f"as of {len(found)} days from {first.as_of} to {last.as_of}"
    verb = {"changed": "was changed", "added": "was added", "removed": "was taken away"}[how]
    return (
        f"{verb} after forecasts {when} had been recorded (record {first.record}, written"
        f" {first.written:%Y-%m-%d}); what was said then stands in the ledger: estimative history"
    )
