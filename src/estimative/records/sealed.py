"""What stands in the ledger beside forecasts: the analyst's own numbers, and when others were read.

Entries hang on the same chain as records, so that neither can be taken out, put in or moved before
the other unseen (tests/unit/test_sheets.py).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from estimative.inputs import ID_DIGITS, canonical, content_hash
from estimative.records.archive import reading
from estimative.records.ledger import Ledger
from estimative.results import Answer, Table

OWN, READ = "own", "read"


@dataclass(frozen=True)
class Sealed(Answer):
    """One sealed entry.

    Attributes
    ----------
    number : int
        Its place in the ledger, from 1; records are counted along.
    id : str
        Hash of what it says.
    scenario : str
        The scenario's slug.
    what : str
        `own`, the analyst's numbers, or `read`, that answers of others were read.
    as_of : date
        The day of the scenario.
    content : mapping
        Of `own`: `numbers`, one mapping a question, and `source`. Of `read`: `files`, `questions`
        and `sealed`, the ids of the numbers sealed before; `unsealed`, those that were not.
    written : datetime
        When, UTC.
    """

    number: int
    id: str
    scenario: str
    what: str
    as_of: dt.date
    content: Mapping[str, Any]
    written: dt.datetime

    @property
    def questions(self) -> tuple[str, ...]:
        """What it is about."""
        if self.what == OWN:
            return tuple(number["question"] for number in self.content["numbers"])
        return tuple(self.content["questions"])

    @property
    def nodes(self) -> tuple[str, ...]:
        """The outcomes it is about."""
        return tuple(dict.fromkeys(name.partition("=")[0] for name in self.questions))

    @property
    def line(self) -> str:
        """What it says, in one line."""
        if self.what == OWN:
            said = (f"{n['question']} {n['written']}" for n in self.content["numbers"])
            return f"own numbers: {', '.join(said)}"
        files = ", ".join(file["name"] for file in self.content["files"])
        unsealed = self.content["unsealed"]
        before = f"unsealed before: {', '.join(unsealed)}" if unsealed else "own numbers sealed"
        return f"sheets read: {files}; {before}"

    def records(self) -> list[dict[str, Any]]:
        """Return the entry as one mapping."""
        return [
            {
                "sealed": self.id,
                "scenario": self.scenario,
                "what": self.what,
                "as_of": self.as_of,
                "written": self.written,
                "content": self.content,
            }
        ]

    def tables(self) -> list[Table]:
        """Return the entry as one row."""
        return [sealed_table(self.scenario, [self])]


def sealed_table(scenario: str, entries: Sequence[Sealed]) -> Table:
    """Return sealed entries as a reader sees them.

    Parameters
    ----------
    scenario : str
        The scenario's slug.
    entries : sequence of Sealed
        In the order in which they were written.

    Returns
    -------
    Table
        One row an entry.
    """
    rows = [(str(e.as_of), f"{e.written:%Y-%m-%d %H:%M}", e.id, e.line) for e in entries]
    note = "Sealed entries are chained with the forecasts: estimative history --verify."
    return Table(f"Sealed in {scenario}.", ("as of", "sealed (UTC)", "id", "what"), rows, [note])


def seal(
    scenario: str,
    what: str,
    as_of: dt.date,
    content: Mapping[str, Any],
    ledger: Ledger,
    *,
    written: dt.datetime | None = None,
) -> Sealed:
    """Seal an entry, unless the last of its kind says the same.

    Parameters
    ----------
    scenario : str
        The scenario's slug.
    what : str
        `own` or `read`.
    as_of : date
        The day of the scenario.
    content : mapping
        What is sealed; whatever JSON can hold.
    ledger : Ledger
        Where to.
    written : datetime, optional
        When; default now.

    Returns
    -------
    Sealed
        As it stands in the ledger.

    Raises
    ------
    LedgerError
        If it cannot be written.
    """
    text = canonical(content)
    before = [entry for entry in sealed_entries(scenario, ledger) if entry.what == what]
    if before and before[-1].as_of == as_of and canonical(before[-1].content) == text:
        return before[-1]
    number = ledger.seal(
        {"scenario": scenario, "what": what, "as_of": as_of.isoformat(), "content": text},
        written=written,
    )
    return next(e for e in reversed(sealed_entries(scenario, ledger)) if e.number == number)


def sealed_entries(scenario: str, ledger: Ledger) -> list[Sealed]:
    """Return what is sealed in a scenario.

    Parameters
    ----------
    scenario : str
        Its slug.
    ledger : Ledger
        The ledger.

    Returns
    -------
    list of Sealed
        In the order in which they were written.

    Raises
    ------
    LedgerError
        If the ledger cannot be read.
    """
    from sqlalchemy import select

    with reading(ledger) as (connection, tables):
        if connection is None or "seals" not in tables.tables:
            return []
        stored = tables.tables["seals"]
        chosen = select(stored).where(stored.c.scenario == scenario).order_by(stored.c.number)
        return [
            Sealed(
                number=row.number,
                id=seal_id(dict(row._mapping)),
                scenario=row.scenario,
                what=row.what,
                as_of=dt.date.fromisoformat(row.as_of),
                content=from_json(row.content),
                written=dt.datetime.fromisoformat(row.written),
            )
            for row in connection.execute(chosen)
        ]


def sealed_counts(ledger: Ledger) -> dict[str, int]:
    """Return how many entries are sealed, by scenario.

    Parameters
    ----------
    ledger : Ledger
        The ledger.

    Returns
    -------
    dict of str to int
        Empty if nothing is sealed.
    """
    from sqlalchemy import func, select

    with reading(ledger) as (connection, tables):
        if connection is None or "seals" not in tables.tables:
            return {}
        slug = tables.tables["seals"].c.scenario
        rows = connection.execute(select(slug, func.count()).group_by(slug).order_by(slug))
        return {name: int(counted) for name, counted in rows}


def seal_id(row: Mapping[str, Any]) -> str:
    """Return the id of a sealed entry: a hash of what it says, when it was said and in which place.

    Parameters
    ----------
    row : mapping
        Its columns.

    Returns
    -------
    str
        12 hexadecimal digits.
    """
    said = [row[column] for column in ("scenario", "what", "as_of", "content", "written")]
    return content_hash(canonical(said))[:ID_DIGITS]
