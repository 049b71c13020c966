"""Track records that a scenario takes by name: what counts, what is said, what is refused."""

import json
import math
import os

import numpy as np
import pytest
from builders import answer, fitted, prior_belief, read, says
from recorded_days import edit, say

import estimative as est
from estimative.changed_files import warnings_of_change
from estimative.cli import main
from estimative.elicitation import as_known, encode
from estimative.errors import ScenarioError
from estimative.exploring.otherwise import levers
from estimative.inference import _sharpened
from estimative.inputs import known_scenario, known_text
from estimative.proposals import offers, proposed_weights
from estimative.record_files import record_text, write_record
from estimative.refit import belief_changes
from estimative.reweighting import Reweighting

Z = 1.6448536269514722


def numbers(weight, bias, width=0.2):
    return {
        "weight": weight,
        "weight_lower": weight / 2,
        "weight_upper": min(1, 2 * weight),
        "bias": bias,
        "bias_lower": bias - width,
        "bias_upper": bias + width,
    }


RECORD = {
    "learned": {"source": "early.csv", "questions": 40, "until": "2023-12-01", "on": "2026-11-22"},
    "interval": 0.9,
    "sharpening": {"mean": 1.2, "lower": 1.0, "upper": 1.4},
    "population": numbers(0.7, 0.0, width=0.4),
    "experts": {
        "ann": {"n": 12} | numbers(0.9, 0.3),
        "Bob Known": {"n": 5} | numbers(0.4, -0.2),
        "42": {"n": 5} | numbers(0.4, -0.2),
        "somebody else: {yes}": {"n": 1} | numbers(0.5, 0.0),
    },
    "model": {"delay": [0.6, 0.1]},
}


def place(scenario, record=None, name="desk"):
    return write_record(record or RECORD, name, scenario.folder)


def take(scenario, record=None, name="desk"):
    place(scenario, record, name)
    return edit(scenario, lambda d: d.update(track_record=name))


@pytest.fixture
def scenario(tmp_path):
    return read(
        tmp_path,
        outcomes=("a", "b"),
        links=["a -> b"],
        experts={"bob": {"name": "Bob Known", "reliability": "B"}, "ann": {"aliases": ["Annie"]}},
        statements={
            "ann_yes": says("ann", "70%"),
            "ann_no": says("ann", "30%", event={"a": "no"}, weight=0.5),
            "bob_b": says("bob", "60-80%", event={"b": "yes"}),
            "cy_b": says("cy", "70%", event={"b": "yes"}),
            "cy_link": {
                "kind": "influence",
                "expert": "cy",
                "link": "a -> b",
                "strength": "raises",
            },
            "rate": {
                "kind": "base_rate",
                "event": {"a": "yes"},
                "happened": 1,
                "out_of": 5,
                "each": "1 year",
            },
        },
    )


def test_weight_bias_and_doubt_by_hand(scenario):
    plain, given = encode(scenario), encode(take(scenario))
    at = given.names.index
    factor = {n: w.track_record for n, w in given.weights.items()}
    assert factor == pytest.approx(
        {"ann_yes": 0.9, "ann_no": 0.9, "bob_b": 0.4, "cy_b": 0.7, "cy_link": 0.7, "rate": 1}
    )
    assert given.weights["bob_b"].total == pytest.approx(0.8 * 0.4)  # his letter, too
    moved = given.stated - plain.stated
    assert moved[at("ann_yes")] == pytest.approx(-0.3)
    assert moved[at("ann_no")] == pytest.approx(+0.3)  # 30% for no is 70% for yes
    assert moved[at("bob_b")] == pytest.approx(+0.2)
    assert moved[at("cy_b")] == moved[at("cy_link")] == 0
    sd = {"ann_yes": 0.2 / Z, "bob_b": 0.2 / Z, "cy_b": 0.4 / Z, "cy_link": 0.0}
    for name, doubt in sd.items():
        wider = math.hypot(plain.spread[at(name)], doubt)
        assert given.spread[at(name)] == pytest.approx(wider)
    assert (plain.sharpening, float(given.sharpening)) == (None, 1.2 / 1.05)
    assert plain.digest() != given.digest()


