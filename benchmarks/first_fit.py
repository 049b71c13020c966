"""How long a first fit takes, against a plain PyMC model of the same problem.

    python benchmarks/first_fit.py PATH/TO/naive_pymc.py [outcomes] [statements]

The plain model writes the joint table out. Every model is run as a process of its own, twice, and
the second run counts, since its disk caches are warm by then. Two of ours are run: the default
model, by the whole main job (read, encode, fit, store, answer) in a workspace with an empty store;
and a model with the plain one's priors on `estimative.implied.log_weights`, whose probabilities
must be the plain one's within Monte Carlo error.
"""

import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CHAINS, TUNE, DRAWS = 4, 500, 1000
ALLOWED = 1 / 3
"""Of the plain model's total."""


def main() -> None:
    """Run all three, print one table, and fail where a promise is not kept."""
    plain, counts = Path(sys.argv[1]), [int(n) for n in (*sys.argv[2:4], 9, 30)[:2]]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        problem = problem_of(plain, *counts)
        (folder / "problem.json").write_text(json.dumps(problem))
        write_scenario(folder, problem, counts[0])
        commands = {
            "plain PyMC": [str(plain), *map(str, counts)],
            "estimative, plain priors": [__file__, "--plain-priors", name],
            "estimative, main job": [__file__, "--main-job", name],
        }
        for command in commands.values():
            run(command)
        found = {label: run(command) for label, command in commands.items()}
    report(counts, found)


def problem_of(plain: Path, *counts: int) -> dict[str, Any]:
    """Return the random problem that the plain model's file makes, as lists."""
    spec = importlib.util.spec_from_file_location("plain", plain)
    if spec is None or spec.loader is None:
        sys.exit(f"{plain} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {
        k: [list(map(int, v)) for v in x] if k == "links" else x.tolist()
        for k, x in module.problem(*counts).items()
    }


def run(command: list[str]) -> dict[str, Any]:
    """Return a process' wall and CPU time, and what it printed last."""
    before, start = sum(os.times()[2:4]), time.perf_counter()  # CPU of the children that have ended
    done = subprocess.run([sys.executable, *command], check=True, capture_output=True, text=True)
    wall, cpu = time.perf_counter() - start, sum(os.times()[2:4]) - before
    printed = json.loads(done.stdout.splitlines()[-1])
    parts = printed.pop("seconds", {})  # as the plain model calls them
    return {"parts": parts, **printed, "wall": wall, "cpu": cpu}


def report(counts: list[int], found: dict[str, Any]) -> None:
    """Print the table, and exit with 1 where a promise is broken."""
    plain, twin, ours = found.values()
    size = f"{counts[0]} outcomes, {counts[1]} statements"
    print(f"{size}, {CHAINS} x ({TUNE} + {DRAWS}), warm disk caches")
    print(f"{'':28}{'wall s':>8}{'ratio':>7}{'CPU s':>8}{'ratio':>7}   of which")
    for label, result in found.items():
        parts = ", ".join(f"{k} {v:.1f}" for k, v in result["parts"].items())
        times = "".join(f"{result[k]:>8.1f}{result[k] / plain[k]:>7.2f}" for k in ("wall", "cpu"))
        print(f"{label:28}{times}   {parts}")
    # the plain model's own error is like its twin's, and it rounds to four places
    each = zip(plain["probability"], twin["probability"], twin["error"], strict=True)
    off = max(abs(p - q) / (2**0.5 * error + 1e-4) for p, q, error in each)
    print(f"plain priors: probabilities differ by at most {off:.1f} Monte Carlo standard errors")
    if ours["wall"] > ALLOWED * plain["wall"] or off > 4:
        sys.exit("promises broken")


# --- ours ----------------------------------------------------------------------------------------


def write_scenario(folder: Path, problem: dict[str, Any], outcomes: int) -> None:
    """Write the problem as a scenario, in which what was stated is a number."""
    place = folder / "scenarios" / "problem"
    place.mkdir(parents=True)
    names = [f"o{i}" for i in range(outcomes)]
    statements = {}
    for i, (event, given, stated, expert) in enumerate(
        zip(*(problem[k] for k in ("event", "given", "stated", "expert")), strict=True)
    ):
        statements[f"s{i}"] = {
            "kind": "probability",
            "expert": f"e{expert}",
            "date": "2024-01-01",
            "said": f"Statement {i}.",
            "event": {names[event]: "yes"},
            "probability": f"{100 / (1 + 2.718281828**-stated):.6f}%",
        } | ({"given": {names[given]: "yes"}} if given >= 0 else {})
    document = {
        "format": 1,
        "question": "What follows?",
        "opens": "2024-01-01",
        "by": "2024-12-31",
        "as_of": "2024-01-01",
        "outcomes": {n: {"title": n, "definition": "Seen."} for n in names},
        "links": [f"o{i} -> o{j}" for i, j in problem["links"]],
        "experts": {f"e{i}": {"name": f"E{i}"} for i in range(8)},
        "statements": statements,
    }
    (place / "scenario.yaml").write_text(json.dumps(document))


