"""What would change our mind: by hand, and against the joint table with every state written out."""

import math
from dataclasses import replace

import numpy as np
import pytest
from builders import answer, prior_belief, read, says
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import believed, report, seen

import estimative as est
from estimative.elicitation import encode
from estimative.exploring import indicators
from estimative.exploring.supposing import suppose

SAID = {"s": says("x", "70%"), "t": says("x", "70%", event={"b": "yes"})}
SAID_OF_A = {"s": says("x", "70%")}
# draws of P(a), P(b | not a), P(b | a)
DRAWS = np.array([[0.2, 0.1, 0.5], [0.5, 0.3, 0.6], [0.8, 0.2, 0.9]])


def pair_forecast(folder, **more):
    how = {"outcomes": ["a", "b"], "links": ["a -> b"], "statements": SAID}
    scenario = read(folder, **how | more)
    tables = np.array([[1 - a, a, 1 - n, n, 1 - y, y] for a, n, y in DRAWS])
    belief = replace(prior_belief(encode(scenario), draws=len(DRAWS)), tables=tables)
    return answer(scenario, belief)


@pytest.fixture
def pair(tmp_path):
    return pair_forecast(tmp_path)


def of(found, kind, node, state="yes"):
    return next(i for i in found.indicators if (i.kind, i.node, i.state) == (kind, node, state))


def entropy(*chances):
    return -sum(p * math.log2(p) for p in chances if p > 0)


def information(joint):
    """Mutual information of the rows and columns of a joint table, in bits."""
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    return entropy(*rows) + entropy(*columns) - entropy(*joint.ravel())


# --- by hand -------------------------------------------------------------------------------------


def test_an_observation(pair):
    a, before, after = DRAWS.T
    joint = np.array(
        [
            [((1 - a) * (1 - before)).mean(), ((1 - a) * before).mean()],
            [(a * (1 - after)).mean(), (a * after).mean()],
        ]
    )
    told = of(indicators(pair, "b"), "observation", "a")
    assert told.chance == pytest.approx(a.mean())
    assert told.if_so.value == pytest.approx(joint[1, 1] / joint[1].sum())
    assert told.if_not == pytest.approx(joint[0, 1] / joint[0].sum())
    assert told.information == pytest.approx(information(joint))
    assert told.if_so.lower <= told.if_so.value <= told.if_so.upper


def test_a_report_of_the_outcome_itself(pair):
    found = indicators(pair, "a", strength=4)
    told = of(found, "report", "a")
    now = DRAWS[:, 0].mean()
    says_so = 0.8 * now + 0.2 * (1 - now)
    assert told.chance == pytest.approx(says_so)
    assert told.if_so.value == pytest.approx(0.8 * now / says_so)  # as news of ratio 4 would
    assert told.if_not == pytest.approx(0.2 * now / (1 - says_so))
    joint = np.array([[0.8 * (1 - now), 0.2 * (1 - now)], [0.2 * now, 0.8 * now]])
    assert told.information == pytest.approx(information(joint))
    assert found.uncertainty == pytest.approx(entropy(now, 1 - now))
    assert [i.node for i in found.indicators if i.kind == "observation"] == ["b"]


def test_what_is_seen_is_the_answer_of_what_if(pair):
    told = of(indicators(pair, "a"), "observation", "b")
    supposed = est.what_if(pair, given={"b": "yes"})
    assert told.chance == pytest.approx(supposed.chance)
    expected = supposed["a"].seen
    found = [told.if_so.value, told.if_so.lower, told.if_so.upper]
    assert found == pytest.approx([expected.value, expected.lower, expected.upper])
    assert told.if_not == pytest.approx(est.what_if(pair, given={"b": "no"})["a"].seen.value)


