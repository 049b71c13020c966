"""Items of news as they stand in files: each kind's keys, their readers, and what must agree.

An item's id is the name of its file. It refers to the scenario's names, and to earlier items by
their ids.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from estimative.errors import Problem
from estimative.reading._entries import Entry, Fault, Findings, Reader, described, entries_of, text
from estimative.reading._people import report_grade
from estimative.reading._quantities import day, period, ratio
from estimative.reading._references import Names
from estimative.reading._statement_entries import read_kind, read_statement, statement_readers
from estimative.reading._yaml_documents import Listing, Node, Table
from estimative.scenario import (
    Bearing,
    News,
    NewsItem,
    NewsSource,
    Observation,
    Report,
    Retraction,
    Revision,
    Statement,
)

MODELS: dict[str, type[News]] = {
    "report": Report,
    "observation": Observation,
    "revision": Revision,
    "retraction": Retraction,
}
"""The kinds of news."""

OWN_KEYS: dict[str, tuple[str, ...]] = {
    "report": ("bears_on",),
    "observation": ("observed",),
    "revision": ("supersedes", "statement"),
    "retraction": ("retracts",),
}

_FILE_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-[a-z0-9]+(-[a-z0-9]+)*")


def file_name_problem(item: str, file: str) -> Problem | None:
    """Say why a file's name, without its ending, cannot be an item's id; None when it can."""
    if _FILE_NAME.fullmatch(item):
        return None
    rule = "<date>-<what>.yaml in small letters, digits and -, such as 2023-10-13-containers.yaml"
    return Problem(file, 0, f"the file's name is the item's id; name it {rule}")


def read_news(
    root: Table, item: str, file: str, names: Names, findings: Findings
) -> NewsItem | None:
    """Read one item of news.

    Parameters
    ----------
    root : Table
        The file.
    item : str
        Its id, the file's name without the ending.
    file : str
        How problems name it.
    names : Names
        What the scenario defines.
    findings : Findings
        Where faults go.

    Returns
    -------
    NewsItem or None
        None when something is wrong with it.
    """
    entry = Entry(root, "", file, findings)
    kind, readers = read_kind(entry, news_readers(names), "news item")
    if entry.sound:
        required = ("published", "said", "source", *OWN_KEYS[kind])
        legal = dict.fromkeys([*readers, *OWN_KEYS[kind]])
        entry.check_keys(legal, required, f"a{'n' * (kind[0] in 'aeiou')} {kind}")
    values = entry.read_all(readers)
    if kind == "revision":
        values["statement"] = _revised(entry, names, values.get("published"), findings)
    _check(entry, kind, item, values)
    if not entry.sound:
        return None
    news: NewsItem = MODELS[kind](**values)  # type: ignore[assignment]
    return news


def news_readers(names: Names) -> dict[str, dict[str, Reader]]:
    """Return, for each kind of news, its keys and how each is read; `statement` is read apart."""
    common: dict[str, Reader] = {
        "kind": text,
        "published": day,
        "happened": period,
        "said": text,
        "source": _source,
        "origin": text,
        "because": text,
    }
    return {
        "report": common
        | {"source": _graded_source, "bears_on": lambda node: _bearings(node, names)},
        "observation": common | {"observed": names.states},
        "revision": common | {"supersedes": names.statement},
        "retraction": common | {"retracts": names.statement_or_news},
    }


def _graded_source(node: Node) -> NewsSource:
    if isinstance(node, Table) and "reliability" not in node.entries:
        cure = "a letter and a digit, such as B2; F6 when it cannot be judged"
        raise Fault(node, f"reliability: is missing; a report needs the source's grade, {cure}")
    return _source(node)


def _source(node: Node) -> NewsSource:
    entries = entries_of(node, "a source", ("name", "address", "reliability"), ("name",))
    readers: dict[str, Reader] = {"name": text, "address": text, "reliability": report_grade}
    return NewsSource(**_read(entries, readers))


def _bearings(node: Node, names: Names) -> tuple[Bearing, ...]:
    """Read which states a report favours; every fault of every one of them is kept."""
    if not isinstance(node, Listing) or not node.items:
        message = f"{described(node)} stands where a list is needed"
        raise Fault(node, f"{message}; write `- favours: {{outcome: yes}}` and ratio: below it")
    found: list[Bearing] = []
    faults: list[Fault] = []
    for item in node.items:
        try:
            found.append(_bearing(item, names))
        except Fault as fault:
            faults.append(fault)
    if faults:
        raise Fault.together(faults)
    doubled = {bearing.node for bearing in found}
    if len(doubled) < len(found):
        line = node.items[-1].line
        raise Fault(line, "one outcome is named twice; put what the report says of it in one ratio")
    return tuple(found)


def _bearing(node: Node, names: Names) -> Bearing:
    if isinstance(node, Table) and {"if_true", "if_false"} & set(node.entries):
        cure = "write ratio: {if_true: 60%, if_false: 10%}"
        raise Fault(node, f"if_true: and if_false: belong under ratio:; {cure}")
    keys = ("favours", "ratio", "because")
    entries = entries_of(node, "an entry of bears_on", keys, ("favours", "ratio"))
    values = _read(entries, {"favours": names.state, "ratio": ratio, "because": text})
    name, state = values.pop("favours")
    return Bearing(node=name, state=state, **values)


def _read(entries: Mapping[str, Node], readers: Mapping[str, Reader]) -> dict[str, Any]:
    """Read a small table, and raise all its faults together."""
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    for key, value in entries.items():
        try:
            values[key] = readers[key](value)
        except Fault as fault:
            fault.complaints = [(line, f"{key}: {message}") for line, message in fault.complaints]
            faults.append(fault)
    if faults:
        raise Fault.together(faults)
    return values


def _revised(
    entry: Entry, names: Names, published: dt.date | None, findings: Findings
) -> Statement | None:
    node = entry.node("statement")
    if node is None:
        return None
    inner = Entry(node, "statement", entry.file, findings)
    statement = read_statement(inner, names, statement_readers(names), published or dt.date.min)
    entry.sound = entry.sound and inner.sound
    if statement is None or statement.source is None:
        return statement
    message = "source: is not used, for a revision's source is that of the item; take it out"
    inner.warn(inner.line_of("source"), message)
    return statement.model_copy(update={"source": None, "locator": None})


def _check(entry: Entry, kind: str, item: str, values: Mapping[str, Any]) -> None:
    published: dt.date | None = values.get("published")
    if values.get("retracts") == item:
        message = "retracts: an item cannot take itself back; name an earlier one"
        entry.refuse(entry.line_of("retracts"), message)
    if published is None:
        return
    if _FILE_NAME.fullmatch(item) and not item.startswith(published.isoformat()):
        message = f"published: {published} is not the date in the file's name; mend one of them"
        entry.warn(entry.line_of("published"), message)
    happened = values.get("happened")
    if happened is not None and happened[0] > published + dt.timedelta(days=1):
        message = f"happened: {happened[0]} is after it was published ({published})"
        entry.warn(entry.line_of("happened"), f"{message}; mend one of them")
    if kind == "report":
        for bearing in values.get("bears_on", ()):
            if bearing.ratio.best > 100:
                message = f"bears_on: a ratio of {bearing.ratio.written} is close to proof"
                cure = "if it settles the matter, write kind: observation"
                entry.warn(entry.line_of("bears_on"), f"{message}; {cure}")
