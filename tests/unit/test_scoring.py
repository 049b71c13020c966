"""Scores and what they stand beside, worked out by hand."""

import math

import pytest
from builders import read, says
from recorded_days import day, edit, say

from estimative.lexicon import read_lexicon
from estimative.scoring import base_rate, resolution, score, statement_mean

NEVER = {"kind": "base_rate", "event": {"a": "yes"}, "happened": 0, "out_of": 5, "each": "1 year"}
SEEN = {"kind": "observation", "published": "2024-06-01", "observed": {"a": "yes"}}
# Jeffreys: (0 + 1/2) / (5 + 1) a year, over a window of 366 days
RARE = 1 - (11 / 12) ** (366 / 365.25)


@pytest.fixture
def scenario(tmp_path):
    statements = {
        "ann_on_a": says("ann", "70%"),
        "bob_on_a": says("bob", "20%", event={"a": "no"}),
        "bob_if": says("bob", "99%", given={"b": "yes"}),
        "cy_unheard": says("cy", "1%", weight=0),
        "never": NEVER,
    }
    news = {"2024-06-01-seen": SEEN}
    return read(tmp_path, outcomes=("a", "b"), statements=statements, news=news)


def test_brier_and_log_score_by_hand(scenario):
    say(scenario, "2024-02-01", {"a": 0.7, "b": 0.4})
    say(scenario, "2024-03-01", {"a": 0.9, "b": 0.3})
    say(scenario, "2024-06-01", {"a": 1.0, "b": 0.2})  # it has been seen: no forecast of a
    (a,) = score(scenario).scored
    assert (a.outcome, a.n, a.resolution.state) == ("a", 2, "yes")
    assert a.brier == pytest.approx((0.09 + 0.01) / 2)
    assert a.log == pytest.approx(-(math.log(0.7) + math.log(0.9)) / 2)
    even, record, mean = (a.rivals[r] for r in ("even", "base_rate", "statements"))
    assert (even.brier, even.log, even.n) == (0.25, pytest.approx(math.log(2)), 2)
    assert record.brier == pytest.approx((1 - RARE) ** 2)
    assert record.log == pytest.approx(-math.log(RARE))
    assert mean.brier == pytest.approx((1 - (0.7 + 0.8) / 2) ** 2)
    assert (mean.ours_brier, mean.ours_log) == (a.brier, a.log)


def test_silence_resolves_once_the_window_is_over(scenario):
    say(scenario, "2024-02-01", {"a": 0.7, "b": 0.4})
    say(scenario, "2024-12-31", {"a": 1.0, "b": 0.0})  # its window is over
    assert [o.outcome for o in score(scenario, as_of="2024-12-30").scored] == ["a"]
    found = {o.outcome: o for o in score(scenario, as_of="2024-12-31").scored}
    b = found["b"]
    assert (b.resolution.state, b.resolution.how, b.n) == ("no", "silence", 1)
    assert b.brier == pytest.approx(0.16)
    assert set(b.rivals) == {"even"}


def test_who_rules_out_what_comes_has_an_infinite_log_score(scenario):
    say(scenario, "2024-02-01", {"a": 0.0, "b": 0.4})
    (a,) = score(scenario).scored
    assert (a.brier, a.log) == (1, math.inf)


def test_totals_count_each_outcome_once(scenario):
    for month in ("02", "03", "04"):
        say(scenario, f"2024-{month}-01", {"a": 0.7, "b": 0.4})
    totals = score(scenario, as_of="2025-01-01").totals()
    assert (totals["even"].n, totals["base_rate"].n) == (2, 1)
    assert totals["even"].ours_brier == pytest.approx((0.09 + 0.16) / 2)
    assert totals["base_rate"].ours_brier == pytest.approx(0.09)


def test_withheld_forecasts_are_counted_and_not_scored(scenario):
    say(scenario, "2024-02-01", {"a": None, "b": 0.4})
    say(scenario, "2024-03-01", {"a": 0.9, "b": 0.4})
    a, b = score(scenario).outcomes
    assert (a.n, a.withheld, a.brier) == (1, 1, pytest.approx(0.01))
    assert (b.n, b.resolution, b.brier) == (0, None, None)
    text = str(score(scenario))
    assert "Withheld, and so not scored: 1" in text
    assert "Not resolved: b" in text


def test_an_amended_definition_is_a_new_outcome_and_the_old_one_stays_scored(scenario):
    say(scenario, "2024-02-01", {"a": 0.2, "b": 0.4})
    amended = edit(scenario, lambda d: d["outcomes"]["a"].update(definition="Seen: two of a."))
    say(amended, "2024-03-01", {"a": 0.9, "b": 0.4})
    old, _, new = score(amended, as_of="2024-06-01").outcomes
    assert (old.amended, old.n, old.brier) == (True, 1, pytest.approx(0.64))
    assert (new.amended, new.n, new.brier) == (False, 1, pytest.approx(0.01))
    assert old.key != new.key
    text = str(score(amended, as_of="2024-06-01"))
    assert f"a #{old.key}" in text
    assert "amended later" in text


