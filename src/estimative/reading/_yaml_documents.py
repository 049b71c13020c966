"""The one door for YAML: a file becomes a tree of texts that know their lines, or problems.

Strict YAML 1.2: every scalar stays the text it was written as (so NO, on, yes, 1:30 and 2023-09-13
mean what they look like), and what hides meaning is refused: anchors, aliases, merge keys, tags,
duplicate keys (tests/unit/test_yaml_documents.py).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.reader import ReaderError

from estimative.errors import Problem
from estimative.reading._yaml_syntax import plain_english

MOST_BYTES = 1024 * 1024
"""Largest file that is read."""
DEEPEST = 20
"""Deepest nesting that is read; the language itself needs five."""

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Scalar:
    """One text, with the line it starts on; `plain` when it stands without quotes."""

    line: int
    text: str
    plain: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """Values in order."""

    line: int
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Values under keys, with the line of each key."""

    line: int
    entries: Mapping[str, "Node"]
    key_lines: Mapping[str, int]


Node = Scalar | Listing | Table


class _Unreadable(Exception):
    """Reading of this file stops here."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


def read_text(path: Path, file: str) -> tuple[str | None, list[Problem]]:
    """Read a file as UTF-8, with or without a byte order mark, and make its line ends LF.

    Parameters
    ----------
    path : Path
        The file.
    file : str
        How problems name it.

    Returns
    -------
    tuple of (str or None) and list of Problem
        The text, and what kept it from being read.
    """
    if path.exists() and not path.is_file():  # reading of a pipe might never end
        return None, [
            Problem(file, 0, "is no file but a folder, pipe or device; write a text file")
        ]
    try:
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        return None, [Problem(file, 0, f"cannot be read: {error.strerror or error}")]
    if len(data) > MOST_BYTES:
        message = f"is larger than {MOST_BYTES // 1024} KiB, the most that is read; split it"
        return None, [Problem(file, 0, message)]
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None, [Problem(file, 1, f"is UTF-16, not UTF-8; {_SAVE_AS}")]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        byte = data[error.start]
        message = f"is not UTF-8 (byte 0x{byte:02x}, as older Windows programs write); {_SAVE_AS}"
        return None, [Problem(file, line, message)]
    return text.replace("\r\n", "\n").replace("\r", "\n"), []


_SAVE_AS = "save it again with the encoding UTF-8"


def parse_document(text: str, file: str) -> tuple[Table | None, list[Problem]]:
    """Turn the text of a file into a tree.

    Parameters
    ----------
    text : str
        The file's text.
    file : str
        How problems name it.

    Returns
    -------
    tuple of (Table or None) and list of Problem
        The table the file consists of (None when it cannot be made out), and all that is wrong
        with its form.
    """
    builder = _Builder(file)
    try:
        root = builder.document(_events(text))
    except _Unreadable as stop:
        return None, [*builder.problems, Problem(file, stop.line, stop.message)]
    return root, builder.problems


def core_value(scalar: Scalar) -> str | int | float | bool | None:
    """Resolve a scalar by the core schema of YAML 1.2.

    Parameters
    ----------
    scalar : Scalar
        The text; in quotes it is always a text.

    Returns
    -------
    str, int, float, bool or None
        Its value; `010` is the integer 10, and infinities are left as text.
    """
    text = scalar.text
    if not scalar.plain:
        return text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    if text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return text[0] in "tT"
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) < 20 else float(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def plain_data(node: Node) -> Any:  # noqa: ANN401 (any JSON value)
    """Return a tree as lists, dicts and core-schema scalars, for a schema validator.

    Parameters
    ----------
    node : Node
        The tree.

    Returns
    -------
    Any
        The same as plain Python values.
    """
    match node:
        case Table(entries=entries):
            return {key: plain_data(value) for key, value in entries.items()}
        case Listing(items=items):
            return [plain_data(item) for item in items]
        case Scalar():
            return core_value(node)


def _events(text: str) -> Iterator[Event]:
    """Yield the parser's events; what it cannot read stops the file with a plain sentence."""
    quoted: tuple[int, int] = 0, 0  # first and last line of the last text in quotes
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if isinstance(event, ScalarEvent) and event.style in ("'", '"'):
                quoted = event.start_mark.line + 1, event.end_mark.line + 1
            yield event
    except MarkedYAMLError as error:
        raise _Unreadable(*plain_english(error, text.split("\n"), quoted)) from error
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"holds the invisible character U+{error.character:04X}; take it out"
        raise _Unreadable(line, message) from error


