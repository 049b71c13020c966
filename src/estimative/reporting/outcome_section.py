"""One outcome of a report: its number, where it comes from, what moved it, what would, who differs.

Every number stands in a row that leads to the statement or the news behind it, or leads there
itself.
"""

import math
from collections.abc import Iterator
from typing import Any

from estimative.comparing import OutcomeMove, Part
from estimative.days import long_date
from estimative.exploring.indicating import bits
from estimative.outcome_forecasts import OutcomeForecast, StatementPull
from estimative.plots.quantile_dots import DOTS
from estimative.reporting.document import (
    Block,
    Drawing,
    Facts,
    Line,
    Paragraph,
    Row,
    Run,
    Section,
    Table,
    anchor,
    day,
    heads,
    joined,
    own,
    quoted,
)
from estimative.reporting.drawings import course, strip
from estimative.reporting.gathering import Findings
from estimative.reporting.sentences import (
    between,
    chance,
    confidence,
    counted,
    likelihood,
)
from estimative.results import mass, percent, tenths
from estimative.scenario import NewsItem, ProbabilityStatement
from estimative.speakers import about, encoding

LEAST_EFFECT = 0.005  # of news on something else, in probability
RECORD = "a record"
FIRST = frozenset({0})  # the column that holds numbers


def outcome_section(found: Findings, outcome: OutcomeForecast) -> Section:
    """Return what a report says of one outcome.

    Parameters
    ----------
    found : Findings
        What is known.
    outcome : OutcomeForecast
        The outcome.

    Returns
    -------
    Section
        Its heading is the outcome's title.
    """
    name, parts = outcome.name, []
    since = f" since {long_date(found.comparison.earlier.as_of)}" if found.comparison else ""
    for kind, heading, blocks in (
        ("trace", "Where the number comes from", _statements(found, outcome)),
        ("told", "The news behind it", _news(found, outcome)),
        ("moved", f"What changed{since}", _changes(found, outcome)),
        ("before", "What was said before", _before(found, outcome)),
        ("next", "What would change it", _indicators(found, outcome)),
        ("apart", "Who disagrees", _apart(found, outcome)),
    ):
        parts.append(Section(anchor(kind, name), (own(heading),), tuple(blocks)))
    said: list[Block] = [
        Paragraph(likelihood(outcome, found.forecast), "headline"),
        Paragraph((own(confidence(outcome)),)),
    ]
    drawing = None if outcome.settled else picture(found, outcome, "picture")
    said += [drawing] if drawing else []
    title = (quoted(outcome.headline),)
    return Section(anchor("outcome", name), title, (*said, _facts(found, outcome)), tuple(parts))


def picture(found: Findings, outcome: OutcomeForecast, kind: str) -> Drawing | None:
    """Return the drawing of an outcome's readings; none if it is withheld.

    Parameters
    ----------
    found : Findings
        What is known.
    outcome : OutcomeForecast
        The outcome.
    kind : str
        Where it stands; each place needs a name of its own.

    Returns
    -------
    Drawing or None
        Named by kind and outcome.
    """
    if outcome.probability is None:
        return None
    title, name = f"{clean_title(outcome)}: {chance(outcome)}", anchor(kind, outcome.name)
    how: dict[str, Any] = {"probability": outcome.probability, "ticks": kind != "glance"}
    if outcome.settled:
        return strip(name, title, f"Settled: {chance(outcome)}, of 0% to 100%.", **how)
    readings = found.readings[outcome.name]
    said = (
        f"On a scale from 0% to 100%: line, the probability, {chance(outcome)}; bar, the central"
        f" {mass(found.forecast.interval)} interval, {between(outcome)}; {DOTS} dots, each one"
        f" in {DOTS} of the readings, from {percent(readings[0])} to {percent(readings[-1])}."
    )
    ends = outcome.lower or 0.0, outcome.upper or 0.0
    return strip(name, title, said, ends=ends, readings=readings, **how)


def clean_title(outcome: OutcomeForecast) -> str:
    """Return an outcome's title where there is no room for more than some words.

    Parameters
    ----------
    outcome : OutcomeForecast
        The outcome.

    Returns
    -------
    str
        Sixty characters at most.
    """
    title = quoted(outcome.headline).text
    return title if len(title) <= 60 else f"{title[:59].rstrip()}…"


def _facts(found: Findings, outcome: OutcomeForecast) -> Facts:
    window = found.forecast.scenario.outcomes[outcome.name]
    lag = f"; it may be {window.lag} days before it is known" if window.lag else ""
    days = f"{long_date(window.opens)} to {long_date(window.by)}, both inclusive{lag}"
    undefined = own("none, so that nobody could say whether it happened")
    pairs: list[tuple[str, Line]] = [
        ("Definition", (quoted(outcome.definition) if outcome.definition else undefined,)),
        ("Window", (own(days),)),
    ]
    if len(outcome.states) > 2 and not outcome.withheld:
        shares = [(quoted(s), own(f" {percent(p)}")) for s, p in outcome.states.items()]
        runs = [run for i, pair in enumerate(shares) for run in ((own(", "),) * (i > 0)) + pair]
        pairs.append(("Each state", tuple(runs)))
    return Facts(tuple(pairs))


