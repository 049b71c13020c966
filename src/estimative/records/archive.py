"""Questions to the ledger, asked through SQLAlchemy, whose tables are read off the file itself.

Each question sees one state of the ledger, whoever writes meanwhile.
"""

import datetime as dt
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from estimative.errors import LedgerError
from estimative.inputs import canonical
from estimative.records.entry import COLUMNS, TEXTS
from estimative.records.ledger import DAMAGED, Ledger, complaint

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData, Select, Table

JSON = ("settings", "versions", "results", "diagnostics")
SCHEMA = {"records": (*COLUMNS, "chain"), "texts": ("hash", "content"), "head": ("number", "chain")}
CHUNK = 500  # rows in memory at a time
LOOK = "look what was changed with `estimative history --verify`"


@dataclass(frozen=True)
class Past:
    """A forecast as it was recorded.

    Attributes
    ----------
    number : int
        Its place in the ledger, from 1.
    record : str
        Its id.
    scenario, model : str
        The scenario's slug and the model's name.
    as_of : date
        The day it speaks as of.
    written : datetime
        When it was first written down, UTC.
    seed, interval
        As asked for.
    known : str
        The hash of the scenario as known on the day.
    results : str
        JSON.
    """

    number: int
    record: str
    scenario: str
    model: str
    as_of: dt.date
    written: dt.datetime
    seed: int
    interval: float
    known: str = field(repr=False)
    results: str = field(repr=False)

    @property
    def outcomes(self) -> tuple[Mapping[str, Any], ...]:
        """One mapping an outcome, as `Forecast.records` gave them; not kept, for there are many."""
        try:
            return tuple(from_json(self.results)["outcomes"])
        except (ValueError, KeyError, TypeError) as error:
            raise LedgerError(f"record {self.record} is damaged; {LOOK}") from error


def past(
    scenario: str,
    ledger: Ledger,
    *,
    since: dt.date | None = None,
    until: dt.date | None = None,
    model: str | None = None,
    record: str | None = None,
) -> list[Past]:
    """Return the recorded forecasts of a scenario.

    Parameters
    ----------
    scenario : str
        Its slug.
    ledger : Ledger
        The ledger.
    since, until : date, optional
        Only those as of a day in between, both inclusive.
    model : str, optional
        Only those of a model.
    record : str, optional
        Only those whose id begins so.

    Returns
    -------
    list of Past
        By day, then in the order in which they were written.

    Raises
    ------
    LedgerError
        If the ledger cannot be read.
    """
    from sqlalchemy import select

    with reading(ledger) as (connection, tables):
        if connection is None:
            return []
        rows = tables.tables["records"].c
        names = ["number", "id", "scenario", "model", "as_of", "written", "seed", "interval"]
        chosen = select(*(rows[name] for name in [*names, "known", "results"]))
        chosen = chosen.where(rows.scenario == scenario).order_by(rows.as_of, rows.number)
        chosen = chosen.where(rows.as_of >= since.isoformat()) if since else chosen
        chosen = chosen.where(rows.as_of <= until.isoformat()) if until else chosen
        chosen = chosen.where(rows.model == model) if model else chosen
        chosen = chosen.where(rows.id.startswith(record, autoescape=True)) if record else chosen
        day, moment = dt.date.fromisoformat, dt.datetime.fromisoformat
        return [
            Past(n, name, slug, by, day(on), moment(at), int(seed), mass, known, results)
            for n, name, slug, by, on, at, seed, mass, known, results in connection.execute(chosen)
        ]


def texts(ledger: Ledger, hashes: set[str]) -> dict[str, str]:
    """Return texts by their hashes.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    hashes : set of str
        As records name them.

    Returns
    -------
    dict of str to str
        Those that there are.
    """
    with reading(ledger) as (connection, tables):
        if connection is None:
            return {}
        return _contents(connection, tables.tables["texts"], hashes)


