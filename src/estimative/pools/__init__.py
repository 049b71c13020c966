"""Pools: one probability for each question out of what several experts said, by a plain rule.

A pool is a function of each expert's latest forecast, kept from 1% to 99%; those that learn take
questions known beforehand, too (tests/unit/test_pools.py works each out by hand).
"""

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from estimative.forecast_tables import read_forecasts
from estimative.names import did_you_mean, listed
from estimative.pools.learning import beta_linear, learned_extremising, skill_weighted
from estimative.pools.plain import (
    extremised,
    latest,
    log_odds_mean,
    mean,
    median,
    neyman_roughgarden,
    recency_weighted,
    trimmed_mean,
)

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LEARNED", "LEARNING", "PLAIN", "POOLS", "latest", "pool", "pooled"]

PLAIN = MappingProxyType(
    {
        "mean": mean,
        "median": median,
        "trimmed_mean": trimmed_mean,
        "log_odds_mean": log_odds_mean,
        "extremised_1_5": extremised(1.5),
        "extremised_sqrt3": extremised(3**0.5),
        "extremised_2_5": extremised(2.5),
        "neyman_roughgarden": neyman_roughgarden,
        "recency_weighted": recency_weighted,
    }
)
LEARNING = MappingProxyType(
    {
        "skill_weighted": skill_weighted,
        "learned_extremising": learned_extremising,
        "beta_linear": beta_linear,
    }
)
#: What each of those is without a record.
LEARNED = MappingProxyType(
    {"skill_weighted": "mean", "learned_extremising": "log_odds_mean", "beta_linear": "mean"}
)
POOLS = (*PLAIN, *LEARNING)


def pool(
    frame: "str | Path | pd.DataFrame",
    method: str = "mean",
    *,
    history: "str | Path | pd.DataFrame | None" = None,
) -> "pd.Series":
    """Pool what experts say of each question.

    Of each expert's forecasts of a question the latest counts, of one day's the last in the table;
    probabilities are kept from .01 to .99.

    Parameters
    ----------
    frame : str, Path or DataFrame
        A table of forecasts, as `read_forecasts` takes it; how questions ended is not looked at.
    method : str
        The name of a pool, one of `estimative.pools.POOLS`.
    history : str, Path or DataFrame, optional
        A table of forecasts of questions known beforehand, from which `learned_extremising`,
        `beta_linear` and `skill_weighted` learn; without any they are the log-odds mean, the mean
        and the mean. Questions that are also in `frame` are left out.

    Returns
    -------
    Series
        For each question, in the order of the table, a probability.

    Raises
    ------
    ScenarioError
        If a table is wrong.
    ValueError
        If there is no such pool.
    """
    check_pool(method)
    asked = read_forecasts(frame)
    known = None if history is None else read_forecasts(history)
    if known is not None:
        known = known[~known["question"].isin(asked["question"])]
    return pooled(method, latest(asked), None if known is None else latest(known))


def pooled(method: str, said: "pd.DataFrame", known: "pd.DataFrame | None" = None) -> "pd.Series":
    """Return what a pool says of each question.

    Parameters
    ----------
    method : str
        One of `POOLS`.
    said, known : DataFrame
        What `latest` returns: of the questions to answer, and of those known beforehand.

    Returns
    -------
    Series
        A probability for each question.
    """
    return LEARNING[method](said, known) if method in LEARNING else PLAIN[method](said)


def check_pool(name: str) -> None:
    """Refuse a pool that is none.

    Parameters
    ----------
    name : str
        What was asked for.

    Raises
    ------
    ValueError
        With the nearest name.
    """
    if name not in POOLS:
        near = did_you_mean(name, POOLS)
        raise ValueError(f"no pool '{name}'{near} (there are: {listed(POOLS, 'and')})")
