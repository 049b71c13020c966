"""What each news item did on the day it came: the answer of that day less the answer without it.

Items are taken away one at a time, so these moves need not add up; `estimative.comparing` shares a
move out so that they do.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from estimative.causes import Between, Cause, find_causes
from estimative.forecasting import Forecast
from estimative.many_worlds import point_forecasts
from estimative.network.graph import Floats
from estimative.news import silent_tables


@dataclass(frozen=True)
class Arrival:
    """News that came between two forecasts, or was taken back.

    Attributes
    ----------
    day : date
        When it was published; of what was taken back, the day of the forecast without it.
    cause : Cause
        The news: an item, or all items of one origin.
    moves : mapping of str to float
        For each outcome, the probability with the news less that without it, of the event of the
        last forecast.
    """

    day: dt.date
    cause: Cause
    moves: Mapping[str, float]


def arrivals(forecasts: Sequence[Forecast]) -> tuple[Arrival, ...]:
    """Return what came between each forecast and the next, and by how far it moved the next.

    Parameters
    ----------
    forecasts : sequence of Forecast
        Of one scenario, in order of their days.

    Returns
    -------
    tuple of Arrival
        In order of their days; what was known at the first forecast is not among them.
    """
    found = []
    events = {o.name: o.event for o in forecasts[-1].outcomes} if forecasts else {}
    for earlier, later in pairwise(forecasts):
        between = find_causes(earlier.scenario, later.scenario, later.given.graph)
        count = sum(cause.kind == "news" for cause in between.causes)
        if count == 0:
            continue
        sets = np.ones((count + 1, len(between.causes)), bool)
        sets[np.arange(1, count + 1), np.arange(count)] = False
        tree, tables, weights = later.given.tree, later.belief.tables, draw_weights(later)
        answers = point_forecasts(tree, between.graph, tables, weights, between.worlds(sets))
        column = {n: between.graph.state(n, event) for n, event in events.items()}
        for i, cause in enumerate(between.causes[:count]):
            moves = {n: float(answers[0, c] - answers[i + 1, c]) for n, c in column.items()}
            day = _day(between, i, later.as_of)
            found.append(Arrival(day, replace(cause, published=cause.published or day), moves))
    return tuple(sorted(found, key=lambda arrival: (arrival.day, arrival.cause.name)))


def draw_weights(forecast: Forecast) -> Floats:
    """Return what each draw of a forecast's belief counts before any news.

    Parameters
    ----------
    forecast : Forecast
        The forecast.

    Returns
    -------
    array of float, shape (D,)
        Alike, unless the belief was fitted with the news inside: then each draw counts less by what
        the news favoured it for.
    """
    tables = forecast.belief.tables
    if not forecast.diagnostics["news_inside"]:
        return np.ones(len(tables))
    graph, known = forecast.given.graph, forecast.known
    seen = silent_tables(graph, tables, known) * known.likelihood[graph.own_state]
    favour, _ = forecast.given.tree.run(seen, beliefs=False)
    weights: Floats = np.exp(favour.min() - favour)
    return weights


def _day(between: Between, cause: int, without: dt.date) -> dt.date:
    return min((item.published for item in between.come[cause].values()), default=without)
