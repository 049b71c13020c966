"""Words of news on a picture: the day, what was said, an ellipsis where all finds no room."""

from estimative.causes import Cause
from estimative.plots.calendar import short_date
from estimative.plots.lettering import SMALL, text_size, wrap

ELLIPSIS = "…"


def in_words(cause: Cause) -> str:
    """Return a cause as a picture names it: with its day, without the name of its file.

    Parameters
    ----------
    cause : Cause
        A cause of a move.

    Returns
    -------
    str
        One paragraph, not wrapped.
    """
    return f"{short_date(cause.published)}: {cause.said}" if cause.published else cause.said


def abridge(text: str, width: float, most: int, size: float = SMALL) -> str:
    """Return a text wrapped into so many lines at most.

    Parameters
    ----------
    text : str
        One paragraph.
    width : float
        Of a line, in inches.
    most : int
        How many lines.
    size : float
        Points.

    Returns
    -------
    str
        Lines joined by line feeds; an ellipsis ends the last where words were left out.
    """
    lines = wrap(text, width, size).split("\n")
    if len(lines) <= most:
        return "\n".join(lines)
    last = lines[most - 1].split()
    while len(last) > 1 and text_size(" ".join([*last, ELLIPSIS]), size)[0] > width:
        last.pop()
    return "\n".join([*lines[: most - 1], " ".join([*last, ELLIPSIS])])
