"""From a belief and the news to probabilities: each draw counts by how probable it makes the news, and nothing is sampled.

The point is the weighted mean over draws; the interval also spreads over doubt about the reports' ratios, which never
enters the weights. `tests/unit/test_forecasting.py` works a small case out by hand.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from estimative.belief import Belief
from estimative.elicitation import Elicitation
from estimative.lexicon import phrase_for
from estimative.names import did_you_mean
from estimative.network import states_from_families
from estimative.network.junction_tree import Floats
from estimative.news import World, drawn_likelihood, silent_tables, standing
from estimative.results import Answer, Table, percent, points
from estimative.scenario import Observation, Scenario
from estimative.speakers import Speakers, about, encoding, speakers, stated_parameters

FEWEST_DRAWS = 400  # effective draws below which news has worn the draws out
WORST_K = 0.7  # Pareto k above which weights are not to be trusted


@dataclass(frozen=True)
class OutcomeForecast:
    """What is forecast of one outcome.

    Attributes
    ----------
    name, title, definition, by
        As in the scenario.
    event : str
        The state whose probability is the headline.
    probability, lower, upper : float or None
        The headline and its central interval; None if withheld.
    phrase : str or None
        The ICD 203 word for the probability.
    confidence : str
        Confidence in the analysis: low, moderate or high; apart from likelihood.
    confidence_because : str
        What it rests on.
    withheld : str or None
        Why there is no headline.
    states : mapping of str to float
        The probability of every state.
    status : str
        `open`, `resolved` or `closed` (its window ended in silence).
    speakers : Speakers
        Who speaks of it, and in how many articles.
    defaults : float
        By how much, in probability, the answer would move if what nobody stated were half a prior sd off.
    """

    name: str
    title: str
    definition: str | None
    by: dt.date
    event: str
    probability: float | None
    lower: float | None
    upper: float | None
    phrase: str | None
    confidence: str
    confidence_because: str
    withheld: str | None
    states: Mapping[str, float]
    status: str
    speakers: Speakers
    defaults: float


@dataclass(frozen=True)
class StatementPull:
    """What one statement counts for.

    Attributes
    ----------
    name, expert, source, said, written
        Who said what, where; `written` is how it was encoded.
    weight : mapping of str to float
        Every factor, and `total`.
    pulls : mapping of str to float
        For each outcome, the probability with the statement less that without it.
    k : float
        Pareto k of leaving it out; above 0.7 the pulls are rough.
    """

    name: str
    expert: str | None
    source: str | None
    said: str
    written: str
    about: str
    weight: Mapping[str, float]
    pulls: Mapping[str, float]
    k: float


@dataclass(frozen=True, eq=False)
class Forecast(Answer):
    """Outcome probabilities with intervals, as of a date, given a belief and the news up to that date."""

    scenario: Scenario = field(repr=False)
    as_of: dt.date
    model_file: Path
    seed: int
    interval: float
    diagnostics: Mapping[str, Any]
    outcomes: tuple[OutcomeForecast, ...]
    drivers: Mapping[str, Mapping[str, float]]
    spoken: Mapping[str, Speakers] = field(repr=False)
    given: Elicitation = field(repr=False)
    belief: Belief = field(repr=False)
    known: World = field(repr=False)
    weights: Floats = field(repr=False)
    draws: Floats = field(repr=False)

    def __getitem__(self, name: str) -> OutcomeForecast:
        """Return the forecast of one outcome."""
        for outcome in self.outcomes:
            if outcome.name == name:
                return outcome
        allowed = [o.name for o in self.outcomes]
        raise KeyError(f"no outcome '{name}'{did_you_mean(name, allowed)} (there are: {', '.join(allowed)})")

    @property
    def model(self) -> str:
        """The model's name."""
        return self.model_file.stem

    @cached_property
    def record(self) -> str:
        """The forecast's id: a hash of what went in and what came out; no clock."""
        parts = [self.belief.key, self.as_of.isoformat(), self.interval, self.known.likelihood.tolist()]
        parts += [self.known.elapsed.tolist(), [[o.name, o.probability, o.lower, o.upper] for o in self.outcomes]]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:12]

    @cached_property
    def statements(self) -> tuple[StatementPull, ...]:
        """Every counted statement with its weight and its pull on every outcome."""
        if len(self.belief.without) == 0:
            return ()
        shift = self.belief.without + np.log(self.weights)[None, :]
        left_out = np.exp(shift - shift.max(axis=1, keepdims=True))
        left_out /= left_out.sum(axis=1, keepdims=True)
        columns = [self.given.graph.state(o.name, o.event) for o in self.outcomes]
        moves = self.weights @ self.draws[:, columns] - left_out @ self.draws[:, columns]
        rows = [*self.given.names, *self.given.record_names]
        return tuple(self._pull(name, moves[i], float(self.belief.without_k[i])) for i, name in enumerate(rows))

    def _pull(self, name: str, moves: Floats, k: float) -> StatementPull:
        statement, weight = self.scenario.statements[name], self.given.weights[name]
        return StatementPull(
            name=name,
            expert=statement.expert,
            source=", ".join(filter(None, [statement.source, statement.locator])) or None,
            said=statement.said,
            written=encoding(statement),
            about=about(statement),
            weight={**weight.__dict__, "total": weight.total},
            pulls=dict(zip([o.name for o in self.outcomes], map(float, moves), strict=True)),
            k=k,
        )

    def sources(self, outcome: str, at_least: float = 0.005) -> tuple[StatementPull, ...]:
        """Return the statements that speak of an outcome or pull it by at least so much, the strongest first.

        Parameters
        ----------
        outcome : str
            Its name.
        at_least : float
            A move of the probability.

        Returns
        -------
        tuple of StatementPull
            Statements and base rates.
        """
        speakers = self[outcome].speakers
        spoken = {*speakers.statements, *speakers.influences}
        chosen = [
            s
            for s in self.statements
            if s.name in spoken or (s.k <= WORST_K and abs(s.pulls[outcome]) >= at_least)
        ]
        return tuple(sorted(chosen, key=lambda s: -abs(s.pulls[outcome])))

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an outcome."""
        return [
            {
                "name": o.name,
                "title": o.title,
                "probability": o.probability,
                "lower": o.lower,
                "upper": o.upper,
                "phrase": o.phrase,
                "confidence": o.confidence,
                "withheld": o.withheld,
                "states": dict(o.states),
            }
            for o in self.outcomes
        ]

    def to_json(self) -> dict[str, Any]:
        """Return the forecast as `estimative forecast --json` prints it."""
        return {
            "scenario": self.scenario.slug,
            "as_of": self.as_of.isoformat(),
            "model": self.model,
            "seed": self.seed,
            "interval": self.interval,
            "record": self.record,
            "diagnostics": dict(self.diagnostics),
            "outcomes": self.records(),
        }

    def tables(self) -> list[Table]:
        """Return the forecast, and below it who pulls each outcome."""
        mass = f"{self.interval:.0%}"
        rows = [
            (
                o.title,
                "withheld" if o.withheld else percent(o.probability),
                "" if o.withheld else f"{percent(o.lower)} to {percent(o.upper)}",
                o.withheld or f"{o.phrase}{'' if o.status == 'open' else f' ({o.status})'}",
                o.confidence,
                self._pulled_by(o),
            )
            for o in self.outcomes
        ]
        columns = ("by " + self._by(), "chance %", f"{mass} interval", "ICD 203", "confidence", "pulled most by (points)")
        title = f"{self.scenario.question}  As of {self.as_of}, record {self.record}."
        return [Table(title, columns, rows, self.notes())]

    def notes(self) -> list[str]:
        """Return the sentences that belong under the table."""
        found = self.diagnostics
        notes = [
            f"The interval is the central {self.interval:.0%}: other reasonable readings of the same statements give"
            " values in it. Confidence is in the analysis, not in the outcome. A pull is the points by which the answer"
            " moves because of a statement; one voice is discounted.",
            f"Converged: {'no' if self.belief.failed else 'yes'} (R-hat {found['rhat']:.3f}, effective draws"
            f" {found['ess_bulk']:,.0f} bulk, {found['ess_tail']:,.0f} tail, divergences {found['divergences']:.1%})."
            f" News: {found['news']} reports and observations; effective draws after it {found['effective_draws']:,.0f}"
            + (f", Pareto k {found['pareto_k']:.2f}." if found["pareto_k"] is not None else "."),
        ]
        notes += [f"Not converged: {text}." for text in self.belief.failed]
        if self.scenario.hindsight:
            notes.append("Written with hindsight: the scenario was coded after its window had closed.")
        return notes

    def _by(self) -> str:
        return str(max((o.by for o in self.outcomes), default=""))

    def _pulled_by(self, outcome: OutcomeForecast) -> str:
        strongest = self.sources(outcome.name)[:3]
        return ", ".join(f"{s.name} {rough_points(s, outcome.name)}" for s in strongest)


def rough_points(statement: StatementPull, outcome: str) -> str:
    """Return a statement's pull on an outcome in points, marked with ~ where its weights are not to be trusted."""
    return ("~" if statement.k > WORST_K else "") + points(statement.pulls[outcome])


