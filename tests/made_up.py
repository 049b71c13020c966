"""News in a few words, and forecasts from random or given tables, without sampling."""

import datetime as dt
from pathlib import Path

import builders
import numpy as np

from estimative.belief import Belief
from estimative.elicitation import as_known, encode
from estimative.forecasting import compute_forecast
from estimative.network.parameters import tables_from_parameters
from estimative.news import world

MODEL = Path("expert_network.py")
SAMPLED = {"rhat": 1.0, "ess_bulk": 999.0, "ess_tail": 999.0, "divergences": 0.0}


def read(folder, *, news, **more):
    """Read a scenario whose items are named in short, without the day that begins an item's id."""
    dated = {f"{item['published']}-{name}": item for name, item in news.items()}
    return builders.read(folder, news=dated, **more)


def short(name):
    """Return an item's name without its day."""
    return name[11:] if name[:4] == "2024" else name


def report(favours, ratio=4, *, source="Gazette", grade="B2", day="2024-03-01", **more):
    return {
        "kind": "report",
        "published": day,
        "bears_on": [{"favours": {n: s}, "ratio": ratio} for n, s in favours.items()],
        "source": {"name": source, "reliability": grade},
    } | more


def seen(observed, day="2024-03-01", **more):
    return {"kind": "observation", "published": day, "observed": observed} | more


def retraction(name, day="2024-04-01"):
    return {"kind": "retraction", "published": day, "retracts": name}


def believed(given, *, draws=40, seed=3, tables=None):
    """Return random draws of the tables, or those given, as if they had been sampled."""
    random, shape = np.random.default_rng(seed), given.parameters
    if tables is None:
        base = random.normal(0, 1.2, (draws, len(shape.base_names)))
        influence = random.normal(0, 1.5, (draws, len(shape.influence_names)))
        tables = tables_from_parameters(shape, base, influence)
    rows = len(given.names) + len(given.record_names)
    diagnostics = SAMPLED | {"draws": len(tables), "chains": 1, "worst": "base"}
    without = np.zeros((rows, len(tables)))
    return Belief(f"{seed:064}", diagnostics, tables, {}, without, np.zeros(rows))


def made_up_forecast(scenario, day, *, inside=False, **how):
    known_then = as_known(scenario, dt.date.fromisoformat(day))
    given = encode(known_then)
    known = world(known_then, given.graph, known_then.date)
    belief = believed(given, **how)
    return compute_forecast(
        known_then, given, belief, model=MODEL, seed=1, interval=0.9, known=known, inside=inside
    )
