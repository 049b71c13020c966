"""One file, `runs/ledger.sqlite`, to which records are only ever added, each in one transaction.

Writing uses the standard library's sqlite3, for SQLAlchemy costs a quarter of a second to import
and every forecast writes; all questions to the ledger are asked through SQLAlchemy
(`estimative.records.archive`).
"""

import datetime as dt
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from estimative.belief import Settings
from estimative.errors import LedgerError
from estimative.forecasting import Forecast
from estimative.records.entry import COLUMNS, SEAL_COLUMNS, Entry, Value, chained, entry_of
from estimative.records.migrations import MIGRATIONS
from estimative.scenario import Scenario

FILE = "ledger.sqlite"
UNWRITABLE = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_IOERR")  # or nothing can be beside it
PATIENCE = 30.0  # seconds to wait while another process writes

WRITABLE = "make the file and its folder writable, or leave the record out: --no-record"
BUSY = "another process is writing to it; end that one, then run again"
DAMAGED = "it is damaged; put back a copy, or move it away to begin a new one"
CURES = {
    "SQLITE_READONLY": WRITABLE,
    "SQLITE_CANTOPEN": WRITABLE,
    "SQLITE_PERM": WRITABLE,
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_FULL": "make room there, or leave the record out: --no-record",
    "SQLITE_IOERR": "the disk is full or fails, or lies on a network; make room there, or keep the"
    " workspace on a local disk",
    "SQLITE_NOTADB": "it is no ledger; move it away, and a new one is begun",
    "SQLITE_CORRUPT": DAMAGED,
}


