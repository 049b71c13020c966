"""Small scenarios from a few lines of text, read as an analyst's would be, and answers to them.

A test says only what matters to it: `read(folder, outcomes=..., statements=...)` writes a scenario
whose window is the year 2024 and reads it; `prior_belief` and `fitted` give it draws.
"""

import datetime as dt
import functools
import itertools
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import estimative as est
from estimative.belief import Belief, Settings
from estimative.elicitation import Elicitation, as_known, encode
from estimative.forecasting import Forecast, compute_forecast
from estimative.inference import fit
from estimative.model_files import DEFAULT_MODEL, find_model, load_model
from estimative.network.parameters import tables_from_parameters
from estimative.news import world
from estimative.scenario import Scenario

OPENS, BY = dt.date(2024, 1, 1), dt.date(2024, 12, 31)
SHORT = Settings(chains=4, tune=500, draws=500)
_number = itertools.count()


def read(
    folder: Path,
    *,
    outcomes: Sequence[str] | Mapping[str, Mapping[str, Any]] = ("a",),
    drivers: Mapping[str, Mapping[str, Any]] | None = None,
    links: Sequence[str] = (),
    experts: Mapping[str, Mapping[str, Any]] | None = None,
    statements: Mapping[str, Mapping[str, Any]] | None = None,
    news: Mapping[str, Mapping[str, Any]] | None = None,
    **top: Any,
) -> Scenario:
    """Write a scenario into a new workspace below `folder`, and read it.

    What is left out of an entry is filled in: titles, definitions, `said:`, dates (the first day of
    the window), experts of their own group. JSON is YAML, so entries are written as JSON.
    """
    place = folder / f"w{next(_number)}" / "scenarios" / "small"
    (place / "news").mkdir(parents=True)
    if not isinstance(outcomes, Mapping):
        outcomes = {name: {} for name in outcomes}
    nodes = {n: {"title": n, "definition": f"Seen: {n}."} | dict(o) for n, o in outcomes.items()}
    nodes = {n: {k: v for k, v in o.items() if v is not None} for n, o in nodes.items()}
    said = {n: {"said": f"{n}."} | dict(s) for n, s in (statements or {}).items()}
    for statement in said.values():
        if "source" not in statement:
            statement.setdefault("date", str(OPENS))
    known = dict(experts or {})
    for statement in [*said.values(), *(i.get("statement", {}) for i in (news or {}).values())]:
        if "expert" in statement:
            known.setdefault(statement["expert"], {})
    document = {
        "format": 1,
        "question": "What follows?",
        "coded": {"by": "desk", "on": str(OPENS)},
        "opens": str(OPENS),
        "by": str(BY),
        "outcomes": nodes,
        "drivers": {n: {"title": n} | dict(d) for n, d in (drivers or {}).items()},
        "links": list(links),
        "experts": {n: {"name": n.title()} | dict(e) for n, e in known.items()},
        "statements": said,
    } | top
    document = {key: value for key, value in document.items() if value}
    (place / "scenario.yaml").write_text(json.dumps(document, indent=1), encoding="utf-8")
    for name, item in (news or {}).items():
        source = {"name": "Gazette", "reliability": "B2"}
        whole = {"said": f"{name}.", "source": source} | dict(item)
        (place / "news" / f"{name}.yaml").write_text(json.dumps(whole), encoding="utf-8")
    return est.read_scenario(place)


def says(expert: str, probability: str, **more: Any) -> dict[str, Any]:
    """Return a statement of an expert on `a`, unless `event` says otherwise."""
    return {
        "kind": "probability",
        "expert": expert,
        "event": {"a": "yes"},
        "probability": probability,
    } | more


def prior_belief(
    given: Elicitation, draws: int = 4000, seed: int = 1, **diagnostics: Any
) -> Belief:
    """Return draws of the prior, as if nothing had been said, that pass the convergence gate."""
    rng = np.random.default_rng(seed)
    design = given.parameters
    base = rng.normal(size=(draws, len(design.base_names))) * given.base_sd
    influence = rng.normal(size=(draws, len(design.influence_names))) * design.influence_sd
    good = {"rhat": 1.0, "ess_bulk": 4e3, "ess_tail": 4e3, "divergences": 0.0, "worst": "none"}
    rows = len(given.names) + len(given.record_names)
    return Belief(
        key="prior",
        diagnostics=good | {"draws": draws, "chains": 1} | diagnostics,
        tables=tables_from_parameters(design, base, influence),
        posterior={"base": base, "influence": influence},
        without=np.zeros((rows, draws)),
        without_k=np.zeros(rows),
    )


def answer(
    scenario: Scenario,
    belief: Belief,
    *,
    as_of: dt.date | None = None,
    interval: float = 0.9,
    inside: bool = False,
) -> Forecast:
    """Return the forecast that a belief makes on a day."""
    known_then = as_known(scenario, as_of or scenario.date)
    given = encode(known_then)
    return compute_forecast(
        known_then,
        given,
        belief,
        model=Path("some_model.py"),
        seed=1,
        interval=interval,
        known=world(known_then, given.graph, known_then.date),
        inside=inside,
    )


@functools.cache
def model(name: str = DEFAULT_MODEL) -> Callable[[Scenario], Any]:
    """Return a model of the shelf."""
    return load_model(find_model(name, Path(__file__)))


def fitted(
    scenario: Scenario,
    *,
    seed: int = 1,
    settings: Settings = SHORT,
    name: str = DEFAULT_MODEL,
    news_inside: bool = False,
) -> Belief:
    """Fit a model of the shelf to a scenario, short, without any store."""
    known_then = as_known(scenario, scenario.date)
    news = world(known_then, encode(known_then).graph, known_then.date) if news_inside else None
    quiet = str  # a fit tells how far it is
    return fit(
        model(name), known_then, key="fitted", seed=seed, settings=settings, tell=quiet, news=news
    )


def standard_error(draws: np.ndarray, chains: int = 4) -> float:
    """Return the Monte Carlo standard error of the mean of draws, chains one after the other."""
    from arviz_stats.base import array_stats

    return float(array_stats.mcse(draws.reshape(chains, -1), chain_axis=0, draw_axis=1))
