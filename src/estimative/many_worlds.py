"""Point forecasts for thousands of worlds from one belief, in a second.

The mean joint over draws is built once, a state under each share of silence counting as a state of
its own; each world is then a choice of weights on it. Where that joint is too large, or worlds are
few, each runs through the junction tree (`tests/unit/test_comparing.py` holds both to one answer).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from estimative.network import Graph, JunctionTree, states_from_families
from estimative.network.graph import Floats, Ints
from estimative.news import World, silent_tables

MOST_ENTRIES = 2**21
"""The largest mean joint that is built: 16 MB, within a second at 4,000 draws."""
ROOM = 2**18
"""Numbers held at a time while it is built: 2 MB, which stay near the processor."""
BATCH = 128
"""Worlds looked at side by side."""
FEW = 16
"""Up to this many worlds are sooner run one by one."""


@dataclass(frozen=True, eq=False)
class Worlds:
    """What is known in each of many worlds, W in all, as `estimative.news.World` has it of one.

    Attributes
    ----------
    likelihood : array of float, shape (W, states of all nodes)
        How probable the news is in each state, up to a factor a node.
    elapsed : array of float, shape (W, nodes)
        The share of each node's window that has passed in silence, in [0, 1].
    quiet : array of int, shape (nodes,)
        The place, among a node's own states, of the one that holds while nothing is seen.
    """

    likelihood: Floats
    elapsed: Floats
    quiet: Ints


@dataclass(frozen=True, eq=False)
class _Node:
    """A node's states under each share of silence, and their weights in each world."""

    name: str
    state: Ints
    share: tuple[float, ...]
    quiet: int
    weights: Floats

    @property
    def size(self) -> int:
        return len(self.state)


def point_forecasts(
    tree: JunctionTree,
    graph: Graph,
    tables: Floats,
    draw_weights: Floats,
    worlds: Worlds,
) -> Floats:
    """Return the point forecast in each of many worlds.

    Parameters
    ----------
    tree : JunctionTree
        Of the graph.
    graph : Graph
        The structure.
    tables : array of float, shape (D, entries)
        Draws of the conditional tables; probabilities.
    draw_weights : array of float, shape (D,)
        What each draw counts before any news; not negative.
    worlds : Worlds
        What is known in each.

    Returns
    -------
    array of float, shape (W, states of all nodes)
        Probabilities: the mean over draws, each weighted by how probable it makes what is known.
    """
    nodes = [_extended(graph, node, worlds) for node in graph.nodes]
    count = len(worlds.likelihood)
    if count <= FEW or _size(nodes) > MOST_ENTRIES:
        return _one_by_one(tree, graph, tables, draw_weights, worlds)
    by_name = {node.name: node for node in nodes}
    ordered = [by_name[name] for name in graph.order]
    first, second = _halves(graph, ordered)
    joint = _mean_joint(graph, tables, draw_weights, ordered, first, second)
    members = _members(graph, first), _members(graph, second)
    forecasts = np.empty(worlds.likelihood.shape)
    for start in range(0, count, BATCH):
        batch = slice(start, start + BATCH)
        left, right = (_outer(half, batch) for half in (first, second))
        seen_left = left * (right @ joint.T)
        seen_right = right * (left @ joint)
        weight = seen_left.sum(axis=1, keepdims=True)
        forecasts[batch] = (seen_left @ members[0] + seen_right @ members[1]) / weight
    return np.minimum(forecasts, 1.0, out=forecasts)


def _extended(graph: Graph, name: str, worlds: Worlds) -> _Node:
    """Return the states that some world leaves possible, under each share of silence that occurs.

    The quiet state has the same probability whatever the silence, so it stands there once.
    """
    at = graph.position[name]
    likelihood, elapsed = worlds.likelihood[:, graph.span(name)], worlds.elapsed[:, at]
    likelihood = likelihood / likelihood.max(axis=1, keepdims=True)
    quiet = int(worlds.quiet[at])
    states, shares, weights = [], [], []
    for state, weight in enumerate(likelihood.T):
        for share in [0.0] if state == quiet else np.unique(elapsed):
            here = weight if state == quiet else np.where(elapsed == share, weight, 0.0)
            if here.any():
                states.append(state)
                shares.append(float(share))
                weights.append(here)
    return _Node(name, np.array(states), tuple(shares), quiet, np.stack(weights, axis=1))


def _halves(graph: Graph, ordered: list[_Node]) -> tuple[list[_Node], list[_Node]]:
    """Cut the nodes in two, causes before effects, so that both halves are small tables.

    The first half begins with those of its nodes on which the second depends.
    """
    cuts = []
    for k in range(len(ordered) + 1):
        needed = {p for node in ordered[k:] for p in graph.parents[node.name]}
        shared = [n for n in ordered[:k] if n.name in needed]
        rest = [n for n in ordered[:k] if n.name not in needed]
        second = ordered[k:]
        cost = _size([*shared, *rest]) + _size([*shared, *second])
        cuts.append((cost, k, [*shared, *rest], second))
    return min(cuts, key=lambda cut: cut[:2])[2:]


