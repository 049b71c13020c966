"""Exact inference against enumeration, against pyAgrum, and against what others have printed."""

import json
import re
import subprocess
import sys
import tracemalloc
import warnings
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from estimative.network import (
    Graph,
    Network,
    build_junction_tree,
    compiled_propagation,
    flat_tables,
    plain_propagation,
    propagation,
    read_network,
    states_from_families,
)
from estimative.network.propagation import kernel

with warnings.catch_warnings():  # SWIG's, as an error at this place, ends the interpreter
    warnings.simplefilter("ignore", DeprecationWarning)
    import pyagrum as gum

NETWORKS = Path(__file__).parents[1] / "data" / "networks"
NAMES = ("asia", "cancer", "sachs", "alarm")
SEEDS = st.integers(0, 2**32 - 1)
YES = ("yes", "no")


# Networks and questions to try


def random_network(rng, nodes, most_parents=3, zeros=0.1):
    """Return a random network with some zeros, whose nodes are not declared in causal order."""
    names = [f"n{i}" for i in rng.permutation(nodes)]
    parents = {
        name: tuple(rng.permutation(names[:i])[: rng.integers(0, most_parents + 1)].tolist())
        for i, name in enumerate(names)
    }
    states = {n: tuple(f"s{k}" for k in range(rng.integers(2, 5))) for n in sorted(names)}
    graph = Graph(states, parents)
    return Network(graph, random_tables(rng, graph, (), zeros))


def random_tables(rng, graph, batch, zeros=0.0):
    cpt = {}
    for node in graph.nodes:
        table = rng.gamma(0.7, size=(*batch, *graph.shape(node))) + 1e-3
        table *= rng.random(table.shape) >= zeros
        table[table.sum(axis=-1) == 0] = 1.0
        cpt[node] = table / table.sum(axis=-1, keepdims=True)
    return cpt


def mutilated(network, do):
    """Return the network in which the nodes that are set have no parents."""
    graph, cpt = network.graph, dict(network.cpt)
    for node, state in do.items():
        cpt[node] = np.array([float(state == own) for own in graph.states[node]])
    parents = {n: () if n in do else graph.parents[n] for n in graph.nodes}
    return Network(Graph(graph.states, parents), cpt)


def sample(rng, network):
    """Return a possible state of all nodes."""
    graph, drawn = network.graph, {}
    for node in graph.order:
        row = network.cpt[node][tuple(drawn[p] for p in graph.parents[node])]
        drawn[node] = rng.choice(len(row), p=row)
    return {node: graph.states[node][k] for node, k in drawn.items()}


def question(rng, network, kinds):
    """Return possible evidence, likelihoods and interventions of the given kinds."""
    graph, asked = network.graph, {}
    nodes = rng.permutation(graph.nodes).tolist()
    if "do" in kinds:
        asked["do"] = {n: str(rng.choice(graph.states[n])) for n in nodes[: rng.integers(1, 3)]}
    possible = sample(rng, mutilated(network, asked.get("do", {})))
    nodes = rng.permutation(graph.nodes).tolist()  # what is seen may be what is set, too
    if "evidence" in kinds:
        asked["evidence"] = {
            n: possible[n]
            if rng.random() < 0.6
            else [possible[n], str(rng.choice(graph.states[n]))]
            for n in nodes[: rng.integers(1, 4)]
        }
    if "likelihood" in kinds:
        asked["likelihood"] = {}
        for node in nodes[-rng.integers(1, 4) :]:
            values = rng.random(len(graph.states[node])) * (rng.random() < 0.8)
            values[graph.states[node].index(possible[node])] = rng.random() + 0.1
            asked["likelihood"][node] = values
    return asked


KINDS = st.sets(st.sampled_from(["do", "evidence", "likelihood"]))


# Two independent ways to the answer


def weights_of_states(graph, evidence, likelihood):
    """Return for each node the weight that what was seen gives to each of its states."""
    weights = {n: np.ones(len(s)) for n, s in graph.states.items()}
    for node, states in (evidence or {}).items():
        allowed = [states] if isinstance(states, str) else states
        weights[node] *= np.array([float(s in allowed) for s in graph.states[node]])
    for node, values in (likelihood or {}).items():
        weights[node] *= values
    return weights


