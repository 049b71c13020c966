"""Tables of past forecasts: who said what of which question and when, and how it ended.

Everything is checked at this one door, so that pools, records and backtests need check nothing
(tests/unit/test_forecast_tables.py has the table of mistakes).
"""

import contextlib
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from estimative.errors import Problem, ScenarioError
from estimative.names import did_you_mean, listed

if TYPE_CHECKING:
    import pandas as pd

REQUIRED = ("expert", "question", "probability")
COLUMNS = (*REQUIRED, "forecast_date", "outcome", "resolved_date")
#: What stands for nobody in particular: each such forecast is another person's.
UNNAMED = frozenset({"", "NA", "N/A", "NaN", "nan", "<NA>", "anonymous"})
ENDED = {"0": 0.0, "no": 0.0, "false": 0.0, "1": 1.0, "yes": 1.0, "true": 1.0}
DAYS = "datetime64[s]"
MIDNIGHT = " 00:00:00"  # what a day in a sheet or a DataFrame says besides
MOST_SHOWN = 10  # problems of one kind that are listed one by one

_EMPTY = frozenset({"", "na", "n/a", "nan", "nat", "none", "<na>"})
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?")

type Cells = list[list[str]]


def read_forecasts(source: "str | Path | pd.DataFrame") -> "pd.DataFrame":
    """Read and check a table of forecasts.

    It has the columns `expert`, `question`, `probability` and may have `forecast_date`, `outcome`
    and `resolved_date`; others are ignored. An expert may speak of a question more than once. What
    one row says of how a question ended holds for all rows of it.

    Parameters
    ----------
    source : str, Path or DataFrame
        A CSV file (UTF-8, commas), the first sheet of an .xlsx file, or a table of this kind.

    Returns
    -------
    DataFrame
        The rows in their order: `expert` and `question` as text; `probability` in [0, 1], also
        where the file says `70%`; `forecast_date` and `resolved_date` as days (`datetime64`, NaT
        where there is none; of several days on which a question was resolved the last);
        `outcome` 1.0, 0.0 or, as long as it is open, NaN. Where an expert is not named or is `NA`,
        each forecast has an expert of its own.

    Raises
    ------
    ScenarioError
        With everything that is wrong, by file and line; of a DataFrame by row, counted from 1.
    """
    problems: list[Problem] = []
    name, lines, header, rows = _cells(source, problems)
    place = _columns(name, header)
    if not rows and not problems:
        problems.append(Problem(name, 0, "holds no forecast; add rows below the headings"))
    columns: dict[str, list[str]] = {}
    for column in COLUMNS:
        at = place.get(column)
        columns[column] = [""] * len(rows) if at is None else [row[at].strip() for row in rows]
    table = _typed(columns, name, lines, problems)
    _agree(table, name, lines, problems)
    if problems:
        raise ScenarioError(problems)
    return table


def _cells(
    source: "str | Path | pd.DataFrame", problems: list[Problem]
) -> tuple[str, list[int], list[str], Cells]:
    """Return a name, and every cell as text: lines, headings, rows that are not empty."""
    if not isinstance(source, str | Path):
        return _frame_cells("frame", source, 1)
    path = Path(source)
    name = path.as_posix()
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"cannot be read: {error.strerror}; give a .csv or .xlsx file of forecasts"
        raise ScenarioError([Problem(name, 0, message)]) from error
    if path.suffix.lower() == ".xlsx":
        import pandas as pd

        try:
            sheet = pd.read_excel(io.BytesIO(content), dtype=object, keep_default_na=False)
        except Exception as error:
            message = "is no workbook that can be read; save it again, or as CSV UTF-8"
            raise ScenarioError([Problem(name, 0, message)]) from error
        return _frame_cells(name, sheet, 2)
    return _text_cells(name, content, problems)


def _frame_cells(
    name: str, frame: "pd.DataFrame", first: int
) -> tuple[str, list[int], list[str], Cells]:
    header = [str(column).strip() for column in frame.columns]
    columns = [_as_text(frame.iloc[:, i]) for i in range(len(header))]
    found = [(n, list(row)) for n, row in enumerate(zip(*columns, strict=True), first) if any(row)]
    return name, [n for n, _ in found], header, [row for _, row in found]


def _as_text(column: "pd.Series") -> list[str]:
    """Return a column's cells as a CSV has them: whole numbers without a point, days alone."""
    if column.dtype.kind == "f" and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    texts = map(str, column)
    absent = column.isna()
    return ["" if no else t.removesuffix(MIDNIGHT) for t, no in zip(texts, absent, strict=True)]


def _text_cells(
    name: str, content: bytes, problems: list[Problem]
) -> tuple[str, list[int], list[str], Cells]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text; save it as CSV UTF-8"
        raise ScenarioError([Problem(name, line, message)]) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    found: list[tuple[int, list[str]]] = []
    before = 0
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                found.append((before + 1, row))
            before = reader.line_num
    except csv.Error as error:
        message = f"cannot be taken apart ({error}); close every quotation mark"
        problems.append(Problem(name, before + 1, message))
    header = [cell.strip() for cell in found[0][1]] if found else []
    message = f"where there are {len(header)} headings; put a cell that holds a comma in quotation"
    wrong = [
        Problem(name, line, f"{len(row)} cells {message} marks")
        for line, row in found[1:]
        if len(row) != len(header)
    ]
    problems.extend(_few(wrong))
    sound = [(line, row) for line, row in found[1:] if len(row) == len(header)]
    return name, [line for line, _ in sound], header, [row for _, row in sound]


