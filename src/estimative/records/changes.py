"""What was really said of a day, and which files have changed since.

Of a day speaks the last record that was written by its end (or, if the first came later, by the
end of the day of the first): who reruns an old day with new files does not change what was said.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

from pydantic_core import from_json

from estimative.elicitation import as_known
from estimative.inputs import content_hash, files_on, known_text
from estimative.records.ledger import Ledger, complaints
from estimative.scenario import Scenario


class Dated(Protocol):
    """What has a day that it speaks of and a time at which it was written."""

    @property
    def as_of(self) -> dt.date:
        """The day."""

    @property
    def written(self) -> dt.datetime:
        """The time, UTC."""


@dataclass(frozen=True)
class Changes:
    """How today's files differ from those behind a recorded forecast.

    Attributes
    ----------
    as_of : date
        The day it speaks as of.
    record : str
        The record's id.
    written : datetime
        When it was written.
    changed, added, removed : tuple of str
        Paths.
    """

    as_of: dt.date
    record: str
    written: dt.datetime
    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]

    def __str__(self) -> str:
        """Say it in a sentence."""
        parts = {"changed": self.changed, "new": self.added, "gone": self.removed}
        files = "; ".join(f"{how}: {', '.join(paths)}" for how, paths in parts.items() if paths)
        return (
            f"What was recorded as of {self.as_of} (record {self.record}, written"
            f" {self.written:%Y-%m-%d %H:%M} UTC) rests on other files; since then {files}."
        )


@dataclass(frozen=True)
class _Row:
    record: str
    as_of: dt.date
    written: dt.datetime
    inputs: str
    known: str


def said_on[D: Dated](forecasts: Iterable[D]) -> list[D]:
    """Return, for each day, the record that says what was said on it.

    Parameters
    ----------
    forecasts : iterable
        Records, by day and then in the order in which they were written.

    Returns
    -------
    list
        One a day.
    """
    return [_said(list(rows)) for _, rows in groupby(forecasts, key=lambda row: row.as_of)]


def _said[D: Dated](rows: Sequence[D]) -> D:
    closes = max(rows[0].as_of, rows[0].written.date())
    return [row for row in rows if row.written.date() <= closes][-1]


def changed_inputs(
    scenario: Scenario, ledger: Ledger, *, as_of: dt.date | None = None
) -> tuple[Changes, ...]:
    """Return where today's files would no longer give what was recorded, and which of them differ.

    A change that makes no difference on the day (a comment, a statement or an item dated later) is
    none.

    Parameters
    ----------
    scenario : Scenario
        As it is read today.
    ledger : Ledger
        The ledger.
    as_of : date, optional
        One recorded day only; default all.

    Returns
    -------
    tuple of Changes
        One a day on which something differs, by day.

    Raises
    ------
    LedgerError
        If the ledger cannot be read.
    """
    connection = ledger.to_read()
    if connection is None:
        return ()
    query = "SELECT id, as_of, written, inputs, known FROM records WHERE scenario = ?"
    query += " AND as_of = ?" if as_of else ""
    asked = (scenario.slug, as_of.isoformat()) if as_of else (scenario.slug,)
    found = []
    with complaints(ledger.file), closing(connection):
        rows = [
            _Row(name, dt.date.fromisoformat(day), dt.datetime.fromisoformat(at), inputs, known)
            for name, day, at, inputs, known in connection.execute(
                f"{query} ORDER BY as_of, number", asked
            )
        ]
        for row in said_on(rows):
            if content_hash(known_text(as_known(scenario, row.as_of))) == row.known:
                continue
            stored = connection.execute("SELECT content FROM texts WHERE hash = ?", (row.inputs,))
            changes = _compare(row, scenario, from_json((stored.fetchone() or ["{}"])[0]))
            if changes is not None:
                found.append(changes)
    return tuple(found)


def _compare(row: _Row, scenario: Scenario, then: dict[str, str]) -> Changes | None:
    now = {path: content_hash(text) for path, text in files_on(scenario, row.as_of).items()}
    changed = tuple(p for p in now if p in then and now[p] != then[p])
    added = tuple(p for p in now if p not in then)
    removed = tuple(p for p in then if p not in now)
    if not (changed or added or removed):
        return None  # the files are the same; what they mean to a newer estimative is not
    return Changes(row.as_of, row.record, row.written, changed, added, removed)
