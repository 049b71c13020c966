"""Statements as they stand in a file: each kind's keys, their readers, and what must agree.

The keys are those of the models in `statements` (tests/unit/test_schema.py holds the two together).
"""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from estimative.lexicon import lexicon_names, read_lexicon, strength
from estimative.names import did_you_mean, listed
from estimative.reading._entries import Entry, Fault, Reader, text
from estimative.reading._quantities import chance, count, day, length, weight
from estimative.reading._references import Names, lexicon_name
from estimative.reading._yaml_documents import Node, Scalar
from estimative.statements import (
    BaseRateStatement,
    Chance,
    ComparisonStatement,
    InfluenceStatement,
    ProbabilityStatement,
    RemarkStatement,
    Spoken,
    Statement,
)

MODELS: dict[str, type[Spoken]] = {
    "probability": ProbabilityStatement,
    "influence": InfluenceStatement,
    "comparison": ComparisonStatement,
    "base_rate": BaseRateStatement,
    "remark": RemarkStatement,
}
"""The kinds of statement."""

REQUIRED: dict[str, tuple[str, ...]] = {
    "probability": ("expert", "said", "event", "probability"),
    "influence": ("expert", "said", "strength"),
    "comparison": ("expert", "said", "likelier", "than", "strength"),
    "base_rate": ("said", "event", "happened", "out_of", "each"),
    "remark": ("said",),
}

_WITHIN = (
    "is not used, as a class inside another would be counted twice; count one class of periods"
    " in happened: and out_of:, and say in because: why it is the right one"
)


def statement_readers(names: Names) -> dict[str, dict[str, Reader]]:
    """Return, for each kind of statement, its keys and how each is read.

    Parameters
    ----------
    names : Names
        What the scenario defines.

    Returns
    -------
    dict
        Readers by kind and key.
    """
    common: dict[str, Reader] = {
        "kind": text,
        "expert": names.people.resolve,
        "source": names.source,
        "date": day,
        "said": text,
        "words": text,
        "weight": weight,
        "because": text,
        "lexicon": lexicon_name,
    }
    own: dict[str, dict[str, Reader]] = {
        "probability": {"event": names.state, "given": names.states, "probability": chance},
        "influence": {
            "link": names.link,
            "path": names.path,
            "states": names.states,
            "strength": _strength_of("influence"),
        },
        "comparison": {
            "likelier": names.state,
            "than": names.state,
            "strength": _strength_of("comparison"),
        },
        "base_rate": {
            "event": names.state,
            "happened": count,
            "out_of": count,
            "each": length,
        },
        "remark": {"about": names.node},
    }
    return {kind: common | readers for kind, readers in own.items()}


def read_statement(
    entry: Entry,
    names: Names,
    readers: Mapping[str, Mapping[str, Reader]],
    otherwise: dt.date | None = None,
) -> Statement | None:
    """Read one statement.

    Parameters
    ----------
    entry : Entry
        What stands in the file.
    names : Names
        What the scenario defines.
    readers : mapping
        From `statement_readers`.
    otherwise : date, optional
        The date of a statement that has none, before its source is asked.

    Returns
    -------
    Statement or None
        None when something is wrong with it, which is then among the findings.
    """
    if not entry.is_table:
        return None
    kind, table = read_kind(entry, readers, "statement")
    if entry.sound:
        explained = {"within": _WITHIN} if kind == "base_rate" else {}
        entry.check_keys(table, REQUIRED[kind], f"a statement of kind {kind}", explained)
    values = entry.read_all(table)
    _resolve_speaker(entry, names, values)
    _resolve_source(entry, names, values, otherwise)
    _CHECKS.get(kind, _nothing)(entry, names, values)
    if not entry.sound:
        return None
    statement: Statement = MODELS[kind](**values)  # type: ignore[assignment]
    return statement


def read_kind(
    entry: Entry, kinds: Mapping[str, Mapping[str, Reader]], what: str
) -> tuple[str, Mapping[str, Reader]]:
    """Read the kind of an entry, and the readers of its keys.

    A fault is kept; the rest of the entry is then read as of the kind whose keys it has, so that
    its other faults are found too.
    """
    node = entry.node("kind")
    written = node.text.strip() if isinstance(node, Scalar) else ""
    if written in kinds:
        return written, kinds[written]
    allowed = listed(kinds)
    if node is None:
        entry.refuse(entry.line, f"kind: is missing; a {what} is a {allowed}")
    elif written:
        message = f"kind: '{written}' is no kind of {what}{did_you_mean(written, kinds)}"
        entry.refuse(node.line, f"{message} (allowed: {allowed})")
    likely = max(kinds, key=lambda kind: sum(key in entry for key in kinds[kind]))
    return likely, kinds[likely]


def _strength_of(kind: str) -> Reader:
    def read(node: Node) -> str:
        written = text(node)
        try:
            strength(written, kind)
        except ValueError as error:
            raise Fault(node, str(error)) from None
        return written

    return read


