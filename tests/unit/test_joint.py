"""Whole scenarios against the joint table with every state written out."""

import datetime as dt
import itertools
from dataclasses import replace

import numpy as np
import pytest
from builders import answer, prior_belief, read, says
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import believed, report, seen

import estimative as est
from estimative.elicitation import encode
from estimative.exploring import joint, joints
from estimative.exploring.joints import chance
from estimative.news import drawn_likelihood, silent_tables
from estimative.weighted_draws import weighted_quantiles

SECRET = {"timing": "none"}


def joint_draws(forecast, likelihood):
    """Return every joint state's probability under every draw: one axis a node."""
    graph = forecast.given.graph
    tables = silent_tables(graph, forecast.belief.tables, forecast.known)
    tables = tables * likelihood[:, graph.own_state]
    factors = []
    for node in graph.nodes:
        axes = [graph.position[n] + 1 for n in (*graph.parents[node], node)]
        factors += [tables[:, graph.block(node)].reshape(-1, *graph.shape(node)), [0, *axes]]
    whole = np.einsum(*factors, list(range(len(graph.nodes) + 1)), optimize=True)
    return whole / whole.sum(axis=tuple(range(1, whole.ndim)), keepdims=True)


def random_forecast(rng, folder):
    names = [f"n{i}" for i in range(rng.integers(2, 7))]
    hidden = names[: rng.integers(0, len(names) - 1)]
    states = {n: [f"s{k}" for k in range(rng.integers(2, 4))] for n in names}
    links = [f"{p} -> {n}" for i, n in enumerate(names) for p in names[:i] if rng.random() < 0.5]
    open_ones = [n for n in names if n not in hidden]
    news = {
        f"2024-01-05-r{i}": report({str(n): states[n][0]}, [1.5, 3, 8], day="2024-01-05")
        for i, n in enumerate(rng.permutation(names)[: rng.integers(0, 3)])
    }
    scenario = read(
        folder,
        outcomes={n: {"states": states[n], "quiet": "s0"} for n in open_ones},
        drivers={n: {"states": states[n]} for n in hidden},
        links=links,
        statements={f"s_{n}": says("x", "60%", event={n: "s0"}) for n in open_ones},
        news=news,
    )
    day = dt.date(2024, 1, 5) if rng.random() < 0.5 else dt.date(2024, 6, 1)
    return answer(scenario, believed(encode(scenario), draws=17), as_of=day)


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1))
def test_every_whole_scenario_is_that_of_the_full_table(tmp_path_factory, seed):
    rng = np.random.default_rng(seed)
    forecast = random_forecast(rng, tmp_path_factory.mktemp("net"))
    graph, weights = forecast.given.graph, forecast.weights
    found = joint(forecast, 7)
    names = list(found.scenarios[0].states)
    hidden = tuple(graph.position[n] + 1 for n in graph.nodes if n not in names)
    drawn = joint_draws(forecast, drawn_likelihood(forecast.known, graph, len(weights)))
    drawn = drawn.sum(axis=hidden)
    expected = joint_draws(forecast, forecast.known.likelihood[None, :]).sum(axis=hidden)
    mean = np.tensordot(weights, expected, 1)
    assert names == [n for n in graph.nodes if n in names]
    assert found.count == mean.size
    best = np.sort(mean.ravel())[::-1][:7]
    np.testing.assert_allclose([s.chance.value for s in found.scenarios], best, atol=1e-12)
    assert found.rest == pytest.approx(1 - best.sum(), abs=1e-12)
    for scenario in found.scenarios:
        at = tuple(graph.states[n].index(s) for n, s in scenario.states.items())
        assert scenario.chance.value == pytest.approx(mean[at], abs=1e-12)
        draws = drawn[(slice(None), *at)][:, None]
        ends = weighted_quantiles(draws, weights, [0.05, 0.95])[:, 0]
        assert [scenario.chance.lower, scenario.chance.upper] == pytest.approx(list(ends))


def test_blocks_of_draws_do_not_matter(tmp_path, monkeypatch):
    forecast = random_forecast(np.random.default_rng(4), tmp_path)
    whole = [s.chance.value for s in joint(forecast).scenarios]
    monkeypatch.setattr(joints, "_BLOCK", 1)
    assert [s.chance.value for s in joint(forecast).scenarios] == pytest.approx(whole, abs=1e-15)


@pytest.fixture
def three(tmp_path):
    """Two outcomes of two states and one of three, independent, each draw alike."""
    scenario = read(
        tmp_path,
        outcomes={
            "a": SECRET | {"title": "It rains"},
            "b": SECRET | {"title": "They meet"},
            "c": SECRET | {"title": "The way", "states": ["north", "middle", "south"]},
        },
        statements={
            f"s_{n}": says("x", "60%", event={n: s})
            for n, s in {"a": "yes", "b": "yes", "c": "north"}.items()
        },
    )
    belief = prior_belief(encode(scenario), draws=60)
    tables = np.tile([0.3, 0.7, 0.6, 0.4, 0.2, 0.5, 0.3], (60, 1))
    return answer(scenario, replace(belief, tables=tables))


