"""Small scenarios from a few lines of text, read as an analyst's would be, and short fits of them.

A test says only what matters to it: `read(folder, outcomes=..., links=..., statements=...)` writes
scenario.yaml with a window of one year around it and reads it.
"""

import datetime as dt
import itertools
import json
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

import estimative as est
from estimative.belief import Belief, Settings
from estimative.elicitation import as_known, encode
from estimative.forecasting import Forecast, compute_forecast
from estimative.inference import fit
from estimative.model_files import find_model, load_model
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
        whole = {"said": f"{name}.", "source": {"name": "Gazette", "reliability": "B2"}} | dict(item)
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
