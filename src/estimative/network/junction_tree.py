"""A junction tree, compiled to index arrays: what exact inference needs to know of a graph.

The tree knows only the structure, never a number, so no answer can be stale. `tests/unit/
test_network.py` holds its answers against enumeration and against an independent engine.
"""

from dataclasses import dataclass
from itertools import combinations
from math import prod

import numpy as np

from estimative.network.graph import Floats, Graph, Ints
from estimative.network.propagation import kernel

MOST_ENTRIES = 2**24
"""The largest sum of clique sizes that is attempted: the kernel takes 64 bytes an entry."""


@dataclass(frozen=True, eq=False)
class JunctionTree:
    """Cliques, which family lives in which, and how messages pass, as arrays for `propagate`.

    Attributes
    ----------
    cliques : tuple of tuple of str
        The nodes of each clique; the first clique is the root.
    clique_start : array of int, shape (cliques + 1,)
        Where each clique's entries start in the flat vector of all clique entries.
    family_clique : array of int, shape (nodes,)
        The clique in which each node's conditional table is multiplied.
    family_start, family_entry : arrays of int
        For family f and entry e of its clique, `family_entry[family_start[f] + e]` is the entry
        of the table.
    edge : array of int, shape (cliques - 1, 4)
        Child clique, parent clique, start and end of the separator; children before their
        parents.
    child_entry, parent_entry : arrays of int
        For each edge in turn and each entry of its child (parent) clique, the entry of the
        separator.
    """

    cliques: tuple[tuple[str, ...], ...]
    clique_start: Ints
    family_clique: Ints
    family_start: Ints
    family_entry: Ints
    edge: Ints
    child_entry: Ints
    parent_entry: Ints

    @property
    def treewidth(self) -> int:
        """The number of nodes in the largest clique, less one."""
        return max(len(c) for c in self.cliques) - 1

    def run(self, tables: Floats, *, beliefs: bool = True) -> tuple[Floats, Floats]:
        """Return the log total weight of each table, and the weight share of each of its entries.

        Parameters
        ----------
        tables : array of float, shape (batch, entries)
            Conditional tables, each entry multiplied with whatever evidence bears on it; not
            negative.
        beliefs : bool
            Whether the shares are wanted; without them the work is half.

        Returns
        -------
        log_weight : array of float, shape (batch,)
            Natural log of the sum over all states of the product of the entries; -inf where
            that is zero.
        share : array of float, shape (batch, entries) or (0, 0)
            d log_weight / d log entry: the probability of each family configuration given the
            evidence; all zero where the weight is.
        """
        tables = np.ascontiguousarray(tables, dtype=np.float64)
        weight = np.empty((len(self.cliques), len(tables)))
        share = np.empty(tables.shape if beliefs else (0, 0))
        kernel(len(tables), int(self.clique_start[-1])).propagate(
            tables,
            self.clique_start,
            self.family_clique,
            self.family_start,
            self.family_entry,
            self.edge,
            self.child_entry,
            self.parent_entry,
            weight,
            share,
        )
        with np.errstate(divide="ignore"):
            log_weight = sum(np.log(weight), np.zeros(len(tables)))  # in order, whatever the batch
        return log_weight, share


