"""Who speaks of what: statements, groups and articles on each outcome, and what nobody stated.

Nothing here is inferred; it is counting, so that a reader can check it by eye.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from estimative.elicitation import Elicitation
from estimative.news import standing
from estimative.scenario import (
    BaseRateStatement,
    ComparisonStatement,
    InfluenceStatement,
    ProbabilityStatement,
    Report,
    Scenario,
    Statement,
)

Flags = npt.NDArray[np.bool_]

RECORD = "the record"  # the voice of base rates, which have no expert


@dataclass(frozen=True)
class Speakers:
    """Who speaks of one node.

    Attributes
    ----------
    statements : tuple of str
        Counted statements whose event it is: probabilities, comparisons, base rates.
    influences : tuple of str
        Counted influence statements on it.
    experts, groups, articles : tuple of str
        Who says these, their groups, and the sources they stand in; a record counts as a group of
        its own, and so does each source of reports, whose origins count as articles.
    reports : tuple of str
        News that bears on it.
    disagreement : float
        How far apart the stated log-odds of different groups are on the same condition, at most.
    """

    statements: tuple[str, ...]
    influences: tuple[str, ...]
    experts: tuple[str, ...]
    groups: tuple[str, ...]
    articles: tuple[str, ...]
    reports: tuple[str, ...]
    disagreement: float


def speakers(scenario: Scenario, given: Elicitation) -> dict[str, Speakers]:
    """Return who speaks of each node.

    Parameters
    ----------
    scenario : Scenario
        As known on the day.
    given : Elicitation
        Its counted statements as numbers.

    Returns
    -------
    dict of str to Speakers
        One entry a node.
    """
    counted = {n: scenario.statements[n] for n in given.weights}
    stated = dict(zip(given.names, given.stated, strict=True))
    _, items = standing(scenario, scenario.date)
    found = {}
    for node in scenario.nodes:
        direct = {n: s for n, s in counted.items() if node in _events(s)}
        influences = {
            n: s
            for n, s in counted.items()
            if isinstance(s, InfluenceStatement) and s.effect == node
        }
        voices = {**direct, **influences}
        reports = {n: i for n, i in items.items() if isinstance(i, Report) and _tells(i, node)}
        groups = [scenario.experts[s.expert].group if s.expert else n for n, s in voices.items()]
        articles = [s.source or n for n, s in voices.items()]
        found[node] = Speakers(
            statements=tuple(direct),
            influences=tuple(influences),
            experts=_distinct([s.expert for s in voices.values() if s.expert]),
            groups=_distinct([*groups, *(i.source.name for i in reports.values())]),
            articles=_distinct([*articles, *(i.origin or n for n, i in reports.items())]),
            reports=tuple(reports),
            disagreement=_apart(scenario, direct, stated),
        )
    return found


def stated_parameters(scenario: Scenario, given: Elicitation) -> tuple[Flags, Flags]:
    """Return which bases and which influences somebody stated; the others rest on the default.

    Parameters
    ----------
    scenario : Scenario
        As known on the day.
    given : Elicitation
        Its counted statements as numbers.

    Returns
    -------
    tuple of two arrays of bool
        Shapes (base parameters,) and (influence parameters,).
    """
    counted = [scenario.statements[n] for n in given.weights]
    nodes = {node for s in counted for node in _events(s)}
    base = np.array([given.graph.nodes[i] in nodes for i in given.parameters.base_nodes], bool)
    return base, (given.direct != 0).any(axis=0) if len(given.direct) else np.zeros(
        given.direct.shape[1], bool
    )


def about(statement: Statement) -> str:
    """Return what a statement is about, in a few words that begin with its node.

    Parameters
    ----------
    statement : Statement
        Of any kind.

    Returns
    -------
    str
        As `a = yes given b = no`, `a <- b = no` or `a = no > b`, where only a state other than yes
        is named; what a remark names, if anything.
    """
    match statement:
        case ProbabilityStatement() | BaseRateStatement():
            return f"{statement.event[0]} = {statement.event[1]}{_condition(statement)}"
        case InfluenceStatement():
            effect = _named(statement.effect, statement.effect_state)
            return f"{effect} <- {_named(statement.cause, statement.cause_state)}"
        case ComparisonStatement():
            return f"{_named(*statement.likelier)} > {_named(*statement.than)}"
        case _:
            return statement.about or ""


def encoding(statement: Statement) -> str:
    """Return how a statement was encoded, in the words of its file.

    Parameters
    ----------
    statement : Statement
        Of any kind.

    Returns
    -------
    str
        A probability, a strength or counts as written; `not counted` for a remark.
    """
    match statement:
        case ProbabilityStatement():
            return statement.probability.written
        case InfluenceStatement() | ComparisonStatement():
            return statement.strength
        case BaseRateStatement():
            return f"{statement.happened} of {statement.out_of}"
        case _:
            return "not counted"


def stated_of(node: str, statement: Statement) -> str:
    """Return what a statement says of one node, in a few words.

    Parameters
    ----------
    node : str
        A node that it speaks of: that of its event, one of those compared, or the effect.
    statement : Statement
        Of any kind that is counted.

    Returns
    -------
    str
        As `80% given b = no`, `far likelier than b` or `raises`; a state other than yes is named.
    """
    said = encoding(statement)
    match statement:
        case ProbabilityStatement() | BaseRateStatement():
            state = statement.event[1]
            return f"{said}{'' if state == 'yes' else f' {state}'}{_condition(statement)}"
        case ComparisonStatement():
            ends = [(statement.likelier, f"{said} likelier than", statement.than)]
            ends += [(statement.than, f"{said} less likely than", statement.likelier)]
            own, how, other = next(end for end in ends if end[0][0] == node)
            return f"{'' if own[1] == 'yes' else f'{own[1]} '}{how} {_named(*other)}"
        case InfluenceStatement():
            states = {statement.cause_state, statement.effect_state}
            return said if states == {"yes"} else f"{said} ({about(statement)})"
        case _:
            return said


def _named(node: str, state: str) -> str:
    return node if state == "yes" else f"{node} = {state}"


def _condition(statement: ProbabilityStatement | BaseRateStatement) -> str:
    given = statement.given if isinstance(statement, ProbabilityStatement) else {}
    return f" given {', '.join(f'{n} = {s}' for n, s in given.items())}" if given else ""


def _tells(report: Report, node: str) -> bool:
    """Return whether a report says anything of a node; a ratio of 1 says nothing."""
    return any(b.node == node and b.ratio.best > 1 for b in report.bears_on)


def _events(statement: Statement) -> tuple[str, ...]:
    match statement:
        case ProbabilityStatement() | BaseRateStatement():
            return (statement.event[0],)
        case ComparisonStatement():
            return statement.likelier[0], statement.than[0]
        case _:
            return ()


def _apart(scenario: Scenario, direct: dict[str, Statement], stated: dict[str, float]) -> float:
    """Return how far apart groups' mean stated log-odds are on one event and condition."""
    said: dict[tuple[object, ...], dict[str, list[float]]] = {}
    for name, statement in direct.items():
        if isinstance(statement, ProbabilityStatement):
            node, state = statement.event
            states = scenario.nodes[node]
            flip = -1 if len(states) == 2 and state == states[0] else 1
            key = (
                node,
                states[-1] if len(states) == 2 else state,
                frozenset(statement.given.items()),
            )
            group = scenario.experts[statement.expert].group if statement.expert else name
            said.setdefault(key, {}).setdefault(group, []).append(flip * float(stated[name]))
    spans = [[float(np.mean(v)) for v in groups.values()] for groups in said.values()]
    return max((max(s) - min(s) for s in spans), default=0.0)


def _distinct(names: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
