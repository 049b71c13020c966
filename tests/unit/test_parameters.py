"""Conditional tables from base log-odds and influences: formula, symmetry, and what is named."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from estimative.network import Graph, Network, flat_tables
from estimative.network.parameters import (
    build_parameters,
    influence_row,
    tables_from_parameters,
)

TWO = ("no", "yes")
SEEDS = st.integers(0, 2**32 - 1)
DIAMOND = Graph(dict.fromkeys("abcd", TWO), {"b": ("a",), "c": ("a",), "d": ("c", "b", "a")})
MIXED = Graph(
    {"cause": ("x", "y", "z"), "other": TWO, "effect": ("low", "mid", "high", "top")},
    {"effect": ("other", "cause"), "other": ("cause",)},
)


def logit(p):
    return np.log(p) - np.log1p(-p)


def by_node(graph, tables):
    return {n: tables[:, graph.block(n)].reshape(-1, *graph.shape(n)) for n in graph.nodes}


def drawn(graph, rng, draws, base_sd=1.5):
    design = build_parameters(graph)
    base = base_sd * rng.standard_normal((draws, len(design.base_names)))
    influence = design.influence_sd * rng.standard_normal((draws, len(design.influence_names)))
    return design, base, influence


def scores(design, influence, graph, node):
    """Return the part of a node's scores that influences make."""
    flat = design.influence_design[graph.block(node)] @ influence
    return flat.reshape(graph.shape(node))


def test_two_states_are_the_logit_formula():
    design, base, influence = drawn(DIAMOND, np.random.default_rng(1), 20)
    assert design.base_names == ("a", "b", "c", "d")
    assert design.influence_names == ("a -> b", "a -> c", "c -> d", "b -> d", "a -> d")
    assert design.base_nodes.tolist() == [0, 1, 2, 3]
    cpt = by_node(DIAMOND, tables_from_parameters(design, base, influence))
    np.testing.assert_allclose(logit(cpt["a"][:, 1]), base[:, 0], atol=1e-12)
    for c, b, a in product((0, 1), repeat=3):
        wanted = base[:, 3] + influence[:, 2:] @ (np.array([c, b, a]) - 0.5)
        np.testing.assert_allclose(logit(cpt["d"][:, c, b, a, 1]), wanted, atol=1e-12)


def test_a_logit_worked_out_by_hand():
    graph = Graph({"aid": TWO, "war": TWO}, {"war": ("aid",)})
    found = tables_from_parameters(
        build_parameters(graph), np.array([[0.0, np.log(3)]]), np.array([[2 * np.log(3)]])
    )
    np.testing.assert_allclose(found, [[0.5, 0.5, 0.5, 0.5, 0.1, 0.9]], atol=1e-15)


@given(SEEDS, st.sampled_from([DIAMOND, MIXED]))
def test_tables_are_tables(seed, graph):
    design, base, influence = drawn(graph, np.random.default_rng(seed), 3, base_sd=20.0)
    tables = tables_from_parameters(design, base, influence)
    batch, flat = flat_tables(graph, by_node(graph, tables))  # refuses what is not a distribution
    assert batch == (3,)
    np.testing.assert_array_equal(flat, tables)


@given(SEEDS)
def test_nobody_spoke_so_it_stays_at_one_half_whatever_the_influences(seed):
    rng = np.random.default_rng(seed)
    design, base, influence = drawn(DIAMOND, rng, 4)
    tables = tables_from_parameters(design, 0 * base, 5 * influence)
    found = Network(DIAMOND, by_node(DIAMOND, tables)).marginals()
    for node in DIAMOND.nodes:
        np.testing.assert_allclose(found[node], 0.5, atol=1e-12)


def test_ten_parents_nobody_spoke_of_do_not_move_an_outcome_on_average():
    causes = tuple(f"cause{i}" for i in range(10))
    graph = Graph(dict.fromkeys(["outcome", *causes], TWO), {"outcome": causes})
    design, base, influence = drawn(graph, np.random.default_rng(8), 400)
    both = np.concatenate([influence, influence])  # each draw and its mirror image
    tables = tables_from_parameters(design, np.concatenate([base, -base]), both)
    found = Network(graph, by_node(graph, tables)).marginals()["outcome"][:, 1]
    np.testing.assert_allclose(found[:400] + found[400:], 1.0, atol=1e-12)


@pytest.mark.parametrize("node", MIXED.nodes)
def test_many_states_are_equally_likely_in_the_mean_of_the_prior(node):
    draws = 8_000
    design, base, influence = drawn(MIXED, np.random.default_rng(3), draws)
    tables = tables_from_parameters(design, base, influence)
    found = Network(MIXED, by_node(MIXED, tables)).marginals()[node]
    error = found.std(axis=0) / np.sqrt(draws)
    assert np.all(np.abs(found.mean(axis=0) - 1 / found.shape[1]) < 4 * error)


@given(SEEDS, st.sampled_from([DIAMOND, MIXED]))
def test_no_state_is_special_in_the_prior(seed, graph):
    """However the states of a node or of a parent are permuted, the scores' covariance stays."""
    design = build_parameters(graph)
    for node in graph.nodes:
        for axis in range(len(graph.shape(node))):
            columns = design.influence_design[graph.block(node)] * design.influence_sd
            cov = (columns @ columns.T).reshape(*graph.shape(node), *graph.shape(node))
            order = np.random.default_rng(seed).permutation(graph.shape(node)[axis])
            lead = len(graph.shape(node))
            swapped = cov.take(order, axis=axis).take(order, axis=lead + axis)
            np.testing.assert_allclose(swapped, cov, atol=1e-12)


