"""What all pictures share: colours, type, room to measure in, and the caption that travels with the axes.

A picture is planned in inches at full type size and then fitted to the axes it is given, so words neither
overlap nor leave the axes, however small these are; global settings of matplotlib stay as they are.
"""

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from estimative.forecasting import Forecast
from estimative.scenario import Scenario

SLIDE = (40 / 3, 7.5)  # inches, 16:9
SMALL, BODY, NUMBER = 12.0, 12.5, 15.0  # points on a slide
TITLES = (21.0, 18.0, 16.0)  # points; the first at which the title needs no more than two lines
# after Okabe and Ito; told apart by the colour-blind, and by their lightness in grey
INK, QUIET, FAINT, HAIR = "#1a1a1a", "#555555", "#eef1f4", "#d5dade"
BLUE, PALE_BLUE, ORANGE = "#005a94", "#8fc1e3", "#d55e00"
MARGIN = 0.35  # inches at the edge of a picture
HINTING = 1.03  # on a coarse screen letters are set on whole pixels, and run wider
ZOOM = 1.06  # step by which type gives way until everything fits
# fonts of the common systems for scripts that the bundled DejaVu Sans lacks; used where installed
FALLBACKS = (
    "Noto Sans CJK KR", "Noto Sans CJK SC", "Noto Sans CJK JP", "Malgun Gothic", "Microsoft YaHei", "Yu Gothic",
    "Apple SD Gothic Neo", "PingFang SC", "Hiragino Sans", "NanumGothic",
)  # fmt: skip
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True)
class Caption:
    """What a picture says in words; it travels with the axes, so that an export can print it.

    Attributes
    ----------
    title : str
        The headline.
    footer : str
        The line at the bottom.
    record : str or None
        Id of the forecast shown.
    alt : str
        The picture's content for those who cannot see it.
    """

    title: str
    footer: str
    record: str | None
    alt: str


def attach(ax: Axes, caption: Caption) -> None:
    """Let axes carry a caption."""
    vars(ax)["estimative"] = caption


def caption_of(ax: Axes) -> Caption | None:
    """Return the caption that axes carry, if they are one of our pictures."""
    found = vars(ax).get("estimative")
    return found if isinstance(found, Caption) else None


def settings() -> AbstractContextManager[None]:
    """Return a context in which text is set in the bundled font and a dollar sign is a dollar sign."""
    installed = set(font_manager.fontManager.get_font_names())
    family = ["DejaVu Sans", *(name for name in FALLBACKS if name in installed)]
    return mpl.rc_context({"font.family": family, "text.parse_math": False, "text.usetex": False})


