"""Simulated experts of known skill and bias are recovered; liars and copies move nobody.

Each sees a truth through noise of his own and is biased; his skill is then the slope by which what
comes follows what he says.
"""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.special import expit

from estimative.forecast_tables import read_forecasts
from estimative.panels import log_odds
from estimative.track_records import fit_record

pytestmark = pytest.mark.slow

TEN = tuple(f"e{i}" for i in range(10))


def table(said, came):
    """Return forecasts, a row a question and a column an expert, as a table."""
    questions, experts = said.shape
    return read_forecasts(
        pd.DataFrame(
            {
                "expert": np.tile([f"e{j}" for j in range(experts)], questions),
                "question": np.repeat([f"q{i:04d}" for i in range(questions)], experts),
                "probability": said.ravel(),
                "outcome": np.repeat(came.astype(int), experts),
            }
        )
    )


def seen_through_noise(rng, questions, noise):
    """Return what experts say of a truth that each sees through noise of his own, and what came."""
    truth = rng.normal(0, 1.5, questions)
    said = expit(truth[:, None] + noise * rng.normal(size=(questions, len(noise))))
    return said, rng.random(questions) < expit(truth)


def slopes(bias, noise):
    """Return the logs of the slopes of very many outcomes on what each says, less their mean."""
    rng = np.random.default_rng(0)
    truth = rng.normal(0, 1.5, 100_000)
    came, found = rng.random(len(truth)) < expit(truth), []
    for b, sd in zip(bias, noise, strict=True):
        heard = log_odds(expit(truth + b + sd * rng.normal(size=len(truth)))) - b
        found.append(brentq(lambda slope, x=heard: (came - expit(slope * x)) @ x, 0.01, 3))
    return np.log(found) - np.log(found).mean()


def test_skills_and_biases_lie_in_their_intervals():
    rng = np.random.default_rng(11)
    bias, noise = rng.normal(0, 0.5, 10), rng.uniform(0.3, 2.5, 10)
    truth = rng.normal(0, 1.5, 800)
    x = truth[:, None] + bias + noise * rng.normal(size=(800, 10))
    found = fit_record(table(expit(x), rng.random(800) < expit(truth))).experts.loc[list(TEN)]
    for name, true in (("skill", slopes(bias, noise)), ("bias", bias)):
        # skills are against the population's, of which ten experts are a sample
        shift = found[name].mean() - true.mean() if name == "skill" else 0.0
        inside = (found[f"{name}_lower"] - shift <= true) & (true <= found[f"{name}_upper"] - shift)
        assert inside.sum() >= 7  # of ten at 90%: fewer once in a hundred
        assert np.corrcoef(found[name], true)[0, 1] > 0.8


def test_who_sees_clearer_weighs_more():
    noise = np.array([0.3, 0.3, 0.3, 1.5, 1.5, 1.5, 3.0, 3.0, 3.0, 3.0])
    said, came = seen_through_noise(np.random.default_rng(2), 400, noise)
    weight = fit_record(table(said, came)).experts["weight"].loc[list(TEN)]
    assert weight.iloc[:3].min() > weight.iloc[6:].max()


def test_one_liar_among_ten_loses_nearly_all_weight():
    said, came = seen_through_noise(np.random.default_rng(3), 300, np.full(10, 0.7))
    said[:, 0] = 1 - said[:, 0]
    record = fit_record(table(said, came))
    weight = record.experts["weight"]
    assert weight["e0"] < 0.15
    assert weight.drop("e0").min() > 3 * weight["e0"]
    fresh, _ = seen_through_noise(np.random.default_rng(4), 50, np.full(10, 0.7))
    lying = fresh.copy()
    lying[:, 0] = 1 - fresh[:, 0]
    moved = record.predict(table(lying, came[:50])) - record.predict(table(fresh, came[:50]))
    assert moved.abs().mean() < 0.02


def test_twenty_copies_of_one_expert_leave_the_answer_where_one_would():
    said, came = seen_through_noise(np.random.default_rng(5), 260, np.full(8, 0.7))
    crowd = np.column_stack([said, np.repeat(said[:, :1], 19, axis=1)])
    plain, copied = (fit_record(table(s[:200], came[:200])) for s in (said, crowd))
    asked = [table(s[200:], came[200:]) for s in (said, crowd)]
    moved = copied.predict(asked[1]) - plain.predict(asked[0])
    assert moved.abs().mean() < 0.01
    assert moved.abs().max() < 0.04
