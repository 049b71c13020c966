"""Scores of experts: what counts as a claim, what it scores, and who can be told from whom."""

import json
import math
import shutil

import numpy as np
import pytest
from builders import read, says
from recorded_days import day, edit, say

import estimative as est
from estimative.cli import main
from estimative.errors import ScenarioError
from estimative.lexicon import read_lexicon
from estimative.scoring import expert_forecasts, score
from estimative.scoring.expert_scores import fewest

SEEN = {"kind": "observation", "published": "2024-06-01", "observed": {"a": "yes"}}
LIKELY = 1 / (1 + math.exp(-read_lexicon("icd203").meaning("likely").mean))


@pytest.fixture
def scenario(tmp_path):
    statements = {
        "ann_on_a": says("ann", "70%"),
        "bob_not_a": says("bob", "20%", event={"a": "no"}),
        "bob_on_b": says("bob", "likely", event={"b": "yes"}),
        "bob_if_a": says("bob", "90%", event={"b": "yes"}, given={"a": "yes"}),
        "bob_if_not": says("bob", "10%", event={"b": "yes"}, given={"a": "no"}),
        "ann_later": says("ann", "90%", date="2024-03-01"),
        "ann_too_late": says("ann", "99%", date="2024-07-01"),
        "cy_unheard": says("cy", "1%", weight=0),
        "cy_link": {"kind": "influence", "expert": "cy", "link": "a -> b", "strength": "raises"},
        "cy_order": {
            "kind": "comparison",
            "expert": "cy",
            "likelier": {"a": "yes"},
            "than": {"b": "yes"},
            "strength": "clearly",
        },
        "ann_talk": {"kind": "remark", "expert": "ann"},
    }
    return read(
        tmp_path,
        outcomes=("a", "b"),
        links=["a -> b"],
        statements=statements,
        news={"2024-06-01-seen": SEEN},
    )


def recorded(scenario, *days):
    for as_of in days:
        say(scenario, as_of, {"a": 0.5, "b": 0.5})
    return scenario


def test_claims_by_hand(scenario):
    recorded(scenario, "2024-02-01", "2024-04-01", "2024-08-01")
    frame = expert_forecasts(scenario, as_of=day("2024-12-31"))
    assert list(frame) == [
        *("expert", "question", "probability", "forecast_date", "outcome", "resolved_date")
    ]
    found = {
        (r.expert, r.question.split("#")[0], r.question.partition("[")[2]): r
        for r in frame.itertuples()
        if r.probability != pytest.approx(0.9) or r.expert == "bob"
    }
    assert set(found) == {
        ("ann", "small/a", ""),
        ("bob", "small/a", ""),
        ("bob", "small/b", ""),
        ("bob", "small/b", "a=yes]"),
    }
    assert len(frame) == 5  # ann spoke twice on a; the third time she knew
    ann, bob = found["ann", "small/a", ""], found["bob", "small/a", ""]
    assert (ann.probability, ann.outcome) == (pytest.approx(0.7), 1)
    assert (bob.probability, bob.outcome) == (pytest.approx(0.8), 1)  # 20% for no
    assert str(ann.resolved_date.date()) == "2024-06-01"
    on_b = found["bob", "small/b", ""]
    assert (on_b.probability, on_b.outcome) == (pytest.approx(LIKELY), 0)
    assert str(on_b.resolved_date.date()) == "2024-12-31"
    assert str(on_b.forecast_date.date()) == "2024-01-01"


def test_scores_by_hand(scenario):
    recorded(scenario, "2024-02-01", "2024-04-01")
    found = score(scenario, as_of="2024-12-31").experts
    assert [e.expert for e in found] == ["bob", "ann"]
    bob, ann = found["bob"], found["ann"]
    assert (bob.n, bob.outcomes, bob.statements) == (3, 2, 3)
    assert (ann.n, ann.outcomes, ann.statements) == (1, 1, 2)  # two statements, one question
    assert ann.brier.value == pytest.approx((0.3**2 + 0.1**2) / 2)
    assert ann.log.value == pytest.approx(-(math.log(0.7) + math.log(0.9)) / 2)
    assert bob.brier.value == pytest.approx((0.2**2 + LIKELY**2 + 0.9**2) / 3)
    assert bob.calibration.value == pytest.approx((0.8 - 1 + LIKELY + 0.9) / 3)
    assert bob.sharpness.value == pytest.approx((0.6 + abs(2 * LIKELY - 1) + 0.8) / 3)
    for measure in (bob.brier, bob.log, bob.calibration, bob.sharpness, ann.brier):
        assert measure.lower <= measure.value <= measure.upper
        assert measure.lower < measure.upper  # also of one outcome
    assert bob.aside == {"condition not met": 1}