def long_date(day: dt.date) -> str:
    """Return a day as people say it, whatever the locale: 13 September 2023."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


@lru_cache(maxsize=4096)
def text_size(text: str, size: float, weight: str = "normal", spacing: float = 1.15) -> tuple[float, float]:
    """Return width and height of a text.

    Parameters
    ----------
    text : str
        May have several lines.
    size : float
        Points.
    weight : str
        normal or bold.
    spacing : float
        Of lines.

    Returns
    -------
    tuple of two float
        Inches.
    """
    bench = _bench()
    sample = Text(0, 0, text, fontsize=size, fontweight=weight, linespacing=spacing)
    sample.set_figure(bench)
    box = sample.get_window_extent()
    return HINTING * box.width / bench.dpi, box.height / bench.dpi


def wrap(text: str, width: float, size: float, weight: str = "normal") -> str:
    """Return a text broken into lines of at most a width; a word that is longer is broken too.

    Parameters
    ----------
    text : str
        One paragraph.
    width : float
        Inches.
    size : float
        Points.
    weight : str
        normal or bold.

    Returns
    -------
    str
        Lines joined by line feeds.
    """
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if text_size(joined, size, weight)[0] <= width:
            lines[-1:] = [joined]
            continue
        while text_size(word, size, weight)[0] > width and len(word) > 1:
            fits = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or text_size(word[:n], size, weight)[0] <= width)
            lines.append(word[:fits])
            word = word[fits:]
        lines.append(word)
    return "\n".join(lines)


def balance(text: str, width: float, size: float, weight: str = "normal") -> str:
    """Return a text wrapped into as few lines as `wrap` needs, but of like length: no single word is left over."""
    lines = wrap(text, width, size, weight)
    for share in (0.6, 0.7, 0.8, 0.9):
        tried = wrap(text, share * width, size, weight)
        if tried.count("\n") == lines.count("\n"):
            return tried
    return lines


def fit(ax: Axes | None, fits: Callable[[float, float], bool]) -> tuple[Axes, float, float, float]:
    """Return axes with room for a picture, that room, and how much its type must shrink there.

    Parameters
    ----------
    ax : Axes or None
        The axes to use; None makes a 16:9 figure of its own, larger than a slide if it must be.
    fits : callable
        Told width and height in inches, says whether everything fits at full type size.

    Returns
    -------
    tuple of Axes and three float
        The axes without frame or ticks; width and height in inches at full type size; the factor, at most 1, by which
        type is to be set smaller.
    """
    if ax is None:
        import matplotlib.pyplot as plt

        width, height = _grown(*SLIDE, fits)
        ax = plt.figure(figsize=(width, height), facecolor="white").add_axes((0, 0, 1, 1))
        scale = 1.0
    else:
        figure = ax.get_figure(root=True)
        assert figure is not None
        engine = figure.get_layout_engine()
        if engine is not None:
            engine.execute(figure)
        box = ax.get_window_extent()
        given = box.width / figure.dpi
        width, height = _grown(given, box.height / figure.dpi, fits)
        scale = given / width
    ax.set_axis_off()
    return ax, width, height, scale


def put_caption(ax: Axes, caption: Caption, lines: "Lines", scale: float) -> None:
    """Write title, subtitle and footer on axes, and let these carry the caption.

    Parameters
    ----------
    ax : Axes
        Where to write.
    caption : Caption
        What to carry.
    lines : Lines
        The same in lines.
    scale : float
        Of type.
    """

    def put(top: float, text: str, size: float, **how: Any) -> None:  # noqa: ANN401 - what matplotlib takes
        place = MARGIN / lines.width, 1 - top / lines.height
        ax.text(*place, text, transform=ax.transAxes, fontsize=size * scale, va="top", **how)

    put(lines.title_top, lines.title, lines.title_size, fontweight="bold", color=INK, linespacing=1.1, gid="estimative-title")
    put(lines.subtitle_top, lines.subtitle, BODY, color=QUIET, linespacing=1.15)
    put(lines.footer_top, lines.footer, SMALL, color=QUIET, linespacing=1.15, gid="estimative-footer")
    attach(ax, caption)


@dataclass(frozen=True)
class Lines:
    """Title, subtitle and footer, wrapped for a size of picture, and where they stand (inches from the top)."""

    width: float
    height: float
    title: str
    title_size: float
    subtitle: str
    footer: str
    title_top: float
    subtitle_top: float
    footer_top: float
    body_top: float
    body_bottom: float


def caption_lines(title: str, subtitle: str, footer: str, width: float, height: float) -> Lines:
    """Return the words around a picture, wrapped, and the room that they leave.

    Parameters
    ----------
    title, subtitle, footer : str
        The words.
    width, height : float
        Of the picture, in inches.

    Returns
    -------
    Lines
        What to write where.
    """
    room = width - 2 * MARGIN
    size = next((s for s in TITLES if wrap(title, room, s, "bold").count("\n") < 2), TITLES[-1])
    title, subtitle = balance(title, room, size, "bold"), balance(subtitle, room, BODY)
    footer = "\n".join(wrap(part, room, SMALL) for part in footer.split("\n"))
    title_top = 0.8 * MARGIN
    subtitle_top = title_top + text_size(title, size, "bold", 1.1)[1] + 0.08
    footer_top = height - 0.6 * MARGIN - text_size(footer, SMALL)[1]
    body_top = subtitle_top + text_size(subtitle, BODY)[1] + 0.12
    tops = (title_top, subtitle_top, footer_top, body_top, footer_top - 0.12)
    return Lines(width, height, title, size, subtitle, footer, *tops)


def footer(subject: Forecast | Scenario) -> str:
    """Return the line that stands under a picture.

    Parameters
    ----------
    subject : Forecast or Scenario
        What is shown.

    Returns
    -------
    str
        The record, and what a reader must know of how it came about.
    """
    scenario = subject if isinstance(subject, Scenario) else subject.scenario
    parts = [f"Record {subject.record}"] if isinstance(subject, Forecast) else [f"Scenario {scenario.slug}"]
    if scenario.hindsight:
        parts.append("Written with hindsight: coded after its window had closed")
    if isinstance(subject, Forecast) and subject.belief.failed:
        parts.append("NOT CONVERGED")
    return ". ".join(parts) + "."


def shown_artists(ax: Axes, hidden: tuple[str, ...] = ()) -> list[Artist]:
    """Return the visible artists drawn on axes, but those of some gids."""
    drawn = [*ax.texts, *ax.lines, *ax.patches, *ax.collections]
    return [a for a in drawn if a.get_visible() and a.get_gid() not in hidden]


@cache
def _bench() -> Figure:
    """Return a figure that nobody sees, to measure text on."""
    figure = Figure(dpi=200)
    FigureCanvasAgg(figure)
    return figure


def _grown(width: float, height: float, fits: Callable[[float, float], bool]) -> tuple[float, float]:
    """Return the first size, growing from a size in proportion, at which everything fits."""
    for _ in range(60):  # thirty times as wide: nothing could be read, but nothing breaks either
        if fits(width, height):
            break
        width, height = ZOOM * width, ZOOM * height
    return width, height
