"""From prior to posterior: each outcome before anybody spoke, with statements, and with the news.

Ring, square and dot tell the three apart without colour; the bars are intervals.
"""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from estimative.days import long_date
from estimative.forecasting import Forecast, OutcomeForecast
from estimative.plots import style
from estimative.plots.abridging import sentence, short
from estimative.plots.ladder import Ladder, Rung, draw_ladder
from estimative.plots.lettering import TIED
from estimative.plots.stages import Stage, stages
from estimative.plots.style import How, Pen
from estimative.results import mass, percent

LABEL_SHARE, LANE = 0.3, 0.135  # of the width; inches
GREY = "#d0d4d9"  # of the prior's interval
LOOKS = {
    "prior": ("Ring: where nothing is stated", "o", "white", style.INK, GREY),
    "statements": ("square: with the statements", "s", style.ORANGE, "white", style.PALE_ORANGE),
    "news": ("dot: with the news and its absence", "o", style.BLUE, "white", style.PALE_BLUE),
}


def prior_to_posterior(forecast: Forecast, ax: Axes | None = None) -> Axes:
    """Draw what defaults alone say of each outcome, what statements make of it, and what news does.

    Parameters
    ----------
    forecast : Forecast
        What `estimative.forecast` returns.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x stands the probability in [0, 1], along y inches from
        the top at full type size.
    """
    found = stages(forecast)
    outcomes = {o.name: o for o in forecast.outcomes}
    ranked = sorted(found, key=lambda name: -_moved(found[name]))
    names = [stage.name for stage in found[ranked[0]]] if ranked else []
    rungs = tuple(
        Rung(
            outcomes[name].headline,
            tuple(percent(stage.value) for stage in found[name]),
            LANE * len(names),
        )
        for name in ranked
    )
    title = _takeaway(found, ranked, outcomes)
    told = "; ".join(
        f"{r.label}: " + ", ".join(f"{n} {c}" for n, c in zip(names, r.cells, strict=True))
        for r in rungs
    )
    ladder = Ladder(
        title=title,
        subtitle=_subtitle(forecast, names),
        footer=style.footer(forecast),
        alt=f"{title}. {sentence(forecast.scenario.question)} {told}.",
        record=forecast.record,
        rungs=rungs,
        heads=tuple(names),
        reach=1.0,
        label_share=LABEL_SHARE,
        empty="No outcome has a headline.",
    )

    def marks(pen: Pen, row: int, middle: float, half: float) -> None:
        """Draw the stages of one outcome, one below the other.

        Parameters
        ----------
        pen : Pen
            On the axes.
        row : int
            Which outcome.
        middle, half : float
            The middle of the row and half of its height, in inches.
        """
        each = found[ranked[row]]
        step = min(2 * half / len(each), 2 * LANE)
        for i, stage in enumerate(each):
            _, marker, face, edge, pale = LOOKS[stage.name]
            place = middle + (i - (len(each) - 1) / 2) * step
            bar: How = {"color": pale, "zorder": 1, "capstyle": "butt", "gid": "interval"}
            pen.ax.hlines(place, stage.lower, stage.upper, linewidth=6 * pen.scale, **bar)
            how: How = {"marker": marker, "facecolor": face, "edgecolor": edge, "zorder": 3}
            width = 1.4 if stage.name == "prior" else 1.0
            pen.dot(
                stage.value, place, 9, gid=stage.name, clip_on=False,
                linewidth=width * pen.scale, **how,
            )  # fmt: skip

    return draw_ladder(ladder, marks, ax)


def _moved(found: tuple[Stage, ...]) -> float:
    return abs(found[-1].value - found[0].value)


def _subtitle(forecast: Forecast, names: Sequence[str]) -> str:
    looks = "; ".join(LOOKS[name][0] for name in names)
    said = (
        f"{sentence(forecast.scenario.question)} As of {long_date(forecast.as_of)}. {looks};"
        f" bars: central {mass(forecast.interval)} intervals."
    )
    if "statements" not in names:
        said += " News and statements were fitted together, so they are not told apart."
    elif "news" not in names:
        said += " There is no news yet."
    return said


def _takeaway(
    found: Mapping[str, tuple[Stage, ...]],
    ranked: list[str],
    outcomes: Mapping[str, OutcomeForecast],
) -> str:
    """Return which outcome has moved most since before anybody spoke."""
    if not ranked:
        return "No outcome has a headline"
    values = [percent(stage.value) for stage in found[ranked[0]]]
    moves = f"{TIED}→{TIED}".join(values)
    return f"Moved most by what is known: “{short(outcomes[ranked[0]].headline)}”, {moves}"
