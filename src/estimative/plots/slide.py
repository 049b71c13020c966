"""Slides for PowerPoint: title, text and tables are real text, pictures carry words for the blind.

All measures are inches. Nothing bears a clock, so the same slides give the same bytes.
"""

import contextlib
import io
import math
from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from estimative.office_files import LONG_AGO, undated
from estimative.plots.fitting import fitting
from estimative.plots.rendering import PAGES, render
from estimative.plots.style import Caption, artists, caption_of
from estimative.quoting import legible

INCH = 914_400  # EMU, PowerPoint's unit
FONT = "Arial"  # everywhere, or a font with letters of the same width
INK, QUIET = "1A1A1A", "555555"
EDGE = 0.35  # left and right of a lone picture and its title
TITLE, FOOTER = (0.15, 0.85), (0.45, 0.35)  # from the top, from the bottom; height
TITLE_SIZES = (26.0, 22.0, 18.0, 16.0)  # points
DPI = 200  # of a picture on a slide

type Place = tuple[float, float, float, float]
"""Left, top, width and height."""


def slide_bytes(figure: Figure, words: Caption, page: tuple[float, float] = PAGES["16:9"]) -> bytes:
    """Return a presentation of one slide.

    Parameters
    ----------
    figure : Figure
        The picture.
    words : Caption
        Title, footer, record and alternative text.
    page : tuple of two float
        The slide's width and height.

    Returns
    -------
    bytes
        The content of a .pptx file.
    """
    deck = presentation(page)
    slide, (width, height) = add_slide(deck), page
    room = width - 2 * EDGE
    put_title(slide, words.title, (EDGE, TITLE[0], room, TITLE[1]), TITLE_SIZES)
    top = sum(TITLE)
    put_picture(slide, figure, words.alt, (EDGE, top, room, height - top - FOOTER[0]))
    if words.footer:
        place = (EDGE, height - FOOTER[0], room, FOOTER[1])
        put_text(slide, "Footer", [(words.footer, False)], place, (12.0, 11.0, 10.0, 9.0), QUIET)
    return archive(deck, words.title, words.record)


def presentation(page: tuple[float, float]) -> Any:  # noqa: ANN401 - untyped
    """Return a presentation without slides.

    Parameters
    ----------
    page : tuple of two float
        Width and height of its slides.

    Returns
    -------
    Presentation
        Of python-pptx; its layouts are as wide as the slides, for whoever adds some.
    """
    from pptx import Presentation
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.opc.oxml import serialize_part_xml
    from pptx.oxml import parse_xml

    deck: Any = Presentation()
    wide, high = (round(side * INCH) for side in page)
    across, down = wide / deck.slide_width, high / deck.slide_height
    deck.slide_width, deck.slide_height = wide, high
    for layout in [deck.slide_master, *deck.slide_layouts]:
        for shape in layout.placeholders:
            if shape._element.spPr.xfrm is not None:  # else it stands where the master's does
                shape.left, shape.width = round(shape.left * across), round(shape.width * across)
                shape.top, shape.height = round(shape.top * down), round(shape.height * down)
    theme = deck.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    tree = parse_xml(theme.blob)
    for latin in tree.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}latin"):
        latin.set("typeface", FONT)
    theme._blob = serialize_part_xml(tree)
    return deck


def add_slide(deck: Any) -> Any:  # noqa: ANN401 - untyped
    """Return a new slide at the end, with an empty title and nothing else.

    Parameters
    ----------
    deck : Presentation
        Of python-pptx.

    Returns
    -------
    Slide
        Of python-pptx.
    """
    return deck.slides.add_slide(deck.slide_layouts[5])


def put_title(slide: Any, words: str, place: Place, sizes: Sequence[float]) -> None:  # noqa: ANN401
    """Write the title of a slide, as large as two lines allow.

    Parameters
    ----------
    slide : Slide
        Of python-pptx.
    words : str
        One paragraph; what finds no room in the smallest type gives way to an ellipsis.
    place : tuple of four float
        Left, top, width and height.
    sizes : sequence of float
        Points, the largest first.
    """
    title = slide.shapes.title
    _place(title, place)
    size, told = fitting([words], place[2], place[3], sizes)
    _fill(title.text_frame, [(told[0] if told else "", True)], size, INK)


