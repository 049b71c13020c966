"""What would change our mind: for each observation and report, the chance if it comes and if not.

The further apart the two stand, the more it would tell; how likely it is to come stands beside.
"""

from matplotlib.axes import Axes

from estimative.days import long_date
from estimative.exploring import Indicators
from estimative.exploring.indicating import bits
from estimative.plots import style
from estimative.plots.abridging import short
from estimative.plots.ladder import Ladder, Rung, draw_ladder
from estimative.plots.lettering import TIED
from estimative.plots.style import How, Pen
from estimative.results import mass, percent

LABEL_SHARE = 0.36  # of the width


def indicators(result: Indicators, ax: Axes | None = None) -> Axes:
    """Draw what each observation or report would make of the outcome's probability.

    Parameters
    ----------
    result : Indicators
        What `estimative.indicators` returns.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x stands the probability in [0, 1], along y inches from
        the top at full type size.
    """
    forecast, found, now = result.forecast, result.indicators, result.outcome.probability
    rungs = tuple(
        Rung(
            f"{i.name[0].upper()}{i.name[1:]}{f'{TIED}*' * (not i.stated)}",
            (bits(i.information), percent(i.chance)),
        )
        for i in found
    )
    subtitle = (
        f"Line: {percent(now)}, the chance as of {long_date(forecast.as_of)}. Dot: if this"
        f" comes, with its central {mass(forecast.interval)} interval; ring: if another state is"
        f" seen or reported. Reports favour what holds {result.strength:.3g}{TIED}to{TIED}1."
        " Beside: expected information, and how likely it is to come."
        + f" *{TIED}Tells only through links of which nobody spoke."
        * any(not i.stated for i in found)
    )
    title = f"What would change our mind: {short(result.outcome.headline)}"
    if found:
        first = found[0]
        ends = f"{percent(first.if_not)} without, {percent(first.if_so.value)} with it"
        of_itself = first.node == result.outcome.name and first.kind == "report"
        what = "a report of it" if of_itself else f"“{short(first.name)}”"
        title = f"{short(result.outcome.headline)}: {what} would tell most ({ends})"
    told = "; ".join(
        f"{r.label}: {percent(i.if_so.value)} if so, {percent(i.if_not)} if not"
        for r, i in zip(rungs, found, strict=True)
    )
    ladder = Ladder(
        title=title,
        subtitle=subtitle,
        footer=style.footer(forecast),
        alt=f"{title}. Now {percent(now)}. {told}.",
        record=forecast.record,
        rungs=rungs,
        heads=("bits", "chance"),
        reach=1.0,
        label_share=LABEL_SHARE,
        empty="Nothing can be seen or reported.",
    )

    def marks(pen: Pen, row: int, middle: float, half: float) -> None:
        """Draw what one indicator would do.

        Parameters
        ----------
        pen : Pen
            On the axes.
        row : int
            Which indicator.
        middle, half : float
            The middle of the row and half of its height, in inches.
        """
        i = found[row]
        if now is not None:
            today: How = {"color": style.QUIET, "linewidth": 1.2 * pen.scale, "zorder": 2}
            ends = middle - half - 0.08, middle + half + 0.08
            pen.ax.plot([now, now], ends, gid="now", **today)
        bar: How = {"color": style.PALE_BLUE, "zorder": 1, "capstyle": "butt", "gid": "interval"}
        pen.ax.hlines(middle, i.if_so.lower, i.if_so.upper, linewidth=8 * pen.scale, **bar)
        edge: How = {"edgecolors": "white", "linewidths": 1.2 * pen.scale, "zorder": 4}
        pen.dot(i.if_so.value, middle, 11, color=style.BLUE, gid="if so", clip_on=False, **edge)
        ring: How = {"facecolor": "white", "edgecolor": style.INK, "linewidth": 1.5 * pen.scale}
        pen.dot(i.if_not, middle, 9, zorder=3, gid="if not", clip_on=False, **ring)

    return draw_ladder(ladder, marks, ax)
