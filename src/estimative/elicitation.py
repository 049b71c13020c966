"""From statements to numbers: what each says in log-odds, what is implied, whose error it has.

The result is arrays only, the whole of what a model is given, so a belief is found again by their
hash. `tests/unit/test_elicitation.py` works small ones out by hand.
"""

import datetime as dt
import hashlib
import math
from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from estimative.lexicon import Meaning, read_lexicon, strength
from estimative.network import Graph, JunctionTree, build_junction_tree
from estimative.network.graph import Ints
from estimative.network.junction_tree import Floats
from estimative.network.parameters import Parameters, build_parameters, influence_row
from estimative.news import World, standing, world
from estimative.scenario import (
    BaseRateStatement,
    Chance,
    ComparisonStatement,
    InfluenceStatement,
    ProbabilityStatement,
    Scenario,
    Statement,
)
from estimative.weights import Weight, voices, weigh

NUMBER_SPREAD = 0.5  # of a plain number, on log-odds
BASE_SD, RECORD_BASE_SD = (
    1.5,
    3.0,
)  # prior sd of a parentless base, without and with a record of its outcome
RELEVANCE_SD = 0.5  # of a record's relevance, on log-odds
Z_95 = 1.6448536269514722  # the normal quantile of the 95% point: a stated range is the central 90%


@dataclass(frozen=True, eq=False)
class Elicitation:
    """What a model is given: S statements, B base rates, Q log-odds that the network implies.

    Attributes
    ----------
    graph, tree, parameters
        The network's structure, its junction tree, and the design of its tables.
    base_sd : array of float, shape (base parameters,)
        Prior sd, log-odds, as `prior_sd` gives it.
    names : tuple of str
        Ids of the statements.
    stated, spread, weight : array of float, shape (S,)
        What was said as mean and sd on log-odds, and the power to which its density is raised.
    first, second : array of int, shape (S,)
        The statement's implied log-odds is `odds[first] - odds[second]`, where `odds` holds the Q
        differences of log weights, then one direct influence a row of `direct`, then a zero.
    up, down : array of int, shape (Q,)
        Each implied log-odds is `log_weight[up] - log_weight[down]`.
    worlds : tuple of World
        What was known besides statements; the first is the empty one.
    run_world, keep, place : arrays, shape (runs,), (runs, entries), (runs, entries)
        The tables of a run are `keep * tables of its world + place`.
    direct : array of float, shape (influence statements on links, influence parameters)
        Coefficients of named influences.
    persons, groups, targets : tuple of str
        Labels of the errors: a person's on a target, a group's on a target, everybody's on a
        target.
    person_target, group_target : array of int, shapes (persons,) and (groups,)
        The target of each person's and each group's error.
    carries : array of float, shape (S, persons + groups + targets)
        Which errors a statement carries, in that order: 1, or -1 where it speaks of a target's
        complement.
    own : array of float, shape (S, persons + groups + targets)
        The same for those errors that no other statement carries.
    record_names : tuple of str
        Ids of the base rates; `record_nodes` are the nodes they speak of.
    happened, out_of, periods, record_weight, record : arrays, shape (B,)
        Counts, the record's period over the outcome's window, the weight, and the index of its
        implied log-odds.
    distinct_records : tuple of str
        One label a record; who repeats a record repeats its doubtful relevance too: `distinct`,
        shape (B,), says which.
    weights : mapping of str to Weight
        The factors of each weight.
    sharpening : array of float, shape (), or None
        By what a track record multiplies the model's own sharpening; None where none is taken.
    """

    graph: Graph
    tree: JunctionTree
    parameters: Parameters
    base_sd: Floats
    names: tuple[str, ...]
    stated: Floats
    spread: Floats
    weight: Floats
    first: Ints
    second: Ints
    up: Ints
    down: Ints
    worlds: tuple[World, ...]
    run_world: Ints
    keep: Floats
    place: Floats
    direct: Floats
    persons: tuple[str, ...]
    groups: tuple[str, ...]
    targets: tuple[str, ...]
    person_target: Ints
    group_target: Ints
    carries: Floats
    own: Floats
    record_names: tuple[str, ...]
    record_nodes: tuple[str, ...]
    happened: Ints
    out_of: Ints
    periods: Floats
    record_weight: Floats
    record: Ints
    distinct_records: tuple[str, ...]
    distinct: Ints
    weights: Mapping[str, Weight]
    sharpening: Floats | None = None

    @property
    def coords(self) -> dict[str, tuple[str, ...]]:
        """The coordinates of a model's dimensions."""
        return {
            "base_parameter": self.parameters.base_names,
            "influence_parameter": self.parameters.influence_names,
            "statement": self.names,
            "carrier": (*self.persons, *self.groups, *self.targets),
            "target": self.targets,
            "base_rate": self.record_names,
            "distinct_record": self.distinct_records,
        }

    def digest(self) -> str:
        """Return a hash of everything a model is given."""
        found = hashlib.sha256(
            repr((self.graph.states, self.graph.parents, sorted(self.coords.items()))).encode()
        )
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                found.update(
                    f"{item.name}{value.dtype}{value.shape}".encode()
                    + np.ascontiguousarray(value).tobytes()
                )
        for known in self.worlds:
            found.update(
                known.likelihood.tobytes() + known.elapsed.tobytes() + known.quiet.tobytes()
            )
        return found.hexdigest()


