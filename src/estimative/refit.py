"""What makes one belief differ from another, named and not measured.

How far the answers move by it is the row `refit` of a comparison (`estimative.comparing`).
"""

from collections.abc import Iterator, Mapping

from estimative.forecasting import Forecast
from estimative.scenario import Scenario

WINDOW = ("states", "opens", "by", "lag", "timing", "quiet", "after")
"""The fields of an outcome on which its numbers depend."""


def belief_changes(earlier: Forecast, later: Forecast) -> tuple[str, ...]:
    """Return in words what changed between two forecasts apart from news and time.

    Parameters
    ----------
    earlier, later : Forecast
        Of one scenario.

    Returns
    -------
    tuple of str
        Empty if nothing did.
    """
    found = [
        *_statements(earlier, later),
        *_structure(earlier.scenario, later.scenario),
        *_model(earlier, later),
    ]
    inside = [f.diagnostics["news_inside"] for f in (earlier, later)]
    if not found and not any(inside) and earlier.belief.key != later.belief.key:
        found.append("the model file's text, the sampler's settings or a library changed")
    found += [
        f"the {name} belief was fitted with the news inside"
        for name, is_inside in zip(("earlier", "later"), inside, strict=True)
        if is_inside
    ]
    return tuple(found)


def _statements(earlier: Forecast, later: Forecast) -> Iterator[str]:
    """Say which statements came, went, changed, or count otherwise."""
    old, new = earlier.scenario.statements, later.scenario.statements
    then, now = earlier.given.weights, later.given.weights
    said_then, said_now = _numbers(earlier), _numbers(later)
    for name, statement in new.items():
        if name not in old:
            yield f"{name} added"
        elif old[name] != statement:
            yield f"{name} changed"
        elif name in now and name not in then:
            yield f"{name} counts now"
        elif name in then and name not in now:
            yield f"{name} no longer counts"
        elif name in now:
            if said_then.get(name) != said_now.get(name):
                yield f"{name} is read otherwise"
            if abs(then[name].total - now[name].total) > 1e-12:
                yield f"weight of {name} {then[name].total:.3g} -> {now[name].total:.3g}"
    yield from (f"{name} removed" for name in old if name not in new)


def _numbers(forecast: Forecast) -> Mapping[str, tuple[float, float]]:
    """Return what each statement says as mean and spread on log-odds."""
    given = forecast.given
    pairs = zip(map(float, given.stated), map(float, given.spread), strict=True)
    return dict(zip(given.names, pairs, strict=True))


def _structure(old: Scenario, new: Scenario) -> Iterator[str]:
    if old.lexicon != new.lexicon:
        yield f"lexicon {old.lexicon} -> {new.lexicon}"
    records = [s.track_record.name if s.track_record else "none" for s in (old, new)]
    if old.track_record != new.track_record:
        same = records[0] == records[1]
        yield f"track record {records[0] if same else ' -> '.join(records)}" + " changed" * same
    for link in sorted({*new.links} ^ {*old.links}):
        yield f"link {' -> '.join(link)} {'added' if link in new.links else 'removed'}"
    for name in [*new.nodes, *(n for n in old.nodes if n not in new.nodes)]:
        if (name in old.nodes) != (name in new.nodes):
            yield f"{name} {'added' if name in new.nodes else 'removed'}"
    for name in new.outcomes.keys() & old.outcomes.keys():
        before, after = old.outcomes[name], new.outcomes[name]
        changed = [f for f in WINDOW if getattr(before, f) != getattr(after, f)]
        if changed:
            yield f"{', '.join(changed)} of {name} changed"


def _model(earlier: Forecast, later: Forecast) -> Iterator[str]:
    if earlier.model != later.model:
        yield f"model {earlier.model} -> {later.model}"
    if earlier.seed != later.seed:
        yield f"seed {earlier.seed} -> {later.seed}"
