"""A report as a Word document: headings, real tables, links within it, one picture with its words.

It bears no clock, so that the same report gives the same bytes.
"""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from estimative.office_files import LONG_AGO, undated
from estimative.quoting import apart
from estimative.reporting.document import (
    Block,
    Document,
    Drawing,
    Facts,
    Line,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
)

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph as WordParagraph

MOST_NAMED = 40  # characters of a bookmark's name in Word
LINK, RULE = "00508A", "BFBFBF"
SIZES = {"Normal": 10.0, "Title": 20.0, "Heading 1": 15.0, "Heading 2": 12.0, "Heading 3": 10.5}
PAGE = 176.0  # millimetres between the margins
SMALL, SMALLEST = 8.5, 6.5  # points, in tables
NARROW = 13.0  # millimetres of a column in which type is smallest


@dataclass(frozen=True)
class _Place:
    """A column: its width in millimetres, and whether it holds numbers."""

    width: float
    numeric: bool


def word_document(document: Document, picture: bytes, words: str) -> bytes:
    """Return a report as a Word document.

    Parameters
    ----------
    document : Document
        The report.
    picture : bytes
        The forecast, as PNG.
    words : str
        The same in words, for those who cannot see it.

    Returns
    -------
    bytes
        The content of a .docx file, A4.
    """
    return _Writer(document).written(picture, words)


class _Writer:
    """A Word document under construction; bookmarks are numbered as they come."""

    def __init__(self, document: Document) -> None:
        import docx

        self.document = document
        self.word: WordDocument = docx.Document()
        self.names: dict[str, str] = {}  # of bookmarks, by anchor

    def written(self, picture: bytes, words: str) -> bytes:
        from docx.shared import Mm

        _set_up(self.word, self.document)
        self.line(self.word.add_paragraph(style="Title"), (self.document.title,))
        self.line(self.word.add_paragraph(), self.document.about)
        for caveat in self.document.caveats:
            self.line(self.word.add_paragraph(style="Intense Quote"), caveat)
        self.word.add_picture(io.BytesIO(picture), width=Mm(PAGE))
        self.word.inline_shapes[0]._inline.docPr.set("descr", words)
        for section in self.document.sections:
            self.section(section, 1)
        target = io.BytesIO()
        self.word.save(target)
        return undated(target.getvalue())

    def section(self, section: Section, level: int) -> None:
        heading = self.word.add_heading(level=level)
        self.bookmark(heading, section.anchor)
        self.line(heading, section.title, linked=False)
        for block in section.blocks:
            self.block(block)
        for inner in section.sections:
            self.section(inner, level + 1)

    def block(self, block: Block) -> None:
        from docx.shared import Pt

        match block:
            case Paragraph(kind="key") | Drawing():
                pass
            case Paragraph():
                paragraph = self.word.add_paragraph()
                if block.kind == "note":
                    paragraph.paragraph_format.space_before = Pt(4)  # it follows a table
                self.line(paragraph, block.line)
            case Facts():
                for name, said in block.pairs:
                    paragraph = self.word.add_paragraph()
                    paragraph.add_run(f"{name}: ").bold = True
                    self.line(paragraph, said)
            case Table():
                self.table(block)

    def table(self, table: Table) -> None:
        """Write a table; its drawings are left out, for the picture at the beginning has them."""
        from docx.shared import Mm

        kept = [
            j
            for j in range(len(table.columns))
            if not any(isinstance(row.cells[j], Drawing) for row in table.rows)
        ]
        caption = self.word.add_paragraph(table.caption, style="Caption")
        caption.paragraph_format.keep_with_next = True
        grid = self.word.add_table(rows=0, cols=len(kept), style="Light Shading")
        grid.autofit = False
        _plain(grid)
        widths = [table.widths[j] for j in kept] if table.widths else _even(len(kept))
        shares = zip(widths, kept, strict=True)
        place = [_Place(PAGE * w / sum(widths), j in table.numeric) for w, j in shares]
        for column, one in zip(grid.columns, place, strict=True):
            column.width = Mm(one.width)
        head = grid.add_row()
        _repeat(head, upright=table.kind == "wide")
        for cell, j, one in zip(head.cells, kept, place, strict=True):
            self.cell(cell, table.columns[j], one)
        for row in table.rows:
            self.row(grid, row, kept, place)

    def row(self, grid: Any, row: Row, kept: Sequence[int], place: "Sequence[_Place]") -> None:  # noqa: ANN401
        cells = _whole_row(grid).cells
        for cell, j, one in zip(cells, kept, place, strict=True):
            content = row.cells[j]
            self.cell(cell, content if isinstance(content, tuple) else (), one)
        if row.anchor:
            self.bookmark(cells[0].paragraphs[0], row.anchor)
        _rule(cells)
        if row.below:
            for cell in cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
            below = _whole_row(grid).cells
            self.cell(below[0].merge(below[-1]), row.below, _Place(PAGE, numeric=False))

    def cell(self, cell: "_Cell", line: Line, place: "_Place") -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Mm, Pt

        cell.width = Mm(place.width)
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        if place.numeric:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self.line(paragraph, line, size=SMALL if place.width > NARROW else SMALLEST)

    def line(
        self, paragraph: "WordParagraph", line: Line, *, size: float = 0, linked: bool = True
    ) -> None:
        from docx.oxml.ns import qn
        from docx.oxml.parser import OxmlElement
        from docx.shared import Pt, RGBColor

        for run in line:
            written = paragraph.add_run(_words(run))
            written.bold = True if run.strong else None
            if size:
                written.font.size = Pt(size)
            if run.to and linked:
                link = OxmlElement("w:hyperlink")
                if run.to.startswith("#"):
                    link.set(qn("w:anchor"), self.name(run.to[1:]))
                else:
                    link.set(qn("r:id"), paragraph.part.relate_to(run.to, _HYPERLINK, True))
                written.font.color.rgb = RGBColor.from_string(LINK)
                paragraph._p.append(link)
                link.append(written._r)

    def bookmark(self, paragraph: "WordParagraph", anchor: str) -> None:
        """Let links lead to a paragraph."""
        from docx.oxml.ns import qn
        from docx.oxml.parser import OxmlElement

        name = self.name(anchor)
        for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
            mark = OxmlElement(tag)
            mark.set(qn("w:id"), str(list(self.names).index(anchor)))
            if tag == "w:bookmarkStart":
                mark.set(qn("w:name"), name)
            paragraph._p.append(mark)

    def name(self, anchor: str) -> str:
        """Return the name of a bookmark, as Word wants it: short, letters, digits, underscores."""
        if anchor not in self.names:
            plain = re.sub(r"\W", "_", anchor, flags=re.ASCII)
            self.names[anchor] = f"b{len(self.names)}_{plain}"[:MOST_NAMED]
        return self.names[anchor]


_HYPERLINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def _words(run: Run) -> str:
    return apart(run.text) if run.quoted else run.text


def _set_up(word: "WordDocument", document: Document) -> None:
    """Set the page, the type, what stands at its foot, and what the file says of itself."""
    from docx.shared import Mm, Pt

    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm(17)
    page.top_margin = page.bottom_margin = Mm(18)
    for style, size in SIZES.items():
        _set_in(word.styles[style], "Arial")
        word.styles[style].font.size = Pt(size)
    foot = page.footer.paragraphs[0]
    foot.add_run(f"{document.footer}, page ").font.size = Pt(8)
    for piece in _page_number():
        number = foot.add_run()
        number.font.size = Pt(8)
        number._r.append(piece)
    told = word.core_properties
    told.title, told.author, told.last_modified_by = (
        document.title.text[:255],
        "estimative",
        "estimative",
    )
    told.created = told.modified = LONG_AGO
    told.revision, told.comments, told.language = 1, "", "en"


def _page_number() -> Iterator[Any]:
    """Yield the pieces of a field that shows the number of the page."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    for kind in ("begin", "PAGE", "end"):
        piece = OxmlElement("w:instrText" if kind == "PAGE" else "w:fldChar")
        if kind == "PAGE":
            piece.text = kind
        else:
            piece.set(qn("w:fldCharType"), kind)
        yield piece


def _even(columns: int) -> list[int]:
    """Return widths of columns that hold little: a day, numbers, and the id of a record."""
    return [18, *[10] * (columns - 2), 21]


def _plain(grid: Any) -> None:  # noqa: ANN401 - the library's tables
    """Take stripes and the bold first column from a table."""
    from docx.oxml.ns import qn

    look = grid._tbl.tblPr.find(qn("w:tblLook"))
    for name, value in (("val", "0620"), ("firstColumn", "0"), ("noHBand", "1")):
        look.set(qn(f"w:{name}"), value)


def _set_in(style: Any, font: str) -> None:  # noqa: ANN401 - the library's styles
    """Set a style in a font, whatever the document's theme has."""
    from docx.oxml.ns import qn

    style.font.name = font
    fonts = style.element.rPr.rFonts
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.attrib.pop(qn(f"w:{name}Theme"), None)


def _whole_row(grid: Any) -> Any:  # noqa: ANN401 - the library's tables
    """Return a new row that no page's end divides."""
    from docx.oxml.parser import OxmlElement

    row = grid.add_row()
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return row


def _rule(cells: Sequence[Any]) -> None:
    """Draw a hair line above the cells of a row."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    for cell in cells:
        borders, top = OxmlElement("w:tcBorders"), OxmlElement("w:top")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", RULE)):
            top.set(qn(f"w:{name}"), value)
        borders.append(top)
        cell._tc.get_or_add_tcPr().append(borders)


def _repeat(row: Any, *, upright: bool) -> None:  # noqa: ANN401 - the library's rows
    """Let a row be set again on every page, its words upright where columns are narrow."""
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement
    from docx.shared import Mm

    if upright:
        row.height = Mm(42)
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell in row.cells if upright else ():
        direction = OxmlElement("w:textDirection")
        direction.set(qn("w:val"), "btLr")
        cell._tc.get_or_add_tcPr().append(direction)
