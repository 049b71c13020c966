"""Two codings of the same articles: paired, compared, and far apart where confidence is low."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from builders import answer, prior_belief, says
from made_up import read, report

from estimative.aligning import differences
from estimative.coders import Codings, compare, compare_codings
from estimative.comparing import Comparison
from estimative.elicitation import encode
from estimative.forecasting import Forecast

SOURCES = {"paper": {"title": "The Paper", "published": "2024-01-01"}}
SAID = {
    "talks": says("berg", "likely", source="paper, page 1"),
    "helps": {
        "kind": "influence",
        "expert": "berg",
        "link": "a -> b",
        "strength": "raises",
        "source": "paper, page 2",
    },
    "past": {
        "kind": "base_rate",
        "event": {"b": "yes"},
        "happened": 1,
        "out_of": 4,
        "each": "1 year",
        "source": "paper",
    },
    "wish": {"kind": "remark", "expert": "cole", "about": "a", "source": "paper, page 9"},
}


def coded(folder: Path, by: str, *, seed: int = 1, shift: float = 0.0, **how: Any) -> Forecast:
    """Return a forecast of made-up draws, moved in log-odds, from one coder's file."""
    usual = {"outcomes": ["a", "b"], "links": ["a -> b"], "statements": SAID, "sources": SOURCES}
    how = usual | how
    scenario = read(folder, coded={"by": by, "on": "2024-01-01"}, as_of="2024-01-01", **how)
    given = encode(scenario)
    belief = prior_belief(given, seed=seed)
    if shift:
        at, tables = given.graph.block("a"), belief.tables.copy()
        odds = tables[:, at][:, 1] / tables[:, at][:, 0] * np.exp(shift)
        tables[:, at] = np.stack([1 / (1 + odds), odds / (1 + odds)], axis=1)
        belief = replace(belief, tables=tables)
    return answer(scenario, belief)


def named(found: Codings) -> list[tuple[str, str | None, str | None]]:
    return [(d.kind, d.first, d.second) for d in found.differences]


def test_two_coders_of_one_day_are_compared_as_such_and_all_else_as_before(tmp_path):
    desk, lena = coded(tmp_path, "desk"), coded(tmp_path, "Lena")
    assert isinstance(compare(desk, lena), Codings)
    assert isinstance(compare(desk, desk), Comparison)
    assert compare(desk, lena).coders == ("desk", "Lena")
    with pytest.raises(ValueError, match="no outcome in common"):
        compare(desk, coded(tmp_path, "Lena", outcomes=["c"], links=[], statements={}))
    desk_later = replace(desk, as_of=lena.as_of.replace(day=2))
    with pytest.raises(ValueError, match="give one day"):
        compare_codings(desk, desk_later)


def test_the_same_files_do_not_differ(tmp_path):
    found = compare_codings(coded(tmp_path, "desk"), coded(tmp_path, "Lena"))
    assert (found.alike, found.differences) == (4, ())
    assert {o.difference for o in found.outcomes} == {0.0}
    assert "The codings do not differ: 4 statements are coded alike, 0 differ." in found.text()


def test_of_three_states_the_one_that_differs_most_is_compared(tmp_path):
    outcomes = {"a": {"states": ["none", "some", "much"], "quiet": "none"}}
    said = {"s": says("x", "50%", event={"a": "none"})}
    made = {"outcomes": outcomes, "links": [], "statements": said}
    pair = [coded(tmp_path, by, **made) for by in ("desk", "Lena")]
    chances = [(0.5, 0.3, 0.2), (0.48, 0.05, 0.47)]  # both likeliest `none`, far apart elsewhere
    moved = [
        replace(f.belief, tables=np.tile(c, (len(f.draws), 1)))
        for f, c in zip(pair, chances, strict=True)
    ]
    desk, lena = (answer(f.scenario, b) for f, b in zip(pair, moved, strict=True))
    found = compare_codings(desk, lena)["a"]
    assert found.event == "much"
    assert found.difference == pytest.approx(0.27)
    assert found.too_far
    assert found.confidence == "low"


def test_one_is_not_counted_as_many(tmp_path):
    found = compare_codings(coded(tmp_path, "desk"), coded(tmp_path, "Lena"))
    assert "1 statement is coded alike, 0 differ." in replace(found, alike=1).text()


