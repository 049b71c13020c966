"""The grammar of the Bayesian Interchange Format (BIF): from a text to its variables and blocks.

A text is cut into words that know their lines; commas and `|` separate and mean nothing. Whether
the numbers make sense is left to `estimative.network.bif`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

import numpy as np

from estimative.errors import Problem, ScenarioError
from estimative.names import did_you_mean, listed
from estimative.network.graph import Floats

_TOKEN = re.compile(
    r"""(?P<skip>[\s,|]+|//[^\n]*|/\*.*?\*/)
      | "(?P<quoted>[^"\n]*)"
      | (?P<mark>[{}()\[\];])
      | (?P<word>(?:(?!//|/\*)[^\s,|{}()\[\];"])+)""",
    re.VERBOSE | re.DOTALL,
)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True, eq=False)
class Entry:
    """One entry of a probability block.

    Attributes
    ----------
    kind : str
        `table`, `default`, or `(` for a row under its parents' states.
    given : tuple of str
        The parents' states of a row.
    numbers : array of float
        What was written; between 0 and 1.
    line : int
        Where it begins.
    """

    kind: str
    given: tuple[str, ...]
    numbers: Floats
    line: int


@dataclass(frozen=True, eq=False)
class Block:
    """A probability block.

    Attributes
    ----------
    parents : tuple of str
        As they are named in the file.
    entries : tuple of Entry
        In the order of the file.
    line : int
        Where it begins.
    """

    parents: tuple[str, ...]
    entries: tuple[Entry, ...]
    line: int


@dataclass(frozen=True, eq=False)
class Declared:
    """What a file declares, as it stands there.

    Attributes
    ----------
    states : dict of str to tuple of str
        The states of each variable.
    lines : dict of str to int
        Where each variable is declared.
    blocks : dict of str to Block
        The probability block of each variable that has one.
    """

    states: dict[str, tuple[str, ...]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    blocks: dict[str, Block] = field(default_factory=dict)


def read_blocks(text: str, file: str) -> Declared:
    """Return what a BIF text declares.

    Parameters
    ----------
    text : str
        The whole text.
    file : str
        What the file is called in a message.

    Returns
    -------
    Declared
        Variables and probability blocks.

    Raises
    ------
    ScenarioError
        With the first word that breaks the grammar.
    """
    reader = _Reader(file, list(_tokens(text, file)))
    reader.read()
    return reader.declared


class _Token(NamedTuple):
    text: str
    kind: str
    line: int


def _tokens(text: str, file: str) -> Iterator[_Token]:
    at, line = 0, 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            what = "a comment" if text.startswith("/*", at) else "a quotation"
            raise ScenarioError([Problem(file, line, f"{what} is opened and never closed")])
        if found.lastgroup != "skip":
            kind = str(found.lastgroup)
            yield _Token(found[kind], kind, line)
        line += text.count("\n", at, found.end())
        at = found.end()


@dataclass
class _Reader:
    """What may stand where; the first breach ends the reading."""

    file: str
    tokens: list[_Token]
    at: int = 0
    declared: Declared = field(default_factory=Declared)

    def read(self) -> None:
        while self.at < len(self.tokens):
            match self.word("network", "variable", "probability"):
                case "network":
                    self.skip_to("{")
                    while self.word("property", "}") == "property":
                        self.skip_to(";")
                case "variable":
                    self.variable()
                case _:
                    self.probability()
        if not self.declared.states:
            self.fail("no variable; a network has at least one: 'variable name { ... }'")

    def variable(self) -> None:
        name, states = self.name("a variable's name"), self.declared.states
        if name in states:
            line = self.declared.lines[name]
            self.fail(f"variable {name!r} is declared again (first in line {line})")
        self.declared.lines[name] = self.last.line
        self.word("{")
        while (word := self.word("type", "property", "}")) != "}":
            if word == "property":
                self.skip_to(";")
            else:
                states[name] = self.discrete(name)
        if name not in states:
            self.fail(f"variable {name!r} has no type; write 'type discrete [ 2 ] {{ no, yes }};'")

    def discrete(self, name: str) -> tuple[str, ...]:
        self.word("discrete")
        self.word("[")
        count = self.name("the number of states")
        self.word("]")
        self.word("{")
        states = self.names("}", "a state")
        if str(len(states)) != count:
            self.fail(f"{name!r} has {len(states)} states, but [ {count} ] stands before them")
        if len(set(states)) < len(states) or not states:
            self.fail(f"the states of {name!r} must be distinct, and at least one")
        self.word(";")
        return states

    def probability(self) -> None:
        self.word("(")
        node, line = self.name("a variable's name"), self.last.line
        if node in self.declared.blocks:
            first = self.declared.blocks[node].line
            self.fail(f"the probability of {node!r} is given again (first in line {first})")
        parents = self.names(")", "a parent's name")
        self.word("{")
        entries = []
        while (word := self.word("table", "default", "(", "property", "}")) != "}":
            at = self.last.line
            if word == "property":
                self.skip_to(";")
            else:
                given = self.names(")", "a parent's state") if word == "(" else ()
                entries.append(Entry(word, given, self.numbers(), at))
        self.declared.blocks[node] = Block(parents, tuple(entries), line)

    def numbers(self) -> Floats:
        found: list[float] = []
        while (token := self.next()).text != ";" or token.kind != "mark":
            text = token.text
            if not _NUMBER.fullmatch(text) or not 0 <= float(text) < 1 + 1e-5:
                self.fail(f"{text!r} came; expected a number from 0 to 1, or ';'")
            found.append(float(text))
        return np.array(found)

    @property
    def last(self) -> _Token:
        return self.tokens[self.at - 1] if self.at else _Token("", "mark", 1)

    def next(self) -> _Token:
        if self.at == len(self.tokens):
            self.fail("the file ends within a block; close it with '}'")
        self.at += 1
        return self.last

    def word(self, *allowed: str) -> str:
        token = self.next()
        if token.text not in allowed or token.kind == "quoted":
            wanted = listed([repr(word) for word in allowed])
            self.fail(f"{token.text!r} came; expected {wanted}{did_you_mean(token.text, allowed)}")
        return token.text

    def name(self, what: str) -> str:
        token = self.next()
        if token.kind == "mark":
            self.fail(f"{token.text!r} came; expected {what}")
        return token.text

    def names(self, end: str, what: str) -> tuple[str, ...]:
        """Return the names up to a closing mark, which is passed."""
        found: list[str] = []
        while (token := self.next()).text != end or token.kind != "mark":
            if token.kind == "mark":
                self.fail(f"{token.text!r} came; expected {what} or {end!r}")
            found.append(token.text)
        return tuple(found)

    def skip_to(self, mark: str) -> None:
        while (token := self.next()).text != mark or token.kind != "mark":
            pass

    def fail(self, message: str) -> NoReturn:
        raise ScenarioError([Problem(self.file, self.last.line, message)])
