"""A picture as one PowerPoint slide: title and footer are text, the picture fills what is left.

The slide bears no clock, so that the same picture gives the same bytes.
"""

import contextlib
import datetime as dt
import io
import math
import zipfile
from collections.abc import Iterator
from typing import Any

from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from estimative.plots.rendering import render
from estimative.plots.style import Caption, artists, caption_of

INCH = 914_400  # EMU, PowerPoint's unit
SLIDE = (12_192_000, 6_858_000)  # EMU: 13.33 x 7.5 inch, 16:9
# left, top, width and height in inches
TITLE = (0.35, 0.15, 40 / 3 - 0.7, 0.85)
PICTURE = (0.0, 1.0, 40 / 3, 6.05)
FOOTER = (0.35, 7.05, 40 / 3 - 0.7, 0.35)
TITLE_SIZES = ((60, 26), (130, 22), (math.inf, 16))  # characters at most, points
LONG_AGO = dt.datetime(1980, 1, 1)  # the first moment that a zip archive can hold


def slide_bytes(figure: Figure, words: Caption) -> bytes:
    """Return a presentation of one slide.

    Parameters
    ----------
    figure : Figure
        The picture.
    words : Caption
        Title, footer, record and alternative text.

    Returns
    -------
    bytes
        The content of a .pptx file.
    """
    from pptx import Presentation

    deck = Presentation()
    _widen(deck)
    slide = deck.slides.add_slide(deck.slide_layouts[5])  # a title and nothing else
    with _without_words(figure) as area:
        drawn = render(figure, "png", area=area)
    _place(slide.shapes.title, TITLE)
    size = next(points for most, points in TITLE_SIZES if len(words.title) <= most)
    _write(slide.shapes.title.text_frame, words.title, size, bold=True)
    picture = slide.shapes.add_picture(io.BytesIO(drawn), 0, 0)
    picture.name = "Picture"
    picture._element.nvPicPr.cNvPr.set("descr", words.alt)
    _fit(picture)
    if words.footer:
        footer = slide.shapes.add_textbox(0, 0, 0, 0)
        footer.name = "Footer"
        _place(footer, FOOTER)
        _write(footer.text_frame, words.footer, 12, bold=False)
    _describe(deck.core_properties, words)
    target = io.BytesIO()
    deck.save(target)
    return _undated(target.getvalue())


def _place(shape: Any, place: tuple[float, float, float, float]) -> None:  # noqa: ANN401 - untyped
    emu = (round(inches * INCH) for inches in place)
    shape.left, shape.top, shape.width, shape.height = emu


def _fit(picture: Any) -> None:  # noqa: ANN401 - untyped
    """Make a picture as large as its place allows, and centre it there."""
    left, top, width, height = (inches * INCH for inches in PICTURE)
    factor = min(width / picture.width, height / picture.height)
    wide, high = factor * picture.width, factor * picture.height
    place = (left + (width - wide) / 2, top + (height - high) / 2, wide, high)
    picture.left, picture.top, picture.width, picture.height = map(round, place)


def _write(frame: Any, words: str, size: float, *, bold: bool) -> None:  # noqa: ANN401 - untyped
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = 0
    frame.text = words
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
        paragraph.font.size, paragraph.font.bold = Pt(size), bold
        paragraph.font.color.rgb = RGBColor.from_string("1A1A1A" if bold else "555555")


def _widen(deck: Any) -> None:  # noqa: ANN401 - untyped
    """Turn the library's 4:3 template into 16:9, its layouts too, for whoever adds slides."""
    factor = SLIDE[0] / deck.slide_width
    deck.slide_width, deck.slide_height = SLIDE
    for layout in [deck.slide_master, *deck.slide_layouts]:
        for shape in layout.placeholders:
            if shape._element.spPr.xfrm is not None:  # else it stands where the master's does
                shape.left, shape.width = round(shape.left * factor), round(shape.width * factor)


def _describe(properties: Any, words: Caption) -> None:  # noqa: ANN401 - untyped
    # python-pptx takes 255 characters at most
    properties.title, properties.keywords = words.title[:255], (words.record or "")[:255]
    properties.author = properties.last_modified_by = "estimative"
    properties.created = properties.modified = LONG_AGO
    properties.revision = 1


@contextlib.contextmanager
def _without_words(figure: Figure) -> Iterator[Bbox | str]:
    """Hide title and footer of a lone picture, for the slide prints them; give the part left."""
    lone = len(figure.axes) == 1 and caption_of(figure.axes[0]) is not None
    drawn = artists(figure.axes[0]) if lone else []
    hidden = [a for a in drawn if a.get_gid() in ("estimative-title", "estimative-footer")]
    if not hidden:
        yield "tight"
        return
    for text in hidden:
        text.set_visible(False)
    try:
        figure.draw_without_rendering()  # or sizes would be those of an earlier drawing
        boxes = [a.get_window_extent() for a in drawn if a not in hidden and a.get_visible()]
        finite = [box for box in boxes if math.isfinite(box.width + box.height)]
        area = Bbox.union(finite).padded(0.1 * figure.dpi)
        yield Bbox(area.get_points() / figure.dpi)
    finally:
        for text in hidden:
            text.set_visible(True)


def _undated(archive: bytes) -> bytes:
    """Return a zip archive whose entries bear no clock."""
    target = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(archive))
    with source as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            dated = zipfile.ZipInfo(entry.filename, date_time=LONG_AGO.timetuple()[:6])
            dated.compress_type, dated.create_system = zipfile.ZIP_DEFLATED, 3
            new.writestr(dated, old.read(entry))
    return target.getvalue()
