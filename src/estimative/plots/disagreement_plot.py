"""Who says what: for each outcome a hump for every voice alone, and beneath them the pooled answer.

Voices are never averaged into one curve: three clear opinions are three humps, in rows of their own
and in the linear pool, and rings keep them beside the other pools. `tests/unit/test_plots.py`
counts them.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from estimative.days import long_date
from estimative.disagreements import Disagreement
from estimative.plots import style
from estimative.plots.abridging import sentence, short
from estimative.plots.density import GRID, Floats, density
from estimative.plots.lettering import BODY, SMALL, TIED, settings, text_size, wrap
from estimative.plots.style import INK, MARGIN, QUIET, Caption, How, Lines, Pen
from estimative.results import mass, percent

MOST_COLUMNS = 3
LABEL_SHARE, WIDEST_LABEL = 0.36, 3.6  # of a column; inches
NUMBER_WIDTH, LEAST_SCALE, GUTTER = 0.62, 2.0, 0.4  # inches
LEAST_ROW, AFTER, TICKS = 0.27, 0.14, 0.3  # inches: a row, under a block, under all
STRETCH = 2.6  # how much taller than needed rows may grow
POOL = "all, pooled"
PALEST = "#cfe0ee"  # of the pools that are not the forecast


@dataclass(frozen=True, eq=False)
class Row:
    """One hump: a voice, or a pool with the voices' answers; one pool is the forecast."""

    label: str
    probability: float
    lower: float
    upper: float
    curve: Floats
    pooled: bool = False
    voices: tuple[float, ...] = ()

    @property
    def weight(self) -> str:
        """The weight of its type."""
        return "bold" if self.pooled else "normal"


@dataclass(frozen=True, eq=False)
class Block:
    """One outcome: its title, what else is to be said of it, its humps."""

    title: str
    note: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """Which blocks stand in which column, how wide these are, and how much rows are stretched."""

    lines: Lines
    columns: tuple[tuple[Block, ...], ...]
    width: float
    stretch: float = 1.0

    @property
    def label_width(self) -> float:
        """Room for the name of a voice, in inches."""
        return min(LABEL_SHARE * self.width, WIDEST_LABEL)

    @property
    def scale_width(self) -> float:
        """Length of the scale of probability, in inches."""
        return self.width - self.label_width - NUMBER_WIDTH

    def title(self, block: Block) -> str:
        """Return a block's title, wrapped.

        Parameters
        ----------
        block : Block
            One outcome.

        Returns
        -------
        str
            Lines joined by line feeds, as wide as a column.
        """
        return wrap(block.title, self.width, BODY, "bold")

    def note(self, block: Block) -> str:
        """Return a block's note, wrapped.

        Parameters
        ----------
        block : Block
            One outcome.

        Returns
        -------
        str
            Lines joined by line feeds, as wide as a column.
        """
        return wrap(block.note, self.width, SMALL)

    def label(self, row: Row) -> str:
        """Return a row's label, wrapped.

        Parameters
        ----------
        row : Row
            One hump.

        Returns
        -------
        str
            Lines joined by line feeds, as wide as the room for labels.
        """
        return wrap(row.label, self.label_width - 0.15, SMALL, row.weight)

    def head_height(self, block: Block) -> float:
        """Return how high title and note are, in inches.

        Parameters
        ----------
        block : Block
            One outcome.

        Returns
        -------
        float
            Inches at full type size.
        """
        note = text_size(self.note(block), SMALL)[1] + 0.05 if block.note else 0.0
        return text_size(self.title(block), BODY, "bold")[1] + note + 0.09

    def row_height(self, row: Row) -> float:
        """Return how high a row must be, in inches.

        Parameters
        ----------
        row : Row
            One hump.

        Returns
        -------
        float
            Inches at full type size, before rows are stretched.
        """
        return max(LEAST_ROW, text_size(self.label(row), SMALL)[1] + 0.06)

    def height(self, block: Block) -> float:
        """Return how high a block must be, in inches.

        Parameters
        ----------
        block : Block
            One outcome.

        Returns
        -------
        float
            Inches at full type size, before rows are stretched.
        """
        return self.head_height(block) + sum(map(self.row_height, block.rows)) + AFTER


def disagreement(result: Disagreement, ax: Axes | None = None) -> Axes:
    """Draw what each voice alone would answer, and the pooled answer beneath.

    Parameters
    ----------
    result : Disagreement
        What `estimative.disagreement` returns; of one outcome for a slide, or of all.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x and y stand inches from the left and from the top, at
        full type size.
    """
    blocks, words = _blocks(result), _words(result)
    with settings():
        pen, width, height = style.fit(ax, lambda w, h: _plan(blocks, words, w, h) is not None)
        plan = _plan(blocks, words, width, height)
        assert plan is not None
        pen.ax.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
        for i, column in enumerate(plan.columns):
            _draw_column(pen, plan, column, MARGIN + i * (plan.width + GUTTER))
        caption = Caption(words[0], words[2], result.forecast.record, _alt(blocks, words))
        return style.finish(pen, caption, plan.lines)


