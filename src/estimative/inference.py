"""Fit a model: PyMC gives the log density, nutpie's NUTS the draws, ArviZ the verdict."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from estimative.belief import Belief, Settings
from estimative.elicitation import (
    BASE_SD,
    RECORD_BASE_SD,
    RELEVANCE_SD,
    Elicitation,
    as_known,
    encode,
)
from estimative.errors import InferenceError
from estimative.news import World
from estimative.scenario import Scenario
from estimative.weights import voices, weigh

if TYPE_CHECKING:
    import pymc as pm

Floats = npt.NDArray[np.float64]
Told = Callable[[str], None]

log = logging.getLogger(__name__)


def fit(
    build_model: "Callable[[Scenario], pm.Model]",
    scenario: Scenario,
    *,
    key: str,
    seed: int,
    settings: Settings | None = None,
    tell: Told = log.info,
    news: World | None = None,
) -> Belief:
    """Sample a model's posterior.

    Parameters
    ----------
    build_model : callable
        From a scenario to a PyMC model; see `estimative.model_files.load_model`.
    scenario : Scenario
        As known on the day of the forecast.
    key : str
        Name of the belief.
    seed : int
        The same seed gives the same draws.
    settings : Settings, optional
        Chains and draws.
    tell : callable, optional
        Called with a line now and then, so that the wait is not silent.
    news : World, optional
        News to be taken into the fit, where it has worn other draws out.

    Returns
    -------
    Belief
        Draws and diagnostics; whether they pass the convergence gate is `Belief.failed`.

    Raises
    ------
    InferenceError
        If the model cannot be built or has no variable `cpt`.
    """
    settings = settings or Settings()
    given = encode(scenario)
    tell("preparing the model (longest the first time on a machine: about a minute)")
    from estimative.implied import add_news
    from estimative.sampling import coordinate_names, density, expand, sample

    try:
        model = build_model(scenario)
    except Exception as error:
        raise InferenceError(
            f"the model cannot be built: {type(error).__name__}: {error}"
        ) from error
    if "cpt" not in getattr(model, "named_vars", ()):
        raise InferenceError(
            f"build_model returned a {type(model).__name__} without a variable `cpt`; it must"
            " return a pm.Model that names"
            " its conditional tables so"
        )
    if news is not None:
        add_news(model, given, news)
    start = model.initial_point()
    centre = np.concatenate([np.ravel(v) for v in start.values()])
    try:
        compiled = density(model, start)
        tell(
            f"sampling {settings.chains} chains of {settings.tune + settings.draws:,} draws in"
            f" {centre.size} dimensions"
        )
        points, divergences = sample(compiled, centre, settings, seed, tell)
    except RuntimeError as error:
        raise InferenceError(
            f"the model cannot be sampled: {str(error).splitlines()[0]}"
        ) from error
    draws = expand(model, start, points.reshape(-1, points.shape[-1]))
    _check_tables(given, draws["cpt"])
    diagnostics = _diagnose(points, coordinate_names(model, start)) | {
        "divergences": divergences,
        "draws": settings.draws,
        "chains": settings.chains,
    }
    counted = {*model.coords.get("statement", ()), *model.coords.get("base_rate", ())}
    without, k = _without_each(scenario, given, draws, counted)
    return Belief(key, diagnostics, draws.pop("cpt"), draws, without, k)


def _check_tables(given: Elicitation, tables: Floats) -> None:
    """Raise InferenceError unless a model's tables are those of the scenario's network."""
    entries = len(given.graph.own_state)
    if tables.shape[1:] != (entries,):
        raise InferenceError(
            f"the model's `cpt` has the shape {tables.shape[1:]}; it must be ({entries},), all"
            " conditional tables one"
            " after the other, as estimative.implied.conditional_tables makes them"
        )
    offset, sizes = given.graph.offset.tolist(), given.graph.sizes(given.graph.nodes)
    rows = [
        first for i, size in enumerate(sizes) for first in range(offset[i], offset[i + 1], size)
    ]
    totals = np.add.reduceat(tables, rows, axis=1)
    if not (tables >= 0).all() or not np.abs(totals - 1).max() < 1e-6:
        raise InferenceError(
            "the model's `cpt` holds rows that are no probabilities, none negative and adding up"
            " to 1"
        )


def _diagnose(points: Floats, names: list[str]) -> dict[str, Any]:
    """Return the largest R-hat and the smallest effective sizes (ranks, Vehtari et al. 2021)."""
    from arviz_stats.base import array_stats

    stack = np.moveaxis(points, -1, 0)
    rhat = np.asarray(array_stats.rhat(stack, chain_axis=1, draw_axis=2, method="rank"))
    bulk = np.asarray(array_stats.ess(stack, chain_axis=1, draw_axis=2, method="bulk"))
    tail = np.asarray(
        array_stats.ess(stack, chain_axis=1, draw_axis=2, method="tail", prob=(0.05, 0.95))
    )
    return {
        "rhat": float(rhat.max()),
        "ess_bulk": float(bulk.min()),
        "ess_tail": float(tail.min()),
        "worst": names[int(rhat.argmax())],
    }


def _without_each(
    scenario: Scenario, given: Elicitation, draws: dict[str, Floats], counted: set[str]
) -> tuple[Floats, Floats]:
    """Return smoothed log weights that take each statement and base rate out of the belief.

    Taking out one of several repetitions gives the others a larger share; taking out an outcome's
    only base rate gives its base the prior of an outcome without a record. Statements that the
    model does not count change nothing.
    """
    if not {"expected", "own_error_sd", "record"} <= draws.keys():
        return np.zeros((0, len(draws["cpt"]))), np.zeros(0)
    rows = [*given.names, *given.record_names]
    if not counted.issuperset(rows):
        heard = as_known(scenario, scenario.date, only=counted)
        some, some_k = _without_each(heard, encode(heard), draws, counted)
        kept = np.array([name in counted for name in rows])
        log_weights, ks = np.zeros((len(rows), len(draws["cpt"]))), np.zeros(len(rows))
        log_weights[kept], ks[kept] = some, some_k
        return log_weights, ks
    at = {name: i for i, name in enumerate(rows)}
    total = np.array([given.weights[n].total for n in rows])
    density = _log_densities(given, draws)
    siblings = {n: group for group in voices(scenario, rows) for n in group if len(group) > 1}
    log_weights, ks = np.zeros((len(rows), len(draws["cpt"]))), np.zeros(len(rows))
    for i, name in enumerate(rows):
        change = -density[i]
        if name in siblings:
            rest = [n for n in siblings[name] if n != name]
            others = {n: scenario.statements[n] for n in rest}
            for other, weight in weigh(scenario.model_copy(update={"statements": others})).items():
                change = change + (weight.total / total[at[other]] - 1) * density[at[other]]
        if i >= len(given.names):
            change = change + _prior_without_record(given, i - len(given.names), draws["base"])
        if np.ptp(change) < 1e-9:  # it only repeats another
            continue
        log_weights[i], ks[i] = smooth(change)
    return log_weights, ks


def smooth(log_ratio: Floats) -> tuple[Floats, float]:
    """Return Pareto-smoothed log weights of draws and the k that tells whether to trust them.

    Parameters
    ----------
    log_ratio : array of float, shape (D,)
        Natural log of the new density over the old, up to a constant.

    Returns
    -------
    tuple of array of float and float
        Log weights, up to a constant; k is infinite where chains stand still and no tail can be
        fitted.
    """
    from arviz_stats.base import array_stats

    log_ratio = log_ratio - log_ratio.max()
    try:
        smoothed, k = array_stats.psislw(-log_ratio)  # ArviZ takes minus the log ratios
    except ValueError:
        return log_ratio, np.inf
    return smoothed, float(k)


def _log_densities(given: Elicitation, draws: dict[str, Floats]) -> Floats:
    """Return the weighted log density of each statement and base rate, shape (rows, D).

    Errors that no other statement carries are integrated out, so that taking a statement out leaves
    weights of little variance: analytically for statements, over ten Gauss-Hermite points for the
    relevance of base rates.
    """
    variance = given.spread**2 / given.weight + draws["own_error_sd"] ** 2
    stated = -0.5 * ((given.stated - draws["expected"]) ** 2 / variance + np.log(variance))
    points, shares = np.polynomial.hermite_e.hermegauss(10)
    odds = draws["record"][:, :, None] + RELEVANCE_SD * points
    misses = given.out_of - given.happened
    log_counted = -given.happened[:, None] * np.logaddexp(0, -odds) - misses[
        :, None
    ] * np.logaddexp(0, odds)
    counted = np.logaddexp.reduce(
        given.record_weight[:, None] * log_counted + np.log(shares / shares.sum()), axis=-1
    )
    return np.concatenate([stated, counted], axis=1).T


def _prior_without_record(given: Elicitation, record: int, base: Floats) -> Floats:
    """Return the log ratio of base priors, without and with a record, if it is the only one."""
    own = given.record_nodes[record]
    if given.record_nodes.count(own) > 1:
        return np.zeros(len(base))
    at = [i for i, n in enumerate(given.parameters.base_nodes) if given.graph.nodes[n] == own]
    wide = (base[:, at] / given.base_sd[at]) ** 2
    narrow = wide * (RECORD_BASE_SD / BASE_SD) ** 2
    return (wide - narrow).sum(axis=1) / 2
