"""The likeliest whole scenarios as bars, each named by what sets it apart from the likeliest."""

from matplotlib.axes import Axes

from estimative.days import long_date
from estimative.exploring import Joint
from estimative.exploring.joints import chance, in_full
from estimative.plots import style
from estimative.plots.abridging import sentence, short
from estimative.plots.ladder import Ladder, Rung, draw_ladder
from estimative.plots.lettering import TIED
from estimative.plots.style import How, Pen
from estimative.results import mass, percent

LABEL_SHARE = 0.5  # of the width


def joint(result: Joint, ax: Axes | None = None) -> Axes:
    """Draw the chances of the likeliest whole scenarios, with their intervals.

    Parameters
    ----------
    result : Joint
        What `estimative.joint` returns.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x stands the probability, from 0 to the highest upper end
        of an interval, along y inches from the top at full type size.
    """
    forecast, found = result.forecast, result.scenarios
    labels = [f"{i + 1}{TIED}{TIED}{s.name[0].upper()}{s.name[1:]}" for i, s in enumerate(found)]
    if found:
        labels[0] += f". {in_full(forecast, found[0].states)}"
    rungs = tuple(
        Rung(label, (chance(s.chance.value),)) for label, s in zip(labels, found, strict=True)
    )
    question = forecast.scenario.question
    subtitle = (
        f"{sentence(question)} The likeliest whole scenarios, as of"
        f" {long_date(forecast.as_of)}. Bar: probability;"
        f" line: central {mass(forecast.interval)} interval."
    )
    if result.count > len(found):
        subtitle += (
            f" The other {result.count - len(found):,} hold {percent(result.rest)} together."
        )
    told = "; ".join(f"{r.label}: {r.cells[0]}" for r in rungs)
    title = f"No whole scenario is left open: {short(question)}"
    if found:
        first, together = found[0].chance.value, sum(s.chance.value for s in found)
        title = f"Even the likeliest of {result.count:,} whole scenarios has a chance of"
        title += f" {chance(first)}"
        if 1 < len(found) < result.count:
            title += f"; the {len(found)} likeliest together, {chance(together)}"
    ladder = Ladder(
        title=title,
        subtitle=subtitle,
        footer=style.footer(forecast),
        alt=f"{title}. {sentence(question)} {told or 'No outcome is open'}.",
        record=forecast.record,
        rungs=rungs,
        heads=("chance",),
        reach=max((s.chance.upper for s in found), default=1.0),
        label_share=LABEL_SHARE,
        empty="No outcome is left to be told apart.",
    )

    def marks(pen: Pen, row: int, middle: float, half: float) -> None:
        """Draw the bar and the interval of one whole scenario.

        Parameters
        ----------
        pen : Pen
            On the axes.
        row : int
            Which of them.
        middle, half : float
            The middle of the row and half of its height, in inches.
        """
        estimate = found[row].chance
        bar: How = {"color": style.PALE_BLUE, "linewidth": 0, "zorder": 1, "gid": "bar"}
        pen.ax.barh(middle, estimate.value, height=2 * min(half, 0.18), **bar)
        line: How = {"color": style.BLUE, "linewidth": 2 * pen.scale, "zorder": 2}
        pen.ax.hlines(middle, estimate.lower, estimate.upper, gid="interval", **line)

    return draw_ladder(ladder, marks, ax)