def _words(result: Disagreement) -> tuple[str, str, str]:
    """Return title, subtitle and footer."""
    forecast = result.forecast
    subtitle = (
        f"{sentence(forecast.scenario.question)} Each voice alone,"
        f" and beneath them all pooled, as of {long_date(forecast.as_of)}."
        f" Dot: probability; bar: central {mass(forecast.interval)} interval; hump: how likely each"
        " answer is; rings: the voices again."
    )
    if len(result.voices) == 1:
        subtitle += " Linear pool: the mean of probabilities; logarithmic: of log-odds."
    return _takeaway(result), subtitle, style.footer(forecast)


def _takeaway(result: Disagreement) -> str:
    """Return the outcome on which voices are furthest apart, and how far."""
    heard = {
        name: [v.probability for v in result.heard(name)]
        for name in result.voices
        if not result.forecast[name].settled
    }
    apart = {name: max(said) - min(said) for name, said in heard.items() if said}
    if not apart:
        return "Nobody speaks of what is still open"
    most = max(apart, key=lambda name: apart[name])
    title, said = short(result.forecast[most].headline), heard[most]
    if len(said) == 1:
        return f"Only one voice on “{title}”: {percent(said[0])}"
    ends = f"{percent(min(said))} to {percent(max(said))}".replace(" ", TIED)
    if len(result.voices) == 1:
        return f"{title}: {len(said)}{TIED}voices alone say {ends}"
    return f"Most disputed: “{title}”, where voices alone say {ends}"


def _blocks(result: Disagreement) -> tuple[Block, ...]:
    """Return the outcomes of which somebody speaks, those most disputed first."""
    found = []
    for name, voices in result.voices.items():
        outcome = result.forecast[name]
        if outcome.settled:
            found.append((-1.0, Block(outcome.headline, outcome.ending, ())))
        elif voices:
            heard = result.heard(name)
            alone = tuple(v.probability for v in heard)
            rows = [Row(v.name, v.probability, v.lower, v.upper, density(v.draws)) for v in heard]
            rows += [
                Row(f"group {g.name}", g.probability, g.lower, g.upper, density(g.draws))
                for g in result.groups.get(name, ())
                if not g.withheld
            ]
            if len(result.voices) == 1 and len(heard) > 1:
                rows += _other_pools(result, name, alone)
            rows += _pool(result, name, alone)
            notes = [outcome.ending, f"withheld: {outcome.withheld}" if outcome.withheld else ""]
            notes += [f"{v.name} withheld: {v.withheld}" for v in voices if v.withheld]
            apart = max(alone) - min(alone) if alone else 0.0
            found.append(
                (apart, Block(outcome.headline, "; ".join(filter(None, notes)), tuple(rows)))
            )
    return tuple(block for _, block in sorted(found, key=lambda pair: -pair[0]))


def _pool(result: Disagreement, name: str, alone: tuple[float, ...]) -> list[Row]:
    """Return the pooled answer, if it is given."""
    forecast, outcome = result.forecast, result.forecast[name]
    if outcome.probability is None or outcome.lower is None or outcome.upper is None:
        return []
    draws = forecast.draws[:, forecast.given.graph.state(name, outcome.event)]
    curve = density(draws, forecast.weights)
    return [Row(POOL, outcome.probability, outcome.lower, outcome.upper, curve, True, alone)]


def _other_pools(result: Disagreement, name: str, alone: tuple[float, ...]) -> list[Row]:
    """Return the linear pool, in whose curve every voice keeps its hump, and the logarithmic."""
    linear, logarithmic = result.linear_pool(name), result.logarithmic_pool(name)
    assert linear is not None
    assert logarithmic is not None
    humps = np.mean([density(v.draws) for v in result.heard(name)], axis=0)
    pools = (("linear pool", linear, humps), ("logarithmic pool", logarithmic, None))
    return [
        Row(
            label,
            pool.probability,
            pool.lower,
            pool.upper,
            density(pool.draws) if curve is None else curve,
            voices=alone,
        )
        for label, pool, curve in pools
    ]