@given(SEEDS)
def test_influences_sum_to_zero_over_the_states_on_both_axes(seed):
    design, _, influence = drawn(MIXED, np.random.default_rng(seed), 1)
    found = scores(design, influence[0], MIXED, "effect")
    np.testing.assert_allclose(found.sum(axis=-1), 0, atol=1e-12)
    np.testing.assert_allclose(found.sum(axis=(0, 1)), 0, atol=1e-12)
    of_cause = found.mean(axis=0)  # what is left when `other` is averaged out
    np.testing.assert_allclose(of_cause.sum(axis=0), 0, atol=1e-12)
    base = build_parameters(MIXED).base_design[MIXED.block("effect")].reshape(2, 3, 4, -1)
    np.testing.assert_allclose(base.sum(axis=2), 0, atol=1e-12)


def named_influences(graph):
    for node in graph.nodes:
        for parent in graph.parents[node]:
            for cause, effect in product(graph.states[parent], graph.states[node]):
                yield (parent, cause), (node, effect)


@pytest.mark.parametrize("graph", [DIAMOND, MIXED], ids=["two states", "more states"])
def test_every_named_influence_has_a_prior_sd_of_one(graph):
    design = build_parameters(graph)
    for cause, effect in named_influences(graph):
        row = influence_row(graph, design, cause, effect)
        assert np.sqrt(((row * design.influence_sd) ** 2).sum()) == pytest.approx(1, abs=1e-12)


@given(SEEDS, st.sampled_from([DIAMOND, MIXED]))
def test_a_named_influence_is_the_contrast_it_is_said_to_be(seed, graph):
    design, base, influence = drawn(graph, np.random.default_rng(seed), 1)
    tables = tables_from_parameters(design, base, influence)
    log_table = {n: np.log(table[0]) for n, table in by_node(graph, tables).items()}
    for (parent, cause), (node, effect) in named_influences(graph):
        axis = graph.parents[node].index(parent)
        table = np.moveaxis(log_table[node], axis, 0)  # cause, other parents, effect
        j, k = graph.states[parent].index(cause), graph.states[node].index(effect)
        against = table[..., k] - np.delete(table, k, axis=-1).mean(axis=-1)
        contrast = against[j] - np.delete(against, j, axis=0).mean(axis=0)
        row = influence_row(graph, design, (parent, cause), (node, effect))
        np.testing.assert_allclose(contrast, row @ influence[0], atol=1e-9)


def test_the_influence_on_the_opposite_is_the_opposite():
    design = build_parameters(DIAMOND)
    rows = {
        (j, k): influence_row(DIAMOND, design, ("b", j), ("d", k)) for j, k in product(TWO, TWO)
    }
    np.testing.assert_allclose(rows["yes", "yes"], [0, 0, 0, 1, 0], atol=1e-15)
    np.testing.assert_allclose(rows["no", "no"], rows["yes", "yes"], atol=1e-15)
    np.testing.assert_allclose(rows["no", "yes"], -rows["yes", "yes"], atol=1e-15)


def test_names_of_nodes_with_more_states():
    graph = Graph({"a": ("x", "y", "z"), "b": TWO}, {"b": ("a",)})
    design = build_parameters(graph)
    assert design.base_names == ("a:1", "a:2", "b")
    assert design.influence_names == ("a:1 -> b:1", "a:2 -> b:1")
    np.testing.assert_array_equal(design.rows, [[0, 1, 2], [3, 4, -1], [5, 6, -1], [7, 8, -1]])


def test_a_node_of_one_state_has_no_parameter():
    graph = Graph({"sure": ("so",), "a": TWO}, {"a": ("sure",)})
    design = build_parameters(graph)
    assert design.base_names == ("a",)
    assert design.influence_names == ()
    found = tables_from_parameters(design, np.array([[np.log(3)]]), np.zeros((1, 0)))
    np.testing.assert_allclose(found, [[1.0, 0.25, 0.75]], atol=1e-15)
    alone = build_parameters(Graph({"sure": ("so",)}, {}))
    np.testing.assert_array_equal(
        tables_from_parameters(alone, np.zeros((2, 0)), np.zeros((2, 0))), np.ones((2, 1))
    )
    with pytest.raises(ValueError, match="single state"):
        influence_row(graph, design, ("sure", "so"), ("a", "yes"))


def test_an_influence_belongs_to_a_link():
    design = build_parameters(DIAMOND)
    with pytest.raises(ValueError, match="no link 'd' -> 'a'"):
        influence_row(DIAMOND, design, ("d", "yes"), ("a", "yes"))
    with pytest.raises(ValueError, match="'a' has no state 'maybe'"):
        influence_row(DIAMOND, design, ("a", "maybe"), ("b", "yes"))


def test_large_scores_do_not_overflow():
    graph = Graph({"a": TWO}, {})
    found = tables_from_parameters(
        build_parameters(graph), np.array([[5000.0], [-5000.0]]), np.zeros((2, 0))
    )
    np.testing.assert_array_equal(found, [[0, 1], [1, 0]])
