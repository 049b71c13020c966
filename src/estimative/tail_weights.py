"""How heavy the tail of weights is, and weights whose tail is smoothed: what every rerun needs.

ArviZ has it too, and fits are judged by ArviZ; but importing it takes longer than a whole rerun, so
what a rerun needs stands here, and `tests/unit/test_tail_weights.py` holds it to ArviZ's answer.
"""

import numpy as np
import numpy.typing as npt

PRIOR_K, PRIOR_DRAWS = 0.5, 10  # the estimate is drawn towards 0.5, as by ten draws more
SMALLEST_K = 1e-10  # below it the tail is exponential


Floats = npt.NDArray[np.float64]


def pareto_k(log_weights: Floats) -> float:
    """Return the shape of the generalised Pareto distribution of the largest weights.

    Parameters
    ----------
    log_weights : array of float, shape (D,)
        Natural log of each draw's weight, up to a constant.

    Returns
    -------
    float
        Above 0.7 the weights are not to be trusted (Vehtari et al. 2024, J. Mach. Learn. Res. 25,
        section 3; the fit of Zhang and Stephens 2009, Technometrics 51). Infinite where the largest
        weights are all alike, so that no tail can be fitted.
    """
    return _fit_tail(np.sort(log_weights) - log_weights.max())[0]


def smoothed(log_weights: Floats) -> tuple[Floats, float]:
    """Return weights whose largest are replaced by what their Pareto distribution expects.

    Parameters
    ----------
    log_weights : array of float, shape (D,)
        Natural log of each draw's weight, up to a constant.

    Returns
    -------
    tuple of array of float and float
        Log weights, the largest before at 0; k as `pareto_k` has it. Where no tail can be fitted,
        the weights as they came.
    """
    log_weights = log_weights - log_weights.max()
    order = np.argsort(log_weights)
    k, scale, many, cutoff = _fit_tail(log_weights[order])
    if np.isfinite(k):
        stretch = -np.log1p(-np.arange(0.5, many) / many)
        excess = scale * (np.expm1(k * stretch) / k if abs(k) > SMALLEST_K else stretch)
        log_weights[order[-many:]] = np.minimum(np.log(cutoff + excess), 0.0)
    return log_weights, k


def _fit_tail(ranked: Floats) -> tuple[float, float, int, float]:
    """Return shape and scale of the tail of sorted log weights, its length, and where it begins."""
    draws = len(ranked)
    many = int(3 * draws**0.5) if draws > 225 else draws // 5
    cutoff = float(np.exp(ranked[-many - 1]))
    tail = np.exp(ranked[-many:]) - cutoff
    quartile = tail[int(many / 4 + 0.5) - 1]
    if quartile <= tail[0]:
        return np.inf, np.nan, many, cutoff
    grid = 30 + int(many**0.5)
    theta = (
        1 / tail[-1] + (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / 3 / quartile
    )  # minus shape over scale
    shape = np.log1p(-theta[:, None] * tail).mean(axis=1)
    log_likelihood = many * (np.log(-theta / shape) - shape - 1)
    chance = np.exp(log_likelihood - log_likelihood.max())
    mean = float(chance @ theta / chance.sum())
    k = float(np.log1p(-mean * tail).mean())
    return (many * k + PRIOR_DRAWS * PRIOR_K) / (many + PRIOR_DRAWS), -k / mean, many, cutoff
