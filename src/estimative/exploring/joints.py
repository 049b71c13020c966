"""Whole scenarios: a state for every open outcome at once, the likeliest first.

The mean over draws of joint tables does not factorise, so every whole scenario is worked out under
every draw, exactly, with everything else summed out; `tests/unit/test_joint.py` enumerates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from estimative.elicitation import Elicitation
from estimative.exploring.conditions import settled_state
from estimative.exploring.supposing import Estimate, bounds, reliance
from estimative.forecasting import Forecast
from estimative.network.graph import Floats, Graph, Ints
from estimative.news import drawn_likelihood, silent_tables
from estimative.results import Answer, Table, mass, percent

MOST_SCENARIOS = 2**16
"""Sixteen outcomes of two states: some seconds over 4,000 draws."""
_BLOCK = 2**18  # numbers worked on at once: they stay in the processor's cache

Factor = tuple[tuple[str, ...], Floats]  # nodes, and a table over draws and their states


@dataclass(frozen=True)
class WholeScenario:
    """One state for every outcome told apart.

    Attributes
    ----------
    states : mapping of str to str
        From outcomes to states.
    chance : Estimate
        The probability of all of them together.
    apart : mapping of str to str
        Those outcomes, with their states, in which it differs from the likeliest whole scenario.
    name : str
        The same in words.
    defaults : float
        By how much, in probability, its chance would move if what nobody stated were half a prior
        sd off.
    """

    states: Mapping[str, str]
    chance: Estimate
    apart: Mapping[str, str]
    name: str
    defaults: float


@dataclass(frozen=True, eq=False)
class Joint(Answer):
    """The likeliest whole scenarios.

    Attributes
    ----------
    forecast : Forecast
        The forecast.
    scenarios : tuple of WholeScenario
        The likeliest first.
    count : int
        How many whole scenarios there are.
    rest : float
        The probability of those that are not listed.
    left_out : mapping of str to str
        Outcomes that are not told apart, and why.
    """

    forecast: Forecast = field(repr=False)
    scenarios: tuple[WholeScenario, ...]
    count: int
    rest: float
    left_out: Mapping[str, str]

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping a whole scenario."""
        return [
            {
                "rank": i + 1,
                "probability": s.chance.value,
                "lower": s.chance.lower,
                "upper": s.chance.upper,
                "name": s.name,
                "apart": dict(s.apart),
                "states": dict(s.states),
                "defaults": s.defaults,
            }
            for i, s in enumerate(self.scenarios)
        ]

    def tables(self) -> list[Table]:
        """Return the scenarios by rank; below the likeliest, all of its states."""
        rows = [
            (
                str(i + 1),
                chance(s.chance.value),
                f"{percent(s.chance.lower)} to {percent(s.chance.upper)}",
                s.name,
                f"{100 * s.defaults:.1f}",
            )
            for i, s in enumerate(self.scenarios)
        ]
        columns = ("", "chance", f"{mass(self.forecast.interval)} interval", "scenario", "defaults")
        title = (
            f"{self.forecast.scenario.question}\nThe likeliest whole scenarios, as of"
            f" {self.forecast.as_of}; record {self.forecast.record}."
        )
        whole = [in_full(self.forecast, s.states) for s in self.scenarios[:1]]
        below = [*whole, *[""] * (len(rows) - len(whole))]
        return [Table(title, columns, rows, self.notes(), below)]

    def notes(self) -> list[str]:
        """Return the sentences that belong under the table."""
        notes = []
        if self.forecast.belief.failed:
            notes.append(f"NOT CONVERGED, so all is withheld: {self.forecast.belief.failed[0]}.")
        elif self.scenarios:
            others = self.count - len(self.scenarios)
            notes.append(
                f"Listed: {percent(1 - self.rest)} of all probability. The other {others:,} whole"
                f" scenarios hold {percent(self.rest)} together, none more than"
                f" {chance(self.scenarios[-1].chance.value)}."
                if others
                else "These are all."
            )
            notes.append(
                f"Interval: the central {mass(self.forecast.interval)}. Defaults: by how many"
                " points the chance would move if all that nobody stated were half a prior sd off."
            )
        notes += [f"{name} is not told apart: {why}." for name, why in self.left_out.items()]
        return notes


