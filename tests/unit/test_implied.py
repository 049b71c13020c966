"""What the network implies is held against a joint table, its gradient against differences."""

import datetime as dt
import itertools

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from builders import read, says
from pytensor.gradient import NullTypeGradError

from estimative.elicitation import as_known, encode
from estimative.implied import (
    add_news,
    after_silence,
    conditional_tables,
    implied_log_odds,
    log_weights,
    symbols,
)
from estimative.network.parameters import tables_from_parameters
from estimative.news import silent_tables, world

pytestmark = pytest.mark.slow

LATE = {"date": "2024-06-01"}
LATER = {"date": "2024-09-01"}
PATH = {"kind": "influence", "expert": "x", "path": "a -> d", "strength": "raises"}
LINK = {"kind": "influence", "expert": "y", "link": "b -> c", "strength": "lowers"}
COMPARISON = {"kind": "comparison", "expert": "z", "strength": "far"}
RECORD = {"kind": "base_rate", "happened": 2, "out_of": 7, "each": "1 year"}
NEWS = {
    "2024-03-01-hint": {
        "kind": "report",
        "published": "2024-03-01",
        "bears_on": [
            {"favours": {"b": "high"}, "ratio": [2, 4, 9]},
            {"favours": {"c": "no"}, "ratio": 3},
        ],
    },
    "2024-08-01-seen": {"kind": "observation", "published": "2024-08-01", "observed": {"e": "yes"}},
}
STATEMENTS = {
    "plain": says("x", "70%"),
    "silent": says("y", "70%", event={"d": "yes"}, **LATE),
    "state": says("x", "40%", event={"b": "middle"}, **LATE),
    "given": says("x", "40%", event={"c": "no"}, given={"b": "high", "d": "yes"}, **LATE),
    "backwards": says("z", "40%", given={"c": "yes"}, **LATER),
    "path": PATH,
    "path_late": PATH | LATER | {"expert": "y"},
    "path_states": PATH | {"path": "b -> d", "states": {"b": "high", "d": "no"}},
    "link": LINK | {"states": {"b": "low", "c": "yes"}},
    "order": COMPARISON | LATE | {"likelier": {"a": "yes"}, "than": {"b": "high"}},
    "record": RECORD | {"event": {"c": "yes"}},
    "quiet_record": RECORD | {"event": {"d": "no"}, "happened": 5},
}


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    return read(
        tmp_path_factory.mktemp("implied"),
        outcomes={
            "a": {},
            "b": {"states": ["low", "middle", "high"], "quiet": "low"},
            "c": {"timing": "late", "lag": "20 days"},
            "d": {},
            "e": {},
        },
        links=["a -> b", "b -> c", "a -> d", "c -> d", "e -> c"],
        statements=STATEMENTS,
        news=NEWS,
    )


@pytest.fixture(scope="module")
def given(scenario):
    return encode(scenario)


@pytest.fixture(scope="module")
def point(given):
    rng = np.random.default_rng(20240101)
    design = given.parameters
    return rng.normal(size=len(design.base_names)), rng.normal(size=len(design.influence_names))


@pytest.fixture(scope="module")
def graph_of_odds(given):
    """Return base and influence as symbols, and the log-odds that they imply."""
    base, influence = pt.dvectors("base", "influence")
    symbolic = symbols(given)
    tables = conditional_tables(symbolic, base, influence)
    return base, influence, implied_log_odds(symbolic, tables, influence)


def joint(graph, tables, likelihood):
    """Return the weight of every joint state, by going through all of them."""
    table = np.zeros([len(graph.states[n]) for n in graph.nodes])
    for states in itertools.product(*(range(size) for size in table.shape)):
        weight = 1.0
        for i, node in enumerate(graph.nodes):
            shape = graph.shape(node)
            row = [states[graph.position[p]] for p in graph.parents[node]]
            weight *= tables[graph.block(node)].reshape(shape)[(*row, states[i])]
            weight *= likelihood[graph.state_offset[i] + states[i]]
        table[states] = weight
    return table


def log_odds(graph, table, event, given=()):
    """Return the log-odds of an event given states, out of a table of weights."""
    for node, state in given:
        at = graph.states[node].index(state)
        keep = np.arange(len(graph.states[node])) == at
        table = table * keep.reshape([-1 if n == node else 1 for n in graph.nodes])
    node, state = event
    axis = graph.position[node]
    weights = np.moveaxis(table, axis, 0).reshape(len(graph.states[node]), -1).sum(axis=1)
    at = graph.states[node].index(state)
    return np.log(weights[at] / (weights.sum() - weights[at]))


