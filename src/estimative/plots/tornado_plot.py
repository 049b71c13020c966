"""What drives an answer: a tornado whose bars say in words what would be otherwise.

Each bar runs from the chance as it is to where it would be; what cannot be told from Monte Carlo
error is not drawn.
"""

import re
from collections.abc import Mapping, Sequence
from textwrap import shorten

from matplotlib.axes import Axes

from estimative.days import long_date
from estimative.exploring import Move, Sensitivity, Swing
from estimative.exploring.otherwise import How as Otherwise
from estimative.plots import style
from estimative.plots.abridging import short
from estimative.plots.ladder import Ladder, Rung, draw_ladder
from estimative.plots.lettering import SMALL, text_size
from estimative.plots.style import How, Pen
from estimative.results import percent

LABEL_SHARE = 0.38  # of the width
LONGEST = 130  # characters of a label
LEAST = 0.005  # move that is drawn, in probability
LANES, BESIDE, HEIGHT = 0.46, 0.08, 0.17  # inches: of a row; from a bar to its words; of a bar
SPARE = 0.28  # of the span of all bars, left free for words at either end of the scale
ERRORS = 2  # standard errors that a line spans, to either side
IN_WORDS = {
    Otherwise.dropped: ("without", style.ORANGE),
    Otherwise.halved: ("half", style.ORANGE),
    Otherwise.doubled: ("twice", style.BLUE),
    Otherwise.read: ("if so", style.QUIET),
}


def tornado(result: Sensitivity, ax: Axes | None = None) -> Axes:
    """Draw where the outcome's probability would be if something were otherwise.

    Parameters
    ----------
    result : Sensitivity
        What `estimative.sensitivity` returns.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x stands the probability in [0, 1], along y inches from
        the top at full type size.
    """
    forecast, now = result.forecast, result.outcome.probability or 0.0
    found = [s for s in result.shown() if s.size >= LEAST]
    nodes = {**forecast.scenario.drivers, **forecast.scenario.outcomes}
    titles = {name: node.title for name, node in nodes.items()}
    labels = [_label(s, titles) for s in found]
    rungs = tuple(
        Rung(label, (), LANES if len(_ends(s)) > 1 else LANES / 2)
        for label, s in zip(labels, found, strict=True)
    )
    moves = [move for s in found for _, move in _ends(s)]
    ends = [now, *(m.probability + side * ERRORS * m.error for m in moves for side in (-1, 1))]
    spare = SPARE * (max(ends) - min(ends))
    title = _takeaway(result, found, labels)
    subtitle = (
        f"{percent(now)} as of {long_date(forecast.as_of)}: the vertical line. Bars: where it"
        " would be without a statement, or if that counted twice; if an assumption were half or"
        f" twice as large; if read by others. Dark line: {ERRORS} Monte Carlo standard errors."
        + " Hatched: rough."
        * any(m.rough for m in moves)
    )
    told = "; ".join(
        f"{label}: " + ", ".join(f"{IN_WORDS[how][0]} {_chance(m)}" for how, m in _ends(s))
        for label, s in zip(labels, found, strict=True)
    )
    ladder = Ladder(
        title=title,
        subtitle=subtitle,
        footer=style.footer(forecast),
        alt=f"{title}. Now {percent(now)}. {told or 'Nothing moves it'}.",
        record=forecast.record,
        rungs=rungs,
        heads=(),
        reach=min(max(ends) + spare, 1.0),
        label_share=LABEL_SHARE,
        empty="Nothing moves it beyond Monte Carlo error.",
        low=max(min(ends) - spare, 0.0),
    )

    def marks(pen: Pen, row: int, middle: float, half: float) -> None:
        """Draw the bars of one row.

        Parameters
        ----------
        pen : Pen
            On the axes.
        row : int
            Which of them.
        middle, half : float
            The middle of the row and half of its height, in inches.
        """
        today: How = {"color": style.INK, "linewidth": 1.2 * pen.scale, "zorder": 3}
        pen.ax.plot([now, now], [middle - half - 0.08, middle + half + 0.08], gid="now", **today)
        lanes = _ends(found[row])
        for i, (how, move) in enumerate(lanes):
            place = middle + (i - (len(lanes) - 1) / 2) * LANES / 2
            _draw_bar(pen, ladder, now, how, move, place)

    return draw_ladder(ladder, marks, ax)


def _draw_bar(
    pen: Pen, ladder: Ladder, now: float, how: Otherwise, move: Move, middle: float
) -> None:
    """Draw one bar, its error, and its words: beyond it, or across the line if there is no room."""
    word, colour = IN_WORDS[how]
    bar: How = {"color": colour, "linewidth": 0}
    if move.rough:
        bar = {"facecolor": "white", "edgecolor": colour, "hatch": "////", "linewidth": pen.scale}
    pen.ax.barh(middle, move.move, HEIGHT, now, zorder=2, gid="bar", **bar)
    reach = ERRORS * move.error
    ends = (
        max(move.probability - reach, ladder.ticks[0]),
        min(move.probability + reach, ladder.ticks[-1]),
    )
    line: How = {"color": style.INK, "linewidth": 1.2 * pen.scale, "zorder": 4, "gid": "error"}
    pen.ax.hlines(middle, *ends, **line)
    text, inch = f"{word} {_chance(move)}", _inch(pen)
    room = (text_size(text, SMALL, "bold")[0] + BESIDE) * inch
    right = move.move > 0
    if right and max(*ends, now) + room > ladder.ticks[-1]:
        right = False
    elif not right and min(*ends, now) - room < ladder.ticks[0]:
        right = True
    edge = (max if right else min)((*ends, now))
    beside = edge + (BESIDE if right else -BESIDE) * inch
    side: How = {"ha": "left" if right else "right", "color": colour, "fontweight": "bold"}
    pen.write(beside, middle, text, gid="number", **side)


def _takeaway(result: Sensitivity, found: Sequence[Swing], labels: Sequence[str]) -> str:
    """Return the outcome, and what moves it most with how far."""
    headline = short(result.outcome.headline)
    if not found:
        return f"What drives it: {headline}"
    ends = [result.outcome.probability, *(move.probability for _, move in _ends(found[0]))]
    low, high = (percent(end(p for p in ends if p is not None)) for end in (min, max))
    return f"{headline}: driven most by “{short(labels[0])}” ({low} to {high})"


def _inch(pen: Pen) -> float:
    """Return how much probability an inch spans at full type size."""
    box = pen.ax.get_window_extent()
    (left, right), height = pen.ax.get_xlim(), pen.ax.get_ylim()[0]
    return float((right - left) / (height * box.width / box.height))


def _ends(swing: Swing) -> list[tuple[Otherwise, Move]]:
    """Return the bars of a row: without it and twice; else half and twice, or what there is."""
    moves = swing.moves
    left_out = Otherwise.halved if Otherwise.dropped in moves else None
    return [(how, move) for how, move in moves.items() if how is not left_out]


def _label(swing: Swing, titles: Mapping[str, str]) -> str:
    """Return what a row is about, nodes by their titles."""
    named = re.sub(r"\w+", lambda found: titles.get(found[0], found[0]), swing.lever.label)
    text = shorten(named, LONGEST, placeholder=" …")
    return text[0].upper() + text[1:]


def _chance(move: Move) -> str:
    return "~" * move.rough + percent(move.probability)
