"""From a picture to a file: the suffix says which kind, and the same picture gives the same bytes.

A file is made whole in memory, written beside its final name and moved there in one step, so a
crash leaves the old file or the new one (tests/unit/test_export.py).
"""

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from estimative.errors import LedgerError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from estimative.plots.style import Caption

# under which keys a kind of file carries title, content in words, and record
METADATA = {
    ".png": ("Title", "Description", "Source"),
    ".svg": ("Title", "Description", "Identifier"),
    ".pdf": ("Title", "Subject", "Keywords"),
}
KINDS = (*METADATA, ".pptx")
LONG = 200  # characters of a folder's name from which Windows wants it marked


def export(figure_or_axes: "Figure | SubFigure | Axes", path: str | Path) -> Path:
    """Write a picture to a file.

    Parameters
    ----------
    figure_or_axes : Figure or Axes
        A picture; of axes, the whole figure is written.
    path : str or Path
        Where to; its suffix is .png, .svg, .pdf or .pptx. Folders are made, an old file is
        replaced.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If the suffix is another.
    LedgerError
        If the file cannot be written.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in KINDS:
        came = f"ends in '{path.suffix}'" if path.suffix else "has no suffix"
        raise ValueError(f"'{path.name}' {came}; give it one of {', '.join(KINDS)}")
    figure = figure_or_axes.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes have been taken off their figure; draw the picture again")
    _replace(path, _content(figure, _words(figure), kind))
    return path


def _words(figure: "Figure") -> "Caption":
    """Return what a figure says in words: its own title first, then what its pictures carry."""
    from estimative.plots.style import Caption, caption_of

    captions = [found for found in map(caption_of, figure.axes) if found is not None]
    titles = [c.title for c in captions] + [ax.get_title() for ax in figure.axes]
    title = next(filter(None, [figure.get_suptitle(), *titles]), "")
    footer = " ".join(dict.fromkeys(c.footer for c in captions))
    record = ", ".join(dict.fromkeys(c.record for c in captions if c.record)) or None
    return Caption(title, footer, record, "\n".join(c.alt for c in captions) or title)


def _content(figure: "Figure", words: "Caption", kind: str) -> bytes:
    """Return the file: the slide prints the words, the others carry them as metadata."""
    from estimative.plots.rendering import render
    from estimative.plots.slide import slide_bytes

    if kind == ".pptx":
        return slide_bytes(figure, words)
    title, alt, record = METADATA[kind]
    told = {title: words.title, alt: words.alt, record: words.record}
    return render(figure, kind[1:], {key: text for key, text in told.items() if text})


def _replace(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all."""
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
