"""The draws of a forecast where something is seen or done; how far answers rest on defaults.

What is seen weighs the draws and the states, as news does. What is done replaces the tables of its
nodes and weighs no draw; reports and observations of what it leads to speak of a world in which it
was not done, so they are set aside. `tests/unit/test_what_if.py` holds both against an independent
engine.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np

from estimative.defaults import reliance_on_defaults
from estimative.exploring.conditions import written
from estimative.forecasting import Forecast
from estimative.network import states_from_families
from estimative.network.graph import Floats
from estimative.news import World, drawn_likelihood, silent_tables, standing, world
from estimative.results import percent, points
from estimative.scenario import Observation
from estimative.weighted_draws import normalised, weighted_quantiles


@dataclass(frozen=True)
class Estimate:
    """A probability, or a difference of two, with its central interval."""

    value: float
    lower: float
    upper: float

    @property
    def chance(self) -> str:
        """A probability and its interval as printed."""
        lower = percent(self.lower).removesuffix("%")
        return f"{percent(self.value)} ({lower} to {percent(self.upper)})"

    @property
    def points(self) -> str:
        """A difference and its interval as printed, in percentage points."""
        return f"{points(self.value)} ({points(self.lower)} to {points(self.upper)})"


@dataclass(frozen=True, eq=False)
class Supposed:
    """Probabilities of all states of all nodes, draw by draw, in a world that is supposed.

    Attributes
    ----------
    weights : array of float, shape (D,)
        How much each draw counts; they add up to 1.
    states : array of float, shape (D, states of all nodes)
        Probabilities, with reports at their expected ratios.
    doubtful : array of float, shape (D, states of all nodes)
        Probabilities, with reports at ratios drawn for each draw: for intervals.
    chance : float
        The probability of what is seen, in the world in which what is done is done.
    """

    weights: Floats
    states: Floats
    doubtful: Floats
    chance: float

    @property
    def effective_draws(self) -> float:
        """How many draws are left once they are weighted."""
        return float(1 / (self.weights**2).sum())

    def estimates(self, columns: list[int], interval: float) -> list[Estimate]:
        """Return the probabilities of some states, with central intervals.

        Parameters
        ----------
        columns : list of int
            Places among the states of all nodes.
        interval : float
            Mass of the intervals, in (0, 1).

        Returns
        -------
        list of Estimate
            One a state.
        """
        means = np.clip(self.weights @ self.states[:, columns], 0, 1)
        ends = bounds(self.doubtful[:, columns], self.weights, interval)
        return [Estimate(*map(float, each)) for each in zip(means, *ends, strict=True)]


def suppose(
    forecast: Forecast,
    *,
    seen: Mapping[str, str],
    done: Mapping[str, str] | None = None,
    aside: Collection[str] = (),
) -> Supposed:
    """Return what holds where something is done, and then something is seen.

    Parameters
    ----------
    forecast : Forecast
        Its draws, weights and news.
    seen, done : mapping of str to str
        From open nodes to states.
    aside : collection of str
        Nodes of which reports and observations are set aside.

    Returns
    -------
    Supposed
        Draw by draw.

    Raises
    ------
    ValueError
        If what is seen, or the news where something is done, has probability zero.
    """
    given, known, done = forecast.given, known_without(forecast, aside), done or {}
    graph, own = given.graph, given.graph.own_state
    tables = silent_tables(graph, forecast.belief.tables, known)
    for node, state in done.items():
        tables = tables.copy()
        tables[:, graph.block(node)] = own[graph.block(node)] == graph.state(node, state)
    agrees = np.ones(int(graph.state_offset[-1]))
    for node, state in seen.items():
        agrees[graph.span(node)] = 0.0
        agrees[graph.state(node, state)] = 1.0
    log_weight, share = given.tree.run(tables * (known.likelihood * agrees)[own])
    weights, chance = forecast.weights, 1.0
    if seen:
        before, _ = given.tree.run(tables * known.likelihood[own], beliefs=False)
        with np.errstate(invalid="ignore"):  # a draw that the news rules out
            each = np.nan_to_num(np.exp(np.minimum(log_weight - before, 0.0)))
        chance = float(weights @ each)
        weights = weights * each / (chance or 1.0)
    if not (weights > 0).any() or np.isneginf(log_weight[weights > 0]).any():
        raise ValueError(
            f"{written(seen) or 'what was observed'} has probability zero"
            f"{f' if {written(done)} is done' if done else ''}, as of {forecast.as_of}; nothing"
            " follows from it"
        )
    states = doubtful = normalised(graph, states_from_families(graph, share))
    if known.reports:
        likelihood = drawn_likelihood(known, graph, len(tables)) * agrees
        doubtful = normalised(
            graph, states_from_families(graph, given.tree.run(tables * likelihood[:, own])[1])
        )
    return Supposed(weights, states, doubtful, chance)


def known_without(forecast: Forecast, nodes: Collection[str]) -> World:
    """Return what is known on the day, less reports and observations of some nodes.

    Parameters
    ----------
    forecast : Forecast
        As of its day.
    nodes : collection of str
        Outcomes and drivers.

    Returns
    -------
    World
        In which days that passed in silence stay passed; of what was observed, there was none.
    """
    known, graph, scenario = forecast.known, forecast.given.graph, forecast.scenario
    if not nodes:
        return known
    _, items = standing(scenario, forecast.as_of)
    observations = {n: i for n, i in items.items() if isinstance(i, Observation)}
    observed = {node for item in observations.values() for node in item.observed}
    unreported = scenario.model_copy(update={"news": observations})
    silence = world(unreported, graph, forecast.as_of).likelihood
    likelihood, elapsed = known.likelihood.copy(), known.elapsed.copy()
    for node in nodes:
        span = graph.span(node)
        likelihood[span] = 1.0 if node in observed else silence[span]
        elapsed[graph.position[node]] *= node not in observed
    reports = tuple(report for report in known.reports if report[0] not in nodes)
    return replace(known, likelihood=likelihood, elapsed=elapsed, reports=reports)


def bounds(values: Floats, weights: Floats, interval: float) -> Floats:
    """Return the central interval of each column, over weighted draws.

    Parameters
    ----------
    values : array of float, shape (D, columns)
        Draws.
    weights : array of float, shape (D,)
        They add up to 1.
    interval : float
        Mass of the interval, in (0, 1).

    Returns
    -------
    array of float, shape (2, columns)
        Lower and upper ends.
    """
    tail = (1 - interval) / 2
    return weighted_quantiles(values, weights, [tail, 1 - tail])


def reliance(forecast: Forecast, weights: Floats, values: Floats) -> Floats:
    """Return how far answers would move if what nobody stated were half a prior sd off.

    Parameters
    ----------
    forecast : Forecast
        Names the defaults.
    weights : array of float, shape (D,)
        How much each draw counts.
    values : array of float, shape (D, answers)
        The answers, draw by draw; probabilities or differences of them.

    Returns
    -------
    array of float, shape (answers,)
        Moves of all defaults, added in squares less their Monte Carlo error, in the unit of the
        answers.
    """
    scenario, given, belief = forecast.scenario, forecast.given, forecast.belief
    return reliance_on_defaults(scenario, given, belief, weights, values)


def unsigned(move: float) -> str:
    """Return the size of a move in percentage points.

    Parameters
    ----------
    move : float
        In probability.

    Returns
    -------
    str
        Whole points without a sign.
    """
    return points(abs(move)).removeprefix("+")