def test_headlines_stand_beside_each_other_with_an_interval_as_if_independent(tmp_path):
    desk, lena = coded(tmp_path, "desk"), coded(tmp_path, "Lena", seed=2, shift=0.5)
    found = compare_codings(desk, lena)
    a = found["a"]
    assert a.first == (desk["a"].probability, desk["a"].lower, desk["a"].upper)
    assert a.difference == pytest.approx(lena["a"].probability - desk["a"].probability)
    column = desk.given.graph.state("a", "yes")
    assert a.upper - a.lower == pytest.approx(
        np.subtract(*np.quantile(lena.draws[:, column] - desk.draws[:, column], [0.95, 0.05])),
        rel=0.05,
    )
    spread = np.hypot(desk.draws[:, column].std(), lena.draws[:, column].std())
    assert a.error == pytest.approx(spread / np.sqrt(4000), rel=0.3)


@pytest.mark.parametrize(("shift", "too_far"), [(0.9, True), (0.3, False), (-0.9, True)])
def test_beyond_fifteen_points_confidence_is_low_and_says_why(tmp_path, shift, too_far):
    desk = coded(tmp_path, "desk")
    lena = coded(tmp_path, "Lena", shift=shift)
    sure = {"confidence": "high", "confidence_because": "counts"}
    both = [
        replace(f, outcomes=tuple(replace(o, **sure) for o in f.outcomes)) for f in (desk, lena)
    ]
    a = compare_codings(*both)["a"]
    assert a.too_far == too_far == (abs(a.difference) > 0.15)
    if too_far:
        points = round(100 * abs(a.difference))
        assert a.confidence == "low"
        assert a.confidence_because == f"two codings lie {points} points apart; counts"
    else:
        assert (a.confidence, a.confidence_because) == ("high", "counts")


def test_confidence_is_never_more_than_the_lower_of_the_two(tmp_path):
    desk, lena = coded(tmp_path, "desk"), coded(tmp_path, "Lena")
    high = replace(desk, outcomes=tuple(replace(o, confidence="high") for o in desk.outcomes))
    assert compare_codings(high, lena)["a"].confidence == lena["a"].confidence == "low"


def test_what_one_withholds_has_no_numbers_and_stands_last(tmp_path):
    desk = coded(tmp_path, "desk", outcomes={"a": {}, "b": {"definition": None}})
    lena = coded(tmp_path, "Lena", shift=0.1)
    found = compare_codings(desk, lena)
    assert [o.name for o in found.outcomes] == ["a", "b"]
    assert found.records()[1]["first"] is found.records()[1]["move"] is None
    assert found["b"].confidence == "-"
    assert "withheld: no definition" in found.text()


def test_statements_are_paired_by_id_then_by_who_where_and_what(tmp_path):
    theirs = {
        "one": SAID["talks"] | {"probability": "very likely"},  # speaker, place, subject
        "two": SAID["helps"] | {"source": "paper, p. 2", "strength": "raises strongly"},
        "past": SAID["past"] | {"event": {"a": "yes"}},  # id
        "wish": SAID["wish"],
    }
    first, second = coded(tmp_path, "desk"), coded(tmp_path, "Lena", statements=theirs)
    found = compare_codings(first, second)
    pairs = {(d.first, d.second): d.fields for d in found.differences}
    count = "1 of 4 periods of 365.25 days"
    assert pairs == {
        ("talks", "one"): {"coded": ("a = yes: likely", "a = yes: very likely")},
        ("helps", "two"): {"coded": ("b <- a: raises", "b <- a: raises strongly")},
        ("past", "past"): {"coded": (f"b = yes: {count}", f"a = yes: {count}")},
    }
    assert found.alike == 1


