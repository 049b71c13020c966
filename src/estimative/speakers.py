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
        As `a = yes given b = no`, `a <- b` or `a > b`; what a remark names, if anything.
    """
    match statement:
        case ProbabilityStatement() | BaseRateStatement():
            given = getattr(statement, "given", {})
            condition = (
                " given " + ", ".join(f"{n} = {s}" for n, s in given.items()) if given else ""
            )
            return f"{statement.event[0]} = {statement.event[1]}{condition}"
        case InfluenceStatement():
            return f"{statement.effect} <- {statement.cause}"
        case ComparisonStatement():
            return f"{statement.likelier[0]} > {statement.than[0]}"
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
