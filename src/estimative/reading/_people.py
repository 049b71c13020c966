"""Who may be quoted: the scenario's own experts and those that all scenarios share.

They are found by id, name or alias. An alias never labels a person; a name that finds two people
is refused.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from estimative.lexicon import reliability
from estimative.names import did_you_mean
from estimative.reading._entries import (
    Entry,
    Fault,
    Findings,
    Reader,
    described,
    identifier_fault,
    text,
    texts,
)
from estimative.reading._yaml_documents import Node, Table
from estimative.scenario import Expert

Place = tuple[str, int]
"""A file and a line of it."""


def grade(node: Node) -> str:
    """Read an Admiralty letter."""
    written = text(node)
    if len(written) == 2 and written[0] in "ABCDEF" and written[1] in "123456":
        message = f"'{written}' grades a report; a person or a source has a letter only"
        raise Fault(node, f"{message}: {written[0]}")
    if len(written) != 1 or written not in "ABCDEF":
        rule = "an Admiralty letter, A (reliable) to E (unreliable), or F (cannot be judged)"
        raise Fault(node, f"'{written}' is not {rule}")
    return written


def report_grade(node: Node) -> str:
    """Read an Admiralty letter with its digit."""
    written = text(node)
    if len(written) == 1 and written in "ABCDEF":
        message = (
            f"'{written}' grades a source; a report has a digit too (1 confirmed to 5 improbable)"
        )
        raise Fault(node, f"{message}: {written}2, or {written}6 when it cannot be judged")
    try:
        reliability(written)
    except ValueError as error:
        raise Fault(node, str(error)) from None
    if len(written) != 2 or not written.isupper():
        raise Fault(node, f"'{written}' is written as a capital letter and a digit, such as B2")
    return written


EXPERT_READERS: dict[str, Reader] = {
    "name": text,
    "aliases": texts,
    "post": text,
    "group": text,
    "reliability": grade,
    "note": text,
}


@dataclass
class People:
    """Everybody known, and where each was defined."""

    experts: dict[str, Expert] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    _found_by: dict[str, str] = field(default_factory=dict)
    _names: list[str] = field(default_factory=list)

    def add(self, key: str, node: Node, file: str, line: int, findings: Findings) -> None:
        """Read one expert; a second definition must say the same as the first."""
        entry = Entry(node, f"expert '{key}'", file, findings, line)
        if (fault := identifier_fault(key, "an expert")) is not None:
            entry.refuse(line, fault)
        entry.check_keys(EXPERT_READERS, ("name",), "an expert")
        values = entry.read_all(EXPERT_READERS)
        expert = Expert(**{"group": key} | values) if entry.sound else None
        if key in self.places:
            self._compare(key, expert, entry)
            return
        self.places[key] = file, line
        if expert is not None:
            self.experts[key] = expert
        names = [key, values.get("name", key), *values.get("aliases", ())]
        for name in dict.fromkeys(_folded(name) for name in names):
            owner = self._found_by.setdefault(name, key)
            if owner != key:
                where = "{}:{}".format(*self.places[owner])
                message = f"the name or alias '{name}' also finds '{owner}' ({where})"
                entry.refuse(line, f"{message}; take it from one of them, or make it longer")
        self._names += names

    def _compare(self, key: str, expert: Expert | None, entry: Entry) -> None:
        first = self.experts.get(key)
        if expert is None or first is None or expert == first:
            return
        fields = [
            name for name in Expert.model_fields if getattr(expert, name) != getattr(first, name)
        ]
        where = "{}:{}".format(*self.places[key])
        message = f"differs from the shared definition at {where} in {', '.join(fields)}"
        entry.refuse(entry.line, f"{message}; make them alike, or take this one out")

    def resolve(self, node: Node) -> str:
        """Read an expert's id; a name or an alias is turned into it."""
        written = text(node)
        found = self.find(written)
        if found is None:
            hint = did_you_mean(written, self._names)
            cure = "" if hint else "; define the expert under experts: or in scenarios/experts.yaml"
            raise Fault(node, f"no expert '{written}'{hint}{cure}")
        return found

    def find(self, name: str) -> str | None:
        """Return the id of whoever has this id, name or alias, or None."""
        return name if name in self.places else self._found_by.get(_folded(name))

    def quoted(self, keys: Iterable[str]) -> dict[str, Expert]:
        """Return the experts of these ids, in the order in which they were defined."""
        wanted = set(keys)
        return {key: expert for key, expert in self.experts.items() if key in wanted}


def named_entries(
    node: Node | None, section: str, file: str, findings: Findings
) -> Iterator[tuple[str, Node, int]]:
    """Yield the entries of a section of a file: name, what stands there, and the name's line.

    Parameters
    ----------
    node : Node or None
        The section.
    section : str
        Its key.
    file : str
        Where it stands.
    findings : Findings
        Where a fault goes.

    Yields
    ------
    tuple of str, Node and int
        One entry.
    """
    if node is None:
        return
    if not isinstance(node, Table):
        cure = "write one `name:` a line, indented, with its keys below it"
        findings.refuse(file, node.line, f"{section}: {described(node)} stands here; {cure}")
        return
    for key, value in node.entries.items():
        yield key, value, node.key_lines[key]


def read_people(sections: Mapping[str, Node | None], findings: Findings) -> People:
    """Read the experts of several files, the shared one first.

    Parameters
    ----------
    sections : mapping of str to (Node or None)
        By file, what stands under `experts:`.
    findings : Findings
        Where faults go.

    Returns
    -------
    People
        Everybody.
    """
    people = People()
    for file, node in sections.items():
        for key, value, line in named_entries(node, "experts", file, findings):
            people.add(key, value, file, line, findings)
    return people


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
