"""Pools that learn nothing: functions of each expert's latest forecast, kept from 1% to 99%."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from estimative import panels

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
    from pandas.core.groupby import SeriesGroupBy

type Floats = "NDArray[np.float64]"

LEAST = 0.01  # probabilities nearer to 0 or 1 count as this one, and as its complement
EDGE = 1e-6  # and no pool says less than this or more than its complement
TRIMMED = 0.2  # share left out at either end
WEEK, FADING = 7, 0.6  # weight (1 + days / 7) ** -.6


def latest(forecasts: "pd.DataFrame") -> "pd.DataFrame":
    """Return each expert's latest forecast of each question, kept from 1% to 99%.

    Parameters
    ----------
    forecasts : DataFrame
        As `read_forecasts` returns it.

    Returns
    -------
    DataFrame
        The same columns; questions in the order in which they first came. A forecast without a day
        is older than those with one.
    """
    kept = panels.latest(forecasts.reset_index(drop=True)).sort_index()
    place = {name: i for i, name in enumerate(forecasts["question"].unique())}
    kept = kept.sort_values("question", key=lambda names: names.map(place), kind="stable")
    return kept.assign(probability=kept["probability"].clip(LEAST, 1 - LEAST))


def mean(said: "pd.DataFrame") -> "pd.Series":
    """Return the plain mean of probabilities.

    Parameters
    ----------
    said : DataFrame
        Latest forecasts.

    Returns
    -------
    Series
        A probability for each question.

    References
    ----------
    Stone, M. (1961). The opinion pool. Annals of Mathematical Statistics 32, 1339-1342.
    """
    return by_question(said["probability"], said).mean()


def median(said: "pd.DataFrame") -> "pd.Series":
    """Return the median of probabilities.

    Parameters
    ----------
    said : DataFrame
        Latest forecasts.

    Returns
    -------
    Series
        A probability for each question.

    References
    ----------
    Galton, F. (1907). Vox populi. Nature 75, 450-451.
    """
    return by_question(said["probability"], said).median()


def trimmed_mean(said: "pd.DataFrame") -> "pd.Series":
    """Return the mean without the fifth of the forecasts at either end, rounded down.

    Parameters
    ----------
    said : DataFrame
        Latest forecasts.

    Returns
    -------
    Series
        A probability for each question; of fewer than five experts the mean.

    References
    ----------
    Jose, V. R. R. and Winkler, R. L. (2008). Simple robust averages of forecasts: some empirical
    results. International Journal of Forecasting 24, 163-169.
    """
    groups = by_question(said["probability"], said)
    rank, size = groups.rank(method="first"), groups.transform("size")
    cut = (TRIMMED * size + EDGE) // 1
    kept = said[(rank > cut) & (rank <= size - cut)]
    return mean(kept)


def log_odds_mean(said: "pd.DataFrame") -> "pd.Series":
    """Return the probability whose log-odds are the mean of the experts': odds' geometric mean.

    Parameters
    ----------
    said : DataFrame
        Latest forecasts.

    Returns
    -------
    Series
        A probability for each question.

    References
    ----------
    Genest, C. and Zidek, J. V. (1986). Combining probability distributions: a critique and an
    annotated bibliography. Statistical Science 1, 114-135.
    """
    return chance(mean_log_odds(said))


def extremised(factor: float) -> Callable[["pd.DataFrame"], "pd.Series"]:
    """Return the pool whose log-odds are the mean ones times a fixed factor.

    Parameters
    ----------
    factor : float
        Above 1 it is surer than its experts are on average.

    Returns
    -------
    callable
        A pool.

    References
    ----------
    Baron, J., Mellers, B. A., Tetlock, P. E., Stone, E. and Ungar, L. H. (2014). Two reasons to
    make aggregated probability forecasts more extreme. Decision Analysis 11, 133-145.
    """

    def fixed(said: "pd.DataFrame") -> "pd.Series":
        """Return the log-odds mean made more extreme.

        Parameters
        ----------
        said : DataFrame
            Latest forecasts.

        Returns
        -------
        Series
            A probability for each question.
        """
        return chance(factor * mean_log_odds(said))

    return fixed


def neyman_roughgarden(said: "pd.DataFrame") -> "pd.Series":
    """Return the log-odds mean times a factor that grows with the number n of experts.

    It is n (sqrt(3 n^2 - 3 n + 1) - 2) / (n^2 - n - 1): 1 of one expert, 1.53 of five, at most the
    square root of 3; it is the best in the worst case if experts' information is substitutable.

    Parameters
    ----------
    said : DataFrame
        Latest forecasts.

    Returns
    -------
    Series
        A probability for each question.

    References
    ----------
    Neyman, E. and Roughgarden, T. (2022). Are you smarter than a random expert? The robust
    aggregation of substitutable signals. ACM Conference on Economics and Computation.
    """
    n = by_question(said["probability"], said).size()
    factor = n * (np.sqrt(3 * n**2 - 3 * n + 1) - 2) / (n**2 - n - 1)
    return chance(factor * mean_log_odds(said))


def recency_weighted(said: "pd.DataFrame") -> "pd.Series":
    """Return the mean weighted by (1 + d / 7) ** -.6, d the days behind the newest forecast.

    Parameters
    ----------
    said : DataFrame
        Latest forecasts; one without a day weighs as the oldest of its question.

    Returns
    -------
    Series
        A probability for each question; the mean where no forecast has a day.

    References
    ----------
    Atanasov, P., Rescober, P., Stone, E., Swift, S. A., Servan-Schreiber, E., Tetlock, P., Ungar,
    L. and Mellers, B. (2017). Distilling the wisdom of crowds: prediction markets vs. prediction
    polls. Management Science 63, 691-706 (that polls should weigh the recent; the curve is ours).
    """
    day = said["forecast_date"]
    newest = by_question(day, said).transform("max")
    behind = (newest - day).dt.days
    oldest = by_question(behind, said).transform("max")
    weights = (1 + behind.fillna(oldest).fillna(0) / WEEK) ** -FADING
    return weighted_mean(said, weights)


def by_question(values: "pd.Series", said: "pd.DataFrame") -> "SeriesGroupBy":
    """Return values grouped by question, in the order in which questions come.

    Parameters
    ----------
    values : Series
        One for each row.
    said : DataFrame
        The rows.

    Returns
    -------
    SeriesGroupBy
        Of pandas.
    """
    return values.groupby(said["question"], sort=False)


def mean_log_odds(said: "pd.DataFrame") -> "pd.Series":
    """Return the mean log-odds of each question.

    Parameters
    ----------
    said : DataFrame
        Latest forecasts.

    Returns
    -------
    Series
        Natural log-odds by question.
    """
    odds = said["probability"] / (1 - said["probability"])
    return by_question(like(np.log(odds.to_numpy()), odds), said).mean()


def chance(log_odds: "pd.Series") -> "pd.Series":
    """Return probabilities of log-odds.

    Parameters
    ----------
    log_odds : Series
        Natural, by question.

    Returns
    -------
    Series
        Never 0 or 1.
    """
    odds = np.exp(log_odds.to_numpy())
    return like((odds / (1 + odds)).clip(EDGE, 1 - EDGE), log_odds)


def weighted_mean(said: "pd.DataFrame", weights: "pd.Series") -> "pd.Series":
    """Return the weighted mean of the probabilities of each question.

    Parameters
    ----------
    said : DataFrame
        Latest forecasts.
    weights : Series
        One for each of them.

    Returns
    -------
    Series
        A probability for each question.
    """
    total = by_question(weights * said["probability"], said).sum()
    return like((total / by_question(weights, said).sum()).to_numpy(), total)


def like(values: Floats, series: "pd.Series") -> "pd.Series":
    """Return values as a series of probabilities.

    Parameters
    ----------
    values : array of float
        As many as there are in the series.
    series : Series
        Gives the index.

    Returns
    -------
    Series
        Called `probability`.
    """
    import pandas as pd

    return pd.Series(values, series.index, name="probability")