def test_without_the_key_a_file_changes_nothing(scenario):
    before, digest = known_text(as_known(scenario, scenario.date)), encode(scenario).digest()
    place(scenario)
    again = est.read_scenario(scenario.folder)
    assert known_text(as_known(again, again.date)) == before
    assert encode(again).digest() == digest
    assert again.text_files == scenario.text_files
    place(scenario, name="broken").write_text("format: 1\nlearned: [", encoding="utf-8")
    assert est.read_scenario(scenario.folder).warnings == scenario.warnings


def test_a_neutral_record_leaves_the_numbers_as_they_were(scenario):
    """Weight 1, no bias, no doubt about it, and the models' own sharpening."""
    nothing = numbers(1.0, 0.0, width=0.0)
    record = RECORD | {
        "experts": {},
        "population": nothing,
        "sharpening": {"mean": 1.05, "lower": 1.05, "upper": 1.05},
    }
    plain, given = encode(scenario), encode(take(scenario, record))
    for name in ("stated", "spread", "weight", "record_weight"):
        assert np.array_equal(getattr(plain, name), getattr(given, name))

    assert plain.sharpening is None
    assert given.sharpening == 1.0


def test_the_sharpening_multiplies_the_models_constant():
    known = {"SHARPENING": 1.5}
    exec("def build(x): return x / SHARPENING", known)
    with _sharpened(known["build"], 2.0):
        assert known["build"](3.0) == 1.0
    assert known["build"](1.5) == 1.0
    with _sharpened(known["build"], None):
        assert known["build"](1.5) == 1.0
    exec("def build(x): return x", bare := {})
    with _sharpened(bare["build"], 2.0):
        assert "SHARPENING" not in bare


@pytest.mark.slow
def test_a_fit_takes_the_sharpening(scenario):
    """A fit under a record that sharpens is one without, its draws weighted as for that."""
    nothing = numbers(1.0, 0.0, width=0.0)
    sharper = {"mean": 2.0, "lower": 1.9, "upper": 2.1}
    record = RECORD | {"experts": {}, "population": nothing, "sharpening": sharper}
    taken = take(scenario, record)
    plain, sharp = fitted(scenario), fitted(taken)
    given = encode(scenario)
    weighted = Reweighting.of(as_known(scenario, scenario.date), given, plain)
    log_ratio = weighted.log_ratio(weighted.scaled({"SHARPENING": 2 / 1.05}))
    weights = np.exp(log_ratio - log_ratio.max())
    found = weights @ plain.tables / weights.sum()
    assert np.abs(found - sharp.tables.mean(axis=0)).max() < 0.02
    assert np.abs(plain.tables.mean(axis=0) - sharp.tables.mean(axis=0)).max() > 0.02


def test_what_is_retold_keeps_the_bias(scenario):
    taken = take(scenario)
    known, given = as_known(taken, taken.date), encode(taken)
    zeros = {
        "expected": np.zeros((9, len(given.names))),
        "own_error_sd": np.ones((9, len(given.names))),
        "record": np.zeros((9, len(given.record_names))),
        "base": np.zeros((9, len(given.base_sd))),
        "influence": np.ones((9, 1)),
    }
    weighted = Reweighting(known, given, zeros, [*given.names, *given.record_names])
    told = weighted.retold({"ann_yes": known.statements["ann_yes"]})
    assert told.stated == pytest.approx(given.stated)
    assert told.spread == pytest.approx(given.spread)
    text = "SHARPENING = 1.05\n"
    (lever,) = (v for v in levers(known, given, "a", text) if v.name == "SHARPENING")
    assert "by 20%" in lever.label


def test_it_is_part_of_what_a_forecast_is_made_of(scenario):
    taken = take(scenario)
    text = known_text(as_known(taken, taken.date))
    assert json.loads(text)["track_record"]["experts"].keys() == {"ann", "bob"}
    again, first = encode(known_scenario(text, taken.folder)), encode(taken)
    assert again.weights == first.weights
    stated = [dict(zip(given.names, given.stated, strict=True)) for given in (again, first)]
    assert stated[0] == stated[1]
    assert again.sharpening == first.sharpening
    file = "scenarios/track_records/desk.yaml"
    assert file in taken.text_files
    say(taken, "2024-02-01", {"a": 0.5, "b": 0.5})
    assert warnings_of_change(taken) == ()
    place(scenario, RECORD | {"experts": {"ann": {"n": 13} | numbers(0.8, 0.3)}})
    changed = est.read_scenario(scenario.folder)
    (warning,) = warnings_of_change(changed)
    assert warning.file == file
    assert "was changed after forecasts" in warning.message


