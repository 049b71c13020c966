"""A forecast on a slide: each outcome's probability, dots, interval, word, and the confidence.

Likelihood is on the scale, in its words and in blue; confidence has a column and marks of its own,
for the two are never mixed. `tests/unit/test_plots.py` reads every number back from the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from matplotlib.axes import Axes

from estimative.days import long_date
from estimative.forecasting import Forecast
from estimative.lexicon import read_lexicon
from estimative.outcome_forecasts import OutcomeForecast, in_words
from estimative.plots import style
from estimative.plots.abridging import sentence, short
from estimative.plots.density import Floats
from estimative.plots.lettering import (
    BODY,
    NUMBER,
    SMALL,
    TIED,
    balance,
    settings,
    text_size,
    wrap,
)
from estimative.plots.quantile_dots import DOTS, dot_size, quantile_dots, stacked
from estimative.plots.style import INK, MARGIN, QUIET, Caption, How, Lines, Pen
from estimative.results import mass, percent

Order = Literal["likeliest", "scenario"]

LABEL_SHARE = 0.255  # of the width, for the outcomes' titles
COLUMNS = (0.76, 0.82, 1.4, 1.2)  # inches: number, interval, word, confidence
LABEL_GAP, SCALE_GAP = 0.22, 0.47  # inches between titles, scale and columns
LEAST_SCALE = 4.2  # inches below which the words over the scale would touch
HEADER, TICKS, AIR, LOWEST_ROW, HIGHEST_ROW = 0.66, 0.3, 0.08, 0.33, 1.25  # inches
MANY, LOW_ROW = 16, 0.27  # outcomes from which on rows are lower, so that type stays large; inches
CONFIDENCES = ("low", "moderate", "high")
RIGHT = 0.6 * MARGIN  # inches free at the right edge
DOT = 0.13  # inches across, of a probability


@dataclass(frozen=True)
class Row:
    """One outcome in words, wrapped; `need` is its height in inches."""

    outcome: OutcomeForecast
    label: str
    word: str
    reason: str
    lowest: float = LOWEST_ROW

    @property
    def settled(self) -> bool:
        """Whether nothing is left to forecast: it was observed, or its time is over."""
        return self.outcome.settled and self.outcome.probability is not None

    @property
    def need(self) -> float:
        """The height it needs, in inches."""
        sizes = ((self.label, BODY), (self.word, BODY), (self.reason, SMALL))
        return AIR + max(self.lowest - AIR, *(text_size(text, size)[1] for text, size in sizes))


@dataclass(frozen=True)
class Plan:
    """Where everything stands, in inches from the left and from the top."""

    lines: Lines
    rows: tuple[Row, ...]
    heights: tuple[float, ...]
    left: float
    scale_width: float

    @property
    def fits(self) -> bool:
        """Whether rows and scale have room at full type size."""
        return len(self.heights) == len(self.rows) and self.scale_width >= LEAST_SCALE

    @property
    def top(self) -> float:
        """Where the rows begin."""
        return self.lines.body_top + HEADER

    @property
    def bottom(self) -> float:
        """Where the rows end."""
        return self.top + sum(self.heights)

    @property
    def middles(self) -> list[float]:
        """The middle of each row."""
        tops = [self.top + sum(self.heights[:i]) for i in range(len(self.heights))]
        return [top + height / 2 for top, height in zip(tops, self.heights, strict=True)]

    @property
    def right(self) -> float:
        """Where the rows end on the right, on the scale of probability."""
        return self.across(self.lines.width - RIGHT)

    def across(self, inches: float) -> float:
        """Return the place on the scale that is so far right of the picture's edge.

        Parameters
        ----------
        inches : float
            From the picture's left edge.

        Returns
        -------
        float
            Data coordinate: a probability within [0, 1]; beside the scale, outside it.
        """
        return (inches - self.left) / self.scale_width

    def column(self, number: int) -> float:
        """Return the left edge of a column: 0 number, 1 interval, 2 word, 3 confidence.

        Parameters
        ----------
        number : int
            Which column, from 0 to 3.

        Returns
        -------
        float
            Data coordinate, above 1: columns stand to the right of the scale.
        """
        return 1 + (SCALE_GAP + sum(COLUMNS[:number])) / self.scale_width


def forecast(forecast: Forecast, ax: Axes | None = None, *, order: Order = "likeliest") -> Axes:
    """Draw each outcome's probability, interval and ICD 203 word, and the confidence in it.

    Parameters
    ----------
    forecast : Forecast
        What `estimative.forecast` returns.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.
    order : str
        `likeliest` puts the likeliest outcome first, settled ones after the open ones and withheld
        ones last; `scenario` keeps the order of the scenario.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x stands the probability in [0, 1], along y inches from
        the top at full type size.

    Raises
    ------
    ValueError
        If `order` is neither.
    """
    if order not in ("likeliest", "scenario"):
        raise ValueError(f"order is {order!r}; give 'likeliest' or 'scenario'")
    outcomes = sorted(forecast.outcomes, key=_rank) if order == "likeliest" else forecast.outcomes
    words, dots = _words(forecast), quantile_dots(forecast)
    with settings():
        pen, width, height = style.fit(ax, lambda w, h: _plan(outcomes, words, w, h).fits)
        plan = _plan(outcomes, words, width, height)
        pen.ax.set(xlim=(plan.across(0), plan.across(width)), ylim=(height, 0), autoscale_on=False)
        _draw_bands(pen, plan, forecast.interval)
        stout = min(1.6, max(1.0, min(plan.heights, default=0.0) / 0.45))
        dot = DOT * stout
        shown = {
            r.outcome.name: (plan.scale_width * dots[r.outcome.name], tall - AIR - dot)
            for r, tall in zip(plan.rows, plan.heights, strict=True)
            if not (r.reason or r.settled)
        }
        size = dot_size(list(shown.values()))
        for row, middle in zip(plan.rows, plan.middles, strict=True):
            pen.write(plan.across(MARGIN), middle, row.label, BODY, gid="label")
            if row.reason:
                place = 0.1 / plan.scale_width, middle
                pen.write(*place, row.reason, color=QUIET, style="italic", gid="reason")
            else:
                foot = middle
                if row.outcome.name in shown:
                    places = stacked(*shown[row.outcome.name], size)
                    foot += (places[1].max() + size / 2) / 2
                    _draw_dots(pen, plan, places, foot - dot / 2, size)
                _draw_likelihood(pen, row, foot, stout)
                _write_columns(pen, plan, row, middle)
        caption = Caption(words[0], words[2], forecast.record, _alt(outcomes, words))
        return style.finish(pen, caption, plan.lines)


def span(outcome: OutcomeForecast) -> str:
    """Return an outcome's interval as people read it: 40–90%.

    Parameters
    ----------
    outcome : OutcomeForecast
        One that is not withheld; the ends of its interval are probabilities.

    Returns
    -------
    str
        Both ends in whole per cents.
    """
    return f"{percent(outcome.lower).removesuffix('%')}–{percent(outcome.upper)}"


def _rank(outcome: OutcomeForecast) -> tuple[bool, bool, float]:
    return outcome.withheld is not None, outcome.settled, -(outcome.probability or 0.0)


def _words(forecast: Forecast) -> tuple[str, str, str]:
    """Return title, subtitle and footer."""
    by = {o.by for o in forecast.outcomes}
    until = f", for the time until {long_date(max(by))}" if by else ""
    subtitle = (
        f"As of {long_date(forecast.as_of)}{until}. Dot: probability; bar: central"
        f" {mass(forecast.interval)} interval; {DOTS} small dots: values as likely as each other."
    )
    if any(o.settled and not o.withheld for o in forecast.outcomes):
        subtitle += " Diamond: settled."
    title, question = _takeaway(forecast), forecast.scenario.question
    if title != question:
        subtitle = f"{sentence(question)} {subtitle}"
    return title, subtitle, style.footer(forecast)


def _takeaway(forecast: Forecast) -> str:
    """Return the likeliest and the least likely outcome in words; the question if none is open."""
    asked = (o for o in forecast.outcomes if not (o.withheld or o.settled))
    ranked = sorted(asked, key=_rank)
    if not ranked:
        return forecast.scenario.question
    told = [
        f"{in_words(o)} ({percent(o.probability)}):".replace(" ", TIED) + f" {short(o.headline)}"
        for o in (ranked if len(ranked) == 1 else [ranked[0], ranked[-1]])
    ]
    *others, last = (f"{text[0].upper()}{text[1:]}" for text in told)
    return " ".join([*map(sentence, others), last])


def _plan(
    outcomes: Sequence[OutcomeForecast], words: tuple[str, str, str], width: float, height: float
) -> Plan:
    lines = style.lay_out(*words, width, height)
    label_width = LABEL_SHARE * width
    left = MARGIN + label_width + LABEL_GAP
    scale_width = width - left - SCALE_GAP - sum(COLUMNS) - RIGHT
    last = max((o.by for o in outcomes), default=None)
    rows = tuple(
        replace(row, lowest=LOW_ROW if len(outcomes) > MANY else LOWEST_ROW)
        for row in (_row(o, label_width, max(scale_width, 1.0), o.by != last) for o in outcomes)
    )
    room = lines.body_bottom - lines.body_top - HEADER - TICKS
    heights = style.share_out([row.need for row in rows], room, HIGHEST_ROW)
    return Plan(lines, rows, heights, left, scale_width)


def _row(outcome: OutcomeForecast, label_width: float, scale_width: float, own_day: bool) -> Row:
    label = outcome.headline
    if own_day:
        label += f" (by {outcome.by})"
    said = in_words(outcome)
    reason = f"withheld: {outcome.withheld}" if outcome.withheld else ""
    return Row(
        outcome,
        balance(label, label_width, BODY),
        wrap(said, COLUMNS[2] - 0.1, BODY),
        wrap(reason, scale_width - 0.2, SMALL),
    )


def _bands() -> list[tuple[str, float, float]]:
    """Return the directive's seven words with their bands; of a band's spellings, the first."""
    words: dict[tuple[float, float], str] = {}
    for word, band in read_lexicon("icd203").ranges.items():
        words.setdefault(band, word)
    return [(word, low, high) for (low, high), word in sorted(words.items())]


def _draw_bands(pen: Pen, plan: Plan, interval: float) -> None:
    """Draw the bands of the words, the words above, their edges below, and the columns' heads."""
    ax, head, bands = pen.ax, plan.top - 0.08, _bands()
    above: How = {"va": "bottom", "linespacing": 1.0, "color": QUIET}
    for i, (word, low, high) in enumerate(bands):
        first, last = i == 0, i == len(bands) - 1
        if i % 2 == 0:
            edges = [0.0 if first else low, 1.0 if last else high]
            shade: How = {"color": style.FAINT, "linewidth": 0, "zorder": 0, "gid": "band"}
            ax.fill_between(edges, plan.top, plan.bottom, **shade)
        # the outermost bands are narrower than their words, which reach outwards
        place, side = (low + high) / 2, "center"
        if first or last:
            place, side = (high - 0.015, "right") if first else (low, "left")
        lines = word.split(" ", 1) if first or last else word.split()
        how: How = {"ha": side, "multialignment": side, "gid": "band-word"}
        pen.write(place, head, "\n".join(lines), **above | how)
        if not first:
            pen.write(low, plan.bottom + 0.06, f"{low:.0%}", ha="center", va="top", color=QUIET)
    heads = ("Chance", f"{mass(interval)}\ninterval", "ICD 203\nword", "Confidence\nin analysis")
    for number, text in enumerate(heads):
        pen.write(plan.column(number), head, text, **above)
    edges = [plan.top, *(m + h / 2 for m, h in zip(plan.middles, plan.heights, strict=True))]
    pen.rules(edges, plan.across(MARGIN), plan.right)


