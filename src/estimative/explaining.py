"""Why an answer is what it is: what each voice alone would say, and what nobody said.

Disagreement is kept, not averaged away: every expert's answer stands beside the pooled one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from estimative.forecasting import CLEAR, Forecast, OutcomeForecast, default_moves
from estimative.network.junction_tree import Floats
from estimative.news import quiet_state
from estimative.results import Answer, Table, mass, percent, points
from estimative.scenario import InfluenceStatement, Scenario
from estimative.speakers import stated_of

MOST_DEPARTURES = 3  # groups named, the others are counted
LEVEL = "level"  # the need for how likely a node is in itself
RECORD = "the record"  # the voice of base rates, which have no expert


@dataclass(frozen=True, eq=False)
class Voice:
    """What one expert alone would answer on one outcome.

    Attributes
    ----------
    outcome : str
        The outcome.
    name : str
        The expert's name, or `the record`.
    expert, group : str or None
        Ids; None for the record.
    probability, lower, upper : float
        From his statements alone, everything else at its default.
    statements : tuple of str
        Ids of his counted statements on it.
    draws : array of float, shape (D,)
        Draws of the probability, each counting alike.
    withheld : str or None
        Why the numbers are not to be used: the voice's own fit has not converged.
    """

    outcome: str
    name: str
    expert: str | None
    group: str | None
    probability: float
    lower: float
    upper: float
    statements: tuple[str, ...]
    draws: Floats = field(repr=False)
    withheld: str | None = None


@dataclass(frozen=True, eq=False)
class Disagreement(Answer):
    """Each expert alone beside the pooled answer.

    Attributes
    ----------
    forecast : Forecast
        The pooled answer.
    voices : mapping of str to tuple of Voice
        For each outcome, those who speak of it.
    note : str or None
        What to know of the expert asked for, when he was found by an alias.
    """

    forecast: Forecast
    voices: Mapping[str, tuple[Voice, ...]]
    note: str | None = None

    def linear_pool(self, outcome: str) -> float | None:
        """Return the plain mean of what the voices alone would answer, a probability.

        Parameters
        ----------
        outcome : str
            Its name.

        Returns
        -------
        float or None
            In [0, 1]; None if no voice has an answer that is not withheld.
        """
        alone = [v.probability for v in self.voices[outcome] if not v.withheld]
        return float(np.mean(alone)) if alone else None

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an outcome and voice, and one an outcome for the pool."""
        rows: list[dict[str, Any]] = []
        for name, voices in self.voices.items():
            pooled = self.forecast[name]
            row = {
                "outcome": name,
                "voice": "pooled",
                "group": None,
                "probability": pooled.probability,
            }
            rows.append(row | {"lower": pooled.lower, "upper": pooled.upper, "statements": []})
            rows += [
                {
                    "outcome": name,
                    "voice": v.name,
                    "group": v.group,
                    "probability": None if v.withheld else v.probability,
                    "lower": None if v.withheld else v.lower,
                    "upper": None if v.withheld else v.upper,
                    "statements": list(v.statements),
                }
                for v in voices
            ]
        return rows

    def tables(self) -> list[Table]:
        """Return one table, outcome by outcome."""
        rows = [row for name in self.voices for row in self._rows(name)]
        notes = [self.note] if self.note else []
        notes += _departing(group_departures(self.forecast))
        notes.append(
            "Each voice alone: its own statements on everything, all else at its default, the"
            " same news."
        )
        answer = self.forecast
        title = f"{answer.scenario.question}\nWho disagrees, as of {answer.as_of}; {answer.origin}."
        columns = (
            "outcome and voice",
            "chance",
            f"{mass(self.forecast.interval)} interval",
            "rests on",
        )
        return [Table(title, columns, rows, notes)]

    def _rows(self, outcome: str) -> list[tuple[str, str, str, str]]:
        """Return the rows of one outcome: the pool, each voice, their plain mean."""
        pooled, voices = self.forecast[outcome], self.voices[outcome]
        state = f"withheld: {pooled.withheld}" if pooled.withheld else "all, pooled"
        rows = [(pooled.headline, *_numbers(pooled), state)]
        for v in voices:
            rows.append((f"  {v.name}", *_numbers(v), v.withheld or ", ".join(v.statements)))
        alone = [v.probability for v in voices if not v.withheld]
        if len(alone) > 1:
            apart = round(100 * (max(alone) - min(alone)))
            spread = f"{apart} point{'s' * (apart != 1)} apart"
            mean = percent(self.linear_pool(outcome))
            rows.append(("  plain mean of the voices", mean, "", spread))
        return rows


