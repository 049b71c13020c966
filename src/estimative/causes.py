"""What lies between two forecasts: news that came or went, and days of silence, each taken away again at will.

A world with only some of the causes is what `news.world` makes of fewer items, and of an outcome that
is reported so many days later than it is as the days that have not passed for it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from estimative.lexicon import reliability
from estimative.many_worlds import Local
from estimative.network import Graph
from estimative.network.graph import Ints
from estimative.network.propagation import Floats
from estimative.news import standing, world
from estimative.scenario import NewsItem, Observation, Report, Scenario
from estimative.shapley import Sets

Items = Mapping[str, NewsItem]
Key = tuple[bool, ...]


@dataclass(frozen=True)
class Cause:
    """One thing that may have moved the answers.

    Attributes
    ----------
    kind : str
        `news`, `time`, or `refit`: everything that changed in the belief.
    name : str
        The news item or the origin it shares with others; the outcome whose silence went on; `refit`.
    items : tuple of str
        Ids of the news items it stands for.
    said : str
        The cause in words.
    """

    kind: str
    name: str
    items: tuple[str, ...]
    said: str

    @property
    def label(self) -> str:
        """The cause in words that need no context."""
        if self.kind != "news":
            return self.said
        count = f" ({len(self.items)} items, counted once)" if len(self.items) > 1 else ""
        return f"{self.name}{count}: {self.said}"


@dataclass(frozen=True, eq=False)
class Between:
    """What is known on two days, and the causes that lead from the one to the other.

    Attributes
    ----------
    scenario : Scenario
        The later one, as known on its date.
    graph : Graph
        Its structure.
    days : int
        From the earlier day to the later.
    causes : tuple of Cause
        News first, then time.
    same : mapping of str to NewsItem
        Items that stand on both days.
    gone, come : sequence of mapping
        For each cause, the items that stand without it and those that stand with it, besides `same`.
    """

    scenario: Scenario
    graph: Graph
    days: int
    causes: tuple[Cause, ...]
    same: Items
    gone: Sequence[Items]
    come: Sequence[Items]
    _pieces: dict[tuple[str, tuple[int, ...], Key], Local] = field(default_factory=dict, repr=False)

    def worlds(self, sets: Sets) -> tuple[list[list[Local]], Ints]:
        """Return what is known of each node with some of the causes.

        Parameters
        ----------
        sets : array of bool, shape (sets, causes)
            Which causes.

        Returns
        -------
        tuple of list of list of Local and array of int, shape (sets, nodes)
            For each node what may be known of it, and which of these is, in each set.
        """
        found, chosen = [], np.zeros((len(sets), len(self.graph.nodes)), np.int64)
        for at, node in enumerate(self.graph.nodes):
            settling, reporting = self._bearing[node]
            relevant = [*settling, *(i for group in reporting for i in group)]
            rows, chosen[:, at] = _distinct_rows(sets[:, relevant])
            found.append([self._local(node, dict(zip(relevant, map(bool, row), strict=True))) for row in rows])
        return found, chosen

    def quiets(self, node: str) -> bool:
        """Return whether days of silence lie between the two for an outcome that is not seen in the end."""
        if self.days == 0 or node not in self.scenario.outcomes:
            return False
        for known in (True, False):
            items = _observations(self._with(node, dict.fromkeys(range(len(self.come)), known)))
            if known and any(node in item.observed for item in items.values()):
                return False
            before, after = (self._world(node, items, passed) for passed in (False, True))
            if before.elapsed != after.elapsed or (before.likelihood != after.likelihood).any():
                return True
        return False

    @cached_property
    def _bearing(self) -> dict[str, tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]]:
        """For each node the causes that settle it or its silence, and groups of those that report on it.

        Causes are in one group when they speak through one source, for that is tempered as a whole.
        """
        found = {}
        for node in self.graph.nodes:
            same, moves = self._parts[node]
            settling = [i for i, c in enumerate(self.causes) if c.kind == "time" and c.name == node]
            settling += [i for i, move in enumerate(moves) if any(_observations(part) for part in move)]
            reporting = [i for i, move in enumerate(moves) if any(_reports(part) for part in move)]
            if any(node in item.observed for item in _observations(same).values()):
                reporting = []  # it stays settled, and whatever is reported of it is set aside
            found[node] = tuple(settling), _groups({i: self._sources(node, i) for i in reporting})
        return found

    @cached_property
    def _parts(self) -> dict[str, tuple[Items, list[tuple[Items, Items]]]]:
        """For each node, what `same` and each cause's items say of it."""
        found: dict[str, tuple[Items, list[tuple[Items, Items]]]] = {}
        for node in self.graph.nodes:
            outcome = self.scenario.outcomes.get(node)
            watched = {node, outcome.after} if outcome else {node}
            moves = [
                (_about(node, watched, gone), _about(node, watched, come))
                for gone, come in zip(self.gone, self.come, strict=True)
            ]
            found[node] = _about(node, watched, self.same), moves
        return found

    def _sources(self, node: str, cause: int) -> set[str]:
        """Return the sources through which a cause speaks of a node, and those that had its origin before."""
        same, moves = self._parts[node]
        shared = [i for n, i in same.items() if (i.origin or n) == self.causes[cause].name]
        own = [*shared, *moves[cause][0].values(), *moves[cause][1].values()]
        return {item.source.name for item in own if isinstance(item, Report)}

    def _with(self, node: str, active: Mapping[int, bool]) -> Items:
        """Return a node's news of both days, and that which comes or goes with some causes."""
        same, moves = self._parts[node]
        found = dict(same)
        for i, present in active.items():
            if i < len(moves):
                found |= moves[i][present]
        return found

    def _local(self, node: str, active: Mapping[int, bool]) -> Local:
        """Return what is known of a node with some of the causes."""
        settling, reporting = self._bearing[node]
        chosen = {i: active[i] for i in settling}
        key = node, settling, tuple(chosen.values())
        if key not in self._pieces:
            passed = any(on and self.causes[i].kind == "time" for i, on in chosen.items())
            self._pieces[key] = self._world(node, _observations(self._with(node, chosen)), passed)
        settled = self._pieces[key]
        likelihood = settled.likelihood
        if np.count_nonzero(likelihood) > 1:
            for group in (*reporting, ()):
                likelihood = likelihood * self._reported(node, group, {i: active[i] for i in group})
        return Local(likelihood, settled.elapsed, settled.quiet)

    def _reported(self, node: str, group: tuple[int, ...], active: Mapping[int, bool]) -> Floats:
        """Return what a group of causes reports of a node; the empty group is all sources that no cause touches."""
        key = node, (-1, *group), tuple(active.values())
        if key not in self._pieces:
            touched = [s for g in self._bearing[node][1] for i in g for s in self._sources(node, i)]
            own = {s for i in group for s in self._sources(node, i)}
            items = _reports(self._with(node, active))
            if group:
                items = {n: i for n, i in items.items() if i.source.name in own}
            else:
                items = {n: i for n, i in items.items() if i.source.name not in touched}
            self._pieces[key] = self._world(node, items, True, silent=False)
        return self._pieces[key].likelihood

    def _world(self, node: str, items: Items, passed: bool, *, silent: bool = True) -> Local:
        """Return what `news.world` says of one node."""
        outcomes = {}
        if silent and node in self.scenario.outcomes:
            outcome = self.scenario.outcomes[node]
            later = 0 if passed else self.days
            outcomes = {node: outcome.model_copy(update={"lag": outcome.lag + later})}
        some = self.scenario.model_copy(update={"statements": {}, "news": items, "outcomes": outcomes})
        known = world(some, self.graph, self.scenario.date)
        at = self.graph.position[node]
        return Local(known.likelihood[self.graph.span(node)], float(known.elapsed[at]), int(known.quiet[at]))


