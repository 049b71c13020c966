"""From a belief and the news to probabilities: draws count by how probable they make the news.

The point is the weighted mean over draws; the interval also spreads over doubt about the reports'
ratios, which never enters the weights. `tests/unit/test_forecasting.py` works a small case out by
hand.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from estimative.belief import Belief
from estimative.defaults import reliance_on_defaults
from estimative.elicitation import Elicitation
from estimative.inputs import known_text, model_text, record_id, results_text
from estimative.lexicon import phrase_for
from estimative.names import did_you_mean
from estimative.network import states_from_families
from estimative.network.junction_tree import Floats
from estimative.news import World, drawn_likelihood, silent_tables, standing
from estimative.outcome_forecasts import (
    OutcomeForecast,
    StatementPull,
    in_words,
    rough_points,
    span,
)
from estimative.results import Answer, Table, mass, percent, points
from estimative.scenario import Observation, Scenario
from estimative.speakers import Speakers, about, encoding, speakers
from estimative.traces import Trace
from estimative.weighted_draws import CLEAR, WORST_K, moved_means, normalised, weighted_quantiles

LONGER = "sample longer: --draws 4000 --tune 2000"  # the cure of a belief that has not converged


@dataclass(frozen=True, eq=False)
class Forecast(Answer):
    """Outcome probabilities with intervals, as of a date, given a belief and the news by then."""

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
    changed: str | None = None

    def __getitem__(self, name: str) -> OutcomeForecast:
        """Return the forecast of one outcome."""
        for outcome in self.outcomes:
            if outcome.name == name:
                return outcome
        allowed = [o.name for o in self.outcomes]
        raise KeyError(
            f"no outcome '{name}'{did_you_mean(name, allowed)} (there are: {', '.join(allowed)})"
        )

    @property
    def model(self) -> str:
        """The model's name."""
        return self.model_file.stem

    @cached_property
    def record(self) -> str:
        """The forecast's id: a hash of what went in and what came out; no clock."""
        results = results_text(
            self.scenario,
            model=self.model,
            seed=self.seed,
            interval=self.interval,
            outcomes=self.results(),
        )
        return record_id(known_text(self.scenario), model_text(self.model_file), results)

    @property
    def origin(self) -> str:
        """Which scenario and which record a number is from, in the words under every answer."""
        return f"scenario {self.scenario.slug}, record {self.record}"

    @cached_property
    def statements(self) -> tuple[StatementPull, ...]:
        """Every counted statement with its weight and its pull on every outcome."""
        if len(self.belief.without) == 0:
            return ()
        shift = self.belief.without + np.log(self.weights)[None, :]
        left_out = np.exp(shift - shift.max(axis=1, keepdims=True))
        left_out /= left_out.sum(axis=1, keepdims=True)
        columns = [self.given.graph.state(o.name, o.event) for o in self.outcomes]
        moves, errors = moved_means(left_out, self.weights, self.draws[:, columns])
        rows = [*self.given.names, *self.given.record_names]
        return tuple(
            self._pull(name, -moves[i], errors[i], float(self.belief.without_k[i]))
            for i, name in enumerate(rows)
        )

    def _pull(self, name: str, moves: Floats, errors: Floats, k: float) -> StatementPull:
        statement, weight = self.scenario.statements[name], self.given.weights[name]
        names = [o.name for o in self.outcomes]
        return StatementPull(
            name=name,
            expert=statement.expert,
            source=", ".join(filter(None, [statement.source, statement.locator])) or None,
            said=statement.said,
            written=encoding(statement),
            about=about(statement),
            weight={**weight.__dict__, "total": weight.total},
            pulls=dict(zip(names, map(float, moves), strict=True)),
            errors=dict(zip(names, map(float, errors), strict=True)),
            k=k,
        )

    def sources(self, outcome: str, at_least: float = 0.005) -> tuple[StatementPull, ...]:
        """Return the statements that speak of an outcome or plainly pull it, the strongest first.

        Parameters
        ----------
        outcome : str
            Its name.
        at_least : float
            A move of the probability, for statements on something else; it must also stand clear of
            its Monte Carlo error.

        Returns
        -------
        tuple of StatementPull
            Statements and base rates.
        """
        speakers = self[outcome].speakers
        spoken = {*speakers.statements, *speakers.influences}

        def plainly(s: StatementPull) -> bool:
            """Return whether a statement's pull is large enough, and beyond its error.

            Parameters
            ----------
            s : StatementPull
                The statement.

            Returns
            -------
            bool
                False also where the pull is rough: where Pareto k is above 0.7.
            """
            clear = CLEAR * s.errors[outcome]
            return s.k <= WORST_K and abs(s.pulls[outcome]) >= max(at_least, clear)

        chosen = [s for s in self.statements if s.name in spoken or plainly(s)]
        return tuple(sorted(chosen, key=lambda s: -abs(s.pulls[outcome])))

    def trace(self, outcome: str) -> Trace:
        """Return where the number of an outcome comes from: statements, weights, sources, news.

        Parameters
        ----------
        outcome : str
            Its name.

        Returns
        -------
        Trace
            One row a statement or report.
        """
        return Trace(self, outcome, self.sources(outcome))

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an outcome, with the state that it is about and its status."""
        return [
            row | {"event": None if o.withheld else o.event, "status": o.status}
            for row, o in zip(self.results(), self.outcomes, strict=True)
        ]

    def results(self) -> list[dict[str, Any]]:
        """Return one mapping an outcome, as the ledger and `estimative forecast --json` have it."""
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
                "states": {s: None if o.withheld else p for s, p in o.states.items()},
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
            "diagnostics": dict(self.diagnostics)
            | ({"changed": self.changed} if self.changed else {}),
            "outcomes": self.results(),
        }

    def tables(self) -> list[Table]:
        """Return the forecast, and below each outcome the statements that pull it most."""
        days = {o.by for o in self.outcomes}
        rows = [
            (
                o.headline if len(days) == 1 else f"{o.headline} (by {o.by})",
                percent(o.probability),
                span(o),
                in_words(o),
                o.confidence,
            )
            for o in self.outcomes
        ]
        columns = ("outcome", "chance", f"{mass(self.interval)} interval", "in words", "confidence")
        by = f", by {days.pop()}" if len(days) == 1 else ""
        title = f"{self.scenario.question}\nAs of {self.as_of}{by}; {self.origin}."
        return [Table(title, columns, rows, self.notes(), [self._below(o) for o in self.outcomes])]

    def notes(self) -> list[str]:
        """Return the sentences that belong under the table."""
        found, failed = self.diagnostics, self.belief.failed
        notes = []
        if failed and any(o.withheld for o in self.outcomes):
            notes.append(
                f"NOT CONVERGED, so every chance is withheld: {'; '.join(failed)}."
                f" To cure it, {LONGER}."
            )
        notes.append(
            f"Interval: the central {mass(self.interval)}; other reasonable readings of the same"
            " statements give values in it. Confidence is in the analysis, not in the outcome."
            " Pulls: the points by which a statement moves the answer (~ rough; far: too far to be"
            " measured without a fit, as `sensitivity --exact` does); one voice is discounted."
        )
        news, k = found["news"], found["pareto_k"]
        notes.append(
            f"{'Not converged' if failed else 'Converged'}: R-hat {found['rhat']:.3f}, effective"
            f" draws {found['ess_bulk']:,.0f} bulk and {found['ess_tail']:,.0f} tail, divergences"
            f" {found['divergences']:.1%}. News: {news} item{'s' * (news != 1)}, after which"
            f" {found['effective_draws']:,.0f} effective draws are left"
            f"{'' if k is None else f' (Pareto k {k:.2f})'}."
        )
        if self.changed:
            notes.append(self.changed)
        if self.scenario.hindsight:
            notes.append(
                "Written with hindsight: the scenario was coded after its window had closed."
            )
        return notes

    def _below(self, outcome: OutcomeForecast) -> str:
        if outcome.withheld:
            return "" if self.belief.failed else f"withheld: {outcome.withheld}"
        if outcome.settled:
            return ""
        strongest = [s for s in self.sources(outcome.name) if points(s.pulls[outcome.name]) != "0"]
        pulls = ", ".join(f"{s.name} {rough_points(s, outcome.name)}" for s in strongest[:3])
        others = [(s, p) for s, p in outcome.states.items() if s != outcome.event]
        rest = ", ".join(f"{state} {percent(chance)}" for state, chance in others)
        said = [f"else {rest}"] if len(others) > 1 else []
        return "; ".join(said + ([f"pulls: {pulls}"] if pulls else []))


@dataclass(frozen=True, eq=False)
class UnderNews:
    """What each draw of a belief says once the news is known.

    Attributes
    ----------
    log_weight : array of float, shape (D,)
        Natural log of how probable each draw makes the news.
    weights : array of float, shape (D,)
        What each draw counts; they add up to 1.
    states : array of float, shape (D, states of all nodes)
        Probabilities, ratios of reports at their expected likelihood; for points.
    doubtful : array of float, shape (D, states of all nodes)
        The same with a ratio drawn for each draw; for intervals.
    """

    log_weight: Floats
    weights: Floats
    states: Floats
    doubtful: Floats

    @property
    def effective_draws(self) -> float:
        """How many draws are left."""
        return float(1 / (self.weights**2).sum())


def under_news(given: Elicitation, belief: Belief, known: World, *, inside: bool) -> UnderNews:
    """Return what each draw of a belief says of every state once the news is known.

    Parameters
    ----------
    given : Elicitation
        The statements as numbers.
    belief : Belief
        Posterior draws.
    known : World
        News and silence on the day.
    inside : bool
        Whether the belief was fitted with the news inside, so that draws count alike.

    Returns
    -------
    UnderNews
        Weights and probabilities.
    """
    graph = given.graph
    tables = silent_tables(graph, belief.tables, known)
    log_weight, share = given.tree.run(tables * known.likelihood[graph.own_state])
    states = normalised(graph, states_from_families(graph, share))
    weights = np.exp(log_weight - log_weight.max()) if not inside else np.ones(len(log_weight))
    weights /= weights.sum()
    doubtful = states
    if known.reports:
        drawn = drawn_likelihood(known, graph, len(tables))
        families = given.tree.run(tables * drawn[:, graph.own_state])[1]
        doubtful = normalised(graph, states_from_families(graph, families))
    return UnderNews(log_weight, weights, states, doubtful)


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
    drawn: UnderNews | None = None,
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
    drawn : UnderNews, optional
        What `under_news` returns for these, where it is known already.

    Returns
    -------
    Forecast
        Probabilities with intervals.
    """
    graph, drawn = given.graph, drawn or under_news(given, belief, known, inside=inside)
    weights, states = drawn.weights, drawn.states
    means = normalised(graph, weights @ states)
    tail = (1 - interval) / 2
    bounds = weighted_quantiles(drawn.doubtful, weights, [tail, 1 - tail])
    moves = reliance_on_defaults(scenario, given, belief, weights, states)
    _, items = standing(scenario, scenario.date)
    spoken = speakers(scenario, given)
    diagnostics = {
        **belief.diagnostics,
        "converged": not belief.failed,
        "news": len(items),
        "effective_draws": drawn.effective_draws,
        "pareto_k": pareto_k,
        "news_inside": inside,
    }
    outcomes = tuple(
        _outcome(scenario, given, belief, known, name, means, bounds, moves, spoken[name])
        for name in scenario.outcomes
    )
    drivers = {
        n: {s: float(means[graph.state(n, s)]) for s in graph.states[n]} for n in scenario.drivers
    }
    return Forecast(
        scenario, scenario.date, model, seed, interval, diagnostics, outcomes, drivers, spoken,
        given, belief, known, weights, states,
    )  # fmt: skip


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
    observed = any(
        name in item.observed for item in scenario.news.values() if isinstance(item, Observation)
    )
    closed = known.elapsed[at] >= 1 or (settled and not observed)
    over = (scenario.date - outcome.by).days >= outcome.lag
    status = "resolved" if observed else "closed" if closed else "unresolved" if over else "open"
    event = (
        outcome.states[-1]
        if len(outcome.states) == 2
        else outcome.states[int(np.argmax(means[span]))]
    )
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
        status=status,
        speakers=spoken,
        defaults=float(moves[column]),
    )


def _withheld(
    scenario: Scenario, belief: Belief, name: str, spoken: Speakers, observed: bool
) -> str | None:
    """Return why an outcome gets no headline, or None."""
    if observed:
        return None
    if belief.failed:
        return f"not converged; {LONGER}"
    if not scenario.outcomes[name].definition:
        return "no definition by which it could be resolved"
    if not spoken.statements and not spoken.reports:
        return "nobody speaks of it"
    return None


def _confidence(spoken: Speakers, defaults: float) -> tuple[str, str]:
    """Return confidence in the analysis, by the rules that `docs/model.md` prints."""
    groups, articles, apart = len(spoken.groups), len(spoken.articles), spoken.disagreement
    between, points = f" {apart:.1f} log-odds apart," * (apart >= 0.05), round(100 * defaults)
    because = (
        f"{groups} independent group{'s' * (groups != 1)} in {articles}"
        f" article{'s' * (articles != 1)},{between}"
        f" defaults worth {points} point{'s' * (points != 1)}"
    )
    if groups < 3 or articles < 3 or defaults > 0.10 or apart > 2.0:
        return "low", because
    if groups >= 5 and articles >= 5 and defaults <= 0.05 and apart <= 1.0:
        return "high", because
    return "moderate", because
