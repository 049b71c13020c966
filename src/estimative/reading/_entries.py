"""Reading one table of a file: its legal keys, the reader of each, and every fault with its line.

A reader is a function from a node to a value that raises `Fault`; an `Entry` runs readers and never
stops at the first fault.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimative.errors import Problem
from estimative.names import IDENTIFIER, as_identifier, did_you_mean, listed
from estimative.reading._yaml_documents import Listing, Node, Scalar, Table, core_value

Reader = Callable[[Node], Any]


class Fault(Exception):
    """What is wrong with one value, or with several at once."""

    def __init__(self, node: Node | int, message: str) -> None:
        super().__init__(message)
        line = node if isinstance(node, int) else node.line
        self.complaints: list[tuple[int, str]] = [(line, message)]

    @classmethod
    def together(cls, faults: Sequence["Fault"]) -> "Fault":
        """Return several faults as one, so that all of them are reported."""
        first, *others = faults
        for other in others:
            first.complaints += other.complaints
        return first


@dataclass
class Findings:
    """Problems and warnings of all files, as they are found."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, file: str, line: int, message: str) -> None:
        """Keep a problem."""
        self.problems.append(Problem(file, line, message))

    def warn(self, file: str, line: int, message: str) -> None:
        """Keep a warning."""
        self.warnings.append(Problem(file, line, message))


class Entry:
    """One table of one file, read key by key.

    Parameters
    ----------
    node : Node
        What stands in the file; anything but a table is a problem.
    label : str
        What messages call it; empty for a whole file.
    file : str
        Where it stands.
    findings : Findings
        Where faults go.
    line : int, optional
        The line of its name, where a table has one above it.
    """

    def __init__(
        self, node: Node, label: str, file: str, findings: Findings, line: int | None = None
    ) -> None:
        self.label = label
        self.file = file
        self.line = node.line if line is None else line
        self.sound = True
        self._findings = findings
        self._entries: Mapping[str, Node] = {}
        self._key_lines: Mapping[str, int] = {}
        self.is_table = isinstance(node, Table)
        if isinstance(node, Table):
            self._entries, self._key_lines = node.entries, node.key_lines
        else:
            self.refuse(node.line, f"{described(node)} stands where `key: value` lines are needed")

    def __contains__(self, key: str) -> bool:
        """Whether the key was written."""
        return key in self._entries

    def node(self, key: str) -> Node | None:
        """Return what stands under a key, unread."""
        return self._entries.get(key)

    def line_of(self, key: str) -> int:
        """Return the line of a key, or of the table when the key was not written."""
        return self._key_lines.get(key, self.line)

    def refuse(self, line: int, message: str) -> None:
        """Keep a problem of this entry."""
        self.sound = False
        self._findings.refuse(
            self.file, line, f"{self.label}: {message}" if self.label else message
        )

    def warn(self, line: int, message: str) -> None:
        """Keep a warning about this entry."""
        self._findings.warn(self.file, line, f"{self.label}: {message}" if self.label else message)

    def check_keys(
        self,
        allowed: Iterable[str],
        required: Iterable[str],
        what: str,
        explained: Mapping[str, str] | None = None,
    ) -> None:
        """Refuse keys that are not allowed, and keys that are missing.

        Parameters
        ----------
        allowed : iterable of str
            Legal keys.
        required : iterable of str
            Keys that must be there.
        what : str
            What is described here, such as `an outcome`.
        explained : mapping of str to str, optional
            Keys that are refused with a reason of their own.
        """
        legal = list(allowed)
        for key, line in self._key_lines.items():
            if explained and key in explained:
                self.refuse(line, f"{key}: {explained[key]}")
            elif key not in legal:
                self.refuse(line, unknown_key(key, legal, what))
        if not self._entries and not self.sound:
            return
        for key in required:
            if key not in self._entries:
                self.refuse(self.line, f"{key}: is missing; {what} needs it")

    def read(self, key: str, reader: Reader, default: object = None) -> Any:  # noqa: ANN401
        """Read the value of a key; a fault is kept, and the default returned.

        Parameters
        ----------
        key : str
            The key.
        reader : callable
            Turns the node into a value, or raises `Fault`.
        default : Any
            Returned when the key was not written or its value is faulty.

        Returns
        -------
        Any
            The value.
        """
        node = self._entries.get(key)
        if node is None:
            return default
        try:
            return reader(node)
        except Fault as fault:
            for line, message in fault.complaints:
                self.refuse(line, f"{key}: {message}")
            return default

    def read_all(self, readers: Mapping[str, Reader]) -> dict[str, Any]:
        """Read every key that was written; what is faulty is left out.

        Parameters
        ----------
        readers : mapping of str to callable
            The reader of each legal key.

        Returns
        -------
        dict
            Values by key, in the order of `readers`.
        """
        missing = object()
        values = {key: self.read(key, reader, missing) for key, reader in readers.items()}
        return {key: value for key, value in values.items() if value is not missing}


