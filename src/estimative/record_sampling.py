"""Draws of how experts forecast, from a model of track records and a panel of past forecasts."""

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from estimative.belief import Settings
from estimative.errors import InferenceError
from estimative.habits import Habits
from estimative.inference import diagnose
from estimative.model_files import find_model, load_model
from estimative.panels import Panel

SETTINGS = Settings(chains=2, tune=400, draws=400)
KEPT = 400  # draws of a record, of all


def sampled(
    panel: Panel, model: str | Path, *, seed: int, tell: Callable[[str], None]
) -> tuple[Habits, dict[str, Any]]:
    """Return draws of a model of track records, and how well they have mixed.

    Parameters
    ----------
    panel : Panel
        Forecasts of questions that have ended.
    model : str or Path
        Its name, or a file that defines `build_record_model(panel)`.
    seed : int
        The same seed gives the same draws.
    tell : callable
        Called with a line of progress at each quarter.

    Returns
    -------
    tuple of Habits and dict
        Draws; `rhat`, `ess_bulk`, `ess_tail`, `worst` and `divergences` (share).

    Raises
    ------
    InferenceError
        If the model cannot be found or sampled, or lacks a variable.
    """
    from estimative.sampling import coordinate_names, density, expand, sample

    built = load_model(find_model(model, Path.cwd()), "build_record_model(panel)")(panel)
    wanted = [f.name for f in fields(Habits) if f.name != "experts"]
    missing = [name for name in wanted if name not in built.named_vars]
    if missing:
        raise InferenceError(f"the model '{model}' has no variable {', '.join(missing)}")
    start = built.initial_point()
    centre = np.concatenate([np.ravel(v) for v in start.values()])
    try:
        points, divergences = sample(density(built, start), centre, SETTINGS, seed, tell)
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise InferenceError(f"the model '{model}' cannot be sampled: {reason}") from error
    diagnostics = diagnose(points, coordinate_names(built, start)) | {"divergences": divergences}
    flat = points.reshape(-1, points.shape[-1])
    draws = expand(built, start, flat[:: len(flat) // KEPT])
    numbers = {name: draws[name] for name in wanted}
    return Habits(tuple(panel.experts), **numbers), diagnostics
