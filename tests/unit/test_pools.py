"""Pools, each worked out by hand, and what those that learn do with and without a record."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import trim_mean

import estimative as est
from estimative.errors import ScenarioError
from estimative.forecast_tables import read_forecasts
from estimative.pools import LEARNED, LEARNING, PLAIN, POOLS, latest
from estimative.pools.plain import extremised

DAYS = pd.to_datetime(["2020-01-01", "2020-01-08", "2020-01-22"])


def table(said, question="q", outcome=np.nan, days=None):
    """Return a table of one question from probabilities by expert."""
    frame = pd.DataFrame({"expert": list(said), "probability": list(said.values())})
    frame = frame.assign(question=question, outcome=outcome)
    return frame if days is None else frame.assign(forecast_date=days)


def crowd(questions, biases, seed=1, factor=1.0):
    """Return resolved questions; expert e says the log-odds of the chance over factor + biases."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(0, 1.5, questions)
    came = rng.uniform(size=questions) < expit(truth)
    said = [pd.Series(expit(b(truth) / factor)) for b in biases]
    frame = pd.concat(said, keys=[f"e{i}" for i in range(len(biases))], names=["expert", "q"])
    frame = frame.rename("probability").reset_index()
    return frame.assign(question="h" + frame["q"].astype(str), outcome=came[frame["q"]] * 1.0)


def only(series):
    assert series.index.tolist() == ["q"]
    return series["q"]


P = {"a": 0.2, "b": 0.3, "c": 0.7}
LOG_ODDS = np.mean([logit(p) for p in P.values()])


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("mean", 0.4),
        ("median", 0.3),
        ("trimmed_mean", 0.4),
        ("log_odds_mean", expit(LOG_ODDS)),
        ("extremised_1_5", expit(1.5 * LOG_ODDS)),
        ("extremised_sqrt3", expit(3**0.5 * LOG_ODDS)),
        ("extremised_2_5", expit(2.5 * LOG_ODDS)),
        ("neyman_roughgarden", expit(3 * (19**0.5 - 2) / 5 * LOG_ODDS)),
        ("recency_weighted", np.average([0.2, 0.3, 0.7], weights=[4**-0.6, 3**-0.6, 1])),
        ("skill_weighted", 0.4),
        ("learned_extremising", expit(LOG_ODDS)),
        ("beta_linear", 0.4),
    ],
)
def test_pools_of_three_by_hand(method, expected):
    found = est.pool(table(P, days=DAYS), method)
    assert only(found) == pytest.approx(expected, abs=1e-12)
    assert found.name == "probability"
    assert found.index.name == "question"


def test_every_pool_is_named_and_has_a_reference():
    assert len(POOLS) == 12
    for name, rule in {**PLAIN, **LEARNING}.items():
        told = extremised.__doc__ if name.startswith("extremised") else rule.__doc__
        assert "References\n" in told, name


def test_the_ends_are_kept_and_nothing_is_certain():
    sure = table({"a": 1, "b": 1, "c": 0.99})
    for method in POOLS:
        assert 0.98 < only(est.pool(sure, method)) < 1
    assert only(est.pool(sure, "mean")) == pytest.approx(0.99)
    assert only(est.pool(table({"a": 0.0}), "log_odds_mean")) == pytest.approx(0.01)


@pytest.mark.parametrize(("n", "factor"), [(1, 1.0), (2, 2 * (7**0.5 - 2)), (400, 3**0.5)])
def test_neyman_and_roughgardens_factor_grows_to_the_root_of_three(n, factor):
    many = table({f"e{i}": 0.7 for i in range(n)})
    found = logit(only(est.pool(many, "neyman_roughgarden"))) / logit(0.7)
    assert found == pytest.approx(factor, abs=0.01 if n > 2 else 1e-9)


