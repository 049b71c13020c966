"""A forecast on one slide: for each outcome the probability, its interval, the word for it, and the confidence.

Likelihood is on the scale, in its words and in blue; confidence has a column and marks of its own, for the two are
never mixed. `tests/unit/test_plots.py` reads every number back from the picture.
"""

from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes

from estimative.forecasting import Forecast, OutcomeForecast
from estimative.lexicon import read_lexicon
from estimative.plots import style
from estimative.plots.style import BODY, MARGIN, NUMBER, SMALL, Caption, Lines, text_size, wrap
from estimative.results import percent

Order = Literal["likeliest", "scenario"]

LABEL_SHARE = 0.265  # of the width, for the outcomes' titles
COLUMNS = (0.76, 0.82, 1.4, 1.17)  # inches: number, interval, word, confidence
LABEL_GAP, SCALE_GAP = 0.22, 0.47  # inches between titles, scale and columns
LEAST_SCALE = 4.2  # inches below which the words over the scale would touch
HEADER, TICKS, AIR, LOWEST_ROW, HIGHEST_ROW = 0.66, 0.3, 0.08, 0.32, 0.9  # inches
STEPS = {"low": 1, "moderate": 2, "high": 3}


@dataclass(frozen=True)
class Row:
    """One outcome in words, wrapped."""

    outcome: OutcomeForecast
    label: str
    word: str
    reason: str
    need: float

    @property
    def settled(self) -> bool:
        """Whether nothing is left to forecast: it was seen to happen or not, or its time is over."""
        return self.outcome.status != "open" and self.outcome.probability is not None


@dataclass(frozen=True)
class Plan:
    """Where everything stands, in inches from the left and from the top."""

    lines: Lines
    rows: tuple[Row, ...]
    heights: tuple[float, ...]
    left: float
    scale_width: float
    mass: float

    @property
    def fits(self) -> bool:
        """Whether the rows fit at full type size."""
        return bool(self.heights) and self.scale_width >= LEAST_SCALE

    @property
    def top(self) -> float:
        """Where the rows begin."""
        return self.lines.body_top + HEADER

    @property
    def middles(self) -> list[float]:
        """The middle of each row."""
        tops = [self.top + sum(self.heights[:i]) for i in range(len(self.heights))]
        return [top + height / 2 for top, height in zip(tops, self.heights, strict=True)]

    @property
    def bottom(self) -> float:
        """Where the rows end."""
        return self.top + sum(self.heights)

    def across(self, inches: float) -> float:
        """Return the place on the scale of probability that is so far right of the picture's edge."""
        return (inches - self.left) / self.scale_width

    def column(self, number: int) -> float:
        """Return the left edge of a column right of the scale: number, interval, word, confidence."""
        return self.across(self.left + self.scale_width + SCALE_GAP + sum(COLUMNS[:number]))


def forecast(forecast: Forecast, ax: Axes | None = None, *, order: Order = "likeliest") -> Axes:
    """Draw each outcome's probability with its interval, its ICD 203 word and the confidence in the analysis.

    Parameters
    ----------
    forecast : Forecast
        What `estimative.forecast` returns.
    ax : Axes, optional
        Where to draw; default a new 16:9 figure.
    order : str
        `likeliest` puts the likeliest outcome first, settled ones after the open ones and withheld ones last;
        `scenario` keeps the order of the scenario.

    Returns
    -------
    Axes
        The axes given, or new ones. Along x stands the probability in [0, 1], along y inches from the top.

    Raises
    ------
    ValueError
        If `order` is neither.
    """
    if order not in ("likeliest", "scenario"):
        raise ValueError(f"order is {order!r}; give 'likeliest' or 'scenario'")
    with style.settings():
        outcomes = _ordered(forecast, order)
        ax, width, height, scale = style.fit(ax, lambda w, h: _plan(forecast, outcomes, w, h).fits)
        plan = _plan(forecast, outcomes, width, height)
        ax.set(xlim=(plan.across(0), plan.across(width)), ylim=(height, 0), autoscale_on=False)
        _draw_bands(ax, plan, scale)
        _draw_likelihoods(ax, plan, scale)
        for row, middle in zip(plan.rows, plan.middles, strict=True):
            _write_row(ax, plan, row, middle, scale)
        style.put_caption(ax, _caption(forecast, outcomes, plan.lines), plan.lines, scale)
    return ax


def _ordered(forecast: Forecast, order: Order) -> list[OutcomeForecast]:
    if order == "scenario":
        return list(forecast.outcomes)

    def rank(outcome: OutcomeForecast) -> tuple[bool, bool, float]:
        return outcome.withheld is not None, outcome.status != "open", -(outcome.probability or 0.0)

    return sorted(forecast.outcomes, key=rank)


