"""The graph: order, offsets, relatives, and what is refused; the junction tree's structure."""

import pickle
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.network import Graph, build_junction_tree, junction_tree

TWO = ("no", "yes")


def random_graph(seed: int, nodes: int, most_parents: int = 3) -> Graph:
    """Return a random graph whose nodes are not declared in causal order."""
    rng = np.random.default_rng(seed)
    names = [f"n{i}" for i in rng.permutation(nodes)]
    parents = {
        name: tuple(rng.permutation(names[:i])[: rng.integers(0, most_parents + 1)].tolist())
        for i, name in enumerate(names)
    }
    states = {n: tuple(f"s{k}" for k in range(rng.integers(2, 5))) for n in sorted(names)}
    return Graph(states, parents)


def test_entries_of_the_flat_vector():
    graph = Graph(
        {"effect": ("low", "mid", "high"), "a": TWO, "b": ("x", "y", "z", "w")},
        {"effect": ("b", "a")},
    )
    assert graph.nodes == ("effect", "a", "b")
    assert graph.shape("effect") == (4, 2, 3)
    assert graph.offset.tolist() == [0, 24, 26, 30]
    assert graph.state_offset.tolist() == [0, 3, 5, 9]
    assert graph.block("a") == slice(24, 26)
    assert graph.span("b") == slice(5, 9)
    assert graph.state("b", "z") == 7
    np.testing.assert_array_equal(graph.own_state, [0, 1, 2] * 8 + [3, 4, 5, 6, 7, 8])


def test_causes_come_before_effects():
    graph = Graph(dict.fromkeys("dcba", TWO), {"d": ("b", "c"), "b": ("a",), "c": ("a",)})
    order = graph.order
    assert all(order.index(p) < order.index(n) for n in graph.nodes for p in graph.parents[n])
    assert graph.ancestors(["b"]) == {"a", "b"}
    assert graph.descendants("a") == {"b", "c", "d"}
    assert graph.descendants("d") == set()


@given(st.integers(0, 2**32 - 1))
def test_descendants_are_those_one_is_an_ancestor_of(seed):
    graph = random_graph(seed, nodes=10)
    for node in graph.nodes:
        below = {n for n in graph.nodes if n != node and node in graph.ancestors([n])}
        assert graph.descendants(node) == below


def test_a_cycle_is_printed_from_cause_to_effect():
    with pytest.raises(ValueError, match="cycle") as error:
        Graph(dict.fromkeys("abcd", TWO), {"a": ("c",), "b": ("a",), "c": ("b",), "d": ("a",)})
    cycle = str(error.value).split(": ")[1].split(";")[0].split(" -> ")
    assert cycle[0] == cycle[-1]
    assert all(link in {"ab", "bc", "ca"} for link in map("".join, pairwise(cycle)))


@pytest.mark.parametrize(
    ("states", "parents", "message"),
    [
        ({}, {}, "the graph has no node"),
        ({"a": ()}, {}, r"node 'a' has states \(\)"),
        ({"a": ("x", "x")}, {}, "node 'a' has states"),
        ({"a": TWO}, {"a": ("a",)}, "cycle: a -> a"),
        ({"a": TWO, "b": TWO}, {"a": ("b", "b")}, r"parents \('b', 'b'\); name each once"),
        ({"smoke": TWO, "b": TWO}, {"b": ("smok",)}, "did you mean 'smoke'"),
        ({"smoke": TWO, "b": TWO}, {"smok": ("b",)}, "parents are given for 'smok'.*'smoke'"),
    ],
)
def test_what_is_refused(states, parents, message):
    with pytest.raises(ValueError, match=message):
        Graph(states, parents)


def test_unknown_names_are_answered_with_the_nearest():
    graph = Graph({"smoke": TWO, "lung": ("none", "some")}, {})
    with pytest.raises(ValueError, match="no node 'smoek'; there are smoke and lung; did you mean"):
        graph.state("smoek", "yes")
    with pytest.raises(ValueError, match="'lung' has no state 'yes'; there are none and some"):
        graph.state("lung", "yes")
    many = Graph({f"n{i}": TWO for i in range(100)}, {})
    with pytest.raises(ValueError, match="n11 and 88 more"):
        many.state("x", "yes")


def test_a_graph_survives_pickling():
    graph = random_graph(3, nodes=6)
    again = pickle.loads(pickle.dumps(graph))
    assert again.parents == graph.parents
    np.testing.assert_array_equal(again.offset, graph.offset)


@given(st.integers(0, 2**32 - 1), st.integers(1, 15))
def test_a_junction_tree_holds_every_family_and_its_cliques_of_one_node_hang_together(seed, nodes):
    graph = random_graph(seed, nodes)
    tree = build_junction_tree(graph)
    cliques = [set(c) for c in tree.cliques]
    for i, node in enumerate(graph.nodes):
        assert {node, *graph.parents[node]} <= cliques[tree.family_clique[i]]
        home = [c for c in range(len(cliques)) if node in cliques[c]]
        inside = [1 for child, parent, *_ in tree.edge if {child, parent} <= set(home)]
        assert len(inside) == len(home) - 1  # a forest of one tree
    assert len(tree.edge) == len(cliques) - 1
    done = set()
    for child, parent, start, end in tree.edge:
        assert parent not in done  # children before parents
        assert end - start == np.prod(graph.sizes(cliques[child] & cliques[parent]), dtype=int)
        done.add(child)
    assert 0 not in done
    assert not any(a < b for a in cliques for b in cliques)


@pytest.mark.parametrize(
    ("links", "treewidth"),
    [
        ([], 0),
        (["ab", "bc", "cd"], 1),
        (["ab", "ac", "ad"], 1),
        (["ad", "bd", "cd"], 3),  # parents of one node are married
        (["ab", "bc", "ad", "dc"], 2),
        (["ab", "bc", "cd", "de", "ef", "af"], 2),  # a ring needs one chord after another
    ],
)
def test_treewidth(links, treewidth):
    parents = {n: tuple(a for a, b in links if b == n) for n in "abcdef"}
    assert build_junction_tree(Graph(dict.fromkeys("abcdef", TWO), parents)).treewidth == treewidth


def test_a_grid_is_no_wider_than_its_side():
    side = 6
    parents = {
        f"{i},{j}": tuple(f"{a},{b}" for a, b in [(i - 1, j), (i, j - 1)] if a >= 0 and b >= 0)
        for i in range(side)
        for j in range(side)
    }
    assert build_junction_tree(Graph(dict.fromkeys(parents, TWO), parents)).treewidth <= side + 1


def test_too_dense_a_graph_is_refused_before_memory_is_taken():
    causes = [f"c{i}" for i in range(40)]
    graph = Graph(dict.fromkeys([*causes, "effect"], TWO), {"effect": tuple(causes)})
    with pytest.raises(ValueError, match=r"too dense.*41 nodes"):
        build_junction_tree(graph)
    assert junction_tree.MOST_ENTRIES < 2**41


@given(st.integers(0, 2**32 - 1))
def test_the_tree_does_not_depend_on_how_names_hash(seed):
    graph = random_graph(seed, nodes=12)
    states = {f"other {n}": s for n, s in graph.states.items()}
    parents = {f"other {n}": tuple(f"other {p}" for p in graph.parents[n]) for n in graph.nodes}
    one, two = build_junction_tree(graph), build_junction_tree(Graph(states, parents))
    np.testing.assert_array_equal(one.edge, two.edge)
    np.testing.assert_array_equal(one.family_entry, two.family_entry)