def _statements(found: Findings, outcome: OutcomeForecast) -> Iterator[Block]:
    trace = found.forecast.trace(outcome.name)
    if not trace.statements:
        yield Paragraph((own("No statement speaks of it, and none on anything else moves it."),))
        return
    printed = zip(trace.statements, trace.tables()[0].rows, strict=True)
    rows = [_pull(found, pull, tuple(cells)) for pull, cells in printed]
    columns = heads("Points", "Who", "Encoded as", "Weight", "Source")
    caption = "Statements, the strongest first, with the points by which each moves the number"
    yield Table(
        anchor("pulls", outcome.name),
        caption,
        columns,
        tuple(rows),
        (9, 19, 29, 16, 27),
        FIRST,
        "Said",
    )


def _pull(found: Findings, pull: StatementPull, printed: tuple[str, ...]) -> Row:
    """Return a row of a trace as a row that leads to its statement, its speaker and its source."""
    said = found.forecast.scenario.statements[pull.name]
    to = f"#{anchor('statement', pull.name)}"
    moved, _, encoded, weight, factors, _ = printed
    return Row(
        (
            (own(moved, to, strong=True),),
            (who(found, pull.expert),),
            (quoted(encoded),),
            (own(f"{weight} ({factors})" if factors else weight),),
            source(found, said.source, said.locator),
        ),
        below=(quoted(pull.said), own(" "), own(f"[{pull.name}]", to)),
    )


def who(found: Findings, expert: str | None) -> Run:
    """Return who speaks, leading to what is known of him.

    Parameters
    ----------
    found : Findings
        What is known.
    expert : str or None
        An id; None for a record.

    Returns
    -------
    Run
        A name, never an alias.
    """
    if expert is None:
        return own(RECORD)
    return quoted(found.forecast.scenario.experts[expert].name, f"#{anchor('expert', expert)}")


def source(found: Findings, name: str | None, locator: str | None) -> Line:
    """Return where something was read, leading to the list of sources.

    Parameters
    ----------
    found : Findings
        What is known.
    name, locator : str or None
        A source's id, and the place in it.

    Returns
    -------
    tuple of Run
        Empty if there is no source.
    """
    if name is None:
        return ()
    place = (own(", "), quoted(locator)) if locator else ()
    return quoted(found.forecast.scenario.sources[name].title, f"#{anchor('source', name)}"), *place


def _news(found: Findings, outcome: OutcomeForecast) -> Iterator[Block]:
    said = found.forecast.trace(outcome.name).news
    rows = []
    for name, item in found.forecast.scenario.news.items():
        effect = found.effects.get(name, {}).get(outcome.name)
        if name in said or (effect is not None and abs(effect) >= LEAST_EFFECT):
            rows.append(_told(name, item, effect, said.get(name), withheld=bool(outcome.withheld)))
    if not rows:
        yield Paragraph((own("No news bears on it, or moves it by half a point."),))
        return
    caption = "News, with the points by which each item moves the number"
    columns = heads("Points", "Published", "Counts as", "Source")
    yield Table(
        anchor("newsof", outcome.name),
        caption,
        columns,
        tuple(rows),
        (9, 13, 43, 35),
        FIRST,
        "Reported",
    )


def _told(
    name: str, item: NewsItem, effect: float | None, said: str | None, *, withheld: bool
) -> Row:
    to = f"#{anchor('news', name)}"
    moved = "-" if effect is None or withheld else tenths(effect)
    return Row(
        (
            (Run(moved, to, strong=True),),
            (day(item.published),),
            (quoted(said) if said else own("bears on it through what it depends on"),),
            (quoted(f"{item.source.name} ({item.source.reliability})"),),
        ),
        below=(quoted(item.said), own(" "), own(f"[{name}]", to)),
    )


def _changes(found: Findings, outcome: OutcomeForecast) -> Iterator[Block]:
    changes = found.comparison
    if changes is None:
        yield Paragraph((own("There is no earlier day to compare with."),))
        return
    since = long_date(changes.earlier.as_of)
    move = next((o for o in changes.outcomes if o.name == outcome.name), None)
    if move is None:
        yield Paragraph((own(f"It was not forecast as of {since}."),))
    elif move.withheld:
        yield Paragraph((own(f"No move since {since} is shown: "), quoted(f"{move.withheld}.")))
    elif not move.strongest:
        now = f"{percent(move.earlier)} then, {percent(move.later)} now"
        yield Paragraph((own(f"Nothing moved it by half a point since {since}: {now}."),))
    else:
        yield _parts(move, since)


def _parts(move: OutcomeMove, since: str) -> Table:
    rows = [_part(part) for part in move.strongest]
    if move.others:
        rest = tenths(sum(part.move for part in move.others))
        few = counted(len(move.others), "smaller cause")
        rows.append(Row(((own(rest, "#news"),), (own(few),))))
    caption = (
        f"From {percent(move.earlier)} as of {since} to {percent(move.later)}: the points that each"
        " cause adds"
    )
    columns = heads("Points", "Cause")
    return Table(anchor("changes", move.name), caption, columns, tuple(rows), (9, 91), FIRST)


