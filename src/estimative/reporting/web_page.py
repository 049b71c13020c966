"""A report as one page of HTML that needs nothing else: no script, no font, no picture from afar.

The policy in its head forbids whatever slips through; only its own style passes, by its hash
(tests/system/test_report_chromium.py).
"""

import base64
import hashlib
import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING

from estimative.reporting.document import Document, Section, Table

if TYPE_CHECKING:
    from markupsafe import Markup

LONG = 12  # letters of a word that stays whole
# as far as the next joint; where that is far, eight letters
_PIECE = re.compile(r"[^_/-]{1,14}(?:[_/-]{1,8}|$)|[^_/-]{1,8}|[_/-]{1,8}")


def web_page(document: Document) -> bytes:
    """Return a report as HTML.

    Parameters
    ----------
    document : Document
        The report.

    Returns
    -------
    bytes
        The page, UTF-8.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    shelf = Environment(
        loader=PackageLoader("estimative.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    shelf.filters["breakable"] = _breakable
    loader = shelf.loader
    assert loader is not None
    style = loader.get_source(shelf, "report.css")[0]
    # what stands in a style is not escaped as text is
    widths = "\n".join(f".w{width} {{width: {width}%}}" for width in sorted(_widths(document)))
    style += f"@media (min-width: 40.01rem), print {{\n{widths}\n}}\n"
    style = style.replace("FOOTER", re.sub(r"[^\w ,.:%-]", "?", document.footer, flags=re.ASCII))
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    page = shelf.get_template("report.html.j2").render(
        document=document,
        style=Markup(style),
        style_hash=digest,
        version=version("estimative"),
    )
    return page.encode()


def _breakable(text: str) -> "Markup":
    """Return a text as HTML that may be broken within long words: at their joints, else anywhere.

    Columns of a table are otherwise as wide as the longest id or address in them.
    """
    from markupsafe import Markup, escape

    return Markup("").join(
        escape(word) if len(word) <= LONG else Markup("<wbr>").join(_PIECE.findall(word))
        for word in re.split(r"(\s+)", text)
    )


def _widths(document: Document) -> set[int]:
    """Return all widths of columns, each of which becomes a class."""

    def tables(section: Section) -> Iterator[Table]:
        yield from (block for block in section.blocks if isinstance(block, Table))
        for inner in section.sections:
            yield from tables(inner)

    return {w for section in document.sections for table in tables(section) for w in table.widths}
