"""How strong each link is and in which direction: after the statements are weighed, or as they were stated.

Only a statement on the link itself sizes it; what nobody sized has no sign to show, whatever the draws lean to.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimative.elicitation import Elicitation, encode
from estimative.forecasting import Forecast
from estimative.network.parameters import influence_row
from estimative.scenario import InfluenceStatement, Scenario

Sign = Literal["raises", "lowers", "unstated"]


@dataclass(frozen=True)
class Influence:
    """One link.

    Attributes
    ----------
    cause, effect : str
        Nodes.
    strength : float
        Log-odds: of the effect with the cause, less without it. For a node of more states than two, of the states that
        were stated.
    sign : str
        raises, lowers, or unstated: nobody sized it.
    """

    cause: str
    effect: str
    strength: float
    sign: Sign


def influences(subject: Forecast | Scenario) -> tuple[Influence, ...]:
    """Return every link with its strength.

    Parameters
    ----------
    subject : Forecast or Scenario
        A forecast gives the posterior mean of each influence, a scenario the weighted mean of what was stated.

    Returns
    -------
    tuple of Influence
        In the order of the links.
    """
    if isinstance(subject, Scenario):
        scenario, given = subject, encode(subject)
    else:
        scenario, given = subject.scenario, subject.given
    found = []
    for link in scenario.links:
        said = _said(scenario, given, link)
        if isinstance(subject, Forecast):
            states = _stated_states(scenario, said)
            strength = _posterior_mean(subject, link, states or tuple(scenario.nodes[n][-1] for n in link))
            sized = bool(said) and "influence" in subject.belief.posterior
        else:
            strength, sized = _stated_mean(scenario, given, said), bool(said)
        sign: Sign = "unstated" if not sized else "raises" if strength > 0 else "lowers"
        found.append(Influence(*link, strength, sign))
    return tuple(found)


def _said(scenario: Scenario, given: Elicitation, link: tuple[str, str]) -> list[str]:
    """Return the counted statements that size a link."""
    return [
        name
        for name in given.names
        if isinstance(s := scenario.statements[name], InfluenceStatement) and s.direct and (s.cause, s.effect) == link
    ]


def _stated_states(scenario: Scenario, said: list[str]) -> tuple[str, ...] | None:
    """Return the states of cause and effect that the first statement names, where they are not yes and no."""
    for name in said:
        statement = scenario.statements[name]
        assert isinstance(statement, InfluenceStatement)
        if max(len(scenario.nodes[n]) for n in (statement.cause, statement.effect)) > 2:
            return statement.cause_state, statement.effect_state
    return None


def _posterior_mean(forecast: Forecast, link: tuple[str, str], states: tuple[str, ...]) -> float:
    if "influence" not in forecast.belief.posterior:
        return 0.0
    given, ends = forecast.given, list(zip(link, states, strict=True))
    row = influence_row(given.graph, given.parameters, ends[0], ends[1])
    return float(row @ (forecast.weights @ forecast.belief.posterior["influence"]))


def _stated_mean(scenario: Scenario, given: Elicitation, said: list[str]) -> float:
    """Return the weighted mean of what was stated, turned towards the last states of two-state nodes."""
    if not said:
        return 0.0
    strengths, weights = [], []
    for name in said:
        statement, at = scenario.statements[name], given.names.index(name)
        assert isinstance(statement, InfluenceStatement)
        turn = 1.0
        for node, state in ((statement.cause, statement.cause_state), (statement.effect, statement.effect_state)):
            states = scenario.nodes[node]
            turn *= -1.0 if len(states) == 2 and state == states[0] else 1.0
        strengths.append(turn * float(given.stated[at]))
        weights.append(float(given.weight[at]))
    return float(np.average(strengths, weights=weights))
