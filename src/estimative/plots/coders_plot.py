"""Two codings of the same articles, outcome by outcome: two marks on one scale.

Dot and square tell the two apart without colour; the bars are intervals.
"""

from matplotlib.axes import Axes

from estimative.coders import TOO_FAR, Codings
from estimative.days import long_date
from estimative.plots import style
from estimative.plots.abridging import sentence, short
from estimative.plots.ladder import Ladder, Rung, draw_ladder
from estimative.plots.style import PALE_ORANGE, How, Pen
from estimative.results import mass, percent, points

LABEL_SHARE = 0.3  # of the width


def coders(result: Codings, ax: Axes | None = None) -> Axes:
    """Draw each outcome's probability as two people coded it.

    Parameters
    ----------
    result : Codings
        What `estimative.compare` returns for two codings.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x stands the probability in [0, 1], along y inches from
        the top at full type size.
    """
    shown = [o for o in result.outcomes if not o.withheld]
    first, second = result.coders
    rungs = tuple(
        Rung(
            o.headline,
            (
                percent(o.first[0]),
                percent(o.second[0]),
                f"{points(o.difference)}{'!' * o.too_far}",
            ),
            0.36,
        )
        for o in shown
    )
    forecast, other = result.first, result.second
    question = sentence(forecast.scenario.question)
    subtitle = (
        f"{question}"
        f" As of {long_date(forecast.as_of)}. Dot: as coded by {first}; square: as coded by"
        f" {second}; bar: central {mass(forecast.interval)} interval. A heavy line and the sign !"
        f" mark what lies more than {100 * TOO_FAR:.0f} points apart: confidence in it is low."
    )
    told = "; ".join(f"{r.label}: {', '.join(r.cells)}" for r in rungs)
    title = f"Two codings: {first} and {second}"
    if most := max(shown, key=lambda o: abs(o.difference), default=None):
        apart = f"{100 * abs(most.difference):.0f} points"
        title = f"{first} and {second} differ most on “{short(most.headline)}”: {apart}"
    ladder = Ladder(
        title=title,
        subtitle=subtitle,
        footer=f"{style.footer(forecast)} Beside scenario {other.scenario.slug}, record"
        f" {other.record}.",
        alt=f"{title}. {question} {told or 'No outcome has a headline in both'}.",
        record=forecast.record,
        rungs=rungs,
        heads=(first, second, "points"),
        reach=1.0,
        label_share=LABEL_SHARE,
        empty="No outcome has a headline in both codings.",
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
        o, lane = shown[row], 0.45 * half
        edge: How = {"edgecolors": "white", "linewidths": 1.2 * pen.scale, "zorder": 3}
        sides = (
            (o.first, -lane, "o", style.BLUE, style.PALE_BLUE, "first"),
            (o.second, lane, "s", style.ORANGE, PALE_ORANGE, "second"),
        )
        wide = 3.2 if o.too_far else 1.0
        line: How = {"color": style.INK, "linewidth": wide * pen.scale, "zorder": 2}
        gid = "too far" if o.too_far else "apart"
        ends = [o.first[0], o.second[0]], [middle - lane, middle + lane]
        pen.ax.plot(*ends, gid=gid, solid_capstyle="butt", **line)
        for (value, lower, upper), off, marker, colour, pale, name in sides:
            bar: How = {"color": pale, "zorder": 1, "capstyle": "butt", "gid": "interval"}
            pen.ax.hlines(middle + off, lower, upper, linewidth=8 * pen.scale, **bar)
            pen.dot(
                value, middle + off, 11, marker=marker, color=colour, gid=name, clip_on=False,
                **edge,
            )  # fmt: skip

    return draw_ladder(ladder, marks, ax)
