"""Two drawings without words of anybody's: where an answer may lie, and how it went day by day.

They hold shapes and classes; colours are the page's, so that a dark page has a dark drawing.
"""

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from estimative.days import MONTHS
from estimative.lexicon import read_lexicon
from estimative.reporting.document import Drawing, Shape

WIDTH, LEFT, RIGHT = 400.0, 8.0, 392.0  # units; where 0 and 1 stand
STRIP, LOW, TICKS = 56.0, 40.0, 53.0  # height of a strip; its foot; the line under its numbers
LARGEST_DOT, SMALLEST_DOT = 6.0, 2.0  # radii
COURSE, TOP, FOOT, FIRST, LAST = 150.0, 10.0, 124.0, 40.0, 390.0  # of a course; edges of its chart
MOST_TICKS = 6


@dataclass(frozen=True)
class Point:
    """What was said of an outcome on a day; probabilities, none where there was no headline."""

    day: dt.date
    probability: float | None
    lower: float | None
    upper: float | None


def strip(
    name: str,
    title: str,
    description: str,
    *,
    probability: float,
    ends: tuple[float, float] | None = None,
    readings: Sequence[float] = (),
    ticks: bool = True,
) -> Drawing:
    """Draw one answer on the scale from 0 to 1: its interval, and a dot for each twentieth.

    Parameters
    ----------
    name, title, description : str
        As in `Drawing`.
    probability : float
        The answer, in [0, 1].
    ends : tuple of two float, optional
        Of its interval; none for what is settled.
    readings : sequence of float
        Quantiles of the answer, evenly spread, in rising order; each becomes a dot.
    ticks : bool
        Whether the scale is numbered.

    Returns
    -------
    Drawing
        Its lower edge shows the bands of ICD 203's words.
    """
    shapes = [*_bands(), _line("axis", LEFT, LOW, RIGHT, LOW)]
    if ends:
        low, high = map(_across, ends)
        size = {"x": _n(low), "y": _n(LOW - 3), "width": _n(high - low), "height": "6"}
        shapes.append(Shape("rect", {"class": "interval", **size}))
    shapes += _dots(readings)
    at = _across(probability)
    shapes.append(_line("answer", at, 4, at, LOW + 5))
    for share, side in ((0.0, "start"), (0.5, "middle"), (1.0, "end")) if ticks else ():
        place = {"x": _n(_across(share)), "y": _n(TICKS), "text-anchor": side}
        shapes.append(Shape("text", {"class": "tick", **place}, f"{share:.0%}"))
    height = STRIP if ticks else LOW + 6
    return Drawing(name, title, description, WIDTH, height, tuple(shapes))


def course(name: str, title: str, description: str, points: Sequence[Point]) -> Drawing:
    """Draw what was said of an outcome from day to day: a line in a band.

    Parameters
    ----------
    name, title, description : str
        As in `Drawing`.
    points : sequence of Point
        Two or more, in order of their days.

    Returns
    -------
    Drawing
        The line is level until something else was said; it breaks where nothing was.
    """
    first, last = points[0].day, points[-1].day
    shapes = [*_scales(first, last)]
    for part in _unbroken(points, "lower"):
        x = [_along(p.day, first, last) for p in part]
        edges = _steps(x, [p.upper or 0.0 for p in part]), _steps(x, [p.lower or 0.0 for p in part])
        band = "M" + "L".join([*edges[0], *reversed(edges[1])]) + "Z"
        shapes.append(Shape("path", {"class": "band", "d": band}))
    for part in _unbroken(points, "probability"):
        x, y = [_along(p.day, first, last) for p in part], [p.probability or 0.0 for p in part]
        shapes.append(Shape("path", {"class": "curve", "d": "M" + "L".join(_steps(x, y))}))
        end = {"cx": _n(x[-1]), "cy": _n(_up(y[-1])), "r": "3.5"}
        shapes.append(Shape("circle", {"class": "now", **end}))
    return Drawing(name, title, description, WIDTH, COURSE, tuple(shapes))


