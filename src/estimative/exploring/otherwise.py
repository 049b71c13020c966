"""What might have been otherwise: who might not have spoken, or weigh more, and what is assumed.

A lever is one such thing; its alternatives are described here and computed elsewhere.
`tests/unit/test_sensitivity.py` lists them for a small scenario.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from estimative.elicitation import BASE_SD, RELEVANCE_SD, Elicitation, meaning
from estimative.expert_records import TakenRecord
from estimative.lexicon import lexicon_names, read_lexicon
from estimative.news import standing
from estimative.scenario import (
    ComparisonStatement,
    InfluenceStatement,
    ProbabilityStatement,
    Scenario,
    Statement,
)
from estimative.speakers import stated_of


class How(StrEnum):
    """In what way something is otherwise."""

    dropped = "dropped"
    halved = "halved"
    doubled = "doubled"
    read = "read"


class Kind(StrEnum):
    """What is otherwise."""

    statement = "statement"
    expert = "expert"
    group = "group"
    lexicon = "lexicon"
    constant = "constant"
    news = "news"


@dataclass(frozen=True)
class Alternative:
    """One way in which something might be otherwise.

    Attributes
    ----------
    statements : mapping of str to Statement or None
        Statements as they would be; None for one that was never made.
    factors : mapping of str to float
        By what constants of the model would be multiplied.
    news : str or None
        The item of news that would not have come in.
    """

    statements: Mapping[str, Statement | None] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=dict)
    news: str | None = None


@dataclass(frozen=True)
class Lever:
    """Something that the answer may rest on.

    Attributes
    ----------
    kind : Kind
        What it is.
    name : str
        Its id: of a statement, expert, group, lexicon, constant or item of news.
    label : str
        What it is, in words that can follow `without` or stand alone.
    alternatives : mapping of How to Alternative
        How it might be otherwise.
    """

    kind: Kind
    name: str
    label: str
    alternatives: Mapping[How, Alternative]


def levers(scenario: Scenario, given: Elicitation, outcome: str, model: str) -> list[Lever]:
    """Return everything of which an answer may be asked how far it rests on it.

    Parameters
    ----------
    scenario : Scenario
        As known on the day.
    given : Elicitation
        Its counted statements as numbers.
    outcome : str
        The outcome in question; labels need not say that a statement is on it.
    model : str
        The text of the model file, whose constants are found by name.

    Returns
    -------
    list of Lever
        Statements, experts who made several, groups of several experts, other lexicons, constants
        of the model, and items of news.
    """
    return [
        *_statements(scenario, given, outcome),
        *_voices(scenario, given),
        *_lexicons(scenario, given),
        *_constants(model, scenario.track_record),
        *_news(scenario),
    ]


def constants(model: str) -> dict[str, float]:
    """Return the numbers that a model file names at its top.

    Parameters
    ----------
    model : str
        Its text.

    Returns
    -------
    dict of str to float
        By name.
    """
    found: dict[str, float] = {}
    for line in ast.parse(model).body:
        if isinstance(line, ast.Assign):
            target, value = line.targets[0], line.value
            pairs = [(target, value)]
            if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                pairs = [*zip(target.elts, value.elts, strict=True)]
            for name, number in pairs:
                if isinstance(name, ast.Name) and isinstance(number, ast.Constant):
                    is_number = isinstance(number.value, int | float)
                    found |= {name.id: float(number.value)} if is_number else {}  # type: ignore[arg-type]
    return found


def altered(model: str, factors: Mapping[str, float]) -> str:
    """Return the text of a model whose constants are multiplied.

    Parameters
    ----------
    model : str
        The text of the model file.
    factors : mapping of str to float
        By the constant's name.

    Returns
    -------
    str
        The same with lines added, which `build_model` sees when it is called.
    """
    lines = [f"{name} *= {by!r}" for name, by in factors.items() if name not in _PRIORS]
    scales = {name: by for name, by in factors.items() if name in _PRIORS}
    if scales:
        base, influence = (scales.get(name, 1.0) for name in _PRIORS)
        lines.append(_PRIOR_LINES.format(base=base, influence=influence))
    return "\n".join([model, *lines, ""])


_PRIORS = ("BASE_SD", "INFLUENCE_SD")
_PRIOR_LINES = """
from dataclasses import replace as _replace
_encode = encode
def encode(scenario):
    given = _encode(scenario)
    sd = {influence!r} * given.parameters.influence_sd
    parameters = _replace(given.parameters, influence_sd=sd)
    return _replace(given, base_sd={base!r} * given.base_sd, parameters=parameters)"""
_IN_WORDS = {
    "PERSON": "each expert's own error (sd {value:g})",
    "GROUP": "the error that a group shares (sd {value:g})",
    "EVERYBODY": "the error that all share (sd {value:g})",
    "RELEVANCE_SD": "doubt whether records are to the point (sd {value:g})",
    "BASE_SD": "the width of the prior of levels (sd {value:g}, 3 with a record)",
    "INFLUENCE_SD": "the width of the prior of influences (sd {value:g})",
}


def _statements(scenario: Scenario, given: Elicitation, outcome: str) -> Iterator[Lever]:
    labels = {n: _label(scenario, scenario.statements[n], outcome) for n in given.weights}
    said = list(labels.values())
    for name, label in labels.items():
        own = f"{label} [{name}]" if said.count(label) > 1 else label
        yield Lever(Kind.statement, name, own, _weighed(scenario, [name]))


def _label(scenario: Scenario, statement: Statement, outcome: str) -> str:
    """Return who said what, and on what if that is not the outcome."""
    match statement:
        case InfluenceStatement():
            node, about = statement.effect, f"{statement.cause} -> {statement.effect}"
        case ComparisonStatement():
            ends = [statement.likelier[0], statement.than[0]]
            node = outcome if outcome in ends else ends[0]
            about = "" if node == outcome else node
        case _:
            node = statement.event[0]  # type: ignore[union-attr]
            about = "" if node == outcome else node
    who = f"{scenario.experts[statement.expert].name}'s" if statement.expert else "the record"
    return f"{who} '{stated_of(node, statement)}'" + f" ({about})" * bool(about)


def _voices(scenario: Scenario, given: Elicitation) -> Iterator[Lever]:
    by_expert: dict[str, list[str]] = {}
    by_group: dict[str, dict[str, list[str]]] = {}
    for name in given.weights:
        expert = scenario.statements[name].expert
        if expert:
            by_expert.setdefault(expert, []).append(name)
            by_group.setdefault(scenario.experts[expert].group, {})[expert] = by_expert[expert]
    for expert, names in by_expert.items():
        if len(names) > 1:
            label = f"{_all(names)} of {scenario.experts[expert].name}"
            yield Lever(Kind.expert, expert, label, _weighed(scenario, names))
    for group, members in by_group.items():
        if len(members) > 1:
            names = [name for each in members.values() for name in each]
            label = f"{_all(names)} of the group {group}"
            yield Lever(Kind.group, group, label, _weighed(scenario, names))


def _all(names: list[str]) -> str:
    return "both statements" if len(names) == 2 else f"all {len(names)} statements"


def _weighed(scenario: Scenario, names: list[str]) -> dict[How, Alternative]:
    """Return statements never made, at half their weight, and at twice."""

    def times(factor: float) -> Alternative:
        changed = {}
        for name in names:
            said = scenario.statements[name]
            # not validated again: twice a weight of 1 is 2, which no file may say
            changed[name] = said.model_copy(update={"weight": factor * said.weight})
        return Alternative(changed)

    never = Alternative(dict.fromkeys(names))
    return {How.dropped: never, How.halved: times(0.5), How.doubled: times(2.0)}


def _lexicons(scenario: Scenario, given: Elicitation) -> Iterator[Lever]:
    """Return what other lexicons make of the phrases that the scenario's is to read."""
    phrased = {
        name: statement
        for name in given.names
        if isinstance(statement := scenario.statements[name], ProbabilityStatement)
        and statement.probability.phrase
        and statement.lexicon is None
    }
    for lexicon in lexicon_names():
        reread = {
            name: statement.model_copy(update={"lexicon": lexicon})
            for name, statement in phrased.items()
            if _reads_otherwise(statement, lexicon, scenario.lexicon)
        }
        if reread:
            title = read_lexicon(lexicon).title
            label = f"the words are those of {title} ({len(reread)} of {len(phrased)} differ)"
            yield Lever(Kind.lexicon, lexicon, label, {How.read: Alternative(reread)})


