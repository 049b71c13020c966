"""A look through the whole ledger: is it as it was written, and which head stands for it.

tests/unit/test_records.py changes and cuts out whatever can be, and expects it to be found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import merge
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimative.inputs import content_hash, id_from_hashes
from estimative.records.archive import each, reading
from estimative.records.entry import COLUMNS, GENESIS, SEAL_COLUMNS, TEXTS, chained
from estimative.records.ledger import Ledger
from estimative.results import Answer, Table

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData

NOTED_DIGITS = 12  # of a head, at least


@dataclass(frozen=True)
class Verification(Answer):
    """Whether the ledger is as it was written.

    Attributes
    ----------
    file : Path
        The ledger.
    count : int
        How many entries it holds.
    head : str
        The chain of the last one: it stands for all of them.
    problems : tuple of str
        What is wrong; empty if nothing is.
    sealed : int
        How many of the entries are sealed ones beside the forecasts.
    """

    file: Path
    count: int
    head: str
    problems: tuple[str, ...]
    sealed: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping a problem; none if the ledger is sound."""
        return [{"problem": problem} for problem in self.problems]

    def tables(self) -> list[Table]:
        """Return the verdict."""
        verdict = "sound" if self.sound else f"NOT SOUND, {len(self.problems)} wrong"
        rows = [("records", f"{self.count - self.sealed:,}"), ("head", self.head)]
        rows[1:1] = [("sealed entries", f"{self.sealed:,}")] if self.sealed else []
        rows += [("wrong", problem) for problem in self.problems]
        note = (
            "Keep the head in another place: whoever can write the file could make the whole chain"
            " anew, and only a head noted earlier (--noted HEAD) shows that."
        )
        title = f"{self.file.name}: {verdict}."
        if not self.count:
            title = f"{self.file}: nothing is recorded there, so there is nothing to verify."
        return [Table(title, ("", "found"), rows, [note])]


def verify(ledger: Ledger, *, noted: str | None = None) -> Verification:
    """Look for whatever was changed, cut out or put in, in time linear in the ledger's size.

    Found are: a change of any column of any record or of any text, a record cut out or put in
    between, and records cut off the end while the count stayed. Whoever can write the file can
    also make the chain anew from a changed record on, or cut off the end and set back the count;
    the ledger alone cannot show that. Keep the head that this prints in another place (a mail, a
    commit) and hand it in as `noted`: then that is found, too.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    noted : str, optional
        The head of an earlier verification, or its first digits, 12 at least.

    Returns
    -------
    Verification
        How many records there are, the head, and what is wrong.

    Raises
    ------
    LedgerError
        If the ledger cannot be read at all.
    """
    from sqlalchemy import select, text

    if noted is not None and len(noted) < NOTED_DIGITS:
        raise ValueError(f"'{noted}' is too short for a head; give at least {NOTED_DIGITS} digits")
    with reading(ledger) as (connection, tables):
        if connection is None:
            missing = ["a head was noted, but there is no ledger"] if noted else []
            return Verification(ledger.file, 0, GENESIS, tuple(missing))
        problems = [str(row[0]) for row in connection.execute(text("PRAGMA quick_check(5)"))]
        problems = [found for found in problems if found != "ok"]
        stored = set()
        for row in each(connection, select(tables.tables["texts"])):
            stored.add(row["hash"])
            if content_hash(str(row["content"])) != row["hash"]:
                problems.append(f"text {row['hash'][:12]} was changed")
        chain = _Chain(stored, noted)
        for row in _entries(connection, tables):
            chain.follow(row)
        head = connection.execute(select(tables.tables["head"])).mappings().first()
        problems += chain.problems + chain.end(dict(head) if head is not None else {})
        return Verification(ledger.file, chain.count, chain.last, tuple(problems), chain.sealed)


def _entries(connection: "Connection", tables: "MetaData") -> Iterator[dict[str, Any]]:
    """Yield records and sealed entries in the order of the chain; a ledger of old has no seals."""
    from sqlalchemy import select

    rows = [
        each(connection, select(table).order_by(table.c.number))
        for name in ("records", "seals")
        if (table := tables.tables.get(name)) is not None
    ]
    return merge(*rows, key=itemgetter("number"))


class _Chain:
    """Walks along the records and notes what does not fit."""

    def __init__(self, stored: set[str], noted: str | None) -> None:
        self.stored, self.noted = stored, noted
        self.number, self.count, self.last, self.sealed = 0, 0, GENESIS, 0
        self.seen = noted is None
        self.problems: list[str] = []

    def follow(self, row: Mapping[str, Any]) -> None:
        seal = "what" in row
        columns = SEAL_COLUMNS if seal else COLUMNS
        name = f"sealed entry {row['number']}" if seal else f"record {row['number']} ({row['id']})"
        if row["number"] != self.number + 1:
            gone = f"{self.number + 1} to {row['number'] - 1}"
            self.problems.append(f"{name}: before it, records {gone} are missing")
        elif chained(self.last, [row[column] for column in columns]) != row["chain"]:
            self.problems.append(f"{name} was changed, or put in its place later")
        if not seal:
            self._inputs(name, row)
        self.sealed += seal
        self.seen = self.seen or row["chain"].startswith(self.noted)
        self.number, self.count, self.last = row["number"], self.count + 1, row["chain"]

    def _inputs(self, name: str, row: Mapping[str, Any]) -> None:
        if id_from_hashes(row["known"], row["model_text"], row["results"]) != row["id"]:
            self.problems.append(f"{name}: its id is not the hash of its inputs and results")
        for column in TEXTS:
            if row[column] not in self.stored:
                self.problems.append(f"{name}: the text of {column} is missing")

    def end(self, head: Mapping[str, Any]) -> list[str]:
        problems = []
        if (head.get("number"), head.get("chain")) != (self.number, self.last):
            counted = head.get("number", "no")
            problems.append(f"the head counts {counted} records, and the last is {self.number}")
        if not self.seen:
            problems.append(f"the head noted earlier, {self.noted}, is in no record")
        return problems
