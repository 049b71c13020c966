"""What every answer can do: be read as text, be shown in a notebook, become a table of numbers.

An answer says what it holds once, as a `Table`, which a terminal of any width and a notebook, light
or dark, can show (tests/unit/test_results.py).
"""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

GAP = "  "  # between columns
INDENT = "    "  # before the text below a row
WIDEST, NARROWEST = 120, 40  # characters a line may have
LONGEST_SENTENCE = 100  # characters a line of running text may have
LONGEST_WORD = 16  # characters of a word that a column keeps whole, should there be too little room

# no script of a notebook's takes what stands between two dollar signs for mathematics; a notebook
# that is not trusted drops style sheets, so what a table cannot do without stands at each cell
CELL = "text-align: left; vertical-align: top; padding: 0.25em 0.9em 0.25em 0"
NUMBER = CELL.replace("left", "right", 1)
BELOW = "text-align: left; padding: 0 0.9em 0.25em 1.2em; font-size: 92%"
HTML = """<div class="estimative tex2jax_ignore mathjax_ignore">
<style>
.estimative tbody tr {background: transparent !important}
.estimative table {border-collapse: collapse; margin: .4em 0 .6em; font-size: inherit}
.estimative th, .estimative td {white-space: pre-wrap; background: transparent; border: 0}
.estimative th.number, .estimative td.number {font-variant-numeric: tabular-nums}
.estimative td.number {white-space: nowrap}
.estimative thead th {font-weight: 600; border-bottom: 1px solid rgba(128, 128, 128, .6)}
.estimative tr.first td {border-top: 1px solid rgba(128, 128, 128, .25)}
.estimative td.below {opacity: .7}
.estimative p {margin: .2em 0; max-width: 56em; line-height: 1.4}
.estimative p.note {opacity: .7; font-size: .92em}
</style>
{%- for line in heading %}
<p>{% if loop.first %}<b>{{ line }}</b>{% else %}{{ line }}{% endif %}</p>
{%- endfor %}
{%- if table.rows %}
<table>
<thead><tr>
{%- for name in table.columns %}<th scope="col"{{ looks[loop.index0] }}>{{ name }}</th>{% endfor -%}
</tr></thead>
<tbody>
{%- for row in table.rows %}
<tr class="first">
{%- for cell in row %}<td{{ looks[loop.index0] }}>{{ cell }}</td>{% endfor %}</tr>
{%- if table.below and table.below[loop.index0] %}
<tr><td class="below" style="{{ below }}" colspan="{{ row | length }}">
{{- table.below[loop.index0] }}</td></tr>
{%- endif %}
{%- endfor %}
</tbody></table>
{%- endif %}
{%- for note in table.notes %}
<p class="note">{{ note }}</p>
{%- endfor %}
</div>
"""

_NUMBER = re.compile(r"[~<>]?[-+]?[\d,.]+%?|-|")
_PART = re.compile(r"[^_/.,;-]*[_/.,;-]+|.+")


@dataclass(frozen=True)
class Table:
    """A table as a reader sees it.

    Attributes
    ----------
    title : str
        What stands above it; the first line is the heading.
    columns : sequence of str
        Headings.
    rows : sequence of sequences of str
        Cells, as printed; a column of numbers is set to the right. Without rows there are no
        headings either.
    notes : sequence of str
        Sentences below it.
    below : sequence of str
        For each row a text to stand below it, across the table, or nothing.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    below: Sequence[str] = ()

    def text(self, width: int = 100) -> str:
        """Return the table as plain text, without colour.

        Parameters
        ----------
        width : int
            Characters a line may have; used from 40 to 120.

        Returns
        -------
        str
            Lines.
        """
        width = min(max(width, NARROWEST), WIDEST)
        running = min(width, LONGEST_SENTENCE)
        widths, numeric = self._widths(width), self._numeric()
        across = sum(widths) + len(GAP) * (len(widths) - 1)
        lines = [line for part in self.title.splitlines() for line in wrapped(part, running)]
        if self.rows:
            lines += [""] * bool(lines) + _set(self.columns, widths, numeric)
            lines.append("─" * across)
        for i, row in enumerate(self.rows):
            lines += _set(row, widths, numeric)
            below = self.below[i] if self.below else ""
            lines += wrapped(INDENT + below, running) if below else []
        lines += [""] * bool(self.notes)
        lines += [line for note in self.notes for line in wrapped(note, running)]
        return "\n".join(lines)

    def html(self) -> str:
        """Return the table as HTML; everything in it is escaped."""
        from jinja2 import Environment
        from markupsafe import Markup

        template = Environment(autoescape=True).from_string(HTML)
        looks = [
            Markup(f' class="number" style="{NUMBER}"' if right else f' style="{CELL}"')
            for right in self._numeric()
        ]
        heading = self.title.splitlines()
        return template.render(table=self, heading=heading, looks=looks, below=BELOW)

    def _numeric(self) -> list[bool]:
        """Return which columns hold nothing but numbers."""
        return [
            all(_NUMBER.fullmatch(row[j]) for row in self.rows) for j in range(len(self.columns))
        ]

    def _widths(self, room: int) -> list[int]:
        """Return columns' widths that fit: the widest give way first, short words stay whole."""
        columns = [[head, *(row[j] for row in self.rows)] for j, head in enumerate(self.columns)]
        widths = [max(map(cells, column)) for column in columns]
        floors = [
            max(
                (min(cells(word), LONGEST_WORD) for cell in column for word in cell.split()),
                default=1,
            )
            for column in columns
        ]
        room -= len(GAP) * (len(widths) - 1)
        while sum(widths) > room:
            able = [j for j in range(len(widths)) if widths[j] > floors[j]] or list(
                range(len(widths))
            )
            at = max(able, key=widths.__getitem__)
            if widths[at] == 1:
                break
            widths[at] -= 1
        return widths