def joint(forecast: Forecast, top: int = 10, *, outcomes: Sequence[str] | None = None) -> Joint:
    """Return the likeliest whole scenarios: a state for every open outcome at once.

    Parameters
    ----------
    forecast : Forecast
        What `estimative.forecast` returns.
    top : int
        How many.
    outcomes : sequence of str, optional
        The outcomes to tell apart; default all that are open and not withheld.

    Returns
    -------
    Joint
        Exact, with the probability left over for all others.

    Raises
    ------
    ValueError
        If `top` is below 1, or there are more than 65,536 whole scenarios.
    KeyError
        If there is no such outcome.
    """
    if top < 1:
        raise ValueError(f"top is {top}; ask for at least one whole scenario")
    asked = [forecast[name] for name in outcomes or [o.name for o in forecast.outcomes]]
    left_out = {}
    for outcome in asked:
        settled = settled_state(forecast, outcome.name)
        if settled or outcome.withheld:
            left_out[outcome.name] = f"settled, {settled}" if settled else str(outcome.withheld)
    kept = tuple(dict.fromkeys(o.name for o in asked if o.name not in left_out))
    sizes = forecast.given.graph.sizes(kept)
    if prod(sizes) > MOST_SCENARIOS:
        raise ValueError(
            f"{len(kept)} outcomes make {prod(sizes):,} whole scenarios, more than the"
            f" {MOST_SCENARIOS:,} that can be worked out; name those to tell apart in outcomes"
        )
    if not kept:
        return Joint(forecast, (), 0, 0.0, left_out)
    return Joint(forecast, *_likeliest(forecast, kept, sizes, top), left_out)


def chance(probability: float) -> str:
    """Return the probability of a whole scenario as printed: small ones in tenths of a per cent.

    Parameters
    ----------
    probability : float
        In [0, 1].

    Returns
    -------
    str
        Such as `3.1%`; from 10% as elsewhere.
    """
    if 0 < probability < 0.0005:
        return "<0.1%"
    return percent(probability) if probability >= 0.0995 else f"{100 * probability:.1f}%"


def in_full(forecast: Forecast, states: Mapping[str, str]) -> str:
    """Return the states of a whole scenario in words.

    Parameters
    ----------
    forecast : Forecast
        Names the outcomes.
    states : mapping of str to str
        From outcomes to states.

    Returns
    -------
    str
        What happens, then what does not.
    """
    titles = {o.name: o.title for o in forecast.outcomes}
    so = [titles[n] if s == "yes" else f"{titles[n]}: {s}" for n, s in states.items() if s != "no"]
    not_so = [titles[n] for n, s in states.items() if s == "no"]
    return ". ".join(
        f"{what}: {'; '.join(names)}" for what, names in (("So", so), ("Not so", not_so)) if names
    )


def _likeliest(
    forecast: Forecast, kept: tuple[str, ...], sizes: tuple[int, ...], top: int
) -> tuple[tuple[WholeScenario, ...], int, float]:
    """Return the likeliest whole scenarios, how many there are, and what is left for the others."""
    given, known, weights = forecast.given, forecast.known, forecast.weights
    graph = given.graph
    tables = silent_tables(graph, forecast.belief.tables, known)
    mean = _mean(graph, tables * known.likelihood[graph.own_state], kept, weights)
    best = np.argsort(-mean, kind="stable")[:top]
    drawn = drawn_likelihood(known, graph, len(weights))
    draws = _chances(given, tables * drawn[:, graph.own_state], kept, best)
    ends, leans = bounds(draws, weights, forecast.interval), reliance(forecast, weights, draws)
    found: list[WholeScenario] = []
    for i, index in enumerate(best):
        at = np.unravel_index(index, sizes)
        states = {n: graph.states[n][int(k)] for n, k in zip(kept, at, strict=True)}
        first = found[0].states if found else states
        apart = {n: s for n, s in states.items() if s != first[n]}
        name = _apart_in_words(forecast, apart)
        estimate = Estimate(float(mean[index]), *map(float, ends[:, i]))
        found.append(WholeScenario(states, estimate, apart, name, float(leans[i])))
    return tuple(found), len(mean), float(max(0.0, 1 - mean[best].sum()))


