"""What a sheet holds when it comes back: cells with their places, in rows that name a question."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from estimative.errors import Problem

ANSWERS = "Answers"
"""The worksheet that is filled in."""
OPEN = ("probability", "low", "high", "words", "reason", "source")
"""Columns that an expert fills in."""
ANSWERED = ("probability", "low", "high", "words")
"""Columns of which at least one must be there."""
COLUMNS = (
    *("question", "expert", *ANSWERED, "reason", "source", "forecast_date"),
    *("title", "definition", "window", "asked", "first_round"),
    *("sheet", "scenario", "as_of", "round"),
)
"""Columns that are read."""
type Value = str | float | dt.date | None


@dataclass(frozen=True)
class Cell:
    """One cell.

    Attributes
    ----------
    place : str
        Such as `B7`, or in a CSV file the column's heading.
    line : int
        Its row, from 1.
    value : str, float, date or None
        As it stands; texts without spaces around them, None for an empty one.
    percent : bool
        Whether a number is shown as per cents.
    fault : str
        Why nothing can be read from it, and what to do.
    """

    place: str
    line: int
    value: Value
    percent: bool = False
    fault: str = ""

    @property
    def text(self) -> str:
        """What stands there, in words."""
        if isinstance(self.value, float):
            return f"{self.value:.10g}"
        return str(self.value) if self.value is not None else ""


@dataclass(frozen=True)
class Row:
    """One row of answers: its cells by column."""

    line: int
    cells: Mapping[str, Cell]

    def text(self, column: str) -> str:
        """Return what stands in a column; empty where there is none.

        Parameters
        ----------
        column : str
            One of `COLUMNS`.

        Returns
        -------
        str
            The text.
        """
        return self.cells[column].text if column in self.cells else ""


@dataclass
class SheetTable:
    """One file that came back.

    Attributes
    ----------
    file : str
        Its name.
    sha256 : str
        Of its bytes.
    worksheet : str
        Which one was read; empty for CSV.
    head : dict of str to Cell
        What stands above the table of an .xlsx, by column.
    rows : list of Row
        The rows that name a question.
    unused : list of str
        Headings of columns that are not read.
    merged : dict of str to str
        Cells that stand for several rows, and which.
    problems : list of Problem
        What is wrong with cells.
    """

    file: str
    sha256: str
    worksheet: str = ""
    head: dict[str, Cell] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    merged: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, cell: Cell | int, message: str) -> None:
        """Keep a problem of a cell or of a line.

        Parameters
        ----------
        cell : Cell or int
            Where.
        message : str
            What came, what is allowed, and what to do.
        """
        if isinstance(cell, int):
            self.problems.append(Problem(self.file, cell, message))
        else:
            self.problems.append(Problem(self.file, cell.line, f"{cell.place}: {message}"))

    def told(self, row: Row, column: str) -> Cell | None:
        """Return the cell of a row, or that above the table which stands for all rows.

        Parameters
        ----------
        row : Row
            The row.
        column : str
            One of `COLUMNS`.

        Returns
        -------
        Cell or None
            None if neither says anything.
        """
        for cell in (row.cells.get(column), self.head.get(column)):
            if cell is not None and cell.value is not None:
                return cell
        return None
