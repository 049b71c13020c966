"""What would be known of one node had only some of the causes been at work.

It is what `news.world` makes of fewer items; and days that have not passed for an outcome are a lag
so many days longer. Each distinct case is worked out once (`tests/unit/test_comparing.py` holds the
pieces against whole scenarios).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from estimative.network import Graph
from estimative.network.graph import Floats, Ints
from estimative.news import world
from estimative.scenario import NewsItem, Observation, Report, Scenario
from estimative.shapley import Sets

Items = Mapping[str, NewsItem]
Active = Mapping[int, bool]


class Local(NamedTuple):
    """How probable the news is in each state of a node, and how long it has been silent."""

    likelihood: Floats
    elapsed: float


@dataclass(frozen=True)
class Group:
    """Causes that report on a node through common sources, which are tempered as a whole."""

    causes: tuple[int, ...]
    sources: frozenset[str]


@dataclass(frozen=True, eq=False)
class NodeNews:
    """One node's news: what stands on both days, and what comes and goes with each cause.

    Attributes
    ----------
    scenario : Scenario
        The later one, as known on its date.
    graph : Graph
        Its structure.
    node : str
        The node.
    days : int
        From the earlier day to the later.
    same : mapping of str to NewsItem
        Items that stand on both days and say something of the node, or of what its silence waits
        for.
    moves : sequence of pairs of such mappings
        For each cause that is news, the items that stand without it, and those that stand with it.
    origins : sequence of str
        The name of each of these causes.
    passing : int or None
        Which cause is the time that passed for this node.
    """

    scenario: Scenario
    graph: Graph
    node: str
    days: int
    same: Items
    moves: Sequence[tuple[Items, Items]]
    origins: Sequence[str]
    passing: int | None

    @cached_property
    def settling(self) -> tuple[int, ...]:
        """Causes that may settle the node or its silence."""
        seen = [i for i, move in enumerate(self.moves) if any(_observations(m) for m in move)]
        return (*seen, *([] if self.passing is None else [self.passing]))

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """Causes that report on the node, those together that are joined by common sources."""
        if any(self.node in item.observed for item in _observations(self.same).values()):
            return ()  # it stays settled, and whatever is reported of it is set aside
        groups: list[Group] = []
        for i, move in enumerate(self.moves):
            # a reprint counts under the best-graded source of all that have its origin
            shared = {n: m for n, m in self.same.items() if (m.origin or n) == self.origins[i]}
            reports = [r for m in (*move, shared) for r in _reports(m).values()]
            if not any(_reports(m) for m in move):
                continue
            own = Group((i,), frozenset(r.source.name for r in reports))
            met = [g for g in groups if g.sources & own.sources]
            causes = sorted(c for g in (own, *met) for c in g.causes)
            joined = Group(tuple(causes), own.sources.union(*(g.sources for g in met)))
            groups = [*(g for g in groups if g not in met), joined]
        return tuple(groups)

    @property
    def quiets(self) -> bool:
        """Whether days of silence lie between the two dates, and it was not seen in the end."""
        if self.days == 0 or self.node not in self.scenario.outcomes:
            return False
        for present in (True, False):
            items = _observations(self._items(dict.fromkeys(range(len(self.moves)), present)))
            if present and any(self.node in item.observed for item in items.values()):
                return False
            before, after = (self._world(items, lag) for lag in (self.days, 0))
            if before.elapsed != after.elapsed or (before.likelihood != after.likelihood).any():
                return True
        return False

    def known(self, sets: Sets) -> tuple[Floats, Floats]:
        """Return what is known of the node with some of the causes.

        Parameters
        ----------
        sets : array of bool, shape (sets, causes)
            Which causes.

        Returns
        -------
        tuple of array of float, shapes (sets, states of the node) and (sets,)
            How probable the news is in each state; the share of its window that passed in silence.
        """
        cases, case = _distinct(sets, self.settling)
        settled = [self._settled(active) for active in cases]
        likelihood = np.array([one.likelihood for one in settled])[case]
        elapsed = np.array([one.elapsed for one in settled])[case]
        touched = frozenset[str]().union(*(group.sources for group in self.groups))
        reported = self._reported({}, touched, among=False)[None, :]
        for group in self.groups:
            cases, case = _distinct(sets, group.causes)
            found = [self._reported(active, group.sources, among=True) for active in cases]
            reported = reported * np.array(found)[case]
        is_open = (likelihood > 0).sum(axis=1, keepdims=True) > 1
        return likelihood * np.where(is_open, reported, 1.0), elapsed

    def _settled(self, active: Active) -> Local:
        """Return what observations and silence say."""
        passed = self.passing is not None and active[self.passing]
        return self._world(_observations(self._items(active)), 0 if passed else self.days)

    def _reported(self, active: Active, sources: frozenset[str], *, among: bool) -> Floats:
        """Return what is reported with some causes, by these sources or by all others."""
        reports = _reports(self._items(active))
        own = {n: r for n, r in reports.items() if (r.source.name in sources) == among}
        return self._world(own, None).likelihood

    def _items(self, active: Active) -> Items:
        """Return the node's news with some causes; causes that are not named are left out."""
        found = dict(self.same)
        for i, present in active.items():
            if i < len(self.moves):
                found |= self.moves[i][present]
        return found

    def _world(self, items: Items, lag: int | None) -> Local:
        """Return what `news.world` says of the node, so many days late; None leaves silence out."""
        outcomes = {}
        if lag is not None and self.node in self.scenario.outcomes:
            outcome = self.scenario.outcomes[self.node]
            outcomes = {self.node: outcome.model_copy(update={"lag": outcome.lag + lag})}
        changes = {"statements": {}, "news": items, "outcomes": outcomes}
        known = world(self.scenario.model_copy(update=changes), self.graph, self.scenario.date)
        at, span = self.graph.position[self.node], self.graph.span(self.node)
        return Local(known.likelihood[span], float(known.elapsed[at]))


def about(items: Items, node: str, waits_for: str | None) -> Items:
    """Return what items say of a node, or of the parent that its silence waits for.

    Parameters
    ----------
    items : mapping of str to NewsItem
        Reports and observations.
    node : str
        The node.
    waits_for : str or None
        That parent.

    Returns
    -------
    mapping of str to NewsItem
        Parts of those that do.
    """
    found: dict[str, NewsItem] = {}
    for name, item in items.items():
        if isinstance(item, Report):
            bearings = tuple(b for b in item.bears_on if b.node == node)
            if bearings:
                found[name] = item.model_copy(update={"bears_on": bearings})
        elif isinstance(item, Observation):
            seen = {n: s for n, s in item.observed.items() if n in (node, waits_for)}
            if seen:
                found[name] = item.model_copy(update={"observed": seen})
    return found


def _distinct(sets: Sets, causes: Sequence[int]) -> tuple[list[Active], Ints]:
    """Return the distinct combinations of some causes, and for each set which of them it has."""
    if not causes:
        return [{}], np.zeros(len(sets), np.int64)
    rows = sets[:, causes]
    packed = np.packbits(rows, axis=1)
    _, first, back = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    cases: list[Active] = [dict(zip(causes, map(bool, row), strict=True)) for row in rows[first]]
    return cases, back.ravel().astype(np.int64)


def _observations(items: Items) -> dict[str, Observation]:
    return {n: i for n, i in items.items() if isinstance(i, Observation)}


def _reports(items: Items) -> dict[str, Report]:
    return {n: i for n, i in items.items() if isinstance(i, Report)}