def build_junction_tree(graph: Graph) -> JunctionTree:
    """Return the junction tree of a graph.

    Triangulated by the min-fill rule (Koller and Friedman 2009, section 9.4).

    Parameters
    ----------
    graph : Graph
        The network's structure.

    Returns
    -------
    JunctionTree
        Its cliques and index arrays.

    Raises
    ------
    ValueError
        If the cliques together have more than `MOST_ENTRIES` entries.
    """
    members = _triangulate(graph)
    cliques = [tuple(sorted(c, key=graph.position.__getitem__)) for c in members]
    sizes = [prod(graph.sizes(c)) for c in cliques]
    if sum(sizes) > MOST_ENTRIES:
        raise ValueError(
            f"the links are too dense for an exact answer: {max(map(len, cliques))} nodes must be "
            f"held together, and all cliques have {sum(sizes):,} entries where {MOST_ENTRIES:,} "
            "are allowed; take out links, or group states"
        )
    family_clique, family_entry = [], []
    for i, node in enumerate(graph.nodes):
        family = (*graph.parents[node], node)
        homes = [c for c in range(len(cliques)) if members[c].issuperset(family)]
        home = min(homes, key=sizes.__getitem__)
        family_clique.append(home)
        family_entry.append(graph.offset[i] + _entries(graph, cliques[home], family))
    edge, child_entry, parent_entry, start = [], [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], 0
    for child, parent in _spanning_tree(members):
        separator = tuple(n for n in cliques[child] if n in members[parent])
        end = start + prod(graph.sizes(separator))
        edge.append((child, parent, start, end))
        child_entry.append(_entries(graph, cliques[child], separator))
        parent_entry.append(_entries(graph, cliques[parent], separator))
        start = end
    return JunctionTree(
        cliques=tuple(cliques),
        clique_start=np.cumsum([0, *sizes]),
        family_clique=np.array(family_clique),
        family_start=np.cumsum([0, *map(len, family_entry)]),
        family_entry=np.concatenate(family_entry),
        edge=np.array(edge, dtype=np.int64).reshape(-1, 4),
        child_entry=np.concatenate(child_entry),
        parent_entry=np.concatenate(parent_entry),
    )


def _triangulate(graph: Graph) -> list[set[str]]:
    """Return the maximal cliques left by eliminating the node of least fill-in, then least size.

    The fill-in of a node (pairs of neighbours that are not linked) and the size of its clique are
    kept up to date link by link, so that a node of thousands of neighbours costs no more than that.
    """
    near: dict[str, set[str]] = {n: set() for n in graph.nodes}
    states = {n: len(graph.states[n]) for n in graph.nodes}
    fill, size = dict.fromkeys(near, 0), dict(states)

    def link(a: str, b: str) -> None:
        if b in near[a]:
            return
        for both in near[a] & near[b]:
            fill[both] -= 1
        fill[a] += len(near[a] - near[b])
        fill[b] += len(near[b] - near[a])
        size[a], size[b] = size[a] * states[b], size[b] * states[a]
        near[a].add(b)
        near[b].add(a)

    for node in graph.nodes:
        for pair in combinations((*graph.parents[node], node), 2):
            link(*pair)
    cliques: list[set[str]] = []
    while near:
        node = min(near, key=lambda n: (fill[n], size[n], graph.position[n]))
        for pair in combinations(near[node], 2):
            link(*pair)
        around = near.pop(node)
        for other in around:
            near[other].discard(node)
            fill[other] -= len(near[other] - around)
            size[other] //= states[node]
        clique = {node, *around}
        if not any(clique <= earlier for earlier in cliques):
            cliques.append(clique)
    return cliques


def _spanning_tree(cliques: list[set[str]]) -> list[tuple[int, int]]:
    """Return (child, parent) for every clique but the first, leaves first (Prim).

    The widest separators are taken; among equals the clique joined last is the parent, so that many
    cliques around one node form a chain, along which messages are normalised, and nothing
    underflows.
    """
    best = dict.fromkeys(range(1, len(cliques)), (-1, 0))
    links, last = [], 0
    while best:
        for c, (width, _) in best.items():
            shared = len(cliques[c] & cliques[last])
            if shared >= width:
                best[c] = shared, last
        last = max(best, key=lambda c: (best[c][0], -c))
        links.append((last, best.pop(last)[1]))
    return links[::-1]


def _entries(graph: Graph, clique: tuple[str, ...], subset: tuple[str, ...]) -> Ints:
    """Return, for each entry of a clique's table, the entry of the table over some of its nodes."""
    sizes = graph.sizes(subset)
    step = dict(zip(subset, np.cumprod([1, *sizes[:0:-1]])[::-1], strict=True)) if subset else {}
    entry = np.zeros((1,), np.int64)
    for node in clique:
        own = step.get(node, 0) * np.arange(len(graph.states[node]))
        entry = (entry[:, None] + own).ravel()
    return entry
