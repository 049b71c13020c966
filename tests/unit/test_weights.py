"""Every factor of a weight is shown, and what one voice repeats shares one weight (by hand)."""

import pytest
from builders import read, says

from estimative.weights import voices, weigh


def totals(folder, **more):
    return {name: weight.total for name, weight in weigh(read(folder, **more)).items()}


def test_a_bare_statement_counts_in_full(tmp_path):
    (weight,) = weigh(read(tmp_path, statements={"s": says("x", "70%")})).values()
    assert weight.total == 1.0
    assert set(weight.__dict__.values()) == {1.0}


def test_factors_multiply_and_each_is_shown(tmp_path):
    scenario = read(
        tmp_path,
        experts={"x": {"reliability": "B"}},
        sources={"k": {"title": "K", "published": "2024-01-01", "reliability": "C"}},
        statements={"s": says("x", "70%", source="k, page 1", weight=0.5)},
        recency="180 days",
        as_of="2024-12-26",  # 360 days later: two half-lives
    )
    weight = weigh(scenario)["s"]
    assert (weight.given, weight.expert, weight.source, weight.recency) == (0.5, 0.8, 0.6, 0.25)
    assert (weight.track_record, weight.repetition) == (1.0, 1.0)
    assert weight.total == pytest.approx(0.5 * 0.8 * 0.6 * 0.25, rel=1e-15)


def test_what_cannot_be_judged_is_in_the_middle(tmp_path):
    def of(letter):
        return totals(
            tmp_path, experts={"x": {"reliability": letter}}, statements={"s": says("x", "70%")}
        )["s"]

    assert of("A") > of("C") > of("F") > of("D") > of("E") > 0


def test_age_is_counted_to_the_day_of_the_forecast_and_never_below_zero(tmp_path):
    statements = {"old": says("x", "70%"), "new": says("y", "70%", date="2024-02-10")}
    found = totals(tmp_path, statements=statements, recency="20 days")
    assert found == {"old": 0.25, "new": 1.0}
    # a day before the newer one was said, it is no younger than new
    found = totals(tmp_path, statements=statements, recency="20 days", as_of="2024-01-21")
    assert found["old"] == pytest.approx(0.5)
    assert found["new"] == 1.0


@pytest.mark.parametrize("gone", [{"kind": "remark", "about": "a"}, says("x", "70%", weight=0)])
def test_a_remark_and_a_weight_of_zero_are_never_said(tmp_path, gone):
    assert totals(tmp_path, statements={"s": gone, "t": says("y", "60%")}) == {"t": 1.0}


def test_one_voice_on_one_event_shares_one_weight(tmp_path):
    found = totals(
        tmp_path,
        statements={
            "first": says("x", "70%", weight=0.8),
            "again": says("x", "60-80%", weight=0.4, date="2024-03-01"),
            "other": says("y", "70%", weight=0.5),
        },
    )
    # the strongest, 0.8, is what the two have together, shared as 2 to 1
    assert found["first"] == pytest.approx(0.8 * 0.8 / 1.2)
    assert found["again"] == pytest.approx(0.4 * 0.8 / 1.2)
    assert found["first"] + found["again"] == pytest.approx(0.8)
    assert found["other"] == 0.5


def test_a_repetition_of_weight_zero_takes_nothing_away(tmp_path):
    statements = {"first": says("x", "70%"), "again": says("x", "70%", weight=0)}
    assert totals(tmp_path, statements=statements) == {"first": 1.0}


INFLUENCE = {"kind": "influence", "expert": "x", "link": "a -> b", "strength": "raises"}
COMPARISON = {"kind": "comparison", "expert": "x", "strength": "far"}
A, B = {"a": "yes"}, {"b": "yes"}
RECORD = {"kind": "base_rate", "event": A, "happened": 1, "out_of": 9, "each": "1 year"}

SAME = {
    "the complement": (says("x", "70%"), says("x", "30%", event={"a": "no"})),
    "a condition": (says("x", "70%", given=B), says("x", "60%", given=B)),
    "a strength": (INFLUENCE, INFLUENCE | {"strength": "lowers"}),
    "an influence of the absence": (
        INFLUENCE,
        INFLUENCE | {"states": {"a": "no", "b": "yes"}, "strength": "lowers"},
    ),
    "a comparison turned round": (
        COMPARISON | {"likelier": A, "than": B},
        COMPARISON | {"likelier": B, "than": A},
    ),
    "a record, whoever counts it": (RECORD, RECORD | {"expert": "x"}),
    "a record of the complement": (RECORD, RECORD | {"event": {"a": "no"}, "happened": 8}),
}
APART = {
    "two experts": (says("x", "70%"), says("y", "70%")),
    "two events": (says("x", "70%"), says("x", "70%", event=B)),
    "two conditions": (says("x", "70%", given=B), says("x", "70%", given={"b": "no"})),
    "with and without a condition": (says("x", "70%"), says("x", "70%", given=B)),
    "a chance and an influence": (says("x", "70%", event=B), INFLUENCE),
    "a link and all paths": (
        INFLUENCE,
        {k: v for k, v in INFLUENCE.items() if k != "link"} | {"path": "a -> b"},
    ),
    "two records": (RECORD, RECORD | {"happened": 2}),
}


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME)
def test_these_repeat_each_other(tmp_path, pair):
    scenario = read(
        tmp_path,
        outcomes=["a", "b"],
        links=["a -> b"],
        statements=dict(zip("st", pair, strict=True)),
    )
    assert voices(scenario, "st") == [("s", "t")]
    assert [w.total for w in weigh(scenario).values()] == [0.5, 0.5]


@pytest.mark.parametrize("pair", APART.values(), ids=APART)
def test_these_do_not(tmp_path, pair):
    scenario = read(
        tmp_path,
        outcomes=["a", "b"],
        links=["a -> b"],
        statements=dict(zip("st", pair, strict=True)),
    )
    assert voices(scenario, "st") == [("s",), ("t",)]


def test_states_of_a_larger_node_are_different_events(tmp_path):
    outcomes = {"a": {"states": ["low", "middle", "high"], "quiet": "low"}}
    statements = {
        "s": says("x", "40%", event={"a": "high"}),
        "t": says("x", "30%", event={"a": "low"}),
    }
    scenario = read(tmp_path, outcomes=outcomes, statements=statements)
    assert voices(scenario, "st") == [("s",), ("t",)]