def scenarios(ledger: Ledger) -> list[dict[str, Any]]:
    """Return what the ledger holds: for each scenario, how many records, of which days, from when.

    Parameters
    ----------
    ledger : Ledger
        The ledger.

    Returns
    -------
    list of dict
        `scenario`, `records`, `first`, `last` (days) and `written` (the newest).
    """
    from sqlalchemy import func, select

    with reading(ledger) as (connection, tables):
        if connection is None:
            return []
        rows = tables.tables["records"].c
        columns = [
            rows.scenario,
            func.count().label("records"),
            func.min(rows.as_of).label("first"),
            func.max(rows.as_of).label("last"),
            func.max(rows.written).label("written"),
        ]
        found = connection.execute(select(*columns).group_by(rows.scenario).order_by(rows.scenario))
        return [dict(row._mapping) for row in found]


def json_lines(ledger: Ledger, *, scenario: str | None = None) -> Iterator[str]:
    """Yield the ledger as lines of JSON: of `kind: seal`, `record`, then their texts, `text`.

    Parameters
    ----------
    ledger : Ledger
        The ledger.
    scenario : str, optional
        Only one scenario's.

    Yields
    ------
    str
        A line, without its end.
    """
    from sqlalchemy import select

    with reading(ledger) as (connection, tables):
        if connection is None:
            return
        records, stored = tables.tables["records"], tables.tables["texts"]
        chosen = select(records).order_by(records.c.number)
        chosen = chosen.where(records.c.scenario == scenario) if scenario else chosen
        if "seals" in tables.tables:
            seals = tables.tables["seals"]
            whole = select(seals).order_by(seals.c.number)
            for row in each(
                connection, whole.where(seals.c.scenario == scenario) if scenario else whole
            ):
                yield canonical({"kind": "seal"} | row | {"content": from_json(row["content"])})
        named: set[str] = set()
        lists: set[str] = set()
        for row in each(connection, chosen):
            named |= {row[column] for column in TEXTS}
            lists.add(row["inputs"])
            parsed = {column: from_json(row[column]) for column in JSON}
            yield canonical({"kind": "record"} | row | parsed)
        for listed in _contents(connection, stored, lists).values():
            named.update(from_json(listed).values())
        for row in each(connection, select(stored).order_by(stored.c.hash)):
            if scenario is None or row["hash"] in named:
                yield canonical({"kind": "text"} | row)


def each(connection: "Connection", chosen: "Select[Any]") -> Iterator[dict[str, Any]]:
    """Yield rows some at a time, so that memory stays flat.

    Parameters
    ----------
    connection : Connection
        To the ledger.
    chosen : Select
        Which rows.

    Yields
    ------
    dict
        Values by column.
    """
    for row in connection.execution_options(yield_per=CHUNK).execute(chosen):
        yield dict(row._mapping)


def _contents(connection: "Connection", stored: "Table", hashes: set[str]) -> dict[str, str]:
    from sqlalchemy import select

    found: dict[str, str] = {}
    wanted = sorted(hashes)
    for at in range(0, len(wanted), CHUNK):
        some = select(stored).where(stored.c.hash.in_(wanted[at : at + CHUNK]))
        found |= {row.hash: row.content for row in connection.execute(some)}
    return found


@contextmanager
def reading(ledger: Ledger) -> Iterator[tuple["Connection | None", "MetaData"]]:
    """Open a ledger to ask it something.

    Parameters
    ----------
    ledger : Ledger
        The ledger.

    Yields
    ------
    tuple of (Connection or None, MetaData)
        A connection that sees one state of the ledger, None if there is no file, and its tables.

    Raises
    ------
    LedgerError
        If it cannot be read.
    """
    from sqlalchemy import MetaData, NullPool, create_engine
    from sqlalchemy.exc import DBAPIError

    opened, tables = ledger.to_read(), MetaData()
    if opened is None:
        yield None, tables
        return
    engine = create_engine("sqlite://", creator=lambda: opened, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            tables.reflect(connection, resolve_fks=False)
            _check(ledger, tables)
            yield connection, tables
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise complaint(ledger.file, error.orig) from error
        raise
    except ValueError as error:
        raise LedgerError(f"{ledger.file}: a record cannot be read; {LOOK}") from error
    finally:
        engine.dispose()
        opened.close()


def _check(ledger: Ledger, tables: "MetaData") -> None:
    known = {name: set(table.columns.keys()) for name, table in tables.tables.items()}
    for name, columns in SCHEMA.items():
        if not set(columns) <= known.get(name, set()):
            raise LedgerError(f"{ledger.file}: table {name} is not as it should be; {DAMAGED}")
