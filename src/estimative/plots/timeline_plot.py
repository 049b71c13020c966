"""One outcome over time: its probability with its band, the news that moved it, how it ended.

Along x stand days as matplotlib counts them, along y the probability, so numbers can be read back
from the picture (`tests/unit/test_timeline.py`); words are placed in inches around them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from estimative.days import long_date, short_date
from estimative.forecasting import Forecast
from estimative.plots import style
from estimative.plots.abridging import abridge, in_words, short
from estimative.plots.calendar import day_number, spread, ticks
from estimative.plots.lettering import NUMBER, SMALL, TIED, settings, text_size, wrap
from estimative.plots.story import MOST_MARKS, Mark, Story, likeliest, tell
from estimative.plots.style import INK, MARGIN, QUIET, Caption, How, Lines, Pen
from estimative.results import mass, percent, points

AXIS, TICKS, END, GAP = 0.62, 0.76, 1.25, 0.25  # inches: left of, below and right of the chart
LEGEND_SHARE, POINTS = 0.38, 0.6  # of the width; inches for the points in the legend
LANE, MARK, NEAREST = 0.62, 17.0, 0.3  # inches above the chart; points; inches between marks
LEAST_WIDTH, LEAST_HEIGHT, AIR = 4.0, 2.4, 0.14  # inches


@dataclass(frozen=True)
class Plan:
    """Where everything stands, in inches from the left and from the top."""

    story: Story
    lines: Lines
    places: tuple[float, ...]
    legend: tuple[str, ...]

    @property
    def left(self) -> float:
        """Where the chart begins."""
        return MARGIN + AXIS

    @property
    def right(self) -> float:
        """Where the chart ends."""
        beside = LEGEND_SHARE * self.lines.width + GAP if self.story.marks else 0.0
        return self.lines.width - MARGIN - beside - END

    @property
    def top(self) -> float:
        """Where 100% stands."""
        return self.lines.body_top + (LANE if self.story.marks else AIR)

    @property
    def bottom(self) -> float:
        """Where 0% stands."""
        return self.lines.body_bottom - TICKS

    @property
    def legend_left(self) -> float:
        """Where the names of the news begin."""
        return self.lines.width - MARGIN - LEGEND_SHARE * self.lines.width

    @property
    def fits(self) -> bool:
        """Whether chart, marks and legend have room at full type size."""
        named = len(self.places) == len(self.legend) == len(self.story.marks)
        wide, high = self.right - self.left, self.bottom - self.top
        return named and wide >= LEAST_WIDTH and high >= LEAST_HEIGHT

    def day(self, inches: float) -> float:
        """Return the day, as matplotlib counts, so far right of the picture's edge.

        Parameters
        ----------
        inches : float
            From the picture's left edge.

        Returns
        -------
        float
            Days since 1970, with fractions.
        """
        first, last = day_number(self.story.first), day_number(self.story.last)
        return first + (inches - self.left) / (self.right - self.left) * max(last - first, 1)

    def across(self, day: dt.date) -> float:
        """Return where a day stands.

        Parameters
        ----------
        day : date
            The day.

        Returns
        -------
        float
            Inches from the picture's left edge.
        """
        first, last = day_number(self.story.first), day_number(self.story.last)
        share = (day_number(day) - first) / max(last - first, 1)
        return self.left + share * (self.right - self.left)

    def chance(self, inches: float) -> float:
        """Return the probability that stands so far down.

        Parameters
        ----------
        inches : float
            From the picture's top edge.

        Returns
        -------
        float
            Probability within the chart, in [0, 1]; outside it above or below the chart.
        """
        return (self.bottom - inches) / (self.bottom - self.top)


def timeline(forecasts: Sequence[Forecast], outcome: str, ax: Axes | None = None) -> Axes:
    """Draw one outcome's probability over time, with its band and the news that moved it.

    Parameters
    ----------
    forecasts : sequence of Forecast
        Of one scenario, as of two days or more, as `estimative.replay` returns them.
    outcome : str
        Its name.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x stand days as matplotlib counts them, along y the
        probability in [0, 1].

    Raises
    ------
    ValueError
        If there are not two forecasts, or none of them gives the outcome a headline.
    KeyError
        If there is no such outcome.
    """
    story = tell(sorted(forecasts, key=lambda f: f.as_of), outcome)
    words = _words(story)
    with settings():
        pen, width, height = style.fit(ax, lambda w, h: _plan(story, words, w, h).fits)
        plan = _plan(story, words, width, height)
        pen.ax.set(
            xlim=(plan.day(0), plan.day(width)),
            ylim=(plan.chance(height), plan.chance(0)),
            autoscale_on=False,
        )
        _draw_scales(pen, plan)
        _draw_curve(pen, story)
        _draw_deadline(pen, plan)
        _draw_end(pen, plan)
        for mark, place in zip(story.marks, plan.places, strict=True):
            _draw_mark(pen, plan, mark, place)
        _write_legend(pen, plan)
        caption = Caption(words[0], words[2], story.forecasts[-1].record, _alt(story, words))
        return style.finish(pen, caption, plan.lines)


def _words(story: Story) -> tuple[str, str, str]:
    """Return title, subtitle and footer."""
    last = story.forecasts[-1]
    title = _takeaway(story)
    subtitle = (
        f"As forecast from {long_date(story.first)} to {long_date(last.as_of)}. Line:"
        f" probability; band: central {mass(last.interval)} interval."
    )
    if any(middle == middle and low != low for _, middle, low, _ in story.curve):
        subtitle += " The band is left out where another state was the likelier."
    if story.marks:
        some = f" (the {MOST_MARKS} strongest of {story.moved})" if story.moved > MOST_MARKS else ""
        subtitle += (
            f" Numbers: news{some}, with the points by which it moved the answer on its day."
        )
    if last.as_of > story.told_until:
        subtitle += f" Dashed: should nothing more be reported after {long_date(story.told_until)}."
    return title, subtitle, style.footer(last)


def _takeaway(story: Story) -> str:
    """Return the outcome, where its probability began, and where it stands or how it ended."""
    ends = [
        (percent(chance) if chance == chance else "withheld", day)
        for day, chance, *_ in (story.curve[0], story.curve[-1])
    ]
    if story.settled:
        ends[-1] = (story.settled, ends[-1][1])
    told = (f"{what} on {short_date(day)}".replace(" ", TIED) for what, day in ends)
    return f"{short(story.outcome.headline)}: {', '.join(told)}"


def _plan(story: Story, words: tuple[str, str, str], width: float, height: float) -> Plan:
    """Return where everything stands; marks or legend are left out where they find no room."""
    empty = Plan(story, style.lay_out(*words, width, height), (), ())
    wanted = [empty.across(mark.arrival.day) for mark in story.marks]
    places = spread(wanted, NEAREST, empty.left, empty.right + END)
    return Plan(story, empty.lines, places, _legend(empty))


def _legend(plan: Plan) -> tuple[str, ...]:
    """Return what the legend says of each mark, cut short only where type is at its smallest."""
    width = LEGEND_SHARE * plan.lines.width - NEAREST - POINTS
    room = plan.lines.body_bottom - plan.lines.body_top
    for most in (9, 4, 3, 2, 1) if plan.lines.width >= style.SLIDE[0] else (9,):
        texts = [abridge(in_words(mark.arrival.cause), width, most) for mark in plan.story.marks]
        if sum(text_size(text, SMALL)[1] + AIR for text in texts) <= room:
            return tuple(texts)
    return ()


def _draw_scales(pen: Pen, plan: Plan) -> None:
    """Draw the scale of probability and that of days."""
    right = plan.day(plan.right)
    pen.rules([0.0, 0.25, 0.5, 0.75, 1.0], plan.day(plan.left), right)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        where = plan.day(plan.left - 0.1), share
        pen.write(*where, f"{share:.0%}", color=QUIET, ha="right", gid="tick")
    for day, label in ticks(plan.story.first, plan.story.last, plan.right - plan.left):
        x, foot = day_number(day), plan.chance(plan.bottom + 0.07)
        pen.ax.plot([x, x], [0, foot], color=QUIET, linewidth=0.8 * pen.scale, gid="tick-mark")
        where = x, plan.chance(plan.bottom + 0.14)
        pen.write(*where, label, color=QUIET, ha="center", va="top", linespacing=1.0, gid="tick")


def _draw_curve(pen: Pen, story: Story) -> None:
    """Draw curve and band; beyond the last that was told the curve is dashed and the band paler."""
    told = [p for p in story.curve if p[0] <= story.told_until]
    beyond = [*told[-1:], *story.curve[len(told) :]]
    for part, dashes, pale in ((told, "-", 1.0), (beyond, (0, (3, 2)), 0.5)):
        if len(part) < 2:
            continue
        x = [day_number(day) for day, *_ in part]
        _, middle, low, high = zip(*part, strict=True)
        band: How = {"color": style.PALE_BLUE, "alpha": 0.6 * pale, "linewidth": 0, "zorder": 1}
        pen.ax.fill_between(x, low, high, gid="band", **band)
        line: How = {"color": style.BLUE, "linewidth": 2.6 * pen.scale, "linestyle": dashes}
        pen.ax.plot(x, middle, zorder=3, gid="curve", solid_capstyle="round", **line)


def _draw_deadline(pen: Pen, plan: Plan) -> None:
    """Draw the days on which the outcome falls due and closes, where the chart reaches so far."""
    story, by = plan.story, plan.story.outcome.by
    said = []
    for day, word, dashes in ((by, "due", "-"), (story.closes, "closes", ":")):
        if day == by and word == "closes":
            continue
        said.append(f"{word} {short_date(day)}")
        if story.first <= day <= story.last:
            x = day_number(day)
            how: How = {"color": INK, "linewidth": 1.2 * pen.scale, "linestyle": dashes}
            pen.ax.plot([x, x], [0, 1], zorder=2, gid=word, **how)
    beyond = " →" * (by > story.last)
    text = ", ".join(said) + beyond
    half = text_size(text, SMALL)[0] / 2
    middle = min(max(plan.across(by), plan.left + half), plan.right - half)
    where = plan.day(middle), plan.chance(plan.lines.body_bottom)
    pen.write(*where, text, ha="center", va="bottom", gid="deadline")


def _draw_end(pen: Pen, plan: Plan) -> None:
    """Write how the outcome ended, or where it stands, beside the end of the curve."""
    story = plan.story
    day, chance, *_ = story.curve[-1]
    if story.settled:
        chance = float(likeliest(story.outcome) == story.outcome.event)
        edge: How = {"edgecolors": "white", "linewidths": 1.4 * pen.scale, "zorder": 5}
        pen.dot(day_number(day), chance, 13, marker="D", color=INK, gid="settled", **edge)
        text = f"{wrap(story.settled, END - 0.2, SMALL, 'bold')}\n{short_date(day)}"
        tall = text_size(text, SMALL)[1] / 2
        down = min(
            max(plan.bottom - chance * (plan.bottom - plan.top), plan.top + tall),
            plan.bottom - tall,
        )
        pen.write(plan.day(plan.right + 0.2), plan.chance(down), text, fontweight="bold", gid="end")
    elif chance == chance:
        pen.dot(day_number(day), chance, 9, color=style.BLUE, zorder=5, gid="now")
        where = plan.day(plan.right + 0.2), chance
        pen.write(*where, percent(chance), NUMBER, fontweight="bold", gid="end")
        if day >= story.closes:
            below = plan.chance(plan.bottom - chance * (plan.bottom - plan.top) + 0.28)
            pen.write(where[0], below, "not resolved", color=QUIET, gid="end")


def _draw_mark(pen: Pen, plan: Plan, mark: Mark, place: float) -> None:
    """Draw a numbered mark above the chart, and a hairline down to the curve."""
    x, middle = day_number(mark.arrival.day), plan.lines.body_top + 0.5 * MARK / 72
    path = (
        [x, x, plan.day(place)],
        [mark.probability, plan.chance(plan.top - 0.08), plan.chance(middle)],
    )
    pen.ax.plot(*path, color=QUIET, linewidth=0.8 * pen.scale, zorder=2, gid="leader")
    pen.dot(x, mark.probability, 6, color=mark.colour, zorder=4, gid="moment")
    _stamp(pen, plan.day(place), plan.chance(middle), mark)


def _stamp(pen: Pen, x: float, y: float, mark: Mark) -> None:
    pen.dot(x, y, MARK, color=mark.colour, zorder=5, gid="mark")
    how: How = {"color": "white", "fontweight": "bold", "zorder": 6, "gid": "mark-number"}
    pen.write(x, y, str(mark.number), 0.85 * SMALL, ha="center", **how)


def _write_legend(pen: Pen, plan: Plan) -> None:
    """Write what each number stands for, and the points by which it moved the answer."""
    top, edge = plan.lines.body_top, plan.lines.width - MARGIN
    heights = [text_size(text, SMALL)[1] + AIR for text in plan.legend]
    room = plan.lines.body_bottom - top
    spare = min((room - sum(heights)) / max(len(heights), 1), 0.25)
    for mark, text, height in zip(plan.story.marks, plan.legend, heights, strict=True):
        first = top + 0.5 * MARK / 72  # the middle of the first line
        _stamp(pen, plan.day(plan.legend_left + 0.5 * MARK / 72), plan.chance(first), mark)
        start = plan.chance(first - 0.5 * text_size("0", SMALL)[1])
        pen.write(plan.day(plan.legend_left + NEAREST), start, text, va="top", gid="legend")
        how: How = {"color": mark.colour, "fontweight": "bold", "ha": "right", "va": "top"}
        pen.write(plan.day(edge), start, points(mark.move), gid="points", **how)
        top += height + spare


def _alt(story: Story, words: tuple[str, str, str]) -> str:
    (first, start, *_), (last, end, *_) = story.curve[0], story.curve[-1]
    known = [percent(p) if p == p else "withheld" for p in (start, end)]
    parts = [f"{known[0]} on {long_date(first)}, {known[1]} on {long_date(last)}"]
    if story.settled:
        parts.append(f"{story.settled} on {long_date(last)}")
    parts += [f"{m.number}, {points(m.move)}: {m.arrival.cause.label}" for m in story.marks]
    return f"{words[0]}: {'; '.join(parts)}"