class Answer:
    """Base of every answer: `str()` and notebooks show `tables()`, numbers are in `records()`."""

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

    def text(self, width: int = 100) -> str:
        """Return the answer as plain text, in lines of at most `width` characters.

        Parameters
        ----------
        width : int
            Characters a line may have; used from 40 to 120.

        Returns
        -------
        str
            The tables, an empty line between two.
        """
        return "\n\n".join(table.text(width) for table in self.tables())

    def __str__(self) -> str:
        """Return the plain text."""
        return self.text()

    def _repr_html_(self) -> str:
        return "".join(table.html() for table in self.tables())

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        """Give notebooks the table as HTML and its plain twin, never the raw fields."""
        return {"text/html": self._repr_html_(), "text/plain": self.text()}


def percent(probability: float | None) -> str:
    """Return a probability in whole per cents, but never 0% or 100% for what is neither.

    Parameters
    ----------
    probability : float or None
        In [0, 1]; None or NaN where there is none.

    Returns
    -------
    str
        Such as `40%`; `<1%` and `>99%` next to the ends, `-` for no number.
    """
    if probability is None or math.isnan(probability):
        return "-"
    rounded = round(100 * probability)
    if rounded == 0 and probability > 0:
        return "<1%"
    if rounded == 100 and probability < 1:
        return ">99%"
    return f"{rounded}%"


def mass(interval: float) -> str:
    """Return the mass of an interval, in (0, 1), as people read it; never 100%.

    Parameters
    ----------
    interval : float
        Probability that the interval holds.

    Returns
    -------
    str
        Per cents with up to ten digits, as `90%` or `99.5%`.
    """
    return f"{100 * interval:.10g}%"


def points(move: float) -> str:
    """Return a move of a probability in percentage points, signed; `-` for what is no number.

    Parameters
    ----------
    move : float
        Difference of two probabilities, in [-1, 1].

    Returns
    -------
    str
        Whole points without a unit, as `+3`; `0` without a sign.
    """
    if not math.isfinite(move):
        return "-"
    rounded = round(100 * move)
    return "0" if rounded == 0 else f"{rounded:+d}"


def tenths(move: float) -> str:
    """Return a move of a probability in percentage points with one decimal, signed.

    Parameters
    ----------
    move : float
        A difference of probabilities.

    Returns
    -------
    str
        Percentage points, such as `+1.5`; `0` for what rounds to nothing.
    """
    rounded = round(100 * move, 1)
    return "0" if rounded == 0 else f"{rounded:+.1f}"


def cells(text: str) -> int:
    """Return how many places a text takes: wide characters two, combining ones none.

    Parameters
    ----------
    text : str
        Any text, on one line.

    Returns
    -------
    int
        Places in a terminal.
    """
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def wrapped(text: str, width: int) -> list[str]:
    """Return a text in lines of at most `width` places, its leading spaces kept.

    Parameters
    ----------
    text : str
        Words; line breaks count as spaces, and other control characters are left out.
    width : int
        Places a line may have.

    Returns
    -------
    list of str
        At least one line. Only a word too long for a line of its own is broken: after `_`, `-`
        or `/` if it can be.
    """
    indent = " " * min(len(text) - len(text.lstrip(" ")), width // 2)
    room, lines, line = width - len(indent), [], ""
    for word in text.split():
        word = "".join(filter(str.isprintable, word))
        parts = [word] if cells(word) <= room else _parts(word, room)
        for i, part in enumerate(parts):
            longer = f"{line} {part}" if line and i == 0 else line + part
            if cells(longer) <= room:
                line = longer
            else:
                lines.append(line)
                line = part
    return [indent + line for line in [*lines, line] if line] or [""]


def _parts(word: str, room: int) -> list[str]:
    """Return the pieces between which a long word may be broken, none longer than the room."""
    pieces = []
    for part in _PART.findall(word):
        while cells(part) > room:
            at = next(
                i for i in range(1, len(part) + 1) if i == len(part) or cells(part[: i + 1]) > room
            )
            pieces.append(part[:at])
            part = part[at:]
        pieces.append(part)
    return pieces


def _set(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> list[str]:
    """Return one row of cells as lines of text."""
    columns = [wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
    lines = []
    for i in range(max(map(len, columns), default=0)):
        parts = []
        for column, width, right in zip(columns, widths, numeric, strict=True):
            part = column[i] if i < len(column) else ""
            air = " " * (width - cells(part))
            parts.append(air + part if right else part + air)
        lines.append(GAP.join(parts).rstrip())
    return lines
