"""What went into a forecast, as text that can be hashed: one scenario, one text, on every machine.

A scenario is written down as what it means on a day, so that a comment or an item dated later
changes nothing (tests/unit/test_records.py).
"""

import datetime as dt
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic_core import from_json

from estimative.elicitation import as_known
from estimative.errors import ScenarioError
from estimative.reading import read_scenario
from estimative.scenario import Scenario

ID_DIGITS = 12
APART = {"slug", "folder", "warnings", "text_files", "statements", "news", "experts", "sources"}


def record_id(known: str, model: str, results: str) -> str:
    """Return the id of a forecast: a hash of what went in and what came out, without a clock.

    Parameters
    ----------
    known : str
        The scenario, as `known_text` returns it.
    model : str
        The text of the model file.
    results : str
        As `results_text` returns them.

    Returns
    -------
    str
        12 hexadecimal digits.
    """
    return id_from_hashes(content_hash(known), content_hash(model), results)


def id_from_hashes(known: str, model: str, results: str) -> str:
    """Return the id that `record_id` gives, from the hashes of the scenario and of the model.

    Parameters
    ----------
    known, model : str
        As `content_hash` returns them.
    results : str
        As `results_text` returns them, not hashed.

    Returns
    -------
    str
        12 hexadecimal digits.
    """
    return content_hash("\n".join([known, model, results]))[:ID_DIGITS]


def results_text(
    scenario: Scenario,
    *,
    model: str,
    seed: int,
    interval: float,
    outcomes: Iterable[Mapping[str, Any]],
) -> str:
    """Return what a forecast says, as canonical JSON.

    Parameters
    ----------
    scenario : Scenario
        As known on the day; its `as_of` is that day.
    model : str
        The model's name.
    seed : int
        The seed.
    interval : float
        Mass of the central interval.
    outcomes : iterable of mapping
        As `Forecast.results` returns them.

    Returns
    -------
    str
        What `Forecast.to_json` holds, less the record's id and the diagnostics.
    """
    found = {"scenario": scenario.slug, "as_of": scenario.date, "model": model, "seed": seed}
    return canonical(found | {"interval": interval, "outcomes": list(outcomes)})


def known_text(scenario: Scenario) -> str:
    """Return a scenario as known on a day, as canonical JSON.

    Experts and sources whom no statement names are left out, and so is whatever has its default; of
    a track record what it says of those experts stays.

    Parameters
    ----------
    scenario : Scenario
        As `estimative.elicitation.as_known` returns it.

    Returns
    -------
    str
        One line, from which `known_scenario` makes the scenario again.
    """
    said = scenario.statements.values()
    experts, sources = {s.expert for s in said}, {s.source for s in said}
    whole = scenario.model_dump(mode="json", exclude=APART, exclude_defaults=True)
    whole["slug"] = scenario.slug
    if scenario.track_record is not None:
        kept = {n: r for n, r in scenario.track_record.experts.items() if n in experts}
        record = scenario.track_record.model_copy(update={"experts": kept})
        whole["track_record"] = record.model_dump(mode="json")
    for name, entries, wanted in [
        ("experts", scenario.experts, experts),
        ("sources", scenario.sources, sources),
    ]:
        whole[name] = {
            n: e.model_dump(mode="json", exclude_defaults=True)
            for n, e in entries.items()
            if n in wanted
        }
    for name, items in [("statements", scenario.statements), ("news", scenario.news)]:
        whole[name] = {
            n: {"kind": i.kind} | i.model_dump(mode="json", exclude_defaults=True)
            for n, i in items.items()
        }
    return canonical(whole)


def known_scenario(text: str, folder: Path) -> Scenario:
    """Return the scenario that `known_text` wrote down.

    Parameters
    ----------
    text : str
        One line of JSON.
    folder : Path
        Where the scenario lies or lay.

    Returns
    -------
    Scenario
        Without the text of its files.
    """
    return Scenario.model_validate({**from_json(text), "folder": folder})


def as_filed(known: Scenario, day: dt.date) -> Scenario:
    """Return a scenario as its files have it, with what was revised and taken back.

    Parameters
    ----------
    known : Scenario
        As known on a day.
    day : date
        The day.

    Returns
    -------
    Scenario
        The one that was given, if its files are gone or say something else of that day by now.
    """
    try:
        read = read_scenario(known.folder)
    except (ScenarioError, OSError):
        return known
    return read if known_text(as_known(read, day)) == known_text(known) else known


def files_on(scenario: Scenario, day: dt.date) -> dict[str, str]:
    """Return the files that count on a day: all that were read, less news published later.

    Parameters
    ----------
    scenario : Scenario
        As it was read.
    day : date
        The day, inclusive.

    Returns
    -------
    dict of str to str
        Paths and texts.
    """
    later = {name for name, item in scenario.news.items() if item.published > day}
    return {path: t for path, t in scenario.text_files.items() if _news_item(path) not in later}


def model_text(file: Path) -> str:
    """Return the text of a model file; nothing if it is gone, for the belief's key holds it too.

    Parameters
    ----------
    file : Path
        The model file.

    Returns
    -------
    str
        Its text, read as UTF-8; empty if it cannot be opened.
    """
    try:
        return file.read_text(encoding="utf-8")
    except OSError:
        return ""


def content_hash(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, 64 hexadecimal digits.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Lower-case digits.
    """
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: Any) -> str:  # noqa: ANN401 - whatever JSON can say
    """Return JSON in its one form: keys sorted, no spaces, null for numbers that are not finite.

    Parameters
    ----------
    value : object
        Mappings, sequences, dates, NumPy's arrays and numbers, and what JSON holds itself.

    Returns
    -------
    str
        JSON on one line.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, Mapping):
        return {str(key): _plain(v) for key, v in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(v) for v in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    if hasattr(value, "tolist"):  # numpy's
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _news_item(path: str) -> str | None:
    """Return the id of the news item that a file holds, if it holds one."""
    file = PurePosixPath(path)
    return file.stem if file.parent.name == "news" else None