def _draw_likelihood(pen: Pen, row: Row, foot: float, stout: float) -> None:
    """Draw a dot on its interval; a settled outcome is a diamond without one."""
    outcome = row.outcome
    edge: How = {"edgecolors": "white", "linewidths": 1.4 * pen.scale}
    assert outcome.probability is not None
    if row.settled:
        diamond: How = {
            "marker": "D",
            "color": INK,
            "zorder": 3,
            "clip_on": False,
            "gid": "settled",
        }
        pen.dot(outcome.probability, foot, 10 * stout, **edge | diamond)
        return
    assert outcome.lower is not None
    assert outcome.upper is not None
    bar: How = {"color": style.PALE_BLUE, "zorder": 2, "capstyle": "butt", "gid": "interval"}
    ends = (outcome.lower, outcome.upper)
    pen.ax.hlines(foot, *ends, linewidth=5 * stout * pen.scale, **bar)
    dot: How = {"color": style.BLUE, "zorder": 4, "clip_on": False, "gid": "probability"}
    pen.dot(outcome.probability, foot, 72 * DOT * stout, **edge | dot)


def _draw_dots(
    pen: Pen, plan: Plan, places: tuple[Floats, Floats], foot: float, size: float
) -> None:
    """Draw the quantile dots of one outcome, which stand on `foot`, in inches from the top."""
    x, y = places[0] / plan.scale_width, foot - places[1]
    points = (72 * size * pen.scale) ** 2
    how: How = {"color": style.MIDDLE_BLUE, "edgecolors": "white", "linewidths": 0.5 * pen.scale}
    pen.ax.scatter(x, y, s=points, zorder=3, clip_on=False, gid="quantiles", **how)


