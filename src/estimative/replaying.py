"""A scenario's forecasts day by day: what today's files would have answered on each of them.

News needs no sampling, so a year is replayed from one stored belief; a later statement needs a fit
(tests/unit/test_replaying.py).
"""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from estimative.belief import Settings
from estimative.forecasting import Forecast
from estimative.scenario import Scenario
from estimative.workflow import Told, forecast, parse_day


def replay(
    scenario: Scenario,
    dates: Iterable[dt.date | str] | None = None,
    *,
    seed: int = 1,
    model: str | Path | None = None,
    interval: float = 0.9,
    settings: Settings | None = None,
    tell: Told | None = None,
) -> tuple[Forecast, ...]:
    """Return the forecast as of each of many days, the earliest first.

    Parameters
    ----------
    scenario : Scenario
        As `read_scenario` returns it.
    dates : iterable of date or str, optional
        The days; default `turning_days`.
    seed, model, interval, settings, tell
        As in `estimative.forecast`.

    Returns
    -------
    tuple of Forecast
        One a day, none of them recorded; those that rest on one belief share its draws.

    Raises
    ------
    ValueError
        If one of the dates is no day.
    """
    wanted = turning_days(scenario) if dates is None else dates
    days = sorted({day for given in wanted if (day := parse_day(given)) is not None})
    return tuple(
        forecast(
            scenario,
            as_of=day,
            seed=seed,
            model=model,
            interval=interval,
            settings=settings,
            tell=tell,
            record=False,
        )
        for day in days
    )


def turning_days(scenario: Scenario) -> tuple[dt.date, ...]:
    """Return the days of a window on which the answer may turn, and the month ends between them.

    Parameters
    ----------
    scenario : Scenario
        Gives statements, news and deadlines.

    Returns
    -------
    tuple of date
        From the first day on which the window is open and somebody has spoken: every day on which
        something was published and its eve, so that what it did is told from what the time before
        it did; every month's end; and when outcomes fall due and close.
    """
    said = [s.date for s in scenario.statements.values()]
    published = [*said, *(item.published for item in scenario.news.values())]
    due = [o.by for o in scenario.outcomes.values()]
    closed = [
        o.by + dt.timedelta(days=o.lag) for o in scenario.outcomes.values() if o.timing != "none"
    ]
    first, last = (
        max(scenario.opens, min(said, default=scenario.opens)),
        max([scenario.by, *due, *closed]),
    )
    months = ((y, m) for y in range(first.year, last.year + 1) for m in range(1, 13))
    ends = [dt.date(y + m // 12, m % 12 + 1, 1) - dt.timedelta(days=1) for y, m in months]
    eves = (day - dt.timedelta(days=1) for day in published if day > first)
    days = {
        first,
        scenario.by,
        *published,
        *eves,
        *due,
        *closed,
        *(day for day in ends if day <= last),
    }
    return tuple(sorted(day for day in days if day >= first))