def enumerated(network, evidence=None, likelihood=None, do=None):
    """Return the weight of every joint state: one axis a node."""
    network = mutilated(network, do or {})
    graph = network.graph
    factors = []
    for i, node in enumerate(graph.nodes):
        factors += [network.cpt[node], [graph.position[n] for n in (*graph.parents[node], node)]]
        factors += [weights_of_states(graph, evidence, likelihood)[node], [i]]
    return np.einsum(*factors, list(range(len(graph.nodes))), optimize=True)


def marginals_of(joint, graph):
    return {
        node: joint.sum(axis=tuple(k for k in range(joint.ndim) if k != i)) / joint.sum()
        for i, node in enumerate(graph.nodes)
    }


def by_pyagrum(network, evidence=None, likelihood=None, do=None):
    """Return pyAgrum's marginals; it drops evidence beside its own do, so the graph is cut here."""
    network = mutilated(network, do or {})
    graph, net = network.graph, gum.BayesNet()
    for node, states in graph.states.items():
        net.add(gum.LabelizedVariable(node, node, list(states)))
    for node in graph.nodes:
        for parent in graph.parents[node]:
            net.addArc(parent, node)
    for node in graph.nodes:
        table = gum.Tensor()
        for name in (node, *reversed(graph.parents[node])):  # the first varies fastest
            table.add(net.variable(name))
        table.fillWith(network.cpt[node].ravel().tolist())
        net.cpt(node).fillWith(table)
    engine = gum.LazyPropagation(net)
    for node, weight in weights_of_states(graph, evidence, likelihood).items():
        if np.count_nonzero(weight) == 1:  # as a likelihood it would come back unnormalised
            engine.addEvidence(node, int(weight.argmax()))
        elif not (weight == 1.0).all():
            engine.addEvidence(node, weight.tolist())
    engine.makeInference()
    return {node: engine.posterior(node).tolist() for node in graph.nodes}


def assert_same(found, wanted, tolerance=1e-9):
    assert list(found) == list(wanted)
    for node, values in wanted.items():
        np.testing.assert_allclose(found[node], values, rtol=0, atol=tolerance, err_msg=node)


# Networks of the literature


