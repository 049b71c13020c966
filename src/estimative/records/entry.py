"""What one record holds, and how it hangs on the one before: a row of text, and a hash over both.

Whatever is large is a text of its own, named by its hash and kept once.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version

from estimative.belief import CALCULATORS, Settings
from estimative.forecasting import Forecast
from estimative.inputs import (
    canonical,
    content_hash,
    files_on,
    id_from_hashes,
    known_text,
    model_text,
    results_text,
)
from estimative.scenario import Scenario

GENESIS = "0" * 64  # what the first record hangs on

# the columns of a record in the order in which they are hashed; new ones go to the end
COLUMNS = (
    "number",
    "id",
    "scenario",
    "as_of",
    "model",
    "seed",
    "interval",
    "settings",
    "versions",
    "belief",
    "results",
    "diagnostics",
    "model_text",
    "inputs",
    "known",
    "written",
)
# the columns of a sealed entry
SEAL_COLUMNS = ("number", "scenario", "what", "as_of", "content", "written")
TEXTS = ("model_text", "inputs", "known")  # columns that name a text by its hash

Value = str | int | float | None


@dataclass(frozen=True)
class Entry:
    """One forecast as it is written down.

    Attributes
    ----------
    id : str
        Hash of inputs and results.
    scenario, as_of, model : str
        Slug, day and the model's name.
    seed : str
        Digits.
    interval : float
        As asked for.
    settings, versions, diagnostics, results : str
        Canonical JSON.
    belief : str
        The key of the belief.
    model_text, inputs, known : str
        Hashes of texts: the model file; the files read, by path, as JSON of their hashes; the
        scenario as known on the day.
    texts : mapping of str to str
        Those texts and the files, by hash.
    """

    id: str
    scenario: str
    as_of: str
    model: str
    seed: str
    interval: float
    settings: str
    versions: str
    belief: str
    results: str
    diagnostics: str
    model_text: str
    inputs: str
    known: str
    texts: Mapping[str, str] = field(repr=False)


def entry_of(
    forecast: Forecast, *, scenario: Scenario | None = None, settings: Settings | None = None
) -> Entry:
    """Return what is written down of a forecast.

    Parameters
    ----------
    forecast : Forecast
        The forecast.
    scenario : Scenario, optional
        The scenario as it was read, with all its news: files dated after the day are left out.
        Default: the forecast's own, which no longer knows them, so that they are kept too.
    settings : Settings, optional
        How the belief is sampled.

    Returns
    -------
    Entry
        Ready for `Ledger.write`.
    """
    known, model = known_text(forecast.scenario), model_text(forecast.model_file)
    files = files_on(scenario or forecast.scenario, forecast.as_of)
    manifest = canonical({path: content_hash(text) for path, text in files.items()})
    texts = {content_hash(text): text for text in (known, model, manifest, *files.values())}
    results = results_text(
        forecast.scenario,
        model=forecast.model,
        seed=forecast.seed,
        interval=forecast.interval,
        outcomes=forecast.results(),
    )
    return Entry(
        id=id_from_hashes(content_hash(known), content_hash(model), results),
        scenario=forecast.scenario.slug,
        as_of=forecast.as_of.isoformat(),
        model=forecast.model,
        seed=str(forecast.seed),
        interval=float(forecast.interval),
        settings=canonical(settings.__dict__ if settings is not None else None),
        versions=_versions(),
        belief=forecast.belief.key,
        results=results,
        diagnostics=canonical(forecast.diagnostics),
        model_text=content_hash(model),
        inputs=content_hash(manifest),
        known=content_hash(known),
        texts=texts,
    )


def chained(previous: str, row: list[Value]) -> str:
    """Return the hash of a row and of the chain before it.

    Parameters
    ----------
    previous : str
        The chain of the record before, or `GENESIS`.
    row : list
        The values of `COLUMNS` or `SEAL_COLUMNS`, in that order.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return content_hash(previous + json.dumps(row, separators=(",", ":"), ensure_ascii=False))


@cache
def _versions() -> str:
    python = ".".join(map(str, sys.version_info[:3]))
    return canonical({"python": python} | {name: version(name) for name in CALCULATORS})
