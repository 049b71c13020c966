"""Type: how large a text will be in inches, and how it is broken into lines.

Text is measured on a figure that nobody sees, before anything is drawn.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, lru_cache

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from estimative.plots.fonts import families
from estimative.quoting import LEFT_TO_RIGHT, TURNING, leftwards

SMALL, BODY, NUMBER = 12.0, 12.5, 15.0  # points on a slide
TITLES = (21.0, 18.0, 16.0)  # points; the first at which a title needs no more than two lines
SPACING = 1.15  # of lines
HINTING = 1.03  # on a coarse screen letters are set on whole pixels, and run wider
TIED = "\N{NO-BREAK SPACE}"  # holds a sign to the word before it

_TURNING = re.compile(f"[{''.join(sorted(TURNING - {LEFT_TO_RIGHT}))}]")
_SPACES = re.compile(f"[^\\S{TIED}]+")


@contextmanager
def settings() -> Iterator[None]:
    """Return a context in which a dollar sign is one; all other settings are left alone.

    `matplotlib.rc_context` would also undo what a notebook sets up while the first figure is made,
    and no later picture would be shown.
    """
    before = mpl.rcParams["text.parse_math"], mpl.rcParams["text.usetex"]
    mpl.rcParams["text.parse_math"] = mpl.rcParams["text.usetex"] = False
    try:
        yield
    finally:
        mpl.rcParams["text.parse_math"], mpl.rcParams["text.usetex"] = before


def unturned(text: str) -> str:
    """Return a text without marks that turn what stands near it from right to left.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        As it is drawn, each line of it from the left.
    """
    bare = _TURNING.sub("", text)
    if not leftwards(bare):
        return bare
    return "\n".join(LEFT_TO_RIGHT + line.lstrip(LEFT_TO_RIGHT) for line in bare.split("\n"))


def closed(text: str) -> str:
    """Return a text behind which numbers and arrows are read from left to right.

    Parameters
    ----------
    text : str
        From a file, such as an outcome's title.

    Returns
    -------
    str
        As it may stand before other words.
    """
    bare = _TURNING.sub("", text)
    return bare + LEFT_TO_RIGHT * leftwards(bare)


@lru_cache(maxsize=16_384)
def text_size(
    text: str, size: float, weight: str = "normal", spacing: float = SPACING
) -> tuple[float, float]:
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
    text = unturned(text)
    sample = _sample(size, weight, spacing, tuple(families(text)))
    sample.set_text(text)
    box, dots = sample.get_window_extent(), _bench().dpi
    return HINTING * box.width / dots, box.height / dots


def wrap(text: str, width: float, size: float, weight: str = "normal") -> str:
    """Return a text broken into lines of at most a width; a word that is longer is broken too.

    Parameters
    ----------
    text : str
        One paragraph; no line ends where it has a no-break space.
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

    def fits(part: str) -> bool:
        """Return whether a part of the text fits on a line.

        Parameters
        ----------
        part : str
            On one line.

        Returns
        -------
        bool
            True if it is no wider than the line.
        """
        return text_size(part, size, weight)[0] <= width

    lines: list[str] = []
    for word in filter(None, _SPACES.split(text)):
        if lines and fits(f"{lines[-1]} {word}"):
            lines[-1] += f" {word}"
            continue
        while len(word) > 1 and not fits(word):
            starts = [word[:n] for n in range(2, len(word))]
            most = 1 + bisect_left(starts, True, key=lambda part: not fits(part))
            lines.append(word[:most])
            word = word[most:]
        lines.append(word)
    return "\n".join(lines)


def balance(text: str, width: float, size: float, weight: str = "normal") -> str:
    """Return a text in as few lines as `wrap` needs, but of like length: no word is left alone.

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
    lines = wrap(text, width, size, weight)
    for share in (0.6, 0.7, 0.8, 0.9):
        tried = wrap(text, share * width, size, weight)
        if tried.count("\n") == lines.count("\n"):
            return tried
    return lines


def tidy(text: str, width: float, size: float) -> str:
    """Return a text in as few lines as `wrap` needs, the last of them not much shorter.

    Parameters
    ----------
    text : str
        One paragraph.
    width : float
        Inches.
    size : float
        Points.

    Returns
    -------
    str
        Lines joined by line feeds.
    """
    lines = wrap(text, width, size)
    for share in (1.0, 0.95, 0.9, 0.8, 0.7):
        tried = wrap(text, share * width, size)
        if tried.count("\n") != lines.count("\n"):
            break
        lines = tried
        if text_size(lines.rsplit("\n", 1)[-1], size)[0] > 0.4 * width:
            break
    return lines


@cache
def _bench() -> Figure:
    """Return a figure that nobody sees, to measure text on."""
    figure = Figure(dpi=200)
    FigureCanvasAgg(figure)
    return figure


@lru_cache(maxsize=64)
def _sample(size: float, weight: str, spacing: float, fonts: tuple[str, ...]) -> Text:
    """Return a text on that figure; to set other words in it costs a tenth of making it anew."""
    sample = Text(0, 0, "", fontsize=size, fontweight=weight, linespacing=spacing)
    sample.set_parse_math(False)
    sample.set_usetex(False)
    sample.set_fontfamily(list(fonts))
    sample.set_figure(_bench())
    return sample
