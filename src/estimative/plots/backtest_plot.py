"""How a method fared on past questions: calibration, its two ends apart, and the pools beside it.

A dot below the line says that what was forecast came true less often than said.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes

from estimative.plots import style
from estimative.plots.lettering import SMALL, settings, text_size
from estimative.plots.style import MARGIN, Caption, How, Pen
from estimative.results import mass, percent

if TYPE_CHECKING:
    from estimative.backtesting import Backtest, Bin, Extreme

GAP, HEAD, FOOT, TICKS = 0.4, 0.32, 0.8, 0.55  # inches: between; above, below, left of panels
SIDE, CORNER, POOLS = 4.0, 2.1, 4.9  # least widths of the three columns, in inches
ROW = 0.24  # least height of a pool's row, in inches
DOT = 7.0  # points
REACHES = (0.1, 0.2, 0.3, 0.5, 1.0)  # how far the magnified ends may go
ROUND = (1, 2, 3, 4, 5, 6, 8)
STEPS = tuple(k * 10.0**e for e in (-3, -2, -1) for k in ROUND)  # between ticks, in Brier score
TITLES = {
    "default": "the default",
    "learned": "the learned record",
    "log_odds_mean": "log-odds mean",
    "extremised_1_5": "extremised × 1.5",
    "extremised_sqrt3": "extremised × √3",
    "extremised_2_5": "extremised × 2.5",
    "neyman_roughgarden": "Neyman-Roughgarden",
    "beta_linear": "beta-transformed",
}


@dataclass(frozen=True)
class Panel:
    """A rectangle with two scales: inches from the picture's left and top, and what they mean."""

    left: float
    top: float
    width: float
    height: float
    across: tuple[float, float]
    up: tuple[float, float] = (0.0, 1.0)

    @property
    def right(self) -> float:
        """Its right edge, in inches."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge, in inches."""
        return self.top + self.height

    def x(self, value: float) -> float:
        """Return where a value stands, in inches from the left.

        Parameters
        ----------
        value : float
            On the scale across.

        Returns
        -------
        float
            Inches.
        """
        first, last = self.across
        return self.left + (value - first) / (last - first) * self.width

    def y(self, value: float) -> float:
        """Return where a value stands, in inches from the top.

        Parameters
        ----------
        value : float
            On the scale up.

        Returns
        -------
        float
            Inches.
        """
        first, last = self.up
        return self.bottom - (value - first) / (last - first) * self.height


def backtest(result: "Backtest", ax: Axes | None = None) -> Axes:
    """Draw how often what was forecast came true, and the method's score beside the pools'.

    Parameters
    ----------
    result : Backtest
        What `estimative.backtest` returns.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones; both scales are inches at full type size, from the left and
        from the top.
    """
    words = _title(result), _subtitle(result), _footer(result)
    rows = len(result.pools) + (result.method not in result.pools)
    wide = 2 * MARGIN + 2 * TICKS + SIDE + CORNER + POOLS + 2 * GAP

    def fits(width: float, height: float) -> bool:
        """Return whether everything has room.

        Parameters
        ----------
        width, height : float
            Of the picture, in inches.

        Returns
        -------
        bool
            True if it has.
        """
        lines = style.lay_out(*words, width, height)
        tall = lines.body_bottom - lines.body_top
        return width >= wide and tall >= HEAD + FOOT + max(SIDE, rows * ROW)

    with settings():
        pen, width, height = style.fit(ax, fits)
        lines = style.lay_out(*words, width, height)
        pen.ax.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
        if result.n:
            _draw(pen, result, lines.body_top + HEAD, lines.body_bottom - FOOT, width)
        alt = f"{words[0]}. {words[1]} {_told(result)}"
        return style.finish(pen, Caption(words[0], words[2], None, alt), lines)


def _draw(pen: Pen, result: "Backtest", top: float, bottom: float, width: float) -> None:
    """Draw the three columns, as large as there is room."""
    tall = bottom - top
    spare = width - 2 * MARGIN - 2 * TICKS - 2 * GAP - CORNER - POOLS
    side = min(tall, spare)
    whole = Panel(MARGIN + TICKS, top, side, side, (0.0, 1.0))
    fifths = [i / 5 for i in range(6)]
    _draw_frame(pen, whole, "Came true, of all forecasts", fifths, fifths)
    _draw_bins(pen, whole, result.calibration)
    left, half = whole.right + GAP + TICKS, (side - HEAD - FOOT) / 2
    for name, head, above in (
        ("above_90", "Of those above 90%", top),
        ("below_10", "Of those below 10%", top + half + HEAD + FOOT),
    ):
        found = result.extremes[name]
        panel = _corner(name == "above_90", found, left, above, half)
        first, last = panel.across
        _draw_frame(pen, panel, head, [first, (first + last) / 2, last], panel.up)
        _draw_bins(pen, panel, found.bins)
    _draw_pools(pen, result, left + CORNER + GAP, top, width - MARGIN, top + side)


