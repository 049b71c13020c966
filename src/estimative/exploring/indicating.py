"""What would change our mind: every observation and report, by what it would tell of one outcome.

The expected information is taken from the mean joint table over draws, so it counts what an
observation teaches about the tables, too. `tests/unit/test_indicators.py` works it out by hand.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from estimative.exploring.conditions import open_outcome, rests_on_defaults, settled_state
from estimative.exploring.supposing import Estimate, bounds, reliance, unsigned
from estimative.forecasting import Forecast
from estimative.lexicon import diagnosticity, read_table
from estimative.names import listed
from estimative.network import states_from_families
from estimative.network.graph import Floats
from estimative.news import drawn_likelihood, silent_tables
from estimative.outcome_forecasts import OutcomeForecast
from estimative.results import Answer, Table, mass, percent

OBSERVATION, REPORT = "observation", "report"


@dataclass(frozen=True)
class Indicator:
    """Something that may be seen or reported, and what it would say of the outcome.

    Attributes
    ----------
    kind : str
        `observation`: the node is seen to end in the state; `report`: a source that will say which
        state it is says this one.
    node, state, title
        What it is about; `title` is the node's.
    chance : float
        How probable it is.
    if_so : Estimate
        The outcome's probability if it comes.
    if_not : float
        The outcome's probability if another state is seen or reported instead.
    information : float
        Expected information on the outcome, in bits.
    defaults : float
        By how much, in probability, `if_so` would move if what nobody stated were half a prior sd
        off.
    stated : bool
        False if it tells of the outcome only through links of which nobody spoke.
    """

    kind: str
    node: str
    state: str
    title: str
    chance: float
    if_so: Estimate
    if_not: float
    information: float
    defaults: float
    stated: bool

    @property
    def name(self) -> str:
        """What it is, in words."""
        said = self.title if self.state == "yes" else f"{self.title}: {self.state}"
        return f"report: {said}" if self.kind == REPORT else said


@dataclass(frozen=True, eq=False)
class Indicators(Answer):
    """What would change our mind about one outcome, the most telling first.

    Attributes
    ----------
    forecast : Forecast
        The forecast.
    outcome : OutcomeForecast
        The outcome.
    strength : float
        Likelihood ratio of the reports, after their source's reliability.
    indicators : tuple of Indicator
        By expected information.
    others : int
        How many tell less and are not listed.
    uncertainty : float
        The entropy of the outcome, in bits: what could be learned at most.
    """

    forecast: Forecast = field(repr=False)
    outcome: OutcomeForecast
    strength: float
    indicators: tuple[Indicator, ...]
    others: int
    uncertainty: float

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an indicator."""
        return [
            {
                "outcome": self.outcome.name,
                "kind": i.kind,
                "node": i.node,
                "state": i.state,
                "chance": i.chance,
                "if_so": i.if_so.value,
                "lower": i.if_so.lower,
                "upper": i.if_so.upper,
                "if_not": i.if_not,
                "information": i.information,
                "defaults": i.defaults,
                "stated": i.stated,
            }
            for i in self.indicators
        ]

    def tables(self) -> list[Table]:
        """Return the indicators, the most telling first."""
        rows = [
            (
                f"{i.name}{' *' * (not i.stated)}",
                percent(i.chance),
                i.if_so.chance,
                percent(i.if_not),
                bits(i.information),
                unsigned(i.defaults),
            )
            for i in self.indicators
        ]
        columns = ("what may come", "chance", "if so", "if not", "bits", "defaults")
        title = (
            f"What would change our mind: {self.outcome.headline}\nNow"
            f" {percent(self.outcome.probability)}, as of {self.forecast.as_of}, by"
            f" {self.outcome.by}; record {self.forecast.record}."
        )
        return [Table(title, columns, rows, self.notes())]

    def notes(self) -> list[str]:
        """Return the sentences that belong under the table."""
        notes = [
            f"If so, if not: the outcome's chance then; in brackets the central"
            f" {mass(self.forecast.interval)} interval. Bits: expected information, of"
            f" {bits(self.uncertainty)} that are open. Seen means: by the day on which it is due.",
            f"Report: a source that will say which it is, and favours the state that holds"
            f" {self.strength:.3g} times as readily as any other, after its reliability. If not: it"
            " favours another. What cannot be seen clearly, and drivers, are only reported.",
            "Defaults: by how many points the chance, if so, would move if all that nobody stated"
            " were half a prior sd off.",
        ]
        if any(not i.stated for i in self.indicators):
            notes.append(
                "* Tells of it only through links of which nobody spoke: that rests on defaults."
            )
        if self.others:
            notes.append(f"{self.others} more would tell less.")
        return notes


