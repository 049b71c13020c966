"""From a figure to the bytes of a file: no clock, no random name; the same figure gives the same.

What is not asked for here, such as the figure's colours, is left as the figure has it.
"""

import io
import re
from collections.abc import Mapping, Sequence

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

DPI = 300  # of a PNG
UNDATED = {"png": "Software", "svg": "Date", "pdf": "CreationDate"}  # left out
PAGES = {"16:9": (40 / 3, 7.5), "4:3": (10.0, 7.5), "a4": (210 / 25.4, 297 / 25.4)}  # inches
LEAST, MOST = 2.0, 48.0  # inches of a side
MOST_DOTS = 20_000  # of a side of a PNG: a figure that had to grow very large gets fewer an inch
TEXT = re.compile(rb"<text [^>]*>")
STAND_INS = b"'DejaVu Sans', Verdana, sans-serif"  # Verdana's letters are as wide as DejaVu's

type Size = str | Sequence[float]


def page_size(size: Size) -> tuple[float, float]:
    """Return the width and height that a size stands for.

    Parameters
    ----------
    size : str or sequence of two float
        `16:9` or `4:3`, a slide; `a4`, an upright page; or width and height in inches, as two
        numbers or as `10x6`.

    Returns
    -------
    tuple of two float
        Inches.

    Raises
    ------
    ValueError
        If it is none of these, or a side is shorter than 2 or longer than 48 inches.
    """
    named = PAGES.get(size.strip().lower()) if isinstance(size, str) else None
    if named:
        return named
    allowed = "give 16:9, 4:3, a4, or width and height in inches, such as 10x6"
    try:
        sides = size.lower().split("x") if isinstance(size, str) else size
        width, height = map(float, sides)
    except (TypeError, ValueError):
        raise ValueError(f"size is {size!r}; {allowed}") from None
    if not (LEAST <= width <= MOST and LEAST <= height <= MOST):
        told = f"size is {width:g} by {height:g} inches"
        raise ValueError(f"{told}; {allowed}, each side from {LEAST:g} to {MOST:g}")
    return width, height


def render(
    figure: Figure,
    kind: str,
    metadata: Mapping[str, str] | None = None,
    *,
    area: Bbox | str | None = None,
    dpi: float = DPI,
) -> bytes:
    """Return a figure as a file.

    Parameters
    ----------
    figure : Figure
        The figure.
    kind : str
        png, svg or pdf. Text in an SVG stays text; a PDF has its fonts inside.
    metadata : mapping of str to str, optional
        What the file is to carry, by the kind's own keys.
    area : Bbox or str, optional
        The part to be drawn, in inches, or `tight`; default the whole.
    dpi : float
        Dots an inch of a PNG; fewer where a side would have more than 20,000.

    Returns
    -------
    bytes
        The file's content.
    """
    told = {UNDATED[kind]: None, **(metadata or {})}
    target = io.BytesIO()
    dpi = min(dpi, MOST_DOTS / max(figure.get_size_inches()))
    with rc_context({"svg.hashsalt": "estimative", "svg.fonttype": "none", "pdf.fonttype": 42}):
        figure.savefig(target, format=kind, dpi=dpi, metadata=told, bbox_inches=area)
    content = target.getvalue()
    return TEXT.sub(_with_stand_ins, content) if kind == "svg" else content


def _with_stand_ins(tag: re.Match[bytes]) -> bytes:
    """Return a tag of text that names fonts for whoever has not ours."""
    return tag.group().replace(b"'DejaVu Sans'", STAND_INS)