def _write_columns(pen: Pen, plan: Plan, row: Row, middle: float) -> None:
    outcome = row.outcome
    number, interval, word, confidence = (plan.column(n) for n in range(4))
    # what is settled is settled: 100%, not >99%
    chance = f"{outcome.probability:.0%}" if row.settled else percent(outcome.probability)
    pen.write(number, middle, chance, NUMBER, fontweight="bold", gid="number")
    pen.write(word, middle, row.word, BODY, gid="word")
    if row.settled:
        return
    pen.write(interval, middle, span(outcome), color=QUIET, gid="range")
    inch = 1 / plan.scale_width
    filled = CONFIDENCES.index(outcome.confidence) + 1 if outcome.confidence in CONFIDENCES else 0
    for step in range(3):
        colours = (INK, INK) if step < filled else ("white", QUIET)
        how: How = {"facecolor": colours[0], "edgecolor": colours[1], "linewidth": 0.8 * pen.scale}
        pen.ax.bar(
            confidence + 0.1 * step * inch,
            -0.09 - 0.07 * step,
            width=0.075 * inch,
            bottom=middle + 0.12,
            align="edge",
            gid="step",
            **how,
        )
    pen.write(confidence + 0.38 * inch, middle, outcome.confidence, gid="confidence")


def _alt(outcomes: Sequence[OutcomeForecast], words: tuple[str, str, str]) -> str:
    said = [f"{o.headline}: {_told(o)}" for o in outcomes]
    return f"{words[0]} {words[1].split(' Dot:')[0]} {'; '.join(said)}."


def _told(outcome: OutcomeForecast) -> str:
    if outcome.withheld:
        return f"withheld ({outcome.withheld})"
    if outcome.settled:
        return outcome.ending
    likely = f"{percent(outcome.probability)} ({span(outcome)}), {in_words(outcome)}"
    return f"{likely}, confidence {outcome.confidence}"