def indicators(
    forecast: Forecast, outcome: str, *, strength: str | float = "moderately", top: int = 12
) -> Indicators:
    """Return what would change our mind about an outcome, by expected information.

    Parameters
    ----------
    forecast : Forecast
        What `estimative.forecast` returns.
    outcome : str
        The outcome's name.
    strength : str or float
        Of the reports: a word of diagnosticity, such as `strongly`, or a likelihood ratio above 1,
        after the source's reliability.
    top : int
        How many are listed.

    Returns
    -------
    Indicators
        Every state of another open outcome that may be seen, and a report on every open node.

    Raises
    ------
    KeyError
        If there is no such outcome.
    ValueError
        If it is withheld or settled, `strength` is neither, or `top` is below 1.
    """
    asked = open_outcome(forecast, outcome)
    if top < 1:
        raise ValueError(f"top is {top}; ask for at least one indicator")
    ratio = report_ratio(strength)
    graph, known = forecast.given.graph, forecast.known
    expected = _joint_draws(forecast, outcome, known.likelihood[None, :])
    drawn = expected
    if known.reports:
        drawn = _joint_draws(forecast, outcome, drawn_likelihood(known, graph, len(expected)))
    mean = np.tensordot(forecast.weights, expected, 1)
    found = [
        (_information(mean[:, graph.span(node)], says), kind, node, state, says)
        for kind, node, state in _candidates(forecast, outcome)
        if kind == REPORT or mean[:, graph.state(node, state)].any()
        for says in [_says(graph.states[node].index(state), len(graph.states[node]), kind, ratio)]
    ]
    found.sort(key=lambda f: -f[0])
    listed = tuple(_indicator(forecast, asked, expected, drawn, *each) for each in found[:top])
    return Indicators(
        forecast=forecast,
        outcome=asked,
        strength=ratio,
        indicators=listed,
        others=len(found) - len(listed),
        uncertainty=_entropy(mean[:, graph.span(outcome)].sum(axis=1)),
    )


def report_ratio(strength: str | float) -> float:
    """Return the likelihood ratio that a strength of reports stands for.

    Parameters
    ----------
    strength : str or float
        A word of diagnosticity, or a number above 1, as text or not.

    Returns
    -------
    float
        Above 1.

    Raises
    ------
    ValueError
        If it is neither.
    """
    try:
        ratio = float(strength)
    except ValueError:
        ratio = diagnosticity(str(strength))[1]
    if not 1 < ratio < np.inf:
        words = listed(read_table("diagnosticity")["words"], "or")
        raise ValueError(f"a strength of {strength} is not a ratio above 1; give one, or {words}")
    return ratio


def bits(information: float) -> str:
    """Return information as printed, in bits.

    Parameters
    ----------
    information : float
        Not negative.

    Returns
    -------
    str
        Three decimals.
    """
    return "<0.001" if 0 < information < 0.0005 else f"{information:.3f}"