@pytest.mark.parametrize("n", [1, 4, 5, 9, 10, 15, 24])
def test_the_trimmed_mean_is_scipys(n):
    rng = np.random.default_rng(n)
    said = {f"e{i}": round(p, 2) for i, p in enumerate(rng.uniform(0.02, 0.98, n))}
    expected = trim_mean(list(said.values()), 0.2 + 1e-9)
    assert only(est.pool(table(said), "trimmed_mean")) == pytest.approx(expected)


def test_an_experts_latest_forecast_counts():
    first = table({"a": 0.2, "b": 0.6}, days=pd.to_datetime(["2020-01-05", None]))
    later = table({"b": 0.4, "a": 0.9}, days=pd.to_datetime(["2020-01-09", "2020-01-01"]))
    both = read_forecasts(pd.concat([later, first], ignore_index=True))
    assert latest(both)["probability"].tolist() == [0.4, 0.2]
    again = pd.concat([table({"a": 0.2}), table({"a": 0.9})])
    assert only(est.pool(again, "mean")) == 0.9  # no day: the last in the table


def test_questions_stay_in_order_and_apart():
    frame = pd.concat([table({"a": 0.1, "b": 0.2}, "z"), table({"a": 0.8}, "m"), table(P, "a")])
    for method in POOLS:
        found = est.pool(frame, method, history=crowd(20, [lambda t: t] * 3))
        assert found.index.tolist() == ["z", "m", "a"]
        assert found["z"] < 0.3
        assert found["m"] > 0.6


@pytest.mark.parametrize("method", LEARNED)
def test_without_a_record_what_learns_is_a_pool_that_does_not(method):
    asked = table(P)
    plain = est.pool(asked, LEARNED[method])
    open_still = crowd(9, [lambda t: t] * 3).assign(outcome=np.nan)
    itself = table(P, outcome=1.0)
    for history in (None, open_still, itself):
        assert only(est.pool(asked, method, history=history)) == only(plain)


@pytest.mark.parametrize("factor", [0.6, 1.0, 2.0])
def test_a_factor_is_learned(factor):
    history = crowd(2000, [lambda t: t + 0.1, lambda t: t - 0.1, lambda t: t], factor=factor)
    found = only(est.pool(table(P), "learned_extremising", history=history))
    assert logit(found) / LOG_ODDS == pytest.approx(factor, rel=0.15)
    few = only(est.pool(table(P), "learned_extremising", history=history.query("q < 3")))
    assert abs(logit(few) / LOG_ODDS - 1) < abs(factor - 1) + 0.35  # few questions teach little


def test_questions_of_two_experts_do_not_teach_how_to_sharpen():
    history = crowd(500, [lambda t: t, lambda t: t], factor=3)
    for method in ("learned_extremising", "beta_linear"):
        found = est.pool(table(P), method, history=history)
        assert only(found) == only(est.pool(table(P), LEARNED[method]))


def test_a_beta_transformation_mends_the_mean():
    history = crowd(2000, [lambda t: t, lambda t: t, lambda t: t], factor=2.5)
    said = table({"a": 0.8, "b": 0.8, "c": 0.8})
    assert only(est.pool(said, "beta_linear", history=history)) > 0.9


def test_who_was_worse_than_the_others_weighs_less():
    history = crowd(300, [lambda t: t, lambda t: t, lambda t: -t])
    said = {"e0": 0.1, "e1": 0.1, "e2": 0.9, "new": 0.1}
    found = only(est.pool(table(said), "skill_weighted", history=history))
    assert 0.1 < found < 0.22 < only(est.pool(table(said), "mean"))


def test_a_wrong_name_is_mended_and_a_wrong_table_refused():
    with pytest.raises(ValueError, match=r"no pool 'medain'; did you mean 'median'\? \(there are"):
        est.pool(table(P), "medain")
    with pytest.raises(ScenarioError, match="frame:1: probability 7"):
        est.pool(table({"a": 7}))


def test_how_questions_ended_is_not_looked_at():
    for method in POOLS:
        one, other = (est.pool(table(P, outcome=o), method) for o in (0.0, 1.0))
        assert only(one) == only(other)