def _plan(
    blocks: tuple[Block, ...], words: tuple[str, str, str], width: float, height: float
) -> Plan | None:
    """Return the plan with the fewest columns that fits, or None."""
    lines = style.lay_out(*words, width, height)
    room = lines.body_bottom - lines.body_top - TICKS
    for count in range(1, min(MOST_COLUMNS, max(1, len(blocks))) + 1):
        wide = (width - 2 * MARGIN - GUTTER * (count - 1)) / count
        empty = Plan(lines, (), wide)
        if empty.scale_width < LEAST_SCALE:
            continue
        columns, tallest = _split(blocks, [empty.height(b) for b in blocks], count)
        if tallest <= room:
            return Plan(lines, columns, wide, min(STRETCH, room / tallest) if tallest else 1.0)
    return None


def _split(
    blocks: tuple[Block, ...], heights: Sequence[float], count: int
) -> tuple[tuple[tuple[Block, ...], ...], float]:
    """Return blocks in columns, in order, so that the tallest is as low as can be; its height."""
    inner = itertools.combinations(range(1, len(blocks)), count - 1)
    best: tuple[float, list[int]] = (float("inf"), [])
    for cuts in inner:
        ends = [0, *cuts, len(blocks)]
        best = min(best, (max(sum(heights[a:b]) for a, b in itertools.pairwise(ends)), ends))
    return tuple(blocks[a:b] for a, b in itertools.pairwise(best[1])), best[0]


def _draw_column(pen: Pen, plan: Plan, column: Sequence[Block], left: float) -> None:
    top, scale_left = plan.lines.body_top, left + plan.label_width
    for block in column:
        bold: How = {"va": "top", "fontweight": "bold", "gid": "head"}
        pen.write(left, top, plan.title(block), BODY, **bold)
        start, end = top + plan.head_height(block), top + plan.stretch * plan.height(block)
        note: How = {"style": "italic", "color": QUIET, "va": "bottom", "gid": "note"}
        if block.note:
            pen.write(left, start - 0.06, plan.note(block), **note)
        if block.rows:
            at = [scale_left + share * plan.scale_width for share in (0, 0.25, 0.5, 0.75, 1)]
            rule: How = {"color": style.HAIR, "linewidth": 0.8 * pen.scale, "zorder": 0}
            pen.ax.vlines(at, start, end - AFTER, gid="grid", **rule)
            share = (end - AFTER - start) / sum(map(plan.row_height, block.rows))
            for row in block.rows:
                tall = share * plan.row_height(row)
                _draw_row(pen, plan, row, (left, start, tall, 0.78 * LEAST_ROW * share))
                start += tall
        top = end
    for share in (0.0, 0.5, 1.0) if any(block.rows for block in column) else ():
        how: How = {"ha": "center", "va": "top", "color": QUIET, "gid": "tick"}
        pen.write(scale_left + share * plan.scale_width, top - 0.08, f"{share:.0%}", **how)


def _draw_row(pen: Pen, plan: Plan, row: Row, place: tuple[float, float, float, float]) -> None:
    """Draw a hump with dot and interval; `place`: left edge, top, row's height, hump's height."""
    left, top, tall, rise = place
    start, foot, middle = left + plan.label_width, top + 0.86 * tall, top + 0.6 * tall
    fill, line, dot = ("#d0d4d9", QUIET, INK)
    if row.voices:
        fill, line, dot = PALEST, style.BLUE, style.BLUE
    if row.pooled:
        fill = style.PALE_BLUE

    def across(probability: float) -> float:
        return start + probability * plan.scale_width

    hump = foot - rise * row.curve / row.curve.max()
    x = start + GRID * plan.scale_width
    pen.ax.fill_between(x, foot, hump, color=fill, linewidth=0, zorder=1, gid="hump")
    bar: How = {"color": line, "linewidth": 2.4 * pen.scale, "zorder": 2, "gid": "interval"}
    pen.ax.hlines(foot, across(row.lower), across(row.upper), **bar)
    edge: How = {"linewidths": 0.9 * pen.scale}
    for voice in row.voices if len(row.voices) > 1 else ():
        ring: How = {"facecolor": "white", "edgecolor": INK, "zorder": 2.5, "gid": "voice"}
        pen.dot(across(voice), foot, 5.3, **edge | ring)
    point: How = {"color": dot, "edgecolors": "white", "zorder": 3, "gid": "probability"}
    pen.dot(across(row.probability), foot, 7.5, **edge | point)
    pen.write(left, middle, plan.label(row), fontweight=row.weight, gid="label")
    number = percent(row.probability)
    pen.write(across(1) + 0.12, middle, number, fontweight="bold", gid="number")


def _alt(blocks: tuple[Block, ...], words: tuple[str, str, str]) -> str:
    said = []
    for block in blocks:
        rows = [f"{r.label} {percent(r.probability)}" for r in block.rows]
        said.append(f"{block.title}: {', '.join([*rows, *filter(None, [block.note])])}")
    told = "; ".join(said) or "Nobody speaks of any outcome"
    return f"{words[0]} {words[1].split(' Dot:')[0]} {told}."