def find_causes(earlier: Scenario, later: Scenario, graph: Graph) -> Between:
    """Return the causes between two days.

    Parameters
    ----------
    earlier, later : Scenario
        As known on their dates (`estimative.elicitation.as_known`).
    graph : Graph
        The structure of the later one.

    Returns
    -------
    Between
        One cause for each origin, or item without one, that came, went or was changed, and one for
        each outcome of which nothing was seen for longer.
    """
    old, new = (_known(s, graph) for s in (earlier, later))
    same = {n: i for n, i in new.items() if old.get(n) == i}
    keys = dict.fromkeys(i.origin or n for n, i in [*new.items(), *old.items()] if n not in same)
    gone, come = (
        [{n: i for n, i in items.items() if n not in same and (i.origin or n) == key} for key in keys]
        for items in (old, new)
    )
    news = tuple(_news_cause(key, a, b) for key, a, b in zip(keys, gone, come, strict=True))
    days = (later.date - earlier.date).days
    between = Between(later, graph, days, news, same, gone, come)
    silent = tuple(_time_cause(later, n, days) for n in later.outcomes if between.quiets(n))
    return Between(later, graph, days, (*news, *silent), same, gone, come)


def _known(scenario: Scenario, graph: Graph) -> dict[str, NewsItem]:
    """Return the reports and observations of a day, as far as they speak of nodes and states of a graph."""
    _, items = standing(scenario, scenario.date)

    def there(node: str, state: str) -> bool:
        return state in graph.states.get(node, ())

    found: dict[str, NewsItem] = {}
    for name, item in items.items():
        if isinstance(item, Report):
            kept = tuple(b for b in item.bears_on if there(b.node, b.state))
            found[name] = item if kept == item.bears_on else item.model_copy(update={"bears_on": kept})
        elif isinstance(item, Observation):
            seen = {n: s for n, s in item.observed.items() if there(n, s)}
            found[name] = item if seen == item.observed else item.model_copy(update={"observed": seen})
    return found