@pytest.mark.parametrize("name", NAMES)
def test_published_networks_agree_with_pyagrum_and_with_the_marginals_shipped(name):
    network = read_network(NETWORKS / f"{name}.bif")
    found = network.marginals()
    assert_same(found, by_pyagrum(network))
    other = gum.loadBN(str(NETWORKS / f"{name}.bif"))
    engine = gum.LazyPropagation(other)
    engine.makeInference()
    wanted = {node: engine.posterior(node).tolist() for node in found}
    assert_same(found, wanted, tolerance=1e-7)  # rows of the file are 1 only to 1e-8
    shipped = json.loads((NETWORKS / f"{name}.marginals.json").read_text())
    assert {n: list(s) for n, s in network.graph.states.items()} == {
        n: shipped[n]["states"] for n in network.graph.nodes
    }
    assert_same(found, {n: shipped[n]["p"] for n in found}, tolerance=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_published_networks_under_everything_at_once(name):
    network, rng = read_network(NETWORKS / f"{name}.bif"), np.random.default_rng(5)
    for _ in range(5):
        asked = question(rng, network, {"do", "evidence", "likelihood"})
        assert_same(network.marginals(**asked), by_pyagrum(network, **asked))


def textbook_cases():
    for case in json.loads((NETWORKS / "textbook_cases.json").read_text()):
        states, parents, cpt = {}, {}, {}
        for node, given_ in case["nodes"].items():
            states[node], parents[node] = YES, tuple(given_.get("parents", ()))
            p = given_["p_yes"]
            table = np.empty([2] * (len(parents[node]) + 1))
            for place in np.ndindex(table.shape[:-1]):
                row = p[",".join(YES[k] for k in place)] if place else p
                table[place] = row, 1 - row
            cpt[node] = table
        network = Network(Graph(states, parents), cpt)
        for published in case["published"]:
            yield pytest.param(network, published, id=f"{case['id']}: {published['query']}")


@pytest.mark.parametrize(("network", "published"), list(textbook_cases()))
def test_textbook_cases(network, published):
    event, condition = re.fullmatch(r"P\((.*?)\|(.*)\)", published["query"]).groups()
    do = dict(re.findall(r"do\((\w+)=(\w+)\)", condition))
    evidence = dict(re.findall(r"(\w+)=(\w+)", re.sub(r"do\(.*?\)", "", condition)))
    node, state = event.split("=")
    found = network.probability({node: state}, given=evidence, do=do)
    digits = len(str(published["value"]).split(".")[1])
    assert round(float(found), digits) == published["value"]
    joint = enumerated(network, evidence=evidence, do=do)
    exact = marginals_of(joint, network.graph)[node][YES.index(state)]
    assert found == pytest.approx(exact, abs=1e-12)


# Random networks


@given(SEEDS, KINDS)
def test_random_networks_agree_with_enumeration(seed, kinds):
    rng = np.random.default_rng(seed)
    network = random_network(rng, nodes=rng.integers(2, 8))
    asked = question(rng, network, kinds)
    joint = enumerated(network, **asked)
    assert_same(network.marginals(**asked), marginals_of(joint, network.graph), 1e-12)


@given(SEEDS, KINDS)
def test_random_networks_agree_with_pyagrum(seed, kinds):
    rng = np.random.default_rng(seed)
    network = random_network(rng, nodes=rng.integers(5, 13))
    asked = question(rng, network, kinds)
    assert_same(network.marginals(**asked), by_pyagrum(network, **asked))


@given(SEEDS, KINDS)
def test_an_event_given_an_event(seed, kinds):
    rng = np.random.default_rng(seed)
    network = random_network(rng, nodes=rng.integers(2, 8))
    asked = question(rng, network, kinds)
    event = {
        n: rng.permutation(s)[: rng.integers(1, len(s) + 1)].tolist()
        for n, s in network.graph.states.items()
        if rng.random() < 0.5
    }
    joint = enumerated(network, **asked)
    inside = weights_of_states(network.graph, event, {})
    axes = range(joint.ndim)
    factors = [item for k, weight in enumerate(inside.values()) for item in (weight, [k])]
    wanted = np.einsum(joint, list(axes), *factors, []) / joint.sum()
    given_ = asked.pop("evidence", {})
    found = network.probability(event, given=given_, **asked)
    assert found == pytest.approx(wanted, abs=1e-12)
    assert found.shape == ()


def test_events_that_are_certain_or_impossible():
    network = read_network(NETWORKS / "asia.bif")
    assert network.probability({}) == 1.0
    assert network.probability({"tub": ["yes", "no"]}) == 1.0
    assert network.probability({"tub": []}) == 0.0
    assert network.probability({"either": "no"}, given={"tub": "yes"}) == 0.0
    assert network.probability({"either": "yes"}, given={"tub": "yes"}) == 1.0


@pytest.mark.parametrize("order", [("evidence", "likelihood"), ("likelihood", "evidence")])
def test_a_likelihood_of_one_state_is_evidence(order):
    network = read_network(NETWORKS / "asia.bif")
    by = {"evidence": {"xray": "yes"}, "likelihood": {"xray": [0.3, 0.0]}}
    assert_same(
        network.marginals(**{order[0]: by[order[0]]}),
        network.marginals(evidence=by["evidence"]),
        1e-15,
    )


def test_the_factor_of_a_likelihood_does_not_matter():
    network = read_network(NETWORKS / "asia.bif")
    wanted = network.marginals(likelihood={"xray": [3.0, 1.0], "dysp": [1.0, 2.0]})
    for factor in (1e-200, 1e200):
        asked = {"xray": [3.0 * factor, factor], "dysp": [factor, 2.0 * factor]}
        assert_same(network.marginals(likelihood=asked), wanted, 1e-15)


def test_do_is_not_seeing():
    network = read_network(NETWORKS / "cancer.bif")
    causes = {"Pollution", "Smoker"}
    done, seen, plain = (
        network.marginals(**asked)
        for asked in ({"do": {"Cancer": "True"}}, {"evidence": {"Cancer": "True"}}, {})
    )
    for node in causes:
        np.testing.assert_allclose(done[node], plain[node], atol=1e-15)
        assert not np.allclose(seen[node], plain[node])


# The log weight and its derivative


@given(SEEDS)
@settings(max_examples=20)
def test_the_share_is_the_derivative_of_the_log_weight(seed):
    rng = np.random.default_rng(seed)
    network = random_network(rng, nodes=rng.integers(2, 7), zeros=0.0)
    graph = network.graph
    _, tables = flat_tables(graph, network.cpt)
    tables = tables * rng.uniform(0.1, 2.0, tables.shape)
    tree, step = build_junction_tree(graph), 1e-4
    _, share = tree.run(tables)
    count = tables.shape[1]
    moved = np.repeat(tables, 2 * count, axis=0)
    moved[np.arange(count), np.arange(count)] *= np.exp(step)
    moved[count + np.arange(count), np.arange(count)] *= np.exp(-step)
    weight, none = tree.run(moved, beliefs=False)
    assert none.size == 0
    slope = (weight[:count] - weight[count:]) / (2 * step)
    np.testing.assert_allclose(share[0], slope, atol=1e-8)


@given(SEEDS, st.sets(st.sampled_from(["evidence", "likelihood"])))
def test_the_log_weight_is_that_of_the_enumerated_sum(seed, kinds):
    rng = np.random.default_rng(seed)
    network = random_network(rng, nodes=rng.integers(2, 8))
    graph, asked = network.graph, question(rng, network, kinds)
    weights = np.concatenate(
        list(weights_of_states(graph, asked.get("evidence"), asked.get("likelihood")).values())
    )
    _, tables = flat_tables(graph, network.cpt)
    log_weight, share = build_junction_tree(graph).run(tables * weights[graph.own_state])
    assert log_weight[0] == pytest.approx(np.log(enumerated(network, **asked).sum()), abs=1e-12)
    for node in graph.nodes:
        assert share[0, graph.block(node)].sum() == pytest.approx(1.0, abs=1e-12)


def test_a_weight_of_zero_has_no_share_and_harms_no_neighbour():
    network = read_network(NETWORKS / "asia.bif")
    _, tables = flat_tables(network.graph, network.cpt)
    tables = np.repeat(tables, 3, axis=0)
    tables[1, network.graph.block("bronc")] = 0.0
    log_weight, share = network.tree.run(tables)
    assert np.isneginf(log_weight[1])
    assert not share[1].any()
    np.testing.assert_allclose(log_weight[[0, 2]], 0.0, atol=1e-12)
    assert_same(by_node(network.graph, share[2]), network.marginals(), 0.0)


def by_node(graph, share):
    states = states_from_families(graph, share[None])[0]
    return {node: states[graph.span(node)] for node in graph.nodes}


# Many tables at once


@pytest.mark.parametrize("batch", [1, 7, 8, 9, 17, 31, 32, 33, 263])
def test_a_batch_is_answered_as_one_by_one(batch):
    rng = np.random.default_rng(batch)
    network = random_network(rng, nodes=9)
    tables = random_tables(rng, network.graph, (batch,))
    asked = question(rng, network, {"do", "evidence", "likelihood"})
    together = network.marginals(cpt=tables, **asked)
    evidence = asked.pop("evidence")
    event = {node: network.graph.states[node][0] for node in network.graph.nodes[:2]}
    joint = network.probability(event, given=evidence, cpt=tables, **asked)
    assert joint.shape == (batch,)
    for draw in range(batch):
        alone = {node: table[draw] for node, table in tables.items()}
        one = network.marginals(cpt=alone, evidence=evidence, **asked)
        for node, values in one.items():
            np.testing.assert_array_equal(together[node][draw], values)
        assert network.probability(event, given=evidence, cpt=alone, **asked) == joint[draw]


def test_batch_shapes_broadcast():
    rng = np.random.default_rng(2)
    network = random_network(rng, nodes=5)
    first, second = network.graph.nodes[:2]
    many = random_tables(rng, network.graph, (3, 1))[first]
    more = random_tables(rng, network.graph, (4,))[second]
    found = network.marginals(cpt={first: many, second: more})
    assert {values.shape[:-1] for values in found.values()} == {(3, 4)}
    one = network.marginals(cpt={first: many[2, 0], second: more[1]})
    assert_same({node: values[2, 1] for node, values in found.items()}, one, 0.0)


def test_no_draws_give_no_answers():
    network = read_network(NETWORKS / "asia.bif")
    none = np.empty((0, *network.graph.shape("xray")))
    assert network.marginals(cpt={"xray": none})["dysp"].shape == (0, 2)
    assert network.probability({"tub": "yes"}, cpt={"xray": none}).shape == (0,)


# Two kernels

KERNELS = plain_propagation, compiled_propagation


def run_by(module, network, tables, *, beliefs=True):
    """Return what a kernel says each message weighs, the shares, and their sums."""
    graph, tree = network.graph, network.tree
    arrays = [getattr(tree, f.name) for f in fields(tree)][1:]
    weight = np.full((len(tree.cliques), len(tables)), np.nan)
    share = np.full(tables.shape if beliefs else (0, 0), np.nan)
    module.propagate(tables, *arrays, weight, share)
    states = np.zeros((len(share), int(graph.state_offset[-1])))
    if beliefs:
        module.add_up_states(share, graph.own_state, states)
    return weight, share, states


def assert_the_same_bits(network, tables):
    plain, compiled = (run_by(one, network, tables) for one in KERNELS)
    for found, wanted in zip(plain, compiled, strict=True):
        np.testing.assert_array_equal(found, wanted)
    for one in KERNELS:
        weight, *nothing = run_by(one, network, tables, beliefs=False)
        np.testing.assert_array_equal(weight, plain[0])
        assert all(array.size == 0 for array in nothing)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("batch", [1, 2, compiled_propagation.LANES + 1])
def test_both_kernels_give_the_same_bits_for_published_networks(name, batch):
    network = read_network(NETWORKS / f"{name}.bif")
    tables = random_tables(np.random.default_rng(batch), network.graph, (batch,))
    assert_the_same_bits(network, flat_tables(network.graph, tables)[1])


@given(SEEDS, st.sets(st.sampled_from(["evidence", "likelihood"])), st.booleans())
def test_both_kernels_give_the_same_bits_for_random_networks(seed, kinds, impossible):
    rng = np.random.default_rng(seed)
    network = random_network(rng, nodes=rng.integers(1, 9))
    graph, asked = network.graph, question(rng, network, kinds)
    seen = weights_of_states(graph, asked.get("evidence"), asked.get("likelihood"))
    _, tables = flat_tables(graph, random_tables(rng, graph, (rng.integers(1, 40),), zeros=0.1))
    tables *= np.concatenate(list(seen.values()))[graph.own_state]
    if impossible:
        tables[0, graph.block(graph.nodes[-1])] = 0.0
    assert_the_same_bits(network, tables)


def test_draws_beyond_those_worked_on_side_by_side():
    rng, draws = np.random.default_rng(3), plain_propagation.LANES + 1
    network = random_network(rng, nodes=6)
    _, tables = flat_tables(network.graph, random_tables(rng, network.graph, (draws,)))
    assert_the_same_bits(network, tables)


def test_compiled_code_is_loaded_once_there_is_work_for_it(monkeypatch):
    monkeypatch.setattr(propagation, "_done", [0])
    assert kernel(1, 40) is kernel(4_000, 70) is plain_propagation
    assert kernel(4_000, 20_000) is kernel(1, 40) is compiled_propagation


def test_a_bare_network_asked_for_many_draws_uses_compiled_code(monkeypatch):
    monkeypatch.setattr(propagation, "_done", [0])
    network = random_network(np.random.default_rng(4), nodes=4)
    tables = random_tables(np.random.default_rng(5), network.graph, (1_000,))
    network.marginals()
    assert kernel(1, 40) is plain_propagation
    network.marginals(cpt=tables)
    assert kernel(1, 40) is compiled_propagation


@pytest.mark.slow
def test_a_small_network_is_answered_without_numba():
    code = f"""
import sys
import estimative.workflow
from estimative import read_network
read_network({str(NETWORKS / "asia.bif")!r}).marginals(evidence={{"xray": "yes"}})
sys.exit("numba" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


# Nothing stale


def test_a_changed_table_changes_the_answers_and_leaves_the_network_alone():
    network = read_network(NETWORKS / "asia.bif")
    before = network.marginals(evidence={"dysp": "yes"})
    changed = {"smoke": np.array([0.9, 0.1])}
    found = network.marginals(evidence={"dysp": "yes"}, cpt=changed)
    fresh = Network(network.graph, {**network.cpt, **changed})
    assert_same(found, fresh.marginals(evidence={"dysp": "yes"}), 0.0)
    assert abs(found["lung"] - before["lung"]).max() > 0.01
    changed["smoke"][:] = 0.5
    again = network.marginals(evidence={"dysp": "yes"}, cpt=changed)
    assert_same(again, before, 1e-15)
    network.marginals(do={"smoke": "no"}, likelihood={"xray": [0.0, 1.0]})
    assert_same(network.marginals(evidence={"dysp": "yes"}), before, 0.0)


def test_a_network_keeps_its_numbers():
    table = np.array([0.2, 0.8])
    network = Network(Graph({"a": YES}, {}), {"a": table})
    table[:] = 0.5
    np.testing.assert_array_equal(network.marginals()["a"], [0.2, 0.8])
    with pytest.raises(ValueError, match="read-only"):
        network.cpt["a"][0] = 0.5
    with pytest.raises(AttributeError):
        network.cpt = {}
    answer = network.marginals()["a"]
    answer[:] = 0.0
    np.testing.assert_array_equal(network.marginals()["a"], [0.2, 0.8])


# Shapes of networks


def test_forty_nodes_of_treewidth_six():
    rng = np.random.default_rng(40)
    nodes = [f"n{i:02}" for i in range(40)]
    parents = {n: tuple(nodes[max(0, i - 6) : i]) for i, n in enumerate(nodes)}
    graph = Graph(dict.fromkeys(nodes, YES), parents)
    network = Network(graph, random_tables(rng, graph, ()))
    assert network.tree.treewidth == 6
    network.marginals()  # loads the kernel, which is not measured
    tracemalloc.start()
    build_junction_tree(graph)
    asked = question(rng, network, {"do", "evidence", "likelihood"})
    found = network.marginals(**asked)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8e6  # a table of all states would take 8 TB
    assert_same(found, by_pyagrum(network, **asked))


def test_a_chain_of_five_hundred():
    nodes = [f"n{i}" for i in range(500)]
    step = np.array([[0.9, 0.1], [0.2, 0.8]])
    graph = Graph(dict.fromkeys(nodes, YES), {b: (a,) for a, b in pairwise(nodes)})
    network = Network(graph, {n: [0.3, 0.7] if n == "n0" else step for n in nodes})
    found = network.marginals()["n499"]
    np.testing.assert_allclose(found, [0.3, 0.7] @ np.linalg.matrix_power(step, 499), atol=1e-12)
    back = network.marginals(evidence={"n499": "yes"})["n490"]
    ahead = network.marginals()["n490"] * np.linalg.matrix_power(step, 9)[:, 0]
    np.testing.assert_allclose(back, ahead / ahead.sum(), atol=1e-12)


def test_a_thousand_contradicting_signs_of_one_cause_do_not_underflow():
    signs = [f"sign{i}" for i in range(1200)]
    graph = Graph(dict.fromkeys(["cause", *signs], YES), dict.fromkeys(signs, ("cause",)))
    table = [[0.6, 0.4], [0.4, 0.6]]
    network = Network(graph, {"cause": [0.3, 0.7], **dict.fromkeys(signs, table)})
    seen = {sign: YES[i % 2] for i, sign in enumerate(signs)}
    np.testing.assert_allclose(network.marginals(evidence=seen)["cause"], [0.3, 0.7], atol=1e-12)
    seen[signs[0]] = "no"  # two signs tip: odds 3/7 times (2/3)^2
    odds = 3 / 7 * (2 / 3) ** 2
    assert network.probability({"cause": "yes"}, given=seen) == pytest.approx(odds / (1 + odds))


def test_parts_that_do_not_hang_together():
    rng = np.random.default_rng(7)
    left, right = random_network(rng, nodes=4), random_network(rng, nodes=5)
    states, parents, cpt = {}, {}, {}
    for side, network in (("l", left), ("r", right)):
        for node in network.graph.nodes:
            states[side + node] = network.graph.states[node]
            parents[side + node] = tuple(side + p for p in network.graph.parents[node])
            cpt[side + node] = network.cpt[node]
    both = Network(Graph(states, parents), cpt)
    seen = sample(rng, both)
    evidence = {"ln0": seen["ln0"], "rn1": seen["rn1"]}
    found = both.marginals(evidence=evidence)
    alone = left.marginals(evidence={"n0": seen["ln0"]})
    assert_same({n: found[f"l{n}"] for n in left.graph.nodes}, alone, 1e-14)
    assert_same(found, by_pyagrum(both, evidence=evidence))


def test_a_single_node():
    network = Network(Graph({"a": ("x", "y", "z")}, {}), {"a": [0.2, 0.3, 0.5]})
    np.testing.assert_array_equal(network.marginals()["a"], [0.2, 0.3, 0.5])
    np.testing.assert_allclose(
        network.marginals(evidence={"a": ["x", "z"]})["a"], [2 / 7, 0, 5 / 7]
    )
    assert network.probability({"a": "x"}, likelihood={"a": [1, 2, 0]}) == pytest.approx(1 / 4)
    assert network.probability({"a": "x"}, do={"a": "x"}) == 1.0


def test_nodes_of_one_state():
    graph = Graph({"sure": ("so",), "a": YES, "also": ("so",)}, {"a": ("sure",), "also": ("a",)})
    network = Network(graph, {"sure": [1.0], "a": [[0.3, 0.7]], "also": [[1.0], [1.0]]})
    found = network.marginals(evidence={"also": "so"}, do={"sure": "so"})
    assert_same(found, {"sure": [1.0], "a": [0.3, 0.7], "also": [1.0]}, 1e-15)


# What is refused


def asia():
    return read_network(NETWORKS / "asia.bif")


def test_impossible_evidence_is_said_to_be_impossible():
    network = asia()
    with pytest.raises(ValueError, match="tub = yes, either = no has probability zero; no answer"):
        network.marginals(evidence={"tub": "yes", "either": "no"})
    with pytest.raises(ValueError, match="either = no under do tub = yes has probability zero"):
        network.probability({"smoke": "yes"}, given={"either": "no"}, do={"tub": "yes"})
    with pytest.raises(ValueError, match="tub = no under do tub = yes has probability zero"):
        network.marginals(evidence={"tub": "no"}, do={"tub": "yes"})
    with pytest.raises(ValueError, match="tub = no state has probability zero"):
        network.marginals(evidence={"tub": []})
    with pytest.raises(
        ValueError, match="the likelihood on either under do tub = yes has probability"
    ):
        network.marginals(do={"tub": "yes"}, likelihood={"either": [0, 1]})
    tables = np.array([[[1.0, 0.0]] * 2, [[0.5, 0.5]] * 2])
    with pytest.raises(ValueError, match="xray = no has probability zero in 1 of 2 draws"):
        network.marginals(evidence={"xray": "no"}, cpt={"xray": tables})


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"evidence": {"smok": "yes"}}, "no node 'smok'.*did you mean 'smoke'"),
        ({"evidence": {"smoke": "Yes"}}, "'smoke' has no state 'Yes'.*did you mean 'yes'"),
        ({"evidence": {"smoke": ["yes", "maybe"]}}, "no state 'maybe'; there are yes and no"),
        ({"do": {"smoke": "maybe"}}, "no state 'maybe'"),
        ({"do": {"smog": "yes"}}, "no node 'smog'"),
        ({"likelihood": {"smog": [1, 1]}}, "no node 'smog'"),
        ({"likelihood": {"smoke": [1, 1, 1]}}, "'smoke' must be 2 finite numbers"),
        ({"likelihood": {"smoke": [1, -1]}}, "none negative"),
        ({"likelihood": {"smoke": [1, np.inf]}}, "finite"),
        ({"likelihood": {"smoke": [1, np.nan]}}, "finite"),
        ({"likelihood": {"smoke": [0, 0]}}, "zero in every state"),
        ({"cpt": {"smog": [0.5, 0.5]}}, "no node 'smog'"),
        ({"cpt": {"smoke": [0.5, 0.6]}}, "table of 'smoke' must hold probabilities"),
        ({"cpt": {"smoke": [-0.5, 1.5]}}, "none negative"),
        ({"cpt": {"smoke": [np.nan, 0.5]}}, "must hold probabilities"),
        ({"cpt": {"smoke": [np.inf, 0.5]}}, "must hold probabilities"),
        ({"cpt": {"smoke": [0.2, 0.3, 0.5]}}, r"has shape \(3,\); its last axes must be \(2,\)"),
        ({"cpt": {"smoke": 0.5}}, r"has shape \(\)"),
        ({"cpt": {"lung": [0.2, 0.8]}}, r"\(2, 2\): the states of smoke, lung"),
        ({"cpt": {"smoke": [[0.5, 0.5]] * 2, "asia": [[0.5, 0.5]] * 3}}, "do not broadcast"),
    ],
)
def test_wrong_questions(asked, message):
    with pytest.raises(ValueError, match=message):
        asia().marginals(**asked)


def test_wrong_tables_are_refused_when_the_network_is_made():
    network = asia()
    with pytest.raises(ValueError, match="no table for smoke; every node needs one"):
        Network(network.graph, {n: t for n, t in network.cpt.items() if n != "smoke"})
    with pytest.raises(ValueError, match="table of 'xray'"):
        Network(network.graph, {**network.cpt, "xray": np.full((2, 2), 0.4)})
    Network(network.graph, {**network.cpt, "smoke": [0.5, 0.5 + 1e-7]})