def _apart_in_words(forecast: Forecast, apart: Mapping[str, str]) -> str:
    """Return in words what sets a whole scenario apart from the likeliest."""
    titles = {o.name: o.title for o in forecast.outcomes}
    also = [titles[n] for n, s in apart.items() if s == "yes"]
    without = [titles[n] for n, s in apart.items() if s == "no"]
    other = [f"{titles[n]}: {s}" for n, s in apart.items() if s not in ("no", "yes")]
    parts = other + [f"also: {'; '.join(also)}"] * bool(also)
    parts += [f"not: {'; '.join(without)}"] * bool(without)
    return f"the likeliest, but {'; '.join(parts)}" if parts else "the likeliest"


def _mean(graph: Graph, tables: Floats, kept: tuple[str, ...], weights: Floats) -> Floats:
    """Return the probability of every whole scenario, averaged over weighted draws."""
    sizes = graph.sizes(kept)
    mean = np.zeros(prod(sizes))
    step = max(1, _BLOCK // len(mean))
    for start in range(0, len(tables), step):
        part = slice(start, start + step)
        whole = _multiplied(_factors(graph, tables[part], kept), kept, sizes)
        total = whole.sum(axis=1)
        mean += weights[part] / np.where(total > 0, total, 1.0) @ whole
    return mean


def _chances(given: Elicitation, tables: Floats, kept: tuple[str, ...], best: Ints) -> Floats:
    """Return the probability of some whole scenarios under every draw, shape (D, scenarios)."""
    at = dict(zip(kept, np.unravel_index(best, given.graph.sizes(kept)), strict=True))
    found = np.ones((len(tables), len(best)))
    for nodes, table in _factors(given.graph, tables, kept):
        chosen: tuple[Any, ...] = (slice(None), *(at[n] for n in nodes))
        found *= table[chosen] if nodes else table[:, None]
    total = np.exp(given.tree.run(tables, beliefs=False)[0])[:, None]
    return np.asarray(found / np.where(total > 0, total, 1.0))


def _factors(graph: Graph, tables: Floats, kept: tuple[str, ...]) -> list[Factor]:
    """Return tables over the kept nodes whose product is their joint table; the rest summed out."""
    factors: list[Factor] = [
        ((*graph.parents[n], n), tables[:, graph.block(n)].reshape(-1, *graph.shape(n)))
        for n in graph.nodes
    ]
    hidden = [n for n in graph.nodes if n not in kept]
    while hidden:
        node = min(hidden, key=lambda n: prod(graph.sizes(_around(factors, n))))
        hidden.remove(node)
        factors = _summed_out(factors, node)
    return factors


def _around(factors: Sequence[Factor], node: str) -> tuple[str, ...]:
    """Return the nodes that stand in one factor with a node."""
    return tuple(dict.fromkeys(n for nodes, _ in factors if node in nodes for n in nodes))


def _summed_out(factors: Sequence[Factor], node: str) -> list[Factor]:
    """Return factors without a node: those that hold it are multiplied and summed over it."""
    around = _around(factors, node)
    label = {n: i + 1 for i, n in enumerate(around)}
    near = [f for f in factors if node in f[0]]
    rest = tuple(n for n in around if n != node)
    operands = [part for nodes, table in near for part in (table, [0, *(label[n] for n in nodes)])]
    table = np.einsum(*operands, [0, *(label[n] for n in rest)])
    return [*(f for f in factors if node not in f[0]), (rest, table)]


def _multiplied(factors: Sequence[Factor], kept: tuple[str, ...], sizes: Sequence[int]) -> Floats:
    """Return the product of factors over the kept nodes, shape (block, scenarios).

    It grows node by node, so that nearly all work is done at its full size once.
    """
    place = {node: i for i, node in enumerate(kept)}
    whole = np.ones(len(factors[0][1]))
    for i in range(-1, len(kept)):
        grown = np.ones(())
        for nodes, table in factors:
            if max((place[n] for n in nodes), default=-1) == i:
                order = sorted(range(len(nodes)), key=lambda k: place[nodes[k]])
                shape = [sizes[k] if kept[k] in nodes else 1 for k in range(i + 1)]
                grown = grown * table.transpose(0, *(k + 1 for k in order)).reshape(-1, *shape)
        whole = whole[..., None] * grown if i >= 0 else whole * grown
    return whole.reshape(len(whole), -1)