class _Builder:
    """Builds the tree of one file from events, keeping every problem of its form."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def document(self, events: Iterator[Event]) -> Table:
        root: Node | None = None
        for event in events:
            line = event.start_mark.line + 1
            if isinstance(event, DocumentStartEvent):
                if root is not None:
                    self._refuse(line, "a second document starts here (---); one file holds one")
                    break
                if event.version or event.tags:
                    self._refuse(line, "a line that starts with % is not used; take it out")
            elif isinstance(event, NodeEvent):
                root = self._node(event, events, 1)
            elif isinstance(event, StreamEndEvent):
                break
        if root is None or (isinstance(root, Scalar) and core_value(root) is None):
            raise _Unreadable(1, "is empty; write `key: value` lines")
        if not isinstance(root, Table):
            raise _Unreadable(root.line, "must consist of `key: value` lines at its left edge")
        return root

    def _node(self, event: NodeEvent, events: Iterator[Event], depth: int) -> Node:
        line = event.start_mark.line + 1
        if depth > DEEPEST:
            raise _Unreadable(line, f"is nested deeper than {DEEPEST} levels; no entry needs that")
        if isinstance(event, AliasEvent):
            cure = f"write the value out, or put it in quotes ('*{event.anchor}')"
            self._refuse(line, f"the alias *{event.anchor} is not allowed; {cure}")
            return Scalar(line, f"*{event.anchor}", plain=False)
        self._plain_node(event, line)
        if isinstance(event, SequenceStartEvent):
            return Listing(line, tuple(self._items(events, depth)))
        if isinstance(event, MappingStartEvent):
            return self._table(line, events, depth)
        assert isinstance(event, ScalarEvent), "there are no other nodes"
        return Scalar(line, event.value, plain=event.style is None)

    def _plain_node(self, event: NodeEvent, line: int) -> None:
        if event.anchor is not None:
            cure = (
                f"write the value out where it is needed, or put it in quotes ('&{event.anchor}')"
            )
            self._refuse(line, f"the anchor &{event.anchor} is not allowed; {cure}")
        tag = getattr(event, "tag", None)
        if tag is not None:
            tag = tag.replace("tag:yaml.org,2002:", "!!")
            self._refuse(line, f"the tag {tag} is not allowed; take it out, or use quotes")

    def _items(self, events: Iterator[Event], depth: int) -> Iterator[Node]:
        for event in events:
            if not isinstance(event, NodeEvent):
                return
            yield self._node(event, events, depth + 1)

    def _table(self, line: int, events: Iterator[Event], depth: int) -> Table:
        entries: dict[str, Node] = {}
        key_lines: dict[str, int] = {}
        for event in events:
            if not isinstance(event, NodeEvent):
                break
            key = self._node(event, events, depth + 1)
            value = self._value(events, depth + 1)
            if isinstance(value, Scalar) and not value.text:  # its mark is that of what follows
                value = Scalar(key.line, "", value.plain)
            if not isinstance(key, Scalar):
                self._refuse(key.line, "a key must be one word, not a list or a table")
            elif key.text == "<<" and key.plain:
                self._refuse(key.line, "the merge key << is not allowed; write the entries out")
            elif key.text in entries:
                first = key_lines[key.text]
                message = f"'{key.text}' stands here a second time (first on line {first})"
                self._refuse(key.line, f"{message}; keep one, or rename one")
            else:
                entries[key.text] = value
                key_lines[key.text] = key.line
        return Table(line, entries, key_lines)

    def _value(self, events: Iterator[Event], depth: int) -> Node:
        event = next(events)
        assert isinstance(event, NodeEvent), "a parser yields a value after each key"
        return self._node(event, events, depth)

    def _refuse(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.file, line, message))