def main_job(folder: Path) -> None:
    """Read, fit, store and answer, in a workspace whose store is empty."""
    import shutil

    start = time.perf_counter()
    import estimative as est
    from estimative.belief import Settings

    shutil.rmtree(folder / "runs", ignore_errors=True)
    scenario = est.read_scenario(folder / "scenarios" / "problem")
    read = time.perf_counter()
    settings = Settings(chains=CHAINS, tune=TUNE, draws=DRAWS)
    found = est.forecast(scenario, settings=settings, tell=lambda _: None)
    parts = {"import and read": read - start, "fit and answer": time.perf_counter() - read}
    print(json.dumps({"parts": parts, "converged": not found.belief.failed}))


def plain_priors(folder: Path) -> None:
    """Fit a model with the plain one's priors on the kernel of the package."""
    start = time.perf_counter()
    problem = json.loads((folder / "problem.json").read_text())
    import numpy as np
    import pymc as pm
    import pytensor.tensor as pt
    from arviz_stats.base import array_stats

    from estimative.belief import Settings
    from estimative.implied import TREE_ARRAYS, log_weights, shared
    from estimative.network import Graph, build_junction_tree, states_from_families
    from estimative.sampling import density, expand, sample

    imported = time.perf_counter()
    event, given = np.array(problem["event"]), np.array(problem["given"])
    nodes = [f"o{i}" for i in range(1 + max(max(link) for link in problem["links"]))]
    parents = {n: [nodes[i] for i, j in problem["links"] if nodes[j] == n] for n in nodes}
    graph = Graph(dict.fromkeys(nodes, ("no", "yes")), parents)
    tree = build_junction_tree(graph)
    owner, coded = rows_of(graph, problem["links"])

    keep = np.ones((2 * len(event), int(graph.offset[-1])))
    for s in range(len(event)):
        for side in (
            0,
            1,
        ):  # the statement's event, and that it is not so, both given the condition
            ruled_out = [2 * event[s] + side] + ([2 * given[s]] if given[s] >= 0 else [])
            keep[2 * s + side, np.isin(graph.own_state, ruled_out)] = 0.0
    with pm.Model() as model:
        base = pm.Normal("base", 0.0, np.float64(1.5), shape=len(nodes))
        influence = pm.Normal("influence", 0.0, 1.0, shape=len(problem["links"]))
        bias = pm.Normal("bias", 0.0, np.float64(0.5), shape=8)
        p = pt.sigmoid(base[shared(owner)] + pt.dot(shared(coded), influence))
        tables = pm.Deterministic("tables", pt.stack([1 - p, p], axis=1).ravel())
        weight = log_weights(
            tuple(shared(getattr(tree, a)) for a in TREE_ARRAYS), tables * shared(keep)
        )
        odds = weight[::2] - weight[1::2]
        stated = np.array(problem["stated"])
        pm.Normal(
            "stated", odds + bias[np.array(problem["expert"])], np.float64(0.7), observed=stated
        )
    built = time.perf_counter()
    settings = Settings(chains=CHAINS, tune=TUNE, draws=DRAWS, target_accept=0.8)
    first = model.initial_point()
    centre = np.concatenate([np.ravel(v) for v in first.values()])
    points, _ = sample(density(model, first), centre, settings, 1, lambda _: None)
    draws = expand(model, first, points.reshape(-1, points.shape[-1]))["tables"]
    yes = states_from_families(graph, tree.run(draws)[1])[:, 1::2]
    done = time.perf_counter()
    by_chain = np.moveaxis(yes.reshape(CHAINS, DRAWS, -1), -1, 0)
    error = array_stats.mcse(by_chain, chain_axis=1, draw_axis=2)
    parts = {"import": imported - start, "build": built - imported, "fit": done - built}
    print(
        json.dumps(
            {"parts": parts, "probability": yes.mean(axis=0).tolist(), "error": error.tolist()}
        )
    )


def rows_of(graph: Any, links: list[list[int]]) -> tuple[Any, Any]:
    """Return for each table row its node, and the 0/1 states of parents by link."""
    import numpy as np

    owner, coded = [], []
    for j, node in enumerate(graph.nodes):
        own = [at for at, link in enumerate(links) if link[1] == j]
        for states in np.ndindex(*graph.shape(node)[:-1]):
            owner.append(j)
            row = np.zeros(len(links))
            row[own] = states
            coded.append(row)
    return np.array(owner), np.array(coded)


if __name__ == "__main__":
    if sys.argv[1] == "--main-job":
        main_job(Path(sys.argv[2]))
    elif sys.argv[1] == "--plain-priors":
        plain_priors(Path(sys.argv[2]))
    else:
        main()