def unknown_key(key: str, allowed: Iterable[str], what: str) -> str:
    """Say that a key is not known, and which is meant or which there are."""
    legal = list(allowed)
    if ":" in key and key.split(":")[0] in legal:
        return f"'{key}': a space is missing after the ':'; write 'key: value'"
    hint = did_you_mean(key, legal)
    if hint:
        return f"unknown key '{key}'{hint}"
    return f"unknown key '{key}'; {what} has {listed(legal, 'and')}"


def entries_of(
    node: Node, what: str, allowed: Iterable[str], required: Iterable[str] = ()
) -> Mapping[str, Node]:
    """Return the entries of a small table, in the order of `allowed`, or raise a `Fault`."""
    if not isinstance(node, Table):
        raise Fault(node, f"{described(node)} stands where `{{key: value}}` is needed")
    legal = list(allowed)
    for key, line in node.key_lines.items():
        if key not in legal:
            raise Fault(line, unknown_key(key, legal, what))
    for key in required:
        if key not in node.entries:
            raise Fault(node, f"{key}: is missing; {what} needs it")
    return {key: node.entries[key] for key in legal if key in node.entries}


def text(node: Node) -> str:
    """Read a text that is not empty; spaces at its ends do not count."""
    if not isinstance(node, Scalar):
        raise Fault(node, f"{described(node)} stands where a text is needed")
    written = node.text.strip()
    if not written or core_value(node) is None:
        raise Fault(node, "is empty; write a value, or take the key out")
    return written


def choice(allowed: Iterable[str], what: str) -> Reader:
    """Return a reader of one of a few words.

    Parameters
    ----------
    allowed : iterable of str
        The words.
    what : str
        What they are, such as `timing`.

    Returns
    -------
    callable
        A reader that returns the word.
    """
    words = list(allowed)

    def read(node: Node) -> str:
        written = text(node)
        if written not in words:
            hint = did_you_mean(written, words)
            raise Fault(node, f"'{written}' is no {what}{hint} (allowed: {', '.join(words)})")
        return written

    return read


def texts(node: Node) -> tuple[str, ...]:
    """Read a list of texts."""
    if not isinstance(node, Listing):
        raise Fault(node, f"{described(node)} stands where a list such as [a, b] is needed")
    return tuple(text(item) for item in node.items)


def identifier_fault(name: str, what: str) -> str | None:
    """Say why a name cannot be used in links and conditions, or return None when it can."""
    if re.fullmatch(IDENTIFIER, name):
        return None
    rule = "small letters a-z, digits and _, a letter first"
    return f"'{name}' cannot be the name of {what}; use {rule}, such as '{as_identifier(name)}'"


def described(node: Node) -> str:
    """Say what stands there, in a word or by itself."""
    match node:
        case Table():
            return "a table (`key: value`)"
        case Listing():
            return "a list"
        case Scalar(text=written) if not written.strip():
            return "nothing"
        case Scalar(text=written):
            shown = " ".join(written.split())
            return f"'{shown if len(shown) <= 60 else shown[:57] + '...'}'"