def test_a_report_is_what_such_news_would_make_of_it(tmp_path):
    """The same as a report in the news whose source's reliability leaves 0.9 to 0.1 of it."""
    told = of(indicators(pair_forecast(tmp_path), "b", strength=9), "report", "a")
    trust = 0.95  # of A1, the best there is
    share = (0.9 - (1 - trust) / 2) / trust
    news = {"2024-01-01-r": report({"a": "yes"}, share / (1 - share), grade="A1", day="2024-01-01")}
    after = pair_forecast(tmp_path, news=news)
    np.testing.assert_allclose(after.known.likelihood[:2], [0.1, 0.9], rtol=1e-3)
    assert told.if_so.value == pytest.approx(after["b"].probability, rel=1e-3)


# --- against the whole joint table ---------------------------------------------------------------


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1))
def test_information_and_chances_are_those_of_what_is_seen(tmp_path_factory, seed):
    rng = np.random.default_rng(seed)
    names = [f"n{i}" for i in range(rng.integers(2, 6))]
    states = {n: [f"s{k}" for k in range(rng.integers(2, 4))] for n in names}
    scenario = read(
        tmp_path_factory.mktemp("net"),
        outcomes={n: {"states": s, "quiet": "s0"} for n, s in states.items()},
        links=[f"{p} -> {n}" for i, n in enumerate(names) for p in names[:i] if rng.random() < 0.6],
        statements={n: says("x", "60%", event={n: "s1"}) for n in names},
        news={"2024-01-09-r": report({"n0": "s0"}, 3, day="2024-01-09")},
    )
    forecast = answer(scenario, believed(encode(scenario), draws=11))
    graph, asked = forecast.given.graph, str(rng.choice(names))
    now = forecast.weights @ forecast.draws[:, graph.span(asked)]
    found = indicators(forecast, asked, strength=6, top=99)
    assert found.others == 0
    assert found.uncertainty == pytest.approx(entropy(*now))
    event = graph.states[asked].index(forecast[asked].event)
    for told in found.indicators:
        size = len(graph.states[told.node])
        says_so = {s: float(s == told.state) for s in graph.states[told.node]}
        if told.kind == "report":
            says_so = {s: (6 if p else 1) / (5 + size) for s, p in says_so.items()}
        with_it = np.zeros(len(now))
        for state, probability in says_so.items():
            if told.node == asked:
                with_it[graph.states[asked].index(state)] += (
                    probability * now[graph.states[asked].index(state)]
                )
            else:
                then = suppose(forecast, seen={told.node: state})
                chances = then.weights @ then.states[:, graph.span(asked)]
                with_it += probability * then.chance * chances
        joint = np.array([with_it, now - with_it])
        assert told.chance == pytest.approx(with_it.sum(), abs=1e-12)
        assert told.if_so.value == pytest.approx(with_it[event] / with_it.sum())
        assert told.information == pytest.approx(information(joint), abs=1e-9)
    ranked = [i.information for i in found.indicators]
    assert ranked == sorted(ranked, reverse=True)


# --- what it says --------------------------------------------------------------------------------


def test_what_cannot_be_seen_is_only_reported(tmp_path):
    scenario = read(
        tmp_path,
        outcomes={"a": {}, "b": {}, "c": {"timing": "none"}},
        drivers={"d": {}},
        links=["d -> a", "c -> a"],
        statements=SAID,
        news={"2024-01-05-seen": seen({"b": "yes"}, day="2024-01-05")},
    )
    found = indicators(answer(scenario, believed(encode(scenario))), "a")
    assert {(i.kind, i.node) for i in found.indicators} == {
        ("report", "a"),
        ("report", "c"),
        ("report", "d"),
    }


def test_three_states_are_three_indicators(tmp_path):
    ways = {"states": ["north", "middle", "south"], "quiet": "north", "title": "The way"}
    scenario = read(
        tmp_path,
        outcomes={"a": {}, "b": ways},
        links=["b -> a"],
        statements=SAID | {"t": says("x", "60%", event={"b": "north"})},
    )
    found = indicators(answer(scenario, believed(encode(scenario))), "a")
    seen_so = [i.name for i in found.indicators if i.kind == "observation"]
    assert sorted(seen_so) == ["The way: middle", "The way: north", "The way: south"]
    assert sum(i.chance for i in found.indicators if i.kind == "observation") == pytest.approx(1)
    reports = [i for i in found.indicators if i.kind == "report" and i.node == "b"]
    assert sum(i.chance for i in reports) == pytest.approx(1)


