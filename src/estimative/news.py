"""What is known on a day besides statements, as a likelihood: observations, reports, silence.

Reports multiply per source and outcome and are tempered once with the source's reliability; silence
is evidence that an event has not happened yet. `tests/unit/test_news.py` holds the arithmetic,
worked out by hand.
"""

import datetime as dt
import hashlib
import math
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from estimative.lexicon import reliability
from estimative.network.graph import Graph
from estimative.scenario import (
    Bearing,
    NewsItem,
    Observation,
    Outcome,
    Ratio,
    Report,
    Retraction,
    Revision,
    Scenario,
    Statement,
)

Floats = npt.NDArray[np.float64]

RATIO_DRAWS = 2000  # draws over which doubt about a ratio is averaged for the point forecast
Z_95 = 1.6448536269514722  # the normal quantile of the 95% point at which a ratio's `high` stands


@dataclass(frozen=True, eq=False)
class World:
    """What is known of the outcomes on a day, apart from statements.

    Attributes
    ----------
    likelihood : array of float, shape (states of all nodes,)
        How probable the news is in each state, up to a factor a node: expected over doubt about the
        ratios.
    elapsed : array of float, shape (nodes,)
        The share u of an outcome's window that has passed in silence, in [0, 1]; 0 where silence
        says nothing.
    quiet : array of int, shape (nodes,)
        The place, among a node's own states, of the state that holds while nothing is seen.
    reports : tuple of tuple
        (node, reliability, bearings with their item's id) per node and source, for drawing ratios.
    """

    likelihood: Floats
    elapsed: Floats
    quiet: npt.NDArray[np.int64]
    reports: tuple[tuple[str, float, tuple[tuple[str, Bearing], ...]], ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing at all is known."""
        return bool((self.likelihood == 1).all() and (self.elapsed == 0).all())


def standing(
    scenario: Scenario, as_of: dt.date
) -> tuple[dict[str, Statement], dict[str, NewsItem]]:
    """Return the statements and the news that stand on a day, revised and retracted as of then.

    Parameters
    ----------
    scenario : Scenario
        Its statements and news.
    as_of : date
        The day, inclusive.

    Returns
    -------
    tuple of (dict of str to Statement, dict of str to NewsItem)
        Statements with revisions in place (under the revision's id), and reports and observations.
    """
    dated = sorted(
        (item.published, n) for n, item in scenario.news.items() if item.published <= as_of
    )
    takers: dict[str, list[str]] = defaultdict(list)
    for _, name in dated:
        item = scenario.news[name]
        if isinstance(item, Retraction):
            takers[item.retracts].append(name)

    def stands(
        name: str, below: frozenset[str] = frozenset()
    ) -> bool:  # a retraction may be taken back in turn
        """Return whether no retraction that stands itself takes an item back.

        Parameters
        ----------
        name : str
            The item's id.
        below : frozenset of str
            Ids on the way to it, which are left aside, so that circles end.

        Returns
        -------
        bool
            True if it stands.
        """
        return not any(t not in below and stands(t, below | {name}) for t in takers.get(name, ()))

    items = {n: scenario.news[n] for _, n in dated if stands(n)}
    statements = {n: s for n, s in scenario.statements.items() if s.date <= as_of and stands(n)}
    newest = {i.supersedes: (n, i.statement) for n, i in items.items() if isinstance(i, Revision)}
    for old, (name, statement) in newest.items():
        statements.pop(old, None)
        statements[name] = statement
    return statements, {n: i for n, i in items.items() if isinstance(i, Report | Observation)}


def world(scenario: Scenario, graph: Graph, as_of: dt.date) -> World:
    """Return what news and silence say of each outcome on a day, inclusive.

    Parameters
    ----------
    scenario : Scenario
        Outcomes, links and news.
    graph : Graph
        Its structure.
    as_of : date
        The day.

    Returns
    -------
    World
        Likelihood, elapsed shares and the reports behind them.
    """
    _, items = standing(scenario, as_of)
    observed = _observed(items)
    likelihood = np.ones(int(graph.state_offset[-1]))
    for node, (state, _) in observed.items():
        likelihood[_span(graph, node)] = 0.0
        likelihood[graph.state(node, state)] = 1.0
    reports = _reports(items, observed)
    for node, trust, bearings in reports:
        likelihood[_span(graph, node)] *= _tempered(graph, node, trust, bearings, RATIO_DRAWS).mean(
            axis=0
        )
    elapsed, quiet = np.zeros(len(graph.nodes)), np.zeros(len(graph.nodes), np.int64)
    for node, outcome in scenario.outcomes.items():
        still = quiet_state(outcome)
        if node in observed or still is None:
            continue
        at = graph.position[node]
        quiet[at] = outcome.states.index(still)
        u = _elapsed(outcome, observed, as_of)
        if outcome.timing == "steady":
            elapsed[at] = u
        else:
            left = {"even": 1 - u, "early": (1 - u) ** 2, "late": 1 - u**2}[outcome.timing]
            others = [s for s in outcome.states if s != still]
            likelihood[[graph.state(node, s) for s in others]] *= left
    return World(likelihood, elapsed, quiet, reports)


def drawn_likelihood(known: World, graph: Graph, draws: int) -> Floats:
    """Return the likelihood with a ratio drawn for each draw, each report seeded by its item's id.

    Parameters
    ----------
    known : World
        As `world` returns it.
    graph : Graph
        The structure.
    draws : int
        How many.

    Returns
    -------
    array of float, shape (draws, states of all nodes)
        Likelihoods; they average to the expected ones.
    """
    likelihood = np.repeat(known.likelihood[None, :], draws, axis=0)
    for node, trust, bearings in known.reports:
        span = _span(graph, node)
        expected = _tempered(graph, node, trust, bearings, RATIO_DRAWS).mean(axis=0)
        likelihood[:, span] *= _tempered(graph, node, trust, bearings, draws) / expected
    return likelihood


def quiet_state(outcome: Outcome) -> str | None:
    """Return the state that holds while nothing is seen; None if silence says nothing of it.

    Parameters
    ----------
    outcome : Outcome
        The outcome.

    Returns
    -------
    str or None
        Its `quiet`, else `no` where its states are no and yes.
    """
    if outcome.timing == "none":
        return None
    return outcome.quiet or ("no" if set(outcome.states) == {"no", "yes"} else None)


def silent_tables(graph: Graph, tables: Floats, known: World) -> Floats:
    """Return conditional tables in which elapsed silence under constant hazard has taken its share.

    With p the chance that a row leaves its quiet state within the window and u the share elapsed,
    the quiet entry 1 - p stays and the others are scaled to add up to (1 - p)^u - (1 - p); the row
    adds up to the chance of the silence.

    Parameters
    ----------
    graph : Graph
        The structure.
    tables : array of float, shape (batch, entries)
        Conditional tables; probabilities.
    known : World
        Gives the elapsed shares and quiet states.

    Returns
    -------
    array of float, shape (batch, entries)
        The tables, new where anything changed.
    """
    silent = np.flatnonzero(known.elapsed > 0)
    if len(silent) == 0:
        return tables
    tables = tables.copy()
    for at in silent:
        node, u = graph.nodes[at], known.elapsed[at]
        block = graph.block(node)
        rows = tables[:, block].reshape(len(tables), -1, len(graph.states[node]))
        stay = rows[:, :, [known.quiet[at]]]
        go = np.maximum(1 - stay, 1e-300)
        scaled = rows * ((stay**u - stay) / go)
        scaled[:, :, known.quiet[at]] = stay[:, :, 0]
        tables[:, block] = scaled.reshape(len(tables), -1)
    return tables


def _observed(items: dict[str, NewsItem]) -> dict[str, tuple[str, dt.date]]:
    """Return each observed node's state and day; a later observation corrects an earlier one."""
    seen: dict[str, tuple[str, dt.date]] = {}
    for item in items.values():
        if isinstance(item, Observation):
            day = item.happened[1] if item.happened else item.published
            seen |= {node: (state, day) for node, state in item.observed.items()}
    return seen


def _elapsed(outcome: Outcome, observed: dict[str, tuple[str, dt.date]], as_of: dt.date) -> float:
    if (as_of - outcome.by).days >= outcome.lag:  # closed, however late its silence began
        return 1.0
    start = outcome.opens
    if outcome.after is not None:
        if outcome.after not in observed:  # silence says nothing yet
            return 0.0
        start = max(start, observed[outcome.after][1])
    length = max((outcome.by - start).days, 1)
    return min(max(((as_of - start).days - outcome.lag) / length, 0.0), 1.0)


def _reports(
    items: dict[str, NewsItem], observed: dict[str, tuple[str, dt.date]]
) -> tuple[tuple[str, float, tuple[tuple[str, Bearing], ...]], ...]:
    """Group reports by node and source; one origin counts once, under its best-graded source."""
    best: dict[tuple[str, str, str], tuple[float, str, str, Bearing]] = {}
    for name, item in items.items():
        if not isinstance(item, Report):
            continue
        trust = reliability(item.source.reliability)
        for bearing in item.bears_on:
            if bearing.node in observed:
                continue
            key = (item.origin or name, bearing.node, bearing.state)
            if key not in best or trust > best[key][0]:
                best[key] = (trust, item.source.name, name, bearing)
    grouped: dict[tuple[str, str], list[tuple[float, str, Bearing]]] = defaultdict(list)
    for trust, source, name, bearing in best.values():
        grouped[bearing.node, source].append((trust, name, bearing))
    return tuple(
        (
            node,
            _joint_trust([(trust, bearing.ratio.best) for trust, _, bearing in found]),
            tuple((n, b) for _, n, b in sorted(found, key=lambda f: f[1])),
        )
        for (node, _), found in sorted(grouped.items(), key=lambda g: g[0])
    )


def _joint_trust(reports: list[tuple[float, float]]) -> float:
    """Return one reliability for a source's reports: each counts by how much it says (log ratio).

    So a weak or empty report does not devalue a strong one of the same source.
    """
    weights = [math.log(ratio) for _, ratio in reports]
    if sum(weights) == 0:
        return min(trust for trust, _ in reports)
    return sum(t * w for (t, _), w in zip(reports, weights, strict=True)) / sum(weights)


def _tempered(
    graph: Graph, node: str, trust: float, bearings: tuple[tuple[str, Bearing], ...], draws: int
) -> Floats:
    """Return draws of one source's table on a node, tempered once; shape (draws, states)."""
    size = len(graph.states[node])
    table = np.ones((draws, size))
    for name, bearing in bearings:
        drawn = _drawn_ratios(f"{name}/{node}", bearing.ratio, draws)
        table[:, graph.states[node].index(bearing.state)] *= drawn
    table /= table.sum(axis=1, keepdims=True)
    return trust * table + (1 - trust) / size


@lru_cache(maxsize=128)  # a comparison asks for the same reports in thousands of worlds
def _drawn_ratios(seed: str, ratio: Ratio, draws: int) -> Floats:
    """Return draws of a ratio, fixed by a text."""
    z = _standard_normals(seed, draws)
    low, best, high = (math.log(r) for r in (ratio.low, ratio.best, ratio.high))
    return np.asarray(np.exp(best + z * np.where(z < 0, best - low, high - best) / Z_95))


def _standard_normals(seed: str, draws: int) -> Floats:
    """Return standard normal draws fixed by a text, symmetric so that they average to 0."""
    digest = hashlib.sha256(seed.encode()).digest()
    half = np.random.default_rng(int.from_bytes(digest[:8])).standard_normal((draws + 1) // 2)
    return np.concatenate([half, -half])[:draws]


def _span(graph: Graph, node: str) -> slice:
    at = graph.position[node]
    return slice(int(graph.state_offset[at]), int(graph.state_offset[at + 1]))
