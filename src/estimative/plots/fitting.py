"""Text that must fit into a box of a slide, and somebody's words that must not disturb ours.

It is measured in a font wider than the one it will be set in, so that it fits whatever font the
reader's machine has.
"""

from collections.abc import Sequence

from estimative.plots.lettering import settings, wrap
from estimative.quoting import apart, straight

LEADING = 1.2  # of lines
IN_TITLE = 90  # characters of somebody's words


def fitting(
    paragraphs: Sequence[str], width: float, height: float, sizes: Sequence[float]
) -> tuple[float, list[str]]:
    """Return the size in which paragraphs fit into a box, and what of them does.

    Parameters
    ----------
    paragraphs : sequence of str
        Words.
    width, height : float
        Of the box.
    sizes : sequence of float
        Points, the largest first.

    Returns
    -------
    tuple of float and list of str
        Points, and the paragraphs; in the smallest size those that find room, the first of all
        with an ellipsis where not even it does.
    """
    for size in sizes:
        if sum(needed(words, width, size) for words in paragraphs) <= height + 0.02:
            return size, list(paragraphs)
    size, told, used = sizes[-1], list[str](), 0.0
    for words in paragraphs:
        used += needed(words, width, size)
        if used > height:
            break
        told.append(words)
    return size, told or [abridged(words, width, height, size) for words in paragraphs[:1]]


def needed(words: str, width: float, size: float) -> float:
    """Return the height that a paragraph needs.

    Parameters
    ----------
    words : str
        One paragraph.
    width : float
        Of its lines.
    size : float
        Points.

    Returns
    -------
    float
        Inches.
    """
    with settings():
        return (wrap(words, width, size).count("\n") + 1.0) * LEADING * size / 72


def abridged(words: str, width: float, height: float, size: float) -> str:
    """Return a paragraph that fits into a box, an ellipsis in place of what does not.

    Parameters
    ----------
    words : str
        One paragraph.
    width, height : float
        Of the box.
    size : float
        Points.

    Returns
    -------
    str
        One paragraph.
    """
    if needed(words, width, size) <= height + 0.02:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if needed(f"{words[:middle]}…", width, size) <= height + 0.02:
            low = middle
        else:
            high = middle - 1
    cut = words[:low]
    return f"{cut.rsplit(' ', 1)[0] if ' ' in cut else cut}…"


def short(words: str, most: int = IN_TITLE) -> str:
    """Return somebody's words cut so that what is said of them has room on the same line.

    Parameters
    ----------
    words : str
        Such as a title.
    most : int
        Characters.

    Returns
    -------
    str
        As `apart` gives them; an ellipsis ends them where some were left out.
    """
    kept = straight(words)
    if len(kept) > most:
        kept = f"{kept[:most].rsplit(' ', 1)[0].rstrip(' ,;:.')}…"
    return apart(kept)
