"""Seeing beside doing: by hand, and against pyAgrum on random networks under all evidence."""

import datetime as dt
import re
import warnings
from dataclasses import replace

import numpy as np
import pytest
from builders import OPENS, answer, prior_belief, read, says
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import believed, report, seen

import estimative as est
from estimative.elicitation import encode
from estimative.exploring import what_if
from estimative.exploring.supposing import suppose
from estimative.news import silent_tables

with warnings.catch_warnings():  # SWIG's, as an error at this place, ends the interpreter
    warnings.simplefilter("ignore", DeprecationWarning)
    import pyagrum as gum

SAID = {"s": says("x", "70%"), "t": says("x", "70%", event={"b": "yes"})}
SECRET = {"timing": "none"}
PAIR = {"outcomes": {"a": SECRET, "b": SECRET}, "links": ["a -> b"], "statements": SAID}
# draws of P(a), P(b | not a), P(b | a)
DRAWS = np.array([[0.2, 0.1, 0.5], [0.5, 0.3, 0.6], [0.8, 0.2, 0.9]])


def pair_forecast(folder, *, draws=DRAWS, **more):
    scenario = read(folder, **PAIR | more)
    tables = np.array([[1 - a, a, 1 - n, n, 1 - y, y] for a, n, y in draws])
    belief = replace(prior_belief(encode(scenario), draws=len(draws)), tables=tables)
    return answer(scenario, belief)


@pytest.fixture
def pair(tmp_path):
    return pair_forecast(tmp_path)


# --- against an independent engine ---------------------------------------------------------------


def random_forecast(rng, folder):
    """Return a forecast from one draw of random tables, with reports on some nodes."""
    names = [f"n{i}" for i in range(rng.integers(3, 7))]
    states = {n: [f"s{k}" for k in range(rng.integers(2, 5))] for n in names}
    outcomes = {n: SECRET | {"states": s, "quiet": "s0"} for n, s in states.items()}
    links = [f"{p} -> {n}" for i, n in enumerate(names) for p in names[:i] if rng.random() < 0.5]
    news = {
        f"2024-01-01-r{i}": report(
            {str(n): str(rng.choice(states[n]))}, float(rng.integers(2, 9)), day=str(OPENS)
        )
        for i, n in enumerate(rng.permutation(names)[: rng.integers(0, 4)])
    }
    scenario = read(folder, outcomes=outcomes, links=links, news=news)
    graph = encode(scenario).graph
    rows = [rng.gamma(0.7, size=graph.shape(n)) + 1e-2 for n in graph.nodes]
    tables = np.concatenate([(t / t.sum(axis=-1, keepdims=True)).ravel() for t in rows])
    return answer(scenario, believed(encode(scenario), tables=tables[None, :]))


def by_pyagrum(forecast, do, seen):
    """Return pyAgrum's marginals in the graph cut at what is done, with the news as likelihood.

    News on what is done and on what it leads to is left out.
    """
    graph, net = forecast.given.graph, gum.BayesNet()
    for node, states in graph.states.items():
        net.add(gum.LabelizedVariable(node, node, list(states)))
    for node in graph.nodes:
        for parent in () if node in do else graph.parents[node]:
            net.addArc(parent, node)
    for node in graph.nodes:
        if node in do:
            net.cpt(node).fillWith([float(s == do[node]) for s in graph.states[node]])
            continue
        table = gum.Tensor()
        for name in (node, *reversed(graph.parents[node])):  # the first varies fastest
            table.add(net.variable(name))
        table.fillWith(forecast.belief.tables[0, graph.block(node)].tolist())
        net.cpt(node).fillWith(table)
    engine = gum.LazyPropagation(net)
    for node in graph.nodes:
        weight = forecast.known.likelihood[graph.span(node)]
        if node in seen:
            engine.addEvidence(node, graph.states[node].index(seen[node]))
        elif np.ptp(weight) > 0 and not {node, *graph.ancestors([node])} & do.keys():
            engine.addEvidence(node, (weight / weight.max()).tolist())
    engine.makeInference()
    return {n: engine.posterior(n).tolist() for n in graph.nodes}


