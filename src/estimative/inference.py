"""Fit a model: PyMC gives the log density, nutpie's NUTS the draws, ArviZ the verdict."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from estimative.belief import Belief, Settings
from estimative.elicitation import Elicitation, encode
from estimative.errors import InferenceError
from estimative.news import World
from estimative.reweighting import Reweighting
from estimative.scenario import Scenario
from estimative.tail_weights import smoothed

if TYPE_CHECKING:
    import pymc as pm

Floats = npt.NDArray[np.float64]
Told = Callable[[str], None]

SHARPENING = "SHARPENING"  # the constant of a model that a track record multiplies

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
    from estimative.implied import add_news, shared
    from estimative.sampling import coordinate_names, density, expand, sample

    sharper = None if given.sharpening is None else shared(given.sharpening)
    try:
        with _sharpened(build_model, sharper):
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
    diagnostics = diagnose(points, coordinate_names(model, start)) | {
        "divergences": divergences,
        "draws": settings.draws,
        "chains": settings.chains,
    }
    counted = {*model.coords.get("statement", ()), *model.coords.get("base_rate", ())}
    without, k = _without_each(scenario, given, draws, counted)
    return Belief(key, diagnostics, draws.pop("cpt"), draws, without, k)


@contextmanager
def _sharpened(build_model: Callable[..., object], by: Any) -> Iterator[None]:  # noqa: ANN401
    """Multiply the sharpening that a model file names at its top, while it builds."""
    known = getattr(build_model, "__globals__", {})
    own = known.get(SHARPENING)
    if own is None or by is None:
        yield
        return
    known[SHARPENING] = own * by
    try:
        yield
    finally:
        known[SHARPENING] = own


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


def diagnose(points: Floats, names: list[str]) -> dict[str, Any]:
    """Return the largest R-hat and the smallest effective sizes (ranks, Vehtari et al. 2021).

    Parameters
    ----------
    points : array of float, shape (chains, draws, dimensions)
        Unconstrained draws.
    names : list of str
        Of the dimensions.

    Returns
    -------
    dict
        `rhat`, `ess_bulk`, `ess_tail`; `worst`, the name of the dimension with the largest R-hat.
    """
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
    """Return smoothed log weights that take each statement and base rate out of the belief, and k.

    Statements that the model does not count, or that only repeat another, change nothing.
    """
    rows, count = [*given.names, *given.record_names], len(draws["cpt"])
    try:
        reweighting = Reweighting(scenario, given, draws, counted)
    except ValueError:  # the model does not name what is needed
        return np.zeros((0, count)), np.zeros(0)
    log_weights, ks = np.zeros((len(rows), count)), np.zeros(len(rows))
    at = {name: i for i, name in enumerate(rows)}
    for name, ratio in reweighting.leaving_out():
        if np.ptp(ratio) > 1e-9:
            log_weights[at[name]], ks[at[name]] = smoothed(ratio)
    return log_weights, ks
