"""News in a few words, random scenarios, and forecasts from random or given tables."""

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
STRENGTHS = ["raises slightly", "raises", "raises strongly", "lowers", "lowers strongly"]
SAMPLED = {"rhat": 1.0, "ess_bulk": 999.0, "ess_tail": 999.0, "divergences": 0.0}


def read(folder, *, news=(), **more):
    """Read a scenario whose items are named in short, without the day that begins an item's id."""
    dated = {f"{item['published']}-{name}": item for name, item in dict(news).items()}
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


def random_scenario(folder, seed):
    """Return three to six outcomes, links, four experts, news and silence."""
    rng = np.random.default_rng(seed)
    names = [f"o{i}" for i in range(rng.integers(3, 7))]
    outcomes = {n: {} for n in names}
    for n in names:
        if rng.random() < 0.25:
            outcomes[n] = {"states": ["none", "some", "much"], "quiet": "none"}
        elif rng.random() < 0.3:
            outcomes[n] = {"timing": str(rng.choice(["none", "early", "late", "even"]))}
    states = {n: outcomes[n].get("states", ["no", "yes"]) for n in names}
    pairs = [(a, b) for i, b in enumerate(names) for a in names[:i]]
    links = [pair for pair in pairs if rng.random() < 0.5]
    statements = {}
    for i in range(rng.integers(3, 10)):
        node = str(rng.choice(names))
        statements[f"s{i}"] = {
            "kind": "probability",
            "expert": f"e{rng.integers(4)}",
            "event": {node: str(rng.choice(states[node]))},
            "probability": f"{rng.integers(5, 96)}%",
        }
    for i, (cause, effect) in enumerate(links):
        if rng.random() < 0.6 and len(states[cause]) == len(states[effect]) == 2:
            statements[f"i{i}"] = {
                "kind": "influence",
                "expert": f"e{rng.integers(4)}",
                "link": f"{cause} -> {effect}",
                "strength": str(rng.choice(STRENGTHS)),
            }
    news = {}
    for i in range(rng.integers(2, 6)):
        node, day = (
            str(rng.choice(names)),
            builders.OPENS + dt.timedelta(days=int(rng.integers(1, 200))),
        )
        state = str(rng.choice(states[node]))
        ratio = float(rng.choice([1.5, 2, 4, 8]))
        item = {"kind": "report", "bears_on": [{"favours": {node: state}, "ratio": ratio}]}
        if i == 0:
            item = {"kind": "observation", "observed": {node: state}}
        news[f"{day}-n{i}"] = item | {"published": str(day)}
    return builders.read(
        folder,
        outcomes=outcomes,
        links=[f"{a} -> {b}" for a, b in links],
        statements=statements,
        news=news,
        as_of=str(builders.OPENS + dt.timedelta(days=200)),
    )
