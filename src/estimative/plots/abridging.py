"""Words of news on a picture: the day, what was said, an ellipsis where all finds no room."""

import unicodedata

from estimative.causes import Cause
from estimative.days import short_date
from estimative.plots.lettering import SMALL, closed, text_size, wrap

ELLIPSIS = "…"
LONGEST = 90  # characters of a name in a title


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


def short(name: str, most: int = LONGEST) -> str:
    """Return a name that a title can hold.

    Parameters
    ----------
    name : str
        Such as an outcome's title.
    most : int
        How many characters.

    Returns
    -------
    str
        The name, or its first words and an ellipsis; a script without spaces is cut anywhere.
    """
    if len(name) > most:
        words = name[: most - 1].rsplit(" ", 1)
        kept = words[0] if len(words[0]) > most / 2 else name[: most - 1]
        name = f"{kept.rstrip(' ,;:')}{ELLIPSIS}"
    return closed(name)


def sentence(text: str) -> str:
    """Return a text that another sentence can follow.

    Parameters
    ----------
    text : str
        Such as a scenario's question.

    Returns
    -------
    str
        With a full stop, unless it ends in a mark already.
    """
    ends = unicodedata.category(text[-1:] or ".") in ("Po", "Pf", "Pe")
    return closed(text if ends else f"{text}.")


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