def _resolve_speaker(entry: Entry, names: Names, values: Mapping[str, Any]) -> None:
    """Say it when an expert was found by another name than his id."""
    node = entry.node("expert")
    if "expert" not in values or node is None:
        return
    key, written = values["expert"], text(node)
    if written != key:
        expert = names.people.experts.get(key)
        called = f" ({expert.name})" if expert is not None else ""
        note = f"; {expert.note}" if expert is not None and expert.note else ""
        entry.warn(node.line, f"expert: '{written}' is read as {key}{called}{note}")


def _resolve_source(
    entry: Entry, names: Names, values: dict[str, Any], otherwise: dt.date | None
) -> None:
    """Part the source from the place in it, and date the statement."""
    key, place = values.get("source", (None, None))
    published = names.sources.get(key) if key is not None else None
    if key is not None:
        values["source"], values["locator"] = key, place
    if "date" in entry:
        if "date" in values and published is not None and values["date"] < published:
            message = f"date: {values['date']} is before its source was published ({published})"
            entry.warn(entry.line_of("date"), message)
        return
    found = otherwise or published
    if found is not None:
        values["date"] = found
    elif "source" not in entry:
        cure = "write date: 2023-09-13, or name a source"
        entry.refuse(
            entry.line, f"date: is missing, and there is no source to take it from; {cure}"
        )
    else:
        entry.sound = False


def _check_probability(entry: Entry, names: Names, values: Mapping[str, Any]) -> None:
    stated: Chance | None = values.get("probability")
    event, given = values.get("event"), values.get("given", {})
    lexicon = values.get("lexicon", "" if "lexicon" in entry else names.lexicon)
    if stated is not None and stated.phrase is not None and lexicon:
        _check_phrase(entry, stated.phrase, lexicon)
    if event is not None and event[0] in given:
        message = f"given: '{event[0]}' is the event itself; name another outcome, or leave it out"
        entry.refuse(entry.line_of("given"), message)


def _check_phrase(entry: Entry, phrase: str, lexicon: str) -> None:
    try:
        read_lexicon(lexicon).meaning(phrase)
    except ValueError as error:
        others = [
            name for name in lexicon_names() if phrase.casefold() in read_lexicon(name).phrases
        ]
        cure = f"; {listed(others)} has it: add lexicon: {others[0]}" if others else ""
        forms = "" if others else "; or write a number such as 70% or 60-80%"
        entry.refuse(entry.line_of("probability"), f"probability: {error}{cure}{forms}")


def _check_influence(entry: Entry, names: Names, values: dict[str, Any]) -> None:
    if ("link" in entry) == ("path" in entry):
        came = "both link: and path: are given" if "link" in entry else "link: is missing"
        cure = "write link: a -> b for one of the links, or path: a -> b for all ways from a to b"
        entry.refuse(entry.line_of("path"), f"{came}; {cure}")
    pair = values.pop("link", None), values.pop("path", None)
    direct = pair[0] is not None
    arrow = pair[0] or pair[1]
    chosen = values.pop("states", None if "states" in entry else {})
    if arrow is None or chosen is None:
        return
    values |= {"cause": arrow[0], "effect": arrow[1], "direct": direct}
    for name in chosen:
        if name not in arrow:
            message = f"states: '{name}' is neither the cause nor the effect; take it out"
            entry.refuse(entry.line_of("states"), message)
    for role, name in zip(("cause_state", "effect_state"), arrow, strict=True):
        states = names.nodes[name] or ()
        if name in chosen or len(states) == 2:
            values[role] = chosen.get(name, states[-1] if states else None)
        elif states:
            message = f"'{name}' has more than two states ({listed(states)})"
            cure = f"say which is meant: states: {{{name}: {states[-1]}}}"
            entry.refuse(entry.line_of("states"), f"states: {message}; {cure}")
        else:
            entry.sound = False


def _check_comparison(entry: Entry, names: Names, values: Mapping[str, Any]) -> None:
    likelier, than = values.get("likelier"), values.get("than")
    if likelier is not None and likelier == than:
        message = "than: is the same state as in likelier; name the one it is compared with"
        entry.refuse(entry.line_of("than"), message)


def _check_base_rate(entry: Entry, names: Names, values: Mapping[str, Any]) -> None:
    happened, out_of = values.get("happened"), values.get("out_of")
    if out_of == 0:
        message = "out_of: 0 periods are no record; count some, or take the statement out"
        entry.refuse(entry.line_of("out_of"), message)
    elif happened is not None and out_of is not None and happened > out_of:
        message = f"happened: {happened} is more than out_of ({out_of})"
        entry.refuse(entry.line_of("happened"), f"{message}; count periods, not events")


def _nothing(entry: Entry, names: Names, values: dict[str, Any]) -> None:
    """Ask nothing more of a remark."""


_CHECKS: dict[str, Callable[[Entry, Names, dict[str, Any]], None]] = {
    "probability": _check_probability,
    "influence": _check_influence,
    "comparison": _check_comparison,
    "base_rate": _check_base_rate,
}
