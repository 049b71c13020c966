"""Each voice and each group stand beside three pools; nothing is fitted here."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import answer, prior_belief, read, says

from estimative.disagreements import Alone, Disagreement, disagreement, group_departures
from estimative.elicitation import as_known, encode
from estimative.errors import ScenarioError
from estimative.forecasting import Forecast, under_news
from estimative.news import world
from estimative.pooling import Kind, Voice
from estimative.scenario import Scenario

NOTE = "Anna Berg signs her column as Vogel."


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return read(
        tmp_path_factory.mktemp("disagreement"),
        outcomes={"a": {}, "b": {"title": "The gate opens"}, "mute": {}},
        drivers={"cause": {}},
        links=["cause -> a", "a -> b"],
        experts={
            "berg": {"name": "Anna Berg", "aliases": ["Vogel"], "note": NOTE, "group": "press"},
            "cole": {"group": "press"},
            "dorn": {"group": "press"},
            "silent": {"name": "Silent Sam", "group": "press"},
        },
        statements={
            "berg_a": says("berg", "likely"),
            "berg_b": says("berg", "unlikely", event={"b": "yes"}),
            "cole_a": says("cole", "unlikely"),
            "dorn_b": says("dorn", "unlikely", event={"b": "yes"}),
            "cole_link": {
                "kind": "influence",
                "expert": "cole",
                "link": "a -> b",
                "strength": "raises",
            },
            "ely_a": says("ely", "likely"),
            "past": {
                "kind": "base_rate",
                "event": {"a": "yes"},
                "happened": 1,
                "out_of": 4,
                "each": "1 year",
            },
        },
    )


@pytest.fixture(scope="module")
def pooled(scenario: Scenario) -> Forecast:
    return answer(scenario, prior_belief(encode(as_known(scenario, scenario.date))))


class Alones:
    """Stands in for the fit of one voice: draws of the prior, of another seed for each voice."""

    def __init__(self, scenario: Scenario, **diagnostics: float) -> None:
        self.scenario, self.diagnostics = scenario, diagnostics
        self.asked: dict[str, set[str]] = {}

    def __call__(self, label: str, statements: set[str]) -> Alone:
        self.asked[label] = statements
        own = as_known(self.scenario, self.scenario.date, only=statements)
        given = encode(own)
        belief = prior_belief(given, seed=10 + len(self.asked), **self.diagnostics)
        known = world(own, given.graph, own.date)
        return Alone(belief, under_news(given, belief, known, inside=False))


@pytest.fixture
def alone(scenario: Scenario) -> Alones:
    return Alones(scenario)


def names(found: Disagreement) -> dict[str, list[str]]:
    return {outcome: sorted(v.name for v in voices) for outcome, voices in found.voices.items()}


def opinions(pooled: Forecast, *centres: float, spread: float = 0.3) -> Disagreement:
    """Return voices on `a` whose draws are normal in log-odds around given probabilities."""
    random, voices = np.random.default_rng(1), []
    for i, centre in enumerate(centres):
        draws = 1 / (1 + np.exp(-random.normal(np.log(centre / (1 - centre)), spread, 4000)))
        lower, upper = np.quantile(draws, [0.05, 0.95])
        voices.append(Voice("a", f"v{i}", f"v{i}", f"g{i}", centre, lower, upper, ("s",), draws))
    return Disagreement(pooled, {"a": tuple(voices)})


def test_every_voice_is_asked_once_with_all_its_statements(pooled, alone):
    found = disagreement(pooled, alone)
    assert alone.asked == {
        "Anna Berg": {"berg_a", "berg_b"},
        "Cole": {"cole_a", "cole_link"},
        "Dorn": {"dorn_b"},
        "Ely": {"ely_a"},
        "the record": {"past"},
        "group press": {"berg_a", "berg_b", "cole_a", "cole_link", "dorn_b"},
    }
    assert names(found) == {
        "a": ["Anna Berg", "Cole", "Ely", "the record"],
        "b": ["Anna Berg", "Cole", "Dorn"],
        "mute": [],
    }


def test_a_group_stands_where_several_of_it_speak(pooled, alone):
    found = disagreement(pooled, alone)
    groups = {outcome: [(g.name, g.statements) for g in v] for outcome, v in found.groups.items()}
    assert groups == {
        "a": [("press", ("berg_a", "cole_a"))],
        "b": [("press", ("berg_b", "dorn_b", "cole_link"))],
        "mute": [],
    }
    assert found.groups["a"][0].kind is Kind.group
    row = next(line for line in found.text(120).splitlines() if line.startswith("  group press"))
    assert row.endswith("Anna Berg, Cole and Dorn")


def test_a_voice_carries_its_group_its_statements_and_draws_that_match_its_numbers(pooled, alone):
    found = disagreement(pooled, alone)
    berg, cole = (next(v for v in found.voices["b"] if v.expert == id) for id in ("berg", "cole"))
    assert (berg.kind, berg.group, cole.group) == (Kind.expert, "press", "press")
    assert (berg.statements, cole.statements) == (("berg_b",), ("cole_link",))
    for voice in (berg, cole):
        assert voice.lower < voice.probability < voice.upper
        assert np.mean(voice.draws) == pytest.approx(voice.probability, abs=0.02)
        assert np.mean((voice.lower < voice.draws) & (voice.draws < voice.upper)) == pytest.approx(
            pooled.interval, abs=0.01
        )


def test_voices_stand_from_the_likeliest_down(pooled, alone):
    chances = [v.probability for v in disagreement(pooled, alone).voices["a"]]
    assert chances == sorted(chances, reverse=True)


def test_the_linear_pool_is_the_mean_and_spans_what_they_disagree_about(pooled):
    found = opinions(pooled, 0.1, 0.5, 0.9)
    linear = found.linear_pool("a")
    assert linear.probability == pytest.approx(0.5)
    assert len(linear.draws) == 12_000
    assert linear.lower == pytest.approx(0.076, abs=0.01)  # the 15% point of the lowest voice
    assert linear.upper == pytest.approx(0.924, abs=0.01)


def test_the_logarithmic_pool_is_the_mean_log_odds_and_as_sure_as_they_are(pooled):
    found = opinions(pooled, 0.1, 0.5, 0.8)
    logarithmic = found.logarithmic_pool("a")
    expected = (1 / 9 * 1 * 4) ** (1 / 3)  # the geometric mean of the odds
    assert logarithmic.probability == pytest.approx(expected / (1 + expected))
    ends = np.log([logarithmic.lower, logarithmic.upper]) - np.log(
        [1 - logarithmic.lower, 1 - logarithmic.upper]
    )
    assert np.diff(ends) == pytest.approx(2 * 1.645 * 0.3, rel=0.05)


def test_without_a_voice_there_is_no_pool(pooled):
    found = Disagreement(pooled, {"mute": ()})
    assert found.linear_pool("mute") is None
    assert found.logarithmic_pool("mute") is None
    assert found.distances("mute") == ()


def test_the_outlier_is_named_with_its_distance_interval_and_chance(pooled):
    found = opinions(pooled, 0.5, 0.52, 0.02)
    first, *others = found.distances("a")
    assert first.voice == "v2"
    assert first.distance == pytest.approx(np.log(0.02 / 0.98) - np.log(0.52 / 0.48) / 2)
    assert first.upper - first.lower == pytest.approx(2 * 1.645 * 0.3 * np.sqrt(1.5), rel=0.05)
    assert first.farthest == 1
    assert first.clear
    assert {d.farthest for d in others} == {0}
    assert "Outlier on a: v2, 3.9 log-odds below the others" in " ".join(found.text().split())


def test_where_none_stands_clear_that_is_said(pooled):
    found = opinions(pooled, 0.5, 0.52, 0.45, spread=1.0)
    assert not any(d.clear for d in found.distances("a"))
    assert sum(d.farthest for d in found.distances("a")) == pytest.approx(1)
    assert "On the outcome with 3 voices or more, none stands clear" in " ".join(
        found.text().split()
    )


def test_of_two_voices_neither_is_the_outlier(pooled):
    found = opinions(pooled, 0.1, 0.9)
    assert found.distances("a") == ()
    assert "utlier" not in found.text()
    assert "none stands clear" not in found.text()


def test_records_hold_every_answer_and_the_distances(pooled, alone):
    found = disagreement(pooled, alone)
    frame = found.to_frame()
    here = frame[frame.outcome == "a"]
    kinds = ["pooled", "expert", "record", "group", "linear pool", "logarithmic pool"]
    assert set(here.kind) == set(kinds)
    assert here[here.kind.isin(["expert", "record"])].distance.notna().all()
    assert here[here.kind == "group"].distance.isna().all()
    assert here[here.kind == "pooled"].defaults.tolist() == [pooled["a"].defaults]
    assert here[here.kind == "linear pool"].probability.item() == found.linear_pool("a").probability
    assert list(frame[frame.outcome == "mute"].kind) == ["pooled"]
    assert len({tuple(row) for row in found.records()}) == 1


def test_one_outcome_asks_only_those_who_speak_of_it(pooled, alone):
    found = disagreement(pooled, alone, outcome="b")
    assert names(found) == {"b": ["Anna Berg", "Cole", "Dorn"]}
    assert set(alone.asked) == {"Anna Berg", "Cole", "Dorn", "group press"}


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
    found = disagreement(pooled, Alones(scenario, rhat=1.2), outcome="b")
    assert {v.withheld for v in found.voices["b"]} == {"not converged"}
    assert found.linear_pool("b") is None
    pool, *voices = found.records()
    assert pool["probability"] is not None
    assert {row["probability"] for row in voices} == {None}
    assert "not converged" in found.text()
    assert "linear pool" not in found.text().split("Each voice alone")[0]


def test_the_table_has_a_row_for_each_voice_and_each_pool(pooled, alone):
    lines = disagreement(pooled, alone, outcome="b").text().splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("The gate opens"))
    assert "all, pooled; defaults worth" in lines[first]
    rows = [line.strip().split("  ")[0] for line in lines[first + 1 : first + 7]]
    assert sorted(rows[:3]) == ["Anna Berg", "Cole", "Dorn"]
    assert rows[3:] == ["group press", "linear pool", "logarithmic pool"]
    assert "3 voices, " in lines[first + 5]


def test_only_groups_that_stand_clear_of_the_others_are_named(pooled):
    given, random = pooled.given, np.random.default_rng(1)
    persons, groups = len(given.persons), len(given.groups)
    errors = random.normal(0, 1, (4000, persons + groups + len(given.targets)))
    near = replace(
        pooled, belief=replace(pooled.belief, posterior=pooled.belief.posterior | {"error": errors})
    )
    found = group_departures(near)
    assert set(found) == {"press", "ely"}
    shift, sd = found["press"]
    assert abs(shift) < 0.1
    assert sd == pytest.approx(np.sqrt(2), rel=0.05)
    named = "stands clear of the others where both speak"
    assert f"None of the 2 groups {named}" in " ".join(Disagreement(near, {"a": ()}).text().split())
    errors[:, persons + given.groups.index("group press on a = yes")] += 3
    told = " ".join(Disagreement(near, {"a": ()}).text().split())
    assert "Group press stands +3.0 log-odds from the others" in told
    assert "None of" not in told


def test_how_far_a_group_stands_is_told_as_the_news_weighs_the_draws(pooled):
    given = pooled.given
    kept = np.arange(4000) < 1000
    errors = np.zeros((4000, len(given.persons) + len(given.groups) + len(given.targets)))
    errors[kept, len(given.persons) + given.groups.index("group press on a = yes")] = 2.0
    belief = replace(pooled.belief, posterior=pooled.belief.posterior | {"error": errors})
    weighted = replace(pooled, belief=belief, weights=kept / 1000)
    assert group_departures(weighted)["press"] == pytest.approx((2.0, 0.0), abs=1e-9)


def test_a_state_is_named_where_there_are_more_than_two(tmp_path):
    many = {"states": ["none", "partial", "whole"], "quiet": "none", "title": "Reform"}
    said = {"s": says("x", "likely", event={"a": "partial"})}
    scenario = read(tmp_path, outcomes={"a": many}, statements=said)
    forecast = answer(scenario, prior_belief(encode(scenario)))
    shown = disagreement(forecast, Alones(scenario), outcome="a").text()
    assert f"Reform: {forecast['a'].event}" in shown


def test_nothing_is_written_to_disk(tmp_path: Path, pooled, alone, monkeypatch):
    monkeypatch.chdir(tmp_path)
    disagreement(pooled, alone)
    assert list(tmp_path.iterdir()) == []
