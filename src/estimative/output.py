"""How an answer leaves the program: as text, JSON or CSV, to whatever the output can show.

A reader may close the pipe, the disk may be full, the terminal may know no dash: none of these is a
fault to trace back (tests/system/test_cli.py).
"""

import contextlib
import csv
import io
import json
import math
import os
import shutil
import sys
from collections.abc import Mapping, Sequence

from estimative.errors import LedgerError
from estimative.results import Answer

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None


class ReaderGoneError(Exception):
    """Who read the output has seen enough and closed the pipe."""


def print_answer(answer: Answer, *, as_json: bool = False, as_csv: bool = False) -> None:
    """Print an answer as a table, or its records as JSON or CSV.

    Parameters
    ----------
    answer : Answer
        What was computed.
    as_json, as_csv : bool
        The form; a table if neither.
    """
    if as_json:
        print_json(answer.records())
    elif as_csv:
        print_csv(answer.records())
    else:
        print_text(answer.text(shutil.get_terminal_size((100, 24)).columns))


def print_json(value: object) -> None:
    """Print a value as JSON, which never holds NaN or infinity.

    Parameters
    ----------
    value : object
        Mappings, sequences, numbers and words, nested.
    """
    text = json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False)
    print_text(text if _printable(text) else json.dumps(plain(value), indent=2, allow_nan=False))


def print_csv(records: Sequence[Mapping[str, object]]) -> None:
    """Print records as CSV with a line of headings.

    Parameters
    ----------
    records : sequence of mappings
        All with the same keys.
    """
    rows = [flat(record) for record in records]
    file = io.StringIO()
    writer = csv.DictWriter(file, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    print_text(file.getvalue().removesuffix("\n"))


def print_text(text: str) -> None:
    """Print a text in the characters that the output has.

    Parameters
    ----------
    text : str
        Lines.

    Raises
    ------
    ReaderGoneError
        If the reader closed the pipe.
    LedgerError
        If the output cannot be written, as on a full disk.
    """
    if not _printable(text):
        text = text.replace("─", "-")
        text = text.encode(sys.stdout.encoding, "replace").decode(sys.stdout.encoding)
    try:
        print(text, flush=True)
    except OSError as error:
        with contextlib.suppress(OSError, ValueError):  # what is still buffered has nowhere to go
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            raise ReaderGoneError from error
        raise LedgerError(f"the answer cannot be written: {error.strerror}") from error


def say(line: str) -> None:
    """Print a line on stderr, if anybody can hear it.

    Parameters
    ----------
    line : str
        A warning, an error or a line of progress.
    """
    with contextlib.suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def plain(value: object) -> Json:
    """Return a value as JSON can hold it.

    Parameters
    ----------
    value : object
        Mappings, sequences, numbers and words, nested.

    Returns
    -------
    Json
        The same; what is not finite becomes None, and what JSON does not know its text.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return float(value) if math.isfinite(value) else None
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case Sequence():
            return [plain(item) for item in value]
        case _ if hasattr(value, "tolist"):  # an array or a number of NumPy
            return plain(value.tolist())
        case _:
            return str(value)


def flat(record: Mapping[str, object]) -> dict[str, str]:
    """Return a record as a row of CSV: lists as `a; b`, mappings as `a=1; b=2`.

    Parameters
    ----------
    record : mapping
        One of `Answer.records()`.

    Returns
    -------
    dict of str to str
        Nothing for None and for what is not finite.
    """
    return {key: _cell(plain(value)) for key, value in record.items()}


def _cell(value: Json) -> str:
    match value:
        case None:
            return ""
        case dict():
            return "; ".join(f"{key}={_cell(item)}" for key, item in value.items())
        case list():
            return "; ".join(map(_cell, value))
        case _:
            return str(value)


def _printable(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return False
    return True
