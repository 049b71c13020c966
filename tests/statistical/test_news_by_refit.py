"""News by reweighting against news inside the fit: on random scenarios, and on the flagship's year.

Wherever the product would reweight (Pareto k and effective draws are good), both must give the same
probabilities within five Monte Carlo standard errors.
"""

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from builders import answer, fitted, standard_error
from made_up import random_scenario

import estimative as est
from estimative.belief import Settings
from estimative.tail_weights import pareto_k
from estimative.weighted_draws import FEWEST_DRAWS, WORST_K

pytestmark = pytest.mark.slow

SETTINGS = Settings(chains=4, tune=500, draws=1000)
FLAGSHIP = Path(__file__).resolve().parents[2] / "scenarios" / "russia-dprk-2023"
SEEDS = [*range(5), *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(5, 50))]
DAYS = [
    "2024-04-30",
    *(pytest.param(d, marks=pytest.mark.nightly) for d in ["2023-12-31", "2024-09-13"]),
]


def assert_both_agree(scenario, day=None):
    """Hold every state's probability by reweighting against the fit with the news inside."""
    day = day or scenario.date
    scenario = scenario.model_copy(update={"as_of": day})
    outside = answer(scenario, fitted(scenario, settings=SETTINGS))
    k = pareto_k(np.log(outside.weights))
    if k > WORST_K or 1 / (outside.weights**2).sum() < FEWEST_DRAWS:
        return False
    inside = answer(
        scenario, fitted(scenario, seed=2, settings=SETTINGS, news_inside=True), inside=True
    )
    share = outside.weights * len(outside.weights)
    for column in range(outside.draws.shape[1]):
        p, q = outside.draws[:, column], inside.draws[:, column]
        mean = outside.weights @ p
        if max(np.ptp(p), np.ptp(q)) < 1e-9:
            assert q.mean() == pytest.approx(mean, abs=1e-9)
            continue
        error = np.hypot(standard_error(share * (p - mean)), standard_error(q))
        assert abs(mean - q.mean()) < 5 * error
    return True


@pytest.mark.parametrize("seed", SEEDS)
def test_reweighting_is_refitting(tmp_path, seed):
    scenario = random_scenario(tmp_path, seed)
    if not assert_both_agree(scenario):
        pytest.skip("the news wears the draws out, so that the product fits again")


@pytest.mark.parametrize("day", DAYS)
def test_reweighting_is_refitting_on_the_flagship(day):
    scenario = est.read_scenario(FLAGSHIP)
    assert assert_both_agree(scenario, dt.date.fromisoformat(day))
