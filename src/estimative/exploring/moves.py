"""How far a forecast moves under other weights or other states of the world, and how sure that is.

A move carries its Monte Carlo standard error, and whether its weights are to be trusted.
"""

from dataclasses import dataclass

import numpy as np

from estimative.forecasting import Forecast
from estimative.network.graph import Floats
from estimative.tail_weights import pareto_k, smoothed
from estimative.weighted_draws import BATCHES, CLEAR, FEWEST_DRAWS, WORST_K

LEAST = 0.0005  # move, in probability
STILL = 1e-9  # log weights that differ by less are all alike


@dataclass(frozen=True)
class Move:
    """What an outcome's probability would be otherwise.

    Attributes
    ----------
    probability : float
        What it would be.
    move : float
        The same less what it is.
    error : float
        The move's Monte Carlo standard error.
    k : float or None
        Pareto k of the weights behind it; None where none were needed.
    effective_draws : float
        How many draws are left under these weights.
    exact : bool
        Whether it was fitted anew.
    """

    probability: float
    move: float
    error: float
    k: float | None
    effective_draws: float
    exact: bool = False

    @property
    def rough(self) -> bool:
        """Whether the weights are not to be trusted."""
        worn = self.k is not None and self.k > WORST_K
        return not self.exact and (worn or self.effective_draws < FEWEST_DRAWS)

    @property
    def told_apart(self) -> bool:
        """Whether it is beyond its Monte Carlo error, which few draws know but roughly."""
        doubt = 1 / (2 * self.effective_draws) ** 0.5  # relative, of the error
        return bool(abs(self.move) > CLEAR * self.error * (1 + CLEAR * doubt))

    @property
    def matters(self) -> bool:
        """Whether it is also large enough to be printed."""
        return self.told_apart and abs(self.move) >= LEAST

    @property
    def clear(self) -> bool:
        """Whether it can be claimed: beyond its error, and not rough."""
        return self.told_apart and not self.rough


class Gauge:
    """One outcome of a forecast, by which moves are measured.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    outcome : str
        The outcome; its headline's state is measured.
    """

    def __init__(self, forecast: Forecast, outcome: str) -> None:
        graph = forecast.given.graph
        self.column = graph.state(outcome, forecast[outcome].event)
        self.weights, self.values = forecast.weights, forecast.draws[:, self.column]
        self.now = float(self.weights @ self.values)
        self._spread = self.weights * (self.values - self.now)

    def move(self, log_ratio: Floats, values: Floats | None = None) -> Move:
        """Return the move under other weights.

        Parameters
        ----------
        log_ratio : array of float, shape (D,)
            By how much each draw weighs more, natural log, up to a constant.
        values : array of float, shape (D,), optional
            The outcome's probability in each draw, where that is otherwise, too.

        Returns
        -------
        Move
            By Pareto-smoothed weights.
        """
        values = self.values if values is None else values
        weights, k = self.weights, None
        if np.ptp(log_ratio[weights > 0]) > STILL:
            ratio, k = smoothed(np.where(weights > 0, log_ratio, -np.inf))
            with np.errstate(divide="ignore"):
                total = np.log(weights) + ratio
            if np.ptp(weights) > STILL / len(weights):  # the news weighs the draws, too
                k = max(k, pareto_k(total))
            weights = np.exp(total - total.max())
            weights /= weights.sum()
        probability = float(weights @ values)
        spread = weights * (values - probability) - self._spread
        # few draws cannot show how few they are: at least the error of weights that have nothing
        # to do with the values
        least = float(np.std(values) * np.linalg.norm(weights - self.weights))
        error, effective = max(_error(spread), least), float(1 / (weights**2).sum())
        return Move(probability, probability - self.now, error, k, effective)

    def fitted(self, answer: Forecast) -> Move:
        """Return the move to another forecast of the same outcome, from draws of its own.

        Parameters
        ----------
        answer : Forecast
            What was fitted anew.

        Returns
        -------
        Move
            An exact one.
        """
        weights, values = answer.weights, answer.draws[:, self.column]
        probability = float(weights @ values)
        error = float(np.hypot(_error(weights * (values - probability)), _error(self._spread)))
        effective = float(1 / (weights**2).sum())
        return Move(probability, probability - self.now, error, None, effective, exact=True)


def _error(parts: Floats) -> float:
    """Return the standard error of a sum over draws: that of batches of successive ones."""
    batches = np.array_split(parts, min(BATCHES, len(parts)))
    return float(np.std([batch.sum() for batch in batches]) * np.sqrt(len(batches)))
