"""Pages onto slides: title, kicker, body, the line that says where it is from, notes, page number.

Everything is laid out in inches from the size of the slide, and measured before it is set, so that
nothing runs over.
"""

from collections.abc import Sequence
from typing import Any

from estimative.decks.page import Cell, Grid, Page
from estimative.forecasting import LONGER, Forecast
from estimative.plots.fitting import LEADING, abridged, needed
from estimative.plots.redrawing import draw
from estimative.plots.slide import (
    INCH,
    QUIET,
    Place,
    add_slide,
    archive,
    presentation,
    put_picture,
    put_text,
    put_title,
    write,
)
from estimative.plots.style import caption_of, footer
from estimative.quoting import legible

MARGIN = 0.5
KICKER, TITLE, BODY = (0.32, 0.26), (0.6, 0.84), 1.56  # from the top; height
FOOTER = (0.5, 0.34)  # from the bottom; height
NUMBER_WIDTH, GUTTER = 0.7, 0.35
TITLES, TEXTS, CELLS = (24.0, 22.0, 20.0, 18.0, 16.0), (15.0, 14.0, 13.0, 12.0), (12.0, 11.0)
ACCENT, WARNING, SHADE, HAIR = "005A94", "A33C00", "EEF1F4", "D5DADE"
PICTURE_SHARE = 0.66  # of the width, beside text
WORDS_ABOVE = 1.1  # inches of a picture that its title and footer take, which the slide prints
PAD = 0.06  # inches in a cell
NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # of a table: no fill, no lines

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
LINE = f"""<a:lnB xmlns:a="{A}" w="9525">
<a:solidFill><a:srgbClr val="{HAIR}"/></a:solidFill></a:lnB>"""
NUMBER = f"""<p:sp xmlns:a="{A}"
 xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main">
<p:nvSpPr><p:cNvPr id="90" name="Page number"/><p:cNvSpPr/>
<p:nvPr><p:ph type="sldNum" sz="quarter" idx="12"/></p:nvPr></p:nvSpPr>
<p:spPr><a:xfrm><a:off x="{{left}}" y="{{top}}"/>
<a:ext cx="{{wide}}" cy="{{high}}"/></a:xfrm></p:spPr>
<p:txBody><a:bodyPr lIns="0" rIns="0" tIns="0" bIns="0" anchor="t"/><a:p><a:pPr algn="r"/>
<a:fld id="{{{{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}}}}" type="slidenum">
<a:rPr lang="en-GB" sz="1100"><a:solidFill><a:srgbClr val="{QUIET}"/></a:solidFill></a:rPr>
<a:t>{{number}}</a:t></a:fld></a:p></p:txBody></p:sp>"""


def deck_bytes(pages: Sequence[Page], forecast: Forecast, size: tuple[float, float]) -> bytes:
    """Return pages as a presentation.

    Parameters
    ----------
    pages : sequence of Page
        The slides.
    forecast : Forecast
        What they rest on.
    size : tuple of two float
        Width and height of a slide, in inches.

    Returns
    -------
    bytes
        The content of a .pptx file.
    """
    deck = presentation(size)
    for number, page in enumerate(pages, start=1):
        _set(add_slide(deck), page, forecast, size, number)
    return archive(deck, forecast.scenario.question, forecast.record)


def _set(slide: Any, page: Page, answer: Forecast, size: tuple[float, float], number: int) -> None:  # noqa: ANN401
    """Put a page on a slide."""
    width, height = size
    room = width - 2 * MARGIN
    on_one_line = (s for s in TITLES[:3] if needed(page.title, room, s) < 2 * LEADING * s / 72)
    sizes = (next(on_one_line, TITLES[0]), *TITLES)
    put_title(slide, page.title, (MARGIN, TITLE[0], room, TITLE[1]), sizes)
    failed = bool(answer.belief.failed)
    warned = f"NOT CONVERGED, so no number is given. {page.kicker}" if failed else page.kicker
    place = (MARGIN, KICKER[0], room, KICKER[1])
    colour = WARNING if failed else ACCENT
    put_text(slide, "Kicker", [(warned, True)], place, (13.0, 12.0, 11.0), colour)
    body = (MARGIN, BODY, room, height - BODY - FOOTER[0] - 0.1)
    left_out = _put_body(slide, page, body)
    place = (MARGIN, height - FOOTER[0], room - NUMBER_WIDTH - GUTTER, FOOTER[1])
    put_text(slide, "Source", [(footer(answer), False)], place, (11.0, 10.0, 9.0), QUIET)
    place = (width - MARGIN - NUMBER_WIDTH, height - FOOTER[0], NUMBER_WIDTH, FOOTER[1])
    _put_number(slide, number, place)
    notes = [page.title, *page.notes]
    if left_out:
        notes.insert(1, f"{left_out} rows found no room on the slide and stand below.")
    if failed:
        notes.insert(0, f"NOT CONVERGED: {'; '.join(answer.belief.failed)}; {LONGER}.")
    slide.notes_slide.notes_text_frame.text = "\n".join(map(legible, notes))


