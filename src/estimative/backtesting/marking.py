"""Marks of probabilities against how questions ended; formulas and fits are libraries'.

Scores are those of scoringrules; the decomposition rests on SciPy's isotonic regression.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

MASS = 0.95  # of all intervals of marks
RESAMPLES, BATCH = 4000, 100  # of questions, in all and at a time
TENTHS = tuple(round(i / 10, 1) for i in range(11))
LOW, HIGH = (0.0, 0.02, 0.05, 0.1), (0.9, 0.95, 0.98, 1.0)


@dataclass(frozen=True)
class PoolScore:
    """Marks of a pool, or of the method, on the questions that were resolved; smaller is better.

    Attributes
    ----------
    n : int
        How many questions.
    brier, log_score : float
        Means: squared error of the probability, and minus its natural logarithm.
    difference, lower, upper : float
        Brier score less that of the plain mean, and the 95% interval of that by a bootstrap of
        questions; below zero it is better than the mean.
    """

    n: int
    brier: float
    log_score: float
    difference: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Bin:
    """Forecasts of like probability, and how often what they were about happened.

    Attributes
    ----------
    above, below : float
        Between which probabilities; an end nearer to one half belongs to the bin farther in.
    n : int
        How many.
    forecast : float
        Their mean; NaN of none.
    happened, lower, upper : float
        Share of them that happened, and its 95% interval (Wilson); NaN of none.
    """

    above: float
    below: float
    n: int
    forecast: float
    happened: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Decomposition:
    """The parts of a mean Brier score: reliability - resolution + uncertainty.

    Attributes
    ----------
    reliability : float
        What is lost by being miscalibrated; 0 is best.
    resolution : float
        What is won by telling questions apart; larger is better.
    uncertainty : float
        What the same base rate for all questions would score.
    """

    reliability: float
    resolution: float
    uncertainty: float


def marks(outcomes: Floats, probabilities: Floats) -> tuple[Floats, Floats]:
    """Return the Brier and the log score of each question.

    Parameters
    ----------
    outcomes, probabilities : array of float
        0 or 1, and in [0, 1].

    Returns
    -------
    tuple of two arrays
        Smaller is better.
    """
    from scoringrules import brier_score, log_score

    return brier_score(outcomes, probabilities), log_score(outcomes, probabilities)


def pool_scores(
    outcomes: Floats, answers: Mapping[str, Floats], beside: str, seed: int
) -> dict[str, PoolScore]:
    """Return the marks of several answers to the same questions, each beside one of them.

    The same questions are drawn for all answers, so that the differences are paired.

    Parameters
    ----------
    outcomes : array of float
        0 or 1 for each question.
    answers : mapping of str to array of float
        Probabilities.
    beside : str
        Which of them the others are compared with.
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict of str to PoolScore
        By name; NaN without a question, and intervals also of only one.
    """
    n = len(outcomes)
    if n == 0:
        return {name: PoolScore(0, *[np.nan] * 5) for name in answers}
    found = {name: marks(outcomes, p) for name, p in answers.items()}
    differences = np.array([brier - found[beside][0] for brier, _ in found.values()])
    lower, upper = _bootstrap(differences, seed)
    return {
        name: PoolScore(
            n, *map(float, (brier.mean(), log.mean(), differences[i].mean(), lower[i], upper[i]))
        )
        for i, (name, (brier, log)) in enumerate(found.items())
    }


def decompose(outcomes: Floats, probabilities: Floats) -> Decomposition:
    """Return the parts of the mean Brier score, which add up to it exactly.

    Recalibrated probabilities are those of an isotonic regression, not of bins; on few questions
    it fits noise, and reliability and resolution are both too large.

    Parameters
    ----------
    outcomes, probabilities : array of float
        0 or 1, and in [0, 1].

    Returns
    -------
    Decomposition
        NaN without a question.

    References
    ----------
    Dimitriadis, T., Gneiting, T. and Jordan, A. I. (2021). Stable reliability diagrams for
    probabilistic classifiers. Proceedings of the National Academy of Sciences 118, e2016191118.
    """
    if len(outcomes) == 0:
        return Decomposition(np.nan, np.nan, np.nan)
    from scipy.optimize import isotonic_regression

    _, level, count = np.unique(probabilities, return_inverse=True, return_counts=True)
    shares = np.bincount(level, outcomes) / count
    mended = np.clip(isotonic_regression(shares, weights=count).x[level], 0, 1)
    base = np.full(len(outcomes), outcomes.mean())
    said, best, flat = (marks(outcomes, p)[0].mean() for p in (probabilities, mended, base))
    return Decomposition(float(said - best), float(flat - best), float(flat))


def bins(outcomes: Floats, probabilities: Floats, edges: Sequence[float] = TENTHS) -> list[Bin]:
    """Return how often what was said with like probability happened.

    Parameters
    ----------
    outcomes, probabilities : array of float
        0 or 1, and in [0, 1].
    edges : sequence of float
        Ends of the bins, rising; what lies outside of them is left out.

    Returns
    -------
    list of Bin
        One between each two edges.
    """
    from scipy.stats import binomtest

    right = np.searchsorted(edges, probabilities, side="right")
    left = np.searchsorted(edges, probabilities, side="left")
    at = np.where(probabilities <= 0.5, right, left) - 1
    found = []
    for i, (above, below) in enumerate(pairwise(edges)):
        here = at == i
        n, came = int(here.sum()), int(outcomes[here].sum())
        if n == 0:
            found.append(Bin(above, below, 0, *[np.nan] * 4))
            continue
        ends = binomtest(came, n).proportion_ci(MASS, method="wilson")
        middle = float(probabilities[here].mean())
        found.append(Bin(above, below, n, middle, came / n, float(ends.low), float(ends.high)))
    return found


def _bootstrap(differences: Floats, seed: int) -> Floats:
    """Return the ends of the percentile intervals of each row's mean, questions drawn anew."""
    rows, n = differences.shape
    if n < 2:
        return np.full((2, rows), np.nan)
    rng, parts = np.random.default_rng(seed), []
    for size in [BATCH] * (RESAMPLES // BATCH):
        drawn = rng.integers(n, size=(size, n)) + n * np.arange(size)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * n).reshape(size, n)
        parts.append(times @ differences.T / n)
    tail = (1 - MASS) / 2
    ends: Floats = np.quantile(np.concatenate(parts), [tail, 1 - tail], axis=0)
    return ends
