"""Where two codings of the same articles differ: statements paired, then compared field by field.

Two people name their entries differently, so a statement is known by its id, else by who says it,
where, and of what (tests/unit/test_coders.py).
"""

import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass

from estimative.forecasting import Forecast
from estimative.refit import WINDOW
from estimative.scenario import (
    BaseRateStatement,
    ComparisonStatement,
    InfluenceStatement,
    ProbabilityStatement,
    Scenario,
    Statement,
)
from estimative.speakers import RECORD, about, encoding
from estimative.weighted_draws import CLEAR, WORST_K

KEYS = 4  # by which statements are paired, as `_keys` has them
type Pair = tuple[str | None, str | None]


@dataclass(frozen=True)
class Difference:
    """One place where two codings differ.

    Attributes
    ----------
    kind : str
        `statement`, `link`, `outcome`, `driver` or `news`.
    first, second : str or None
        What it is called in each; None where one has nothing of the kind.
    fields : mapping of str to tuple of two str
        What differs, and how each has it; empty where one has nothing.
    outcome : str
        For a statement: the outcome on which the two pulls differ most; empty if they are not rough
        and differ on none by more than three standard errors.
    move, error : float or None
        By how much, the second less the first, in probability, and the standard error.
    k : float or None
        The larger Pareto k of the two; above 0.7 the move is rough.
    """

    kind: str
    first: str | None
    second: str | None
    fields: Mapping[str, tuple[str, str]]
    outcome: str = ""
    move: float | None = None
    error: float | None = None
    k: float | None = None


def differences(first: Forecast, second: Forecast) -> tuple[int, tuple[Difference, ...]]:
    """Return where two codings differ.

    Parameters
    ----------
    first, second : Forecast
        As of the same day.

    Returns
    -------
    tuple of int and tuple of Difference
        How many statements are coded alike; and the differences: statements by how far they move an
        answer, then links, outcomes, drivers and news.
    """
    pairs = [*_pairs(first.scenario, second.scenario)]
    found = [d for pair in pairs if (d := _difference(first, second, pair))]
    found.sort(key=lambda d: -abs(d.move or 0.0))
    others = _structure(first.scenario, second.scenario)
    return len(pairs) - len(found), (*found, *others)


def _pairs(first: Scenario, second: Scenario) -> Iterator[Pair]:
    """Pair statements by the surest key first; what is left stands alone, unless it is a remark."""
    left = {n: _keys(n, s, first) for n, s in first.statements.items()}
    right = {n: _keys(n, s, second) for n, s in second.statements.items()}
    for level in range(KEYS):
        waiting: dict[Hashable, list[str]] = {}
        for name, keys in right.items():
            if keys[level] is not None:
                waiting.setdefault(keys[level], []).append(name)
        for name, keys in list(left.items()):
            if waiting.get(keys[level]):
                other = waiting[keys[level]].pop(0)
                del left[name], right[other]
                yield name, other
    yield from ((n, None) for n in left if first.statements[n].kind != "remark")
    yield from ((None, n) for n in right if second.statements[n].kind != "remark")


def _keys(name: str, statement: Statement, scenario: Scenario) -> tuple[Hashable | None, ...]:
    """Return id; speaker, place and subject; speaker and subject; speaker and place.

    None where the statement lacks one of them.
    """
    who = scenario.experts[statement.expert].name.casefold() if statement.expert else RECORD
    place, subject = None, _subject(statement)
    if statement.source is not None:
        title = scenario.sources[statement.source].title.casefold()
        place = (title, (statement.locator or "").casefold())
    exact = None if place is None or subject is None else (who, place, subject)
    return (
        name,
        exact,
        None if subject is None else (who, subject),
        None if place is None else (who, place),
    )


def _subject(statement: Statement) -> Hashable | None:
    """Return which node or link a statement speaks of; None for a remark."""
    match statement:
        case ProbabilityStatement() | BaseRateStatement():
            return statement.event[0]
        case InfluenceStatement():
            return statement.cause, statement.effect
        case ComparisonStatement():
            return frozenset([statement.likelier[0], statement.than[0]])
        case _:
            return None


