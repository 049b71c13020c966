"""What nobody stated and what is stale, by how far it moves an answer: whom to ask next.

Defaults are full bars, stale statements pale ones; what else is stated is counted in the words
above them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from matplotlib.axes import Axes

from estimative.agenda import Item
from estimative.coverages import Coverage, Need
from estimative.days import long_date
from estimative.outcome_forecasts import reweighted_points
from estimative.plots import style
from estimative.plots.abridging import sentence, short
from estimative.plots.lettering import BODY, NUMBER, SMALL, balance, closed, settings, text_size
from estimative.plots.style import MARGIN, QUIET, Caption, How, Lines, Pen
from estimative.scenario import InfluenceStatement
from estimative.speakers import RECORD
from estimative.weighted_draws import CLEAR, WORST_K

MOST = 15  # rows; the smaller ones are counted in the words
NOTHING = "No default and nothing stale moves an answer"
LABEL_SHARE, MOVED_SHARE = 0.36, 0.29  # of the width
GAP, NUMBER_WIDTH, LEAST_BAR = 0.25, 1.2, 1.8  # inches
AIR, HIGHEST_ROW, HEADER = 0.12, 0.9, 0.34  # inches


@dataclass(frozen=True)
class Row:
    """One default or stale statement: what it is about, and how far it moves which answer."""

    label: str
    move: float
    moved: str
    stale: bool = False
    k: float = 0.0

    @property
    def number(self) -> str:
        """The move in points; rough, or only its direction, where reweighting tells no more."""
        told = reweighted_points(self.move, self.k)
        rough = "~" if self.k > WORST_K else ""
        return told if told.startswith("far") else f"{rough}{100 * self.move:+.1f}"

    @property
    def need(self) -> float:
        """The height it needs, in inches."""
        return AIR + max(text_size(self.label, BODY)[1], text_size(self.moved, SMALL)[1])


@dataclass(frozen=True)
class Plan:
    """Rows with wrapped words, and where they stand, in inches."""

    lines: Lines
    rows: tuple[Row, ...]
    heights: tuple[float, ...]

    @property
    def left(self) -> float:
        """Where bars begin."""
        return MARGIN + LABEL_SHARE * self.lines.width + GAP

    @property
    def right(self) -> float:
        """Where the answers that are moved begin."""
        return (1 - MOVED_SHARE) * self.lines.width - MARGIN

    @property
    def longest(self) -> float:
        """How long the longest bar may be."""
        return self.right - self.left - NUMBER_WIDTH

    @property
    def fits(self) -> bool:
        """Whether rows and bars have room at full type size."""
        return len(self.heights) == len(self.rows) and self.longest >= LEAST_BAR


def coverage(result: Coverage, ax: Axes | None = None) -> Axes:
    """Draw by how far each default and each stale statement would move the answer it moves most.

    Parameters
    ----------
    result : Coverage
        What `estimative.coverage` returns.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x and y stand inches from the left and from the top, at
        full type size.
    """
    asked = [_row(result, need) for need in result.needs if not need.statements]
    moving = [r for r in asked if r.moved]
    rows = [*moving, *(_stale_row(result, item) for item in result.stale if item.farthest)]
    rows.sort(key=lambda r: -abs(r.move))
    words = _words(result, rows, len(asked), len(moving))
    with settings():
        shown = rows[:MOST]
        pen, width, height = style.fit(ax, lambda w, h: _plan(shown, words, w, h).fits)
        plan = _plan(shown, words, width, height)
        pen.ax.set(xlim=(0, width), ylim=(height, 0), autoscale_on=False)
        _draw(pen, plan)
        caption = Caption(words[0], words[2], result.forecast.record, _alt(rows, words))
        return style.finish(pen, caption, plan.lines)


def _words(
    result: Coverage, rows: Sequence[Row], unstated: int, moving: int
) -> tuple[str, str, str]:
    """Return title, subtitle and footer."""
    forecast, needs = result.forecast, len(result.needs)
    needed = f"thing{'s' * (needs != 1)} that the answer needs {'is' if needs == 1 else 'are'}"
    subtitle = (
        f"{sentence(forecast.scenario.question)} {needs - unstated} of {needs} {needed} stated, as"
        f" of {long_date(forecast.as_of)}."
    )
    if moving:
        subtitle += (
            " Bar: by how many points the others, which rest on a wide default, would move the"
            " answer that they move most, were the default half a prior standard deviation higher."
        )
    if stale := len(result.stale):
        subtitle += (
            f" Pale bar: by how many it would move without one of the {stale} stale statements"
            " (~ rough)."
        )
    if len(rows) > MOST:
        subtitle += f" The largest {MOST} of {len(rows)} are drawn."
    if unstated > moving:
        subtitle += (
            f" Not drawn: {unstated - moving} that would move no answer by more than {CLEAR} Monte"
            " Carlo standard errors."
        )
    title = f"All {needs} {needed} stated" if needs > 1 else f"The one {needed} stated"
    if rows:
        what = "Stale" if rows[0].stale else "Nobody stated"
        title = f"{what}, and moves an answer most: “{short(rows[0].label)}”"
    elif unstated:
        title = NOTHING
    return title, subtitle, style.footer(forecast)


def _row(result: Coverage, need: Need) -> Row:
    forecast = result.forecast
    nodes = {**forecast.scenario.outcomes, **forecast.scenario.drivers}
    cause, arrow, effect = need.need.partition(" -> ")
    label = f"How likely: {nodes[need.node].title}"
    if arrow:
        label = f"{closed(nodes[cause].title)} → {nodes[effect].title}"
    moved = forecast[need.farthest].headline if need.farthest else ""
    return Row(label, need.farthest_move or 0.0, moved)


def _stale_row(result: Coverage, item: Item) -> Row:
    scenario = result.forecast.scenario
    statement = scenario.statements[item.name]
    who = scenario.experts[statement.expert].name if statement.expert else RECORD
    nodes = {**scenario.outcomes, **scenario.drivers}
    subject = nodes[item.node].title
    if isinstance(statement, InfluenceStatement):
        subject = f"{closed(nodes[statement.cause].title)} → {subject}"
    label = f"{who} on “{subject}” ({item.kind})"
    moved = result.forecast[item.farthest].headline
    return Row(label, item.move or 0.0, moved, stale=True, k=item.k or 0.0)


def _plan(rows: Sequence[Row], words: tuple[str, str, str], width: float, height: float) -> Plan:
    lines = style.lay_out(*words, width, height)
    label, moved = LABEL_SHARE * width, MOVED_SHARE * width
    wrapped = tuple(
        replace(r, label=balance(r.label, label, BODY), moved=balance(r.moved, moved, SMALL))
        for r in rows
    )
    room = lines.body_bottom - lines.body_top - HEADER
    heights = style.share_out([row.need for row in wrapped], room, HIGHEST_ROW)
    return Plan(lines, wrapped, heights)


def _draw(pen: Pen, plan: Plan) -> None:
    y, width = plan.lines.body_top + HEADER, plan.lines.width
    most = max((abs(r.move) for r in plan.rows), default=0.0) or 1.0
    what = "nobody stated" + " or stale" * any(row.stale for row in plan.rows)
    heads = [(MARGIN, what), (plan.left, "points"), (plan.right, "moves most")]
    for x, text in heads if plan.rows else [(MARGIN, f"{NOTHING}.")]:
        pen.write(x, y - 0.08, text, va="bottom", color=QUIET, gid="header")
    pen.rules([y], MARGIN, width - MARGIN)
    for row, tall in zip(plan.rows, plan.heights, strict=True):
        middle, length = y + tall / 2, plan.longest * abs(row.move) / most
        y += tall
        pen.rules([y], MARGIN, width - MARGIN)
        up, down = (style.BLUE, style.ORANGE)
        if row.stale:
            up, down = (style.PALE_BLUE, style.PALE_ORANGE)
        colour = up if row.move >= 0 else down
        bar: How = {"height": min(0.3, 0.45 * tall), "color": colour, "linewidth": 0, "gid": "bar"}
        pen.ax.barh(middle, length, left=plan.left, **bar)
        pen.write(MARGIN, middle, row.label, BODY, gid="label")
        place = plan.left + length + 0.12, middle
        pen.write(*place, row.number, NUMBER, fontweight="bold", gid="number")
        pen.write(plan.right, middle, row.moved, gid="moved")


def _alt(rows: Sequence[Row], words: tuple[str, str, str]) -> str:
    moves = "; ".join(f"{r.label}: {100 * r.move:+.1f} on {r.moved}" for r in rows)
    return f"{words[0]} {words[1].split(' Bar:')[0]} {moves or NOTHING}."
