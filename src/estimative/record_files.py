"""Track records as files of a workspace, which its scenarios take by name.

A record is checked by the scenarios' own reader and written whole or not at all
(tests/unit/test_track_record_key.py).
"""

import json
import os
import re
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from estimative.errors import ScenarioError
from estimative.names import IDENTIFIER, as_identifier
from estimative.news_files import check_own
from estimative.reading import record_of_text
from estimative.workspace import TRACK_RECORDS, find_workspace

HEAD = """\
# What resolved questions say of experts, as `estimative learn-weights` found it. A scenario takes
# it with the line `track_record: {name}`. Weights are factors from 0 to 1, biases log-odds towards
# what happens; lower and upper hold the central {mass:.0%}.
"""


def write_record(record: Mapping[str, Any], name: str, folder: str | Path = ".") -> Path:
    """Write a track record into a workspace, in place of an earlier one of that name.

    Parameters
    ----------
    record : mapping
        `learned` (`source`, `questions`; may have `sha256`, `forecasts`, `until`, `on`), `interval`
        (mass), `sharpening` (`mean`, `lower`, `upper`), `population` and, by name, `experts`
        (`weight`, `bias`, each also with `_lower` and `_upper`; experts with `n`), and whatever
        predicting needs besides, under `model`.
    name : str
        What scenarios call it; small letters, digits and `_`.
    folder : str or Path
        A folder of the workspace.

    Returns
    -------
    Path
        `scenarios/track_records/<name>.yaml` of the workspace.

    Raises
    ------
    ValueError
        If the name is none that a scenario could write.
    ScenarioError
        If the record is not as a scenario reads it, or there is no workspace.
    OSError
        If it cannot be written.
    """
    check_name(name)
    workspace = find_workspace(folder)
    check_own(workspace)
    file = workspace / "scenarios" / TRACK_RECORDS / f"{name}.yaml"
    content = record_text(record, name)
    _, problems = record_of_text(content, name, file.relative_to(workspace).as_posix(), _nobody)
    if problems:
        raise ScenarioError(problems)
    file.parent.mkdir(exist_ok=True)
    beside = file.parent / f".writing-{uuid.uuid4().hex}.yaml"  # which nobody reads
    try:
        with beside.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)
    return file


def check_name(name: str) -> None:
    """Refuse a name that no scenario could write.

    Parameters
    ----------
    name : str
        As in `write_record`.

    Raises
    ------
    ValueError
        With what is allowed.
    """
    if not re.fullmatch(IDENTIFIER, name):
        cure = f"use small letters, digits and _, a letter first: {as_identifier(name[:60])}"
        raise ValueError(f"'{name[:60]}' cannot name a record; {cure}")


def record_text(record: Mapping[str, Any], name: str) -> str:
    """Return the text of a track record's file, one line an expert.

    Parameters
    ----------
    record : mapping
        As in `write_record`.
    name : str
        What scenarios call it.

    Returns
    -------
    str
        YAML; numbers have six digits.
    """
    lines = ["format: 1"]
    for key, value in record.items():
        if key == "experts" and value:
            lines.append("experts:")
            lines += [f"  {_key(expert)}: {_flow(row)}" for expert, row in value.items()]
        else:
            lines.append(f"{key}: {_flow(value)}")
    mass = record.get("interval", 0.9)
    return HEAD.format(name=name, mass=mass) + "\n".join(lines) + "\n"


def _flow(value: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    """Return a value on one line; what JSON writes is YAML, but keys here stand without quotes."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_key(k)}: {_flow(v)}" for k, v in value.items()) + "}"
        case str():
            return _key(value)
        case None | bool() | int():
            return json.dumps(value)
        case _ if hasattr(value, "tolist"):
            return _flow(value.tolist())
        case float():
            return f"{value:.6g}" if "e" not in f"{value:.6g}" else f"{value:.12f}".rstrip("0")
        case _:
            return "[" + ", ".join(map(_flow, value)) + "]"


def _key(text: str) -> str:
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*( [A-Za-z0-9_]+)*|\d{4}-\d{2}-\d{2}", text)
    return text if plain else json.dumps(text, ensure_ascii=False)


def _nobody(_: str) -> None:
    return None
