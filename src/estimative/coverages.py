"""What an answer needs, what of it is stated, what rests on defaults, and what to settle next.

A default is measured by how far the answer would move if it stood half a prior sd off; a stale
statement by how far it would move without it (tests/unit/test_coverage.py).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimative.agenda import AGAINST, Item, agenda
from estimative.defaults import default_moves
from estimative.forecasting import Forecast
from estimative.network.junction_tree import Floats
from estimative.outcome_forecasts import reweighted_points
from estimative.proposals import offers
from estimative.results import Answer, Table, percent, points
from estimative.scenario import InfluenceStatement
from estimative.speakers import RECORD, stated_of
from estimative.weighted_draws import CLEAR, standard_errors

LEVEL = "level"  # the need for how likely a node is in itself
MOST_TOLD = 5  # outcomes that a note names


@dataclass(frozen=True)
class Need:
    """One thing that an answer needs: how likely a node is in itself, or how strong a link is.

    Attributes
    ----------
    node : str
        The outcome or driver.
    need : str
        `level`, or `cause -> effect`.
    statements : tuple of str
        Who stated it; empty if it rests on the default.
    said : tuple of str
        The statements as they were encoded, with their experts.
    state : str
        The node's state whose probability is meant.
    move, error : float or None
        For a default: the move of that probability if the default were half a prior sd off, and
        the move's Monte Carlo standard error.
    farthest : str
        For a default: the outcome that would move most; empty if none moves by more than three
        standard errors.
    farthest_move, farthest_error : float or None
        By how much, and the standard error.
    """

    node: str
    need: str
    statements: tuple[str, ...]
    said: tuple[str, ...]
    state: str
    move: float | None = None
    error: float | None = None
    farthest: str = ""
    farthest_move: float | None = None
    farthest_error: float | None = None

    @property
    def clear(self) -> bool:
        """Whether the move stands clear of its Monte Carlo error."""
        return self.move is not None and _clear(self.move, self.error or 0.0)


@dataclass(frozen=True)
class WithoutStale:
    """One outcome were all stale statements dropped.

    Attributes
    ----------
    outcome : str
        Its name.
    now, without : float
        Its probability with them and without, in [0, 1].
    error : float
        The Monte Carlo standard error of the difference of the two fits.
    """

    outcome: str
    now: float
    without: float
    error: float

    @property
    def clear(self) -> bool:
        """Whether the move stands clear of its Monte Carlo error."""
        return _clear(self.without - self.now, self.error)


@dataclass(frozen=True, eq=False)
class Coverage(Answer):
    """What is stated, what is default, and what to settle.

    Attributes
    ----------
    forecast : Forecast
        The forecast that rests on it.
    needs : tuple of Need
        Everything the network needs, node by node.
    agenda : tuple of Item
        What an analyst should settle.
    without_stale : tuple of WithoutStale
        Each open outcome were all stale statements dropped; empty if there are none, or if that fit
        has not converged.
    """

    forecast: Forecast
    needs: tuple[Need, ...]
    agenda: tuple[Item, ...] = ()
    without_stale: tuple[WithoutStale, ...] = ()

    @property
    def stale(self) -> tuple[Item, ...]:
        """The statements that news has overtaken, or that are old."""
        return tuple(item for item in self.agenda if item.stale)

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping a need, a thing to settle, and an outcome without what is stale."""
        needs = [
            _row(
                kind="need",
                node=n.node,
                need=n.need,
                stated=bool(n.statements),
                statements=list(n.statements),
                state=n.state,
                move=n.move,
                move_error=n.error,
                farthest=n.farthest or None,
                farthest_move=n.farthest_move,
                farthest_error=n.farthest_error,
            )
            for n in self.needs
        ]
        items = [
            _row(
                kind=i.kind.value,
                node=i.node,
                statements=[i.name] if i.name in self.forecast.scenario.statements else [],
                why=i.why,
                farthest=i.farthest or None,
                farthest_move=i.move,
                farthest_error=i.error,
                pareto_k=i.k,
            )
            for i in self.agenda
        ]
        together = [
            _row(
                kind="without stale",
                node=o.outcome,
                statements=[i.name for i in self.stale],
                state=self.forecast[o.outcome].event,
                move=o.without - o.now,
                move_error=o.error,
            )
            for o in self.without_stale
        ]
        return [*needs, *items, *together]

    def tables(self) -> list[Table]:
        """Return the needs, then what to settle."""
        return [self._needed(), self._to_settle()]

    def _needed(self) -> Table:
        rows = [
            (
                self._name(n.node, n.state)
                if n.need == LEVEL
                else f"  <- {n.need.split(' -> ')[0]}",
                "; ".join(n.said) or "default",
                "" if n.move is None else points(n.move) if n.clear else "~0",
                self._farthest(n),
            )
            for n in self.needs
        ]
        stated = sum(bool(n.statements) for n in self.needs)
        notes = [
            f"{stated} of {len(self.needs)} needs are stated; the others rest on wide defaults."
            " A need is how likely a"
            " node is in itself or, after <-, how strongly another acts on it.",
            "Points: how far the node's probability would move if the default were half a prior"
            " sd higher; beside it the outcome that would move more. Only moves of more than"
            f" {CLEAR} Monte Carlo standard errors are shown (~0: none).",
            *offers(self.forecast.scenario),
        ]
        title = (
            f"{self.forecast.scenario.question}\nWhat is stated and what is default, as of"
            f" {self.forecast.as_of}; {self.forecast.origin}."
        )
        return Table(title, ("need", "stated by", "points", "moves most"), rows, notes)

    def _to_settle(self) -> Table:
        if not self.agenda:
            return Table("Nothing to settle.", (), [])
        alike: dict[tuple[str, str], list[Item]] = {}
        for item in self.agenda:
            alike.setdefault((item.kind.value, item.why), []).append(item)
        rows: list[tuple[str, ...]] = [
            (kind, ", ".join(i.name for i in items), why, self._if_dropped(items))
            for (kind, why), items in alike.items()
        ]
        columns: tuple[str, ...] = ("to settle", "what", "why", "if dropped")
        if not self.stale:
            columns, rows = columns[:3], [row[:3] for row in rows]
        return Table(f"To settle, as of {self.forecast.as_of}", columns, rows, self._notes())

    def _notes(self) -> list[str]:
        if not self.stale:
            return []
        notes = [
            "Overtaken: the outcome has ended, the condition was ruled out, or newer reports moved"
            f" the odds {AGAINST:.0f} times or more the other way. If dropped: the outcome that"
            " would move most, in points (~ rough; far: too far to be measured without a fit),"
            " without the statement for which it would;"
            f" nothing where no move is more than {CLEAR} Monte Carlo standard errors."
        ]
        told = sorted(
            (o for o in self.without_stale if o.clear and percent(o.now) != percent(o.without)),
            key=lambda o: -abs(o.without - o.now),
        )
        words = [f"{o.outcome} {percent(o.now)} -> {percent(o.without)}" for o in told[:MOST_TOLD]]
        words += [f"{len(told) - MOST_TOLD} more by less"] if len(told) > MOST_TOLD else []
        count = len(self.stale)
        which = "the stale statement" if count == 1 else f"all {count} stale statements"
        if self.without_stale:
            moved = "; ".join(words) or "no outcome moves clearly"
            notes.append(f"Without {which}, fitted anew: {moved}.")
        else:
            notes.append(f"Without {which} the fit has not converged; no number is shown for it.")
        return notes

    def _if_dropped(self, items: Sequence[Item]) -> str:
        """Return the outcome that moves most without one of these, by how much, and which one."""
        first = items[0]
        if first.move is None or points(first.move) == "0":
            return ""
        which = f" without {first.name}" if len(items) > 1 else ""
        moved = reweighted_points(first.move, first.k or 0.0)
        return f"{first.farthest} {moved}{which}"

    def _farthest(self, need: Need) -> str:
        """Return the other outcome that would move most, and by how much, if any moves."""
        move = need.farthest_move
        if move is None or need.farthest == need.node or points(move) == "0":
            return ""
        state = self.forecast[need.farthest].event
        return f"{self._name(need.farthest, state)} {points(move)}"

    def _name(self, node: str, state: str) -> str:
        """Return a node's name, with the state where it has more than two."""
        more = len(self.forecast.scenario.nodes[node]) > 2
        return f"{node} = {state}" if more else node