def _candidates(forecast: Forecast, outcome: str) -> list[tuple[str, str, str]]:
    """Return (kind, node, state) of all that may be seen or reported.

    Of two states one is enough: the other is what comes if it does not.
    """
    found = []
    for node, states in forecast.given.graph.states.items():
        if settled_state(forecast, node) is None:
            known_by = [REPORT]
            other = forecast.scenario.outcomes.get(node)
            if node != outcome and other is not None and other.timing != "none":
                known_by.append(OBSERVATION)
            told = states[-1:] if len(states) == 2 else states
            found += [(kind, node, state) for kind in known_by for state in told]
    return found


def _says(at: int, size: int, kind: str, ratio: float) -> Floats:
    """Return how probable an observation or report of one state is in each state of its node."""
    says = np.zeros(size) if kind == OBSERVATION else np.full(size, 1 / (ratio + size - 1))
    says[at] = 1.0 if kind == OBSERVATION else ratio / (ratio + size - 1)
    return says


def _joint_draws(forecast: Forecast, outcome: str, likelihood: Floats) -> Floats:
    """Return P(outcome = t, state | draw, news), shape (D, states of the outcome, all states)."""
    given, graph = forecast.given, forecast.given.graph
    tables = silent_tables(graph, forecast.belief.tables, forecast.known)
    tables = tables * likelihood[:, graph.own_state]
    block, logs, shares = graph.block(outcome), [], []
    for state in graph.states[outcome]:
        one = tables.copy()
        one[:, block] *= graph.own_state[block] == graph.state(outcome, state)
        log_weight, share = given.tree.run(one)
        logs.append(log_weight)
        shares.append(states_from_families(graph, share))
    log_weights = np.array(logs).T
    most = log_weights.max(axis=1, keepdims=True)
    weights = np.exp(log_weights - np.where(np.isneginf(most), 0.0, most))
    total = weights.sum(axis=1, keepdims=True)
    weights /= np.where(total > 0, total, 1.0)
    return np.stack(shares, axis=1) * weights[:, :, None]


def _information(joint: Floats, says: Floats) -> float:
    """Return the mutual information of a yes-or-no message and the outcome, in bits."""
    outcome = joint.sum(axis=1)
    so = joint @ says
    parts = [so, outcome - so]
    after = sum(p.sum() * _entropy(p / p.sum()) for p in parts if p.sum() > 0)
    return float(max(0.0, _entropy(outcome) - after))


def _entropy(chances: Floats) -> float:
    """Return the entropy of a distribution, in bits."""
    some = chances[chances > 0]
    return float(-(some * np.log2(some)).sum())


def _indicator(
    forecast: Forecast,
    asked: OutcomeForecast,
    expected: Floats,
    drawn: Floats,
    information: float,
    kind: str,
    node: str,
    state: str,
    says: Floats,
) -> Indicator:
    """Return one indicator with its numbers; draws count by how probable they make it."""
    graph, scenario = forecast.given.graph, forecast.scenario
    event, span = graph.states[asked.name].index(asked.event), graph.span(node)
    each = expected[:, :, span] @ says
    chance = float(forecast.weights @ each.sum(axis=1))
    so = float(forecast.weights @ each[:, event])
    now = float(forecast.weights @ expected[:, event, span].sum(axis=1))
    weights = forecast.weights * each.sum(axis=1) / chance
    values, doubtful = (_then(joint[:, :, span] @ says, event) for joint in (expected, drawn))
    ends = bounds(doubtful, weights, forecast.interval)
    return Indicator(
        kind=kind,
        node=node,
        state=state,
        title=(scenario.outcomes.get(node) or scenario.drivers[node]).title,
        chance=chance,
        if_so=Estimate(so / chance, float(ends[0, 0]), float(ends[1, 0])),
        if_not=(now - so) / (1 - chance),
        information=information,
        defaults=float(reliance(forecast, weights, values)[0]),
        stated=not rests_on_defaults(forecast, asked.name, seen=[node]),
    )


def _then(joint: Floats, event: int) -> Floats:
    """Return P(event | message, draw) as a column."""
    total = joint.sum(axis=1)
    return np.asarray(joint[:, [event]] / np.where(total > 0, total, 1.0)[:, None])