def compute_forecast(
    scenario: Scenario,
    given: Elicitation,
    belief: Belief,
    *,
    model: Path,
    seed: int,
    interval: float,
    known: World,
    inside: bool = False,
    pareto_k: float | None = None,
) -> Forecast:
    """Return the forecast that a belief and the news make.

    Parameters
    ----------
    scenario : Scenario
        As known on the day (`estimative.elicitation.as_known`).
    given : Elicitation
        Its statements as numbers.
    belief : Belief
        Posterior draws.
    model : Path
        The model file.
    seed : int
        The seed of the belief.
    interval : float
        Mass of the central interval, in (0, 1).
    known : World
        News and silence on the day.
    inside : bool
        Whether the belief was fitted with the news inside, so that draws count alike.
    pareto_k : float, optional
        Pareto k of the news weights, to be printed.

    Returns
    -------
    Forecast
        Probabilities with intervals.
    """
    graph = given.graph
    tables = silent_tables(graph, belief.tables, known)
    log_weight, share = given.tree.run(tables * known.likelihood[graph.own_state])
    states = states_from_families(graph, share)
    weights = np.exp(log_weight - log_weight.max()) if not inside else np.ones(len(log_weight))
    weights /= weights.sum()
    means = weights @ states
    doubtful = states
    if known.reports:
        drawn = drawn_likelihood(known, graph, len(tables))
        doubtful = states_from_families(graph, given.tree.run(tables * drawn[:, graph.own_state])[1])
    tail = (1 - interval) / 2
    bounds = _weighted_quantiles(doubtful, weights, [tail, 1 - tail])
    each = default_moves(scenario, given, belief, weights, states)
    # added in squares, as if the defaults were off independently
    moves = np.sqrt(sum((move**2 for move in each.values()), np.zeros(states.shape[1])))
    _, items = standing(scenario, scenario.date)
    spoken = speakers(scenario, given)
    diagnostics = {
        **belief.diagnostics,
        "converged": not belief.failed,
        "news": len(items),
        "effective_draws": float(1 / (weights**2).sum()),
        "pareto_k": pareto_k,
        "news_inside": inside,
    }
    outcomes = tuple(
        _outcome(scenario, given, belief, known, name, means, bounds, moves, spoken[name]) for name in scenario.outcomes
    )
    drivers = {n: {s: float(means[graph.state(n, s)]) for s in graph.states[n]} for n in scenario.drivers}
    return Forecast(
        scenario, scenario.date, model, seed, interval, diagnostics, outcomes, drivers, spoken,
        given, belief, known, weights, states,
    )  # fmt: skip


