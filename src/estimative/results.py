"""What every answer can do: be read as text, be shown in a notebook, become a table of numbers.

An answer says what it holds once, as a `Table`; rich prints it, a jinja2 template shows it, pandas takes its numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

HTML = """<div class="estimative">
{%- if table.title %}<p><b>{{ table.title }}</b></p>{% endif %}
<table><thead><tr>{% for c in table.columns %}<th style="text-align:left">{{ c }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in table.rows %}<tr>{% for cell in row %}<td style="text-align:left">{{ cell }}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>
{%- for note in table.notes %}<p>{{ note }}</p>{% endfor %}</div>"""


@dataclass(frozen=True)
class Table:
    """A table as a reader sees it.

    Attributes
    ----------
    title : str
        One line above it.
    columns : sequence of str
        Headings.
    rows : sequence of sequences of str
        Cells, as printed.
    notes : sequence of str
        Sentences below it.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()

    def text(self, width: int = 110) -> str:
        """Return the table as plain text.

        Parameters
        ----------
        width : int
            Characters a line may have.

        Returns
        -------
        str
            Lines, without colour.
        """
        from io import StringIO

        from rich import box
        from rich.console import Console
        from rich.table import Table as Grid

        grid = Grid(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
        for column in self.columns:
            numeric = column.endswith("%") or column in ("n", "weight", "k", "points")
            grid.add_column(column, justify="right" if numeric else "left", overflow="fold")
        for row in self.rows:
            grid.add_row(*row)
        console = Console(file=StringIO(), width=width, color_system=None, markup=False, emoji=False, highlight=False)
        if self.title:
            console.print(self.title, soft_wrap=False)
            console.print()
        console.print(grid)
        for note in self.notes:
            console.print(note)
        assert isinstance(console.file, StringIO)
        return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())

    def html(self) -> str:
        """Return the table as HTML; everything in it is escaped."""
        from jinja2 import Environment

        return Environment(autoescape=True).from_string(HTML).render(table=self)


class Answer:
    """Base of every answer: `str()` and notebooks show `tables()`, `to_frame()` gives `records()` as numbers."""

    def tables(self) -> Sequence[Table]:
        """Return what a reader sees."""
        raise NotImplementedError

    def records(self) -> Sequence[Mapping[str, Any]]:
        """Return one mapping a row: names to numbers and words, nothing rounded."""
        raise NotImplementedError

    def to_frame(self) -> "pd.DataFrame":
        """Return the rows as a DataFrame."""
        import pandas as pd

        return pd.DataFrame.from_records(list(self.records()))

    def text(self, width: int = 110) -> str:
        """Return the answer as plain text, in lines of at most `width` characters."""
        return "\n\n".join(table.text(width) for table in self.tables())

    def __str__(self) -> str:
        """Return the plain text."""
        return self.text()

    def _repr_html_(self) -> str:
        return "".join(table.html() for table in self.tables())


def percent(probability: float | None) -> str:
    """Return a probability as people read it: whole per cents, but never 0% or 100% for what is neither."""
    if probability is None:
        return "-"
    if 0 < probability < 0.005:
        return "<1%"
    if 0.995 <= probability < 1:
        return ">99%"
    return f"{probability:.0%}"


def points(move: float) -> str:
    """Return a move of a probability in percentage points, signed."""
    rounded = round(100 * move)
    return "0" if rounded == 0 else f"{rounded:+d}"
