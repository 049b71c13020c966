"""A sheet that came back, from .xlsx or .csv to its rows; nothing in the file is believed.

No formula is computed and no macro kept; whatever cannot be read as it stands is refused with its
place and the cure (tests/unit/test_sheets.py).
"""

import csv
import datetime as dt
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from estimative.errors import Problem, ScenarioError
from estimative.names import did_you_mean, listed
from estimative.sheets.tables import ANSWERED, ANSWERS, COLUMNS, Cell, Row, SheetTable, Value

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SPELLED = {
    "outcome": "question",
    "your_name": "expert",
    "name": "expert",
    "forecaster": "expert",
    "answered_on": "forecast_date",
    "date": "forecast_date",
}
"""Other headings, and what they are read as where nothing else is."""
MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 200 * 1024 * 1024
MOST_ROWS = 20_000
HEADING_WITHIN = 40  # rows
OLD_OR_LOCKED = bytes.fromhex("d0cf11e0")  # how .xls begins, and what is encrypted


def read_table(path: Path) -> SheetTable:
    """Read a sheet.

    Parameters
    ----------
    path : Path
        A .xlsx or .csv file.

    Returns
    -------
    SheetTable
        Its rows, with what is wrong in single cells.

    Raises
    ------
    ScenarioError
        If it cannot be read as a sheet at all.
    """
    if path.is_dir():
        raise _refused(path, "is a folder; name the files in it")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _refused(
                path, f"is larger than {MOST_BYTES >> 20} MB; a sheet has some kilobytes"
            )
        content = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}; give a .xlsx or .csv file"
        raise _refused(path, message) from error
    table = SheetTable(path.name, hashlib.sha256(content).hexdigest())
    kind = path.suffix.lower()
    if kind == ".csv":
        rows = _csv_rows(path, content, table)
    elif kind == ".xlsx":
        rows = _xlsx_rows(path, content, table)
    else:
        came = f"ends in '{path.suffix}'" if kind else "has no ending"
        raise _refused(path, f"{came}; save it as .xlsx, without macros, or as CSV UTF-8")
    _arrange(rows, table)
    return table


def _refused(path: Path, message: str) -> ScenarioError:
    return ScenarioError([Problem(path.name, 0, message)])


def _csv_rows(path: Path, content: bytes, table: SheetTable) -> list[list[Cell]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text (at byte {error.start}); save it as CSV UTF-8"
        raise _refused(path, message) from None
    first = text.split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows, before = [], 0
    try:
        for row in reader:
            rows.append([Cell("", before + 1, _unescaped(cell)) for cell in row])
            before = reader.line_num
    except csv.Error as error:
        message = f"cannot be taken apart ({error}); close every quotation mark"
        raise ScenarioError([Problem(path.name, before + 1, message)]) from None
    return rows


def _unescaped(text: str) -> str | None:
    """Return a text without the apostrophe by which a formula was made a text."""
    text = text.strip()
    return (text[1:] if re.match(r"'[-=+@]", text) else text) or None


def _xlsx_rows(path: Path, content: bytes, table: SheetTable) -> list[list[Cell]]:
    _check_container(path, content)
    import warnings

    from openpyxl import load_workbook
    from openpyxl.worksheet.worksheet import Worksheet

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl leaves out: pictures and the like
            book = load_workbook(io.BytesIO(content), keep_links=False)
    except Exception as error:  # whatever a broken file leads it to
        message = "is no workbook that can be read; open it and save it again as .xlsx"
        raise _refused(path, message) from error
    sheets = {sheet.title: sheet for sheet in book.worksheets if isinstance(sheet, Worksheet)}
    if ANSWERS not in sheets and len(sheets) != 1:
        like = did_you_mean(ANSWERS, sheets)
        message = f"holds no worksheet '{ANSWERS}'{like} (there are: {listed(sheets, 'and')})"
        raise _refused(path, f"{message}; the answers are read from it, so name one so")
    sheet = sheets.get(ANSWERS) or next(iter(sheets.values()))
    table.worksheet = sheet.title
    return list(_cells_of(sheet, path, table))


def _check_container(path: Path, content: bytes) -> None:
    """Refuse what is no plain .xlsx, before anything in it is looked at."""
    if content.startswith(OLD_OR_LOCKED):
        message = "is protected by a password, or an old .xls; save it as .xlsx without a password"
        raise _refused(path, message)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            inside = packed.infolist()
    except (zipfile.BadZipFile, ValueError):
        message = "is damaged, or no .xlsx; open it and save it again as .xlsx"
        raise _refused(path, message) from None
    if any(part.filename.endswith("vbaProject.bin") for part in inside):
        raise _refused(path, "holds macros; save it as .xlsx, without them")
    if sum(part.file_size for part in inside) > MOST_UNPACKED:
        raise _refused(
            path, f"unpacks to more than {MOST_UNPACKED >> 20} MB; it is no sheet of ours"
        )


def _cells_of(sheet: "Worksheet", path: Path, table: SheetTable) -> Iterator[list[Cell]]:
    if sheet.max_row > MOST_ROWS:
        # far-off formats make a sheet long; what lies beyond is looked at for answers only
        beyond = sheet.iter_rows(min_row=MOST_ROWS + 1, max_col=40, values_only=True)
        if any(any(value is not None for value in row) for row in beyond):
            raise _refused(path, f"has answers below row {MOST_ROWS:,}; part it into several files")
    for row in sheet.iter_rows(max_row=min(sheet.max_row, MOST_ROWS), max_col=40):
        cells = []
        for cell in row:
            value, fault = cell.value, ""
            if cell.data_type == "f":
                written = value if isinstance(value, str) else "of an array"
                fault = f"holds a formula ({written[:40]}), and none is computed; write its value"
            elif cell.data_type == "e":
                fault = f"holds the error {value}; mend it"
            percent = "%" in (getattr(cell, "number_format", "") or "")
            value = None if fault else _plain(value)
            cells.append(Cell(cell.coordinate, cell.row, value, percent, fault))
        yield cells
    for merged in sheet.merged_cells.ranges:
        if merged.size["rows"] > 1:
            table.merged[sheet.cell(merged.min_row, merged.min_col).coordinate] = merged.coord


def _plain(value: object) -> Value:
    match value:
        case None:
            return None
        case bool():
            return str(value).lower()
        case int() | float():
            return float(value)
        case dt.datetime():
            return value.date()
        case dt.date():
            return value
        case _:
            return " ".join(str(value).split()) or None


def _heading(text: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"\(.*?\)", "", text).casefold()).strip("_")


