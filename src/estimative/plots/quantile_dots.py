"""A distribution as a few dots, each as likely as the next, so that chances can be counted.

Dots are placed at quantiles and stacked where they would lie on each other, after Wilkinson (1999)
and Kay et al. (2016); `tests/unit/test_picture_parts.py` counts them.
"""

from collections.abc import Sequence

import numpy as np

from estimative.forecasting import Forecast, under_news
from estimative.plots.density import Floats
from estimative.weighted_draws import weighted_quantiles

DOTS = 20  # fewer can be counted at a glance, more cannot
SMALLEST, LARGEST = 0.045, 0.2  # inches across
PRESSED = 1.3  # how far a stack may be pressed together
SIZES = np.geomspace(LARGEST, SMALLEST, 40)


def quantile_dots(forecast: Forecast) -> dict[str, Floats]:
    """Return where the dots of each outcome stand, on draws as wide as the forecast's intervals.

    Parameters
    ----------
    forecast : Forecast
        The answer.

    Returns
    -------
    dict of str to array of float, shape (20,)
        For each outcome probabilities in ascending order, the middle of a twentieth each.
    """
    inside = bool(forecast.diagnostics["news_inside"])
    drawn = under_news(forecast.given, forecast.belief, forecast.known, inside=inside)
    columns = [forecast.given.graph.state(o.name, o.event) for o in forecast.outcomes]
    shares = [(i + 0.5) / DOTS for i in range(DOTS)]
    found = weighted_quantiles(drawn.doubtful[:, columns], drawn.weights, shares)
    return {o.name: found[:, i] for i, o in enumerate(forecast.outcomes)}


def dot_size(rows: Sequence[tuple[Floats, float]]) -> float:
    """Return the size of dots at which every stack of every row fits, within sensible bounds.

    Parameters
    ----------
    rows : sequence of tuple of array of float and float
        Where the dots of each row stand, ascending, and how high it is, in inches.

    Returns
    -------
    float
        Inches across.
    """

    def fits(size: float) -> bool:
        """Return whether dots of a size fit everywhere.

        Parameters
        ----------
        size : float
            Inches across.

        Returns
        -------
        bool
            True if no stack is pressed together too far.
        """
        return all(size * _highest(places, size) <= PRESSED * room for places, room in rows)

    return float(next(filter(fits, SIZES), SMALLEST))


def stacked(places: Floats, room: float, size: float) -> tuple[Floats, Floats]:
    """Return dots side by side, and above each other where they would overlap.

    Parameters
    ----------
    places : array of float
        Where they stand, in inches, ascending.
    room : float
        The height of the row, in inches; a stack that is higher is pressed together.
    size : float
        Inches across.

    Returns
    -------
    tuple of two array of float
        For each dot the place of its middle: along, and above the foot of the row, in inches.
    """
    x, y = np.empty(len(places)), np.empty(len(places))
    for first, last in _columns(places, size):
        count = last - first
        pitch = min(size, (room - size) / max(count - 1, 1))
        x[first:last] = (places[first] + places[last - 1]) / 2
        y[first:last] = size / 2 + pitch * np.arange(count)
    return x, y


def _columns(places: Floats, size: float) -> list[tuple[int, int]]:
    """Return where each stack begins and ends: dots less than a dot's width from its first."""
    found, first = [], 0
    while first < len(places):
        last = int(np.searchsorted(places, places[first] + size))
        last = max(last, first + 1)
        found.append((first, last))
        first = last
    return found


def _highest(places: Floats, size: float) -> int:
    return max(last - first for first, last in _columns(places, size))