def test_what_does_not_count_is_said(scenario):
    recorded(scenario, "2024-02-01", "2024-08-01")
    found = score(scenario, as_of="2024-12-31").experts
    assert found.unscored == {"Cy": {"weight 0": 1, "no probability of an event": 2}}
    assert found["ann"].aside == {
        "no probability of an event": 1,  # a remark
        "said or recorded too late": 2,  # one recorded first, one said, when it was known
    }
    text = " ".join(str(found).split())
    assert "do not count: 1 condition not met; 3 no probability of an event;" in text


def test_only_frozen_records_count(scenario):
    assert len(score(scenario, as_of="2024-12-31").experts) == 0
    assert expert_forecasts(scenario).empty
    recorded(scenario, "2024-02-01")
    edit(scenario, lambda d: d["statements"]["ann_on_a"].update(probability="99%"))
    changed = est.read_scenario(scenario.folder)
    frame = expert_forecasts(changed).set_index("expert")
    assert frame.loc["ann", "probability"] == pytest.approx(0.7)


def test_the_last_record_before_the_end_has_the_word(scenario):
    recorded(scenario, "2024-02-01")
    changed = edit(scenario, lambda d: d["statements"]["ann_on_a"].update(probability="60%"))
    recorded(changed, "2024-02-15")
    changed = edit(scenario, lambda d: d["statements"]["ann_on_a"].update(probability="99%"))
    recorded(changed, "2024-06-01")  # by then it was known
    ann = expert_forecasts(changed).set_index("expert").loc["ann"]
    assert ann["probability"] == pytest.approx(0.6)


def test_what_was_written_afterwards_does_not_replace_what_was_written_in_time(scenario):
    recorded(scenario, "2024-02-01")

    def change(document):
        first = document["statements"]["ann_on_a"]
        document["statements"]["ann_again"] = first | {"probability": "98%"}
        first["probability"] = "99%"

    changed = edit(scenario, change)
    say(changed, "2024-02-15", {"a": 0.5, "b": 0.5}, written="2024-07-01")
    found = score(changed, as_of="2024-12-31").experts["ann"]
    assert found.brier.value == pytest.approx(0.3**2)
    assert found.hindsight == 0
    assert found.aside["said or recorded too late"] == 1


def test_a_driver_that_was_seen_meets_a_condition(tmp_path):
    found = read(
        tmp_path,
        outcomes=("a",),
        drivers={"d": {"states": ["no", "yes"]}},
        links=["d -> a"],
        statements={
            "met": says("ann", "70%", given={"d": "yes"}),
            "unmet": says("bob", "70%", given={"d": "no"}),
        },
        news={
            "2024-05-01-d": {
                "kind": "observation",
                "published": "2024-07-01",
                "observed": {"d": "yes"},
            },
            "2024-06-01-seen": SEEN,
        },
    )
    say(found, "2024-02-01", {"a": 0.5})
    frame = expert_forecasts(found, as_of=day("2024-12-31"))
    assert list(frame["expert"]) == ["ann"]
    assert str(frame["resolved_date"][0].date()) == "2024-07-01"  # until then nobody could score it


def test_more_states_ask_of_the_state_that_was_named(tmp_path):
    found = read(
        tmp_path,
        outcomes={"a": {"states": ["low", "middle", "high"], "quiet": "low"}},
        statements={
            "up": says("ann", "60%", event={"a": "high"}),
            "down": says("ann", "30%", event={"a": "low"}),
        },
        news={"2024-06-01-seen": SEEN | {"observed": {"a": "high"}}},
    )
    say(found, "2024-02-01", {"a": {"low": 0.3, "middle": 0.3, "high": 0.4}})
    frame = expert_forecasts(found).set_index("probability")
    assert [q.split("=")[1] for q in frame["question"]] == ["low", "high"]
    assert list(frame["outcome"]) == [0, 1]
    (ann,) = score(found).experts
    assert (ann.n, ann.outcomes) == (2, 1)  # it ended but once


