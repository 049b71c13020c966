"""From prior to posterior: what defaults alone say, what statements make of it, and what news does.

Each stage is the mean and a central interval of draws; `tests/unit/test_stages.py` holds the last
to the forecast, and the first to what nobody stated.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from estimative.elicitation import Elicitation
from estimative.forecasting import Forecast, OutcomeForecast
from estimative.network import states_from_families
from estimative.network.junction_tree import Floats
from estimative.network.parameters import tables_from_parameters
from estimative.weighted_draws import normalised, weighted_quantiles

Name = Literal["prior", "statements", "news"]

DRAWS, SEED = 2000, 1  # of the prior, each of them also mirrored


@dataclass(frozen=True)
class Stage:
    """An outcome's probability and its interval, on what is known up to a stage."""

    name: Name
    value: float
    lower: float
    upper: float


def stages(forecast: Forecast) -> dict[str, tuple[Stage, ...]]:
    """Return what each outcome's probability was before statements, before news, and is now.

    Parameters
    ----------
    forecast : Forecast
        The answer.

    Returns
    -------
    dict of str to tuple of Stage
        For each outcome that has a headline: the prior; the statements, with base rates, unless the
        belief was fitted with the news inside; the news, with silence, unless there is none.
    """
    given, tail = forecast.given, (1 - forecast.interval) / 2
    shown = [o for o in forecast.outcomes if o.probability is not None]
    found: dict[Name, list[Stage]] = {"prior": _stages("prior", given, shown, _prior(given), tail)}
    if not forecast.diagnostics["news_inside"]:
        tables = forecast.belief.tables
        found["statements"] = _stages("statements", given, shown, tables, tail)
    if not forecast.known.empty:
        found["news"] = [
            Stage("news", o.probability or 0.0, o.lower or 0.0, o.upper or 0.0) for o in shown
        ]
    return {o.name: tuple(each[i] for each in found.values()) for i, o in enumerate(shown)}


def _prior(given: Elicitation) -> Floats:
    """Return draws of the tables on which all models of the shelf agree before anything is said."""
    random, design = np.random.default_rng(SEED), given.parameters
    base = random.normal(size=(DRAWS, len(design.base_names))) * given.base_sd
    influence = random.normal(size=(DRAWS, len(design.influence_names))) * design.influence_sd
    # yes and no exchanged, too, so that between two states the mean is even to the last digit
    return tables_from_parameters(design, np.vstack([base, -base]), np.vstack([influence] * 2))


def _stages(
    name: Name, given: Elicitation, shown: list[OutcomeForecast], tables: Floats, tail: float
) -> list[Stage]:
    graph, share = given.graph, given.tree.run(tables)[1]
    states = normalised(graph, states_from_families(graph, share))
    draws = states[:, [graph.state(o.name, o.event) for o in shown]]
    weights = np.full(len(draws), 1 / len(draws))
    lower, upper = weighted_quantiles(draws, weights, [tail, 1 - tail])
    means = draws.mean(axis=0)
    return [
        Stage(name, float(means[i]), float(lower[i]), float(upper[i])) for i in range(len(shown))
    ]
