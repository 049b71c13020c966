"""What if, outcome by outcome: the chance now, if seen, and if done, on one scale.

Line, dot and square tell the three apart without colour; the bars are intervals.
"""

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes

from estimative.days import long_date
from estimative.exploring import SupposedOutcome, WhatIf
from estimative.plots import style
from estimative.plots.abridging import short
from estimative.plots.ladder import Ladder, Rung, draw_ladder
from estimative.plots.lettering import TIED
from estimative.plots.style import PALE_ORANGE, How, Pen
from estimative.results import mass, percent

LABEL_SHARE = 0.3  # of the width


def what_if(result: WhatIf, ax: Axes | None = None) -> Axes:
    """Draw each outcome's probability now, if it is seen, and if it is done.

    Parameters
    ----------
    result : WhatIf
        What `estimative.what_if` returns.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x stands the probability in [0, 1], along y inches from
        the top at full type size.
    """
    shown = [o for o in result.outcomes if not o.withheld]
    names = ("now", "seen", "done") if result.do else ("now", "seen")
    rungs = tuple(
        Rung(
            f"{o.headline}{f'{TIED}*' * (not o.stated)}",
            tuple(percent(getattr(o, name).value) for name in names),
            0.36 if result.do else 0.2,
        )
        for o in shown
    )
    forecast = result.forecast
    subtitle = (
        f"As of {long_date(forecast.as_of)}. Line: the chance now. Dot: if it is seen, which"
        f" has a chance of {percent(None if forecast.belief.failed else result.chance)}."
        + " Square: if it is done, which says nothing of its causes." * bool(result.do)
        + f" Bar: central {mass(forecast.interval)} interval."
        + f" *{TIED}Moves only through links of which nobody spoke."
        * any(not o.stated for o in shown)
    )
    told = "; ".join(
        f"{r.label}: " + ", ".join(f"{n} {c}" for n, c in zip(names, r.cells, strict=True))
        for r in rungs
    )
    title = _takeaway(result, shown)
    ladder = Ladder(
        title=title,
        subtitle=subtitle,
        footer=style.footer(forecast),
        alt=f"What if: {_in_titles(result, str)}? {told or 'Nothing is left to answer'}.",
        record=forecast.record,
        rungs=rungs,
        heads=tuple(n if n == "now" else f"if {n}" for n in names),
        reach=1.0,
        label_share=LABEL_SHARE,
        empty="No outcome is left of which it could be asked.",
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
        o, lane = shown[row], 0.5 * half if result.do else 0.0
        edge: How = {"edgecolors": "white", "linewidths": 1.2 * pen.scale, "zorder": 3}
        kinds = [(o.seen, -lane, "o", style.BLUE, style.PALE_BLUE, "seen")]
        if o.done:
            kinds.append((o.done, lane, "s", style.ORANGE, PALE_ORANGE, "done"))
        for found, off, marker, colour, pale, gid in kinds:
            bar: How = {"color": pale, "zorder": 1, "capstyle": "butt", "gid": "interval"}
            pen.ax.hlines(middle + off, found.lower, found.upper, linewidth=8 * pen.scale, **bar)
            pen.dot(
                found.value, middle + off, 11, marker=marker, color=colour, gid=gid,
                clip_on=False, **edge,
            )  # fmt: skip
        line: How = {"color": style.INK, "linewidth": 1.6 * pen.scale, "zorder": 4, "gid": "now"}
        ends = [middle - 0.8 * half, middle + 0.8 * half]
        pen.ax.plot([o.now.value] * 2, ends, solid_capstyle="butt", **line)

    return draw_ladder(ladder, marks, ax)


def _takeaway(result: WhatIf, shown: Sequence[SupposedOutcome]) -> str:
    """Return what is supposed, and which outcome that moves most."""

    def ends(outcome: SupposedOutcome) -> tuple[float, float]:
        """Return an outcome's probability as it is and as it would be.

        Parameters
        ----------
        outcome : SupposedOutcome
            One that is not withheld.

        Returns
        -------
        tuple of two float
            Probabilities.
        """
        return outcome.now.value, (outcome.done or outcome.seen).value

    supposed = f"What if: {_in_titles(result, short)}?"
    most = max(shown, key=lambda o: abs(ends(o)[1] - ends(o)[0]), default=None)
    if most is None:
        return supposed
    now, then = map(percent, ends(most))
    if now == then:
        return f"{supposed} Hardly anything moves"
    return f"{supposed} Most{TIED}moved: {short(most.headline)}, {now}{TIED}→{TIED}{then}"


def _in_titles(result: WhatIf, shown: Callable[[str], str]) -> str:
    """Return what is supposed, by the nodes' titles as `shown` gives them."""
    scenario = result.forecast.scenario
    nodes = {**scenario.drivers, **scenario.outcomes}

    def said(node: str, state: str) -> str:
        """Return one condition.

        Parameters
        ----------
        node, state : str
            Their names.

        Returns
        -------
        str
            The title, and the state unless it is yes.
        """
        title = shown(nodes[node].title)
        return title if state == "yes" else f"{title}: {state}"

    parts = [
        f"{said(n, s)} ({how})"
        for conditions, how in ((result.do, "done"), (result.given, "seen"))
        for n, s in conditions.items()
    ]
    return "; ".join(parts) or "nothing that is not so already"