def many(tmp_path, chances):
    """Return a scenario in which experts speak of outcomes o1, o2, ... of which the odd came."""
    count = len(next(iter(chances.values())))
    names = [f"o{i}" for i in range(count)]
    statements = {
        f"{who}_{name}": says(who, f"{chance}%", event={name: "yes"})
        for who, said in chances.items()
        for name, chance in zip(names, said, strict=True)
    }
    seen = {name: "yes" for i, name in enumerate(names) if i % 2}
    news = {"2024-06-01-seen": SEEN | {"observed": seen}}
    found = read(tmp_path, outcomes=names, statements=statements, news=news)
    say(found, "2024-02-01", dict.fromkeys(names, 0.5))
    return found


def test_who_can_be_told_from_whom(tmp_path):
    good = [10, 90] * 10
    found = many(
        tmp_path, {"seiler": good, "ballbach": [15, 85] * 10, "liar": [100 - p for p in good]}
    )
    experts = score(found, as_of="2024-12-31").experts
    told = {frozenset((p.first, p.second)): p for p in experts.pairs}
    liar = told[frozenset(("seiler", "liar"))]
    assert liar.told_apart
    assert abs(liar.difference.value) == pytest.approx(0.8)
    assert any("Seiler is better than Liar, by 0.800" in v for v in experts.verdicts)
    assert experts["seiler"].brier.value == pytest.approx(0.01)


def test_few_questions_tell_nobody_from_anybody(tmp_path):
    found = many(tmp_path, {"seiler": [10, 90, 10, 90], "ballbach": [90, 10, 90, 10]})
    experts = score(found, as_of="2024-12-31").experts
    assert experts.verdicts == ("n = 4: cannot tell Ballbach from Seiler.",)
    assert "n = 4: cannot tell Ballbach from Seiler." in str(experts)
    assert experts.records()[0]["cannot_tell_from"] == ["seiler"]
    assert [fewest(mass) for mass in (0.5, 0.9, 0.95)] == [2, 5, 6]


def test_who_says_nearly_the_same_cannot_be_told_apart(tmp_path):
    rng = np.random.default_rng(1)
    said = rng.integers(20, 80, size=12)
    near = np.clip(said + rng.integers(-6, 7, size=12), 5, 95)
    found = many(tmp_path, {"seiler": said.tolist(), "ballbach": near.tolist()})
    experts = score(found, as_of="2024-12-31").experts
    assert experts.verdicts == ("n = 12: cannot tell Ballbach from Seiler.",)


def test_no_question_in_common(tmp_path):
    found = read(
        tmp_path,
        outcomes=("a", "b"),
        statements={"x": says("ann", "70%"), "y": says("bob", "70%", event={"b": "yes"})},
    )
    say(found, "2024-02-01", {"a": 0.5, "b": 0.5})
    experts = score(found, as_of="2024-12-31").experts
    assert experts.verdicts == ("n = 0: cannot tell Ann from Bob.",)
    assert experts.pairs[0].difference is None
    assert "1 pair has no question in common" in str(experts)


def test_the_same_seed_gives_the_same_intervals(tmp_path):
    found = many(tmp_path, {"ann": [10, 80, 30, 95, 60, 40]})
    first, again, other = (
        score(found, as_of="2024-12-31", seed=seed).experts["ann"].brier for seed in (1, 1, 2)
    )
    assert first == again
    assert first.value == other.value
    assert first.lower != other.lower
    narrow = score(found, as_of="2024-12-31", interval=0.5).experts["ann"].brier
    assert narrow.upper - narrow.lower < first.upper - first.lower
    with pytest.raises(ValueError, match="give a mass between 0 and 1"):
        score(found, interval=1.5)


@pytest.mark.parametrize(("n", "rate"), [(1, 0.7), (3, 0.55), (8, 0.7), (15, 0.55)])
def test_intervals_hold_the_truth_as_often_as_they_say(n, rate):
    """An expert who says 70% where 70% or 55% come; so small an n leaves coarse coverage."""
    from estimative.scoring.expert_scores import _measure

    rng, held, rounds = np.random.default_rng(n), 0, 200
    for _ in range(rounds):
        values = (0.7 - (rng.random(n) < rate)).tolist()
        found = _measure(values, [f"q{i}" for i in range(n)], [0.7, -0.3], 0.9, 1)
        held += found.lower <= 0.7 - rate <= found.upper
    assert held / rounds > 0.9 - 3 * math.sqrt(0.09 / rounds)


