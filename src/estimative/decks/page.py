"""What a slide is before it is set, and what a deck is made of: values only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from matplotlib.axes import Axes

from estimative.comparing import Comparison
from estimative.disagreements import Disagreement
from estimative.exploring import Indicators
from estimative.forecasting import Forecast


@dataclass(frozen=True)
class Cell:
    """A cell of a table, and where it leads."""

    words: str
    address: str | None = None


@dataclass(frozen=True)
class Grid:
    """A table: what it shows, its heads, the shares of its columns, its rows."""

    alt: str
    heads: tuple[str, ...]
    shares: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Drawing:
    """A picture that is drawn once its room is known."""

    plot: Callable[..., Axes]
    given: tuple[Any, ...]


@dataclass(frozen=True)
class Page:
    """One slide.

    Attributes
    ----------
    kicker : str
        Which question the slide answers.
    title : str
        The answer.
    notes : tuple of str
        For the speaker: the numbers and sources behind it.
    drawing : Drawing or None
        The picture.
    text : tuple of tuple of str and bool
        Paragraphs, and whether they are bold.
    grid : Grid or None
        The table.
    """

    kicker: str
    title: str
    notes: tuple[str, ...]
    drawing: Drawing | None = None
    text: tuple[tuple[str, bool], ...] = ()
    grid: Grid | None = None


@dataclass(frozen=True, eq=False)
class Material:
    """All that the slides are made of.

    Attributes
    ----------
    forecast : Forecast
        Where we stand.
    comparison : Comparison or None
        What changed; None where there is no earlier day.
    since : str
        Why that day, in words.
    outcomes : tuple of str
        Those that are looked at closely.
    chosen : str
        How they were chosen, in words.
    indicators : mapping of str to Indicators or str
        What would change our mind, or why it was not asked.
    quarrels : mapping of str to Disagreement or str
        Who disagrees, or why it was not asked.
    """

    forecast: Forecast
    comparison: Comparison | None
    since: str
    outcomes: tuple[str, ...]
    chosen: str
    indicators: Mapping[str, Indicators | str] = field(default_factory=dict)
    quarrels: Mapping[str, Disagreement | str] = field(default_factory=dict)