def test_an_entry_of_somebody_who_does_not_speak_changes_nothing(scenario):
    taken = take(scenario)
    text = known_text(as_known(taken, taken.date))
    place(scenario, RECORD | {"experts": RECORD["experts"] | {"zoe": {"n": 3} | numbers(0.1, 1.0)}})
    again = est.read_scenario(scenario.folder)
    assert known_text(as_known(again, again.date)) == text


def test_experts_are_found_by_id_name_or_alias(scenario):
    record = RECORD | {"experts": {"Annie": {"n": 7} | numbers(0.6, 0.0)}}
    assert take(scenario, record).track_record.experts["ann"].n == 7
    told_apart = {
        "small/ann": {"n": 9} | numbers(0.6, 0.0),
        "other/ann": {"n": 2} | numbers(0.1, 0),
    }
    taken = take(scenario, RECORD | {"experts": told_apart})
    assert taken.track_record.experts["ann"].n == 9
    assert proposed_weights(taken).records()[0]["n"] == 9
    both = record["experts"] | {"ann": {"n": 8} | numbers(0.6, 0.0)}
    with pytest.raises(ScenarioError, match="is ann, as is 'Annie' above; keep one of them"):
        take(scenario, record | {"experts": both})


def test_a_trace_shows_factor_bias_and_record(scenario):
    taken = take(scenario)
    given = encode(taken)
    found = answer(taken, prior_belief(given))
    (row,) = (r for r in found.trace("a").records() if r["statement"] == "ann_no")
    assert row["weight_track_record"] == pytest.approx(0.9)
    assert row["bias"] == pytest.approx(-0.3)  # of what is said of no
    text = " ".join(str(found.trace("a")).split())
    assert "track_record 0.9" in text
    assert "bias +0.30" in text
    assert (
        "Track record 'desk' (early.csv, 40 resolved questions until 2023-12-01) has 2 of 3" in text
    )
    assert "the others weigh 0.70 (0.35 to 1.00) like the population" in text
    assert "Sharpening 1.20 (1.00 to 1.40)" in text
    plain = answer(scenario, prior_belief(given))
    assert belief_changes(plain, found)[-1] != ""
    assert any("track record none -> desk" in c for c in belief_changes(plain, found))


def test_what_is_proposed_stands_beside_the_own_weights(scenario):
    assert offers(scenario) == ()
    assert "No track record names an expert" in str(proposed_weights(scenario))
    place(scenario)
    place(scenario, RECORD | {"experts": {}}, name="strangers")
    place(scenario, name="broken").write_text("format: 1\n", encoding="utf-8")
    (offer,) = offers(scenario)
    assert offer.startswith(
        "A track record 'desk' proposes weights for 2 of 3 experts; take it with"
        " `track_record: desk`"
    )
    rows = {row["expert"]: row for row in proposed_weights(scenario).records()}
    assert rows["bob"]["own_weight"] == pytest.approx(0.8)
    assert (rows["bob"]["n"], rows["bob"]["weight"]) == (5, pytest.approx(0.4))
    assert rows["ann"]["own_weight"] == pytest.approx(0.75)
    assert (rows["cy"]["n"], rows["cy"]["weight"]) == (None, pytest.approx(0.7))
    assert not rows["ann"]["taken"]
    assert "`track_record: desk`" in str(proposed_weights(scenario))
    found = answer(scenario, prior_belief(encode(scenario)))
    assert offer in " ".join(str(found.trace("a")).split())
    taken = edit(scenario, lambda d: d.update(track_record="desk"))
    assert offers(taken) == ()
    assert "is taken" in str(proposed_weights(taken))
    with pytest.raises(KeyError, match="did you mean 'desk'"):
        proposed_weights(taken, "desc")


def test_check_says_what_could_be_taken(scenario, monkeypatch, capsys):
    place(scenario)
    monkeypatch.chdir(scenario.folder.parents[1])

    def check(*words):
        with pytest.raises(SystemExit) as end:
            main(["check", "small", *words])
        assert end.value.code == 0
        return " ".join(capsys.readouterr().out.split())

    assert "take it with `track_record: desk`" in check()
    shown = check("--weights")
    assert "Bob Known 0.80 5 0.40 (0.20 to 0.80) -0.20 (-0.40 to +0.00)" in shown
    assert "changes nothing until scenario.yaml says `track_record: desk`" in shown
    edit(scenario, lambda d: d.update(track_record="desk"))
    assert "proposes" not in check()
    assert "is taken" in check("--weights")


