"""A report as Markdown (GitHub's): the same words, links and tables, without the drawings."""

import re
from collections.abc import Iterator

from estimative.quoting import apart
from estimative.reporting.document import (
    Block,
    Document,
    Drawing,
    Facts,
    Line,
    Paragraph,
    Run,
    Section,
    Table,
)

_MARKS = re.compile(r"([\\`*_{}\[\]|~$#!])")
_BEGINS = re.compile(r"^(\d*)([-+=.)])")


def markdown(document: Document) -> bytes:
    """Return a report as Markdown.

    Parameters
    ----------
    document : Document
        The report.

    Returns
    -------
    bytes
        UTF-8.
    """
    lines = [f"# {_line((document.title,))}", "", _line(document.about), ""]
    lines += [f"- {_paragraph(caveat)}" for caveat in document.caveats]
    for section in document.sections:
        lines += _section(section, 2)
    lines += ["", "---", "", f"{_escaped(document.footer)}."]
    text = "\n".join(lines) + "\n"
    return re.sub(r"\n{3,}", "\n\n", text).encode()


def _section(section: Section, level: int) -> Iterator[str]:
    yield from ("", f'<a id="{section.anchor}"></a>', "")
    yield f"{'#' * level} {''.join(_words(run) for run in section.title)}"
    for block in section.blocks:
        yield ""
        yield from _block(block)
    for inner in section.sections:
        yield from _section(inner, level + 1)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(kind="key") | Drawing():
            pass
        case Paragraph():
            yield _paragraph(block.line)
        case Facts():
            for name, said in block.pairs:
                yield f"- **{_escaped(name)}:** {_line(said)}"
        case Table():
            yield from _table(block)


def _table(table: Table) -> Iterator[str]:
    """Return a table; what stands below its rows is a column of its own, drawings are left out."""
    kept = [
        j
        for j in range(len(table.columns))
        if not any(isinstance(row.cells[j], Drawing) for row in table.rows)
    ]
    below = [table.below] if table.below else []
    heads = [_line(table.columns[j]) for j in kept] + below
    rules = ["---:" if j in table.numeric else "---" for j in kept] + ["---"] * len(below)
    yield from (f"*{_escaped(table.caption)}.*", "", _cells(heads), _cells(rules))
    for row in table.rows:
        cells = [_line(c) if isinstance(c := row.cells[j], tuple) else "" for j in kept]
        if row.anchor:
            cells[0] = f'<a id="{row.anchor}"></a>{cells[0]}'
        yield _cells(cells + [_line(row.below)] * len(below))


def _cells(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _paragraph(line: Line) -> str:
    """Return a line that begins no list."""
    return _BEGINS.sub(r"\1\\\2", _line(line))


def _line(line: Line) -> str:
    return "".join(map(_run, line))


def _run(run: Run) -> str:
    text = _words(run)
    if run.to:
        text = f"[{text}]({run.to if run.to.startswith('#') else f'<{run.to}>'})"
    return f"**{text}**" if run.strong and text else text


def _words(run: Run) -> str:
    return _escaped(apart(run.text) if run.quoted else run.text)


def _escaped(text: str) -> str:
    """Return a text in which nothing is markup."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MARKS.sub(r"\\\1", text)