def _columns(name: str, header: Sequence[str]) -> dict[str, int]:
    """Return where each column stands; the headings' case does not count."""
    spelled = [heading.casefold() for heading in header]
    problems = []
    if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
        mark = "semicolons" if ";" in header[0] else "tabs"
        message = f"its cells are parted by {mark}; save it as CSV with commas and decimal points"
        raise ScenarioError([Problem(name, 1, message)])
    for column in REQUIRED:
        if column not in spelled:
            came = f"there are: {listed(header, 'and')}" if header else "there are no headings"
            like = did_you_mean(column, [h for h in header if h.casefold() not in COLUMNS])
            message = f"no column '{column}'{like} ({came}); the first line names"
            problems.append(Problem(name, 1, f"{message} {listed(COLUMNS, 'and')}"))
    for column in COLUMNS:
        if spelled.count(column) > 1:
            problems.append(Problem(name, 1, f"two columns '{column}'; leave one"))
    if problems:
        raise ScenarioError(problems)
    return {column: spelled.index(column) for column in COLUMNS if column in spelled}


def _typed(
    columns: dict[str, list[str]], name: str, lines: Sequence[int], problems: list[Problem]
) -> "pd.DataFrame":
    """Return the columns as numbers, days and names."""
    import pandas as pd

    def taken[T](column: str, take: Callable[[str], T | None]) -> list[T | None]:
        """Return a column's values; what is wrong is put to the problems.

        Parameters
        ----------
        column : str
            Its name.
        take : callable
            From a cell to a value; raises ValueError with what is wrong.

        Returns
        -------
        list
            None where a cell is wrong.
        """
        known: dict[str, T | None] = {}
        values: list[T | None] = []
        wrong = []
        for line, cell in zip(lines, columns[column], strict=True):
            try:
                if cell not in known:
                    known[cell] = take(cell)
                values.append(known[cell])
            except ValueError as error:
                values.append(None)
                wrong.append(Problem(name, line, str(error)))
        problems.extend(_few(wrong))
        return values

    questions = taken("question", _question)
    days = {c: taken(c, partial(_day, column=c)) for c in ("forecast_date", "resolved_date")}
    table = {
        "expert": list(_named(columns["expert"], questions)),
        "question": questions,
        "probability": np.array(taken("probability", _probability), dtype=float),
        "forecast_date": np.array(days["forecast_date"], dtype=DAYS),
        "outcome": np.array(taken("outcome", _outcome), dtype=float),
        "resolved_date": np.array(days["resolved_date"], dtype=DAYS),
    }
    return pd.DataFrame(table)


def _question(cell: str) -> str:
    if not cell:
        raise ValueError("no question; name it, in whatever words, the same in all its rows")
    return cell


def _named(experts: Sequence[str], questions: Sequence[str | None]) -> Iterator[str]:
    """Give those who are not named a name each, which no other question's have."""
    met: dict[str | None, int] = {}
    for expert, question in zip(experts, questions, strict=True):
        if expert in UNNAMED:
            met[question] = met.get(question, 0) + 1
            expert = f"unnamed {met[question]} of {question}"
        yield expert


def _probability(cell: str) -> float:
    number = cell.removesuffix("%").rstrip()
    allowed = "write a number from 0 to 1, as 0.7, or per cents, as 70%"
    if not cell:
        raise ValueError(f"no probability; {allowed}")
    if not _NUMBER.fullmatch(number.lower()):
        raise ValueError(f"probability '{cell[:40]}' is no number; {allowed}")
    value = float(number) / (100 if cell.endswith("%") else 1)
    if not 0 <= value <= 1:
        raise ValueError(f"probability {cell} is not between 0 and 1; {allowed}")
    return value


def _outcome(cell: str) -> float | None:
    word = cell.lower().removesuffix(".0")
    if word in _EMPTY:
        return None
    if word not in ENDED:
        raise ValueError(
            f"outcome '{cell[:40]}' is none; write 1 if it happened, 0 if not, and leave it empty"
            " while it is open or if it was never settled"
        )
    return ENDED[word]


def _day(cell: str, column: str) -> np.datetime64 | None:
    if cell.lower() in _EMPTY:
        return None
    if _DAY.fullmatch(cell):
        with contextlib.suppress(ValueError):  # the thirteenth month
            return np.datetime64(cell[:10])
    raise ValueError(f"{column} '{cell[:40]}' is no day; write it as 2016-03-31")


def _agree(table: "pd.DataFrame", name: str, lines: Sequence[int], problems: list[Problem]) -> None:
    """Let what is known of a question's end hold for all its rows; two ends are a mistake."""
    by = table.groupby("question", sort=False)
    first = by["outcome"].transform("first")
    told = table["outcome"].notna() & first.notna()
    wrong = [
        Problem(
            name,
            lines[row],
            f"question '{table.question[row]}' ended as {table.outcome[row]:.0f} here and as"
            f" {first[row]:.0f} above; a question has one outcome, so mend one or name two",
        )
        for row in table.index[told & (table["outcome"] != first)]
    ]
    problems.extend(_few(wrong))
    table["outcome"] = first
    table["resolved_date"] = by["resolved_date"].transform("max")


def _few(problems: Sequence[Problem]) -> list[Problem]:
    """Return the first problems of a kind, the last of them saying how many more there are."""
    kept = list(problems[:MOST_SHOWN])
    if len(problems) > MOST_SHOWN:
        last, more = kept[-1], len(problems) - MOST_SHOWN
        kept[-1] = Problem(last.file, last.line, f"{last.message} (and {more} more such lines)")
    return kept