def test_an_unknown_name_is_refused_with_the_nearest(scenario):
    with pytest.raises(ScenarioError) as none:
        edit(scenario, lambda d: d.update(track_record="desk"))
    (problem,) = none.value.problems
    assert "no scenarios/track_records/desk.yaml; write one with `estimative learn-weights" in str(
        problem
    )
    place(scenario)
    for wrong in ("desc", "../desk", "Desk"):
        with pytest.raises(ScenarioError) as near:
            edit(scenario, lambda d, wrong=wrong: d.update(track_record=wrong))
        (problem,) = near.value.problems
        assert "did you mean 'desk'? (allowed: desk)" in str(problem)
        assert problem.line > 1


WRONG = [
    ("interval: 0.9", "interval: 90", "interval: '90' is no mass of an interval"),
    ("mean: 1.2", "mean: 0", "sharpening: mean: '0' is not above 0"),
    ("weight: 0.9,", "weight: 1.9,", "expert 'ann': weight: '1.9' is outside 0 to 1"),
    ("bias: 0.3,", "bias: much,", "expert 'ann': bias: 'much' is not a number"),
    ("n: 12, ", "", "expert 'ann': n: is missing"),
    ("bias_lower: 0.1", "bias_lower: 0.6", "bias_lower: 0.6 to 0.5 does not rise"),
    ("learned:", "lerned:", "unknown key 'lerned'; did you mean 'learned'?"),
    ("format: 1", "format: 2", "format: 2 is not read by this release"),
    ("questions: 40, ", "", "learned: questions: is missing"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG, ids=[w[2] for w in WRONG])
def test_a_malformed_record_is_refused_with_its_line(scenario, old, new, message):
    file = take(scenario).folder.parent / "track_records" / "desk.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        est.read_scenario(scenario.folder)
    found = [p for p in refused.value.problems if message in p.message]
    assert found
    assert found[0].file == "scenarios/track_records/desk.yaml"
    line = 1 + text[: text.index(old)].count("\n")
    assert found[0].line == line


def test_all_that_is_wrong_is_said_at_once(scenario):
    file = take(scenario).folder.parent / "track_records" / "desk.yaml"
    text = (
        file.read_text(encoding="utf-8").replace("n: 12", "n: few").replace("mean: 1.2", "mean: no")
    )
    file.write_text(text, encoding="utf-8")

    def break_it(document):
        document["statements"]["ann_yes"]["probability"] = "perhaps not"

    with pytest.raises(ScenarioError) as refused:
        edit(scenario, break_it)
    assert {p.file.rsplit("/")[-1] for p in refused.value.problems} == {
        "desk.yaml",
        "scenario.yaml",
    }
    assert len(refused.value.problems) == 3


def test_a_record_that_knows_the_future_is_doubted(scenario):
    late = RECORD | {"learned": RECORD["learned"] | {"until": "2025-01-01"}}
    taken = take(scenario, late)
    (warning,) = (w for w in taken.warnings if "knows questions" in w.message)
    assert "after the day of the forecast (2024-01-01)" in warning.message
    assert warning.line > 1
    found = answer(taken, prior_belief(encode(taken)))
    assert "that is hindsight" in " ".join(str(found.trace("a")).split())
    assert not any("knows" in w.message for w in take(scenario).warnings)


def test_a_record_is_written_whole_and_read_again(scenario):
    file = place(scenario)
    assert file.name == "desk.yaml"
    assert file.read_text(encoding="utf-8") == record_text(RECORD, "desk")
    rows = proposed_weights(scenario, "desk").proposed["desk"]
    assert rows.questions == 40
    assert set(rows.experts) == {"ann", "bob"}
    assert os.listdir(file.parent) == ["desk.yaml"]
    place(scenario, RECORD | {"interval": 0.8})
    assert proposed_weights(scenario, "desk").proposed["desk"].interval == 0.8


def test_what_no_scenario_could_read_is_not_written(scenario):
    with pytest.raises(ValueError, match="cannot name a record"):
        place(scenario, name="My Record")
    with pytest.raises(ScenarioError, match="population: weight: '2' is outside"):
        place(scenario, RECORD | {"population": numbers(1.0, 0.0) | {"weight": 2.0}})
    assert not (scenario.folder.parent / "track_records").exists()
