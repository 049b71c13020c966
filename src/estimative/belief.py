"""Posterior draws of a network's conditional tables, stored by what they were computed from.

A belief is written beside its final name and moved there in one step, so a crash leaves a whole
file or none (tests/unit/test_belief.py).
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from estimative.elicitation import Elicitation
from estimative.errors import LedgerError
from estimative.network.junction_tree import Floats

if TYPE_CHECKING:
    from xarray import DataTree

FORMAT = 1
CALCULATORS = ("estimative", "numpy", "numba", "pymc", "pytensor", "nutpie", "arviz-stats")
SOURCES = (
    "elicitation.py",
    "weights.py",
    "network/parameters.py",
    "network/junction_tree.py",
    "network/compiled_propagation.py",
    "implied.py",
    "point_functions.py",
    "sampling.py",
    "reweighting.py",
    "inference.py",
)
"""The files of this package on which draws depend, besides what is in the arrays of a fit."""

version = cache(metadata.version)  # a dozen voices ask for each


@dataclass(frozen=True)
class Settings:
    """How a belief is sampled: NUTS by nutpie."""

    chains: int = 4
    tune: int = 500
    draws: int = 1000
    target_accept: float = 0.8


@dataclass(frozen=True, eq=False)
class Belief:
    """Posterior draws, D in all, chains one after the other.

    Attributes
    ----------
    key : str
        Hash of everything it was computed from; its name in the store.
    diagnostics : mapping
        `rhat` (largest), `ess_bulk`, `ess_tail` (smallest), `divergences` (share), `draws`,
        `chains`, `worst`.
    tables : array of float, shape (D, entries)
        Conditional tables, flat; probabilities.
    posterior : mapping of str to array, shape (D, ...)
        All other variables of the model.
    without : array of float, shape (rows, D)
        For each counted statement and base rate, Pareto-smoothed log weights that take it out of
        the belief.
    without_k : array of float, shape (rows,)
        Pareto k of those weights: above 0.7 they are not to be trusted.
    """

    key: str
    diagnostics: Mapping[str, Any]
    tables: Floats = field(repr=False)
    posterior: Mapping[str, Floats] = field(repr=False)
    without: Floats = field(repr=False)
    without_k: Floats = field(repr=False)

    @cached_property
    def failed(self) -> tuple[str, ...]:
        """Which conditions of the convergence gate it fails, in words; empty if it passes."""
        found = self.diagnostics
        draws = f"(worst: {found['worst']})"
        rules = {
            f"R-hat {found['rhat']:.3f} is not below 1.01 {draws}": not found["rhat"] < 1.01,
            f"bulk effective sample size {found['ess_bulk']:.0f} is not above 400": not found[
                "ess_bulk"
            ]
            > 400,
            f"tail effective sample size {found['ess_tail']:.0f} is not above 400": not found[
                "ess_tail"
            ]
            > 400,
            f"{found['divergences']:.2%} of draws diverge, not below 0.5%": not found["divergences"]
            < 0.005,
        }
        return tuple(text for text, broken in rules.items() if broken)

    def to_datatree(self) -> "DataTree":
        """Return the draws for ArviZ: a DataTree with a `posterior` group of (chain, draw, ...)."""
        from arviz import from_dict

        chains = int(self.diagnostics["chains"])
        draws = {**self.posterior, "cpt": self.tables}
        by_chain = {n: v.reshape(chains, -1, *v.shape[1:]) for n, v in draws.items()}
        tree: DataTree = from_dict({"posterior": by_chain})
        return tree


def belief_key(given: Elicitation, model: str, settings: Settings, seed: int) -> str:
    """Return the hash of everything that a belief is computed from.

    Parameters
    ----------
    given : Elicitation
        Statements as numbers.
    model : str
        The text of the model file.
    settings : Settings
        How it is sampled.
    seed : int
        The seed.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    versions = {name: version(name) for name in CALCULATORS}
    parts = json.dumps(
        [FORMAT, given.digest(), model, settings.__dict__, seed, versions, _source()],
        sort_keys=True,
    )
    return hashlib.sha256(parts.encode()).hexdigest()


def _source() -> str:
    """Return the hash of the code that makes draws, so that no draws of other code are found."""
    folder = Path(__file__).parent
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in SOURCES)).hexdigest()


def save_belief(belief: Belief, folder: Path) -> None:
    """Write a belief, whole or not at all.

    Parameters
    ----------
    belief : Belief
        The draws.
    folder : Path
        The store; made if missing.

    Raises
    ------
    LedgerError
        If it cannot be written.
    """
    arrays = {f"posterior/{n}": v for n, v in belief.posterior.items()}
    arrays |= {"tables": belief.tables, "without": belief.without, "without_k": belief.without_k}
    arrays["diagnostics"] = np.array(json.dumps(dict(belief.diagnostics)))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=folder, prefix=".writing-", suffix=".npz")
        try:
            with os.fdopen(number, "wb") as file:
                np.savez(file, **arrays)  # type: ignore[arg-type]
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, _place(folder, belief.key))
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise LedgerError(
            f"the belief cannot be stored in {folder}: {error.strerror}; make room there"
        ) from error


def load_belief(key: str, folder: Path) -> Belief | None:
    """Return a stored belief, or None if there is none that can be read.

    Parameters
    ----------
    key : str
        As `belief_key` returns it.
    folder : Path
        The store.

    Returns
    -------
    Belief or None
        The draws.
    """
    file = _place(folder, key)
    try:
        found = file.stat()
    except FileNotFoundError:
        return None
    return _read(file, key, found.st_mtime_ns, found.st_size)


@lru_cache(maxsize=2)
def _read(file: Path, key: str, *_changed: int) -> Belief | None:
    """Return the belief in a file; the last ones stay in memory: a year is replayed from one."""
    try:
        with file.open("rb") as opened, np.load(opened) as stored:
            names = [n for n in stored.files if n.startswith("posterior/")]
            return Belief(
                key=key,
                diagnostics=json.loads(str(stored["diagnostics"])),
                tables=stored["tables"],
                posterior={n.removeprefix("posterior/"): stored[n] for n in names},
                without=stored["without"],
                without_k=stored["without_k"],
            )
    except (FileNotFoundError, zipfile.BadZipFile, KeyError, ValueError, EOFError):
        return None


def _place(folder: Path, key: str) -> Path:
    return folder / f"{key}.npz"