def _news_cause(key: str, gone: Items, come: Items) -> Cause:
    best = max((come or gone).values(), key=lambda item: reliability(item.source.reliability))
    how = ("changed: " if come else "taken back: ") if gone else ""
    return Cause("news", key, tuple(dict.fromkeys([*come, *gone])), how + best.said)


def _time_cause(scenario: Scenario, node: str, days: int) -> Cause:
    said = f"{days} more day{'s' * (days != 1)} without: {scenario.outcomes[node].title}"
    return Cause("time", node, (), said)


def _about(node: str, watched: Collection[str | None], items: Items) -> dict[str, NewsItem]:
    """Return the parts of items that say something of a node, or settle what its silence waits for."""
    found: dict[str, NewsItem] = {}
    for name, item in items.items():
        if isinstance(item, Report):
            bearings = tuple(b for b in item.bears_on if b.node == node)
            if bearings:
                found[name] = item.model_copy(update={"bears_on": bearings})
        elif isinstance(item, Observation):
            observed = {n: s for n, s in item.observed.items() if n in watched}
            if observed:
                found[name] = item.model_copy(update={"observed": observed})
    return found


def _observations(items: Items) -> dict[str, Observation]:
    return {n: i for n, i in items.items() if isinstance(i, Observation)}


def _reports(items: Items) -> dict[str, Report]:
    return {n: i for n, i in items.items() if isinstance(i, Report)}


def _groups(sources: Mapping[int, set[str]]) -> tuple[tuple[int, ...], ...]:
    """Group causes that speak through a common source, directly or by way of others."""
    groups: list[tuple[set[str], list[int]]] = []
    for cause, own in sources.items():
        met = [g for g in groups if g[0] & own]
        groups = [g for g in groups if not g[0] & own]
        groups.append((own.union(*(g[0] for g in met)), sorted([cause, *(i for g in met for i in g[1])])))
    return tuple(tuple(members) for _, members in groups)


def _distinct_rows(rows: Sets) -> tuple[Sets, npt.NDArray[np.int64]]:
    """Return the distinct rows, and for each row which of them it is."""
    if rows.shape[1] == 0:
        return rows[:1], np.zeros(len(rows), np.int64)
    packed = np.packbits(rows, axis=1)
    _, first, back = np.unique(packed, axis=0, return_index=True, return_inverse=True)
    return rows[first], back.ravel()


