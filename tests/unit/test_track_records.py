"""Track records: panels, the formula and its twin in the model, the safe default, proposals."""

import json
import subprocess
import sys
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest

import estimative as est
from estimative.cli import main
from estimative.forecast_tables import read_forecasts
from estimative.habits import Habits
from estimative.learning import LearnedWeights
from estimative.panels import arrange, crowded, log_odds
from estimative.pooled_panels import pooled
from estimative.reading import record_of_text
from estimative.record_files import record_text
from estimative.track_records import PARTS, TrackRecord, default_record, fit_record

EXPERTS = tuple(f"e{i}" for i in range(6))


def table(rows, columns=("expert", "question", "probability", "forecast_date", "outcome")):
    return read_forecasts(pd.DataFrame(rows, columns=list(columns)))


def made_up(questions=40, experts=6, seed=1):
    """Return forecasts around a truth, on days that differ, with ends at 0 and 1."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1.5, questions)
    said = 1 / (1 + np.exp(-truth[:, None] - rng.normal(0, 0.7, (questions, experts))))
    said[0, 0], said[1, 0] = 0.0, 1.0
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(
        rng.integers(0, 60, (questions, experts)).ravel(), "D"
    )
    return read_forecasts(
        pd.DataFrame(
            {
                "expert": [f"e{j}" for _ in range(questions) for j in range(experts)],
                "question": np.repeat([f"q{i:03d}" for i in range(questions)], experts),
                "probability": said.ravel(),
                "forecast_date": days,
                "outcome": np.repeat(rng.random(questions) < 1 / (1 + np.exp(-truth)), experts) * 1,
                "resolved_date": pd.Timestamp("2021-01-01"),
            }
        )
    )


def habits(seed=0, draws=3, experts=EXPERTS):
    rng = np.random.default_rng(seed)

    def drawn(*shape):
        return rng.normal(0, 0.3, (draws, *shape))

    spread = {"bias": drawn(len(experts)), "skill": drawn(len(experts))}
    others = {f.name: drawn() for f in fields(Habits) if f.name not in ("experts", *spread)}
    others |= {name: np.exp(others[name]) for name in ("delay", "order", "bias_sd", "skill_sd")}
    return Habits(experts, **spread, **others)


# --- panels --------------------------------------------------------------------------------------


def test_a_panel_knows_how_late_and_behind_how_many_each_forecast_is():
    found = arrange(
        table(
            [
                ("a", "q", 0.5, "2020-01-01", 1),
                ("b", "q", 0.9, "2020-01-08", 1),
                ("c", "q", 0.2, "2020-01-08", 1),
                ("d", "q", 0.4, "2020-01-15", 1),
            ]
        )
    )
    assert [found.experts[i] for i in found.expert] == ["a", "b", "c", "d"]
    np.testing.assert_allclose(np.exp(found.lag), [3, 2, 2, 1])
    np.testing.assert_allclose(np.exp(found.later), [4, 2.5, 2.5, 1])
    np.testing.assert_allclose(np.exp(found.crowding), 1)
    np.testing.assert_allclose(8 * np.exp(found.voices), 4)


def test_of_an_expert_s_forecasts_on_a_question_only_the_last_counts():
    rows = [("a", "q", 0.2, "2020-02-01", 1), ("a", "q", 0.8, "2020-01-01", 1)]
    np.testing.assert_allclose(arrange(table(rows)).log_odds, log_odds(np.array([0.2])))
    undated = [("a", "q", 0.2, "", 1), ("a", "q", 0.8, "", 1)]
    np.testing.assert_allclose(arrange(table(undated)).log_odds, log_odds(np.array([0.8])))


def test_without_dates_nothing_is_late():
    rows = [(e, "q", p, "", 1) for e, p in (("a", 0.1), ("b", 0.4), ("c", 0.9))]
    found = arrange(table(rows))
    assert found.lag.tolist() == [0, 0, 0]
    assert np.ptp(found.later) == 0


def test_copies_are_one_voice_and_honest_agreement_is_many():
    plain = made_up(30, 5)
    assert np.exp(crowded(plain)).max() < 1.5
    one = plain[plain["expert"] == "e0"]
    copies = [one.assign(expert=f"copy{i}") for i in range(19)]
    both = pd.concat([plain, *copies], ignore_index=True)
    crowd = np.exp(crowded(both))
    of_copies = both["expert"].str.startswith("copy") | (both["expert"] == "e0")
    assert crowd[of_copies].min() > 15
    assert crowd[~of_copies].max() < 1.5


# --- the formula ---------------------------------------------------------------------------------


def test_the_default_is_the_formula_worked_out_by_hand():
    rows = [("a", "q", 0.2, "2020-01-01", ""), ("b", "q", 0.8, "2020-01-08", "")]
    weight = np.array([2.0**-0.3 * 2.0**-0.9, 1.0])
    weight /= weight.sum()
    x = np.log([0.25, 4.0])
    mean = float(weight @ [0.2, 0.8])
    middle = (weight @ x + np.log(mean / (1 - mean))) / 2
    expected = 1 / (1 + np.exp(-1.05 * middle))
    found = default_record().predict(table(rows))
    assert found.index.tolist() == ["q"]
    assert found["q"] == pytest.approx(expected, abs=1e-12)


def test_yes_and_no_exchanged_give_one_minus_p_by_default():
    frame = made_up()
    flipped = frame.assign(probability=1 - frame["probability"])
    record = default_record()
    np.testing.assert_allclose(record.predict(frame), 1 - record.predict(flipped), atol=1e-12)


def test_draws_are_worked_on_in_parts_without_a_difference(monkeypatch):
    panel, drawn = arrange(made_up(), EXPERTS), habits()
    whole = pooled(panel, drawn)
    monkeypatch.setattr("estimative.pooled_panels.CHUNK", 1)
    np.testing.assert_array_equal(pooled(panel, drawn), whole)


@pytest.mark.slow
def test_what_is_fitted_is_what_predicts():
    from pathlib import Path

    import pytensor

    from estimative.model_files import find_model, load_model

    build = load_model(find_model("track_record", Path(__file__)), "build_record_model(panel)")
    panel = arrange(made_up(), EXPERTS[:4])  # two are strangers
    model, drawn = build(panel), habits(draws=1, experts=EXPERTS[:4])
    values = {
        "mean_bias": drawn.mean_bias,
        "bias_sd": drawn.bias_sd,
        "skill_sd": drawn.skill_sd,
        "standard_bias": (drawn.bias[0] - drawn.mean_bias) / drawn.bias_sd,
        "standard_skill": drawn.skill[0] / drawn.skill_sd,
        "log_delay": np.log(drawn.delay),
        "log_order": np.log(drawn.order),
        "log_sharpening": drawn.log_sharpening,
        "growth": drawn.growth,
    }
    logit = model["outcome"].owner.inputs[-1]
    given = {
        model[name]: np.asarray(v).reshape(model[name].ndim * (-1,)) for name, v in values.items()
    }
    found = pytensor.function(list(given), logit, on_unused_input="ignore")(*given.values())
    np.testing.assert_allclose(found, pooled(panel, drawn)[0], rtol=1e-10)


# --- records -------------------------------------------------------------------------------------


def test_every_question_asked_is_answered_whatever_its_forecasts():
    rows = [
        ("a", "z", 0.0, "", ""),
        ("a", "lone", 1.0, "2020-01-01", ""),
        ("NA", "z", 1.0, "", ""),
        ("", "z", 0.3, "2020-01-01", ""),
    ]
    found = default_record().predict(table(rows))
    assert found.index.tolist() == ["z", "lone"]
    assert found.between(0, 1, inclusive="neither").all()


def test_outcomes_are_not_looked_at():
    frame = made_up()
    blind = frame.drop(columns=["outcome", "resolved_date"])
    pd.testing.assert_series_equal(default_record().predict(frame), default_record().predict(blind))


def test_the_default_needs_no_sampler():
    code = (
        "import sys; from estimative.track_records import default_record;"
        "default_record(); sys.exit(bool({'pymc', 'nutpie', 'pytensor'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_history_without_an_end_teaches_nothing():
    frame = made_up()
    found = fit_record(frame.assign(outcome=np.nan))
    assert found.questions == 0
    pd.testing.assert_series_equal(found.predict(frame), default_record().predict(frame))


def test_a_table_as_pandas_reads_it_is_taken():
    frame = made_up()
    codes = frame["question"].str[1:].astype(int)
    raw = frame.assign(question=codes, forecast_date=frame["forecast_date"].dt.strftime("%Y-%m-%d"))
    found = default_record().predict(raw)
    assert found.index.tolist() == [str(code) for code in codes.unique()]
    np.testing.assert_array_equal(found, default_record().predict(frame))


def test_an_unknown_part_is_refused():
    with pytest.raises(ValueError, match="did you mean 'skill'"):
        fit_record(made_up(), without=("skil",))


def recorded():
    return TrackRecord(
        habits(draws=50), n=dict.fromkeys((*EXPERTS, "seldom"), 7) | {"seldom": 2}, questions=40
    )


def test_an_expert_seldom_heard_has_the_population_s_numbers():
    record = recorded()
    seldom = record.experts.loc["seldom"]
    assert seldom["n"] == 2
    names = ["weight", "weight_lower", "bias", "bias_upper", "skill"]
    np.testing.assert_allclose(seldom[names], record.population[names])


def test_weights_are_factors_and_intervals_hold_their_means():
    record = recorded()
    experts = record.experts
    for name in ("skill", "bias", "weight"):
        assert (experts[f"{name}_lower"] <= experts[name]).all()
        assert (experts[name] <= experts[f"{name}_upper"]).all()
    assert experts["weight"].between(0, 1, inclusive="right").all()
    wider = record.summary(0.99)
    assert (wider["bias_lower"] <= experts["bias_lower"]).all()
    mean, lower, upper = record.sharpening
    assert lower <= mean <= upper


def test_a_record_goes_to_a_file_that_scenarios_read_and_back():
    record = recorded()
    text = record_text(record.to_dict(), "panel")
    taken, problems = record_of_text(text, "panel", "panel.yaml", lambda who: who)
    assert problems == ()
    assert taken.experts["e1"].weight.mean == pytest.approx(record.experts["weight"]["e1"], 1e-4)
    back = TrackRecord.from_dict(record.to_dict())
    frame = made_up()
    np.testing.assert_allclose(back.predict(frame), record.predict(frame), atol=0.05)


def test_proposals_read_as_a_table(tmp_path):
    learned = LearnedWeights(recorded(), 0.9, None, 200)
    text = learned.text()
    assert "an expert without a record" in text
    assert "nothing is applied to a scenario" in text
    assert "90%" in text
    rows = learned.records()
    assert [row["expert"] for row in rows] == [*EXPERTS, "seldom", None]
    assert learned.to_frame().shape[0] == 8
    assert learned.to_dict()["n"] == learned.n == 40
    assert "<table>" in learned._repr_html_()


def test_nothing_to_learn_from_is_said():
    learned = est.learn_weights(made_up().assign(outcome=np.nan))
    assert learned.n == 0
    assert "no question has ended" in learned.text()


def test_a_mass_that_is_none_is_refused():
    with pytest.raises(ValueError, match="give one such as"):
        est.learn_weights(made_up(), interval=90)


def test_the_verb_prints_every_key_and_refuses_before_it_computes(tmp_path, capsys):
    file = tmp_path / "open.csv"
    made_up().assign(outcome="").to_csv(file, index=False)
    with pytest.raises(SystemExit) as end:
        main(["learn-weights", str(file), "--json"])
    assert end.value.code == 0
    found = json.loads(capsys.readouterr().out)
    assert found["n"] == 0
    keys = {"learned", "interval", "sharpening", "population", "experts", "model", "diagnostics"}
    assert found.keys() == {"n", *keys}
    for wrong in (["--interval", "90"], ["--save", "No Name"], ["--json", "--csv"]):
        with pytest.raises(SystemExit) as end:
            main(["learn-weights", str(file), *wrong])
        assert end.value.code == 2


# --- a fit ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_fit_says_what_it_was_learned_from_and_repeats_itself(tmp_path):
    frame = made_up(40, 4)
    file = tmp_path / "past.csv"
    frame.to_csv(file, index=False)
    heard = []
    first = est.learn_weights(file, tell=heard.append)
    assert "learning from 160 forecasts of 40 questions by 4 experts" in heard
    assert first.n == 40
    assert first.record.until == "2021-01-01"
    assert "past.csv" in first.text()
    assert first.experts["n"].tolist() == [40] * 4
    again = est.learn_weights(frame)
    pd.testing.assert_frame_equal(first.experts, again.experts, check_exact=True)
    without = fit_record(frame, without=PARTS)
    assert without.sharpening == (1.0, 1.0, 1.0)
    assert without.predict(frame).between(0, 1).all()
