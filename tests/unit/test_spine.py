"""A table of past forecasts becomes scenarios, and their fit is the integral done by hand."""

import datetime as dt
import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import expit, logit

from estimative import spine
from estimative.belief import Belief, Settings
from estimative.elicitation import BASE_SD, NUMBER_SPREAD, encode
from estimative.errors import InferenceError
from estimative.forecast_tables import read_forecasts
from estimative.weights import weigh
from estimative.workspace import shelf

MODEL = "separate_outcomes"


def table(*rows):
    """Return a table of (question, expert, probability, day or None)."""
    return pd.DataFrame(
        {
            "expert": [expert for _, expert, _, _ in rows],
            "question": [question for question, _, _, _ in rows],
            "probability": [said for _, _, said, _ in rows],
            "forecast_date": pd.to_datetime([day for *_, day in rows]),
            "outcome": np.nan,
            "resolved_date": pd.NaT,
        }
    )


ASKED = table(
    ("war by may?", "b", 0.7, "2020-01-02"),
    ("war by may?", "a", 0.0, "2020-01-01"),
    ("Peace, 2021", "a", 0.25, None),
    ("war by may?", "b", 0.9, "2020-02-01"),
    ("war by may?", "c", 0.8, "2020-01-05"),
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def fits(monkeypatch):
    """Fits that only note what they are asked: each draw of every outcome says 10% to 30%."""
    asked = []

    def fit(build_model, scenario, *, key, seed, settings):
        yes = np.tile([0.1, 0.2, 0.3], len(asked) + 1)
        tables = np.tile(np.stack([1 - yes, yes], 1), len(scenario.outcomes))
        asked.append((scenario, seed, settings))
        return Belief(
            key, {"rhat": 1.01, "worst": "base"}, tables, {"x": tables}, tables, np.zeros(3)
        )

    monkeypatch.setattr("estimative.inference.fit", fit)
    monkeypatch.setattr(spine, "load_model", lambda file: None)
    return asked


def made(rows=ASKED):
    return spine._scenario(rows, Path())[0]


def test_each_question_is_an_outcome_and_each_forecast_a_statement():
    scenario, questions = spine._scenario(ASKED, Path())
    assert questions == ["war by may?", "Peace, 2021"]
    assert [o.title for o in scenario.outcomes.values()] == questions
    assert all(o.definition and o.timing == "none" for o in scenario.outcomes.values())
    assert [s.event for s in scenario.statements.values()] == [
        ("q0", "yes"), ("q0", "yes"), ("q1", "yes"), ("q0", "yes"), ("q0", "yes"),
    ]  # fmt: skip
    assert scenario.statements["s3"].date == dt.date(2020, 2, 1)
    assert scenario.links == ()
    given = encode(scenario)
    np.testing.assert_allclose(given.stated, logit([0.7, 0.01, 0.25, 0.9, 0.8]))


def test_what_one_expert_says_again_shares_his_weight():
    weights = weigh(made())
    assert [weights[f"s{i}"].total for i in range(5)] == [0.5, 1, 1, 0.5, 1]


def test_experts_are_groups_of_their_own_unless_the_table_says_otherwise():
    assert len({e.group for e in made().experts.values()}) == 3
    grouped = made(ASKED.assign(group=["x", "y", "y", "x", "x"]))
    assert {e.name: e.group for e in grouped.experts.values()} == {"b": "g0", "a": "g1", "c": "g0"}


def test_a_table_needs_no_days():
    scenario = made(ASKED.drop(columns=["forecast_date", "outcome", "resolved_date"]))
    assert {s.date for s in scenario.statements.values()} == {spine.UNDATED}
    assert len(encode(scenario).names) == 5


def test_questions_stay_whole_and_rows_may_come_in_any_order(monkeypatch):
    monkeypatch.setattr(spine, "TOGETHER", 3)
    many = table(*((f"q{i}", f"e{j}", 0.5, "2020-01-01") for i in range(7) for j in range(2)))
    batches = list(spine._batches(many))
    assert [sorted(set(b["question"])) for b in batches] == [
        ["q0", "q1"], ["q2"], ["q3", "q4"], ["q5"], ["q6"],
    ]  # fmt: skip
    assert all((b.groupby("question").size() == 2).all() for b in batches)
    shuffled = spine._batches(many.sample(frac=1, random_state=1))
    for one, other in zip(batches, shuffled, strict=True):
        pd.testing.assert_frame_equal(
            one.reset_index(drop=True), other.reset_index(drop=True), check_exact=True
        )


def test_answers_come_in_the_order_asked_and_are_kept(fits):
    told = []
    found = spine.score_with_model(ASKED, MODEL, tell=told.append)
    assert [*found.columns] == ["question", "probability", "lower", "upper"]
    assert [*found["question"]] == ["war by may?", "Peace, 2021"]
    assert found["probability"].tolist() == pytest.approx([0.2, 0.2])
    assert (found["lower"] < 0.2).all()
    assert (found["upper"] > 0.2).all()
    assert told == [f"{MODEL}: 2 of 2 questions answered (R-hat 1.010 at most)"]
    again = spine.score_with_model(ASKED, MODEL)
    pd.testing.assert_frame_equal(found, again, check_exact=True)
    assert len(fits) == 1
    (kept,) = Path("runs/backtests").glob("*.npz")
    assert [n for n in np.load(kept).files if n.startswith("posterior")] == []
    spine.score_with_model(ASKED, MODEL, seed=2)
    assert len(fits) == 2


def test_how_a_question_ended_is_not_read(fits):
    ended = ASKED.assign(outcome=1.0, resolved_date=pd.Timestamp("2020-06-01"))
    spine.score_with_model(ASKED, MODEL)
    spine.score_with_model(ended, MODEL)
    spine.score_with_model(ASKED.drop(columns=["outcome", "resolved_date"]), MODEL)
    assert len(fits) == 1


def test_batches_have_seeds_of_their_own(fits, monkeypatch):
    monkeypatch.setattr(spine, "TOGETHER", 1)
    spine.score_with_model(ASKED, MODEL)
    assert len({seed for _, seed, _ in fits}) == len(fits) == 2


def test_what_does_not_converge_is_fitted_longer_and_then_refused(fits, monkeypatch):
    monkeypatch.setattr(spine, "WORST_RHAT", 1.005)
    with pytest.raises(InferenceError, match=r"separate_outcomes does not converge .* R-hat 1\.01"):
        spine.score_with_model(ASKED, MODEL)
    assert [settings for *_, settings in fits] == [Settings(), spine.LONGER]


def test_a_model_that_is_not_there():
    with pytest.raises(InferenceError, match="no model 'separate_outcome'; did you mean"):
        spine.score_with_model(ASKED, "separate_outcome")


def integrated(said, constants):
    """Return what the model says of forecasts of different experts, by quadrature."""
    x, n = logit(np.clip(said, 0.01, 0.99)), len(said)
    nodes, weights = hermegauss(40)
    each = NUMBER_SPREAD**2 + constants.PERSON**2 + constants.GROUP**2 * np.exp(nodes)
    shared = constants.EVERYBODY**2 + each / n
    prior = (BASE_SD / constants.SHARPENING) ** 2
    log_weight = -0.5 * (
        np.log(prior + shared)
        + x.mean() ** 2 / (prior + shared)
        + (n - 1) * np.log(each)
        + n * x.var() / each
    )
    weights = weights * np.exp(log_weight)
    centre = constants.SHARPENING * x.mean() * prior / (prior + shared)
    sd = constants.SHARPENING * np.sqrt(prior * shared / (prior + shared))
    chances = expit(centre[:, None] + sd[:, None] * nodes) @ hermegauss(40)[1] / np.sqrt(2 * np.pi)
    return weights @ chances / weights.sum()


@pytest.mark.slow
def test_a_fit_says_what_the_integral_says():
    spec = importlib.util.spec_from_file_location("model", shelf() / f"models/{MODEL}.py")
    constants = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(constants)
    said = {
        "agreed": [0.9, 0.85, 0.9, 0.95, 0.8],
        "apart": [0.0, 0.9, 0.4, 0.97, 1.0, 0.3],
        "low": [0.02, 0.01, 0.05, 0.0],
        "one": [0.95],
    }
    rows = [
        (question, f"e{i}", chance, None)
        for question, chances in said.items()
        for i, chance in enumerate(chances)
    ]
    found = spine.score_with_model(read_forecasts(table(*rows)), MODEL).set_index("question")
    expected = [integrated(np.array(chances), constants) for chances in said.values()]
    np.testing.assert_allclose(found["probability"], expected, atol=0.02)
    assert (found["lower"] < found["probability"]).all()
    assert (found["probability"] < found["upper"]).all()
