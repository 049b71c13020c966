"""How strong each link is, and which way: after statements are weighed, or as they were stated.

Only a statement on the link itself sizes it; what nobody sized has no sign to show, whatever the
draws lean to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimative.elicitation import Elicitation, encode
from estimative.forecasting import Forecast
from estimative.network.parameters import influence_row
from estimative.scenario import InfluenceStatement, Scenario

Sign = Literal["raises", "lowers", "unstated"]
Said = Sequence[tuple[str, InfluenceStatement]]


@dataclass(frozen=True)
class Influence:
    """One link.

    Attributes
    ----------
    cause, effect : str
        Nodes.
    strength : float
        Log-odds: of the effect with the cause, less without it. For a node of more states than
        two, of the states that were stated.
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
        A forecast gives the posterior mean of each influence, a scenario the weighted mean of what
        was stated.

    Returns
    -------
    tuple of Influence
        In the order of the links.
    """
    if isinstance(subject, Scenario):
        scenario, given, modelled = subject, encode(subject), True
    else:
        scenario, given = subject.scenario, subject.given
        modelled = "influence" in subject.belief.posterior
    found = []
    for link in scenario.links:
        said = _said(scenario, given, link)
        if isinstance(subject, Scenario):
            strength = _stated_mean(scenario, given, said)
        else:
            strength = _posterior_mean(subject, link, said) if modelled else 0.0
        sign: Sign = "raises" if strength > 0 else "lowers"
        found.append(Influence(*link, strength, sign if said and modelled else "unstated"))
    return tuple(found)


def _said(scenario: Scenario, given: Elicitation, link: tuple[str, str]) -> Said:
    """Return the counted statements that size a link."""
    counted = ((name, scenario.statements[name]) for name in given.names)
    return [
        (name, s)
        for name, s in counted
        if isinstance(s, InfluenceStatement) and s.direct and (s.cause, s.effect) == link
    ]


def _posterior_mean(forecast: Forecast, link: tuple[str, str], said: Said) -> float:
    """Return the mean influence of the states that were stated first, else of the last states."""
    nodes, given = forecast.scenario.nodes, forecast.given
    states = [nodes[name][-1] for name in link]
    if said and max(len(nodes[name]) for name in link) > 2:
        states = [said[0][1].cause_state, said[0][1].effect_state]
    cause, effect = zip(link, states, strict=True)
    row = influence_row(given.graph, given.parameters, cause, effect)
    return float(row @ (forecast.weights @ forecast.belief.posterior["influence"]))


def _stated_mean(scenario: Scenario, given: Elicitation, said: Said) -> float:
    """Return the weighted mean of what was stated, of the last states of two-state nodes."""
    if not said:
        return 0.0
    strengths, weights = [], []
    for name, statement in said:
        at, turn = given.names.index(name), 1.0
        ends = {statement.cause: statement.cause_state, statement.effect: statement.effect_state}
        for node, state in ends.items():
            states = scenario.nodes[node]
            turn *= -1.0 if len(states) == 2 and state == states[0] else 1.0
        strengths.append(turn * float(given.stated[at]))
        weights.append(float(given.weight[at]))
    return float(np.average(strengths, weights=weights))
