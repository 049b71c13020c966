import numpy as np
import pytest

from estimative.tail_weights import pareto_k, smoothed


@pytest.mark.parametrize("draws", [100, 400, 4_000])
@pytest.mark.parametrize("sd", [0.01, 0.3, 1.0, 2.0, 4.0])
def test_it_is_what_arviz_finds(draws, sd):
    from arviz_stats.base import array_stats

    log_weights = np.random.default_rng(1).normal(0.0, sd, draws)
    assert pareto_k(log_weights) == pytest.approx(array_stats.psislw(-log_weights)[1], abs=1e-12)


@pytest.mark.parametrize("draws", [100, 400, 4_000])
@pytest.mark.parametrize("sd", [0.01, 0.3, 1.0, 4.0])
def test_smoothed_weights_are_those_of_arviz(draws, sd):
    from arviz_stats.base import array_stats

    log_weights = np.random.default_rng(1).normal(0.0, sd, draws)
    found, k = smoothed(log_weights)
    expected, expected_k = array_stats.psislw(-log_weights)
    assert k == pytest.approx(expected_k, abs=1e-12)
    np.testing.assert_allclose(found - np.logaddexp.reduce(found), expected, atol=1e-9)


def test_weights_without_a_tail_stay_as_they_are():
    weights = np.r_[np.zeros(900), np.ones(100)]
    assert smoothed(weights)[1] == np.inf
    np.testing.assert_array_equal(smoothed(weights)[0], weights - 1)


def test_a_tail_that_is_all_alike_has_no_shape():
    assert pareto_k(np.r_[np.zeros(900), np.ones(100)]) == np.inf


@pytest.mark.parametrize("shape", [0.2, 0.9])
def test_it_finds_the_shape_of_pareto_weights(shape):
    weights = np.random.default_rng(2).uniform(size=200_000) ** -shape
    assert pareto_k(np.log(weights)) == pytest.approx(shape, abs=0.05)
