"""Where the boxes of a network stand so that every arrow runs from left to right and through no box.

Nodes stand in columns, causes left of effects; a link that passes a column gets a lane of its own between its boxes;
sweeps that put each node at the mean of its neighbours undo crossings. No system program is asked, and the same network is
laid out in the same way every time (after Sugiyama, Tagawa and Toda, 1981). `tests/unit/test_layering.py` checks it on random graphs.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Link = tuple[str, str]
Lane = tuple[str, str, int]  # a link where it passes a column
Place = str | Lane

SWEEPS = 24


@dataclass(frozen=True)
class Layering:
    """Boxes and lanes in columns.

    Attributes
    ----------
    columns : tuple of tuple of str or (str, str, int)
        From left to right, each from top to bottom: nodes, and lanes (cause, effect, column).
    routes : mapping of (str, str) to tuple
        The places that each link passes, from cause to effect.
    """

    columns: tuple[tuple[Place, ...], ...]
    routes: Mapping[Link, tuple[Place, ...]]

    @property
    def steps(self) -> list[tuple[Place, Place]]:
        """The pieces of all links, each from one column to the next."""
        return [pair for route in self.routes.values() for pair in zip(route[:-1], route[1:], strict=True)]

    def crossings(self) -> int:
        """Return how often two links cross."""
        return sum(_crossings(self.columns[i], self.columns[i + 1], self.steps) for i in range(len(self.columns) - 1))


def arrange(nodes: Sequence[str], links: Sequence[Link], most: int | None = None) -> Layering:
    """Return nodes and lanes in columns, in an order with few crossings.

    Parameters
    ----------
    nodes : sequence of str
        Names.
    links : sequence of (str, str)
        Cause and effect; no circles.
    most : int, optional
        How many nodes a column is to hold at most, where the links allow it.

    Returns
    -------
    Layering
        Columns and routes.
    """
    column = assign_columns(nodes, links, most or len(nodes))
    width = max(column.values(), default=0) + 1
    columns: list[list[Place]] = [[n for n in nodes if column[n] == i] for i in range(width)]
    routes: dict[Link, tuple[Place, ...]] = {}
    for cause, effect in links:
        lanes: list[Place] = [(cause, effect, i) for i in range(column[cause] + 1, column[effect])]
        for i, lane in enumerate(lanes, column[cause] + 1):
            columns[i].append(lane)
        routes[cause, effect] = (cause, *lanes, effect)
    return _untangled(Layering(tuple(map(tuple, columns)), routes))


def assign_columns(nodes: Sequence[str], links: Sequence[Link], most: int) -> dict[str, int]:
    """Return the column of each node: right of all its causes, with short links and no column overfull.

    Parameters
    ----------
    nodes : sequence of str
        Names.
    links : sequence of (str, str)
        Cause and effect; no circles.
    most : int
        How many nodes a column is to hold at most, where the links allow it.

    Returns
    -------
    dict of str to int
        Columns, counted from 0.
    """
    causes = {n: [c for c, e in links if e == n] for n in nodes}
    effects = {n: [e for c, e in links if c == n] for n in nodes}
    column: dict[str, int] = {}
    waiting = list(nodes)
    while waiting:
        ready = [n for n in waiting if all(c in column for c in causes[n])]
        if not ready:
            raise ValueError(f"the links among {', '.join(waiting)} form a circle")
        column |= {n: max((column[c] + 1 for c in causes[n]), default=0) for n in ready}
        waiting = [n for n in waiting if n not in column]
    alone = [n for n in nodes if not causes[n] and not effects[n]]
    last = max(column.values(), default=0)
    if alone:
        last = max(last, math.ceil(len(nodes) / most) - 1, math.ceil(math.sqrt(len(alone))) - 1)

    def room(node: str) -> range:
        low = max((column[c] + 1 for c in causes[node]), default=0)
        return range(low, min((column[e] - 1 for e in effects[node]), default=last) + 1)

    def cost(node: str, at: int) -> tuple[int, int, int]:
        full = sum(column[n] == at for n in nodes if n != node)
        length = sum(at - column[c] for c in causes[node]) + sum(column[e] - at for e in effects[node])
        return max(0, full + 1 - most), length, full

    for _ in range(2 * len(nodes)):
        before = dict(column)
        for node in nodes:
            # staying wins a tie, or two nodes could change places for ever
            column[node] = min(room(node), key=lambda at, n=node: (*cost(n, at), at != column[n]))
        if column == before:
            break
    used = {old: new for new, old in enumerate(sorted(set(column.values())))}
    return {n: used[column[n]] for n in nodes}


def settle(
    layering: Layering, heights: Mapping[Place, float], gap: float, room: float
) -> dict[Place, float] | None:
    """Return how far down the middle of each place stands, near its neighbours, or None if a column is too full.

    Parameters
    ----------
    layering : Layering
        Columns and routes.
    heights : mapping
        Of each node and lane, in inches.
    gap : float
        Between two in a column, in inches.
    room : float
        Height of all, in inches.

    Returns
    -------
    dict or None
        Middles, in inches from the top.
    """
    sizes = [np.array([heights[p] for p in column]) for column in layering.columns]
    if any(s.sum() + gap * (len(s) - 1) > room for s in sizes):
        return None
    place: dict[Place, float] = {}
    for column, size in zip(layering.columns, sizes, strict=True):
        spare = (room - size.sum()) / len(size)
        tops = np.cumsum([0.0, *(size[:-1] + spare)]) + spare / 2
        place |= dict(zip(column, tops + size / 2, strict=True))
    near = _neighbours(layering)
    for sweep in range(SWEEPS):
        order = range(len(layering.columns)) if sweep % 2 == 0 else reversed(range(len(layering.columns)))
        for i in order:
            column, size = layering.columns[i], sizes[i]
            wanted = np.array([np.mean([place[q] for q in near[p]]) if near[p] else place[p] for p in column])
            wanted = 0.8 * wanted + 0.2 * np.array([place[p] for p in column])
            weight = np.array([1.0 if isinstance(p, str) else 3.0 for p in column])  # lanes are to be straight
            place |= dict(zip(column, _apart(wanted, weight, size, gap, room), strict=True))
    first = min(float(place[c[0]] - s[0] / 2) for c, s in zip(layering.columns, sizes, strict=True))
    last = max(float(place[c[-1]] + s[-1] / 2) for c, s in zip(layering.columns, sizes, strict=True))
    return {p: float(y) + (room - first - last) / 2 for p, y in place.items()}


def _apart(
    wanted: np.ndarray, weight: np.ndarray, size: np.ndarray, gap: float, room: float
) -> np.ndarray:
    """Return the places nearest to those wanted (least squares) that keep order, distance and bounds."""
    from scipy.optimize import isotonic_regression

    reach = np.cumsum([0.0, *((size[:-1] + size[1:]) / 2 + gap)])
    free = isotonic_regression(wanted - reach, weights=weight).x
    return np.clip(free, size[0] / 2, room - size[-1] / 2 - reach[-1]) + reach


def _neighbours(layering: Layering) -> dict[Place, list[Place]]:
    near: dict[Place, list[Place]] = {p: [] for column in layering.columns for p in column}
    for first, second in layering.steps:
        near[first].append(second)
        near[second].append(first)
    return near


def _untangled(layering: Layering) -> Layering:
    """Return the best order that sweeps of barycentres and of neighbours changing places find."""
    columns, near = list(layering.columns), _neighbours(layering)
    best, fewest = layering, layering.crossings()
    for sweep in range(SWEEPS):
        onward = sweep % 2 == 0
        for i in range(1, len(columns)) if onward else range(len(columns) - 2, -1, -1):
            fixed = {p: j for j, p in enumerate(columns[i - 1 if onward else i + 1])}
            columns[i] = _by_barycentre(columns[i], fixed, near)
        _swap_neighbours(columns, layering.steps)
        tried = Layering(tuple(columns), layering.routes)
        found = tried.crossings()
        if found < fewest:
            best, fewest = tried, found
        if fewest == 0:
            break
    return best


def _by_barycentre(
    column: tuple[Place, ...], fixed: Mapping[Place, int], near: Mapping[Place, list[Place]]
) -> tuple[Place, ...]:
    def centre(at: int) -> float:
        places = [fixed[q] for q in near[column[at]] if q in fixed]
        # who has no neighbour there keeps his relative height
        return sum(places) / len(places) if places else (at + 0.5) / len(column) * len(fixed)

    return tuple(column[i] for i in sorted(range(len(column)), key=centre))


def _swap_neighbours(columns: list[tuple[Place, ...]], steps: Sequence[tuple[Place, Place]]) -> None:
    """Let neighbours in a column change places where that undoes crossings."""
    for i, column in enumerate(columns):
        for j in range(len(column) - 1):
            swapped = (*columns[i][:j], columns[i][j + 1], columns[i][j], *columns[i][j + 2 :])
            change = 0
            for left, right in ((i - 1, i), (i, i + 1)):
                if left >= 0 and right < len(columns):
                    now = columns[left], columns[right]
                    then = tuple(swapped if k == i else c for k, c in zip((left, right), now, strict=True))
                    change += _crossings(then[0], then[1], steps) - _crossings(now[0], now[1], steps)
            if change < 0:
                columns[i] = swapped


def _crossings(left: Sequence[Place], right: Sequence[Place], steps: Sequence[tuple[Place, Place]]) -> int:
    before, after = {p: i for i, p in enumerate(left)}, {p: i for i, p in enumerate(right)}
    ends = sorted((before[a], after[b]) for a, b in steps if a in before and b in after)
    return sum(
        first[0] < second[0] and first[1] > second[1] for k, first in enumerate(ends) for second in ends[k + 1 :]
    )