def _size(nodes: Sequence[_Node]) -> int:
    return prod(node.size for node in nodes)


def _mean_joint(
    graph: Graph,
    tables: Floats,
    draw_weights: Floats,
    ordered: list[_Node],
    first: list[_Node],
    second: list[_Node],
) -> Floats:
    """Return the mean over draws of the joint probability, shape (first half, second half)."""
    needed = {p for node in second for p in graph.parents[node.name]}
    shared = [node for node in first if node.name in needed]
    between, rest, after = _size(shared), _size(first[len(shared) :]), _size(second)
    joint = np.zeros((between, rest, after))
    step = max(16, ROOM // (between * (rest + after)))
    for start in range(0, len(tables), step):
        rows = _rows(graph, tables[start : start + step], ordered)
        weight = draw_weights[start : start + step] / draw_weights.sum()
        causes = [node for node in ordered if node in first]
        left, axes = _product(graph, rows, [], causes, weight)
        left = left.transpose([*(axes.index(node.name) for node in first), len(first)])
        right, _ = _product(graph, rows, shared, second, np.ones(len(weight)))
        joint += left.reshape(between, rest, -1) @ right.reshape(between, after, -1).swapaxes(1, 2)
    return joint.reshape(between * rest, after)


def _rows(graph: Graph, tables: Floats, ordered: list[_Node]) -> dict[str, Floats]:
    """Return each node's table over extended states, shape (parents' states..., own, draws)."""
    kinds = {node.name: sorted(set(node.share)) for node in ordered}
    at = graph.position
    levels = []
    for level in range(max(map(len, kinds.values()))):
        elapsed, quiet = np.zeros(len(at)), np.zeros(len(at), np.int64)
        for node in ordered:
            elapsed[at[node.name]] = kinds[node.name][min(level, len(kinds[node.name]) - 1)]
            quiet[at[node.name]] = node.quiet
        nothing = np.ones(int(graph.state_offset[-1]))
        levels.append(silent_tables(graph, tables, World(nothing, elapsed, quiet)))
    rows, state = {}, {node.name: node.state for node in ordered}
    for node in ordered:
        block, shape = graph.block(node.name), graph.shape(node.name)
        parts = [
            levels[kinds[node.name].index(u)][:, block].reshape(-1, *shape)[..., s]
            for s, u in zip(node.state, node.share, strict=True)
        ]
        whole = np.stack(parts, axis=-1)
        for axis, parent in enumerate(graph.parents[node.name], start=1):
            whole = whole.take(state[parent], axis=axis)
        rows[node.name] = np.moveaxis(whole, 0, -1)
    return rows


def _product(
    graph: Graph, rows: dict[str, Floats], given: list[_Node], nodes: list[_Node], weight: Floats
) -> tuple[Floats, list[str]]:
    """Return the product of the nodes' tables over the axes `given`, `nodes`, draws."""
    axes = [node.name for node in given]
    product = np.broadcast_to(weight, (*(node.size for node in given), len(weight)))
    for node in nodes:
        family = (*graph.parents[node.name], node.name)
        axes.append(node.name)
        order = sorted(range(len(family)), key=lambda i: axes.index(family[i]))
        table = rows[node.name].transpose([*order, len(family)])
        shape = [rows[node.name].shape[family.index(n)] if n in family else 1 for n in axes]
        product = product[..., None, :] * table.reshape(*shape, -1)
    return np.ascontiguousarray(product), axes


def _outer(half: list[_Node], batch: slice) -> Floats:
    """Return the weight of each configuration of half the nodes in each world of a batch."""
    weight = np.ones((1, 1))
    for node in half:
        own = node.weights[batch]
        weight = (weight[:, :, None] * own[:, None, :]).reshape(len(own), -1)
    return weight


def _members(graph: Graph, half: list[_Node]) -> Floats:
    """Return which configurations of half the nodes belong to which states, as 0 and 1."""
    member = np.zeros((_size(half), int(graph.state_offset[-1])))
    places = np.indices([node.size for node in half]).reshape(len(half), _size(half))
    for node, place in zip(half, places, strict=True):
        column = int(graph.span(node.name).start) + node.state[place]
        member[np.arange(len(member)), column] = 1.0
    return member


def _one_by_one(
    tree: JunctionTree,
    graph: Graph,
    tables: Floats,
    draw_weights: Floats,
    worlds: Worlds,
) -> Floats:
    """Return the point forecast in each world by running each through the junction tree."""
    forecasts = np.empty(worlds.likelihood.shape)
    for likelihood, elapsed, answer in zip(
        worlds.likelihood, worlds.elapsed, forecasts, strict=True
    ):
        silent = silent_tables(graph, tables, World(likelihood, elapsed, worlds.quiet))
        log_weight, share = tree.run(silent * likelihood[graph.own_state])
        weights = draw_weights * np.exp(log_weight - log_weight.max())
        answer[:] = states_from_families(graph, (weights / weights.sum() @ share)[None, :])[0]
    return forecasts