def coverage(
    forecast: Forecast,
    without: Callable[[set[str]], Forecast],
    *,
    stale_after: float | None = None,
) -> Coverage:
    """Return what the forecast's network needs, what was stated, what is default, what to settle.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    without : callable
        From the ids of statements to the forecast without them; called once if any is stale.
    stale_after : float, optional
        After how many days a statement is old; default the scenario's half-life, else 180.

    Returns
    -------
    Coverage
        Needs, and things to settle.
    """
    scenario, given = forecast.scenario, forecast.given
    moves = default_moves(scenario, given, forecast.belief, forecast.weights, forecast.draws)
    direct = _direct_influences(forecast)
    needs = []
    for node in scenario.nodes:
        needs.append(_need(forecast, node, LEVEL, forecast.spoken[node].statements, moves, node))
        for parent in scenario.parents[node]:
            link = f"{parent} -> {node}"
            needs.append(_need(forecast, node, link, direct.get((parent, node), ()), moves, link))
    items = agenda(forecast, stale_after=stale_after)
    stale = {item.name for item in items if item.stale}
    dropped = _differences(forecast, without(stale)) if stale else ()
    return Coverage(forecast, tuple(needs), items, dropped)


def _differences(forecast: Forecast, without: Forecast) -> tuple[WithoutStale, ...]:
    """Return the open outcomes of two fits beside each other."""
    if forecast.belief.failed or without.belief.failed:
        return ()
    shown = [o for o in forecast.outcomes if not o.withheld and not o.settled]
    columns = [forecast.given.graph.state(o.name, o.event) for o in shown]
    errors = [standard_errors(f.weights, f.draws[:, columns]) for f in (forecast, without)]
    both = np.hypot(*errors)
    return tuple(
        WithoutStale(o.name, o.states[o.event], without[o.name].states[o.event], float(error))
        for o, error in zip(shown, both, strict=True)
    )


