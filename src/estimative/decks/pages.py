"""What each slide says: a title that is the takeaway, a picture or a table, and notes behind it.

Nothing is drawn or measured here; whatever finds no room on a slide stands in its notes.
"""

from collections.abc import Sequence
from typing import Any

from estimative import plots
from estimative.comparing import Comparison
from estimative.days import long_date
from estimative.decks.page import Cell, Drawing, Grid, Material, Page
from estimative.decks.sources import method
from estimative.forecasting import Forecast
from estimative.outcome_forecasts import OutcomeForecast, StatementPull, in_words, rough_points
from estimative.plots.changes_plot import told_changes, told_move
from estimative.plots.fitting import IN_TITLE, short
from estimative.quoting import apart
from estimative.results import mass, percent, tenths

FEWEST = 3  # statements shown, however little they pull
LONGEST, IN_NAME = 160, 45  # characters of what somebody said, and of his name, on a slide


def pages(material: Material) -> list[Page]:
    """Return the slides of a deck.

    Parameters
    ----------
    material : Material
        What was computed.

    Returns
    -------
    list of Page
        Six, and three more for each further outcome that is looked at closely.
    """
    close = [
        page
        for name in material.outcomes
        for page in (_why(material, name), _minds(material, name), _voices(material, name))
    ]
    return [
        _standing(material),
        _changes(material),
        *close,
        method(material.forecast, material.chosen),
    ]


def takeaway(outcome: OutcomeForecast, most: int = IN_TITLE) -> str:
    """Return where one outcome stands, in a line.

    Parameters
    ----------
    outcome : OutcomeForecast
        What is forecast of it.
    most : int
        Characters of its title.

    Returns
    -------
    str
        Such as `They talk: likely (69%)`.
    """
    title = short(outcome.headline, most)
    if outcome.withheld:
        return f"{title}: no number ({outcome.withheld.split(';')[0]})"
    if outcome.settled:
        return f"{short(outcome.title, most)}: {outcome.ending}"
    return f"{title}: {in_words(outcome)} ({percent(outcome.probability)})"


def _standing(m: Material) -> Page:
    answer = m.forecast
    notes = (
        f"Question: {answer.scenario.question}",
        *(_number(answer, o) for o in answer.outcomes),
        *answer.notes(),
        f"In the title: {m.chosen}.",
    )
    return Page(
        "Where we stand",
        takeaway(answer[m.outcomes[0]]),
        notes,
        Drawing(plots.forecast, (answer,)),
    )


def _number(answer: Forecast, outcome: OutcomeForecast) -> str:
    """Return an outcome with its interval, and the confidence in a sentence of its own."""
    told = takeaway(outcome, most=len(outcome.headline))
    if outcome.withheld or outcome.settled:
        return f"{told}."
    span = f"{percent(outcome.lower)} to {percent(outcome.upper)}"
    return (
        f"{told}; {mass(answer.interval)} interval {span}, by {outcome.by}. Confidence in the"
        f" analysis is {outcome.confidence}: {outcome.confidence_because}."
    )


def _changes(m: Material) -> Page:
    kicker, found = "What changed", m.comparison
    if found is None:
        told = f"Nothing can have changed yet: {m.since}"
        rest = f"The answer as of {long_date(m.forecast.as_of)} is the first of this scenario."
        return Page(kicker, told, (m.since,), text=((rest, False),))
    (table,) = found.tables()
    rows = [
        " ".join(f"{a}: {b} ({c})" if b else f"{a}: {c}" for a, b, c in [r]) for r in table.rows
    ]
    behind = f"Record {found.earlier.record} beside {found.later.record}."
    notes = (f"Compared with {m.since}. {behind}", *rows, *table.notes)
    return Page(kicker, told_changes(found), notes, Drawing(plots.changes, (found,)))


def _why(m: Material, name: str) -> Page:
    """Tell what moved the outcome beside the statements that carry it; these if it stood still."""
    answer, kicker = m.forecast, f"Why: {apart(m.forecast[name].headline)}"
    outcome = answer[name]
    pulls = [] if outcome.withheld or outcome.settled else list(answer.sources(name))
    pulls = [s for i, s in enumerate(pulls) if i < FEWEST or rough_points(s, name) != "0"]
    notes = (
        f"Definition: {outcome.definition or 'none'}",
        *(_statement(answer, s, name, long=True) for s in answer.sources(name)),
        "Points: by how much the answer moves if the statement was never made (~ rough; far: too"
        " far to be measured without a fit). One voice is discounted.",
        *_news(answer, name),
    )
    move = m.comparison[name] if m.comparison and name in _compared(m.comparison) else None
    told = [(_statement(answer, s, name), False) for s in pulls]
    if move is not None and not move.withheld and move.strongest:
        assert m.comparison is not None
        (cause, *_) = move.strongest
        title = (
            f"{told_move(m.comparison, move)}; the largest push, {_signed(cause.move)}:"
            f" {short(cause.cause.said)}"
        )
        text = (("What the answer rests on", True), *told) if told else ()
        return Page(kicker, title, notes, Drawing(plots.waterfall, (m.comparison, name)), text)
    if not pulls:
        reason = outcome.withheld or outcome.ending or "nobody speaks of it"
        return Page(
            kicker,
            f"{takeaway(outcome)}",
            notes,
            text=((f"There is nothing to trace: {reason}.", False),),
        )
    first = pulls[0]
    title = (
        f"{takeaway(outcome)}, above all because of what {short(_who(answer, first), IN_NAME)} said"
    )
    if first.expert is None:
        title = f"{takeaway(outcome)}, above all because of a record of the past"
    rows = tuple(
        (
            Cell(_who(answer, s)),
            Cell(short(s.said, LONGEST)),
            Cell(apart(s.source or "")),
            Cell(rough_points(s, name)),
        )
        for s in pulls
    )
    heads = ("Who", "What was said", "Where", "Points")
    alt = f"What the answer on {apart(outcome.headline)} rests on: {len(rows)} statements."
    return Page(kicker, title, notes, grid=Grid(alt, heads, (0.2, 0.52, 0.18, 0.1), rows))


