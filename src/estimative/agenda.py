"""What an analyst should settle next: what has gone stale, what falls due, what has no source.

Everything is decided from the files and the forecast by the rules that docs/model.md prints, never
from how a definition is worded (tests/unit/test_coverage.py).
"""

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from estimative.forecasting import Forecast
from estimative.news import world
from estimative.outcome_forecasts import StatementPull
from estimative.scenario import (
    BaseRateStatement,
    ComparisonStatement,
    InfluenceStatement,
    Observation,
    ProbabilityStatement,
    Report,
    Statement,
)
from estimative.weighted_draws import CLEAR, WORST_K

STALE_AFTER = 180  # days, where neither the analyst nor the scenario's half-life says otherwise
DUE_WITHIN = 30  # days
AGAINST = 4.0  # by how much newer reports must have moved the odds the other way


class Kind(StrEnum):
    """Why something has to be looked at; in the order in which it is listed."""

    overtaken = "overtaken"
    old = "old"
    due = "due"
    undefined = "no definition"
    unseen = "needs observing"
    unspoken = "nobody speaks"
    unsourced = "no source"


@dataclass(frozen=True)
class Item:
    """One thing to settle.

    Attributes
    ----------
    kind : Kind
        Why it is on the list.
    name : str
        A statement's id, or an outcome's.
    node : str
        The outcome or driver that it is about.
    why : str
        A sentence without a full stop.
    farthest : str
        For a stale statement: the open outcome that would move most were it dropped; empty if the
        moves are not rough and none is larger than three standard errors.
    move, error : float or None
        By how much, in probability, and the Monte Carlo standard error.
    k : float or None
        Pareto k of leaving the statement out; above 0.7 the move is rough.
    """

    kind: Kind
    name: str
    node: str
    why: str
    farthest: str = ""
    move: float | None = None
    error: float | None = None
    k: float | None = None

    @property
    def stale(self) -> bool:
        """Whether it is a statement that the news has overtaken, or that is old."""
        return self.kind in (Kind.overtaken, Kind.old)


def agenda(forecast: Forecast, *, stale_after: float | None = None) -> tuple[Item, ...]:
    """Return what to settle: statements, then outcomes, then sources.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    stale_after : float, optional
        After how many days a statement is old; default the scenario's half-life, else 180.

    Returns
    -------
    tuple of Item
        Kind by kind; stale statements by how far the answer would move without them.

    Raises
    ------
    ValueError
        If `stale_after` is below 0.
    """
    if stale_after is not None and not stale_after >= 0:
        raise ValueError(f"stale_after is {stale_after:g}; give a number of days, 0 or more")
    usual = forecast.scenario.half_life or STALE_AFTER
    limit = usual if stale_after is None else stale_after
    found = [*_stale(forecast, limit), *_outcomes(forecast), *_unsourced(forecast)]
    order = list(Kind)
    return tuple(sorted(found, key=lambda i: (order.index(i.kind), -abs(i.move or 0.0))))


def _stale(forecast: Forecast, limit: float) -> Iterator[Item]:
    """Find the counted statements that news has overtaken, or that are old."""
    pulls = {s.name: s for s in forecast.statements}
    for name in forecast.given.weights:
        statement = forecast.scenario.statements[name]
        kind, why = Kind.overtaken, _overtaken(forecast, name, statement)
        if not why:
            kind, why = Kind.old, _old(statement, forecast.as_of, limit)
        if why:
            yield Item(kind, name, _nodes(statement)[0], why, *_dropped(forecast, pulls.get(name)))


def _old(statement: Statement, today: dt.date, limit: float) -> str:
    """Say how old a statement is, if it is too old; a record, once it could be counted further."""
    age = (today - statement.date).days
    if isinstance(statement, BaseRateStatement):
        further = age > max(limit, statement.each_days)
        return f"counted {age} days ago; a further period has passed" if further else ""
    return f"said {age} day{'s' * (age != 1)} ago" if age > limit else ""


def _overtaken(forecast: Forecast, name: str, statement: Statement) -> str:
    """Say by what a statement was overtaken since it was made, if it was."""
    ended = {n: how for n in forecast.scenario.nodes if (how := _ended(forecast, n))}
    nodes = _nodes(statement)
    if all(n in ended for n in nodes):
        return " and ".join(ended[n] for n in nodes)
    if not isinstance(statement, ProbabilityStatement):
        return ""
    for node, state in statement.given.items():
        seen = _observed(forecast, node)
        if seen and seen[0] != state:
            return f"its condition {node} = {state} was ruled out on {seen[1]}"
    if statement.given:
        return ""
    stated = float(forecast.given.stated[forecast.given.names.index(name)])
    factor = _since(forecast, statement)
    if stated * factor < 0 and abs(factor) >= math.log(AGAINST):
        times = math.exp(abs(factor))
        return f"reports since moved the odds {times:.1f} times the other way"
    return ""


