"""Why one outcome moved: from the earlier probability to the later, one step for each cause.

Steps lie on one scale of probability, so that each begins where the one above it ended; small ones
are drawn as one. `tests/unit/test_timeline.py` adds the steps up again.
"""

from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from matplotlib.axes import Axes

from estimative.comparing import Comparison, OutcomeMove
from estimative.days import long_date
from estimative.plots import style
from estimative.plots.abridging import abridge, in_words, short
from estimative.plots.lettering import BODY, NUMBER, SMALL, TIED, settings, text_size
from estimative.plots.style import INK, MARGIN, QUIET, Caption, How, Lines, Pen
from estimative.results import percent, tenths

MOST = 10  # steps; smaller ones are drawn as one
LABEL_SHARE, GAP, BESIDE, LEAST_SCALE = 0.44, 0.25, 0.08, 2.5  # of the width; inches
AIR, HIGHEST_ROW, TICKS = 0.14, 0.85, 0.34  # inches
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5)  # between ticks, as probabilities

Step = tuple[str, float, float]  # label, move, standard error


@dataclass(frozen=True)
class Row:
    """A step from one probability to another; the first and the last are the two forecasts."""

    label: str
    begins: float
    ends: float
    error: float
    forecast: bool

    @property
    def number(self) -> str:
        """The probability, or the points of the step with their standard error."""
        if self.forecast:
            return percent(self.ends)
        error = f" ±{100 * self.error:.1f}" if self.error >= 0.0005 else ""
        return tenths(self.ends - self.begins) + error

    @property
    def reach(self) -> float:
        """How far the number stands out beside the step or dot, in inches."""
        size, dot = (NUMBER, 2 * BESIDE) if self.forecast else (SMALL, BESIDE)
        return dot + text_size(self.number, size, "bold")[0]

    @property
    def need(self) -> float:
        """The height it needs, in inches."""
        return AIR + max(text_size(self.label, SMALL)[1], 0.2)


@dataclass(frozen=True)
class Plan:
    """Rows with wrapped words, and where they stand, in inches."""

    lines: Lines
    rows: tuple[Row, ...]
    heights: tuple[float, ...]
    ticks: tuple[float, ...]

    @property
    def left(self) -> float:
        """Where the scale begins."""
        return MARGIN + LABEL_SHARE * self.lines.width + GAP + self.beside

    @property
    def right(self) -> float:
        """Where the scale ends."""
        return self.lines.width - MARGIN - self.beside

    @property
    def beside(self) -> float:
        """Room on either side of the scale for the numbers."""
        return max(row.reach for row in self.rows)

    @property
    def top(self) -> float:
        """Where the rows begin."""
        return self.lines.body_top

    @property
    def bottom(self) -> float:
        """Where the rows end."""
        return self.top + sum(self.heights)

    @property
    def fits(self) -> bool:
        """Whether rows and scale have room at full type size."""
        return len(self.heights) == len(self.rows) and self.right - self.left >= LEAST_SCALE

    def across(self, inches: float) -> float:
        """Return the probability that stands so far right of the picture's edge.

        Parameters
        ----------
        inches : float
            From the picture's left edge.

        Returns
        -------
        float
            Data coordinate: a probability on the scale, which need not begin at 0.
        """
        low, high = self.ticks[0], self.ticks[-1]
        return low + (inches - self.left) / (self.right - self.left) * (high - low)


def waterfall(comparison: Comparison, outcome: str, ax: Axes | None = None) -> Axes:
    """Draw how the causes of a move lead from the earlier probability to the later.

    Parameters
    ----------
    comparison : Comparison
        What `estimative.compare` returns.
    outcome : str
        The outcome's name.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x stands the probability in [0, 1], along y inches from
        the top at full type size.

    Raises
    ------
    ValueError
        If the outcome is withheld in one of the two forecasts.
    KeyError
        If there is no such outcome.
    """
    move = comparison[outcome]
    if move.withheld:
        raise ValueError(f"'{outcome}' is withheld: {move.withheld}")
    rows, words = _rows(comparison, move), _words(comparison, move)
    with settings():
        pen, width, height = style.fit(ax, lambda w, h: _plan(rows, words, w, h).fits)
        plan = _plan(rows, words, width, height)
        pen.ax.set(xlim=(plan.across(0), plan.across(width)), ylim=(height, 0), autoscale_on=False)
        _draw(pen, plan)
        caption = Caption(words[0], words[2], comparison.later.record, _alt(rows, words))
        return style.finish(pen, caption, plan.lines)


def _rows(comparison: Comparison, move: OutcomeMove) -> list[Row]:
    """Return both forecasts and between them the steps, large ones first, small ones as one."""
    told = move.strongest[:MOST]
    steps = [(in_words(part.cause), part.move, part.error) for part in told]
    small = [part for part in move.parts if part not in told and abs(part.move) > 1e-9]
    if small:
        some = f"{len(small)} smaller cause{'s' * (len(small) != 1)}"
        error = float(np.sqrt(sum(part.error**2 for part in small)))
        steps.append((some, sum(part.move for part in small), error))
    steps = _within(move.earlier, steps)
    edges = list(accumulate((step for _, step, _ in steps), initial=move.earlier))
    rows = [Row(long_date(comparison.earlier.as_of), move.earlier, move.earlier, 0.0, True)]
    rows += [
        Row(label, edges[i], edges[i + 1], error, False)
        for i, (label, _, error) in enumerate(steps)
    ]
    last = long_date(comparison.later.as_of)
    return [*rows, Row(last, move.later, move.later, 0.0, True)]


