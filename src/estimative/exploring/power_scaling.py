"""Power-scaling sensitivity by statement, as ArviZ has it; the only part that loads ArviZ."""

from typing import TYPE_CHECKING

import numpy as np

from estimative.forecasting import Forecast
from estimative.outcome_forecasts import OutcomeForecast
from estimative.reweighting import Reweighting

if TYPE_CHECKING:
    import pandas as pd


def power_scaling(
    forecast: Forecast, outcome: OutcomeForecast, reweighting: Reweighting
) -> "pd.Series[float]":
    """Return ArviZ's power-scaling sensitivity of an outcome to each statement and base rate.

    Parameters
    ----------
    forecast : Forecast
        Its weights decide how often a draw is taken, so that the news counts.
    outcome : OutcomeForecast
        The outcome.
    reweighting : Reweighting
        The same forecast's draws.

    Returns
    -------
    Series of float
        By id, the largest first.
    """
    import pandas as pd
    from arviz import from_dict, psense

    given, weights = forecast.given, forecast.weights
    ends = np.cumsum(weights)
    places = (np.arange(len(weights)) + 0.5) / len(weights) * ends[-1]
    taken = np.searchsorted(ends, places)
    column = given.graph.state(outcome.name, outcome.event)
    names = [*given.names, *given.record_names]
    tree = from_dict(
        {
            "posterior": {"probability": forecast.draws[taken, column][None]},
            "log_likelihood": {"said": reweighting.each()[:, taken].T[None]},
        },
        coords={"statement": names},
        dims={"said": ["statement"]},
    )
    found = {}
    for name in names:
        sense = psense(tree, group="likelihood", group_coords={"statement": name})
        found[name] = float(sense["probability"])
    return pd.Series(found, name="psense").sort_values(ascending=False)