def workspace(scenario, slug, change):
    """Copy a scenario beside itself under another name, changed."""
    place = scenario.folder.with_name(slug)
    shutil.copytree(scenario.folder, place)
    document = json.loads((place / "scenario.yaml").read_text())
    change(document)
    (place / "scenario.yaml").write_text(json.dumps(document))
    return est.read_scenario(place)


def test_experts_are_scored_across_scenarios(scenario):
    recorded(scenario, "2024-02-01")

    def other(document):
        document["experts"]["bob"]["name"] = "Quite Another Bob"

    second = recorded(workspace(scenario, "second", other), "2024-02-01")
    root = scenario.folder.parents[1]
    both = score(root, as_of="2024-12-31")
    assert [s.slug for s in both.scenarios] == ["second", "small"]
    assert both.experts["ann"].n == 2  # of one name: one person
    assert {e.expert for e in both.experts} == {"ann", "second/bob", "small/bob"}
    one = score([scenario], as_of="2024-12-31").experts["ann"]
    assert both.experts["ann"].brier.value == pytest.approx(one.brier.value)
    frame = expert_forecasts(root, as_of=day("2024-12-31"))
    assert set(frame["question"].str.split("/").str[0]) == {"small", "second"}
    assert "second/a" in str(both)
    assert {r["scenario"] for r in both.records()} == {"small", "second"}
    (second.folder / "scenario.yaml").write_text("format: 1\n")
    with pytest.raises(ScenarioError, match=r"second/scenario\.yaml"):
        score(root)


def test_shared_experts_are_one_person(scenario):
    root = scenario.folder.parents[1]
    shared = {"format": 1, "experts": {"dee": {"name": "Dee Shared"}}}
    (root / "scenarios" / "experts.yaml").write_text(json.dumps(shared))

    def quote(document):
        document["statements"]["dee"] = says("dee", "80%") | {"said": "So.", "date": "2024-01-01"}

    first = recorded(edit(scenario, quote), "2024-02-01")
    recorded(workspace(first, "second", lambda _: None), "2024-02-01")
    assert score(root, as_of="2024-12-31").experts["dee"].n == 2


@pytest.fixture
def command(monkeypatch, capsys):
    """Run the command line in a folder."""

    def run(folder, *words):
        monkeypatch.chdir(folder)
        with pytest.raises(SystemExit) as end:
            main(words)
        out, err = capsys.readouterr()
        return end.value.code, out, err

    return run


def test_the_command_line_scores_experts(scenario, command):
    recorded(scenario, "2024-02-01")
    root = scenario.folder.parents[1]
    rest = ("--experts", "--as-of", "2024-12-31")
    status, out, _ = command(root, "score", "small", *rest, "--json")
    one = json.loads(out)
    assert status == 0
    assert [(row["expert"], row["n"]) for row in one] == [("bob", 3), ("ann", 1)]
    status, out, _ = command(root, "score", "--all", *rest, "--csv")
    assert status == 0
    assert [line.split(",")[0] for line in out.splitlines()] == ["expert", "bob", "ann"]
    status, out, _ = command(root, "score", "--all", "--as-of", "2024-12-31")
    assert "How the recorded forecasts fared. small, resolved by 2024-12-31." in out
    assert "How the experts fared" in out
    assert "n = 1: cannot tell Bob from Ann." in out
    for words, message in (
        (("score",), "name a scenario, or give --all"),
        (("score", "small", "--all"), "takes no scenario"),
        (("score", "small", "--interval", "2"), "give a mass between 0 and 1"),
    ):
        status, _, err = command(root, *words)
        assert status == 2
        assert message in " ".join(err.split()).replace("│ ", "")


def test_nothing_recorded_anywhere(tmp_path):
    (tmp_path / "scenarios").mkdir()
    found = score(tmp_path)
    assert found.scenarios == ()
    assert "Nothing can be scored" in str(found)
    assert found.experts.records() == []
