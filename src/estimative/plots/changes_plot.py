"""What changed, outcome by outcome: the chance then and the chance now on one scale.

A ring is then, a dot is now, and the line between them is blue where the chance rose.
"""

from matplotlib.axes import Axes

from estimative.comparing import SMALLEST, Comparison, OutcomeMove
from estimative.days import long_date, short_date
from estimative.plots import style
from estimative.plots.fitting import short
from estimative.plots.ladder import Ladder, Rung, draw_ladder
from estimative.plots.style import How, Pen
from estimative.quoting import straight
from estimative.results import percent, tenths

LABEL_SHARE = 0.36  # of the width


def changes(result: Comparison, ax: Axes | None = None) -> Axes:
    """Draw each outcome's probability in the earlier forecast and in the later.

    Parameters
    ----------
    result : Comparison
        What `estimative.compare` returns.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x stands the probability in [0, 1], along y inches from
        the top at full type size.
    """
    shown = sorted((o for o in result.outcomes if not o.withheld), key=lambda o: -abs(o.move))
    rungs = tuple(
        Rung(straight(o.headline), (percent(o.earlier), percent(o.later), tenths(o.move)))
        for o in shown
    )
    first, last = (long_date(f.as_of) for f in (result.earlier, result.later))
    subtitle = f"Ring: {first}. Dot: {last}. Blue: likelier than then; orange: less likely."
    withheld = len(result.outcomes) - len(shown)
    if withheld:
        subtitle += f" Of {withheld} more no number is given."
    told = "; ".join(f"{r.label}: {r.cells[0]} then, {r.cells[1]} now" for r in rungs)
    title = told_changes(result)
    ladder = Ladder(
        title=title,
        subtitle=subtitle,
        footer=f"{style.footer(result.later)} Beside record {result.earlier.record}.",
        alt=f"{title}. {told}.",
        record=result.later.record,
        rungs=rungs,
        heads=("then", "now", "points"),
        reach=1.0,
        label_share=LABEL_SHARE,
        empty="No outcome has a number in both forecasts.",
    )

    def marks(pen: Pen, row: int, middle: float, half: float) -> None:
        """Draw the marks of one outcome.

        Parameters
        ----------
        pen : Pen
            On the axes.
        row : int
            Which outcome.
        middle, half : float
            The middle of the row and half of its height, in inches.
        """
        o = shown[row]
        colour = style.BLUE if o.move >= 0 else style.ORANGE
        line: How = {"color": colour, "linewidth": 3.2 * pen.scale, "zorder": 2, "gid": "move"}
        pen.ax.plot([o.earlier, o.later], [middle] * 2, solid_capstyle="butt", **line)
        ring: How = {"facecolor": "white", "edgecolor": style.QUIET, "zorder": 3}
        pen.dot(o.earlier, middle, 9, gid="then", linewidths=1.6 * pen.scale, clip_on=False, **ring)
        edge: How = {"edgecolors": "white", "linewidths": 1.2 * pen.scale, "zorder": 4}
        now = colour if abs(o.move) >= SMALLEST else style.QUIET
        pen.dot(o.later, middle, 12, gid="now", color=now, clip_on=False, **edge)

    return draw_ladder(ladder, marks, ax)


def told_changes(result: Comparison) -> str:
    """Return in one line what changed most.

    Parameters
    ----------
    result : Comparison
        What `estimative.compare` returns.

    Returns
    -------
    str
        Without a full stop.
    """
    since = f"since {short_date(result.earlier.as_of)}"
    moved = [o for o in result.moved if abs(o.move) >= SMALLEST]
    if not moved:
        some = all(o.withheld for o in result.outcomes)
        return f"No number to compare {since}" if some else f"Nothing moved {since}"
    most = ": the largest move" * bool(result.later[moved[0].name].ending)
    return f"{told_move(result, moved[0])}{most} {since}"


def told_move(result: Comparison, move: OutcomeMove) -> str:
    """Return a move in words.

    Parameters
    ----------
    result : Comparison
        What `estimative.compare` returns.
    move : OutcomeMove
        One of its outcomes'.

    Returns
    -------
    str
        Such as `They talk: up 12 points, to 81%`, or `They talk (resolved: yes)`.
    """
    ending = result.later[move.name].ending
    if ending:
        return f"{short(move.title)} ({ending})"
    size = abs(round(100 * move.move))
    way = "up" if move.move > 0 else "down"
    return (
        f"{short(move.headline)}: {way} {size} point{'s' * (size != 1)}, to {percent(move.later)}"
    )
