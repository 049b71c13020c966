"""Outcomes, drivers and sources as they stand in a file.

Nodes are known by name before any of them is read, since an outcome may refer to its parents.
"""

import datetime as dt
from typing import Any, get_args

from estimative.names import did_you_mean, listed
from estimative.reading._entries import (
    Entry,
    Fault,
    Findings,
    Reader,
    choice,
    described,
    identifier_fault,
    text,
)
from estimative.reading._people import grade, named_entries
from estimative.reading._quantities import day, whole_days
from estimative.reading._references import Names
from estimative.reading._yaml_documents import Listing, Node, Table
from estimative.scenario import Driver, Outcome, Source, Timing

Window = tuple[dt.date | None, dt.date | None]
"""First and last day, as far as they could be read."""

YES_OR_NO = ("no", "yes")


def _states(node: Node) -> tuple[str, ...]:
    if not isinstance(node, Listing):
        raise Fault(node, f"{described(node)} stands where a list such as [no, yes] is needed")
    found = [(text(item), item) for item in node.items]
    faults = [
        Fault(item, fault)
        for name, item in found
        if (fault := identifier_fault(name, "a state")) is not None
    ]
    names = [name for name, _ in found]
    if len(set(names)) < len(names) or len(names) < 2:
        faults.append(Fault(node, f"[{', '.join(names)}] needs two states or more, all different"))
    elif names == ["yes", "no"]:
        faults.append(Fault(node, "[yes, no] is written [no, yes]: what happens stands last"))
    if faults:
        raise Fault.together(faults)
    return tuple(names)


DRIVER_READERS: dict[str, Reader] = {"title": text, "definition": text, "states": _states}
OUTCOME_READERS: dict[str, Reader] = DRIVER_READERS | {
    "opens": day,
    "by": day,
    "lag": whole_days,
    "timing": choice(get_args(Timing), "timing"),
    "quiet": text,
    "after": text,
}
SOURCE_READERS: dict[str, Reader] = {
    "title": text,
    "published": day,
    "address": text,
    "reliability": grade,
}
_OF_OUTCOMES = {
    key: "belongs to outcomes, as a driver is not forecast; take it out, or move the entry"
    for key in OUTCOME_READERS
    if key not in DRIVER_READERS
}


def node_states(root: Table, file: str, findings: Findings) -> dict[str, tuple[str, ...] | None]:
    """Return every outcome, then every driver, with its states (None where they cannot be read)."""
    found: dict[str, tuple[str, ...] | None] = {}
    for section, what in (("outcomes", "an outcome"), ("drivers", "a driver")):
        for name, node, line in named_entries(root.entries.get(section), section, file, findings):
            if (fault := identifier_fault(name, what)) is not None:
                findings.refuse(file, line, f"{section}: {fault}")
            if name in found:
                message = f"'{name}' is an outcome already; take one of the two out"
                findings.refuse(file, line, f"{section}: {message}")
            found[name] = _states_of(node)
    return found


def _states_of(node: Node) -> tuple[str, ...] | None:
    written = node.entries.get("states") if isinstance(node, Table) else None
    try:
        return _states(written) if written is not None else YES_OR_NO
    except Fault:
        return None


def read_outcomes(
    root: Table, file: str, names: Names, window: Window, findings: Findings
) -> dict[str, Outcome]:
    """Read the outcomes; those that are faulty are left out.

    Parameters
    ----------
    root : Table
        The file.
    file : str
        How problems name it.
    names : Names
        What the scenario defines.
    window : tuple of date
        The scenario's window, the default of every outcome.
    findings : Findings
        Where faults go.

    Returns
    -------
    dict of str to Outcome
        Outcomes by name.
    """
    found: dict[str, Outcome] = {}
    section = root.entries.get("outcomes")
    if isinstance(section, Table) and not section.entries:
        findings.refuse(file, section.line, "outcomes: is empty; write at least one outcome")
    for name, node, line in named_entries(section, "outcomes", file, Findings()):
        entry = Entry(node, f"outcome '{name}'", file, findings, line)
        entry.check_keys(OUTCOME_READERS, ("title",), "an outcome")
        values = entry.read_all(OUTCOME_READERS)
        _check_window(entry, values, window)
        _check_quiet(entry, values, names.nodes[name])
        _check_after(entry, values, names.links.parents(name))
        if entry.sound:
            found[name] = Outcome(**values)
    return found


def _check_window(entry: Entry, values: dict[str, Any], window: Window) -> None:
    for key, default in zip(("opens", "by"), window, strict=True):
        if key not in entry and default is not None:
            values[key] = default
    opens, by = values.get("opens"), values.get("by")
    if opens is None or by is None:
        entry.sound = False
    elif by < opens and ("opens" in entry or "by" in entry):
        key = "by" if "by" in entry else "opens"
        message = f"by ({by}) is before opens ({opens}); exchange or mend them"
        entry.refuse(entry.line_of(key), message)


def _check_quiet(entry: Entry, values: dict[str, Any], states: tuple[str, ...] | None) -> None:
    quiet = values.get("quiet")
    if states is None:
        return
    if quiet is not None and quiet not in states:
        message = f"quiet: '{quiet}' is not one of its states{did_you_mean(quiet, states)}"
        entry.refuse(entry.line_of("quiet"), f"{message} (allowed: {listed(states)})")
    if "quiet" not in entry and states == YES_OR_NO:
        values["quiet"] = "no"
    elif "quiet" not in entry and values.get("timing") != "none":
        message = "quiet: is missing; say which state holds while nothing has been seen"
        cure = f"such as quiet: {states[0]}, or write timing: none"
        entry.refuse(entry.line_of("states"), f"{message}, {cure}")


def _check_after(entry: Entry, values: dict[str, Any], parents: list[str]) -> None:
    after = values.get("after")
    if after is not None and after not in parents:
        hint = did_you_mean(after, parents)
        allowed = f" (allowed: {listed(parents)})" if parents else "; it has none: add a link to it"
        message = f"after: '{after}' is not a parent of it, as no link leads from it{hint}{allowed}"
        entry.refuse(entry.line_of("after"), message)


def read_drivers(root: Table, file: str, findings: Findings) -> dict[str, Driver]:
    """Read the drivers; those that are faulty are left out."""
    found: dict[str, Driver] = {}
    for name, node, line in named_entries(root.entries.get("drivers"), "drivers", file, Findings()):
        entry = Entry(node, f"driver '{name}'", file, findings, line)
        entry.check_keys(DRIVER_READERS, ("title",), "a driver", _OF_OUTCOMES)
        values = entry.read_all(DRIVER_READERS)
        if entry.sound:
            found[name] = Driver(**values)
    return found


def read_sources(node: Node | None, file: str, findings: Findings) -> dict[str, Source | None]:
    """Read the sources; a faulty one stays known by its name."""
    found: dict[str, Source | None] = {}
    for key, value, line in named_entries(node, "sources", file, findings):
        entry = Entry(value, f"source '{key}'", file, findings, line)
        if _unfit(key):
            message = "a source's name is one word without commas, such as K or un_2023"
            entry.refuse(line, message)
        entry.check_keys(SOURCE_READERS, ("title", "published"), "a source")
        values = entry.read_all(SOURCE_READERS)
        found[key] = Source(**values) if entry.sound else None
    return found


def _unfit(key: str) -> bool:
    return not key or any(sign.isspace() or sign == "," for sign in key)
