"""Days along an axis: how matplotlib counts them, which to label, and how to keep marks apart."""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from estimative.days import MONTHS
from estimative.plots.lettering import SMALL, text_size

EPOCH = dt.date(1970, 1, 1)
BETWEEN = 0.15  # inches between the labels of two days


def day_number(day: dt.date) -> float:
    """Return a day as matplotlib counts: days since 1970.

    Parameters
    ----------
    day : date
        The day.

    Returns
    -------
    float
        Days, a whole number; negative before 1970.
    """
    return float((day - EPOCH).days)


def ticks(first: dt.date, last: dt.date, width: float) -> list[tuple[dt.date, str]]:
    """Return the days to label along an axis, as close as their labels allow.

    Parameters
    ----------
    first, last : date
        Ends of the axis.
    width : float
        Its length in inches.

    Returns
    -------
    list of tuple of date and str
        Days with labels: days of a month, else months, the year beneath the first of each year.
    """
    span = max((last - first).days, 1)
    for step in (1, 2, 7, 14):
        days = [first + dt.timedelta(days=i) for i in range(0, (last - first).days + 1, step)]
        found = [(day, _label(day, i == 0, f"{day.day} ")) for i, day in enumerate(days)]
        if _apart(found, width / span):
            return found
    for months in (1, 2, 3, 6, 12, 24, 60, 120, 240, 600):
        days = [d for d in _month_starts(first, last) if (d.year * 12 + d.month - 1) % months == 0]
        found = [(day, _label(day, i == 0, "")) for i, day in enumerate(days)]
        if _apart(found, width / span):
            return found
    return []


def spread(wanted: Sequence[float], nearest: float, low: float, high: float) -> tuple[float, ...]:
    """Return places as close to those wanted as can be, in order and at least so far apart.

    Parameters
    ----------
    wanted : sequence of float
        In rising order.
    nearest : float
        The least distance.
    low, high : float
        Between which all must lie.

    Returns
    -------
    tuple of float
        The places of least squared distance (pool adjacent violators), moved inside; none if there
        is no room.
    """
    if len(wanted) * nearest > high - low + nearest:
        return ()
    pools: list[tuple[float, int]] = []  # sum and count of the wanted places, less their steps
    for i, place in enumerate(wanted):
        total, count = place - i * nearest, 1
        while pools and pools[-1][0] / pools[-1][1] > total / count:
            total, count = total + pools[-1][0], count + pools[-1][1]
            pools.pop()
        pools.append((total, count))
    level = np.concatenate([[], *([total / count] * count for total, count in pools)])
    inside = np.clip(level, low, high - (len(wanted) - 1) * nearest)
    return tuple(float(x) for x in inside + nearest * np.arange(len(wanted)))


def _label(day: dt.date, first: bool, number: str) -> str:
    year = f"\n{day.year}" if first or (day.month == 1 and day.day <= 14) else ""
    return f"{number}{MONTHS[day.month - 1][:3]}{year}"


def _month_starts(first: dt.date, last: dt.date) -> list[dt.date]:
    months = [(y, m) for y in range(first.year, last.year + 1) for m in range(1, 13)]
    return [d for y, m in months if first <= (d := dt.date(y, m, 1)) <= last]


def _apart(found: list[tuple[dt.date, str]], inches: float) -> bool:
    """Return whether labels, each so many inches a day along, stay apart."""
    ends = [
        (inches * day_number(day), text_size(label, SMALL, "normal", 1.0)[0] / 2)
        for day, label in found
    ]
    if len(ends) > 60:
        return False
    return all(b - a >= wide + wider + BETWEEN for (a, wide), (b, wider) in pairwise(ends))
