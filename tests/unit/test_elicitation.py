"""Statements become numbers as worked out by hand: said, implied, whose error it is."""

import datetime as dt
import math

import numpy as np
import pytest
from builders import OPENS, read, says

from estimative.elicitation import BASE_SD, RECORD_BASE_SD, as_known, encode, meaning
from estimative.lexicon import read_lexicon, strength
from estimative.network.parameters import tables_from_parameters
from estimative.news import silent_tables
from estimative.scenario import Chance

LINKED = {"outcomes": ["a", "b"], "links": ["a -> b"]}
RAISES = {"kind": "influence", "expert": "x", "link": "a -> b", "strength": "raises"}
RECORD = {"kind": "base_rate", "event": {"a": "yes"}, "happened": 1, "out_of": 9, "each": "61 days"}
LEVELS = {"states": ["low", "middle", "high"], "quiet": "low"}
SEEN = {"kind": "observation", "published": "2024-03-01", "observed": {"a": "yes"}}


def logit(p):
    return math.log(p / (1 - p))


def answers(given, base, influence):
    """Return the implied log-odds of each statement, by the kernel, for one point."""
    tables = tables_from_parameters(given.parameters, np.array([base]), np.array([influence]))[0]
    known = [silent_tables(given.graph, tables[None, :], world)[0] for world in given.worlds]
    weight, _ = given.tree.run(np.array(known)[given.run_world] * given.keep + given.place)
    direct = given.direct @ np.array(influence, float)
    odds = np.concatenate([weight[given.up] - weight[given.down], direct, [0.0]])
    return odds[given.first] - odds[given.second]


def carried(given, name):
    """Return the errors that a statement carries, by label."""
    labels = given.coords["carrier"]
    row = given.carries[given.names.index(name)]
    return {labels[i]: row[i] for i in np.flatnonzero(row)}


# --- what was said -------------------------------------------------------------------------------


def test_a_number_is_its_log_odds_with_a_spread_of_a_half():
    found = meaning(Chance(written="70%", point=0.7), "icd203")
    assert (found.mean, found.spread) == (pytest.approx(logit(0.7)), 0.5)


def test_a_range_is_the_central_ninety_per_cent():
    found = meaning(Chance(written="60-80%", low=0.6, high=0.8), "icd203")
    assert found.mean == pytest.approx((logit(0.6) + logit(0.8)) / 2)
    # 5% of a normal lies beyond 1.6449 standard deviations on either side
    assert found.mean - 1.6448536 * found.spread == pytest.approx(logit(0.6), abs=1e-7)
    assert found.mean + 1.6448536 * found.spread == pytest.approx(logit(0.8), abs=1e-7)


def test_a_phrase_is_its_lexicons(tmp_path):
    statements = {
        "ours": says("x", "likely"),
        "theirs": says("y", "likely", lexicon="ipcc"),
    }
    given = encode(read(tmp_path, statements=statements))
    icd = read_lexicon("icd203").meaning("likely")
    assert (given.stated[0], given.spread[0]) == (icd.mean, icd.spread)
    assert given.stated[1] != given.stated[0]


def test_the_weight_stands_beside_the_spread(tmp_path):
    given = encode(read(tmp_path, statements={"s": says("x", "70%", weight=0.25)}))
    assert (given.spread[0], given.weight[0]) == (0.5, 0.25)


# --- what is implied -----------------------------------------------------------------------------


def test_each_kind_asks_the_network_what_was_said(tmp_path):
    at_b = {"event": {"b": "yes"}}
    statements = {
        "marginal": says("x", "70%", **at_b),
        "given": says("x", "70%", **at_b, given={"a": "yes"}),
        "absence": says("x", "70%", event={"b": "no"}, given={"a": "no"}),
        "backwards": says("x", "70%", given={"b": "yes"}),
        "link": RAISES,
        "path": {k: v for k, v in RAISES.items() if k != "link"} | {"path": "a -> b"},
        "order": RAISES
        | {"kind": "comparison", "likelier": {"a": "yes"}, "than": {"b": "yes"}, "strength": "far"},
    }
    statements["order"].pop("link")
    given = encode(read(tmp_path, **LINKED, statements=statements))
    base, influence = [0.4, -0.6], [1.3]
    a = 1 / (1 + math.exp(-0.4))
    if_a, if_not = (1 / (1 + math.exp(0.6 - s * 1.3 / 2)) for s in (1, -1))
    b = a * if_a + (1 - a) * if_not
    expected = {
        "marginal": logit(b),
        "given": -0.6 + 0.65,
        "absence": 0.6 + 0.65,
        "backwards": logit(a * if_a / b),
        "link": 1.3,
        "path": 1.3,
        "order": 0.4 - logit(b),
    }
    found = dict(zip(given.names, answers(given, base, influence), strict=True))
    assert found == pytest.approx(expected, abs=1e-12)