def as_known(
    scenario: Scenario, as_of: dt.date, *, only: Collection[str] | None = None
) -> Scenario:
    """Return the scenario as its files have it on a day, with revisions and retractions in place.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    as_of : date
        The day, inclusive.
    only : collection of str, optional
        Ids of the statements to keep; default all.

    Returns
    -------
    Scenario
        A copy whose `date` is the day.
    """
    statements, news = standing(scenario, as_of)
    kept = {n: s for n, s in statements.items() if only is None or n in only}
    return scenario.model_copy(update={"statements": kept, "news": news, "as_of": as_of})


def encode(scenario: Scenario) -> Elicitation:
    """Return what a model is given on the scenario's date.

    Parameters
    ----------
    scenario : Scenario
        The scenario; `as_known` gives it for another day.

    Returns
    -------
    Elicitation
        Arrays.
    """
    scenario = as_known(scenario, scenario.date)
    build = _Builder(scenario)
    heard = {
        n: scenario.statements[n]
        for n in weigh(scenario)
        if not build.settled(scenario.statements[n])
    }
    weights = weigh(scenario.model_copy(update={"statements": heard}))
    for name, weight in weights.items():
        build.add(name, scenario.statements[name], weight)
    return build.finish(weights)


def prior_sd(parents: int, recorded: bool) -> float:
    """Return the prior sd of a base, on log-odds.

    Parents of unknown influence draw an outcome's probability towards even. The base makes up for
    it, so that the prior of the outcome itself is as wide whatever its parents: its log-odds keep
    an sd of 1.5 (3 with a record) to within 0.05 for up to ten parents
    (`tests/statistical/test_model.py`).

    Parameters
    ----------
    parents : int
        How many the node has.
    recorded : bool
        Whether a base rate speaks of it.

    Returns
    -------
    float
        An sd.
    """
    return (RECORD_BASE_SD if recorded else BASE_SD) * math.sqrt(1 + parents / 32)


def meaning(chance: Chance, lexicon: str) -> Meaning:
    """Return what a stated probability means.

    Parameters
    ----------
    chance : Chance
        A phrase, a point or a range.
    lexicon : str
        Whose reading of phrases.

    Returns
    -------
    Meaning
        Mean and sd on log-odds. A point has sd 0.5; a range is the central 90%.
    """
    if chance.phrase is not None:
        return read_lexicon(lexicon).meaning(chance.phrase)
    if chance.point is not None:
        return Meaning(_logit(chance.point), NUMBER_SPREAD)
    assert chance.low is not None
    assert chance.high is not None
    low, high = _logit(chance.low), _logit(chance.high)
    return Meaning((low + high) / 2, (high - low) / (2 * Z_95))


def stated_meaning(scenario: Scenario, statement: ProbabilityStatement) -> Meaning:
    """Return what a statement of a probability counts as: its words, less the expert's bias.

    Parameters
    ----------
    scenario : Scenario
        Its lexicon, and the track record that it takes.
    statement : ProbabilityStatement
        The statement.

    Returns
    -------
    Meaning
        Mean and sd on log-odds of the event. A bias is one towards what happens, the last of two
        states; doubt about it is added to the spread, in squares.
    """
    said = meaning(statement.probability, statement.lexicon or scenario.lexicon)
    record = scenario.track_record
    if record is None:
        return said
    node, state = statement.event
    states = scenario.nodes[node]
    sign = -1.0 if len(states) == 2 and state != states[-1] else 1.0
    bias = record.of(statement.expert).bias.mean
    return Meaning(
        said.mean - sign * bias, math.hypot(said.spread, record.bias_sd(statement.expert))
    )