def _departing(departures: Mapping[str, tuple[float, float]]) -> list[str]:
    """Return a sentence on each group that departs most, and one that counts the others."""
    plain = [(group, shift) for group, (shift, sd) in departures.items() if abs(shift) >= sd]
    told = sorted(plain, key=lambda found: -abs(found[1]))[:MOST_DEPARTURES]
    notes = [
        f"Group {group} stands {shift:+.1f} log-odds from the others where both speak."
        for group, shift in told
    ]
    rest = len(departures) - len(told)
    if rest and told:
        more = f"{rest} more group{'s depart' if rest > 1 else ' departs'} less"
        notes.append(f"{more}, or by less than a posterior sd.")
    elif rest:
        none = f"None of the {rest} groups stands clear of the others where both speak"
        notes.append(f"{none}: each departs by less than a posterior sd.")
    return notes


def _numbers(answer: OutcomeForecast | Voice) -> tuple[str, str]:
    """Return a probability and its interval as printed."""
    if answer.withheld:
        return "-", ""
    return percent(answer.probability), f"{percent(answer.lower)} to {percent(answer.upper)}"


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


@dataclass(frozen=True, eq=False)
class Coverage(Answer):
    """What is stated, what is default, and what to ask.

    Attributes
    ----------
    forecast : Forecast
        The forecast that rests on it.
    needs : tuple of Need
        Everything the network needs, node by node.
    questions : tuple of str
        What an analyst should settle.
    """

    forecast: Forecast
    needs: tuple[Need, ...]
    questions: tuple[str, ...]

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping a need."""
        return [
            {
                "node": n.node,
                "need": n.need,
                "stated": bool(n.statements),
                "statements": list(n.statements),
                "state": n.state,
                "move": n.move,
                "move_error": n.error,
                "farthest": n.farthest or None,
                "farthest_move": n.farthest_move,
                "farthest_error": n.farthest_error,
            }
            for n in self.needs
        ]

    def tables(self) -> list[Table]:
        """Return the needs and the questions."""
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
            *(f"To settle: {question}" for question in self.questions),
        ]
        title = (
            f"{self.forecast.scenario.question}\nWhat is stated and what is default, as of"
            f" {self.forecast.as_of}; {self.forecast.origin}."
        )
        return [Table(title, ("need", "stated by", "points", "moves most"), rows, notes)]

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


def _clear(move: float, error: float) -> bool:
    return abs(move) > CLEAR * error


def disagreement(
    forecast: Forecast,
    alone: Callable[[str, set[str]], Forecast],
    *,
    outcome: str | None = None,
    expert: str | None = None,
) -> Disagreement:
    """Return each expert alone beside the pooled answer.

    Parameters
    ----------
    forecast : Forecast
        The pooled answer.
    alone : callable
        From a voice's label and the ids of its statements to the forecast they make alone.
    outcome : str, optional
        One outcome only.
    expert : str, optional
        One expert only, by id, name or alias.

    Returns
    -------
    Disagreement
        Voices by outcome.
    """
    wanted, note = forecast.scenario.find_expert(expert) if expert else (None, None)
    scenario, names = (
        forecast.scenario,
        [forecast[outcome].name] if outcome else [o.name for o in forecast.outcomes],
    )
    by_voice: dict[str | None, set[str]] = {}
    for name in forecast.given.weights:
        by_voice.setdefault(scenario.statements[name].expert, set()).add(name)
    voices: dict[str, list[Voice]] = {name: [] for name in names}
    for person, statements in by_voice.items():
        if wanted is not None and person != wanted:
            continue
        spoken = {n: _spoken(forecast, n, statements) for n in names}
        if not any(spoken.values()):
            continue
        label = scenario.experts[person].name if person else RECORD
        answer = alone(label, statements)
        for name in names:
            if spoken[name]:
                voices[name].append(_voice(answer, forecast, name, label, person, spoken[name]))
    if wanted is not None and not any(voices.values()):
        note = (
            f"{note or ''} {scenario.experts[wanted].name} says nothing of it that counts.".strip()
        )
    ordered = {n: tuple(sorted(v, key=lambda voice: -voice.probability)) for n, v in voices.items()}
    return Disagreement(forecast, ordered, note)


def group_departures(forecast: Forecast) -> dict[str, tuple[float, float]]:
    """Return each group's mean departure from the others, on targets of which several groups speak.

    Parameters
    ----------
    forecast : Forecast
        The pooled answer; its belief must hold the errors of `expert_network`.

    Returns
    -------
    dict of str to tuple of two float
        Posterior mean and sd of the group's error less the mean of the others', log-odds, averaged
        over targets.
    """
    given, posterior = forecast.given, forecast.belief.posterior.get("error")
    if posterior is None:
        return {}
    errors = posterior[:, len(given.persons) : len(given.persons) + len(given.groups)]
    names = [label.removeprefix("group ").split(" on ")[0] for label in given.groups]
    found: dict[str, list[Floats]] = {}
    for target in range(len(given.targets)):
        here = np.flatnonzero(given.group_target == target)
        for i in here if len(here) > 1 else ():
            others = errors[:, here[here != i]].mean(axis=1)
            found.setdefault(names[i], []).append(errors[:, i] - others)
    shifts = {name: np.mean(draws, axis=0) for name, draws in found.items()}
    return {name: (float(s.mean()), float(s.std())) for name, s in shifts.items()}


def coverage(forecast: Forecast) -> Coverage:
    """Return what the forecast's network needs, what was stated, what is default, and what to ask.

    Parameters
    ----------
    forecast : Forecast
        The forecast.

    Returns
    -------
    Coverage
        Needs and questions.
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
    return Coverage(forecast, tuple(needs), tuple(_questions(scenario, forecast)))


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


