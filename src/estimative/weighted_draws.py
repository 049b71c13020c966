"""Means, quantiles and Monte Carlo errors of draws that do not count alike.

Arrays only: what a draw counts is a weight, and the weights of all draws add up to 1
(tests/unit/test_forecasting.py).
"""

import numpy as np

from estimative.network.graph import Graph
from estimative.network.junction_tree import Floats

FEWEST_DRAWS = 400  # effective draws below which news has worn the draws out
WORST_K = 0.7  # Pareto k above which weights are not to be trusted
NO_MEAN_K = 1.0  # and above which they have no mean
CLEAR = 3  # standard errors beyond which a move is more than Monte Carlo noise
BATCHES = 40  # of successive draws, for standard errors


def normalised(graph: Graph, states: Floats) -> Floats:
    """Return probabilities that add up to 1 at every node: what is settled is 1, not nearly.

    Parameters
    ----------
    graph : Graph
        Its nodes have the states.
    states : array of float, shape (..., states of all nodes)
        Not negative.

    Returns
    -------
    array of float, shape (..., states of all nodes)
        Probabilities; of a node whose states are all 0, as they came.
    """
    total = np.add.reduceat(states, graph.state_offset[:-1], axis=-1)
    whole = np.repeat(np.where(total > 0, total, 1.0), graph.sizes(graph.nodes), axis=-1)
    return np.asarray(states / whole)


def weighted_quantiles(values: Floats, weights: Floats, shares: list[float]) -> Floats:
    """Return weighted quantiles of each column.

    Parameters
    ----------
    values : array of float, shape (D, columns)
        Draws.
    weights : array of float, shape (D,)
        What each draw counts; they add up to 1.
    shares : list of float
        What share of the weight lies below, each in [0, 1].

    Returns
    -------
    array of float, shape (shares, columns)
        Between two draws, interpolated; a draw stands at the middle of its own weight.
    """
    order = np.argsort(values, axis=0)
    ranked = np.take_along_axis(values, order, axis=0)
    heaped = np.cumsum(weights[order], axis=0) - weights[order] / 2
    return np.array(
        [[np.interp(q, heaped[:, j], ranked[:, j]) for j in range(values.shape[1])] for q in shares]
    )


def standard_errors(weights: Floats, values: Floats) -> Floats:
    """Return the Monte Carlo standard error of the weighted mean of each column.

    Parameters
    ----------
    weights : array of float, shape (D,)
        What each draw counts; they add up to 1.
    values : array of float, shape (D, columns)
        Probabilities.

    Returns
    -------
    array of float, shape (columns,)
        Probabilities; of the means of 40 batches of successive draws.
    """
    errors: Floats = moved_means(np.zeros((1, len(weights))), weights, values)[1][0]
    return errors


def moved_means(others: Floats, weights: Floats, values: Floats) -> tuple[Floats, Floats]:
    """Return by how much the means of draws differ under other weights.

    Parameters
    ----------
    others : array of float, shape (others, D)
        Each row other weights; differences are taken from them to `weights`.
    weights : array of float, shape (D,)
        What each draw counts; they add up to 1.
    values : array of float, shape (D, columns)
        Probabilities.

    Returns
    -------
    tuple of two arrays of float, each of shape (others, columns)
        Differences of probabilities, and their standard errors by batch means, as successive draws
        are not independent.
    """
    change, centred = others - weights, values - weights @ values
    batches = np.array_split(np.arange(len(values)), min(BATCHES, len(values)))
    parts = np.stack([change[:, batch] @ centred[batch] for batch in batches])
    return parts.sum(axis=0), parts.std(axis=0) * np.sqrt(len(parts))
