"""From a picture or a result to a file: the suffix says which kind, the same gives the same bytes.

A file is made whole in memory, written beside its final name and moved there in one step, so a
crash leaves the old file or the new one (tests/unit/test_export.py).
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimative.errors import LedgerError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from estimative.plots.rendering import Size
    from estimative.plots.style import Caption

# under which keys a kind of file carries title, content in words, and record
METADATA = {
    ".png": ("Title", "Description", "Source"),
    ".svg": ("Title", "Description", "Identifier"),
    ".pdf": ("Title", "Subject", "Keywords"),
}
KINDS = (*METADATA, ".pptx")
# which picture an answer is drawn as
PICTURES = {
    "Codings": "coders",
    "Comparison": "changes",
    "Coverage": "coverage",
    "Disagreement": "disagreement",
    "Forecast": "forecast",
    "Indicators": "indicators",
    "Joint": "joint",
    "Scenario": "network",
    "Sensitivity": "tornado",
    "WhatIf": "what_if",
}
LONG = 200  # characters of a folder's name from which Windows wants it marked


def export(
    x: Any,  # noqa: ANN401 - a figure, axes or any answer
    path: str | Path,
    size: "Size | None" = None,
) -> Path:
    """Write a picture, or the picture of a result, to a file.

    Parameters
    ----------
    x : Figure, Axes or a result
        Of axes, the whole figure is written. A result (a forecast, a comparison, a what-if ...) is
        drawn as its own picture.
    path : str or Path
        Where to; its suffix is .png, .svg, .pdf or .pptx. Folders are made, an old file is
        replaced.
    size : str or tuple of two float, optional
        `16:9` or `4:3` for a slide, `a4` for an upright page, or width and height in inches. One of
        our pictures is drawn anew to fit; any other figure is stretched. Default: the figure's own
        size, and 16:9 for a result.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If the suffix or the size is another, or `x` is nothing that can be drawn.
    LedgerError
        If the file cannot be written.
    """
    from estimative.plots.rendering import page_size

    path = Path(path)
    kind = path.suffix.lower()
    if kind not in KINDS:
        came = f"ends in '{path.suffix}'" if path.suffix else "has no suffix"
        raise ValueError(f"'{path.name}' {came}; give it one of {', '.join(KINDS)}")
    page = None if size is None else page_size(size)
    with _pictured(x, page) as figure:
        content = _content(figure, _words(figure), kind, page)
    write_file(path, content)
    return path


@contextlib.contextmanager
def _pictured(x: Any, page: tuple[float, float] | None) -> "Iterator[Figure]":  # noqa: ANN401
    """Give the figure to be written, at its size; whoever owns it finds it as it was."""
    from estimative.plots.redrawing import redrawn
    from estimative.plots.rendering import PAGES

    if not hasattr(x, "get_figure"):
        yield _drawn(x, page or PAGES["16:9"])
        return
    figure = x.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes have been taken off their figure; draw the picture again")
    if page is None:
        yield figure
        return
    anew = redrawn(figure, page)
    if anew is not None:
        yield anew
        return
    before = figure.get_size_inches()
    figure.set_size_inches(*page, forward=False)
    try:
        yield figure
    finally:
        figure.set_size_inches(*before, forward=False)


def _drawn(result: Any, page: tuple[float, float]) -> "Figure":  # noqa: ANN401 - any answer
    """Return a result's own picture."""
    from estimative import plots
    from estimative.plots.redrawing import draw

    name = PICTURES.get(type(result).__name__)
    if name is None:
        raise ValueError(
            f"a {type(result).__name__} has no picture of its own; give a figure, axes, or one of"
            f" {', '.join(PICTURES)}"
        )
    return draw(getattr(plots, name), page, result)


def _words(figure: "Figure") -> "Caption":
    """Return what a figure says in words: its own title first, then what its pictures carry."""
    from estimative.plots.style import Caption, caption_of

    captions = [found for found in map(caption_of, figure.axes) if found is not None]
    titles = [c.title for c in captions] + [ax.get_title() for ax in figure.axes]
    title = next(filter(None, [figure.get_suptitle(), *titles]), "")
    footer = " ".join(dict.fromkeys(c.footer for c in captions))
    record = ", ".join(dict.fromkeys(c.record for c in captions if c.record)) or None
    return Caption(title, footer, record, "\n".join(c.alt for c in captions) or title)


def _content(
    figure: "Figure", words: "Caption", kind: str, page: tuple[float, float] | None
) -> bytes:
    """Return the file: the slide prints the words, the others carry them as metadata."""
    from estimative.plots.rendering import PAGES, render
    from estimative.plots.slide import slide_bytes

    if kind == ".pptx":
        return slide_bytes(figure, words, page or PAGES["16:9"])
    title, alt, record = METADATA[kind]
    told = {title: words.title, alt: words.alt, record: words.record}
    return render(figure, kind[1:], {key: text for key, text in told.items() if text})


def write_file(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all; folders are made, an old file is replaced.

    Parameters
    ----------
    path : Path
        The file.
    content : bytes
        What it is to hold.

    Raises
    ------
    LedgerError
        If it cannot be written.
    """
    try:
        folder = _reachable(path.parent)
        folder.mkdir(parents=True, exist_ok=True)
        beside = folder / f".{secrets.token_hex(4)}.part"
        try:
            with beside.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(beside, folder / path.name)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise LedgerError(
            f"{path} cannot be written: {error.strerror}; choose another place or make room"
        ) from error


def _reachable(folder: Path) -> Path:
    """Return a folder as Windows reaches it even where the name is longer than 260 characters."""
    whole = str(folder.absolute())
    if os.name != "nt" or len(whole) < LONG or whole.startswith("\\\\"):
        return folder
    return Path("\\\\?\\" + os.path.normpath(whole))
