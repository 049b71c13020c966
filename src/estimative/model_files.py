"""Models are files that users read, copy and edit, found in the workspace or on the shelf.

Every file in `models/` goes through `tests/contract/test_models.py`.
"""

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from estimative.errors import InferenceError
from estimative.names import did_you_mean
from estimative.workspace import enclosing_workspace, shelf

if TYPE_CHECKING:
    import pymc as pm

DEFAULT_MODEL = "expert_network"


def find_model(name: str | Path, start: Path) -> Path:
    """Return the file of a model.

    Parameters
    ----------
    name : str or Path
        Its name, or a path to a Python file.
    start : Path
        Where the search for the workspace begins.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InferenceError
        If there is none; the message names the nearest.
    """
    path = Path(name)
    if path.suffix == ".py":
        if path.is_file():
            return path.resolve()
        raise InferenceError(
            f"no model file {path}; give the path of a Python file that defines"
            " build_model(scenario)"
        )
    found = models(start)
    if path.name in found:
        return found[path.name]
    # the shelf also has models of something else, such as track records
    allowed = [n for n, f in sorted(found.items()) if "build_model" in f.read_text("utf-8")]
    raise InferenceError(
        f"no model '{name}'{did_you_mean(path.name, allowed)} (there are: {', '.join(allowed)})"
    )


def models(start: Path) -> dict[str, Path]:
    """Return the models that can be named, the workspace's own before the shelf's.

    Parameters
    ----------
    start : Path
        Where the search for the workspace begins.

    Returns
    -------
    dict of str to Path
        Files by name; of two with one name, the workspace's own.
    """
    found: dict[str, Path] = {}
    for root in (enclosing_workspace(start), shelf()):
        for file in sorted(root.glob("models/*.py")) if root else ():
            found.setdefault(file.stem, file)
    return found


def load_model(file: Path, defines: str = "build_model(scenario)") -> "Callable[[Any], pm.Model]":
    """Load a model file and return the function that builds its model.

    Parameters
    ----------
    file : Path
        A Python file.
    defines : str
        The function that is looked for, with what it takes.

    Returns
    -------
    callable
        From a scenario to a PyMC model with the deterministic variable `cpt`, the flat conditional
        tables.

    Raises
    ------
    InferenceError
        If the file does not define it, or fails.
    """
    import cloudpickle

    name = f"estimative_model_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise InferenceError(
            f"{file}: the model file fails: {type(error).__name__}: {error}"
        ) from error
    cloudpickle.register_pickle_by_value(module)
    build = getattr(module, defines.partition("(")[0], None)
    if not callable(build):
        raise InferenceError(f"{file}: defines no {defines}; a model file must")
    return build  # type: ignore[no-any-return]