def _questions(scenario: Scenario, forecast: Forecast) -> list[str]:
    found = []
    for name, outcome in scenario.outcomes.items():
        status = forecast[name].status
        if not outcome.definition:
            found.append(
                f"{name} has no definition; write what must be seen, by whom, for each state."
            )
        if status == "resolved":
            continue
        if outcome.timing == "none":
            found.append(
                f"{name} cannot be seen clearly (timing: none), so silence never counts; is that"
                " still so?"
            )
        elif quiet_state(outcome) is None:
            found.append(
                f"{name} names no quiet: state, so silence says nothing of it; which state holds"
                " meanwhile?"
            )
        if outcome.by < forecast.as_of:
            found.append(f"{name} was due on {outcome.by} and has no observation; resolve it.")
        if not forecast.spoken[name].statements and not forecast.spoken[name].reports:
            found.append(f"nobody speaks of {name}; its headline is withheld.")
    for name, statement in scenario.statements.items():
        if statement.source is None and statement.kind != "remark":
            found.append(f"{name} names no source.")
    return found


def _spoken(forecast: Forecast, outcome: str, statements: set[str]) -> tuple[str, ...]:
    speakers = forecast.spoken[outcome]
    return tuple(n for n in (*speakers.statements, *speakers.influences) if n in statements)


def _voice(
    answer: Forecast,
    pooled: Forecast,
    outcome: str,
    label: str,
    person: str | None,
    statements: tuple[str, ...],
) -> Voice:
    column = pooled.given.graph.state(outcome, pooled[outcome].event)
    draws = answer.draws[:, column]
    chosen = np.random.default_rng(0).choice(len(draws), len(draws), p=answer.weights)
    tail = (1 - pooled.interval) / 2
    lower, upper = np.quantile(draws[chosen], [tail, 1 - tail])
    group = pooled.scenario.experts[person].group if person else None
    mean = float(answer.weights @ draws)
    return Voice(
        outcome=outcome,
        name=label,
        expert=person,
        group=group,
        probability=mean,
        lower=float(lower),
        upper=float(upper),
        statements=statements,
        draws=draws[chosen],
        withheld="not converged" if answer.belief.failed else None,
    )
