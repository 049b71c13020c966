"""What a timeline tells of one outcome: its curve, the news that moved it, how it ended."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from estimative.arrivals import Arrival, arrivals
from estimative.forecasting import Forecast
from estimative.outcome_forecasts import OutcomeForecast
from estimative.plots import style

MOST_MARKS, LEAST_MOVE = 10, 0.01  # news is named if it moved the answer by a point
NOTHING = float("nan")


@dataclass(frozen=True)
class Mark:
    """News with its number, where the curve stood after it, and what it did."""

    number: int
    arrival: Arrival
    probability: float
    move: float

    @property
    def colour(self) -> str:
        """Blue for what raised the answer, orange for what lowered it."""
        return style.BLUE if self.move >= 0 else style.ORANGE


@dataclass(frozen=True)
class Story:
    """What is to be shown, apart from where: days with probability, lower and upper end."""

    forecasts: tuple[Forecast, ...]
    outcome: OutcomeForecast
    curve: tuple[tuple[dt.date, float, float, float], ...]
    told_until: dt.date
    marks: tuple[Mark, ...]
    moved: int
    closes: dt.date
    settled: str

    @property
    def first(self) -> dt.date:
        """Where the chart begins."""
        return self.curve[0][0]

    @property
    def last(self) -> dt.date:
        """Where the chart ends: where the outcome was settled, else where it closes."""
        return self.curve[-1][0] if self.settled else max(self.curve[-1][0], self.closes)


def tell(forecasts: Sequence[Forecast], outcome: str) -> Story:
    """Return what a timeline shows of an outcome.

    Parameters
    ----------
    forecasts : sequence of Forecast
        Of one scenario, in order of their days.
    outcome : str
        Its name.

    Returns
    -------
    Story
        Up to the day on which the outcome was settled, if it was.

    Raises
    ------
    ValueError
        If there are not two forecasts, or none of them gives the outcome a headline.
    """
    if len(forecasts) < 2:
        raise ValueError(f"{len(forecasts)} forecast given; a timeline needs those of two days")
    each = [f[outcome] for f in forecasts]
    last = each[-1]
    if all(o.probability is None for o in each):
        raise ValueError(f"'{outcome}' is withheld throughout: {last.withheld}")
    end = len(each) - 1
    settled = _ending(last)
    while settled and end > 0 and _ending(each[end - 1]) == settled:
        end -= 1
    told = forecasts[-1].scenario
    told_until = max(
        [s.date for s in told.statements.values()] + [i.published for i in told.news.values()],
        default=forecasts[-1].as_of,
    )
    shown = tuple(forecasts[: end + 1])
    marks = _marks(shown, outcome, last.event)
    strongest = sorted(marks, key=lambda mark: -abs(mark.move))[:MOST_MARKS]
    by_day = sorted(strongest, key=lambda mark: mark.number)
    named = tuple(replace(mark, number=i) for i, mark in enumerate(by_day, start=1))
    window = told.outcomes[outcome]
    closes = window.by + dt.timedelta(days=window.lag)
    curve = _curve(shown, outcome, last.event)
    return Story(shown, last, curve, told_until, named, len(marks), closes, settled)


def _marks(forecasts: Sequence[Forecast], outcome: str, event: str) -> list[Mark]:
    """Return all news that moved an outcome, in order of its days."""
    found: list[Mark] = []
    for arrival in arrivals(forecasts):
        after = next(f[outcome] for f in forecasts if f.as_of >= arrival.day)
        move = arrival.moves[outcome]
        if abs(move) >= LEAST_MOVE:
            found.append(Mark(len(found) + 1, arrival, after.states[event], move))
    return found


def _ending(outcome: OutcomeForecast) -> str:
    """Return how an outcome ended, `resolved: yes`; nothing while that is not known."""
    return outcome.ending if outcome.settled else ""


def likeliest(outcome: OutcomeForecast) -> str:
    """Return the likeliest state of an outcome.

    Parameters
    ----------
    outcome : OutcomeForecast
        What is forecast of it.

    Returns
    -------
    str
        A state's name.
    """
    return max(outcome.states, key=lambda s: outcome.states[s])


def _curve(
    forecasts: Sequence[Forecast], outcome: str, event: str
) -> tuple[tuple[dt.date, float, float, float], ...]:
    """Return the points of curve and band: level up to a day with news, sloping between others."""
    found = [_point(f, outcome, event) for f in forecasts[:1]]
    for earlier, later in pairwise(forecasts):
        if _told(earlier) != _told(later):
            found.append((later.as_of, *found[-1][1:]))
        found.append(_point(later, outcome, event))
    return tuple(found)


def _told(forecast: Forecast) -> tuple[set[str], set[str]]:
    return set(forecast.scenario.news), set(forecast.scenario.statements)


def _point(forecast: Forecast, outcome: str, event: str) -> tuple[dt.date, float, float, float]:
    found = forecast[outcome]
    if found.probability is None:
        return forecast.as_of, NOTHING, NOTHING, NOTHING
    if found.event != event or found.lower is None or found.upper is None:
        return forecast.as_of, found.states[event], NOTHING, NOTHING
    return forecast.as_of, found.states[event], found.lower, found.upper