def default_moves(
    scenario: Scenario, given: Elicitation, belief: Belief, weights: Floats, states: Floats
) -> dict[str, Floats]:
    """Return by how much each state's probability moves if one thing that nobody stated were half a prior sd off.

    Each default parameter's prior is moved by half its sd, one at a time, by reweighting.

    Parameters
    ----------
    scenario, given, belief
        What the forecast rests on.
    weights : array of float, shape (D,)
        The weight of each draw.
    states : array of float, shape (D, states of all nodes)
        Probabilities.

    Returns
    -------
    dict of str to array of float, shape (states of all nodes,)
        Moves, in probability, by the parameter's name (`node` or `cause -> effect`).
    """
    if not {"base", "influence"} <= belief.posterior.keys():
        return {}
    base, influence = stated_parameters(scenario, given)
    design = given.parameters
    names = [*np.array(design.base_names)[~base], *np.array(design.influence_names)[~influence]]
    scaled = np.concatenate(
        [
            (belief.posterior["base"] / given.base_sd)[:, ~base],
            (belief.posterior["influence"] / design.influence_sd)[:, ~influence],
        ],
        axis=1,
    )
    tilted = weights[:, None] * np.exp(scaled / 2)
    tilted /= tilted.sum(axis=0)
    return dict(zip(map(str, names), tilted.T @ states - weights @ states, strict=True))