def test_another_reading_of_one_place_is_a_pair_and_the_rest_stands_alone(tmp_path):
    theirs = {
        "other": says("berg", "likely", event={"b": "yes"}, source="paper, page 1"),
        "fresh": says("dorn", "likely", source="paper, page 5"),
        "heard": says("cole", "unlikely", source="paper, page 9"),  # a remark to the first
    }
    found = compare_codings(coded(tmp_path, "desk"), coded(tmp_path, "Lena", statements=theirs))
    pairs = {(d.first, d.second) for d in found.differences}
    both = {("talks", "other"), ("wish", "heard")}
    assert pairs == both | {("helps", None), ("past", None), (None, "fresh")}
    (remark,) = (d for d in found.differences if d.first == "wish")
    assert remark.fields["coded"] == ("remark", "a = yes: unlikely")
    assert remark.fields["weight"] == ("", "1")


@pytest.mark.parametrize(
    ("change", "field", "both"),
    [
        ({"weight": 0.5}, "weight", ("1", "0.5")),
        ({"given": {"b": "yes"}}, "coded", ("a = yes: likely", "a = yes given b = yes: likely")),
        ({"event": {"a": "no"}}, "coded", ("a = yes: likely", "a = no: likely")),
        ({"date": "2023-12-31"}, "dated", ("2024-01-01", "2023-12-31")),
        ({"lexicon": "kent"}, "read", None),
    ],
)
def test_what_of_a_statement_differs_is_named(tmp_path, change, field, both):
    theirs = SAID | {"talks": SAID["talks"] | change}
    _, (found,) = differences(coded(tmp_path, "desk"), coded(tmp_path, "Lena", statements=theirs))
    assert set(found.fields) == {field}
    assert both is None or found.fields[field] == both


def test_links_outcomes_drivers_and_news_of_one_only_are_named(tmp_path):
    news = {"r": report({"a": "yes"}, day="2024-01-01")}
    desk = coded(tmp_path, "desk", drivers={"d": {}}, links=["a -> b", "d -> a"], news=news)
    nodes = {"a": {"by": "2024-06-30"}, "b": {"definition": "Otherwise."}, "c": {}}
    news["r"] = report({"a": "yes"}, 9, day="2024-01-01")
    lena = coded(tmp_path, "Lena", outcomes=nodes, news=news)
    found = compare_codings(desk, lena)
    assert named(found) == [
        ("link", "d -> a", None),
        ("outcome", "a", "a"),
        ("outcome", "b", "b"),
        ("outcome", None, "c"),
        ("driver", "d", None),
        ("news", "2024-01-01-r", "2024-01-01-r"),
    ]
    assert found.differences[1].fields == {"by": ("2024-12-31", "2024-06-30")}
    assert set(found.differences[2].fields) == {"definition"}


def test_a_statement_of_one_only_moves_the_answer_by_its_pull(tmp_path):
    heard = SAID | {"also": says("ely", "likely", source="paper, page 7")}
    fewer = {n: s for n, s in heard.items() if n != "talks"}
    desk = coded(tmp_path, "desk", statements=heard)
    lena = coded(tmp_path, "Lena", statements=fewer)
    rows = [*desk.given.names, *desk.given.record_names]
    tilt = np.zeros((len(rows), 4000))
    tilt[rows.index("talks")] = -desk.belief.posterior["base"][:, 0] / 4
    desk = replace(desk, belief=replace(desk.belief, without=tilt))
    (found,) = compare_codings(desk, lena).differences
    pull = next(s for s in desk.statements if s.name == "talks")
    assert (found.first, found.second, found.outcome) == ("talks", None, "a")
    assert found.move == pytest.approx(-pull.pulls["a"])
    assert found.error == pytest.approx(pull.errors["a"])
    shown = compare_codings(desk, lena).tables()[1]
    moved = f"a {100 * found.move:+.0f}"
    assert shown.rows == [("statement", "talks: a = yes: likely", "-", moved)]


def test_records_have_one_set_of_columns(tmp_path):
    theirs = SAID | {"talks": SAID["talks"] | {"weight": 0.5}}
    found = compare_codings(coded(tmp_path, "desk"), coded(tmp_path, "Lena", statements=theirs))
    frame = found.to_frame()
    assert list(frame.kind) == ["headline", "headline", "statement"]
    assert frame.differs[2] == {"weight": "1 / 0.5"}
    assert len({tuple(row) for row in found.records()}) == 1
    assert "<table>" in found._repr_html_()
    with pytest.raises(KeyError, match="there are: "):
        found["c"]
