"""What a report says, apart from how it is written: sections of lines, tables, facts and drawings.

Nothing here knows a forecast, HTML or Word. Words that are somebody else's are marked as such, and
cleaned of what could reorder or break the text around them (tests/unit/test_report.py).
"""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from estimative.quoting import clean


@dataclass(frozen=True)
class Run:
    """Some words of a line.

    Attributes
    ----------
    text : str
        The words.
    to : str
        Where they lead: `#` and an anchor of the document, or what `web_address` let pass.
    quoted : bool
        Whether they are somebody else's, and may run from right to left.
    strong : bool
        Whether they are printed bold.
    whole : bool
        Whether they stay on one line, as a day does.
    """

    text: str
    to: str = ""
    quoted: bool = False
    strong: bool = False
    whole: bool = False


type Line = tuple[Run, ...]


@dataclass(frozen=True)
class Shape:
    """One element of a drawing: a tag of SVG, its attributes, and the text in it."""

    tag: Literal["rect", "line", "circle", "path", "text"]
    attributes: Mapping[str, str]
    text: str = ""


@dataclass(frozen=True)
class Drawing:
    """A small picture.

    Attributes
    ----------
    name : str
        Its anchor.
    title, description : str
        What it shows, for those who cannot see it.
    width, height : float
        In units of its shapes.
    shapes : tuple of Shape
        The first lies lowest.
    """

    name: str
    title: str
    description: str
    width: float
    height: float
    shapes: tuple[Shape, ...] = field(repr=False)


@dataclass(frozen=True)
class Paragraph:
    """A line of running text.

    Attributes
    ----------
    line : tuple of Run
        Its words.
    kind : str
        `plain`, `headline`, `note`, or `key`: what the shapes of a drawing mean.
    """

    line: Line
    kind: Literal["plain", "headline", "note", "key"] = "plain"


@dataclass(frozen=True)
class Facts:
    """Names and what there is to say of each."""

    pairs: tuple[tuple[str, Line], ...]


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes
    ----------
    cells : tuple of Line or Drawing
        One a column; the first names the row.
    anchor : str
        By which other places lead to it, if any do.
    below : tuple of Run
        Words that stand below it, across the table.
    """

    cells: tuple[Line | Drawing, ...]
    anchor: str = ""
    below: Line = ()


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    anchor : str
        By which other places lead to it.
    caption : str
        What it shows.
    columns : tuple of Line
        Headings.
    rows : tuple of Row
        At least one.
    widths : tuple of int
        Of the columns, in per cents that add up to 100; none where what they hold decides.
    numeric : frozenset of int
        Which columns hold numbers.
    below : str
        What the words below the rows are, for whoever sets them in a column of their own.
    kind : str
        `plain`, `overview`, `narrow`, or `wide`: too wide for a narrow screen.
    """

    anchor: str
    caption: str
    columns: tuple[Line, ...]
    rows: tuple[Row, ...]
    widths: tuple[int, ...] = ()
    numeric: frozenset[int] = frozenset()
    below: str = ""
    kind: Literal["plain", "overview", "narrow", "wide"] = "plain"


type Block = Paragraph | Facts | Table | Drawing


@dataclass(frozen=True)
class Section:
    """A part with a heading.

    Attributes
    ----------
    anchor : str
        By which other places lead to it.
    title : tuple of Run
        Its heading.
    blocks : tuple of Block
        What it says first.
    sections : tuple of Section
        What it says then.
    """

    anchor: str
    title: Line
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes
    ----------
    title : Run
        The question.
    about : tuple of Run
        The day, the record.
    caveats : tuple of Line
        What a reader must know first; three at most.
    sections : tuple of Section
        The report.
    footer : str
        What stands at the foot of every printed page; letters, digits and plain punctuation.
    """

    title: Run
    about: Line
    caveats: tuple[Line, ...]
    sections: tuple[Section, ...]
    footer: str


def own(text: str, to: str = "", *, strong: bool = False) -> Run:
    """Return words of the report's own.

    Parameters
    ----------
    text : str
        The words.
    to : str
        Where they lead.
    strong : bool
        Whether they are bold.

    Returns
    -------
    Run
        The words.
    """
    return Run(text, to, strong=strong)


def quoted(text: str, to: str = "", *, strong: bool = False) -> Run:
    """Return words out of a scenario's files.

    Parameters
    ----------
    text : str
        The words; cleaned here.
    to : str
        Where they lead.
    strong : bool
        Whether they are bold.

    Returns
    -------
    Run
        The words.
    """
    return Run(clean(text), to, quoted=True, strong=strong)


def day(date: dt.date) -> Run:
    """Return a day.

    Parameters
    ----------
    date : date
        The day.

    Returns
    -------
    Run
        Year, month, day.
    """
    return Run(date.isoformat(), whole=True)


def anchor(kind: str, name: str = "") -> str:
    """Return the anchor of a thing: letters, digits, hyphens and underscores, one for each name.

    Parameters
    ----------
    kind : str
        What it is.
    name : str
        Its id.

    Returns
    -------
    str
        As `news-2023-09-13-kim-arrives`.
    """
    plain = re.sub(r"[^A-Za-z0-9_-]", lambda found: f".{ord(found[0]):x}.", name)
    return f"{kind}-{plain}" if plain else kind


def joined(runs: list[Run], between: str = ", ") -> Line:
    """Return runs with something between them.

    Parameters
    ----------
    runs : list of Run
        What is joined.
    between : str
        What stands between two.

    Returns
    -------
    tuple of Run
        A line.
    """
    line: list[Run] = []
    for run in runs:
        line += [own(between), run] if line else [run]
    return tuple(line)


def heads(*names: str) -> tuple[Line, ...]:
    """Return headings of a table.

    Parameters
    ----------
    *names : str
        The headings, of the report's own words.

    Returns
    -------
    tuple of Line
        One for each.
    """
    return tuple((own(name),) for name in names)