def _reads_otherwise(statement: ProbabilityStatement, lexicon: str, usual: str) -> bool:
    """Return whether a lexicon has a phrase, and another meaning for it."""
    try:
        read = meaning(statement.probability, lexicon)
    except ValueError:  # it has no such phrase, so the usual reading stands
        return False
    return read != meaning(statement.probability, usual)


def _constants(model: str, record: TakenRecord | None) -> Iterator[Lever]:
    known = constants(model)
    if record is not None and "SHARPENING" in known:
        known["SHARPENING"] *= record.sharpens
    known |= {"RELEVANCE_SD": RELEVANCE_SD} if "RELEVANCE_SD" in model else {}
    known |= {"BASE_SD": BASE_SD, "INFLUENCE_SD": 1.0} if "encode(" in model else {}
    ways = {How.halved: 0.5, How.doubled: 2.0}
    for name, label in _IN_WORDS.items():
        if name in known:
            changed = {how: Alternative(factors={name: by}) for how, by in ways.items()}
            yield Lever(Kind.constant, name, label.format(value=known[name]), changed)
    if known.get("SHARPENING", 1.0) != 1.0:
        sharp = known["SHARPENING"]
        label = f"the sharpening of what experts say (by {sharp - 1:.0%})"
        changed = {
            how: Alternative(factors={"SHARPENING": (1 + by * (sharp - 1)) / sharp})
            for how, by in ways.items()
        }
        yield Lever(Kind.constant, "SHARPENING", label, changed)


def _news(scenario: Scenario) -> Iterator[Lever]:
    _, items = standing(scenario, scenario.date)
    for name, item in items.items():
        label = f"the news of {item.published} ({item.said.rstrip('.')})"
        yield Lever(Kind.news, name, label, {How.dropped: Alternative(news=name)})
