"""Where the boxes of a network stand so that arrows run from left to right and through no box.

Nodes stand in columns, causes left of effects; a link that passes a column gets a lane between its
boxes; sweeps that put each node at the mean of its neighbours undo crossings (after Sugiyama,
Tagawa and Toda, 1981). The same network is laid out in the same way every time.
`tests/unit/test_layering.py` checks it on random graphs.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Link = tuple[str, str]
Lane = tuple[str, str, int]  # a link where it passes a column
Place = str | Lane

SWEEPS = 24
LANE_WEIGHT = 3.0  # lanes are to be straight


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

    def __hash__(self) -> int:
        """Hash by the columns, which make the routes."""
        return hash(self.columns)

    @cached_property
    def steps(self) -> list[tuple[Place, Place]]:
        """The pieces of all links, each from one column to the next."""
        return [pair for route in self.routes.values() for pair in itertools.pairwise(route)]

    @cached_property
    def crossings(self) -> int:
        """Return how often two links cross."""
        place = {p: (i, j) for i, column in enumerate(self.columns) for j, p in enumerate(column)}
        ends = np.array([[*place[a], place[b][1]] for a, b in self.steps]).reshape(-1, 3)
        gap, first, second = (column[:, None] for column in ends.T)
        return int(((gap == gap.T) & (first < first.T) & (second > second.T)).sum())


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
    """Return the column of each node: right of its causes, links short and no column overfull.

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
    column = _earliest(nodes, causes)
    alone = [n for n in nodes if not causes[n] and not effects[n]]
    last = max(column.values(), default=0)
    if alone:
        last = max(last, math.ceil(len(nodes) / most) - 1, math.ceil(math.sqrt(len(alone))) - 1)

    def room(node: str) -> range:
        """Return the columns between a node's causes and its effects.

        Parameters
        ----------
        node : str
            Its name.

        Returns
        -------
        range
            Columns, counted from 0.
        """
        low = max((column[c] + 1 for c in causes[node]), default=0)
        return range(low, min((column[e] - 1 for e in effects[node]), default=last) + 1)

    def cost(node: str, at: int) -> tuple[int, int, int]:
        """Return what it costs to put a node in a column; the lowest is best.

        Parameters
        ----------
        node : str
            Its name.
        at : int
            The column.

        Returns
        -------
        tuple of int
            Nodes too many there, the length of the node's links in columns, other nodes there.
        """
        full = sum(column[n] == at for n in nodes if n != node)
        back, onward = causes[node], effects[node]
        length = sum(at - column[c] for c in back) + sum(column[e] - at for e in onward)
        return max(0, full + 1 - most), length, full

    for _ in range(2 * len(nodes)):
        before = dict(column)
        for node in nodes:
            # staying wins a tie, or two nodes could change places for ever
            ranked = [(*cost(node, at), at != column[node], at) for at in room(node)]
            column[node] = min(ranked)[-1]
        if column == before:
            break
    used = {old: new for new, old in enumerate(sorted(set(column.values())))}
    return {n: used[column[n]] for n in nodes}


def _earliest(nodes: Sequence[str], causes: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return for each node the length of the longest chain of causes that leads to it."""
    column: dict[str, int] = {}
    waiting = list(nodes)
    while waiting:
        ready = [n for n in waiting if all(c in column for c in causes[n])]
        if not ready:
            raise ValueError(f"the links among {', '.join(waiting)} form a circle")
        column |= {n: max((column[c] + 1 for c in causes[n]), default=0) for n in ready}
        waiting = [n for n in waiting if n not in column]
    return column


def settle(
    layering: Layering, heights: Mapping[Place, float], gap: float, room: float
) -> dict[Place, float] | None:
    """Return how far down each place stands, near its neighbours, or None if a column is too full.

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
    near, width = _neighbours(layering), len(layering.columns)
    for sweep in range(SWEEPS):
        for i in range(width) if sweep % 2 == 0 else range(width - 1, -1, -1):
            column, size = layering.columns[i], sizes[i]
            now = np.array([place[p] for p in column])
            centres = [np.mean([place[q] for q in near[p] or [p]]) for p in column]
            weight = np.array([1.0 if isinstance(p, str) else LANE_WEIGHT for p in column])
            moved = _apart(0.8 * np.array(centres) + 0.2 * now, weight, size, gap, room)
            place |= dict(zip(column, moved, strict=True))
    tops = [place[c[0]] - s[0] / 2 for c, s in zip(layering.columns, sizes, strict=True)]
    ends = [place[c[-1]] + s[-1] / 2 for c, s in zip(layering.columns, sizes, strict=True)]
    return {p: float(y + (room - min(tops) - max(ends)) / 2) for p, y in place.items()}


def _apart(wanted: Floats, weight: Floats, size: Floats, gap: float, room: float) -> Floats:
    """Return the places nearest to those wanted (least squares) that keep order and distance."""
    from scipy.optimize import isotonic_regression

    reach = np.cumsum([0.0, *((size[:-1] + size[1:]) / 2 + gap)])
    free = isotonic_regression(wanted - reach, weights=weight).x
    bounded: Floats = np.clip(free, size[0] / 2, room - size[-1] / 2 - reach[-1])
    return bounded + reach


def _neighbours(layering: Layering) -> dict[Place, list[Place]]:
    near: dict[Place, list[Place]] = {p: [] for column in layering.columns for p in column}
    for first, second in layering.steps:
        near[first].append(second)
        near[second].append(first)
    return near


def _untangled(layering: Layering) -> Layering:
    """Return the best order that sweeps of barycentres and of neighbours changing places find."""
    columns, near = list(layering.columns), _neighbours(layering)
    best, fewest = layering, layering.crossings
    for sweep in range(SWEEPS):
        onward = sweep % 2 == 0
        for i in range(1, len(columns)) if onward else range(len(columns) - 2, -1, -1):
            fixed = {p: j for j, p in enumerate(columns[i - 1 if onward else i + 1])}
            columns[i] = _by_barycentre(columns[i], fixed, near)
        _swap_neighbours(columns, near)
        tried = Layering(tuple(columns), layering.routes)
        found = tried.crossings
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


def _swap_neighbours(columns: list[tuple[Place, ...]], near: Mapping[Place, list[Place]]) -> None:
    """Let neighbours in a column change places where that undoes crossings."""
    for i, column in enumerate(columns):
        order = list(column)
        around = [columns[j] for j in (i - 1, i + 1) if 0 <= j < len(columns)]
        sides = [{p: j for j, p in enumerate(other)} for other in around]
        for j in range(len(order) - 1):
            upper, lower = order[j], order[j + 1]
            gain = 0
            for at in sides:
                above, below = ([at[q] for q in near[p] if q in at] for p in (upper, lower))
                gain += sum((a > b) - (a < b) for a in above for b in below)
            if gain > 0:
                order[j : j + 2] = [lower, upper]
        columns[i] = tuple(order)