def _put_body(slide: Any, page: Page, body: Place) -> int:  # noqa: ANN401 - untyped
    """Put picture, text and table side by side; say how many rows or paragraphs found no room."""
    left, top, width, height = body
    if page.drawing is not None:
        wide = PICTURE_SHARE * width if page.text else width
        figure = draw(page.drawing.plot, (wide, height + WORDS_ABOVE), *page.drawing.given)
        words = caption_of(figure.axes[0])
        put_picture(slide, figure, words.alt if words else page.title, (left, top, wide, height))
        left, width = left + wide + GUTTER, width - wide - GUTTER
    elif page.grid is not None and page.text:
        wide = (1 - PICTURE_SHARE) * width
        _put_paragraphs(slide, page.text, (left, top, wide - GUTTER, height))
        return _put_grid(slide, page.grid, (left + wide, top, width - wide, height))
    if page.grid is not None:
        return _put_grid(slide, page.grid, body)
    if page.text:
        return _put_paragraphs(slide, page.text, (left, top, width, height))
    return 0


def _put_paragraphs(slide: Any, text: Sequence[tuple[str, bool]], place: Place) -> int:  # noqa: ANN401
    """Write paragraphs with air between them; those without room are counted."""
    spaced = [part for words, bold in text for part in ((words, bold), ("", False))][:-1]
    told = put_text(slide, "Text", spaced, place, TEXTS)
    left_out = len(text) - (told + 1) // 2
    return left_out


def _put_grid(slide: Any, grid: Grid, place: Place) -> int:  # noqa: ANN401 - untyped
    """Put a native table on a slide, as many rows as fit; the others are counted."""
    left, top, width, height = place
    widths = [share * width for share in grid.shares]
    size, rows, heights = _fitting_rows(grid, widths, height)
    left_out = len(grid.rows) - len(rows)
    frame = slide.shapes.add_table(len(rows) + 1, len(widths), 0, 0, 0, 0)
    frame.name = "Table"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", legible(grid.alt))
    frame.left, frame.top, frame.width, frame.height = _emu(left, top, width, sum(heights))
    table = frame.table
    table._tbl.tblPr.find(f"{{{A}}}tableStyleId").text = NO_STYLE
    table.horz_banding = False
    for column, wide in zip(table.columns, widths, strict=True):
        (column.width,) = _emu(wide)
    heads = tuple(Cell(head) for head in grid.heads)
    for i, cells in enumerate((heads, *rows)):
        (table.rows[i].height,) = _emu(heights[i])
        for j, cell in enumerate(cells):
            _fill_cell(table.cell(i, j), cell, size, head=i == 0)
    if left_out:
        below = (left, top + sum(heights) + 0.08, width, 0.25)
        put_text(
            slide, "More", [(f"And {left_out} more in the notes.", False)], below, (12.0,), QUIET
        )
    return left_out


def _fitting_rows(
    grid: Grid, widths: Sequence[float], room: float
) -> tuple[float, list[tuple[Cell, ...]], list[float]]:
    """Return size of type, rows that fit, and heights, the head's first."""
    for size in CELLS:
        every = [_row_height([c.words for c in row], widths, size) for row in grid.rows]
        head = _row_height(grid.heads, widths, size)
        if head + sum(every) <= room:
            return size, list(grid.rows), [head, *every]
    used, kept = head + 0.35, list[tuple[Cell, ...]]()
    for row, tall in zip(grid.rows, every, strict=True):
        used += tall
        if used > room:
            break
        kept.append(row)
    return size, kept, [head, *every[: len(kept)]]


def _row_height(cells: Sequence[str], widths: Sequence[float], size: float) -> float:
    rooms = zip(cells, widths, strict=True)
    return max(min(needed(c, w - 2 * PAD, size), _most(size)) for c, w in rooms) + 2 * PAD


def _most(size: float) -> float:
    """Return how high a cell may be: four lines."""
    return 4 * LEADING * size / 72


def _fill_cell(cell: Any, told: Cell, size: float, *, head: bool) -> None:  # noqa: ANN401 - untyped
    from pptx.dml.color import RGBColor
    from pptx.oxml import parse_xml

    cell.margin_left = cell.margin_right = cell.margin_top = cell.margin_bottom = _emu(PAD)[0]
    if head:
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(SHADE)
    else:
        cell.fill.background()
    width = cell._tc.getparent().getparent().tblGrid.gridCol_lst[cell._tc.col_idx].w / INCH
    words = abridged(told.words, width - 2 * PAD, _most(size), size)
    paragraph = cell.text_frame.paragraphs[0]
    if words:
        write(paragraph, words, size, bold=head, address=told.address)
    else:  # or an empty cell would be as high as a line of the template's type
        paragraph._p.get_or_add_endParaRPr().set("sz", str(round(100 * size)))
    cell._tc.get_or_add_tcPr().insert(0, parse_xml(LINE))


def _put_number(slide: Any, number: int, place: Place) -> None:  # noqa: ANN401 - untyped
    """Put the page number on a slide, as a field that stays right when slides are moved."""
    from pptx.oxml import parse_xml

    left, top, wide, high = _emu(*place)
    shape = parse_xml(NUMBER.format(left=left, top=top, wide=wide, high=high, number=number))
    slide.shapes._spTree.append(shape)


def _emu(*inches: float) -> tuple[int, ...]:
    return tuple(round(length * INCH) for length in inches)