def _ended(forecast: Forecast, node: str) -> str:
    """Say how it ended, if a node was observed or its window closed in silence."""
    if seen := _observed(forecast, node):
        return f"{node} was seen to be {seen[0]} on {seen[1]}"
    if node in forecast.scenario.outcomes and forecast[node].settled:
        return f"the window of {node} closed on {forecast[node].by}"
    return ""


def _observed(forecast: Forecast, node: str) -> tuple[str, dt.date] | None:
    """Return the state in which a node was seen last, and the day on which that was published."""
    seen = [
        (i.published, i.observed[node])
        for i in forecast.scenario.news.values()
        if isinstance(i, Observation) and node in i.observed
    ]
    return (max(seen)[1], max(seen)[0]) if seen else None


def _since(forecast: Forecast, statement: ProbabilityStatement) -> float:
    """Return by how much reports newer than a statement moved the log-odds of its event."""
    scenario, graph, (node, state) = forecast.scenario, forecast.given.graph, statement.event
    newer = {
        n: i
        for n, i in scenario.news.items()
        if isinstance(i, Report)
        and i.published > statement.date
        and any(b.node == node for b in i.bears_on)
    }
    if not newer:
        return 0.0
    with_them, without = (
        world(scenario.model_copy(update={"news": news}), graph, forecast.as_of).likelihood
        for news in (newer, {})
    )
    here, at = graph.state(node, state), graph.position[node]
    whole = slice(int(graph.state_offset[at]), int(graph.state_offset[at + 1]))
    told = with_them[whole] / without[whole]
    own = told[here - whole.start]
    others = (told.sum() - own) / (len(told) - 1)
    return float(np.log(own / others))


def _dropped(
    forecast: Forecast, pull: StatementPull | None
) -> tuple[str, float | None, float | None, float | None]:
    """Return the open outcome that moves most without a statement, by how much, error, and k."""
    if pull is None or forecast.belief.failed:
        return "", None, None, None
    shown = [o.name for o in forecast.outcomes if not o.withheld and not o.settled]
    rough = pull.k > WORST_K
    clear = [n for n in shown if rough or abs(pull.pulls[n]) > CLEAR * pull.errors[n]]
    if not clear:
        return "", None, None, pull.k
    most = max(clear, key=lambda n: abs(pull.pulls[n]))
    return most, -pull.pulls[most], pull.errors[most], pull.k


def _outcomes(forecast: Forecast) -> Iterator[Item]:
    """Find outcomes that fall due, cannot be resolved as written, or have no headline."""
    for name, outcome in forecast.scenario.outcomes.items():
        answer, today = forecast[name], forecast.as_of
        if answer.status == "resolved":
            continue
        left = (outcome.by - today).days
        if left < 0:
            ended = "silence counts as its quiet state" if answer.settled else "it is still open"
            ended = "silence says nothing of it" if answer.status == "unresolved" else ended
            why = f"was due on {outcome.by} and has no observation ({ended}); resolve it"
            yield Item(Kind.due, name, name, why)
        elif left <= DUE_WITHIN:
            why = f"falls due on {outcome.by}, in {left} day{'s' * (left != 1)}"
            yield Item(Kind.due, name, name, why)
        if not outcome.definition:
            why = "has no definition; write what must be seen, by whom, for each state"
            yield Item(Kind.undefined, name, name, why)
        if outcome.timing == "none":
            why = "cannot be seen clearly (timing: none), so silence never counts; is it still so?"
            yield Item(Kind.unseen, name, name, why)
        if not forecast.spoken[name].statements and not forecast.spoken[name].reports:
            why = "no probability, comparison, record or report names it; its headline is withheld"
            yield Item(Kind.unspoken, name, name, why)


def _unsourced(forecast: Forecast) -> Iterator[Item]:
    """Find counted statements that name no source, or an expert's that name no place in it."""
    for name in forecast.given.weights:
        statement = forecast.scenario.statements[name]
        node = _nodes(statement)[0]
        if statement.source is None:
            yield Item(Kind.unsourced, name, node, "names no source")
        elif statement.locator is None and statement.expert is not None:
            why = f"names no place in its source, {statement.source}"
            yield Item(Kind.unsourced, name, node, why)


def _nodes(statement: Statement) -> tuple[str, ...]:
    """Return the nodes whose end makes a counted statement a thing of the past."""
    match statement:
        case ProbabilityStatement() | BaseRateStatement():
            return (statement.event[0],)
        case ComparisonStatement():
            return statement.likelier[0], statement.than[0]
        case InfluenceStatement():
            return (statement.effect,)
        case _:
            raise TypeError(f"a {statement.kind} is not counted")
