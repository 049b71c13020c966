"""Everything a report tells, found once: the forecast, what moved it, what was said before.

No belief is fitted for it but that of the earlier day, should it rest on other statements
(tests/unit/test_report.py).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from estimative.arrivals import arrivals
from estimative.belief import Settings
from estimative.comparing import Comparison
from estimative.exploring import Indicators, indicators
from estimative.forecasting import Forecast
from estimative.histories import history
from estimative.inputs import as_filed
from estimative.looking_back import changes_since, earlier_day
from estimative.plots.quantile_dots import quantile_dots
from estimative.records import Past
from estimative.records.entry import Entry, entry_of
from estimative.reporting.drawings import Point
from estimative.scenario import Scenario
from estimative.workflow import Told

MOST_INDICATORS = 4  # an outcome


@dataclass(frozen=True)
class Said:
    """What was recorded as of a day."""

    day: dt.date
    record: str
    points: Mapping[str, Point]


@dataclass(frozen=True, eq=False)
class Findings:
    """What a report is made of.

    Attributes
    ----------
    forecast : Forecast
        The forecast.
    scenario : Scenario
        As its files have it, with what was revised and taken back.
    comparison : Comparison or None
        With the forecast of an earlier day; None where there is no earlier day.
    history : tuple of Said
        What was recorded up to the day, one a day, and the forecast itself last.
    records : int
        How many records these were chosen from.
    effects : mapping of str to mapping of str to float
        For each item of news, and each outcome, the probability with it less that without it, and
        without all of the same origin.
    readings : mapping of str to tuple of float
        For each outcome evenly spread quantiles of its probability, in rising order.
    indicators : mapping of str to Indicators
        Of each open outcome.
    entry : Entry
        Versions, and hashes of all that went in.
    """

    forecast: Forecast
    scenario: Scenario
    comparison: Comparison | None
    history: tuple[Said, ...]
    records: int
    effects: Mapping[str, Mapping[str, float]]
    readings: Mapping[str, tuple[float, ...]]
    indicators: Mapping[str, Indicators]
    entry: Entry


def gather(
    forecast: Forecast,
    scenario: Scenario | None,
    *,
    since: dt.date | None,
    settings: Settings,
    tell: Told,
) -> Findings:
    """Return what a report is made of.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    scenario : Scenario or None
        As it was read; default its files, if they still say what the forecast rests on.
    since : date or None
        From which day changes are told; default that of the record before, else the first on which
        there is anything to forecast from.
    settings : Settings
        How the earlier day's belief is sampled, if it must be.
    tell : callable
        Called with lines of progress.

    Returns
    -------
    Findings
        The same for the same files and the same ledger.

    Raises
    ------
    ValueError
        If `since` is not before the forecast's day.
    """
    scenario = scenario or as_filed(forecast.scenario, forecast.as_of)
    past = history(forecast.scenario, until=forecast.as_of).forecasts
    days = _day_by_day(forecast, past)
    alike = (forecast.model, forecast.interval)
    day, _ = earlier_day(scenario, forecast.as_of, since, alike)
    comparison = (
        None
        if day is None
        else changes_since(day, forecast, scenario, settings=settings, tell=tell)
    )
    asked = [o.name for o in forecast.outcomes if not o.withheld and not o.settled]
    return Findings(
        forecast=forecast,
        scenario=scenario,
        comparison=comparison,
        history=days,
        records=len(past),
        effects=_effects(forecast),
        readings={
            name: tuple(map(float, found)) for name, found in quantile_dots(forecast).items()
        },
        indicators={name: indicators(forecast, name, top=MOST_INDICATORS) for name in asked},
        entry=entry_of(forecast, scenario=scenario),
    )


def _day_by_day(forecast: Forecast, past: tuple[Past, ...]) -> tuple[Said, ...]:
    """Return the newest record of each day, of the same model and interval, and the forecast."""
    alike = [p for p in past if (p.model, p.interval) == (forecast.model, forecast.interval)]
    newest = {p.as_of: p for p in alike if p.as_of < forecast.as_of}
    events = {o.name: o.event for o in forecast.outcomes}
    said = [Said(p.as_of, p.record, _points(p, events)) for p in newest.values()]
    now = {
        o.name: Point(forecast.as_of, o.probability, o.lower, o.upper) for o in forecast.outcomes
    }
    return (*said, Said(forecast.as_of, forecast.record, now))


def _points(past: Past, events: Mapping[str, str]) -> dict[str, Point]:
    """Return what was said of each outcome; the interval where it was of the state asked for."""
    found = {}
    for o in past.outcomes:
        name, chance = o["name"], None
        if not o["withheld"]:
            chance = o["states"].get(events.get(name))
        same = chance is not None and chance == o["probability"]
        ends = (o["lower"], o["upper"]) if same else (None, None)
        found[name] = Point(past.as_of, chance, *ends)
    return found


def _effects(forecast: Forecast) -> dict[str, dict[str, float]]:
    """Return by how much each item of news moves each outcome; nothing where all is withheld."""
    if forecast.belief.failed:
        return {}
    silent = forecast.scenario.model_copy(update={"news": {}})
    found = arrivals([replace(forecast, scenario=silent), forecast])
    return {name: dict(each.moves) for each in found for name in each.cause.items}