def test_a_longer_window_does_not_resolve_the_shorter_one(scenario):
    say(scenario, "2024-02-01", {"a": 0.2, "b": 0.4})
    shorter = scenario.outcomes["a"].model_copy(update={"by": day("2024-05-01")})
    ended = resolution(scenario, "a", shorter, day("2024-12-31"))
    assert (ended.state, ended.how, ended.on) == ("no", "silence", day("2024-05-01"))
    own = resolution(scenario, "a", scenario.outcomes["a"], day("2024-12-31"))
    assert (own.state, own.how, own.on) == ("yes", "2024-06-01-seen", day("2024-06-01"))
    assert resolution(scenario, "a", scenario.outcomes["a"], day("2024-05-31")) is None


def test_what_cannot_be_seen_is_not_resolved_by_silence(tmp_path):
    hidden = read(tmp_path, outcomes={"a": {"timing": "none"}})
    assert resolution(hidden, "a", hidden.outcomes["a"], day("2030-01-01")) is None


def test_lag_puts_silence_off(tmp_path):
    late = read(tmp_path, outcomes={"a": {"lag": "30 days"}})
    assert resolution(late, "a", late.outcomes["a"], day("2025-01-29")) is None
    ended = resolution(late, "a", late.outcomes["a"], day("2025-01-30"))
    assert ended.on == day("2025-01-30")


def test_what_was_said_first_is_scored_and_hindsight_is_counted(scenario):
    say(scenario, "2024-02-01", {"a": 0.2, "b": 0.4})
    say(scenario, "2024-02-01", {"a": 0.99, "b": 0.4}, written="2024-07-01")
    (a,) = score(scenario).scored
    assert (a.n, a.brier, a.late) == (1, pytest.approx(0.64), 0)
    say(scenario, "2024-03-01", {"a": 0.6, "b": 0.4}, written="2024-07-01")
    found = score(scenario)
    assert (found.scored[0].n, found.scored[0].late) == (2, 1)
    assert "Hindsight: 1 of 2" in str(found)


def test_each_model_is_scored_by_itself(scenario):
    say(scenario, "2024-02-01", {"a": 0.7, "b": 0.4})
    say(scenario, "2024-02-01", {"a": 0.1, "b": 0.4}, model="other")
    assert score(scenario).scored[0].brier == pytest.approx(0.09)
    assert score(scenario, model="other").scored[0].brier == pytest.approx(0.81)


def test_more_states_take_half_the_sum_of_squares(tmp_path):
    states = {"states": ["low", "middle", "high"], "quiet": "low"}
    many = read(
        tmp_path,
        outcomes={"a": states},
        statements={"s": says("ann", "50%", event={"a": "high"})},
        news={"2024-06-01-seen": SEEN | {"observed": {"a": "middle"}}},
    )
    say(many, "2024-02-01", {"a": {"low": 0.5, "middle": 0.3, "high": 0.2}})
    (a,) = score(many).scored
    assert a.brier == pytest.approx((0.25 + 0.49 + 0.04) / 2)
    assert a.log == pytest.approx(-math.log(0.3))
    assert a.rivals["even"].brier == pytest.approx((4 / 9 + 1 / 9 + 1 / 9) / 2)
    assert statement_mean(many, "a") == pytest.approx({"low": 0.25, "middle": 0.25, "high": 0.5})


def test_base_rate_is_jeffreys_over_the_window(scenario, tmp_path):
    assert base_rate(scenario, "a") == pytest.approx({"no": 1 - RARE, "yes": RARE})
    assert base_rate(scenario, "b") is None
    two = read(
        tmp_path,
        statements={
            "never": NEVER,
            "months": NEVER | {"happened": 3, "out_of": 12, "each": "1 month"},
        },
    )
    monthly = 1 - (1 - 3.5 / 13) ** (366 / (365.25 / 12))
    assert base_rate(two, "a")["yes"] == pytest.approx((RARE + monthly) / 2)


def test_words_count_with_the_middle_of_the_lexicon(tmp_path):
    worded = read(tmp_path, statements={"s": says("ann", "likely")})
    middle = read_lexicon("icd203").meaning("likely").mean
    assert statement_mean(worded, "a")["yes"] == pytest.approx(1 / (1 + math.exp(-middle)))


def test_frame_and_text(scenario):
    say(scenario, "2024-02-01", {"a": 0.7, "b": 0.4})
    found = score(scenario, as_of="2025-01-01")
    frame = found.to_frame().set_index("outcome")
    assert frame.loc["a", "brier"] == pytest.approx(0.09)
    assert frame.loc["a", "base_rate_brier"] == pytest.approx((1 - RARE) ** 2)
    assert frame.loc["b", "base_rate_n"] == 0
    text = found.text()
    assert "yes, seen 2024-06-01" in text
    assert "no, in silence" in text
    assert "the plain mean of the statements" in text


def test_nothing_recorded(scenario):
    found = score(scenario)
    assert found.outcomes == ()
    assert found.totals() == {}
    said = " ".join(str(found).split())
    assert said == (
        "Nothing of small can be scored as of 2024-06-01: no forecast by expert_network of that day"
        " or an earlier one is recorded; by 2024-12-31 all windows have closed"
        " (--as-of 2024-12-31)."
    )
    assert "all windows" not in str(score(scenario, as_of="2024-12-31"))


def test_what_is_recorded_but_still_open_is_said_to_be(scenario):
    say(scenario, "2024-02-01", {"b": 0.4})
    said = " ".join(str(score(scenario, as_of="2024-02-02")).split())
    assert "no outcome that was forecast while it was open is resolved by then; by" in said
    assert "Not resolved: b." in said
    assert "Brier" not in said