def _outcome(
    scenario: Scenario,
    given: Elicitation,
    belief: Belief,
    known: World,
    name: str,
    means: Floats,
    bounds: Floats,
    moves: Floats,
    spoken: Speakers,
) -> OutcomeForecast:
    outcome, graph = scenario.outcomes[name], given.graph
    at = graph.position[name]
    span = slice(int(graph.state_offset[at]), int(graph.state_offset[at + 1]))
    settled = np.count_nonzero(known.likelihood[span]) == 1
    observed = any(name in item.observed for item in scenario.news.values() if isinstance(item, Observation))
    closed = known.elapsed[at] >= 1 or (settled and not observed)
    event = outcome.states[-1] if len(outcome.states) == 2 else outcome.states[int(np.argmax(means[span]))]
    column = graph.state(name, event)
    withheld = _withheld(scenario, belief, name, spoken, observed)
    probability = None if withheld else float(np.clip(means[column], 0, 1))
    confidence, because = _confidence(spoken, float(moves[column]))
    return OutcomeForecast(
        name=name,
        title=outcome.title,
        definition=outcome.definition,
        by=outcome.by,
        event=event,
        probability=probability,
        lower=None if withheld else float(bounds[0, column]),
        upper=None if withheld else float(bounds[1, column]),
        phrase=None if probability is None else phrase_for(probability),
        confidence="-" if withheld else confidence,
        confidence_because=because,
        withheld=withheld,
        states={s: float(means[graph.state(name, s)]) for s in outcome.states},
        status="resolved" if observed else "closed" if closed else "open",
        speakers=spoken,
        defaults=float(moves[column]),
    )


def _withheld(scenario: Scenario, belief: Belief, name: str, spoken: Speakers, observed: bool) -> str | None:
    """Return why an outcome gets no headline, or None."""
    if observed:
        return None
    if belief.failed:
        return "not converged; sample longer: --draws 4000 --tune 2000"
    if not scenario.outcomes[name].definition:
        return "no definition by which it could be resolved"
    if not spoken.statements and not spoken.reports:
        return "nobody speaks of it"
    return None


def _confidence(spoken: Speakers, defaults: float) -> tuple[str, str]:
    """Return confidence in the analysis, by the rules that `docs/confidence.md` prints."""
    groups, articles, apart = len(spoken.groups), len(spoken.articles), spoken.disagreement
    because = (
        f"{groups} independent group{'s' * (groups != 1)} in {articles} article{'s' * (articles != 1)},"
        f" {apart:.1f} log-odds apart, defaults worth {round(100 * defaults)} points"
    )
    if groups < 3 or articles < 3 or defaults > 0.10 or apart > 2.0:
        return "low", because
    if groups >= 5 and articles >= 5 and defaults <= 0.05 and apart <= 1.0:
        return "high", because
    return "moderate", because


def _weighted_quantiles(values: Floats, weights: Floats, shares: list[float]) -> Floats:
    """Return weighted quantiles of each column, shape (shares, columns)."""
    order = np.argsort(values, axis=0)
    ranked = np.take_along_axis(values, order, axis=0)
    heaped = np.cumsum(weights[order], axis=0) - weights[order] / 2
    return np.array(
        [[np.interp(q, heaped[:, j], ranked[:, j]) for j in range(values.shape[1])] for q in shares]
    )