def _difference(first: Forecast, second: Forecast, pair: Pair) -> Difference | None:
    """Return how the two statements of a pair differ; None if in nothing that counts."""
    fields: dict[str, tuple[str, str]] = {}
    a, b = pair
    if a is not None and b is not None:
        seen = [_fields(first, a), _fields(second, b)]
        fields = {n: (seen[0][n], seen[1][n]) for n in seen[0] if seen[0][n] != seen[1][n]}
        if "coded" in fields:  # other words are read otherwise
            fields.pop("read", None)
        if not fields:
            return None
    return Difference("statement", a, b, fields, *_moved(first, second, pair))


def _fields(forecast: Forecast, name: str) -> dict[str, str]:
    """Return what of a statement counts, in words."""
    scenario, given = forecast.scenario, forecast.given
    statement, weight = scenario.statements[name], given.weights.get(name)
    if statement.kind == "remark":
        return {"coded": "remark", "weight": "", "dated": "", "read": ""}
    at = given.names.index(name) if name in given.names else None
    read = None if at is None else f"{given.stated[at]:+.2f} ± {given.spread[at]:.2f} log-odds"
    coded = f"{about(statement)}: {encoding(statement)}"
    if isinstance(statement, BaseRateStatement):
        coded += f" periods of {statement.each_days:g} days"
    return {
        "coded": coded,
        "weight": "0" if weight is None else f"{weight.total:.2g}",
        "dated": str(statement.date),
        "read": read or "",
    }


def _moved(
    first: Forecast, second: Forecast, pair: Pair
) -> tuple[str, float | None, float | None, float | None]:
    """Return the outcome on which two statements' pulls differ most, by how much, error, and k."""
    pulls = [
        next((s for s in f.statements if s.name == name), None)
        for f, name in zip((first, second), pair, strict=True)
    ]
    heard = [p for p in pulls if p is not None]
    if not heard or first.belief.failed or second.belief.failed:
        return "", None, None, None
    theirs = {o.name: o for o in second.outcomes if not o.withheld}
    if any(o.name in theirs and theirs[o.name].event != o.event for o in first.outcomes):
        return "", None, None, None  # pulls are on headlines, and these are of different states
    moves, k = {}, max(p.k for p in heard)
    for o in first.outcomes:
        if o.withheld or o.name not in theirs:
            continue
        move = sum(
            (-p.pulls[o.name] if i == 0 else p.pulls[o.name]) for i, p in enumerate(pulls) if p
        )
        error = math.hypot(*(p.errors[o.name] for p in heard))
        if k > WORST_K or abs(move) > CLEAR * error:
            moves[o.name] = (move, error)
    if not moves:
        return "", None, None, k
    most = max(moves, key=lambda n: abs(moves[n][0]))
    return most, *moves[most], k


def _structure(first: Scenario, second: Scenario) -> Iterator[Difference]:
    """Find links, outcomes, drivers and news that only one has, or that differ."""
    for link in dict.fromkeys([*first.links, *second.links]):
        name = " -> ".join(link)
        if (link in first.links) != (link in second.links):
            yield _only("link", name, link in first.links)
    for name in dict.fromkeys([*first.outcomes, *second.outcomes]):
        a, b = first.outcomes.get(name), second.outcomes.get(name)
        if a is None or b is None:
            yield _only("outcome", name, a is not None)
            continue
        fields = {
            f: (str(getattr(a, f)), str(getattr(b, f)))
            for f in WINDOW
            if getattr(a, f) != getattr(b, f)
        }
        if a.definition != b.definition:
            fields["definition"] = ("as it stands here", "worded otherwise")
        if fields:
            yield Difference("outcome", name, name, fields)
    for name in dict.fromkeys([*first.drivers, *second.drivers]):
        if (name in first.drivers) != (name in second.drivers):
            yield _only("driver", name, name in first.drivers)
    for name in dict.fromkeys([*first.news, *second.news]):
        mine, other = first.news.get(name), second.news.get(name)
        if mine is None or other is None:
            yield _only("news", name, mine is not None)
        elif mine != other:
            yield Difference("news", name, name, {"item": ("as it stands here", "coded otherwise")})


def _only(kind: str, name: str, in_first: bool) -> Difference:
    return Difference(kind, name if in_first else None, None if in_first else name, {})
