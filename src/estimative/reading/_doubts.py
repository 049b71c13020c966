"""What is legal but doubtful in a scenario: each doubt is a warning with its place.

Nothing here changes a number. The clock is asked only for a scenario that does not say when it was
coded.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from estimative.errors import Problem
from estimative.scenario import (
    BaseRateStatement,
    ComparisonStatement,
    InfluenceStatement,
    NewsItem,
    Observation,
    ProbabilityStatement,
    Report,
    Retraction,
    Revision,
    Scenario,
    Statement,
)

Places = Mapping[tuple[str, str], tuple[str, int]]
"""File and line of every entry, by section and name."""


def doubts(scenario: Scenario, places: Places) -> Iterator[Problem]:
    """Yield what is doubtful.

    Parameters
    ----------
    scenario : Scenario
        A scenario without problems.
    places : mapping of (str, str) to (str, int)
        Where each of its entries stands.

    Yields
    ------
    Problem
        A warning.
    """
    today = _today()
    found = [
        *_unused(scenario),
        *_unlikely_dates(scenario, today),
        *_after_the_window(scenario, today),
        *_said_twice(scenario),
        *_contradictions(scenario),
        *_learned_later(scenario),
    ]
    for section, name, message in found:
        if (section, name) in places:
            yield Problem(*places[section, name], message)


Doubt = tuple[str, str, str]
"""Section, name and message."""


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def spoken_statements(scenario: Scenario) -> list[Statement]:
    """Return the statements of scenario.yaml and those of revisions."""
    revised = [item.statement for item in scenario.news.values() if isinstance(item, Revision)]
    return [*scenario.statements.values(), *revised]


def _unused(scenario: Scenario) -> Iterator[Doubt]:
    statements = spoken_statements(scenario)
    quoted = {statement.expert for statement in statements}
    cited = {statement.source for statement in statements}
    spoken_of = {name for s in statements if s.weight > 0 for name in _subjects(s)}
    for name, outcome in scenario.outcomes.items():
        if name not in spoken_of:
            message = f"nobody says how likely outcome '{name}' is; it gets no headline"
            yield "outcomes", name, f"{message} until a statement speaks of it"
        if outcome.definition is None:
            message = f"outcome '{name}' has no definition, so nobody could say whether it happened"
            yield "outcomes", name, f"{message}; write what must be seen, and by whom"
    causes = {cause for cause, _ in scenario.links}
    for name in scenario.drivers:
        if name not in causes:
            yield "drivers", name, f"no link leads from driver '{name}'; add one, or take it out"
    for name in scenario.experts:
        if name not in quoted:
            yield (
                "experts",
                name,
                f"nobody quotes expert '{name}'; add a statement, or take the entry out",
            )
    for name in scenario.sources:
        if name not in cited:
            yield "sources", name, f"no statement cites source '{name}'; cite it, or take it out"


def _learned_later(scenario: Scenario) -> Iterator[Doubt]:
    """Look for a track record that knows what was resolved after the day of the forecast."""
    record = scenario.track_record
    if record is not None and record.until is not None and record.until > scenario.date:
        message = f"track record '{record.name}' knows questions resolved until {record.until}"
        yield (
            "",
            "track_record",
            f"{message}, after the day of the forecast ({scenario.date}); learn it from what was"
            " known then, or read the forecast as hindsight",
        )


def _subjects(statement: Statement) -> tuple[str, ...]:
    """Return the nodes whose chance a statement speaks of."""
    match statement:
        case ProbabilityStatement() | BaseRateStatement():
            return (statement.event[0],)
        case ComparisonStatement():
            return statement.likelier[0], statement.than[0]
        case InfluenceStatement():
            return (statement.effect,)
        case _:
            return ()


def _unlikely_dates(scenario: Scenario, today: dt.date) -> Iterator[Doubt]:
    """Look for dates in the future.

    What stands in scenario.yaml cannot be later than the day it was coded. News goes on until the
    last window has closed. Without a day of coding there is only the clock.
    """
    coded = scenario.coded.on if scenario.coded is not None else None
    latest = coded or today
    closed = max(
        outcome.by + dt.timedelta(days=outcome.lag) for outcome in scenario.outcomes.values()
    )
    why = f"the day of coding ({coded})" if coded is not None else f"today ({today})"
    for name, statement in scenario.statements.items():
        source = scenario.sources.get(statement.source or "")
        if source and source.is_sheet and coded is not None:  # it came in after the coding
            continue
        if statement.date > latest and not (source and source.published == statement.date):
            message = f"statement '{name}' is dated {statement.date}, after {why}"
            yield "statements", name, f"{message}; mend the date{', or coded:' if coded else ''}"
    for name, source in scenario.sources.items():
        if source.published > latest and not (source.is_sheet and coded is not None):
            message = f"source '{name}' was published {source.published}, after {why}"
            yield "sources", name, f"{message}; mend the date{', or coded:' if coded else ''}"
    for name, item in scenario.news.items():
        if item.published > (max(coded, closed) if coded is not None else today):
            end = f" and after every window has closed ({closed})" if coded is not None else ""
            yield "news", name, f"published {item.published} is after {why}{end}; mend the date"


def _after_the_window(scenario: Scenario, today: dt.date) -> Iterator[Doubt]:
    closed = max(outcome.by for outcome in scenario.outcomes.values())
    latest = scenario.coded.on if scenario.coded is not None else today
    for name, statement in scenario.statements.items():
        if closed < statement.date <= latest:
            message = f"statement '{name}' is dated {statement.date}, after every window ({closed})"
            yield "statements", name, f"{message}; it may know the answer"
    for name, item in scenario.news.items():
        if not isinstance(item, Observation):
            continue
        first, last = item.happened or (dt.date.min, item.published)
        for node, state in item.observed.items():
            outcome = scenario.outcomes.get(node)
            if outcome is None or state == outcome.quiet:
                continue
            if first > outcome.by or last < outcome.opens:
                message = (
                    f"it happened outside the window of '{node}', {outcome.opens} to {outcome.by}"
                )
                yield "news", name, f"{message}; if so, it does not settle this outcome"


def _said_twice(scenario: Scenario) -> Iterator[Doubt]:
    seen: dict[object, str] = {}
    for name, item in scenario.news.items():
        marks = [("text", _folded(item.said))]
        if item.source.address is not None:
            marks.append((item.source.address, item.published.isoformat()))
        first = next((seen[mark] for mark in marks if mark in seen), None)
        if first is not None and not _reprint(item, scenario.news[first]):
            message = f"the same news as {first}.yaml (same text, or same address and day)"
            yield "news", name, f"{message}; take one out, or give both one origin:"
        for mark in marks:
            seen.setdefault(mark, name)
    said: dict[str, str] = {}
    for name, statement in scenario.statements.items():
        content = statement.model_dump_json()
        first = said.setdefault(content, name)
        if first != name:
            message = f"statement '{name}' is word for word statement '{first}'"
            yield "statements", name, f"{message}; take one out"


def _reprint(item: NewsItem, other: NewsItem) -> bool:
    """Whether both say that they go back to one report, or one corrects the other."""
    if isinstance(item, Report) and isinstance(other, Report):
        return item.origin is not None and item.origin == other.origin
    return item.kind != other.kind


def _contradictions(scenario: Scenario) -> Iterator[Doubt]:
    retracted = {item.retracts for item in scenario.news.values() if isinstance(item, Retraction)}
    seen: list[tuple[str, Observation]] = [
        (name, item)
        for name, item in scenario.news.items()
        if isinstance(item, Observation) and name not in retracted
    ]
    for (first, earlier), (name, later) in combinations(seen, 2):
        for node in _other_states(earlier, later):
            message = f"'{node}' was seen to be '{earlier.observed[node]}' in {first}.yaml"
            yield (
                "news",
                name,
                f"{message} and is '{later.observed[node]}' here; retract one of them",
            )
    for name, item in scenario.news.items():
        if isinstance(item, Revision):
            yield from _odd_revision(name, item, scenario.statements[item.supersedes])
        elif isinstance(item, Retraction):
            target = scenario.news.get(item.retracts)
            if target is not None and target.published > item.published:
                message = f"it takes back {item.retracts}.yaml, which was published later"
                yield "news", name, f"{message} ({target.published}); mend one of the dates"


def _other_states(earlier: Observation, later: Observation) -> Iterable[str]:
    return [
        node
        for node, state in earlier.observed.items()
        if node in later.observed and later.observed[node] != state
    ]


def _odd_revision(name: str, item: Revision, before: Statement) -> Iterator[Doubt]:
    if item.statement.date < before.date:
        message = f"it is dated {item.statement.date}, before '{item.supersedes}' ({before.date})"
        yield "news", name, f"{message}, which it replaces; mend one of the dates"
    if item.statement.expert != before.expert:
        message = (
            f"it replaces '{item.supersedes}' of {before.expert} by one of {item.statement.expert}"
        )
        yield "news", name, f"{message}; add a statement instead, if it is another's opinion"


def _folded(said: str) -> str:
    return " ".join(said.casefold().split())
