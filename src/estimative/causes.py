"""What lies between two forecasts: news that came or went, and days that passed in silence.

Reprints of one report are one cause, and so is the silence of one outcome; whatever changed in the
belief is told by `estimative.refit`.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from estimative.lexicon import reliability
from estimative.many_worlds import Worlds
from estimative.network import Graph
from estimative.news import World, quiet_state, standing, world
from estimative.partial_worlds import Items, NodeNews, about
from estimative.scenario import NewsItem, Observation, Outcome, Report, Scenario
from estimative.shapley import Sets


@dataclass(frozen=True)
class Cause:
    """One thing that may have moved the answers.

    Attributes
    ----------
    kind : str
        `news`, `time`, or `refit`: everything that changed in the belief.
    name : str
        The news item, or the origin it shares with others; the outcome whose silence went on;
        `refit`.
    items : tuple of str
        Ids of the news items it stands for.
    said : str
        The cause in words.
    published : date or None
        Of news that came or changed, the day on which the best-graded of its items was published.
    """

    kind: str
    name: str
    items: tuple[str, ...]
    said: str
    published: dt.date | None = None

    @property
    def label(self) -> str:
        """The cause in words that need no context."""
        if self.kind != "news":
            return self.said
        count = f" ({len(self.items)} items, counted once)" if len(self.items) > 1 else ""
        return f"{self.name}{count}: {self.said}"


@dataclass(frozen=True, eq=False)
class Repeats:
    """Reports of one origin, which count once, and what would be known had they not.

    Attributes
    ----------
    cause : Cause
        The origin.
    items : tuple of str
        Ids of all its reports that stand on the later day.
    known : World
        What would be known on that day if those that came were reports of their own.
    """

    cause: Cause
    items: tuple[str, ...]
    known: World


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
        For each cause that is news, the items that stand without it, and those that stand with it.
    """

    scenario: Scenario
    graph: Graph
    days: int
    causes: tuple[Cause, ...]
    same: Items
    gone: Sequence[Items]
    come: Sequence[Items]

    @cached_property
    def nodes(self) -> dict[str, NodeNews]:
        """For each node its part of all this."""
        time = {c.name: i for i, c in enumerate(self.causes) if c.kind == "time"}
        origins = [cause.name for cause in self.causes if cause.kind == "news"]
        found = {}
        for node in self.graph.nodes:
            outcome = self.scenario.outcomes.get(node)
            after = outcome.after if outcome else None
            gone, come = ([about(i, node, after) for i in part] for part in (self.gone, self.come))
            moves, same = list(zip(gone, come, strict=True)), about(self.same, node, after)
            found[node] = NodeNews(
                self.scenario, self.graph, node, self.days, same, moves, origins, time.get(node)
            )
        return found

    @cached_property
    def repeats(self) -> tuple[Repeats, ...]:
        """Causes that are several reports of one origin, or one more of an origin known before."""
        now = dict(self.same)
        for come in self.come:
            now |= come
        found = []
        for cause, come in zip(self.causes, self.come, strict=False):  # news stands first
            items = [n for n, i in now.items() if isinstance(i, Report) and i.origin == cause.name]
            if come and len(items) > 1:
                own = {n: i.model_copy(update={"origin": None}) for n, i in come.items()}
                apart = self.scenario.model_copy(update={"news": now | own})
                known = world(apart, self.graph, self.scenario.date)
                found.append(Repeats(cause, tuple(items), known))
        return tuple(found)

    def worlds(self, sets: Sets) -> Worlds:
        """Return what is known with some of the causes.

        Parameters
        ----------
        sets : array of bool, shape (sets, causes)
            Which causes.

        Returns
        -------
        Worlds
            One for each set.
        """
        found = [node.known(sets) for node in self.nodes.values()]
        quiet = [_quiet_place(self.scenario.outcomes.get(node)) for node in self.graph.nodes]
        likelihood = np.concatenate([likelihood for likelihood, _ in found], axis=1)
        elapsed = np.stack([elapsed for _, elapsed in found], axis=1)
        return Worlds(likelihood, elapsed, np.array(quiet))


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
    moved = [(n, i) for n, i in [*new.items(), *old.items()] if n not in same]
    keys = tuple(dict.fromkeys(i.origin or n for n, i in moved))

    def of(items: Items, key: str) -> Items:
        """Return the items of one origin.

        Parameters
        ----------
        items : mapping of str to NewsItem
            News by id.
        key : str
            The origin.

        Returns
        -------
        mapping of str to NewsItem
            Those of the origin that changed.
        """
        return {n: i for n, i in items.items() if n not in same and (i.origin or n) == key}

    gone, come = ([of(items, key) for key in keys] for items in (old, new))
    news = tuple(_news_cause(key, a, b) for key, a, b in zip(keys, gone, come, strict=True))
    days = (later.date - earlier.date).days
    between = Between(later, graph, days, news, same, gone, come)
    silent = tuple(_time_cause(later, n, days) for n, part in between.nodes.items() if part.quiets)
    return replace(between, causes=(*news, *silent))


def _known(scenario: Scenario, graph: Graph) -> Items:
    """Return the reports and observations of a day as far as they speak of a graph's nodes."""
    _, items = standing(scenario, scenario.date)

    def there(node: str, state: str) -> bool:
        return state in graph.states.get(node, ())

    found: dict[str, NewsItem] = {}
    for name, item in items.items():
        if isinstance(item, Report):
            kept = tuple(b for b in item.bears_on if there(b.node, b.state))
            found[name] = item.model_copy(update={"bears_on": kept})
        elif isinstance(item, Observation):
            seen = {n: s for n, s in item.observed.items() if there(n, s)}
            found[name] = item.model_copy(update={"observed": seen})
    return found


def _news_cause(key: str, gone: Items, come: Items) -> Cause:
    best = max((come or gone).values(), key=lambda item: reliability(item.source.reliability))
    how = ("changed: " if come else "taken back: ") if gone else ""
    day = best.published if come else None
    return Cause("news", key, tuple(dict.fromkeys([*come, *gone])), how + best.said, day)


def _time_cause(scenario: Scenario, node: str, days: int) -> Cause:
    outcome = scenario.outcomes[node]
    still = "without" if (quiet := quiet_state(outcome)) == "no" else f"of '{quiet}'"
    said = f"{days} more day{'s' * (days != 1)} {still}: {outcome.title}"
    return Cause("time", node, (), said)


def _quiet_place(outcome: Outcome | None) -> int:
    state = quiet_state(outcome) if outcome else None
    return outcome.states.index(state) if outcome and state else 0
