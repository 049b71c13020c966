"""What a panel of forecasts comes to, given how experts forecast: the track-record model in NumPy.

`models/track_record.py` is fitted with the same formula, and tests/unit/test_track_records.py holds
the one to the other.
"""

import numpy as np
import numpy.typing as npt

from estimative.habits import Floats, Habits
from estimative.panels import Panel

CHUNK = 1_000_000  # numbers that are worked on together


def pooled(panel: Panel, habits: Habits) -> Floats:
    """Return the probability of each question under each draw.

    Parameters
    ----------
    panel : Panel
        Its experts are those of the habits.
    habits : Habits
        Draws.

    Returns
    -------
    array of float, shape (D, Q)
        Probabilities.
    """
    starts = np.searchsorted(panel.question, np.arange(len(panel.questions)))
    step = max(1, CHUNK // len(panel.question))
    draws = len(habits.delay)
    parts = [
        _pooled(panel, habits, starts, slice(i, min(i + step, draws)))
        for i in range(0, draws, step)
    ]
    return np.concatenate(parts)


def _pooled(panel: Panel, habits: Habits, starts: npt.NDArray[np.int64], some: slice) -> Floats:
    def drawn(values: Floats) -> Floats:
        return values[some, None]

    unknown = panel.known == 0
    bias = np.where(unknown, drawn(habits.mean_bias), _of(panel, habits.bias[some]))
    skill = np.where(unknown, 0.0, _of(panel, habits.skill[some]))
    x = panel.log_odds - bias
    log_weight = skill - panel.crowding
    log_weight -= drawn(habits.delay) * panel.lag + drawn(habits.order) * panel.later
    weight = np.exp(log_weight)
    total = np.add.reduceat(weight, starts, axis=1)
    chance = np.add.reduceat(weight / (1 + np.exp(-x)), starts, axis=1) / total
    middle = np.add.reduceat(weight * x, starts, axis=1) / total
    middle = (middle + np.log(chance / (1 - chance))) / 2
    log_sharpening = drawn(habits.log_sharpening) + drawn(habits.growth) * panel.voices
    found: Floats = 1 / (1 + np.exp(-np.exp(panel.sharpens * log_sharpening) * middle))
    return found


def _of(panel: Panel, values: Floats) -> Floats:
    """Return each row's expert's number, or nothing where nobody has one."""
    return values[:, panel.expert] if values.shape[1] else np.zeros((len(values), 1))