def _plan(forecast: Forecast, outcomes: list[OutcomeForecast], width: float, height: float) -> Plan:
    lines = style.caption_lines(*_words(forecast), width, height)
    label_width = LABEL_SHARE * width
    left = MARGIN + label_width + LABEL_GAP
    scale_width = width - left - SCALE_GAP - sum(COLUMNS) - 0.3 * MARGIN
    last = max((o.by for o in outcomes), default=forecast.as_of)
    rows = tuple(_row(o, label_width, max(scale_width, 1.0), o.by != last) for o in outcomes)
    room = lines.body_bottom - lines.body_top - HEADER - TICKS
    return Plan(lines, rows, _shared([row.need for row in rows], room), left, scale_width, forecast.interval)


def _words(forecast: Forecast) -> tuple[str, str, str]:
    """Return title, subtitle and footer."""
    by = {o.by for o in forecast.outcomes}
    until = f", for the time until {style.long_date(max(by))}" if by else ""
    subtitle = (
        f"As of {style.long_date(forecast.as_of)}{until}. Dot: probability; bar: central"
        f" {forecast.interval:.0%} interval. Model: {forecast.model}."
    )
    if any(o.status != "open" and not o.withheld for o in forecast.outcomes):
        subtitle += " Diamond: settled."
    return forecast.scenario.question, subtitle, style.footer(forecast)


def _row(outcome: OutcomeForecast, label_width: float, scale_width: float, own_day: bool) -> Row:
    label = outcome.title if outcome.event == "yes" else f"{outcome.title}: {outcome.event}"
    if own_day:
        label += f" (by {outcome.by})"
    label = style.balance(label, label_width, BODY)
    reason = wrap(f"withheld: {outcome.withheld}", scale_width - 0.2, SMALL) if outcome.withheld else ""
    said = settled(outcome) if outcome.status != "open" else outcome.phrase or ""
    word = wrap(said, COLUMNS[2] - 0.1, BODY)
    needs = [text_size(label, BODY)[1], text_size(reason, SMALL)[1], text_size(word, BODY)[1]]
    return Row(outcome, label, word, reason, max(*needs, LOWEST_ROW - AIR) + AIR)


def _shared(needs: list[float], room: float) -> tuple[float, ...]:
    """Return row heights: each at least what it needs, all as equal as the room allows; none if it does not suffice."""
    if not needs or sum(needs) > room:
        return ()
    level = min(HIGHEST_ROW, room / len(needs))
    while sum(max(level, need) for need in needs) > room + 1e-9:
        high = [need for need in needs if need > level]
        level = (room - sum(high)) / (len(needs) - len(high))
    return tuple(max(level, need) for need in needs)


def _draw_bands(ax: Axes, plan: Plan, scale: float) -> None:
    """Draw the bands of the ICD 203 words with the words above and the edges below."""
    bands = _bands()
    head = plan.top - 0.08
    for i, (word, (low, high)) in enumerate(bands.items()):
        low, high = (0.0 if i == 0 else low), (1.0 if i == len(bands) - 1 else high)
        if i % 2 == 0:
            ax.fill_between([low, high], plan.top, plan.bottom, color=style.FAINT, linewidth=0, zorder=0, gid="band")
        # the outermost bands are narrower than their words, which reach outwards
        place, side = {0: (high - 0.008, "right"), len(bands) - 1: (low, "left")}.get(i, ((low + high) / 2, "center"))
        short = _stacked(word, outer=i in (0, len(bands) - 1))
        ax.text(
            place, head, short, fontsize=SMALL * scale, color=style.QUIET, ha=side, va="bottom", linespacing=1.0,
            gid="band-word", multialignment=side,
        )  # fmt: skip
        if i:
            ax.text(low, plan.bottom + 0.06, f"{low:.0%}", fontsize=SMALL * scale, color=style.QUIET, ha="center", va="top")
    heads = ("Chance", f"{plan.mass:.0%}\ninterval", "ICD 203\nword", "Confidence\nin analysis")
    for number, title in enumerate(heads):
        ax.text(
            plan.column(number), head, title, fontsize=SMALL * scale, color=style.QUIET, va="bottom", linespacing=1.0
        )
    edges = [plan.top, *(m + h / 2 for m, h in zip(plan.middles, plan.heights, strict=True))]
    ends = plan.across(MARGIN), plan.across(plan.lines.width - 0.3 * MARGIN)
    ax.hlines(edges, *ends, color=style.HAIR, linewidth=0.8 * scale, zorder=0.5, gid="rule")


def _bands() -> dict[str, tuple[float, float]]:
    """Return the directive's seven words with their bands; of the spellings of one band, the first."""
    words: dict[tuple[float, float], str] = {}
    for word, band in read_lexicon("icd203").ranges.items():
        words.setdefault(band, word)
    return {word: (low, high) for (low, high), word in sorted(words.items())}