@settings(max_examples=40)
@given(seed=st.integers(0, 2**32 - 1), kinds=st.sets(st.sampled_from(["do", "given"]), min_size=1))
def test_doing_and_seeing_equal_pyagrum(tmp_path_factory, seed, kinds):
    rng = np.random.default_rng(seed)
    forecast = random_forecast(rng, tmp_path_factory.mktemp("net"))
    graph = forecast.given.graph
    nodes = rng.permutation(graph.nodes).tolist()
    taken = {n: str(rng.choice(graph.states[n])) for n in nodes[:2]}
    do = {nodes[0]: taken[nodes[0]]} if "do" in kinds else {}
    noted = {nodes[1]: taken[nodes[1]]} if "given" in kinds else {}
    expected = by_pyagrum(forecast, do, noted)
    led_to = {m for n in do for m in (n, *graph.descendants(n))}
    found = suppose(forecast, seen=noted, done=do, aside=led_to).states[0]
    for node in graph.nodes:
        np.testing.assert_allclose(found[graph.span(node)], expected[node], atol=1e-9)
    answered = what_if(forecast, do=do, given=noted)
    as_seen = by_pyagrum(forecast, {}, do | noted)
    for outcome in answered.outcomes:
        at = graph.states[outcome.name].index(outcome.event)
        assert outcome.answer.value == pytest.approx(expected[outcome.name][at], abs=1e-9)
        assert outcome.seen.value == pytest.approx(as_seen[outcome.name][at], abs=1e-9)


# --- by hand -------------------------------------------------------------------------------------


def test_what_is_seen_weighs_the_draws(pair):
    a, _, after = DRAWS.T
    found = what_if(pair, given={"a": "yes"})
    assert found.chance == pytest.approx(a.mean())
    assert found["b"].seen.value == pytest.approx((a * after).sum() / a.sum())
    assert found.effective_draws == pytest.approx(a.sum() ** 2 / (a**2).sum())
    now = pair["b"].probability
    assert found["b"].now.value == pytest.approx(now)
    assert found["b"].difference.value == pytest.approx(found["b"].seen.value - now)
    assert found["b"].done is None


def test_what_is_done_weighs_nothing(pair):
    a, before, after = DRAWS.T
    found = what_if(pair, do={"a": True})
    assert found["b"].done.value == pytest.approx(after.mean())
    assert found["b"].seen.value == pytest.approx((a * after).sum() / a.sum())
    # under each reading doing and seeing are the same here; seeing tells the readings apart
    apart = after.mean() - (a * after).sum() / a.sum()
    difference = found["b"].difference
    assert [difference.value, difference.lower, difference.upper] == pytest.approx([apart] * 3)
    assert what_if(pair, do={"a": False})["b"].done.value == pytest.approx(before.mean())


def test_doing_says_nothing_of_causes_and_seeing_does(pair):
    a, before, after = DRAWS.T
    found = what_if(pair, do={"b": "yes"})["a"]
    assert found.done.value == pytest.approx(a.mean())
    each = a * after / (a * after + (1 - a) * before)
    weight = a * after + (1 - a) * before
    assert found.seen.value == pytest.approx((weight * each).sum() / weight.sum())
    taught = (weight / weight.sum() - 1 / 3) @ each
    assert found.difference.value == pytest.approx((a - each).mean() - taught)
    assert found.difference.lower <= found.difference.value <= found.difference.upper


def test_what_is_seen_after_doing_weighs_the_draws_as_they_then_are(tmp_path):
    scenario = read(
        tmp_path,
        outcomes=dict.fromkeys("abc", SECRET),
        links=["a -> b", "b -> c"],
        statements=SAID,
    )
    belief = believed(encode(scenario), draws=30)
    found = what_if(answer(scenario, belief), do={"b": "yes"}, given={"c": "yes"})
    assert found["a"].done.value == pytest.approx(
        belief.tables[:, 1] @ (w := belief.tables[:, 9]) / w.sum()
    )
    assert found["a"].difference.value == pytest.approx(
        found["a"].done.value - found["a"].seen.value
    )