def _minds(m: Material, name: str) -> Page:
    found, outcome = m.indicators[name], m.forecast[name]
    kicker = f"What would change our mind: {apart(outcome.headline)}"
    if isinstance(found, str):
        return Page(kicker, takeaway(outcome), (found,), text=((found, False),))
    if not found.indicators:
        told = "Nothing else is open that could be seen or reported."
        return Page(kicker, takeaway(outcome), (told, *found.notes()), text=((told, False),))
    best = found.indicators[0]
    telling = f"“{short(best.name)}” would tell most"
    if best.node == name:
        telling = f"A report of “{short(outcome.headline)}” itself would tell most"
    title = (
        f"{telling}: from {percent(outcome.probability)} to {percent(best.if_so.value)} if so,"
        f" {percent(best.if_not)} if not"
    )
    notes = [
        f"{apart(i.name)}: chance {percent(i.chance)}; if so {percent(i.if_so.value)}"
        f" ({percent(i.if_so.lower)} to {percent(i.if_so.upper)}), if not {percent(i.if_not)};"
        f" {i.information:.3f} bits."
        for i in found.indicators
    ]
    return Page(kicker, title, (*notes, *found.notes()), Drawing(plots.indicators, (found,)))


def _voices(m: Material, name: str) -> Page:
    outcome = m.forecast[name]
    kicker = f"Who disagrees: {apart(outcome.headline)}"
    found = m.quarrels[name]
    if isinstance(found, str):
        return Page(kicker, takeaway(outcome), (found,), text=((found, False),))
    heard = found.heard(name)
    if not heard:
        told = "No expert speaks of it, so none disagrees."
        return Page(kicker, takeaway(outcome), (told,), text=((told, False),))
    (table,) = found.tables()
    rows = [
        f"{a.strip()}: {b} ({c}); {d}" if c else f"{a.strip()}: {d}" for a, b, c, d in table.rows
    ]
    return Page(
        kicker,
        _apart_by(heard),
        (*rows, *table.notes),
        Drawing(plots.disagreement, (found,)),
    )


def _apart_by(heard: Sequence[Any]) -> str:
    """Return how far the voices stand apart."""
    high, low = heard[0], heard[-1]
    if len(heard) == 1:
        return f"One voice only: {short(high.name, IN_NAME)}, alone at {percent(high.probability)}"
    points = round(100 * (high.probability - low.probability))
    ends = [f"{short(v.name, IN_NAME)} ({percent(v.probability)}" for v in (low, high)]
    some = f"{len(heard)} voices, {points} point{'s' * (points != 1)} apart"
    return f"{some}: from {ends[0]} alone) to {ends[1]})"


def _statement(answer: Forecast, s: StatementPull, outcome: str, long: bool = False) -> str:
    pull = "" if answer.belief.failed else f" ({_pull(s, outcome)})"
    if not long:
        return f"{_who(answer, s)}{pull}: {short(s.said, LONGEST)}"
    encoded = f"{s.about}: {s.written}, weight {s.weight['total']:.2f}"
    where = apart(s.source or "no source")
    return f"{_who(answer, s)}{pull}, {where}: {apart(s.said)} [{encoded}]"


def _pull(s: StatementPull, outcome: str) -> str:
    """Return a pull as one says it: about +8 points, or far up."""
    told = rough_points(s, outcome)
    if told.startswith("far"):
        return told
    return f"{told.replace('~', 'about ')} point{'s' * (told.strip('~+-') != '1')}"


def _news(answer: Forecast, name: str) -> list[str]:
    """Return the news on an outcome with its grades and addresses."""
    bearing = answer.trace(name).tables()[1:]
    return [
        f"News: {day}, {how}, {source}: {apart(said)}"
        for table in bearing
        for (day, how, source), said in zip(table.rows, table.below, strict=True)
    ]


def _who(answer: Forecast, s: StatementPull) -> str:
    return apart(answer.scenario.experts[s.expert].name) if s.expert else "A record"


def _signed(move: float) -> str:
    """Return a move in points, with a minus that no line breaks after."""
    return tenths(move).replace("-", "\N{MINUS SIGN}")


def _compared(comparison: Comparison) -> set[str]:
    return {o.name for o in comparison.outcomes}
