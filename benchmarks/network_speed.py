"""How long all marginals of 4,000 draws of the conditional tables take, against two other ways.

The draws come as samplers give them, the draw on the first axis, and every way starts from there:
what it does to them, and setting the tables of another engine, is in its time. Shapes, paths and
the junction tree are worked out before, and are shown apart. Prints a table and asserts nothing but
that all ways agree.

    python benchmarks/network_speed.py [--draws 4000] [--one-by-one 200]
"""

import argparse
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import numpy as np
import opt_einsum
import pyagrum

from estimative.network import Graph, Network, build_junction_tree, read_network

NETWORKS = Path(__file__).parents[1] / "tests" / "data" / "networks"
SEEN = {"asia": {"xray": "yes", "dysp": "yes"}, "alarm": {"BP": "LOW", "HRBP": "HIGH", "CO": "LOW"}}

Answers = dict[str, np.ndarray]
Draws = Mapping[str, np.ndarray]


def drawn_tables(network: Network, draws: int, seed: int) -> Draws:
    """Return tables about the network's own, one a draw; none of them certain."""
    rng = np.random.default_rng(seed)
    drawn = {}
    for node, table in network.cpt.items():
        mean = np.asarray(table)
        weights = rng.gamma(np.broadcast_to(20 * mean + 1, (draws, *mean.shape)))
        drawn[node] = weights / weights.sum(axis=-1, keepdims=True)
    return drawn


def seconds(run: Callable[[], Answers], repeats: int = 20) -> tuple[float, Answers]:
    """Return the shortest of some runs, after one that does not count, and its answers."""
    answers, best = run(), np.inf
    for _ in range(repeats):
        start = time.perf_counter()
        answers = run()
        best = min(best, time.perf_counter() - start)
    return best, answers


def einsum(
    graph: Graph, draws: int, evidence: Mapping[str, str], *, last: bool
) -> Callable[[Draws], Answers]:
    """Return a function that contracts, for each node, the tables that bear on it.

    Tables of nodes that are no ancestors of the node or of what was seen are left out, paths are
    found once, and `last` puts the draws on the last axis, where numpy's inner loops run.
    """
    symbol = {node: opt_einsum.get_symbol(i + 1) for i, node in enumerate(graph.nodes)}
    draw = opt_einsum.get_symbol(0)

    def axes(nodes: str) -> str:
        return nodes + draw if last else draw + nodes

    def shape(*sizes: int) -> tuple[int, ...]:
        return (*sizes, draws) if last else (draws, *sizes)

    seen = {n: np.array([float(s == evidence[n]) for s in graph.states[n]]) for n in evidence}
    contractions = {}
    for node in graph.nodes:
        needed = graph.ancestors([node, *evidence])
        used = [n for n in graph.nodes if n in needed]
        terms = [axes("".join(symbol[k] for k in (*graph.parents[n], n))) for n in used]
        terms += [symbol[n] for n in seen]
        shapes = [shape(*graph.shape(n)) for n in used] + [seen[n].shape for n in seen]
        path = opt_einsum.contract_expression(
            f"{','.join(terms)}->{axes(symbol[node])}", *shapes, optimize="auto"
        )
        contractions[node] = path, used

    def run(tables: Draws) -> Answers:
        if last:
            tables = {n: np.ascontiguousarray(np.moveaxis(t, 0, -1)) for n, t in tables.items()}
        answers = {}
        for node, (contract, used) in contractions.items():
            joint = contract(*(tables[n] for n in used), *seen.values())
            joint = joint.T if last else joint
            answers[node] = joint / joint.sum(axis=1, keepdims=True)
        return answers

    return run


def one_by_one(graph: Graph, tables: Draws, evidence: Mapping[str, str], draws: int) -> Answers:
    """Return pyAgrum's answers to the first draws; an engine used again would repeat its first."""
    net = pyagrum.BayesNet()
    for node, states in graph.states.items():
        net.add(pyagrum.LabelizedVariable(node, node, list(states)))
    for node in graph.nodes:
        for parent in reversed(graph.parents[node]):
            net.addArc(parent, node)
    flat = {node: table.reshape(len(table), -1) for node, table in tables.items()}
    answers: dict[str, list[list[float]]] = {node: [] for node in graph.nodes}
    for i in range(draws):
        for node in graph.nodes:
            net.cpt(node).fillWith(flat[node][i].tolist())
        engine = pyagrum.LazyPropagation(net)
        for node, state in evidence.items():
            engine.addEvidence(node, state)
        engine.makeInference()
        for node in graph.nodes:
            answers[node].append(engine.posterior(node).tolist())
    return {node: np.array(rows) for node, rows in answers.items()}


def difference(found: Answers, wanted: Answers) -> float:
    """Return the largest difference of two sets of answers, over the draws that both have."""
    return max(float(np.abs(found[n] - wanted[n][: len(found[n])]).max()) for n in wanted)


def report(name: str, draws: int, some: int, evidence: Mapping[str, str]) -> None:
    """Time every way on one network and print a row each."""
    network = read_network(NETWORKS / f"{name}.bif")
    graph, tables = network.graph, drawn_tables(network, draws, seed=1)
    start = time.perf_counter()
    tree = build_junction_tree(graph)
    prepared = time.perf_counter() - start
    ours, wanted = seconds(lambda: network.marginals(evidence=evidence, cpt=tables))
    seen = ", ".join(f"{n} = {s}" for n, s in evidence.items()) or "nothing"
    print(f"\n{name}: {len(graph.nodes)} nodes, treewidth {tree.treewidth}, seen: {seen}")
    print(f"  {'':34}{'before':>9}{'seconds':>10}{'ratio':>8}{'differs':>10}")

    def row(label: str, before: float, took: float, answers: Answers) -> None:
        off = difference(answers, wanted)
        print(f"  {label:34}{before:9.4f}{took:10.4f}{took / ours:8.1f}{off:10.0e}")

    row("estimative", prepared, ours, wanted)
    for last in (False, True):
        start = time.perf_counter()
        run = einsum(graph, draws, evidence, last=last)
        before = time.perf_counter() - start
        where = "last" if last else "first"
        row(f"opt_einsum, draws on the {where} axis", before, *seconds(partial(run, tables)))
    some = min(some, draws)
    start = time.perf_counter()
    answers = one_by_one(graph, tables, evidence, some)
    took = (time.perf_counter() - start) * draws / some
    scaled = f" ({some}, times {draws / some:g})" if some < draws else ""
    row(f"pyAgrum one by one{scaled}", 0.0, took, answers)


def main() -> None:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, default=4_000)
    parser.add_argument("--one-by-one", type=int, default=200, help="draws that pyAgrum is given")
    asked = parser.parse_args()
    print(f"All marginals of {asked.draws:,} draws; ratio: times as long as estimative")
    for name, seen in SEEN.items():
        for evidence in ({}, seen):
            report(name, asked.draws, asked.one_by_one, evidence)


if __name__ == "__main__":
    main()
