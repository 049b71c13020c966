"""With which earlier day decks and reports compare a forecast, and the comparison."""

import datetime as dt

from estimative import records
from estimative.belief import Settings
from estimative.comparing import Comparison, compare
from estimative.days import long_date
from estimative.forecasting import Forecast
from estimative.replaying import turning_days
from estimative.scenario import Scenario
from estimative.workflow import Told, forecast, parse_day, runs_folder, say


def earlier_day(
    scenario: Scenario,
    day: dt.date,
    since: dt.date | str | None,
    alike: tuple[str, float] | None = None,
) -> tuple[dt.date | None, str]:
    """Return the day with which a forecast is compared, and why that one.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    day : date
        The day of the forecast.
    since : date, str or None
        What was asked for.
    alike : tuple of str and float, optional
        Model and interval of the recorded forecasts that count; default any.

    Returns
    -------
    tuple of date or None and str
        None if no earlier day had a forecast.

    Raises
    ------
    ValueError
        If what was asked for is no earlier day.
    LedgerError
        If the ledger cannot be read.
    """
    asked = parse_day(since)
    if asked is not None:
        if asked >= day:
            raise ValueError(f"{asked} is not before {day}, the day of the forecast")
        return asked, f"{long_date(asked)}, as asked for"
    ledger = records.open_ledger(runs_folder(scenario.folder))
    before = day - dt.timedelta(days=1)
    past = records.past(scenario.slug, ledger, until=before)
    days = [p.as_of for p in past if alike in (None, (p.model, p.interval))]
    if days:
        last = days[-1]
        return last, f"{long_date(last)}, the last earlier day of which a forecast is recorded"
    first = turning_days(scenario)[0]
    if first < day:
        return first, f"{long_date(first)}, the first day of the question; no forecast is recorded"
    where = "" if first == day else f"before {long_date(first)}, "
    return None, f"{long_date(day)} is {where}the first day of the question; nothing is recorded"


def changes_since(
    day: dt.date,
    answer: Forecast,
    scenario: Scenario,
    *,
    settings: Settings | None = None,
    tell: Told | None = None,
) -> Comparison:
    """Return what changed from an earlier day to a forecast, by the same model and seed.

    Parameters
    ----------
    day : date
        The earlier day.
    answer : Forecast
        The forecast.
    scenario : Scenario
        Of which it is one, with what was revised and taken back.
    settings : Settings, optional
        How the earlier day's belief is sampled, if it must be.
    tell : callable, optional
        Called with lines of progress that begin with the day.

    Returns
    -------
    Comparison
        The earlier forecast is not recorded.
    """
    heard = tell or say
    earlier = forecast(
        scenario,
        as_of=day,
        seed=answer.seed,
        model=answer.model_file,
        interval=answer.interval,
        settings=settings,
        tell=lambda line: heard(f"as of {day}: {line}"),
        record=False,
    )
    return compare(earlier, answer)