def _need(
    forecast: Forecast,
    node: str,
    need: str,
    statements: tuple[str, ...],
    moves: Mapping[str, tuple[Floats, Floats]],
    parameter: str,
) -> Need:
    outcomes = {o.name: o.event for o in forecast.outcomes}
    scenario, graph = forecast.scenario, forecast.given.graph
    said = []
    for name in statements:
        statement = scenario.statements[name]
        who = scenario.experts[statement.expert].name if statement.expert else RECORD
        said.append(f"{who}: {stated_of(node, statement)}")
    state = outcomes.get(node, graph.states[node][-1])
    at = [move for name, move in moves.items() if name == parameter or _of(name) == parameter]
    if not at:
        return Need(node, need, statements, tuple(said), state)
    move, error = max(at, key=lambda found: float(np.abs(found[0]).max()))

    def moved(node: str, state: str) -> tuple[float, float]:
        column = graph.state(node, state)
        return float(move[column]), float(error[column])

    reach = {name: found for name, s in outcomes.items() if _clear(*(found := moved(name, s)))}
    farthest = max(reach, key=lambda n: abs(reach[n][0]), default="")
    most = reach.get(farthest, (None, None))
    return Need(node, need, statements, tuple(said), state, *moved(node, state), farthest, *most)


def _of(parameter: str) -> str:
    """Return what a parameter is about: its name without the numbers of states."""
    return " -> ".join(part.split(":")[0] for part in parameter.split(" -> "))


def _direct_influences(forecast: Forecast) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for name in forecast.given.weights:
        statement = forecast.scenario.statements[name]
        if isinstance(statement, InfluenceStatement) and statement.direct:
            pair = statement.cause, statement.effect
            found[pair] = (*found.get(pair, ()), name)
    return found


def _row(**values: object) -> dict[str, Any]:
    """Return a record with every column; what is not given is None."""
    columns = (
        *("kind", "node", "need", "stated", "statements", "state", "move", "move_error"),
        *("farthest", "farthest_move", "farthest_error", "pareto_k", "why"),
    )
    return dict.fromkeys(columns) | values


def _clear(move: float, error: float) -> bool:
    return abs(move) > CLEAR * error