def put_text(
    slide: Any,  # noqa: ANN401 - untyped
    name: str,
    paragraphs: Sequence[tuple[str, bool]],
    place: Place,
    sizes: Sequence[float],
    colour: str = INK,
) -> int:
    """Write paragraphs on a slide, as large as they fit.

    Parameters
    ----------
    slide : Slide
        Of python-pptx.
    name : str
        Of the shape.
    paragraphs : sequence of tuple of str and bool
        Words, and whether they are bold.
    place : tuple of four float
        Left, top, width and height.
    sizes : sequence of float
        Points, the largest first.
    colour : str
        Six hexadecimal digits.

    Returns
    -------
    int
        How many of the paragraphs found room.
    """
    box = slide.shapes.add_textbox(0, 0, 0, 0)
    box.name = name
    _place(box, place)
    size, told = fitting([words for words, _ in paragraphs], place[2], place[3], sizes)
    bold = [strong for _, strong in paragraphs]
    _fill(box.text_frame, list(zip(told, bold, strict=False)), size, colour)
    return len(told)


def put_picture(slide: Any, figure: Figure, alt: str, place: Place) -> None:  # noqa: ANN401
    """Put a figure on a slide without its title and footer, as large as its place allows.

    Parameters
    ----------
    slide : Slide
        Of python-pptx.
    figure : Figure
        The picture.
    alt : str
        Its content for those who cannot see it.
    place : tuple of four float
        Left, top, width and height.
    """
    with _without_words(figure) as area:
        drawn = render(figure, "png", area=area, dpi=DPI)
    picture = slide.shapes.add_picture(io.BytesIO(drawn), 0, 0)
    picture.name = "Picture"
    picture._element.nvPicPr.cNvPr.set("descr", legible(alt))
    left, top, width, height = (inches * INCH for inches in place)
    factor = min(width / picture.width, height / picture.height)
    wide, high = factor * picture.width, factor * picture.height
    found = (left + (width - wide) / 2, top, wide, high)
    picture.left, picture.top, picture.width, picture.height = map(round, found)


def archive(deck: Any, title: str, record: str | None) -> bytes:  # noqa: ANN401 - untyped
    """Return a presentation as a file.

    Parameters
    ----------
    deck : Presentation
        Of python-pptx.
    title : str
        What it is about.
    record : str or None
        Id of the forecast.

    Returns
    -------
    bytes
        Without a clock.
    """
    about = deck.core_properties
    # python-pptx takes 255 characters at most
    about.title, about.keywords = legible(title)[:255], (record or "")[:255]
    about.author = about.last_modified_by = "estimative"
    about.created = about.modified = LONG_AGO
    about.revision = 1
    target = io.BytesIO()
    deck.save(target)
    return undated(target.getvalue())


def _place(shape: Any, place: Place) -> None:  # noqa: ANN401 - untyped
    emu = (round(inches * INCH) for inches in place)
    shape.left, shape.top, shape.width, shape.height = emu


def _fill(frame: Any, paragraphs: Sequence[tuple[str, bool]], size: float, colour: str) -> None:  # noqa: ANN401
    """Write paragraphs into a frame."""
    from pptx.enum.text import MSO_ANCHOR

    frame.word_wrap, frame.vertical_anchor = True, MSO_ANCHOR.TOP
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    for i, (words, bold) in enumerate(paragraphs):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        write(paragraph, words, size, bold=bold, colour=colour)


def write(
    paragraph: Any,  # noqa: ANN401 - untyped
    words: str,
    size: float,
    *,
    bold: bool = False,
    colour: str = INK,
    address: str | None = None,
) -> None:
    """Write words at the end of a paragraph.

    Parameters
    ----------
    paragraph : Paragraph
        Of python-pptx.
    words : str
        Anybody's.
    size : float
        Points.
    bold : bool
        Whether they are.
    colour : str
        Six hexadecimal digits.
    address : str, optional
        Where they lead.
    """
    from pptx.dml.color import RGBColor
    from pptx.enum.lang import MSO_LANGUAGE_ID
    from pptx.enum.text import PP_ALIGN
    from pptx.util import Pt

    paragraph.alignment = PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = legible(words)
    run.font.size, run.font.bold = Pt(size), bold
    run.font.language_id = MSO_LANGUAGE_ID.ENGLISH_UK
    run.font.color.rgb = RGBColor.from_string(colour)
    if address is not None:
        run.hyperlink.address = address


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
