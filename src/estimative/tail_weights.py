"""How heavy the tail of weights is: the one diagnostic that every rerun after news needs.

ArviZ has it too, and fits are judged by ArviZ; but importing it takes longer than a whole rerun, so
what a rerun needs stands here, and `tests/unit/test_tail_weights.py` holds it to ArviZ's answer.
"""

import numpy as np
import numpy.typing as npt

PRIOR_K, PRIOR_DRAWS = 0.5, 10  # the estimate is drawn towards 0.5, as by ten draws more


def pareto_k(log_weights: npt.NDArray[np.float64]) -> float:
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
    draws = len(log_weights)
    many = int(3 * draws**0.5) if draws > 225 else draws // 5
    ranked = np.exp(np.sort(log_weights) - log_weights.max())
    tail = ranked[-many:] - ranked[-many - 1]
    quartile = tail[int(many / 4 + 0.5) - 1]
    if quartile <= tail[0]:
        return np.inf
    grid = 30 + int(many**0.5)
    theta = (
        1 / tail[-1] + (1 - np.sqrt(grid / (np.arange(1, grid + 1) - 0.5))) / 3 / quartile
    )  # minus shape over scale
    shape = np.log1p(-theta[:, None] * tail).mean(axis=1)
    log_likelihood = many * (np.log(-theta / shape) - shape - 1)
    chance = np.exp(log_likelihood - log_likelihood.max())
    mean = float(chance @ theta / chance.sum())
    k = float(np.log1p(-mean * tail).mean())
    return (many * k + PRIOR_DRAWS * PRIOR_K) / (many + PRIOR_DRAWS)
