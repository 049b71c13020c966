"""From a figure to the bytes of a file: no clock, no random name; the same figure gives the same.

What is not asked for here, such as the figure's colours, is left as the figure has it.
"""

import io
from collections.abc import Mapping

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

DPI = 200  # of a PNG
UNDATED = {"png": "Software", "svg": "Date", "pdf": "CreationDate"}  # left out


def render(
    figure: Figure,
    kind: str,
    metadata: Mapping[str, str] | None = None,
    *,
    area: Bbox | str | None = None,
) -> bytes:
    """Return a figure as a file.

    Parameters
    ----------
    figure : Figure
        The figure.
    kind : str
        png, svg or pdf.
    metadata : mapping of str to str, optional
        What the file is to carry, by the kind's own keys.
    area : Bbox or str, optional
        The part to be drawn, in inches, or `tight`; default the whole.

    Returns
    -------
    bytes
        The file's content.
    """
    told = {UNDATED[kind]: None, **(metadata or {})}
    target = io.BytesIO()
    with rc_context({"svg.hashsalt": "estimative", "svg.fonttype": "path", "pdf.fonttype": 42}):
        figure.savefig(target, format=kind, dpi=DPI, metadata=told, bbox_inches=area)
    return target.getvalue()