def _corner(high: bool, found: "Extreme", left: float, top: float, height: float) -> Panel:
    """Return the panel of one end of the scale, which holds all dots and the whole's interval."""
    shown = [b for b in (found.whole, *found.bins) if b.n]
    ends = [1 - b.happened if high else b.happened for b in shown]
    ends += [1 - b.lower if high else b.upper for b in shown[:1]]
    reach = next(r for r in REACHES if r >= max(ends, default=0.0))
    if high:
        return Panel(left, top, CORNER, height, (0.9, 1.0), (1 - reach, 1.0))
    return Panel(left, top, CORNER, height, (0.0, 0.1), (0.0, reach))


def _draw_frame(
    pen: Pen, panel: Panel, head: str, across: Sequence[float], up: Sequence[float]
) -> None:
    """Draw grid, ticks, heading, and the line on which forecasts are calibrated."""
    pen.write(panel.left, panel.top - 0.17, head, fontweight="bold", gid="header")
    hair: How = {"color": style.HAIR, "linewidth": 0.8 * pen.scale, "zorder": 0, "gid": "grid"}
    for value in across:
        pen.ax.plot([panel.x(value)] * 2, [panel.top, panel.bottom], **hair)
        how: How = {"color": style.QUIET, "ha": "center", "va": "top", "gid": "tick"}
        pen.write(panel.x(value), panel.bottom + 0.06, f"{value:.0%}", **how)
    for value in up:
        pen.ax.plot([panel.left, panel.right], [panel.y(value)] * 2, **hair)
        how = {"color": style.QUIET, "ha": "right", "gid": "tick"}
        pen.write(panel.left - 0.08, panel.y(value), f"{value:.0%}", **how)
    first = max(panel.across[0], panel.up[0])
    last = min(panel.across[1], panel.up[1])
    line: How = {"color": style.QUIET, "linewidth": pen.scale, "zorder": 1, "gid": "calibrated"}
    ends = [panel.x(first), panel.x(last)], [panel.y(first), panel.y(last)]
    pen.ax.plot(*ends, linestyle=(0, (4, 3)), **line)


def _draw_bins(pen: Pen, panel: Panel, found: Sequence["Bin"]) -> None:
    """Draw a dot and an interval for each bin, and below the ticks how many forecasts it holds."""
    first, last = panel.up
    for b in (b for b in found if b.n):
        x, ends = panel.x(b.forecast), (max(b.lower, first), min(b.upper, last))
        how: How = {"color": style.BLUE, "linewidth": 1.6 * pen.scale, "zorder": 2, "gid": "error"}
        pen.ax.plot([x, x], [panel.y(end) for end in ends], **how)
        for cut, end, mark in ((b.lower < first, first, "v"), (b.upper > last, last, "^")):
            if cut:  # the interval goes on
                pen.dot(x, panel.y(end), DOT, marker=mark, color=style.BLUE, gid="cut")
        pen.dot(x, panel.y(b.happened), DOT, color=style.BLUE, linewidth=0, zorder=3, gid="dot")
    below = panel.bottom + 0.29
    how = {"color": style.QUIET, "va": "top"}
    pen.write(panel.left - 0.08, below, "n", ha="right", gid="count", **how)
    for b in found:
        middle = panel.x((b.above + b.below) / 2)
        text, room = f"{b.n:,}", panel.x(b.below) - panel.x(b.above)
        if text_size(text, SMALL)[0] <= room:
            pen.write(middle, below, text, ha="center", gid="count", **how)
    pen.write((panel.left + panel.right) / 2, below + 0.23, "forecast", ha="center", **how)