def _within(start: float, steps: list[Step]) -> list[Step]:
    """Return steps in an order in which, if one can be found, they do not lead out of [0, 1]."""
    ordered, left = [], list(steps)
    while left:
        step = next((s for s in left if -1e-9 <= start + s[1] <= 1 + 1e-9), left[0])
        left.remove(step)
        ordered.append(step)
        start += step[1]
    return ordered


def _words(comparison: Comparison, move: OutcomeMove) -> tuple[str, str, str]:
    """Return title, subtitle and footer."""
    subtitle = (
        f"What moved it from {percent(move.earlier)} to {percent(move.later)}, in points: each"
        " cause's share, averaged over all orders in which the causes may come."
    )
    if comparison.orders is not None:
        subtitle += f" {comparison.orders} orders were sampled; ± is a standard error."
    return _takeaway(move), subtitle, style.footer(comparison.later)


def _takeaway(move: OutcomeMove) -> str:
    """Return how far the outcome moved, and by what most."""
    ends = f"{percent(move.earlier)} → {percent(move.later)}".replace(" ", TIED)
    told = f"{short(move.headline)}: {ends}"
    if not move.strongest:
        return f"{told}, for nothing happened"
    return f"{told}, most by “{short(in_words(move.strongest[0].cause))}”"


def _plan(rows: list[Row], words: tuple[str, str, str], width: float, height: float) -> Plan:
    lines = style.lay_out(*words, width, height)
    room = LABEL_SHARE * width
    most = 3 if width >= style.SLIDE[0] else 9  # cut short only where type is at its smallest
    wrapped = tuple(
        replace(r, label=r.label if r.forecast else abridge(r.label, room, most)) for r in rows
    )
    free = lines.body_bottom - lines.body_top - TICKS
    heights = style.share_out([row.need for row in wrapped], free, HIGHEST_ROW)
    return Plan(lines, wrapped, heights, _ticks(rows))


def _ticks(rows: list[Row]) -> tuple[float, ...]:
    """Return round probabilities from below the lowest to above the highest, six at most."""
    ends = [end for row in rows for end in (row.begins, row.ends)]
    low, high = min(ends), max(ends)
    for step in STEPS:
        first, last = np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9)
        if last - first <= 5:
            break
    if last == first:
        first, last = (first - 1, last) if high == 1 else (first, last + 1)
    return tuple(float(round(step * i, 6)) for i in range(int(first), int(last) + 1))


def _draw(pen: Pen, plan: Plan) -> None:
    """Draw scale and rows."""
    for tick in plan.ticks:
        ends = [plan.top, plan.bottom]
        hair: How = {"color": style.HAIR, "linewidth": 0.8 * pen.scale, "zorder": 0}
        pen.ax.plot([tick, tick], ends, gid="grid", **hair)
        how: How = {"color": QUIET, "ha": "center", "va": "top", "gid": "tick"}
        pen.write(tick, plan.bottom + 0.08, f"{tick:.0%}", **how)
    top, before = plan.top, None
    for row, height in zip(plan.rows, plan.heights, strict=True):
        middle, half = top + height / 2, min(0.34 * height, 0.2)
        if before is not None:  # each begins where the one above ended
            joint: How = {"color": QUIET, "linewidth": 0.8 * pen.scale, "zorder": 1}
            pen.ax.plot([row.begins] * 2, [before, middle - half], gid="joint", **joint)
        before = middle + half
        size = BODY if row.forecast else SMALL
        weight = "bold" if row.forecast else "normal"
        pen.write(plan.across(MARGIN), middle, row.label, size, fontweight=weight, gid="label")
        _draw_step(pen, plan, row, middle, half)
        top += height


def _draw_step(pen: Pen, plan: Plan, row: Row, middle: float, half: float) -> None:
    """Draw a step with its points beside it, or the dot of a forecast with its probability."""
    inch = plan.across(1) - plan.across(0)
    if row.forecast:
        edge: How = {
            "color": INK,
            "edgecolors": "white",
            "linewidths": 1.2 * pen.scale,
            "zorder": 3,
        }
        pen.dot(row.ends, middle, 13, gid="forecast", clip_on=False, **edge)
        how: How = {"fontweight": "bold", "gid": "number"}
        pen.write(row.ends + 2 * BESIDE * inch, middle, row.number, NUMBER, **how)
        return
    move, rises = row.ends - row.begins, row.ends >= row.begins
    colour = style.BLUE if rises else style.ORANGE
    pen.ax.barh(middle, move, 2 * half, row.begins, color=colour, zorder=2, gid="step")
    side: How = {"ha": "left" if rises else "right", "color": colour, "fontweight": "bold"}
    place = row.ends + (BESIDE if rises else -BESIDE) * inch
    pen.write(place, middle, row.number, gid="points", **side)


def _alt(rows: list[Row], words: tuple[str, str, str]) -> str:
    steps = [f"{tenths(r.ends - r.begins)} {r.label}" for r in rows if not r.forecast]
    return f"{words[0]}. {words[1].split(', in points')[0]}: {'; '.join(steps) or 'nothing'}."