def test_a_path_is_an_intervention_and_adds_up_all_ways(tmp_path):
    # c depends on a directly and through b, and a on z, which moves c too: seeing a is not doing a
    scenario = read(
        tmp_path,
        outcomes=["z", "a", "b", "c"],
        links=["z -> a", "z -> c", "a -> b", "a -> c", "b -> c"],
        statements={
            "path": {"kind": "influence", "expert": "x", "path": "a -> c", "strength": "raises"},
            "seen": says("x", "70%", event={"c": "yes"}, given={"a": "yes"}),
        },
    )
    given = encode(scenario)
    rng = np.random.default_rng(1)
    base = rng.normal(size=4)
    named = dict(zip(given.parameters.influence_names, rng.normal(size=5), strict=True))

    def p(node, total):
        return 1 / (1 + math.exp(-base["zabc".index(node)] - total))

    def c_if(a):
        """Sum over z and b by hand, a set from outside."""
        total = 0.0
        for z in (0, 1):
            for b in (0, 1):
                pz, pb = p("z", 0), p("b", named["a -> b"] * (a - 0.5))
                moved = named["z -> c"] * (z - 0.5) + named["a -> c"] * (a - 0.5)
                pc = p("c", moved + named["b -> c"] * (b - 0.5))
                total += (pz if z else 1 - pz) * (pb if b else 1 - pb) * pc
        return total

    found = answers(given, base, list(named.values()))
    assert found[given.names.index("path")] == pytest.approx(logit(c_if(1)) - logit(c_if(0)))
    assert abs(found[given.names.index("seen")] - logit(c_if(1))) > 0.01


def test_an_influence_between_named_states_of_larger_nodes(tmp_path):
    link = {"kind": "influence", "expert": "x", "strength": "raises", "link": "a -> b"}
    given = encode(
        read(
            tmp_path,
            outcomes={"a": LEVELS, "b": LEVELS},
            links=["a -> b"],
            statements={"s": link | {"states": {"a": "high", "b": "middle"}}},
        )
    )
    influence = np.random.default_rng(2).normal(size=4)
    (found,) = answers(given, np.zeros(4), influence)
    table = tables_from_parameters(given.parameters, np.zeros((1, 4)), influence[None])[0, 3:]
    score = np.log(table.reshape(3, 3))
    score -= score.mean(axis=1, keepdims=True)  # a row's scores add up to 0
    middle = 1.5 * score[:, 1]  # a state against the mean of the other two
    assert found == pytest.approx(middle[2] - (middle[0] + middle[1]) / 2, abs=1e-12)


def test_a_path_from_a_state_is_against_all_other_states_each_as_likely(tmp_path):
    path = {"kind": "influence", "expert": "x", "path": "a -> c", "strength": "raises"}
    scenario = read(
        tmp_path,
        outcomes={"a": LEVELS, "b": {}, "c": {}},
        links=["a -> b", "b -> c"],
        statements={s: path | {"states": {"a": s}} for s in LEVELS["states"]},
    )
    given = encode(scenario)
    rng = np.random.default_rng(3)
    base, influence = rng.normal(size=4), rng.normal(size=3)
    tables = tables_from_parameters(given.parameters, base[None], influence[None])[0]
    b, c = (tables[given.graph.block(n)].reshape(-1, 2) for n in "bc")
    chance = b @ c[:, 1]  # of c, by the state of a set from outside
    found = answers(given, base, influence)
    for i, state in enumerate(given.names):
        at = LEVELS["states"].index(state)
        others = np.delete(chance, at).mean()
        assert found[i] == pytest.approx(logit(chance[at]) - logit(others), abs=1e-12)


def test_a_path_from_what_had_been_seen_by_then_still_has_two_ends(tmp_path):
    path = {"kind": "influence", "expert": "x", "path": "a -> b", "strength": "raises"}
    statements = {"before": path, "after": path | {"date": "2024-06-01"}}
    news = {"2024-03-01-n": SEEN}
    unseen = {"outcomes": {"a": {"timing": "none"}, "b": {"timing": "none"}}, "links": ["a -> b"]}
    given = encode(read(tmp_path, **unseen, statements=statements, news=news))
    before, after = answers(given, [0.2, -0.4], [1.3])
    assert before == pytest.approx(1.3)
    assert after == pytest.approx(1.3), "what was seen of the cause is set aside"


