"""Each voice stands beside the pool, and whatever nobody said is named; nothing is fitted here."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import answer, prior_belief, read, says

from estimative.elicitation import as_known, encode
from estimative.errors import ScenarioError
from estimative.explaining import (
    Coverage,
    Disagreement,
    coverage,
    disagreement,
    group_departures,
)
from estimative.forecasting import Forecast
from estimative.results import percent
from estimative.scenario import Scenario

NOTE = "Anna Berg signs her column as Vogel."


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    found = read(
        tmp_path_factory.mktemp("explaining"),
        outcomes={"a": {}, "b": {"title": "The gate opens"}, "mute": {}},
        drivers={"cause": {}},
        links=["cause -> a", "a -> b"],
        experts={
            "berg": {"name": "Anna Berg", "aliases": ["Vogel"], "note": NOTE, "group": "press"},
            "silent": {"name": "Silent Sam"},
        },
        statements={
            "berg_a": says("berg", "likely", source="paper"),
            "berg_b": says("berg", "unlikely", event={"b": "yes"}, source="paper"),
            "cole_a": says("cole", "unlikely", source="paper"),
            "cole_link": {
                "kind": "influence",
                "expert": "cole",
                "link": "a -> b",
                "strength": "raises",
                "source": "paper",
            },
            "past": {
                "kind": "base_rate",
                "event": {"a": "yes"},
                "happened": 1,
                "out_of": 4,
                "each": "1 year",
            },
        },
        sources={"paper": {"title": "Paper", "published": "2024-01-01"}},
    )
    mute = found.outcomes["mute"].model_copy(update={"definition": None})
    return found.model_copy(update={"outcomes": {**found.outcomes, "mute": mute}})


@pytest.fixture(scope="module")
def pooled(scenario: Scenario) -> Forecast:
    return answer(scenario, prior_belief(encode(as_known(scenario, scenario.date))))


class Alone:
    """Stands in for the fit of one voice: draws of the prior, of another seed for each voice."""

    def __init__(self, scenario: Scenario, **diagnostics: float) -> None:
        self.scenario, self.diagnostics = scenario, diagnostics
        self.asked: dict[str, set[str]] = {}

    def __call__(self, label: str, statements: set[str]) -> Forecast:
        self.asked[label] = statements
        own = as_known(self.scenario, self.scenario.date, only=statements)
        belief = prior_belief(encode(own), seed=10 + len(self.asked), **self.diagnostics)
        return answer(own, belief)


@pytest.fixture
def alone(scenario: Scenario) -> Alone:
    return Alone(scenario)


def names(found: Disagreement) -> dict[str, list[str]]:
    return {outcome: sorted(v.name for v in voices) for outcome, voices in found.voices.items()}


def test_every_voice_is_asked_once_with_all_its_statements(pooled, alone):
    found = disagreement(pooled, alone)
    assert alone.asked == {
        "Anna Berg": {"berg_a", "berg_b"},
        "Cole": {"cole_a", "cole_link"},
        "the record": {"past"},
    }
    assert names(found) == {
        "a": ["Anna Berg", "Cole", "the record"],
        "b": ["Anna Berg", "Cole"],
        "mute": [],
    }


def test_a_voice_carries_its_group_its_statements_and_draws_that_match_its_numbers(pooled, alone):
    found = disagreement(pooled, alone)
    berg, cole = (next(v for v in found.voices["b"] if v.expert == id) for id in ("berg", "cole"))
    assert (berg.group, cole.group) == ("press", "cole")
    assert (berg.statements, cole.statements) == (("berg_b",), ("cole_link",))
    for voice in (berg, cole):
        assert voice.lower < voice.probability < voice.upper
        assert np.mean(voice.draws) == pytest.approx(voice.probability, abs=0.02)
        assert np.mean((voice.lower < voice.draws) & (voice.draws < voice.upper)) == pytest.approx(
            pooled.interval, abs=0.01
        )


def test_voices_stand_from_the_likeliest_down_and_the_pool_is_their_plain_mean(pooled, alone):
    found = disagreement(pooled, alone)
    chances = [v.probability for v in found.voices["a"]]
    assert chances == sorted(chances, reverse=True)
    assert found.linear_pool("a") == pytest.approx(np.mean(chances))
    assert found.linear_pool("mute") is None


def test_one_outcome_asks_only_those_who_speak_of_it(pooled, alone):
    found = disagreement(pooled, alone, outcome="b")
    assert names(found) == {"b": ["Anna Berg", "Cole"]}
    assert set(alone.asked) == {"Anna Berg", "Cole"}


@pytest.mark.parametrize("asked", ["Vogel", "vogel", " VOGEL "])
def test_an_alias_finds_the_expert_prints_the_note_and_is_never_a_label(pooled, alone, asked):
    found = disagreement(pooled, alone, expert=asked)
    assert set(alone.asked) == {"Anna Berg"}
    assert found.note == NOTE
    table = found.text().replace(NOTE, "")
    assert "Anna Berg" in table
    assert "Vogel" not in table
    assert "Vogel" not in str(found.records())


def test_a_name_or_id_finds_the_expert_without_a_note(pooled, alone):
    assert disagreement(pooled, alone, expert="berg").note is None
    assert disagreement(pooled, alone, expert="anna berg").note is None


def test_an_expert_who_says_nothing_is_said_to(pooled, alone):
    found = disagreement(pooled, alone, expert="silent")
    assert alone.asked == {}
    assert "Silent Sam says nothing of it that counts." in found.text()


def test_a_wrong_name_names_the_nearest(pooled, alone):
    with pytest.raises(ScenarioError, match="did you mean 'berg'"):
        disagreement(pooled, alone, expert="bergh")
    with pytest.raises(KeyError, match="there are: a, b, mute"):
        disagreement(pooled, alone, outcome="c")


def test_a_voice_that_has_not_converged_shows_no_number(pooled, scenario):
    found = disagreement(pooled, Alone(scenario, rhat=1.2), outcome="b")
    assert {v.withheld for v in found.voices["b"]} == {"not converged"}
    assert found.linear_pool("b") is None
    pool, *voices = found.records()
    assert pool["probability"] is not None
    assert {row["probability"] for row in voices} == {None}
    assert "not converged" in found.text()


def test_the_table_has_a_row_for_the_pool_each_voice_and_their_mean(pooled, alone):
    lines = disagreement(pooled, alone, outcome="b").text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("The gate opens"))
    assert "all, pooled" in lines[first]
    assert sorted(line.split()[0] for line in lines[first + 1 : first + 3]) == ["Anna", "Cole"]
    assert lines[first + 3].startswith("  plain mean of the voices")


@pytest.fixture(scope="module")
def covered(pooled: Forecast) -> Coverage:
    return coverage(pooled)


def test_a_network_needs_a_level_a_node_and_a_strength_a_link(covered):
    assert [(n.node, n.need) for n in covered.needs] == [
        ("a", "level"),
        ("a", "cause -> a"),
        ("b", "level"),
        ("b", "a -> b"),
        ("mute", "level"),
        ("cause", "level"),
    ]


def test_what_was_stated_names_who_and_how_and_what_was_not_how_far_it_would_move(covered):
    needs = {n.need if n.need != "level" else n.node: n for n in covered.needs}
    assert needs["a"].statements == ("berg_a", "cole_a", "past")
    assert needs["a"].said == ("Anna Berg: likely", "Cole: unlikely", "the record: 1 of 4")
    assert needs["a -> b"].said == ("Cole: raises",)
    assert needs["a"].move is None
    assert needs["cause -> a"].statements == ()
    assert needs["cause -> a"].move is not None
    assert needs["mute"].move == pytest.approx(needs["mute"].farthest_move)
    assert needs["mute"].farthest == "mute"
    assert needs["mute"].move > 0.1  # half a prior sd of its log-odds, seen from a half


def test_a_default_moves_its_own_node_and_no_outcome_on_which_it_acts_as_often_up_as_down(covered):
    cause = next(n for n in covered.needs if n.node == "cause")
    assert cause.move > 0.1
    assert (cause.farthest, cause.farthest_move) == ("", None)  # the sign of cause -> a is open


def test_a_move_is_shown_only_where_it_stands_clear_of_its_error(pooled, covered):
    by_need = {n.need if n.need != "level" else n.node: n for n in covered.needs}
    assert by_need["mute"].clear
    noise = by_need["cause -> a"]  # the parents' half is on and half off: a's mean does not move
    assert abs(noise.move) <= 3 * noise.error
    row = next(line for line in covered.text().splitlines() if line.startswith("  <- cause"))
    assert row.split()[-1] == "~0"
    assert "more than 3 Monte Carlo standard errors" in " ".join(covered.text().split())


def test_the_error_of_a_move_is_its_spread_over_fits_of_other_seeds(scenario):
    given = encode(as_known(scenario, scenario.date))
    moves, errors = [], []
    for seed in range(40):
        found = coverage(answer(scenario, prior_belief(given, draws=1000, seed=seed)))
        need = next(n for n in found.needs if n.node == "mute")
        moves.append(need.move)
        errors.append(need.error)
    assert np.mean(errors) == pytest.approx(np.std(moves), rel=0.35)  # 40 fits: an error of 11%


MANY = ["none", "partial", "whole"]


def test_states_are_named_where_there_are_more_than_two(tmp_path):
    found = read(
        tmp_path,
        outcomes={"a": {"states": MANY, "quiet": "none", "title": "Reform"}, "b": {}},
        drivers={"d": {"states": MANY}},
        links=["d -> a", "a -> b"],
        statements={
            "s": says("x", "likely", event={"a": "partial"}, given={"d": "whole"}),
            "t": {
                "kind": "influence",
                "expert": "x",
                "link": "d -> a",
                "states": {"d": "whole", "a": "partial"},
                "strength": "raises",
            },
            "u": {
                "kind": "comparison",
                "expert": "y",
                "likelier": {"a": "partial"},
                "than": {"b": "yes"},
                "strength": "clearly",
            },
        },
    )
    forecast = answer(found, prior_belief(encode(found)))
    state = forecast["a"].event
    assert forecast.text().splitlines()[5].startswith(f"Reform: {state}  ")
    others = [f"{s} {percent(p)}" for s, p in forecast["a"].states.items() if s != state]
    assert f"    else {', '.join(others)}" in forecast.text()
    assert f"Reform: {state}" in forecast._repr_html_()
    assert forecast.records()[0]["event"] == state
    assert "event" not in forecast.to_json()["outcomes"][0]
    abouts = [s.about for s in forecast.statements]
    assert abouts == ["a = partial given d = whole", "a = partial <- d = whole", "a = partial > b"]
    assert f"Reform: {state}" in forecast.trace("a").text()
    needs = {n.node if n.need == "level" else n.need: n for n in coverage(forecast).needs}
    assert needs["a"].said == (
        "X: likely partial given d = whole",
        "Y: partial clearly likelier than b",
    )
    assert needs["d -> a"].said == ("X: raises (a = partial <- d = whole)",)
    assert needs["b"].said == ("Y: clearly less likely than a = partial",)
    shown = disagreement(forecast, Alone(found), outcome="a").text()
    assert f"Reform: {state}" in shown


def test_only_groups_that_stand_clear_of_the_others_are_named(scenario, pooled):
    given, random = pooled.given, np.random.default_rng(1)
    persons, groups = len(given.persons), len(given.groups)
    errors = random.normal(0, 1, (4000, persons + groups + len(given.targets)))
    near = replace(
        pooled, belief=replace(pooled.belief, posterior=pooled.belief.posterior | {"error": errors})
    )
    found = group_departures(near)
    assert set(found) == {"press", "cole"}
    shift, sd = found["press"]
    assert abs(shift) < 0.1
    assert sd == pytest.approx(np.sqrt(2), rel=0.05)
    named = "stands clear of the others where both speak"
    assert f"None of the 2 groups {named}" in " ".join(Disagreement(near, {"a": ()}).text().split())
    errors[:, persons + given.groups.index("group press on a = yes")] += 3
    told = " ".join(Disagreement(near, {"a": ()}).text().split())
    assert "Group press stands +3.0 log-odds from the others" in told
    assert "None of" not in told


def test_questions_name_what_is_undefined_unspoken_and_without_a_source(covered):
    asked = " ".join(covered.questions)
    assert "mute has no definition" in asked
    assert "nobody speaks of mute" in asked
    assert "past names no source" in asked
    assert "berg_a" not in asked


def test_what_is_due_and_unresolved_is_asked_for(scenario, pooled):
    late = dt.date(2025, 6, 1)
    asked = " ".join(coverage(answer(scenario, pooled.belief, as_of=late)).questions)
    assert "a was due on 2024-12-31 and has no observation; resolve it." in asked


def test_coverage_prints_its_needs_indented_and_its_records_in_full(covered):
    lines = covered.text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("a  "))
    assert lines[at + 1].startswith("  <- cause")
    assert "default" in lines[at + 1]
    assert "3 of 6 needs are stated" in covered.text()
    record = covered.records()[1]
    assert record["stated"] is False
    assert record["need"] == "cause -> a"
    assert len(covered.to_frame()) == 6


def test_nothing_is_written_to_disk(tmp_path: Path, pooled, alone, monkeypatch):
    monkeypatch.chdir(tmp_path)
    disagreement(pooled, alone)
    coverage(pooled)
    assert list(tmp_path.iterdir()) == []