def _stacked(word: str, outer: bool) -> str:
    first, *rest = word.split()
    return "\n".join([first, " ".join(rest)] if outer and rest else [first, *rest])


def _draw_likelihoods(ax: Axes, plan: Plan, scale: float) -> None:
    """Draw dots and intervals; settled outcomes are diamonds without interval."""
    shown = [(r, m, r.outcome) for r, m in zip(plan.rows, plan.middles, strict=True) if r.outcome.probability is not None]
    bars = [(o.lower, o.upper, m) for r, m, o in shown if not r.settled]
    ax.hlines(
        [m for *_, m in bars], [low for low, *_ in bars], [high for _, high, _ in bars],
        color=style.PALE_BLUE, linewidth=11 * scale, zorder=2, gid="interval", capstyle="butt",
    )  # fmt: skip
    for settled, marker, colour, size, gid in (
        (False, "o", style.BLUE, 13.0, "probability"),
        (True, "D", style.INK, 10.0, "settled"),
    ):
        points = [(o.probability, m) for r, m, o in shown if r.settled == settled]
        if points:
            ax.scatter(
                *zip(*points, strict=True), marker=marker, s=(size * scale) ** 2, color=colour, edgecolors="white",
                linewidths=1.4 * scale, zorder=3, gid=gid, clip_on=False,
            )  # fmt: skip


def _write_row(ax: Axes, plan: Plan, row: Row, middle: float, scale: float) -> None:
    outcome = row.outcome
    ax.text(
        plan.across(MARGIN), middle, row.label, fontsize=BODY * scale, color=style.INK, va="center", linespacing=1.15,
        gid="label",
    )  # fmt: skip
    if row.reason:
        ax.text(
            0.1 / plan.scale_width, middle, row.reason, fontsize=SMALL * scale, color=style.QUIET, va="center",
            style="italic", linespacing=1.15, gid="reason",
        )  # fmt: skip
        return
    number, interval, word, confidence = (plan.column(n) for n in range(4))
    chance = f"{outcome.probability:.0%}" if row.settled else percent(outcome.probability)
    ax.text(
        number, middle, chance, fontsize=NUMBER * scale, fontweight="bold", color=style.INK,
        va="center", gid="number",
    )  # fmt: skip
    ax.text(word, middle, row.word, fontsize=BODY * scale, color=style.INK, va="center", linespacing=1.15, gid="word")
    if not row.settled:
        ax.text(interval, middle, span(outcome), fontsize=SMALL * scale, color=style.QUIET, va="center", gid="range")
        _draw_confidence(ax, plan, outcome.confidence, confidence, middle, scale)


def _draw_confidence(ax: Axes, plan: Plan, confidence: str, left: float, middle: float, scale: float) -> None:
    """Draw one, two or three of three rising steps, and the word."""
    inch = 1 / plan.scale_width
    for step in range(3):
        filled = step < STEPS.get(confidence, 0)
        tall = 0.09 + 0.07 * step
        ax.bar(
            left + 0.1 * step * inch, -tall, width=0.075 * inch, bottom=middle + 0.12, align="edge", linewidth=0.8 * scale,
            facecolor=style.INK if filled else "white", edgecolor=style.INK if filled else style.QUIET, gid="step",
        )  # fmt: skip
    ax.text(left + 0.38 * inch, middle, confidence, fontsize=SMALL * scale, color=style.INK, va="center", gid="confidence")


def settled(outcome: OutcomeForecast) -> str:
    """Return what is known of an outcome of which nothing is left to forecast: `resolved: yes`."""
    state = max(outcome.states, key=lambda s: outcome.states[s])
    return f"{outcome.status}: {state}"


def span(outcome: OutcomeForecast) -> str:
    """Return an outcome's interval as people read it: 40–90%."""
    return f"{percent(outcome.lower).removesuffix('%')}–{percent(outcome.upper)}"


def _caption(forecast: Forecast, outcomes: list[OutcomeForecast], lines: Lines) -> Caption:
    said = [f"{o.title}: {_in_words(o)}" for o in outcomes]
    title, subtitle, footer = _words(forecast)
    alt = f"{title} {subtitle.split(' Dot:')[0]} {'; '.join(said)}."
    return Caption(title, footer, forecast.record, alt)


def _in_words(outcome: OutcomeForecast) -> str:
    if outcome.withheld:
        return f"withheld ({outcome.withheld})"
    if outcome.status != "open":
        return settled(outcome)
    return f"{percent(outcome.probability)} ({span(outcome)}), {outcome.phrase}, confidence {outcome.confidence}"