def test_what_was_known_before_the_day_counts_in_what_was_meant(tmp_path):
    report = {
        "kind": "report",
        "published": "2024-03-01",
        "bears_on": [{"favours": {"a": "yes"}, "ratio": 4}],
        "source": {"name": "Gazette", "reliability": "A1"},
    }
    quiet = {"a": {"timing": "none"}}
    statements = {
        "before": says("x", "50%", date="2024-02-01"),
        "same_day": says("y", "50%", date="2024-03-01"),
        "after": says("z", "50%", date="2024-03-02"),
    }
    given = encode(
        read(tmp_path, outcomes=quiet, statements=statements, news={"2024-03-01-n": report})
    )
    tempered = (0.95 * 0.8 + 0.025) / (0.95 * 0.2 + 0.025)
    assert answers(given, [0.0], []) == pytest.approx([0.0, 0.0, math.log(tempered)], abs=1e-12)
    assert len(given.worlds) == 2


def test_silence_before_the_day_counts_too(tmp_path):
    given = encode(read(tmp_path, statements={"s": says("x", "50%", date="2024-07-02")}))
    u = 182 / 365  # 1 July, the day before, is 182 days after 1 January; the year has 365 more
    p = 0.8
    silent = (1 - p) ** u - (1 - p)
    assert answers(given, [logit(p)], []) == pytest.approx([math.log(silent / (1 - p))])


def test_what_was_settled_before_it_was_said_is_not_heard(tmp_path):
    late = {"date": "2024-03-05"}
    statements = {
        "in_time": says("x", "70%"),
        "too_late": says("x", "90%", **late),
        "ruled_out": says("y", "70%", event={"b": "yes"}, given={"a": "no"}, **late),
        "true_then": says("z", "70%", event={"b": "yes"}, given={"a": "yes"}, **late),
        "closed": says("z", "70%", event={"b": "yes"}, date="2025-02-01"),
    }
    scenario = read(tmp_path, **LINKED, statements=statements, news={"2024-03-01-n": SEEN})
    given = encode(scenario.model_copy(update={"as_of": dt.date(2025, 3, 1)}))
    assert given.names == ("in_time", "true_then")
    assert given.weight.tolist() == [1.0, 1.0]  # what is not heard takes no share either
    assert np.isfinite(answers(given, [0.1, 0.2], [0.3])).all()


# --- whose error ---------------------------------------------------------------------------------


def test_errors_are_a_persons_his_groups_and_everybodys(tmp_path):
    given = encode(
        read(
            tmp_path,
            experts={"x": {"group": "g"}, "y": {"group": "g"}, "z": {}},
            statements={n: says(n, "70%") for n in "xyz"},
        )
    )
    assert carried(given, "x") == {
        "x on a = yes": 1,
        "group g on a = yes": 1,
        "everybody on a = yes": 1,
    }
    assert carried(given, "y") == {
        "y on a = yes": 1,
        "group g on a = yes": 1,
        "everybody on a = yes": 1,
    }
    assert carried(given, "z") == {
        "z on a = yes": 1,
        "group z on a = yes": 1,
        "everybody on a = yes": 1,
    }
    own = {
        label
        for label, one in zip(given.coords["carrier"], given.own.any(axis=0), strict=True)
        if one
    }
    assert own == {"x on a = yes", "y on a = yes", "z on a = yes", "group z on a = yes"}


def test_errors_point_towards_yes(tmp_path):
    order = {"kind": "comparison", "expert": "x", "strength": "far", "likelier": {"a": "no"}}
    absence = RAISES | {"states": {"a": "no", "b": "yes"}, "strength": "lowers"}
    statements = {"no": says("x", "30%", event={"a": "no"}), "link": RAISES, "absence": absence}
    statements["order"] = order | {"than": {"b": "yes"}}
    given = encode(read(tmp_path, **LINKED, statements=statements))
    assert set(carried(given, "no").values()) == {-1}
    assert set(carried(given, "link").values()) == {1}
    assert carried(given, "absence") == dict.fromkeys(carried(given, "link"), -1)
    assert carried(given, "order") == {
        f"{who} on {node} = yes": -1 for who in ("x", "group x", "everybody") for node in "ab"
    }


