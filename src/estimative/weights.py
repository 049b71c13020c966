"""How much each statement counts: a product of factors, shared among what one voice repeats.

A weight is the power to which a statement's density is raised; saying a thing twice gives two
halves (tests/unit/test_weights.py).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

from estimative.lexicon import reliability
from estimative.scenario import (
    BaseRateStatement,
    ComparisonStatement,
    InfluenceStatement,
    ProbabilityStatement,
    Scenario,
    Spoken,
    Statement,
)


@dataclass(frozen=True)
class Weight:
    """The factors of one statement's weight, each in [0, 1].

    Attributes
    ----------
    given : float
        What the scenario's author wrote; 1 if nothing.
    expert : float
        The reliability of the expert, from his Admiralty letter; 1 if none was given.
    source : float
        The reliability of the source, likewise.
    recency : float
        0.5 to the power of age over half-life; 1 where the scenario sets no half-life.
    track_record : float
        What resolved questions say of the expert; 1 unless the scenario takes a record.
    repetition : float
        The share left when one voice speaks several times on one event and condition.
    """

    given: float = 1.0
    expert: float = 1.0
    source: float = 1.0
    recency: float = 1.0
    track_record: float = 1.0
    repetition: float = 1.0

    @property
    def before_repetition(self) -> float:
        """The product of all factors but the last."""
        return self.given * self.expert * self.source * self.recency * self.track_record

    @property
    def total(self) -> float:
        """The power to which the statement's density is raised, in [0, 1]."""
        return self.before_repetition * self.repetition


def weigh(scenario: Scenario) -> dict[str, Weight]:
    """Return the weight of each statement; a remark, and whatever has a factor of 0, is left out.

    Parameters
    ----------
    scenario : Scenario
        Statements, experts, sources, half-life, and the date from which age is counted.

    Returns
    -------
    dict of str to Weight
        In the order of the statements; every total is above 0.
    """
    weights = {
        name: _factors(scenario, statement)
        for name, statement in scenario.statements.items()
        if statement.kind != "remark"
    }
    weights = {name: weight for name, weight in weights.items() if weight.before_repetition > 0}
    for names in voices(scenario, weights):
        factors = [weights[n].before_repetition for n in names]
        share = max(factors) / sum(factors)
        for name in names:
            weights[name] = replace(weights[name], repetition=share)
    return weights


def voices(scenario: Scenario, names: Iterable[str]) -> list[tuple[str, ...]]:
    """Group statements in which one voice speaks on one event and condition; most stand alone.

    Parameters
    ----------
    scenario : Scenario
        The statements.
    names : iterable of str
        Ids of those to group.

    Returns
    -------
    list of tuple of str
        The groups.
    """
    found: dict[Hashable, list[str]] = defaultdict(list)
    for name in names:
        found[_voice(scenario, name, scenario.statements[name])].append(name)
    return [tuple(group) for group in found.values()]


def _factors(scenario: Scenario, statement: Spoken) -> Weight:
    expert = scenario.experts[statement.expert].reliability if statement.expert else None
    source = scenario.sources[statement.source].reliability if statement.source else None
    age = max((scenario.date - statement.date).days, 0)
    record = scenario.track_record.of(statement.expert) if scenario.track_record else None
    return Weight(
        given=statement.weight,
        expert=reliability(expert) if expert else 1.0,
        source=reliability(source) if source else 1.0,
        recency=0.5 ** (age / scenario.half_life) if scenario.half_life else 1.0,
        track_record=record.weight.mean if record and statement.expert else 1.0,
    )


def _voice(scenario: Scenario, name: str, statement: Statement) -> Hashable:
    """Return what two statements have in common when the second only repeats the first."""
    match statement:
        case ProbabilityStatement():
            about: Hashable = (
                _target(scenario, statement.event),
                frozenset(statement.given.items()),
            )
        case InfluenceStatement():
            ends = (
                (statement.cause, statement.cause_state),
                (statement.effect, statement.effect_state),
            )
            about = (statement.direct, *(_target(scenario, end) for end in ends))
        case ComparisonStatement():
            about = frozenset(
                [_target(scenario, statement.likelier), _target(scenario, statement.than)]
            )
        case BaseRateStatement():
            node, state = (
                statement.event
            )  # a record is the same whoever counts it, and whichever of two states
            last = scenario.nodes[node][-1]
            flipped = len(scenario.nodes[node]) == 2 and state != last
            happened = statement.out_of - statement.happened if flipped else statement.happened
            return (
                "base_rate",
                last if flipped else state,
                node,
                happened,
                statement.out_of,
                statement.each_days,
            )
        case _:
            about = name
    return statement.kind, statement.expert, about if statement.expert else name


def _target(scenario: Scenario, event: tuple[str, str]) -> Hashable:
    """Return the node of a two-state node's event, whichever it names; else node and state."""
    return event[0] if len(scenario.nodes[event[0]]) == 2 else event
