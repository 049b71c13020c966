"""What drives an answer: its move if something had not been said, or weighed half or twice.

Moves come from reweighting stored draws; on request they are fitted anew.
`tests/statistical/test_sensitivity_by_refit.py` holds the one against the other.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from estimative.exploring.conditions import open_outcome
from estimative.exploring.moves import Gauge, Move
from estimative.exploring.otherwise import Alternative, Kind, altered, levers
from estimative.exploring.swings import VOICES, Sensitivity, Swing
from estimative.forecasting import Forecast
from estimative.network import states_from_families
from estimative.network.graph import Floats
from estimative.news import World, silent_tables, world
from estimative.reweighting import ERRORS, Reweighting
from estimative.scenario import Scenario
from estimative.weighted_draws import normalised

LARGE = 0.05  # move, in probability, from which it is fitted anew if anything is

Refit = Callable[[str, Scenario, str], Forecast]
"""From a label, a changed scenario and a changed model's text to the forecast they make."""


def sensitivity(
    forecast: Forecast, outcome: str, *, top: int = 12, refit: Refit | None = None
) -> Sensitivity:
    """Return what drives the answer on an outcome.

    Parameters
    ----------
    forecast : Forecast
        What `estimative.forecast` returns.
    outcome : str
        The outcome's name.
    top : int
        How many rows a table or picture shows.
    refit : callable, optional
        Fits anew what is shown and rough, or moves the answer by five points or more; default
        reweighting only. The news never needs it.

    Returns
    -------
    Sensitivity
        Statements, experts, groups, lexicons, constants of the model, and news.

    Raises
    ------
    KeyError
        If there is no such outcome.
    ValueError
        If it is withheld or settled, or `top` is below 1.
    """
    asked = open_outcome(forecast, outcome)
    if top < 1:
        raise ValueError(f"top is {top}; ask for at least one row")
    text = forecast.model_file.read_text(encoding="utf-8")
    reweighting, note = None, None
    try:
        reweighting = Reweighting.of(forecast.scenario, forecast.given, forecast.belief)
    except ValueError as error:
        note = f"Only the news is weighed otherwise: {error}. exact=True (--exact) fits anew."
    gauge = Gauge(forecast, outcome)
    known = levers(forecast.scenario, forecast.given, outcome, text)
    news = _WithoutNews(forecast, gauge)
    swings = []
    for lever in known:
        moves = {}
        for how, other in lever.alternatives.items():
            if other.news:
                moves[how] = news.move(other.news)
            elif reweighting and (ratio := _log_ratio(reweighting, other)) is not None:
                moves[how] = gauge.move(ratio)
            elif refit:
                label = Swing(lever, {}).sentence(how)
                answer = _fitted(forecast, label, other, text, refit)
                moves |= {} if answer.belief.failed else {how: gauge.fitted(answer)}
        if moves:
            swings.append(Swing(lever, moves))
    found = Sensitivity(forecast, asked, _ranked(swings), top, reweighting, note)
    return _refitted(found, gauge, text, refit) if refit else found


def _log_ratio(reweighting: Reweighting, other: Alternative) -> Floats | None:
    """Return by how much each draw would weigh more, unless the draws cannot tell."""
    if not reweighting.shares_errors and any(name in ERRORS for name in other.factors):
        return None
    told = reweighting.retold(other.statements) if other.statements else reweighting.told
    return reweighting.log_ratio(replace(told, factors=other.factors))


def _ranked(swings: Sequence[Swing]) -> tuple[Swing, ...]:
    """Return what moves the answer most first; what Monte Carlo error hides last."""
    return tuple(sorted(swings, key=lambda s: (not s.moves[s.farthest].told_apart, -s.size)))


def _refitted(found: Sensitivity, gauge: Gauge, text: str, refit: Refit) -> Sensitivity:
    """Return a sensitivity whose shown moves, where rough or large, are fitted anew.

    Small ones are surer by reweighting: two fits share no Monte Carlo error, which cancels there.
    """
    others = [kind for kind in Kind if kind not in (*VOICES, Kind.news)]
    shown = [*found.shown(*VOICES), *found.shown(*others), *found.untold]
    todo = [
        (s, how)
        for s in shown
        for how, m in s.moves.items()
        if not m.exact and (m.rough or abs(m.move) >= LARGE)
    ]
    exact = {}
    for i, (swing, how) in enumerate(todo, start=1):
        label = f"{i} of {len(todo)}, {swing.sentence(how)}"
        answer = _fitted(found.forecast, label, swing.lever.alternatives[how], text, refit)
        if not answer.belief.failed:
            exact[swing.lever.kind, swing.lever.name, how] = gauge.fitted(answer)
    swings = []
    for s in found.swings:
        key = s.lever.kind, s.lever.name
        moves = {how: exact.get((*key, how), move) for how, move in s.moves.items()}
        swings.append(replace(s, moves=moves))
    return replace(found, swings=_ranked(swings))


def _fitted(
    forecast: Forecast, label: str, other: Alternative, text: str, refit: Refit
) -> Forecast:
    """Return the forecast of an alternative that is fitted anew."""
    said = {**forecast.scenario.statements, **other.statements}
    heard = {name: statement for name, statement in said.items() if statement is not None}
    scenario = forecast.scenario.model_copy(update={"statements": heard})
    return refit(label, scenario, altered(text, other.factors))


class _WithoutNews:
    """The moves without items of news, which need no other belief; what was said of them stands."""

    def __init__(self, forecast: Forecast, gauge: Gauge) -> None:
        self.forecast, self.gauge = forecast, gauge
        self.tables = self._silent(forecast.known)
        self.before, _ = self._run(forecast.scenario, beliefs=False)

    def move(self, name: str) -> Move:
        scenario = self.forecast.scenario
        others = {n: item for n, item in scenario.news.items() if n != name}
        after, values = self._run(scenario.model_copy(update={"news": others}))
        with np.errstate(invalid="ignore"):  # draws that the news rules out count for nothing
            return self.gauge.move(after - self.before, values)

    def _silent(self, known: World) -> Floats:
        return silent_tables(self.forecast.given.graph, self.forecast.belief.tables, known)

    def _run(self, scenario: Scenario, *, beliefs: bool = True) -> tuple[Floats, Floats]:
        """Return log weights of the draws, and the outcome's probability in each."""
        given, graph, was = self.forecast.given, self.forecast.given.graph, self.forecast.known
        known = world(scenario, graph, scenario.date)
        same = (known.elapsed == was.elapsed).all() and (known.quiet == was.quiet).all()
        tables = self.tables if same else self._silent(known)
        weighted = tables * known.likelihood[graph.own_state]
        log_weight, share = given.tree.run(weighted, beliefs=beliefs)
        if not beliefs:
            return log_weight, share
        states = normalised(graph, states_from_families(graph, share))
        return log_weight, states[:, self.gauge.column]