def test_states_of_a_larger_node_are_targets_of_their_own(tmp_path):
    statements = {s: says("x", "40%", event={"a": s}) for s in ("low", "high")}
    given = encode(read(tmp_path, outcomes={"a": LEVELS}, statements=statements))
    assert given.targets == ("everybody on a = low", "everybody on a = high")
    assert (given.carries >= 0).all()


# --- records -------------------------------------------------------------------------------------


def test_a_record_keeps_its_counts_and_takes_the_place_of_the_centre(tmp_path):
    given = encode(read(tmp_path, outcomes=["a", "b"], statements={"r": RECORD}))
    assert (given.happened[0], given.out_of[0], given.record_weight[0]) == (1, 9, 1.0)
    assert given.periods[0] == pytest.approx(61 / 366)  # the window is 366 days, both ends counted
    assert given.base_sd.tolist() == [RECORD_BASE_SD, BASE_SD]
    assert given.names == ()


def test_a_record_of_nothing_happening_is_the_record_turned_round(tmp_path):
    def one(event, happened):
        statement = RECORD | {"event": {"a": event}, "happened": happened}
        given = encode(read(tmp_path, statements={"r": statement}))
        tables = tables_from_parameters(given.parameters, np.array([[0.7]]), np.zeros((1, 0)))
        weight, _ = given.tree.run(tables * given.keep)
        at = given.record[0]
        return given.happened[0], float(weight[given.up[at]] - weight[given.down[at]])

    assert one("no", 8) == one("yes", 1) == (1, pytest.approx(0.7))


def test_a_record_without_weight_leaves_the_default_centre(tmp_path):
    given = encode(read(tmp_path, statements={"r": RECORD | {"weight": 0}}))
    assert given.base_sd.tolist() == [BASE_SD]
    assert given.record_names == ()


# --- the whole -----------------------------------------------------------------------------------


def test_strengths_come_from_their_table(tmp_path):
    given = encode(
        read(tmp_path, **LINKED, statements={"s": RAISES | {"strength": "lowers strongly"}})
    )
    expected = strength("lowers strongly", "influence")
    assert (given.stated[0], given.spread[0]) == (expected.mean, expected.spread)


@pytest.mark.parametrize("links", [[], ["a -> b"]])
def test_a_scenario_in_which_nobody_speaks_has_empty_arrays(tmp_path, links):
    given = encode(read(tmp_path, outcomes=["a", "b"], links=links))
    assert given.stated.shape == given.happened.shape == given.first.shape == (0,)
    assert given.direct.shape == (0, len(links))
    assert given.carries.shape == (0, 0)


def test_as_known_forgets_what_came_later(tmp_path):
    statements = {"s": says("x", "70%"), "later": says("y", "70%", date="2024-05-01")}
    scenario = read(tmp_path, statements=statements, news={"2024-03-01-n": SEEN})
    assert list(as_known(scenario, OPENS).statements) == ["s"]
    assert not as_known(scenario, OPENS).news
    assert list(as_known(scenario, dt.date(2024, 5, 1)).statements) == ["s", "later"]
    assert list(as_known(scenario, dt.date(2024, 5, 1), only=["later"]).statements) == ["later"]


def test_a_revision_takes_the_place_of_what_was_said(tmp_path):
    revision = {
        "kind": "revision",
        "published": "2024-02-01",
        "supersedes": "s",
        "statement": says("x", "20%", said="Now less so."),
    }
    scenario = read(tmp_path, statements={"s": says("x", "70%")}, news={"2024-02-01-n": revision})
    assert encode(as_known(scenario, OPENS)).stated.tolist() == [logit(0.7)]
    assert encode(scenario).stated.tolist() == [pytest.approx(logit(0.2))]
    assert encode(scenario).names == ("2024-02-01-n",)


def test_the_digest_is_of_numbers_not_of_words(tmp_path):
    def digest(**change):
        return encode(
            read(tmp_path, **LINKED, statements={"s": says("x", "70%") | change})
        ).digest()

    same = digest()
    assert digest(said="In other words.", because="Clearer so.") == same
    assert digest(words="more likely than not") == same
    changes = [{"probability": "71%"}, {"weight": 0.9}, {"expert": "y"}, {"given": {"b": "yes"}}]
    assert len({same, *(digest(**change) for change in changes)}) == 5
