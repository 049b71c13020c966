"""Pools that learn from questions known beforehand, and are plain ones without any."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from estimative.pools.plain import (
    EDGE,
    Floats,
    by_question,
    chance,
    like,
    mean,
    mean_log_odds,
    weighted_mean,
)

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 3  # experts a question needs so that a pool learns from it how to sharpen
FACTOR_SPREAD = 0.5  # prior standard deviation of the logarithm of a learned factor, about 1
SKILL_QUESTIONS = 10  # for how many questions of average skill nothing known of an expert counts


def skill_weighted(said: "pd.DataFrame", known: "pd.DataFrame | None" = None) -> "pd.Series":
    """Return the mean weighted by what experts' Brier scores were beside their rivals' so far.

    The weight is the score that all who answered an expert's questions had on them on average, over
    the expert's own, both with ten questions of the average score added; 1 without a record.

    Parameters
    ----------
    said : DataFrame
        Latest forecasts.
    known : DataFrame, optional
        Latest forecasts of questions known beforehand.

    Returns
    -------
    Series
        A probability for each question; the mean without a record.

    References
    ----------
    Budescu, D. V. and Chen, E. (2015). Identifying expertise to extract the wisdom of crowds.
    Management Science 61, 267-280 (scores beside those of the same questions; the shrinkage is
    ours).
    """
    ended = _ended(known)
    if ended is None:
        return mean(said)
    from scoringrules import brier_score

    ended = ended.assign(
        own=brier_score(*(ended[c].to_numpy() for c in ("outcome", "probability")))
    )
    ended["all"] = by_question(ended["own"], ended).transform("mean")
    usual = SKILL_QUESTIONS * ended["own"].mean()
    record = ended.groupby("expert")[["own", "all"]].sum() + usual
    skill = record["all"] / record["own"]
    return weighted_mean(said, said["expert"].map(skill).fillna(1.0).astype(float))


def learned_extremising(said: "pd.DataFrame", known: "pd.DataFrame | None" = None) -> "pd.Series":
    """Return the log-odds mean times the factor that suits questions known beforehand.

    The factor has the highest posterior density: its logarithm has a normal prior about 0 with a
    standard deviation of 0.5. Questions of three or more experts count.

    Parameters
    ----------
    said : DataFrame
        Latest forecasts.
    known : DataFrame, optional
        Latest forecasts of questions known beforehand.

    Returns
    -------
    Series
        A probability for each question; the log-odds mean without a record.

    References
    ----------
    Satopää, V. A., Baron, J., Foster, D. P., Mellers, B. A., Tetlock, P. E. and Ungar, L. H.
    (2014). Combining multiple probability predictions using a simple logit model. International
    Journal of Forecasting 30, 344-356 (without their prior).
    """
    factor = 1.0
    ended = _ended(known, FEWEST)
    if ended is not None:
        middle = mean_log_odds(ended)
        logs = _most_likely(1, ended, lambda logs: chance(np.exp(logs[0]) * middle).to_numpy())
        factor = float(np.exp(logs[0]))
    return chance(factor * mean_log_odds(said))


def beta_linear(said: "pd.DataFrame", known: "pd.DataFrame | None" = None) -> "pd.Series":
    """Return the mean, transformed by the beta distribution that suits questions known beforehand.

    Its two parameters have the highest posterior density, each with the prior of
    `learned_extremising`; both are 1, which changes nothing, without a record.

    Parameters
    ----------
    said : DataFrame
        Latest forecasts.
    known : DataFrame, optional
        Latest forecasts of questions known beforehand.

    Returns
    -------
    Series
        A probability for each question; the mean without a record.

    References
    ----------
    Ranjan, R. and Gneiting, T. (2010). Combining probability forecasts. Journal of the Royal
    Statistical Society B 72, 71-91.
    """
    ended = _ended(known, FEWEST)
    if ended is None:
        return mean(said)
    from scipy.special import betainc

    def transformed(middle: "pd.Series", logs: Floats) -> Floats:
        """Return means transformed.

        Parameters
        ----------
        middle : Series
            Means of probabilities.
        logs : array of float
            Logarithms of the two parameters.

        Returns
        -------
        array of float
            Probabilities.
        """
        found: Floats = betainc(*np.exp(logs), middle.to_numpy())
        return found.clip(EDGE, 1 - EDGE)

    middle = mean(ended)
    logs = _most_likely(2, ended, lambda logs: transformed(middle, logs))
    answered = mean(said)
    return like(transformed(answered, logs), answered)


def _ended(known: "pd.DataFrame | None", fewest: int = 1) -> "pd.DataFrame | None":
    """Return the forecasts of questions that ended and had so many experts, if there are any."""
    if known is None:
        return None
    size = by_question(known["expert"], known).transform("size")
    ended = known[known["outcome"].notna() & (size >= fewest)]
    return None if ended.empty else ended


def _most_likely(size: int, ended: "pd.DataFrame", chance: Callable[[Floats], Floats]) -> Floats:
    """Return the logarithms of factors that are likeliest, given how questions ended."""
    from scipy.optimize import minimize
    from scoringrules import log_score

    came = by_question(ended["outcome"], ended).first().to_numpy()

    def unlikely(logs: Floats) -> float:
        surprise = log_score(came, chance(logs)).sum()
        return float(surprise + (logs**2).sum() / (2 * FACTOR_SPREAD**2))

    found: Floats = minimize(unlikely, np.zeros(size), method="L-BFGS-B").x
    return found