def _scales(first: dt.date, last: dt.date) -> Iterator[Shape]:
    """Draw the scale of probability and that of days."""
    for share in (0.0, 0.5, 1.0):
        yield _line("grid", FIRST, _up(share), LAST, _up(share))
        place = {"x": _n(FIRST - 6), "y": _n(_up(share) + 4), "text-anchor": "end"}
        yield Shape("text", {"class": "tick", **place}, f"{share:.0%}")
    for day, label in _days(first, last):
        x = _along(day, first, last)
        yield _line("grid", x, FOOT, x, FOOT + 4)
        place = {"x": _n(min(x, LAST - 8)), "y": _n(FOOT + 18), "text-anchor": "middle"}
        yield Shape("text", {"class": "tick", **place}, label)


def _bands() -> Iterator[Shape]:
    """Draw every other band of the words of ICD 203."""
    for low, high in sorted(set(read_lexicon("icd203").ranges.values()))[::2]:
        ends = _across(0.0 if low < 0.02 else low), _across(1.0 if high > 0.98 else high)
        size = {"x": _n(ends[0]), "y": "2", "width": _n(ends[1] - ends[0]), "height": _n(LOW)}
        yield Shape("rect", {"class": "word", **size})


def _dots(readings: Sequence[float]) -> Iterator[Shape]:
    """Draw a dot a reading, those that would overlap one above the other, as large as they fit."""
    radius = LARGEST_DOT
    columns = _columns(readings, radius)
    while radius > SMALLEST_DOT and 2 * radius * max(map(len, columns), default=0) > LOW - 6:
        radius -= 0.25
        columns = _columns(readings, radius)
    step = min(2 * radius, (LOW - 6) / max(map(len, columns), default=1))
    for column in columns:
        middle = sum(column) / len(column)
        for i in range(len(column)):
            place = {"cx": _n(middle), "cy": _n(LOW - radius - i * step), "r": _n(radius - 0.5)}
            yield Shape("circle", {"class": "reading", **place})


def _columns(readings: Sequence[float], radius: float) -> list[list[float]]:
    """Return places along the scale, those nearer than a dot is wide together."""
    columns: list[list[float]] = []
    for x in map(_across, readings):
        if columns and x - columns[-1][0] < 2 * radius:
            columns[-1].append(x)
        else:
            columns.append([x])
    return columns


def _unbroken(
    points: Sequence[Point], what: Literal["probability", "lower"]
) -> Iterator[list[Point]]:
    """Yield the longest stretches of days on which something was given."""
    for given, part in itertools.groupby(points, lambda p: getattr(p, what) is not None):
        if given:
            yield list(part)


def _steps(x: Sequence[float], shares: Sequence[float]) -> list[str]:
    """Return the corners of a line that is level until the next point."""
    y = [_up(share) for share in shares]
    found = [f"{_n(x[0])} {_n(y[0])}"]
    for i in range(1, len(x)):
        if y[i] != y[i - 1]:
            found += [f"{_n(x[i])} {_n(y[i - 1])}", f"{_n(x[i])} {_n(y[i])}"]
    return [*found, f"{_n(x[-1])} {_n(y[-1])}"]


def _days(first: dt.date, last: dt.date) -> list[tuple[dt.date, str]]:
    """Return days to be named under a course: starts of months, thinned; else its two ends."""
    months = [
        dt.date(year, month, 1)
        for year in range(first.year, last.year + 1)
        for month in range(1, 13)
        if first <= dt.date(year, month, 1) <= last
    ]
    if len(months) < 2:
        return [
            (day, f"{day.day} {MONTHS[day.month - 1][:3]}") for day in dict.fromkeys((first, last))
        ]
    chosen = months[:: -(-len(months) // MOST_TICKS)]
    return [
        (day, f"{MONTHS[day.month - 1][:3]} {day.year}" if i == 0 or day.month == 1 else
         MONTHS[day.month - 1][:3])
        for i, day in enumerate(chosen)
    ]  # fmt: skip


def _across(share: float) -> float:
    return LEFT + (RIGHT - LEFT) * share


def _along(day: dt.date, first: dt.date, last: dt.date) -> float:
    return FIRST + (LAST - FIRST) * (day - first).days / max((last - first).days, 1)


def _up(share: float) -> float:
    return FOOT - (FOOT - TOP) * share


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> Shape:
    ends = {"x1": _n(x1), "y1": _n(y1), "x2": _n(x2), "y2": _n(y2)}
    return Shape("line", {"class": kind, **ends})


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