def _draw_pools(
    pen: Pen, result: "Backtest", left: float, top: float, right: float, bottom: float
) -> None:
    """Draw the difference to the mean in Brier score, a row for each pool and for the method."""
    scores = sorted(
        {**result.pools, result.method: result.score}.items(), key=lambda item: item[1].brier
    )
    label = max(text_size(_plain(name), SMALL, "bold")[0] for name, _ in scores)
    number = text_size("0.0000", SMALL, "bold")[0]
    known = [s for _, s in scores if math.isfinite(s.lower)]
    low = min([s.lower for s in known] or [s.difference for _, s in scores])
    high = max([s.upper for s in known] or [s.difference for _, s in scores])
    pad = max(0.04 * (high - low), 1e-4)
    room = right - left - label - number - 0.6
    apart = text_size("+0.000", SMALL)[0] + 0.1
    span = high - low + 2 * pad
    step = next((s for s in STEPS if span / s * apart <= room), STEPS[-1])
    ticks = [step * i for i in range(math.ceil(low / step), math.floor(high / step) + 1)]
    scale = Panel(left + label + 0.3, top, room, bottom - top, (low - pad, high + pad))
    pen.write(left, top - 0.17, "Brier score less the mean's", fontweight="bold", gid="header")
    pen.write(right, top - 0.17, "Brier", color=style.QUIET, ha="right", gid="header")
    for tick in ticks:
        hair: How = {"color": style.HAIR, "linewidth": 0.8 * pen.scale, "zorder": 0, "gid": "grid"}
        if math.isclose(tick, 0, abs_tol=1e-9):
            hair |= {"color": style.QUIET, "zorder": 1}
        pen.ax.plot([scale.x(tick)] * 2, [top, bottom], **hair)
        how: How = {"color": style.QUIET, "ha": "center", "va": "top", "gid": "tick"}
        pen.write(scale.x(tick), bottom + 0.06, f"{tick:+.3g}" if tick else "0", **how)
    better: How = {"color": style.QUIET, "va": "top", "gid": "tick"}
    pen.write(scale.left, bottom + 0.29, "← better", **better)
    pen.write(scale.right, bottom + 0.29, "worse →", ha="right", **better)
    each = (bottom - top) / len(scores)
    for i, (name, score) in enumerate(scores):
        y, mine = top + (i + 0.5) * each, name == result.method
        look: How = {"color": style.BLUE if mine else style.QUIET, "gid": "pool"}
        bold: How = {"fontweight": "bold"} if mine else {}
        pen.write(left, y, _plain(name), **look | bold)
        pen.write(right, y, f"{score.brier:.4f}", ha="right", **look | bold)
        if math.isfinite(score.lower):
            ends = [scale.x(score.lower), scale.x(score.upper)]
            pen.ax.plot(ends, [y, y], linewidth=1.6 * pen.scale, zorder=2, **look)
        pen.dot(scale.x(score.difference), y, DOT, linewidth=0, zorder=3, **look)


def _plain(name: str) -> str:
    if name.startswith("model:"):
        return name.replace(":", " ")
    return TITLES.get(name, name.replace("_", " "))


def _title(result: "Backtest") -> str:
    name, score = _plain(result.method), result.score
    if not result.n:
        return f"{name}: none of the {len(result.questions):,} questions has ended"
    past = f"{result.n:,} past questions"
    if result.method == "mean":
        return f"The plain mean of the experts on {past}"
    how = "about as well as"
    if score.upper < 0:
        how = "better than"
    if score.lower > 0:
        how = "worse than"
    return f"On {past}, {name} forecast {how} the plain mean of the experts"


def _subtitle(result: "Backtest") -> str:
    if not result.n:
        return "There is nothing to score."
    beside = result.pools["mean"].brier
    scored = f"Brier score {result.brier:.4f}"
    scored += f" against {beside:.4f} (smaller is better)." if result.method != "mean" else "."
    return (
        f"{scored} Dots: how often what was forecast with so much probability came true; on the"
        " dashed line it is calibrated."
    )


def _footer(result: "Backtest") -> str:
    asked = result.asked
    source = (asked.source or "A table of forecasts").rsplit("/", 1)[-1]
    parts = [f"{source}: questions of {asked.min_experts} or more experts"]
    if asked.history:
        parts.append(f"History: {asked.history.rsplit('/', 1)[-1]}")
    parts.append("Each answered from what was resolved before it was asked")
    parts.append(f"Intervals: central {mass(0.95)}")
    return ". ".join(parts) + "."


def _told(result: "Backtest") -> str:
    """Return the dots and the pools in words."""
    held = [b for b in result.calibration if b.n]
    dots = [f"{percent(b.forecast)}: {percent(b.happened)} of {b.n:,}" for b in held]
    pools = [f"{_plain(name)} {score.brier:.4f}" for name, score in result.pools.items()]
    return f"Forecast and came true: {'; '.join(dots)}. Brier scores: {', '.join(pools)}."