def test_an_impossible_state_is_no_indicator(tmp_path):
    ways = {"states": ["north", "middle", "south"], "quiet": "north"}
    scenario = read(tmp_path, outcomes={"b": ways, "a": {}}, links=["b -> a"], statements=SAID_OF_A)
    tables = np.tile([0.4, 0.6, 0.0, 0.5, 0.5, 0.2, 0.8, 0.7, 0.3], (20, 1))
    found = indicators(answer(scenario, believed(encode(scenario), tables=tables)), "a")
    told = {(i.kind, i.state) for i in found.indicators if i.node == "b"}
    assert ("observation", "south") not in told
    assert ("report", "south") in told


def test_what_tells_less_is_counted(pair):
    found = indicators(pair, "b", top=2)
    assert len(found.indicators) == 2
    assert found.others == 1
    assert "1 more would tell less." in str(found)
    assert found.indicators == indicators(pair, "b").indicators[:2]


def test_what_rests_on_defaults_says_so(tmp_path):
    scenario = read(
        tmp_path,
        outcomes=["a", "b"],
        drivers={"d": {}},
        links=["d -> a", "a -> b"],
        statements=SAID
        | {"i": {"kind": "influence", "expert": "x", "link": "a -> b", "strength": "raises"}},
    )
    found = indicators(answer(scenario, prior_belief(encode(scenario), draws=1000)), "b")
    assert of(found, "observation", "a").stated
    assert of(found, "report", "b").stated
    assert not of(found, "report", "d").stated
    found = indicators(answer(scenario, prior_belief(encode(scenario), draws=1000)), "a")
    assert not of(found, "report", "d").stated
    assert of(found, "report", "d").defaults > 0.03
    assert "* Tells of it only through links of which nobody spoke" in str(found)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"strength": 1}, "a strength of 1 is not a ratio above 1; give one, or slightly, moder"),
        ({"strength": "inf"}, "a strength of inf is not a ratio"),
        ({"strength": "nan"}, "a strength of nan is not a ratio"),
        ({"strength": "strongish"}, "did you mean 'strongly'"),
        ({"top": 0}, "top is 0"),
    ],
)
def test_wrong_requests_are_refused(pair, more, message):
    with pytest.raises(ValueError, match=message):
        indicators(pair, "b", **more)


def test_what_is_withheld_or_settled_is_refused(tmp_path):
    news = {"2024-02-01-seen": seen({"a": "yes"}, day="2024-02-01")}
    found = pair_forecast(tmp_path, news=news, statements={"s": says("x", "70%")})
    with pytest.raises(ValueError, match="'a' is settled as of 2024-02-01: yes"):
        indicators(found, "a")
    with pytest.raises(ValueError, match="'b' is withheld: nobody speaks of it"):
        indicators(found, "b")
    with pytest.raises(KeyError, match="no outcome 'c'"):
        indicators(found, "c")


def test_who_asks_of_what_is_settled_learns_what_is_open(tmp_path):
    news = {"2024-02-01-seen": seen({"a": "yes"}, day="2024-02-01")}
    found = pair_forecast(tmp_path, news=news)
    with pytest.raises(ValueError, match=r"2024-02-01: yes; it can be asked of b$"):
        indicators(found, "a")


def test_words_stand_for_the_ratios_of_the_lexicon(pair):
    assert indicators(pair, "b").strength == 5.6
    assert indicators(pair, "b", strength="strongly").strength == 18
    assert indicators(pair, "b", strength="2.5").strength == 2.5


def test_the_answer_is_text_html_and_a_frame(pair):
    found = indicators(pair, "b")
    for width in (80, 120):
        assert max(map(len, found.text(width).splitlines())) <= width
    assert "report: a" in found._repr_html_()
    frame = found.to_frame()
    assert len(frame) == 3
    assert frame["information"].is_monotonic_decreasing
    assert ((frame["lower"] <= frame["if_so"]) & (frame["if_so"] <= frame["upper"])).all()
    assert est.indicators is indicators
