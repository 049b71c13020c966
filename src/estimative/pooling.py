"""Middles of several answers, and how far one of them stands from the others: bare arithmetic.

The linear pool keeps what its voices disagree about, the logarithmic one does not
(tests/unit/test_disagreement.py works each out by hand).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from estimative.network.junction_tree import Floats

FEWEST_VOICES = 3  # of two, neither is the outlier
EDGE = 1e-6  # probabilities nearer to 0 or 1 have the log-odds of this one


class Kind(StrEnum):
    """Whose answer it is."""

    expert = "expert"
    record = "record"
    group = "group"
    pooled = "pooled"
    linear = "linear pool"
    logarithmic = "logarithmic pool"


@dataclass(frozen=True, eq=False)
class Voice:
    """What one expert alone, or one group alone, would answer on one outcome.

    Attributes
    ----------
    outcome : str
        The outcome.
    name : str
        The expert's name, `the record`, or the group's id.
    expert, group : str or None
        Ids; the expert is None for a group, both are None for the record.
    probability, lower, upper : float
        From these statements alone, everything else at its default.
    statements : tuple of str
        Ids of the counted statements on it.
    draws : array of float, shape (D,)
        Draws of the probability, each counting alike.
    withheld : str or None
        Why the numbers are not to be used: the voice's own fit has not converged.
    """

    outcome: str
    name: str
    expert: str | None
    group: str | None
    probability: float
    lower: float
    upper: float
    statements: tuple[str, ...]
    draws: Floats = field(repr=False)
    withheld: str | None = None

    @property
    def kind(self) -> Kind:
        """Whether an expert, a group or the record speaks."""
        if self.expert is not None:
            return Kind.expert
        return Kind.record if self.group is None else Kind.group


@dataclass(frozen=True, eq=False)
class Pool:
    """A middle of several answers.

    Attributes
    ----------
    probability, lower, upper : float
        The middle and its central interval.
    draws : array of float
        Draws of the probability, each counting alike.
    """

    probability: float
    lower: float
    upper: float
    draws: Floats = field(repr=False)


@dataclass(frozen=True)
class Distance:
    """How far one voice stands from the others.

    Attributes
    ----------
    voice : str
        Its name.
    distance, lower, upper : float
        Its log-odds less the mean of the others', and the central interval of that, draws of
        different voices being independent.
    farthest : float
        How probable it is that it stands farther out than any other, in [0, 1].
    """

    voice: str
    distance: float
    lower: float
    upper: float
    farthest: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.lower > 0 or self.upper < 0


def linear(voices: Sequence[Voice], interval: float) -> Pool | None:
    """Return the plain mean of what voices answer.

    Parameters
    ----------
    voices : sequence of Voice
        On one outcome.
    interval : float
        Mass of the central interval, in (0, 1).

    Returns
    -------
    Pool or None
        The mean of their probabilities, and the interval of their draws laid together: it spans
        what they disagree about. None without a voice.
    """
    if not voices:
        return None
    draws = np.concatenate([v.draws for v in voices])
    lower, upper = np.quantile(draws, _tails(interval))
    mean = float(np.mean([v.probability for v in voices]))
    return Pool(mean, float(lower), float(upper), draws)


def logarithmic(voices: Sequence[Voice], interval: float) -> Pool | None:
    """Return the mean, in log-odds, of what voices answer.

    Parameters
    ----------
    voices : sequence of Voice
        On one outcome.
    interval : float
        Mass of the central interval, in (0, 1).

    Returns
    -------
    Pool or None
        The mean log-odds of their probabilities and, quantile by quantile, of their draws: as sure
        as they are on average, whatever they disagree about. None without a voice.
    """
    if not voices:
        return None
    size = min(len(v.draws) for v in voices)
    middle = _log_odds(np.array([v.probability for v in voices])).mean(keepdims=True)
    ranked = np.sort([v.draws[:size] for v in voices], axis=1)
    draws = _chance(_log_odds(ranked).mean(axis=0))
    lower, upper = np.quantile(draws, _tails(interval))
    return Pool(float(_chance(middle)[0]), float(lower), float(upper), draws)


def distances(voices: Sequence[Voice], interval: float) -> tuple[Distance, ...]:
    """Return how far each voice stands from the others, the likeliest outlier first.

    Parameters
    ----------
    voices : sequence of Voice
        On one outcome.
    interval : float
        Mass of the central interval, in (0, 1).

    Returns
    -------
    tuple of Distance
        Nothing where there are fewer than three.
    """
    if len(voices) < FEWEST_VOICES:
        return ()
    size = min(len(v.draws) for v in voices)
    draws = np.random.default_rng(0).permuted([v.draws[:size] for v in voices], axis=1)
    away = _from_others(_log_odds(draws))
    points = _from_others(_log_odds(np.array([[v.probability] for v in voices])))[:, 0]
    share = np.bincount(np.abs(away).argmax(axis=0), minlength=len(voices)) / size
    ends = np.quantile(away, _tails(interval), axis=1)
    found = [
        Distance(v.name, *map(float, (points[i], *ends[:, i], share[i])))
        for i, v in enumerate(voices)
    ]
    return tuple(sorted(found, key=lambda d: -d.farthest))


def _tails(interval: float) -> list[float]:
    tail = (1 - interval) / 2
    return [tail, 1 - tail]


def _log_odds(probabilities: Floats) -> Floats:
    kept = np.clip(probabilities, EDGE, 1 - EDGE)
    found: Floats = np.log(kept / (1 - kept))
    return found


def _chance(log_odds: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-log_odds))
    return found


def _from_others(values: Floats) -> Floats:
    """Return each row less the mean of the other rows."""
    return (values - values.mean(axis=0)) * len(values) / (len(values) - 1)
