"""Track records as `learn-weights --save` writes them: what resolved questions say of experts.

Every entry is checked; those of the scenario's experts are taken, by id, name or alias.
"""

from collections.abc import Callable, Mapping
from typing import Any

from estimative.errors import Problem
from estimative.expert_records import Estimate, ExpertRecord, TakenRecord
from estimative.reading._entries import Entry, Fault, Findings, Reader, text
from estimative.reading._people import named_entries
from estimative.reading._quantities import count, day, number, weight
from estimative.reading._yaml_documents import Node, Scalar, Table, parse_document

Find = Callable[[str], str | None]
"""From an id, a name or an alias to an expert's id."""

SECTIONS = ("format", "learned", "interval", "sharpening", "population", "experts", "model")
REQUIRED = ("format", "learned", "interval", "sharpening", "population", "experts")
"""`model` holds what predicting by the record needs besides; no scenario reads it."""


def _day_or_none(node: Node) -> Any:  # noqa: ANN401
    return None if isinstance(node, Scalar) and node.text in ("null", "~", "") else day(node)


def _sharpening(node: Node) -> float:
    value = number(node, "1.05")
    if value <= 0:
        raise Fault(node, f"'{value:g}' is not above 0; 1 leaves what experts say as it is")
    return value


def _mass(node: Node) -> float:
    value = number(node, "0.9")
    if not 0 < value < 1:
        raise Fault(node, f"'{value:g}' is no mass of an interval; it lies between 0 and 1")
    return value


LEARNED: dict[str, Reader] = {
    "source": text,
    "sha256": text,
    "questions": count,
    "forecasts": count,
    "until": _day_or_none,
    "on": day,
}
ENDS = ("", "_lower", "_upper")
WEIGHT: dict[str, Reader] = {f"weight{end}": weight for end in ENDS}
BIAS: dict[str, Reader] = {f"bias{end}": number for end in ENDS}
SHARPENING: dict[str, Reader] = dict.fromkeys(("mean", "lower", "upper"), _sharpening)


def read_track_record(
    root: Table, name: str, file: str, find: Find, findings: Findings
) -> TakenRecord | None:
    """Read a track record.

    Parameters
    ----------
    root : Table
        What the file holds.
    name : str
        The file's name without its ending.
    file : str
        How problems name it.
    find : callable
        From what stands in the file to an expert's id; the entries of others are checked and left.
    findings : Findings
        Where faults go.

    Returns
    -------
    TakenRecord or None
        None when something is wrong with it.
    """
    before = len(findings.problems)
    top = Entry(root, "", file, findings)
    top.check_keys(SECTIONS, REQUIRED, "a track record")
    interval = top.read("interval", _mass)
    learned = _read_table(root, "learned", LEARNED, ("source", "questions"), file, findings)
    sharpening = _read_table(root, "sharpening", SHARPENING, tuple(SHARPENING), file, findings)
    own = WEIGHT | BIAS
    population = _read_table(root, "population", own, tuple(own), file, findings)
    experts = _read_experts(root.entries.get("experts"), find, file, findings)
    if len(findings.problems) > before:
        return None
    return TakenRecord(
        name=name,
        source=learned["source"],
        questions=learned["questions"],
        until=learned.get("until"),
        interval=interval,
        sharpening=Estimate(**sharpening),
        population=_expert_record({"n": 0} | population),
        experts=experts,
    )


def record_of_text(
    content: str, name: str, file: str, find: Find
) -> tuple[TakenRecord | None, tuple[Problem, ...]]:
    """Read the text of a track record.

    Parameters
    ----------
    content : str
        The text of the file.
    name, file, find
        As in `read_track_record`.

    Returns
    -------
    tuple of (TakenRecord or None) and tuple of Problem
        The record, and what is wrong with it.
    """
    findings = Findings()
    root, problems = parse_document(content, file)
    findings.problems += problems
    record = read_track_record(root, name, file, find, findings) if root is not None else None
    return record, tuple(findings.problems)


def _read_table(
    root: Table,
    key: str,
    readers: Mapping[str, Reader],
    required: tuple[str, ...],
    file: str,
    findings: Findings,
) -> dict[str, Any]:
    node = root.entries.get(key)
    if node is None:
        return {}
    return _values(Entry(node, key, file, findings, root.key_lines[key]), readers, required)


def _values(
    entry: Entry, readers: Mapping[str, Reader], required: tuple[str, ...]
) -> dict[str, Any]:
    """Return what an entry of numbers with intervals holds; each interval must rise."""
    if not entry.is_table:
        return {}
    entry.check_keys(readers, required, "it")
    values = entry.read_all(readers)
    for lower in (key for key in values if key.endswith("lower")):
        upper = lower.removesuffix("lower") + "upper"
        if upper in values and values[upper] < values[lower]:
            ends = f"{values[lower]:g} to {values[upper]:g}"
            entry.refuse(entry.line_of(lower), f"{lower}: {ends} does not rise; exchange the two")
    return values


def _read_experts(
    node: Node | None, find: Find, file: str, findings: Findings
) -> dict[str, ExpertRecord]:
    readers: dict[str, Reader] = {"n": count} | WEIGHT | BIAS
    found: dict[str, ExpertRecord] = {}
    first: dict[str, str] = {}
    for written, value, line in named_entries(node, "experts", file, findings):
        entry = Entry(value, f"expert '{written}'", file, findings, line)
        values = _values(entry, readers, tuple(readers))
        key = find(written)
        if key in first:
            message = f"is {key}, as is '{first[key]}' above; keep one of them"
            entry.refuse(line, message)
        elif key is not None and entry.sound:
            first[key], found[key] = written, _expert_record(values)
    return found


def _expert_record(values: Mapping[str, Any]) -> ExpertRecord:
    weight, bias = (
        Estimate(**{to: values[f"{of}{end}"] for to, end in _PARTS.items()})
        for of in ("weight", "bias")
    )
    return ExpertRecord(n=values["n"], weight=weight, bias=bias)


_PARTS = {"mean": "", "lower": "_lower", "upper": "_upper"}
