"""Draws from a PyMC model by nutpie's NUTS, chains side by side, without the interpreter.

The log density goes to nutpie as the address of machine code (`estimative.point_functions`), not
through nutpie's own compiler, whose wrapper nothing caches. `tests/contract/test_upstream.py` tests
what this relies on.
"""

import gc
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import nutpie
import pymc as pm
import pytensor
from nutpie.compile_pymc import CompiledPyMCModel

from estimative.belief import Settings
from estimative.point_functions import Floats, PointFunction, log_density, same_point

Told = Callable[[str], None]

# Libraries stay until the process ends. Unless the collector is told so, it goes through all that
# they hold while models are built, and again at the end: together near a second.
gc.freeze()


def density(model: pm.Model, start: dict[str, npt.NDArray[Any]]) -> PointFunction:
    """Return a model's log density and its gradient, compiled.

    Parameters
    ----------
    model : pm.Model
        Without discrete variables.
    start : dict of str to array
        A point, as `model.initial_point` returns it.

    Returns
    -------
    PointFunction
        Its outputs are the log density and the derivatives by each value variable.
    """
    logp = model.logp()
    gradient: Any = pytensor.grad(logp, model.value_vars)
    return PointFunction(model, start, [logp, *gradient])


def sample(
    density: PointFunction, centre: Floats, settings: Settings, seed: int, tell: Told
) -> tuple[Floats, float]:
    """Return unconstrained draws and the share of divergent ones.

    Parameters
    ----------
    density : PointFunction
        As `density` returns it.
    centre : array of float, shape (dimensions,)
        Chains start within 1 of it, on each coordinate.
    settings : Settings
        Chains and draws.
    seed : int
        The same seed gives the same draws, on any number of cores.
    tell : callable
        Called with a line of progress at each quarter.

    Returns
    -------
    tuple of array of float, shape (chains, draws, dimensions), and float
        Draws; a share in [0, 1].
    """
    compiled = CompiledPyMCModel(
        compiled_logp_func=log_density,
        compiled_expand_func=same_point,
        initial_point_func=lambda seed: (
            centre + np.random.default_rng(seed).uniform(-1, 1, centre.size)
        ),
        user_data=density.memory,
        logp_func=density,
        expand_func=None,
        n_expanded=centre.size,
        shape_info=(["point"], [slice(0, centre.size)], [centre.shape]),
        shared_data={},
        shared_var_keys={},
        dims={},
        _n_dim=centre.size,
        _shapes={"point": centre.shape},
        _coords={},
    )
    trace = nutpie.sample(
        compiled,
        draws=settings.draws,
        tune=settings.tune,
        chains=settings.chains,
        cores=min(settings.chains, os.cpu_count() or 1),
        seed=seed,
        target_accept=settings.target_accept,
        progress_bar=False,
        progress_callback=_quarters(tell),
        save_warmup=False,
    )
    points = np.asarray(trace["posterior"]["point"], dtype=np.float64)
    if (
        points.shape[1] < settings.draws
    ):  # nutpie takes Ctrl-C for "enough", but half a belief must not be kept
        raise KeyboardInterrupt
    return points, float(np.mean(trace["sample_stats"]["diverging"]))


def expand(
    model: pm.Model, start: dict[str, npt.NDArray[Any]], points: Floats
) -> dict[str, Floats]:
    """Return every unobserved variable of a model at each unconstrained point.

    Parameters
    ----------
    model : pm.Model
        The model.
    start : dict of str to array
        A point, as `model.initial_point` returns it.
    points : array of float, shape (D, dimensions)
        Unconstrained points.

    Returns
    -------
    dict of str to array of float, shape (D, ...)
        By the variable's name.
    """
    kept = {v.name for v in [*model.free_RVs, *model.deterministics]}
    outputs = [v for v in model.unobserved_value_vars if v.name in kept]
    values = PointFunction(model, start, outputs).at_each(points)
    return {v.name: value for v, value in zip(outputs, values, strict=True)}


def coordinate_names(model: pm.Model, start: dict[str, npt.NDArray[Any]]) -> list[str]:
    """Return a readable name for each unconstrained coordinate.

    Parameters
    ----------
    model : pm.Model
        The model.
    start : dict of str to array
        A point, as `model.initial_point` returns it.

    Returns
    -------
    list of str
        `variable[label]`, in the order of a point.
    """
    names = []
    for variable, value in start.items():
        dims = model.named_vars_to_dims.get(variable, ())
        labels = model.coords.get(dims[0]) if len(dims) == 1 else None
        size = np.size(value)
        names += [
            f"{variable}[{labels[i] if labels and len(labels) == size else i}]" for i in range(size)
        ]
    return names


def _quarters(tell: Told) -> Callable[[list[Any]], None]:
    """Return what tells a line at each quarter of the sampling: few enough for a saved notebook."""
    told = [0]

    def heard(chains: list[Any]) -> None:
        done = sum(c.finished_draws for c in chains)
        quarter = 4 * done // max(sum(c.total_draws for c in chains), 1)
        if told[0] < quarter < 4:
            told[0] = quarter
            tell(f"sampled {25 * quarter}%")

    return heard