def _part(part: Part) -> Row:
    links = [own(f"[{name}]", f"#{anchor('news', name)}") for name in part.cause.items]
    said = (quoted(part.cause.said), own(" "), *joined(links, " "))
    silent = part.cause.kind == "time"  # of an outcome, which its section defines
    to = f"#{anchor('outcome', part.cause.name)}" if silent else "" if links else "#statements"
    return Row(((own(tenths(part.move), to, strong=True),), said if links else said[:1]))


def _before(found: Findings, outcome: OutcomeForecast) -> Iterator[Block]:
    points = [said.points[outcome.name] for said in found.history if outcome.name in said.points]
    known = [p for p in points if p.probability is not None]
    if len(points) < 2 or not known:
        yield Paragraph((own("No forecast of it was recorded as of an earlier day."),))
        return
    first, last = known[0], known[-1]
    told = (
        f"{percent(first.probability)} as of {long_date(first.day)},"
        f" {percent(last.probability)} as of {long_date(last.day)}"
    )
    key = f"Line: probability; band: central {mass(found.forecast.interval)} interval."
    name, title = anchor("course", outcome.name), f"{clean_title(outcome)}, day by day"
    yield course(name, title, f"{told}. {key} Time runs from left to right.", points)
    days = own(f"{len(points)} days", "#history")
    yield Paragraph((own("As recorded on "), days, own(f": {told}.")), "note")
    yield Paragraph((own(key),), "key")


def _indicators(found: Findings, outcome: OutcomeForecast) -> Iterator[Block]:
    known = found.indicators.get(outcome.name)
    if known is None or not known.indicators:
        why = "It is settled." if outcome.settled else "Nothing that could be seen tells of it."
        yield Paragraph((own("No chance is given." if outcome.withheld else why),))
        return
    rows = []
    for i in known.indicators:
        known_here = i.node in found.forecast.scenario.outcomes
        to = f"#{anchor('outcome', i.node)}" if known_here else "#statements"
        star = "" if i.stated else " *"
        cells = percent(i.chance), i.if_so.chance, percent(i.if_not), bits(i.information)
        rows.append(Row(((quoted(i.name, to), own(star)), *((own(cell),) for cell in cells))))
    columns = heads("What may come", "Its chance", "If so", "If not", "Bits")
    caption = "What would tell most, with the number as it would then be"
    yield Table(
        anchor("would", outcome.name),
        caption,
        columns,
        tuple(rows),
        (49, 12, 19, 10, 10),
        frozenset({1, 2, 3, 4}),
    )
    if not all(i.stated for i in known.indicators):
        star = "* Tells of it only through links of which nobody spoke."
        yield Paragraph((own(star),), "note")


def _apart(found: Findings, outcome: OutcomeForecast) -> Iterator[Block]:
    scenario, given = found.forecast.scenario, found.forecast.given
    stated = dict(zip(given.names, given.stated, strict=True))
    rows = []
    for name in outcome.speakers.statements:
        statement = scenario.statements[name]
        share = math.nan
        if isinstance(statement, ProbabilityStatement):
            share = _yes_share(outcome, statement.event[1], float(stated[name]))
        words = f"{about(statement)}: {encoding(statement)}".removeprefix(f"{outcome.name} = ")
        rows.append((share, name, statement.expert, words))
    rows.sort(key=lambda row: (math.isnan(row[0]), -row[0] if not math.isnan(row[0]) else 0.0))
    if not rows:
        yield Paragraph((own("Nobody states how likely it is."),))
        return
    voices = {row[2] for row in rows}
    groups = {scenario.experts[v].group if v else RECORD for v in voices}
    apart = outcome.speakers.disagreement
    if len(voices) == 1:
        said = "One voice speaks of it: there is nobody to disagree with."
    elif len(groups) == 1:
        said = "All who speak of it are of one group."
    elif apart < 0.05:
        said = "No two groups differ on the same question about it."
    else:
        said = f"On the same question, groups stand up to {apart:.1f} log-odds apart."
    yield Paragraph((own(said),))
    table = [
        Row(
            (
                (Run(percent(share), f"#{anchor('statement', name)}", strong=True),),
                (who(found, expert),),
                (quoted(scenario.experts[expert].group) if expert else own(RECORD),),
                (quoted(words),),
            )
        )
        for share, name, expert, words in rows
    ]
    columns = heads("As stated", "Who", "Group", "Encoded as")
    caption = "What each says of it, before any weighing, the likeliest first"
    name, widths = anchor("voices", outcome.name), (11, 29, 25, 35)
    yield Table(name, caption, columns, tuple(table), widths, FIRST)


def _yes_share(outcome: OutcomeForecast, state: str, log_odds: float) -> float:
    """Return a stated chance of a state as one of the headline's, where the one gives the other."""
    share = 1 / (1 + math.exp(-log_odds))
    if state == outcome.event:
        return share
    return 1 - share if len(outcome.states) == 2 else math.nan
