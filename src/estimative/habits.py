"""How experts forecast, as numbers: where they are centred, and what draws of them come to.

The centres serve twice: as the priors of `models/track_record.py`, and as they are where nobody has
a record. They were set on the first 60% of a set of public forecasts (docs/accuracy.md says what
was seen of the rest).
"""

from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from estimative.expert_records import UNLEARNED

Floats = npt.NDArray[np.float64]

MEAN_BIAS = 0.0, 0.15  # centre and sd, on log-odds
DELAY = log(0.3), 0.5  # of the log of the weight's fall with log(1 + weeks behind)
ORDER = log(0.9), 0.5  # of the log of its fall with log(1 + voices that spoke later)
LOG_SHARPENING = log(UNLEARNED), 0.1
GROWTH = 0.0, 0.1  # of the sharpening, with the log of voices
MANY = 20  # strangers a draw


@dataclass(frozen=True, eq=False)
class Habits:
    """How experts forecast, as D draws of it; one where there is no record.

    Attributes
    ----------
    experts : tuple of str
        Those with a record.
    bias, skill : array of float, shape (D, experts)
        Log-odds to be taken off what they say; log of their weight against the population's.
    mean_bias, bias_sd, skill_sd : array of float, shape (D,)
        The population's: where biases lie, how far they and skills spread.
    delay, order : array of float, shape (D,)
        By how much weight falls with age and with order.
    log_sharpening, growth : array of float, shape (D,)
        Of log-odds on which eight voices agree; how it grows with voices.
    """

    experts: tuple[str, ...]
    bias: Floats
    skill: Floats
    mean_bias: Floats
    bias_sd: Floats
    skill_sd: Floats
    delay: Floats
    order: Floats
    log_sharpening: Floats
    growth: Floats


def default_habits() -> Habits:
    """Return the centres: nobody has a bias or a skill, and nothing but age tells forecasts apart.

    Returns
    -------
    Habits
        One draw.
    """
    nobody, none = np.zeros((1, 0)), np.zeros(1)
    return Habits(
        experts=(),
        bias=nobody,
        skill=nobody,
        mean_bias=none + MEAN_BIAS[0],
        bias_sd=none,
        skill_sd=none,
        delay=np.exp(none + DELAY[0]),
        order=np.exp(none + ORDER[0]),
        log_sharpening=none + LOG_SHARPENING[0],
        growth=none + GROWTH[0],
    )


def strangers(habits: Habits) -> tuple[Floats, Floats]:
    """Return skills and biases of experts of whom nothing is known.

    Parameters
    ----------
    habits : Habits
        Draws.

    Returns
    -------
    tuple of two array of float, shape (20 D, 1)
        Logs of weights; log-odds.
    """
    rng = np.random.default_rng(0)
    spread = [habits.skill_sd, habits.bias_sd, habits.mean_bias]
    skill_sd, bias_sd, mean_bias = (np.repeat(s, MANY)[:, None] for s in spread)
    skill = skill_sd * rng.normal(size=skill_sd.shape)
    return skill, mean_bias + bias_sd * rng.normal(size=bias_sd.shape)


def estimates(skill: Floats, bias: Floats, interval: float) -> dict[str, Floats]:
    """Return means and central intervals of what is said of experts.

    Parameters
    ----------
    skill, bias : array of float, shape (D, experts)
        Draws: logs of weights, log-odds.
    interval : float
        Mass of the central intervals, in (0, 1).

    Returns
    -------
    dict of str to array of float, shape (experts,)
        `skill`, `bias` and `weight`, in (0, 1], each also with `_lower` and `_upper`.
    """
    found: dict[str, Floats] = {}
    numbers = {"skill": skill, "bias": bias, "weight": np.minimum(1.0, np.exp(skill))}
    for name, draws in numbers.items():
        mean, lower, upper = np.array(estimate(draws, interval)).reshape(-1, 3).T
        found |= {name: mean, f"{name}_lower": lower, f"{name}_upper": upper}
    return found


def estimate(draws: Floats, interval: float) -> list[tuple[float, float, float]]:
    """Return the mean and the central interval of each column.

    Parameters
    ----------
    draws : array of float, shape (D, columns)
        Draws.
    interval : float
        Mass of the interval, in (0, 1).

    Returns
    -------
    list of tuple of three float
        Mean, lower, upper; the mean lies within.
    """
    tail = (1 - interval) / 2
    lower, upper = np.quantile(draws, [tail, 1 - tail], axis=0)
    mean = np.clip(draws.mean(axis=0), lower, upper)
    return list(zip(*map(np.ndarray.tolist, (mean, lower, upper)), strict=True))