def dense(scenario, given, point):
    """Return what each statement asks for, from the joint table of its own day."""
    graph = given.graph
    flat = tables_from_parameters(given.parameters, point[0][None], point[1][None])[0]

    def on(day, do=None):
        known = world(scenario, graph, day - dt.timedelta(days=1))
        tables = silent_tables(graph, flat[None], known)[0].copy()
        likelihood = known.likelihood.copy()
        if do:
            node, states = do
            tables[graph.block(node)] = np.isin(
                graph.own_state[graph.block(node)], [graph.state(node, s) for s in states]
            )
            likelihood[[graph.state(node, s) for s in graph.states[node]]] = 1.0
        return joint(graph, tables, likelihood)

    nothing = joint(graph, flat, np.ones(int(graph.state_offset[-1])))
    found = {}
    for name in given.names:
        said = scenario.statements[name]
        if said.kind == "probability":
            found[name] = log_odds(graph, on(said.date), said.event, said.given.items())
        elif said.kind == "comparison":
            both = [log_odds(graph, on(said.date), e) for e in (said.likelier, said.than)]
            found[name] = both[0] - both[1]
        elif not said.direct:
            cause, effect = said.cause, (said.effect, said.effect_state)
            others = [s for s in graph.states[cause] if s != said.cause_state]
            with_it, without = (on(said.date, (cause, s)) for s in ([said.cause_state], others))
            found[name] = log_odds(graph, with_it, effect) - log_odds(graph, without, effect)
    found["record"] = log_odds(graph, nothing, ("c", "yes"))
    found["quiet_record"] = log_odds(graph, nothing, ("d", "yes"))
    return found


def test_the_scenario_has_what_is_to_be_tried(given):
    assert len(given.worlds) == 3
    assert any((w.elapsed > 0).any() for w in given.worlds)
    assert any((w.likelihood == 0).any() for w in given.worlds)
    assert given.place.any()
    assert 3 in given.graph.sizes(given.graph.nodes)


@pytest.mark.parametrize("mode", ["NUMBA", "FAST_COMPILE"])
def test_implied_log_odds_are_those_of_the_joint_table(scenario, given, point, graph_of_odds, mode):
    *inputs, odds = graph_of_odds
    values = pytensor.function(inputs, odds, mode=mode)(*point)
    stated = values[given.first] - values[given.second]
    found = dict(zip(given.names, stated, strict=True))
    found |= dict(zip(given.record_names, values[given.record], strict=True))
    expected = dense(scenario, given, point)
    assert set(found) - set(expected) == {"link"}
    assert {n: found[n] for n in expected} == pytest.approx(expected, abs=1e-10)
    assert values[-1] == 0.0


def test_the_gradient_is_the_slope(given, point, graph_of_odds):
    base, influence, odds = graph_of_odds
    by = np.random.default_rng(3).normal(size=len(given.up) + len(given.direct) + 1)
    total = pt.dot(odds, by)
    outputs = [total, *pytensor.grad(total, [base, influence])]
    value = pytensor.function([base, influence], outputs, mode="FAST_COMPILE")
    _, *slopes = value(*point)
    for which, slope in enumerate(slopes):
        steps = []
        for i in range(len(slope)):
            ends = []
            for step in (1e-5, -1e-5):
                moved = [p.copy() for p in point]
                moved[which][i] += step
                ends.append(value(*moved)[0])
            steps.append((ends[0] - ends[1]) / 2e-5)
        # central differences: step squared times third derivatives, and rounding over the step
        np.testing.assert_allclose(slope, steps, rtol=1e-6, atol=1e-7)


def test_a_second_derivative_is_refused_and_not_wrong(given):
    tables = pt.dmatrix("tables")
    slope = pytensor.grad(log_weights(symbols(given).tree, tables).sum(), tables)
    with pytest.raises(NullTypeGradError, match="no second derivative"):
        pytensor.grad(slope.sum(), tables)


def test_tables_are_those_of_the_numpy_route(given, point):
    base, influence = pt.dvectors("base", "influence")
    tables = conditional_tables(symbols(given), base, influence)
    found = pytensor.function([base, influence], tables)(*point)
    expected = tables_from_parameters(given.parameters, point[0][None], point[1][None])[0]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


def test_silence_is_that_of_the_numpy_route(given, point):
    flat = tables_from_parameters(given.parameters, point[0][None], point[1][None])
    symbolic = symbols(given)
    tables = pt.dvector("tables")
    silent = after_silence(tables, symbolic.elapsed, symbolic.stay_entry)
    found = pytensor.function([tables], silent)(flat[0])
    expected = np.concatenate([silent_tables(given.graph, flat, w) for w in given.worlds])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_a_table_with_zeros_has_a_gradient(given):
    """An entry that evidence rules out has no weight, and pulls at nothing."""
    tables = pt.dmatrix("tables")
    total = log_weights(symbols(given).tree, tables).sum()
    value = pytensor.function([tables], [total, pytensor.grad(total, tables)])
    graph = given.graph
    flat = np.full((1, int(graph.offset[-1])), 0.5)
    flat[0, graph.block("a")] = [0.0, 1.0]
    log_weight, slope = value(flat)
    assert np.isfinite(log_weight)
    assert np.isfinite(slope).all()
    assert slope[0, graph.block("a")].tolist() == [0.0, 1.0]


def test_news_inside_a_model_is_its_probability(scenario, given, point):
    import pymc as pm

    day = dt.date(2024, 10, 1)
    graph = given.graph
    known = world(as_known(scenario, day), graph, day)
    with pm.Model() as model:
        base = pm.Flat("base", shape=len(point[0]))
        influence = pm.Flat("influence", shape=len(point[1]))
        pm.Deterministic("cpt", conditional_tables(symbols(given), base, influence))
    add_news(model, given, known)
    found = model.compile_logp()({"base": point[0], "influence": point[1]})
    flat = tables_from_parameters(given.parameters, point[0][None], point[1][None])
    weights = joint(graph, silent_tables(graph, flat, known)[0], known.likelihood)
    assert float(found) == pytest.approx(np.log(weights.sum()), abs=1e-10)