def test_nothing_supposed_anew_is_the_forecast(tmp_path):
    news = {"2024-02-01-r": report({"b": "yes"}, [2, 4, 9], day="2024-02-01")}
    scenario = read(tmp_path, **PAIR, news=news)
    forecast = answer(scenario, prior_belief(encode(scenario), draws=300))
    found = suppose(forecast, seen={})
    estimates = found.estimates([forecast.given.graph.state("b", "yes")], 0.9)[0]
    outcome = forecast["b"]
    expected = [outcome.probability, outcome.lower, outcome.upper]
    assert [estimates.value, estimates.lower, estimates.upper] == pytest.approx(expected)


def test_silence_stays_and_reports_on_effects_are_set_aside(tmp_path):
    """Half a year of silence, and a report on the effect, in the graph that is cut."""
    news = {"2024-02-01-r": report({"b": "yes"}, 4, day="2024-02-01")}
    scenario = read(tmp_path, outcomes=["a", "b"], links=["a -> b"], statements=SAID, news=news)
    belief = believed(encode(scenario), draws=50)
    forecast = answer(scenario, belief, as_of=dt.date(2024, 7, 1))
    known, graph = forecast.known, forecast.given.graph
    tables = silent_tables(graph, belief.tables, known)
    row = tables[:, graph.block("b")].reshape(-1, 2, 2)[:, 1]
    found = what_if(forecast, do={"a": "yes"})
    each = row[:, 1] / row.sum(axis=1)
    assert found["b"].done.value == pytest.approx(forecast.weights @ each)
    assert found.aside == ("2024-02-01-r",)
    assert "2024-02-01-r" in str(found)
    assert "That alone moves, in points: b -" in str(found)
    assert what_if(forecast, do={"b": "yes"}).aside == ("2024-02-01-r",)
    assert what_if(forecast, given={"a": "yes"}).aside == ()


def test_what_was_observed_of_an_effect_is_open_again(tmp_path):
    news = {"2024-02-01-o": seen({"b": "yes"}, day="2024-02-01")}
    scenario = read(tmp_path, **PAIR, news=news)
    tables = np.array([[1 - a, a, 1 - n, n, 1 - y, y] for a, n, y in DRAWS])
    belief = replace(prior_belief(encode(scenario), draws=3), tables=tables)
    forecast = answer(scenario, belief, as_of=dt.date(2024, 3, 1))
    found = what_if(forecast, do={"a": "no"})
    assert found["b"].now.value == found["b"].seen.value == 1
    assert found["b"].done.value == pytest.approx(forecast.weights @ DRAWS[:, 1])
    assert found.aside == ("2024-02-01-o",)


# --- what it says --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({}, "suppose something"),
        ({"do": {"c": "yes"}}, "no node 'c'"),
        ({"given": {"a": "maybe"}}, "no state 'maybe'; there are no and yes"),
        ({"do": {"a": True}, "given": {"a": False}}, "cannot be both done and seen"),
    ],
)
def test_wrong_conditions_are_refused(pair, conditions, message):
    with pytest.raises(ValueError, match=message):
        what_if(pair, **conditions)


def test_a_condition_of_probability_zero_is_refused(tmp_path):
    never = pair_forecast(tmp_path, draws=[[0.2, 0.0, 0.5], [0.4, 0.0, 0.6]])
    with pytest.raises(ValueError, match="b = yes has probability zero if a = no is done"):
        suppose(never, done={"a": "no"}, seen={"b": "yes"})
    with pytest.raises(ValueError, match=r"a = no, b = yes has probability zero, as of 2024"):
        what_if(never, given={"a": "no", "b": "yes"})