@dataclass(frozen=True)
class Ledger:
    """Where forecasts are written down; nothing is touched before it is used.

    Attributes
    ----------
    file : Path
        The SQLite file; made by the first record.
    """

    file: Path

    def write(self, entries: Sequence[Entry], *, written: dt.datetime | None = None) -> int:
        """Add records, all in one transaction; what is there already is not written again.

        Parameters
        ----------
        entries : sequence of Entry
            What to write.
        written : datetime, optional
            When; default now.

        Returns
        -------
        int
            How many were new.

        Raises
        ------
        LedgerError
            If the file cannot be written, is damaged, or is of a newer version.
        """
        stamp = _stamp(written)
        with complaints(self.file), closing(self._to_write()) as connection:
            if all(_holds(connection, entry.id) for entry in entries):
                return 0
            with transaction(connection):
                return sum(_append(connection, entry, stamp) for entry in entries)

    def seal(self, row: Mapping[str, Value], *, written: dt.datetime | None = None) -> int:
        """Add a sealed entry to the chain.

        Parameters
        ----------
        row : mapping
            `scenario`, `what`, `as_of` and `content`.
        written : datetime, optional
            When; default now.

        Returns
        -------
        int
            Its number.

        Raises
        ------
        LedgerError
            As of `write`.
        """
        with (
            complaints(self.file),
            closing(self._to_write()) as connection,
            transaction(connection),
        ):
            return _chain_on(connection, "seals", SEAL_COLUMNS, {**row, "written": _stamp(written)})

    def to_read(self) -> sqlite3.Connection | None:
        """Return a connection that cannot write; None if there is no ledger.

        Returns
        -------
        sqlite3.Connection or None
            To be closed by the caller.

        Raises
        ------
        LedgerError
            If the file cannot be read, or is of a newer version.
        """
        if not self.file.exists():
            return None
        with complaints(self.file):
            try:
                with closing(_connect(self.file, "rw")) as connection:
                    old = self._version(connection) < len(MIGRATIONS)
            except sqlite3.OperationalError as error:
                if not error.sqlite_errorname.startswith(UNWRITABLE):
                    raise
                return self._as_it_lies()
            if old:
                self._to_write().close()
            connection = _connect(self.file, "rw")
            connection.execute("PRAGMA query_only = ON")
            return connection

    def _as_it_lies(self) -> sqlite3.Connection:
        """Return a connection that needs no file beside the ledger, where none can be made."""
        log = self.file.with_name(f"{self.file.name}-wal")
        if log.is_file() and log.stat().st_size:
            raise LedgerError(
                f"{self.file} cannot be read where it lies, for {log.name} holds records that are"
                " not in it yet; copy both into a folder that can be written to"
            )
        connection = _connect(self.file, "ro&immutable=1")
        self._version(connection)
        return connection

    def _to_write(self) -> sqlite3.Connection:
        """Return a connection to a ledger that exists and has the newest schema."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"{self.file} cannot be made: {error.strerror}; {WRITABLE}"
            raise LedgerError(message) from error
        connection = _connect(self.file, "rwc")
        try:
            if self._version(connection) < len(MIGRATIONS):
                _use_write_ahead_log(connection)
                self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _version(self, connection: sqlite3.Connection) -> int:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        if version > len(MIGRATIONS):
            raise LedgerError(
                f"{self.file} is of version {version} and this estimative knows up to"
                f" {len(MIGRATIONS)}; install a newer estimative, or move the file away"
            )
        return version

    def _migrate(self, connection: sqlite3.Connection) -> None:
        with transaction(connection):
            version = self._version(connection)  # another process may have been first
            if version == 0 and connection.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise LedgerError(f"{self.file} is no ledger of forecasts; move it away")
            for step in MIGRATIONS[version:]:
                for statement in _statements(step):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def open_ledger(folder: Path) -> Ledger:
    """Return the ledger of a workspace's `runs/`.

    Parameters
    ----------
    folder : Path
        `runs/`, as `runs_folder` returns it; it need not exist.

    Returns
    -------
    Ledger
        Its ledger.
    """
    return Ledger(folder / FILE)


def record(
    forecast: Forecast,
    ledger: Ledger,
    *,
    scenario: Scenario | None = None,
    settings: Settings | None = None,
    written: dt.datetime | None = None,
) -> str:
    """Write a forecast down, unless the same is written already.

    Parameters
    ----------
    forecast : Forecast
        What was said.
    ledger : Ledger
        Where to.
    scenario, settings
        As in `entry_of`.
    written : datetime, optional
        When; default now.

    Returns
    -------
    str
        The record's id.

    Raises
    ------
    LedgerError
        If it cannot be written.
    """
    entry = entry_of(forecast, scenario=scenario, settings=settings)
    ledger.write([entry], written=written)
    return entry.id


def complaint(file: Path, error: sqlite3.Error) -> LedgerError:
    """Return what to tell of an error of SQLite.

    Parameters
    ----------
    file : Path
        The ledger.
    error : sqlite3.Error
        What SQLite says.

    Returns
    -------
    LedgerError
        Says that, and what to do.
    """
    name = getattr(error, "sqlite_errorname", None) or ""
    kind = next((k for k in CURES if name.startswith(k)), "SQLITE_CORRUPT")
    return LedgerError(f"{file}: {error}; {CURES[kind]}")


@contextmanager
def complaints(file: Path) -> Iterator[None]:
    """Turn errors of SQLite into a `LedgerError` that says what to do.

    Parameters
    ----------
    file : Path
        The ledger.

    Raises
    ------
    LedgerError
        In place of any error of SQLite.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise complaint(file, error) from error


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all of it or nothing, with the right to write from the start.

    Parameters
    ----------
    connection : sqlite3.Connection
        Outside of any transaction.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    uri = f"{file.resolve().as_uri()}?mode={mode}"
    connection = sqlite3.connect(uri, uri=True, timeout=PATIENCE, isolation_level=None)
    try:
        connection.execute("PRAGMA synchronous = FULL")  # a record survives a power cut, too
    except BaseException:
        connection.close()
        raise
    return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    """Switch to WAL; SQLite does not wait here while another process does the same, so we do."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _statements(step: str) -> Iterator[str]:
    """Yield the statements of a migration; `executescript` would end our transaction first."""
    statement = ""
    for line in step.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _holds(connection: sqlite3.Connection, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM records WHERE id = ?", (name,)).fetchone()
    return found is not None


def _append(connection: sqlite3.Connection, entry: Entry, written: str) -> bool:
    """Add one record within a transaction; return whether it was new."""
    if _holds(connection, entry.id):
        return False
    connection.executemany("INSERT OR IGNORE INTO texts VALUES (?, ?)", entry.texts.items())
    _chain_on(connection, "records", COLUMNS, {**entry.__dict__, "written": written})
    return True


def _chain_on(
    connection: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    values: Mapping[str, Value],
) -> int:
    """Add one row at the end of the chain within a transaction; return its number."""
    head = connection.execute("SELECT number, chain FROM head").fetchone()
    if head is None:
        raise sqlite3.DatabaseError("the head of the chain is gone")
    count, previous = head
    numbered = {**values, "number": count + 1}
    row = [numbered[column] for column in columns]
    chain = chained(previous, row)
    places = ", ".join("?" * (len(columns) + 1))
    insert = f"INSERT INTO {table} ({', '.join(columns)}, chain) VALUES ({places})"
    connection.execute(insert, (*row, chain))
    connection.execute("UPDATE head SET number = ?, chain = ?", (count + 1, chain))
    return int(count) + 1


def _stamp(written: dt.datetime | None) -> str:
    """Return a time, or now, as it is written down: UTC."""
    moment = (written or dt.datetime.now(dt.UTC)).astimezone(dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