def test_whole_scenarios_are_named_by_what_sets_them_apart(three):
    found = joint(three, 12)
    first = found.scenarios[0]
    assert first.states == {"a": "yes", "b": "no", "c": "middle"}
    assert first.chance.value == pytest.approx(0.7 * 0.6 * 0.5)
    assert first.apart == {}
    assert first.name == "the likeliest"
    names = {tuple(s.states.values()): s.name for s in found.scenarios}
    assert names["yes", "yes", "middle"] == "the likeliest, but also: They meet"
    assert names["no", "no", "middle"] == "the likeliest, but not: It rains"
    assert names["yes", "no", "south"] == "the likeliest, but The way: south"
    assert (
        names["no", "yes", "north"]
        == "the likeliest, but The way: north; also: They meet; not: It rains"
    )
    text = found.text(100)
    assert "So: It rains; The way: middle. Not so: They meet" in text
    assert "These are all." in text
    assert found.rest == pytest.approx(0, abs=1e-12)


def test_the_others_are_counted(three):
    found = joint(three, 2)
    listed = 0.7 * 0.6 * 0.5 + 0.7 * 0.4 * 0.5
    assert found.rest == pytest.approx(1 - listed)
    assert "Listed: 35% of all probability. The other 10 whole scenarios hold 65%" in str(
        found
    ).replace("\n", " ")
    for width in (80, 120):
        assert max(map(len, found.text(width).splitlines())) <= width


def test_some_outcomes_only(three):
    found = joint(three, outcomes=["c", "a"])
    assert found.count == 6
    assert found.scenarios[0].states == {"c": "middle", "a": "yes"}
    assert found.scenarios[0].chance.value == pytest.approx(0.35)
    with pytest.raises(KeyError, match="no outcome 'd'"):
        joint(three, outcomes=["d"])


def test_settled_and_withheld_outcomes_are_left_out(tmp_path):
    scenario = read(
        tmp_path,
        outcomes=dict.fromkeys("abc", SECRET),
        links=["a -> b"],
        statements={"s": says("x", "70%"), "t": says("x", "40%", event={"b": "yes"})},
        news={"2024-02-01-seen": seen({"a": "no"}, day="2024-02-01")},
    )
    found = joint(answer(scenario, believed(encode(scenario))))
    assert found.left_out == {"a": "settled, no", "c": "nobody speaks of it"}
    assert {tuple(s.states) for s in found.scenarios} == {("b",)}
    assert "a is not told apart: settled, no." in str(found)


def test_what_has_not_converged_is_withheld(tmp_path):
    scenario = read(tmp_path, statements={"s": says("x", "70%")})
    found = joint(answer(scenario, prior_belief(encode(scenario), draws=50, rhat=1.2)))
    assert found.scenarios == ()
    assert "NOT CONVERGED, so all is withheld" in str(found)
    assert found.to_frame().empty


def test_too_many_and_too_few(tmp_path, three):
    names = [f"n{i}" for i in range(17)]
    scenario = read(
        tmp_path,
        outcomes=dict.fromkeys(names, SECRET),
        statements={n: says("x", "60%", event={n: "yes"}) for n in names},
    )
    forecast = answer(scenario, believed(encode(scenario), draws=3))
    with pytest.raises(ValueError, match=r"17 outcomes make 131,072 whole scenarios, more than"):
        joint(forecast)
    assert joint(forecast, 1, outcomes=names[:16]).count == 2**16
    with pytest.raises(ValueError, match="top is 0"):
        joint(three, 0)


def test_many_hidden_causes_are_summed_out(tmp_path):
    """More nodes than an array has axes, in a chain."""
    names = [f"n{i:02}" for i in range(70)]
    scenario = read(
        tmp_path,
        outcomes={names[0]: SECRET, names[-1]: SECRET},
        drivers={n: {} for n in names[1:-1]},
        links=[f"{a} -> {b}" for a, b in itertools.pairwise(names)],
        statements={n: says("x", "60%", event={n: "yes"}) for n in (names[0], names[-1])},
    )
    forecast = answer(scenario, believed(encode(scenario), draws=5))
    found = joint(forecast)
    ends = dict.fromkeys((names[0], names[-1]), 0.0)
    for whole in found.scenarios:
        for name in ends:
            ends[name] += whole.chance.value * (whole.states[name] == "yes")
    assert ends == {n: pytest.approx(forecast[n].probability) for n in ends}


@pytest.mark.parametrize(
    ("probability", "text"),
    [
        (0.0, "0.0%"),
        (1e-5, "<0.1%"),
        (0.0312, "3.1%"),
        (0.0996, "10%"),
        (0.4, "40%"),
        (1.0, "100%"),
    ],
)
def test_small_chances_are_told_apart(probability, text):
    assert chance(probability) == text


def test_the_answer_is_html_and_a_frame(three):
    found = joint(three, 3)
    assert "the likeliest" in found._repr_html_()
    frame = found.to_frame()
    assert list(frame["rank"]) == [1, 2, 3]
    assert frame["probability"].is_monotonic_decreasing
    assert (frame["lower"] <= frame["upper"]).all()
    assert frame.loc[0, "states"] == {"a": "yes", "b": "no", "c": "middle"}
    assert est.joint is joint
