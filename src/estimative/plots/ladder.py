"""Rows of words beside one scale of probability: what pictures of many chances have in common.

Labels stand at the left, marks on a scale in the middle, numbers in columns at the right.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes

from estimative.plots import style
from estimative.plots.lettering import BODY, NUMBER, SMALL, balance, settings, text_size
from estimative.plots.style import MARGIN, QUIET, Caption, How, Lines, Pen

GAP, LEAST_SCALE, HEADER, TICKS = 0.3, 3.0, 0.3, 0.3  # inches
AIR, HIGHEST_RUNG = 0.12, 0.95  # inches
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)  # between ticks, as probabilities


@dataclass(frozen=True)
class Rung:
    """One row: its label, its numbers, and how much room its marks need, in inches."""

    label: str
    cells: tuple[str, ...]
    marks: float = 0.2

    @property
    def need(self) -> float:
        """The height it needs, in inches."""
        return AIR + max(text_size(self.label, SMALL)[1], self.marks)


@dataclass(frozen=True)
class Ladder:
    """What is to be drawn: words, rows, columns, and how far the scale reaches.

    Attributes
    ----------
    title, subtitle, footer, alt : str
        The words of the picture.
    record : str
        Id of the forecast.
    rungs : tuple of Rung
        The rows.
    heads : tuple of str
        Over the columns; one a cell.
    reach : float
        The largest probability on the scale.
    label_share : float
        Of the width, for the labels.
    empty : str
        What stands there if there is no row.
    low : float
        The smallest probability on the scale.
    """

    title: str
    subtitle: str
    footer: str
    alt: str
    record: str
    rungs: tuple[Rung, ...]
    heads: tuple[str, ...]
    reach: float
    label_share: float
    empty: str
    low: float = 0.0

    @property
    def header(self) -> float:
        """Room above the rows for the heads of the columns, in inches."""
        return HEADER if self.heads else AIR

    @property
    def columns(self) -> tuple[float, ...]:
        """The width of each column, in inches."""
        return tuple(
            GAP
            + max(
                text_size(head, SMALL)[0],
                *(text_size(r.cells[i], NUMBER, "bold")[0] for r in self.rungs),
                0.0,
            )
            for i, head in enumerate(self.heads)
        )

    @property
    def ticks(self) -> tuple[float, ...]:
        """Round probabilities from below the smallest to at least the reach, six at most."""
        for step in STEPS:
            first, last = np.floor(self.low / step + 1e-9), np.ceil(self.reach / step - 1e-9)
            if last - first <= 5:
                break
        return tuple(round(step * i, 6) for i in range(int(first), int(max(last, first + 1)) + 1))


@dataclass(frozen=True)
class Plan:
    """Where everything stands, in inches from the left and from the top."""

    ladder: Ladder
    lines: Lines
    heights: tuple[float, ...]
    columns: tuple[float, ...]

    @property
    def left(self) -> float:
        """Where the scale begins."""
        return MARGIN + self.ladder.label_share * self.lines.width + GAP

    @property
    def right(self) -> float:
        """Where the scale ends."""
        return self.lines.width - MARGIN - sum(self.columns) - GAP / 2

    @property
    def top(self) -> float:
        """Where the rows begin."""
        return self.lines.body_top + self.ladder.header

    @property
    def fits(self) -> bool:
        """Whether rows and scale have room at full type size."""
        enough = self.right - self.left >= LEAST_SCALE
        return enough and len(self.heights) == len(self.ladder.rungs)

    def across(self, inches: float) -> float:
        """Return the probability that stands so far right of the picture's edge.

        Parameters
        ----------
        inches : float
            From the picture's left edge.

        Returns
        -------
        float
            Data coordinate: a probability on the scale; beside it, outside.
        """
        first, last = self.ladder.ticks[0], self.ladder.ticks[-1]
        return first + (inches - self.left) / (self.right - self.left) * (last - first)


Marks = Callable[[Pen, int, float, float], None]
"""Draws the marks of a row: given a pen, the row's number, its middle and half its height."""


def draw_ladder(ladder: Ladder, marks: Marks, ax: Axes | None) -> Axes:
    """Draw rows of words beside a scale of probability.

    Parameters
    ----------
    ladder : Ladder
        What is to be drawn.
    marks : callable
        Draws on the scale: pen, number of the row, its middle and half its height.
    ax : Axes or None
        Where to draw; None makes a 16:9 figure.

    Returns
    -------
    Axes
        Along x stands the probability, along y inches from the top at full type size.
    """
    with settings():
        pen, width, height = style.fit(ax, lambda w, h: _plan(ladder, w, h).fits)
        plan = _plan(ladder, width, height)
        pen.ax.set(xlim=(plan.across(0), plan.across(width)), ylim=(height, 0), autoscale_on=False)
        _draw_scale(pen, plan)
        top = plan.top
        for i, (rung, tall) in enumerate(zip(plan.ladder.rungs, plan.heights, strict=True)):
            middle = top + tall / 2
            pen.write(plan.across(MARGIN), middle, rung.label, gid="label")
            _write_cells(pen, plan, rung, middle)
            marks(pen, i, middle, (tall - AIR) / 2)
            top += tall
        caption = Caption(ladder.title, ladder.footer, ladder.record, ladder.alt)
        return style.finish(pen, caption, plan.lines)


def _plan(ladder: Ladder, width: float, height: float) -> Plan:
    lines = style.lay_out(ladder.title, ladder.subtitle, ladder.footer, width, height)
    room = ladder.label_share * width
    rungs = tuple(replace(r, label=balance(r.label, room, SMALL)) for r in ladder.rungs)
    free = lines.body_bottom - lines.body_top - ladder.header - TICKS
    heights = style.share_out([r.need for r in rungs], free, HIGHEST_RUNG)
    return Plan(replace(ladder, rungs=rungs), lines, heights, ladder.columns)


def _draw_scale(pen: Pen, plan: Plan) -> None:
    """Draw the ticks, the heads of the columns, and a line under each row."""
    bottom, ladder = plan.top + sum(plan.heights), plan.ladder
    if not ladder.rungs:
        pen.write(plan.across(MARGIN), plan.top, ladder.empty, BODY, color=QUIET, gid="header")
        return
    for tick in ladder.ticks:
        hair: How = {"color": style.HAIR, "linewidth": 0.8 * pen.scale, "zorder": 0}
        pen.ax.plot([tick, tick], [plan.top, bottom], gid="grid", **hair)
        how: How = {"color": QUIET, "ha": "center", "va": "top", "gid": "tick"}
        pen.write(tick, bottom + 0.06, f"{tick:.0%}", **how)
    for i, head in enumerate(ladder.heads):
        place = plan.across(_column(plan, i)), plan.top - 0.08
        pen.write(*place, head, va="bottom", ha="right", color=QUIET, gid="header")
    edges = [plan.top, *(plan.top + sum(plan.heights[: i + 1]) for i in range(len(plan.heights)))]
    pen.rules(edges, plan.across(MARGIN), plan.across(plan.lines.width - MARGIN))


def _write_cells(pen: Pen, plan: Plan, rung: Rung, middle: float) -> None:
    for i, cell in enumerate(rung.cells):
        first: How = {"fontweight": "bold"} if i == len(rung.cells) - 1 else {"color": QUIET}
        pen.write(
            plan.across(_column(plan, i)), middle, cell, BODY, ha="right", gid="cell", **first
        )


def _column(plan: Plan, number: int) -> float:
    """Return the right edge of a column, in inches from the left."""
    return plan.lines.width - MARGIN - sum(plan.columns[number + 1 :])