def test_what_was_observed_cannot_be_otherwise(tmp_path):
    news = {"2024-02-01-seen": seen({"a": "yes"}, day="2024-02-01")}
    settled = pair_forecast(tmp_path, news=news)
    for how in ("do", "given"):
        with pytest.raises(ValueError, match="'a' is settled as of 2024-02-01: yes"):
            what_if(settled, **{how: {"a": "no"}})
    already = what_if(settled, given={"a": "yes"})
    assert already.given == {}
    assert "nothing that is not so already" in str(already)
    assert [o.name for o in already.outcomes] == ["b"]
    alone = what_if(settled, do={"b": "yes"})
    assert alone.outcomes == ()
    assert alone.notes()[0].startswith("If seen: it turns out so; the chance of that is ")
    assert alone.notes()[1:] == ["No outcome is left of which it could be asked."]


def test_a_condition_of_which_nobody_spoke_says_so(tmp_path):
    scenario = read(
        tmp_path,
        outcomes={"a": SECRET, "b": SECRET, "c": SECRET},
        drivers={"d": {}},
        links=["d -> a", "d -> b", "b -> c"],
        statements=SAID
        | {"u": says("x", "60%", event={"c": "yes"})}
        | {
            "i": {
                "kind": "influence",
                "expert": "x",
                "link": "b -> c",
                "strength": "raises",
            }
        },
    )
    forecast = answer(scenario, prior_belief(encode(scenario), draws=2000))
    found = what_if(forecast, do={"d": "yes"})
    assert found.unspoken == ("d",)
    assert {o.name: o.stated for o in found.outcomes} == {"a": False, "b": False, "c": False}
    text = found.text(100)
    assert "Nobody spoke of d: how likely it is rests on a default." in text
    assert "* Moves only through links of which nobody spoke" in text
    assert len(re.findall(r"^[abc] \* ", text, re.MULTILINE)) == 3
    assert found["a"].defaults > 0.03
    stated = what_if(forecast, do={"b": "yes"})
    assert stated.unspoken == ()
    assert {o.name: o.stated for o in stated.outcomes} == {"a": True, "c": True}  # a stays
    assert {o.name: o.stated for o in what_if(forecast, given={"b": "yes"}).outcomes} == {
        "a": False,
        "c": True,
    }


def test_withheld_outcomes_stay_withheld(tmp_path):
    mute = pair_forecast(tmp_path, statements={"s": says("x", "70%")})
    found = what_if(mute, given={"a": "yes"})
    assert found["b"].withheld == "nobody speaks of it"
    assert "withheld, nobody speaks of it" in str(found)
    record = found.records()[0]
    assert record["seen"] is record["now"] is record["difference_lower"] is record["phrase"] is None


def test_what_has_not_converged_is_withheld(tmp_path):
    scenario = read(tmp_path, **PAIR)
    belief = prior_belief(encode(scenario), draws=100, rhat=1.2)
    found = what_if(answer(scenario, belief), given={"a": "yes"})
    assert "NOT CONVERGED" in str(found)
    assert all(record["seen"] is None for record in found.records())


def test_few_draws_are_said_to_be_rough(pair):
    assert "Rough: what is seen leaves 2 effective draws" in str(what_if(pair, given={"a": "yes"}))


def test_the_answer_is_text_html_and_a_frame(pair):
    found = what_if(pair, do={"a": "yes"})
    for width in (80, 120):
        assert max(map(len, found.text(width).splitlines())) <= width
    assert "if done" in found._repr_html_()
    frame = found.to_frame()
    assert frame.loc[0, "outcome"] == "b"
    assert frame.loc[0, "do"] == {"a": "yes"}
    assert frame.loc[0, "done"] == pytest.approx(DRAWS[:, 2].mean())
    assert frame.loc[0, "done_lower"] <= frame.loc[0, "done"] <= frame.loc[0, "done_upper"]
    with pytest.raises(KeyError, match="nothing is supposed of 'a'"):
        found["a"]


def test_it_is_public():
    assert est.what_if is what_if
