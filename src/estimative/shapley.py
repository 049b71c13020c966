"""Shapley values: what each of several causes adds, averaged over all orders of them.

Shares always add up to the value of all causes less the value of none, exactly, whether every order
is weighed or some are sampled (`tests/unit/test_comparing.py` holds both against all orders).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Sets = npt.NDArray[np.bool_]
Values = Callable[[Sets], Floats]

MOST_EXACT = 12
"""Up to this many causes every set of them is valued; 2**12 are 4,096 sets."""
MOST_SETS = 10_000
"""About as many sets are valued where orders are sampled."""
FEWEST_PAIRS, MOST_PAIRS = 8, 256
"""Of orders: each is followed by its reverse, so that early and late places balance."""


@dataclass(frozen=True, eq=False)
class Shares:
    """What each cause adds.

    Attributes
    ----------
    parts : array of float, shape (causes, quantities)
        They add up to the value of all causes less the value of none.
    errors : array of float, shape (causes, quantities)
        Standard errors from sampling orders; zero where all were weighed.
    orders : int or None
        How many orders were sampled; None where all were weighed.
    """

    parts: Floats
    errors: Floats
    orders: int | None


def share_out(values: Values, causes: int, *, seed: int = 1) -> Shares:
    """Share the difference between all and nothing out over causes (Shapley 1953).

    Parameters
    ----------
    values : callable
        From sets, shape (sets, causes), to their values, shape (sets, quantities); is called once.
    causes : int
        How many, n.
    seed : int
        For sampled orders.

    Returns
    -------
    Shares
        One part a cause and quantity.
    """
    return _weigh_all(values, causes) if causes <= MOST_EXACT else _sample(values, causes, seed)


def _weigh_all(values: Values, causes: int) -> Shares:
    """Weigh each set S by |S|! (n - |S| - 1)! / n!, the share of orders in which i follows S."""
    sets = (np.arange(2**causes)[:, None] >> np.arange(causes) & 1).astype(bool)
    size = sets.sum(axis=1, keepdims=True)
    weight = np.array([1 / (causes * math.comb(causes - 1, s)) for s in range(causes)] or [0.0])
    joined = weight[np.maximum(size - 1, 0)]
    missed = weight[np.minimum(size, causes - 1)] if causes else joined
    parts = np.where(sets, joined, -missed).T @ values(sets)
    return Shares(parts, np.zeros_like(parts), None)


def _sample(values: Values, causes: int, seed: int) -> Shares:
    """Average over pairs of an order and its reverse."""
    pairs = min(MOST_PAIRS, max(FEWEST_PAIRS, MOST_SETS // (2 * causes)))
    rng = np.random.default_rng(seed)
    forward = np.array([rng.permutation(causes) for _ in range(pairs)])
    orders = np.stack([forward, forward[:, ::-1]], axis=1).reshape(-1, causes)
    place = np.argsort(orders, axis=1)  # of each cause in each order
    sets = place[:, None, :] < np.arange(causes + 1)[None, :, None]  # order, how many have come
    flat = sets.reshape(-1, causes)
    _, first, back = np.unique(
        np.packbits(flat, axis=1), axis=0, return_index=True, return_inverse=True
    )
    heights = values(flat[first])[back.ravel()].reshape(len(orders), causes + 1, -1)
    steps = np.take_along_axis(np.diff(heights, axis=1), place[:, :, None], axis=1)
    paired = steps.reshape(pairs, 2, causes, -1).mean(axis=1)
    return Shares(paired.mean(axis=0), paired.std(axis=0, ddof=1) / math.sqrt(pairs), len(orders))
