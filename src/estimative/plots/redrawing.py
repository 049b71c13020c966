"""Pictures at another size: a picture remembers what it shows, and is drawn anew to fit.

Type that was fitted to one page would overlap, or be lost, on another (tests/unit/test_export.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from estimative.plots.style import artists


@dataclass(frozen=True)
class Drawn:
    """How a picture was drawn, and how much was on it then."""

    plot: Callable[..., Axes]
    given: Mapping[str, Any]
    artists: int


def remembered(plot: Callable[..., Axes]) -> Callable[..., Axes]:
    """Return a plot whose axes remember how they were drawn.

    Parameters
    ----------
    plot : callable
        Takes a result, whatever else it needs, and `ax`.

    Returns
    -------
    callable
        The same, to whoever calls it.
    """

    @wraps(plot)
    def drawing(*given: Any, **named: Any) -> Axes:  # noqa: ANN401 - as the plot takes them
        """Draw, and note how.

        Parameters
        ----------
        *given, **named
            As the plot takes them.

        Returns
        -------
        Axes
            The plot's.
        """
        ax = plot(*given, **named)
        arguments = signature(plot).bind(*given, **named).arguments
        rest = {name: value for name, value in arguments.items() if name != "ax"}
        vars(ax)["estimative-drawn"] = Drawn(plot, rest, len(artists(ax)))
        return ax

    return drawing


def draw(
    plot: Callable[..., Axes],
    page: tuple[float, float],
    *given: Any,  # noqa: ANN401 - as the plot takes them
    **named: Any,  # noqa: ANN401
) -> Figure:
    """Return a new figure of a size with one picture all over it; pyplot does not know of it.

    Parameters
    ----------
    plot : callable
        The picture.
    page : tuple of two float
        Width and height in inches.
    *given, **named
        What the plot takes besides `ax`.

    Returns
    -------
    Figure
        White.
    """
    figure = Figure(figsize=page, facecolor="white")
    FigureCanvasAgg(figure)
    plot(*given, **named, ax=figure.add_axes((0, 0, 1, 1)))
    return figure


def redrawn(figure: Figure, page: tuple[float, float]) -> Figure | None:
    """Return a figure drawn anew at another size.

    Parameters
    ----------
    figure : Figure
        Any figure.
    page : tuple of two float
        Width and height in inches.

    Returns
    -------
    Figure or None
        None unless it is one of our pictures, alone and with nothing drawn on it since.
    """
    if len(figure.axes) != 1:
        return None
    drawn = vars(figure.axes[0]).get("estimative-drawn")
    if not isinstance(drawn, Drawn) or len(artists(figure.axes[0])) != drawn.artists:
        return None
    return draw(drawn.plot, page, **drawn.given)