def graph_of(scenario: Scenario) -> Graph:
    """Return the structure of a scenario's network.

    Parameters
    ----------
    scenario : Scenario
        Its nodes and links.

    Returns
    -------
    Graph
        Every node with its states and its parents.
    """
    return Graph(scenario.nodes, scenario.parents)


class _Builder:
    """Collects statements one by one; repeated tables, odds and voices are shared."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.graph = graph_of(scenario)
        self.parameters = build_parameters(self.graph)
        nothing = World(
            np.ones(int(self.graph.state_offset[-1])),
            *np.zeros((2, len(self.graph.nodes)), np.int64),
        )
        self.worlds: list[World] = [nothing]
        self.world_before: dict[dt.date, World] = {}
        self.world_on: dict[dt.date, int] = {}
        self.run_at: dict[Hashable, int] = {}
        self.runs: list[tuple[int, Floats, Floats]] = []
        self.odds: dict[Hashable, tuple[int, int]] = {}
        self.odds_at: dict[Hashable, int] = {}
        self.direct: list[Floats] = []
        self.voice_at: dict[tuple[str, str], int] = {}
        self.group_at: dict[tuple[str, str], int] = {}
        self.target_at: dict[str, int] = {}
        self.rows: list[dict[str, Any]] = []
        self.records: list[dict[str, Any]] = []

    def settled(self, statement: Statement) -> bool:
        """Return whether a statement's event was settled, or its condition ruled out, before it."""
        match statement:
            case ProbabilityStatement():
                events, given = [statement.event[0]], {**statement.given}
            case ComparisonStatement():
                events, given = [statement.likelier[0], statement.than[0]], {}
            case InfluenceStatement(direct=False):
                events, given = [statement.effect], {}
            case _:
                return False
        possible = self._possible(statement.date)
        return any(len(possible[n]) == 1 for n in events) or any(
            s not in possible[n] for n, s in given.items()
        )

    def add(self, name: str, statement: object, weight: Weight) -> None:
        """Take in one statement."""
        match statement:
            case ProbabilityStatement():
                said = stated_meaning(self.scenario, statement)
                odds = self._odds(self._known(statement.date), statement.event, statement.given)
                self._row(
                    name,
                    said,
                    weight,
                    odds,
                    ("zero", 0),
                    self._voice(name, statement, statement.event),
                )
            case ComparisonStatement():
                known = self._known(statement.date)
                first, second = (
                    self._odds(known, e, {}) for e in (statement.likelier, statement.than)
                )
                voices = [
                    self._voice(name, statement, e) for e in (statement.likelier, statement.than)
                ]
                self._row(
                    name, strength(statement.strength, "comparison"), weight, first, second, *voices
                )
            case InfluenceStatement():
                said = strength(statement.strength, "influence")
                cause, effect = (
                    (statement.cause, statement.cause_state),
                    (statement.effect, statement.effect_state),
                )
                voice = self._pair_voice(name, statement, cause, effect)
                if statement.direct:
                    self.direct.append(influence_row(self.graph, self.parameters, cause, effect))
                    self._row(
                        name, said, weight, ("direct", len(self.direct) - 1), ("zero", 0), voice
                    )
                else:
                    known = self._known(statement.date)
                    others = tuple(s for s in self.graph.states[cause[0]] if s != cause[1])
                    # against the absence of the cause: any of its other states, each as likely
                    self._row(
                        name,
                        said,
                        weight,
                        self._odds(known, effect, {}, {cause[0]: (cause[1],)}),
                        self._odds(known, effect, {}, {cause[0]: others}),
                        voice,
                    )
            case BaseRateStatement():
                outcome = self.scenario.outcomes.get(statement.event[0])
                start, end = (
                    (outcome.opens, outcome.by)
                    if outcome
                    else (self.scenario.opens, self.scenario.by)
                )
                quiet = (outcome.quiet if outcome else None) or "no"
                _, at = self._odds(0, statement.event, {})
                happened = statement.happened
                if statement.event[1] == quiet:  # the hazard is that of leaving the quiet state
                    at, happened = self._complement(at), statement.out_of - happened
                self.records.append(
                    {
                        "name": name,
                        "node": statement.event[0],
                        "odds": at,
                        "happened": happened,
                        "out_of": statement.out_of,
                        "periods": statement.each_days / ((end - start).days + 1),
                        "weight": weight.total,
                    }
                )

    def finish(self, weights: Mapping[str, Weight]) -> Elicitation:
        """Return the arrays."""
        graph, rows, carries = self.graph, self.rows, self._carries()
        record = self.scenario.track_record
        offset = {
            "odds": 0,
            "direct": len(self.odds_at),
            "zero": len(self.odds_at) + len(self.direct),
        }
        recorded = {r["node"] for r in self.records}
        nodes = [graph.nodes[i] for i in self.parameters.base_nodes]
        repeated = voices(self.scenario, [r["name"] for r in self.records])
        first_of = {name: i for i, names in enumerate(repeated) for name in names}

        def place(key: str) -> Ints:
            return np.array([offset[r[key][0]] + r[key][1] for r in rows], np.int64)

        def column(key: str) -> Floats:
            return np.array([r[key] for r in rows], float)

        def counted(key: str) -> Ints:
            return np.array([r[key] for r in self.records], np.int64)

        def measured(key: str) -> Floats:
            return np.array([r[key] for r in self.records], np.float64)

        entries = int(graph.offset[-1])
        return Elicitation(
            graph=graph,
            tree=build_junction_tree(graph),
            parameters=self.parameters,
            base_sd=np.array([prior_sd(len(graph.parents[n]), n in recorded) for n in nodes]),
            names=tuple(str(r["name"]) for r in rows),
            stated=column("mean"),
            spread=column("spread"),
            weight=column("weight"),
            first=place("first"),
            second=place("second"),
            up=np.array([up for up, _ in self.odds.values()], np.int64),
            down=np.array([down for _, down in self.odds.values()], np.int64),
            worlds=tuple(self.worlds),
            run_world=np.array([w for w, _, _ in self.runs], np.int64),
            keep=np.array([k for _, k, _ in self.runs]).reshape(-1, entries),
            place=np.array([p for _, _, p in self.runs]).reshape(-1, entries),
            direct=np.array(self.direct).reshape(
                len(self.direct), len(self.parameters.influence_names)
            ),
            persons=tuple(f"{person} on {target}" for person, target in self.voice_at),
            groups=tuple(f"group {group} on {target}" for group, target in self.group_at),
            targets=tuple(f"everybody on {target}" for target in self.target_at),
            person_target=np.array([self.target_at[t] for _, t in self.voice_at], np.int64),
            group_target=np.array([self.target_at[t] for _, t in self.group_at], np.int64),
            carries=carries,
            own=np.where((carries != 0).sum(axis=0) == 1, carries, 0.0),
            record_names=tuple(str(r["name"]) for r in self.records),
            record_nodes=tuple(str(r["node"]) for r in self.records),
            happened=counted("happened"),
            out_of=counted("out_of"),
            periods=measured("periods"),
            record_weight=measured("weight"),
            record=counted("odds"),
            distinct_records=tuple(names[0] for names in repeated),
            distinct=np.array([first_of[r["name"]] for r in self.records], np.int64),
            weights=weights,
            sharpening=np.array(record.sharpens) if record else None,
        )

    def _row(
        self,
        name: str,
        said: Meaning,
        weight: Weight,
        first: tuple[str, int],
        second: tuple[str, int],
        *voices: tuple[int, float],
    ) -> None:
        """Add a statement; the first voice's error is added, a second one's is taken away."""
        row = {"name": name, "mean": said.mean, "spread": said.spread, "weight": weight.total}
        self.rows.append(row | {"first": first, "second": second, "voices": voices})

    def _carries(self) -> Floats:
        persons, groups = len(self.voice_at), len(self.group_at)
        carries = np.zeros((len(self.rows), persons + groups + len(self.target_at)))
        voices = list(self.voice_at)
        for i, row in enumerate(self.rows):
            for (voice, sign), side in zip(row["voices"], (1.0, -1.0), strict=False):
                person, target = voices[voice]
                carries[i, voice] += side * sign
                carries[i, persons + self.group_at[self._group(person), target]] += side * sign
                carries[i, persons + groups + self.target_at[target]] += side * sign
        return carries

    def _before(self, date: dt.date) -> World:
        if date not in self.world_before:
            self.world_before[date] = world(self.scenario, self.graph, date - dt.timedelta(days=1))
        return self.world_before[date]

    def _possible(self, date: dt.date) -> dict[str, list[str]]:
        """Return the states of each node that were still possible before a day."""
        known, found = self._before(date), {}
        for i, (node, states) in enumerate(self.graph.states.items()):
            start, closed = int(self.graph.state_offset[i]), known.elapsed[i] >= 1
            alive = [
                known.likelihood[start + k] > 0 and not (closed and k != known.quiet[i])
                for k in range(len(states))
            ]
            found[node] = [state for state, is_alive in zip(states, alive, strict=True) if is_alive]
        return found

    def _known(self, date: dt.date) -> int:
        """Return the index of what was known before a day; where nothing was, it is 0."""
        if date not in self.world_on:
            known = self._before(date)
            if known.empty:
                self.world_on[date] = 0
            else:
                self.worlds.append(known)
                self.world_on[date] = len(self.worlds) - 1
        return self.world_on[date]

    def _odds(
        self,
        known: int,
        event: tuple[str, str],
        given: Mapping[str, str],
        do: Mapping[str, tuple[str, ...]] | None = None,
    ) -> tuple[str, int]:
        """Return where the log-odds of an event, given states and interventions, will stand."""
        node, state = event
        others = tuple(s for s in self.graph.states[node] if s != state)
        key = (known, event, frozenset(given.items()), frozenset((do or {}).items()))
        if key not in self.odds_at:
            fixed = {n: (s,) for n, s in given.items()}
            up = self._run(known, {**fixed, node: (state,)}, do or {})
            down = self._run(known, {**fixed, node: others}, do or {})
            self.odds_at[key] = len(self.odds_at)
            self.odds[key] = (up, down)
        return "odds", self.odds_at[key]

    def _complement(self, odds: int) -> int:
        up, down = list(self.odds.values())[odds]
        self.odds[key := ("not", odds)] = (down, up)
        return self.odds_at.setdefault(key, len(self.odds_at))

    def _run(
        self,
        known: int,
        seen: Mapping[str, tuple[str, ...]],
        do: Mapping[str, tuple[str, ...]],
    ) -> int:
        key = (known, frozenset(seen.items()), frozenset(do.items()))
        if key not in self.run_at:
            graph = self.graph
            weight = self.worlds[known].likelihood.copy()
            for node, states in seen.items():
                allowed = [graph.state(node, s) for s in states]
                at = graph.position[node]
                span = np.arange(graph.state_offset[at], graph.state_offset[at + 1])
                weight[np.setdiff1d(span, allowed)] = 0.0
            keep = weight[graph.own_state]
            placed = np.zeros(len(keep))
            for node, states in do.items():  # which sets aside what was known of the node itself
                block, chosen = graph.block(node), [graph.state(node, s) for s in states]
                placed[block] = np.isin(graph.own_state[block], chosen)
                keep[block] = 0.0
            self.run_at[key] = len(self.runs)
            self.runs.append((known, keep, placed))
        return self.run_at[key]

    def _group(self, person: str) -> str:
        expert = self.scenario.experts.get(person)
        return expert.group if expert else person

    def _voice(
        self,
        name: str,
        statement: ProbabilityStatement | ComparisonStatement,
        event: tuple[str, str],
    ) -> tuple[int, float]:
        """Return the index of the error of whoever speaks on an event, and its sign."""
        node, state = event
        states = self.graph.states[node]
        target = states[-1] if len(states) == 2 else state
        return self._error(
            name, statement.expert, f"{node} = {target}"
        ), 1.0 if state == target else -1.0

    def _pair_voice(
        self,
        name: str,
        statement: InfluenceStatement,
        cause: tuple[str, str],
        effect: tuple[str, str],
    ) -> tuple[int, float]:
        sign, ends = 1.0, []
        for node, state in (cause, effect):
            states = self.graph.states[node]
            target = states[-1] if len(states) == 2 else state
            sign *= 1.0 if state == target else -1.0
            ends.append(f"{node} = {target}")
        return self._error(name, statement.expert, " -> ".join(ends)), sign

    def _error(self, name: str, expert: str | None, target: str) -> int:
        person = expert or f"({name})"
        self.target_at.setdefault(target, len(self.target_at))
        self.group_at.setdefault((self._group(person), target), len(self.group_at))
        return self.voice_at.setdefault((person, target), len(self.voice_at))


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))