def _arrange(rows: list[list[Cell]], table: SheetTable) -> None:
    """Find the line of headings, what stands above it, and the rows below it."""
    at, columns = _columns(rows, table)
    for row in rows[:at]:
        label = _heading(row[0].text) if row else ""
        label = SPELLED.get(label, label)
        if label in COLUMNS and len(row) > 1:
            table.head.setdefault(label, row[1])
            _check_cell(row[1], table)
    for row in rows[at + 1 :]:
        cells = {name: row[j] for name, j in columns.items() if j < len(row)}
        if not table.worksheet:
            cells = {n: Cell(n, c.line, c.value, c.percent) for n, c in cells.items()}
        for cell in cells.values():
            _check_cell(cell, table)
        if any(cell.value is not None for cell in cells.values()):
            table.rows.append(Row(row[0].line, cells))
    if not table.rows:
        table.refuse(at + 1, "no row stands below the headings; write a question in each")


def _check_cell(cell: Cell, table: SheetTable) -> None:
    """Refuse a cell that is read, if nothing can be read from it, or it stands for several rows."""
    if cell.fault:
        table.refuse(cell, cell.fault)
    if cell.place in table.merged and cell.value is not None:
        message = f"is merged ({table.merged[cell.place]}); part it, and answer each row"
        table.refuse(cell, message)


def _columns(rows: list[list[Cell]], table: SheetTable) -> tuple[int, dict[str, int]]:
    """Return the place of the line of headings, and the place in it of every column."""
    best: list[str] = []
    for at, row in enumerate(rows[:HEADING_WITHIN]):
        written = [_heading(cell.text) for cell in row]
        named = {SPELLED.get(name, name) for name in written}
        if "question" in named and named & set(ANSWERED):
            return at, _placed(row, written, table)
        best = max(best, [cell.text for cell in row if cell.text], key=len)
    needed = f"a line of headings with question and {listed(ANSWERED)}"
    came = f"; there are: {listed(best[:12], 'and')[:200]}" if best else "; it is empty"
    near = next(
        filter(None, (did_you_mean(name, best) for name in ("question", "probability"))), ""
    )
    message = f"has no {needed.removeprefix('a ')}{came}{near}"
    raise ScenarioError([*table.problems, Problem(table.file, 0, message)])


def _placed(row: list[Cell], written: list[str], table: SheetTable) -> dict[str, int]:
    columns: dict[str, int] = {}
    for j, name in enumerate(written):
        known = SPELLED.get(name, name)
        if known != name and known in written:
            table.unused.append(row[j].text)
        elif known not in COLUMNS:
            table.unused += [row[j].text] if name else []
        elif known in columns:
            table.refuse(row[j].line, f"two columns '{row[j].text}'; leave one")
        else:
            columns[known] = j
    return columns
