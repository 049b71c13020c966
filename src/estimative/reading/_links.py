"""The links of a scenario: who influences whom, in a form that every check can ask.

Unknown ends, doubles, links to oneself and circles are refused here, each with its line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from math import prod

from estimative.names import did_you_mean
from estimative.reading._entries import Fault, Findings, described, text
from estimative.reading._yaml_documents import Listing, Node, Scalar

Arrow = tuple[str, str]
"""A cause and its effect."""

MANY_PARENTS = 6
"""More direct causes than this are seldom told apart by statements."""

MOST_ENTRIES = 2**13
"""Of one node's table; every draw of a belief holds them all."""

MOST_CIRCLES = 20
"""So many are reported at once."""

_ARROW = re.compile(r"(\S+?)\s*(?:->|-->|=>|→)\s*(\S+)")


@dataclass(frozen=True)
class Links:
    """The links that could be read.

    Attributes
    ----------
    arrows : tuple of (str, str)
        Cause and effect, in the order of the file.
    ancestors : mapping of str to frozenset of str
        Everything from which a chain of links leads to a node.
    faulty : tuple of str
        What was written for links that could not be read.
    """

    arrows: tuple[Arrow, ...]
    ancestors: Mapping[str, frozenset[str]]
    faulty: tuple[str, ...] = ()

    def may_hold(self, cause: str, effect: str) -> bool:
        """Return whether a link that could not be read may be the one meant."""
        return any(cause in written or effect in written for written in self.faulty)

    def parents(self, node: str) -> list[str]:
        """Return the direct causes of a node."""
        return [cause for cause, effect in self.arrows if effect == node]


def arrow(node: Node, known: Sequence[str]) -> Arrow:
    """Read `cause -> effect`, both of them known nodes."""
    written = text(node) if isinstance(node, Scalar) else described(node)
    found = _ARROW.fullmatch(written)
    if found is None or "->" in found[2]:
        raise Fault(node, f"'{written}' is not one arrow; write it as cause -> effect")
    cause, effect = found.groups()
    shown = f"'{cause}' -> '{effect}'"
    faults = [
        Fault(node, f"{shown}: no outcome or driver '{name}'{did_you_mean(name, known)}")
        for name in dict.fromkeys((cause, effect))
        if name not in known
    ]
    if not faults and cause == effect:
        faults = [Fault(node, f"{shown}: nothing can influence itself; name another cause")]
    if faults:
        raise Fault.together(faults)
    return cause, effect


def read_links(
    node: Node | None,
    known: Mapping[str, tuple[str, ...] | None],
    file: str,
    findings: Findings,
) -> Links:
    """Read the list of links.

    Parameters
    ----------
    node : Node or None
        What stands under `links:`.
    known : mapping of str to (tuple of str or None)
        Outcomes and drivers with their states; None where these could not be read.
    file : str
        Where it stands.
    findings : Findings
        Where faults go.

    Returns
    -------
    Links
        Those that could be read.
    """
    lines: dict[Arrow, int] = {}
    if node is not None and not isinstance(node, Listing):
        cure = "write one `- cause -> effect` a line"
        findings.refuse(file, node.line, f"links: {described(node)} stands here; {cure}")
        node = None
    faulty: list[str] = []
    for item in node.items if node is not None else ():
        try:
            pair = arrow(item, list(known))
        except Fault as fault:
            for line, message in fault.complaints:
                findings.refuse(file, line, f"link {message}")
            faulty.append(item.text if isinstance(item, Scalar) else "")
            continue
        if pair in lines:
            shown = f"link '{pair[0]}' -> '{pair[1]}'"
            first = f"stands here a second time (first on line {lines[pair]})"
            findings.refuse(file, item.line, f"{shown} {first}; take one out")
        else:
            lines[pair] = item.line
    _refuse_circles(lines, file, findings)
    links = Links(tuple(lines), _ancestors(lines, known), tuple(faulty))
    _look_at_parents(links, lines, known, file, findings)
    return links


def _refuse_circles(lines: Mapping[Arrow, int], file: str, findings: Findings) -> None:
    for circle, line in _circles(lines):
        message = f"the links run in a circle: {' -> '.join(circle)}"
        cure = "take out the weakest of them, or split one outcome into an earlier and a later one"
        findings.refuse(file, line, f"{message}; {cure}")


def _circles(lines: Mapping[Arrow, int]) -> Iterator[tuple[list[str], int]]:
    """Yield circles (the first node again at the end) and the line of the link that closes each."""
    left = dict(lines)
    for _ in range(MOST_CIRCLES):
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for cause, effect in left:
            sorter.add(effect, cause)
        try:
            sorter.prepare()
        except CycleError as error:
            circle: list[str] = error.args[1]
            closing = max(pairwise(circle), key=left.__getitem__)
            yield circle, left.pop(closing)
        else:
            return


def _ancestors(arrows: Mapping[Arrow, int], known: Iterable[str]) -> dict[str, frozenset[str]]:
    causes: dict[str, list[str]] = {name: [] for name in known}
    for cause, effect in arrows:
        causes[effect].append(cause)
    found: dict[str, frozenset[str]] = {}
    for name in known:
        seen: set[str] = set()
        waiting = list(causes[name])
        while waiting:
            cause = waiting.pop()
            if cause not in seen:
                seen.add(cause)
                waiting += causes[cause]
        found[name] = frozenset(seen)
    return found


def _look_at_parents(
    links: Links,
    lines: Mapping[Arrow, int],
    known: Mapping[str, tuple[str, ...] | None],
    file: str,
    findings: Findings,
) -> None:
    for effect in dict.fromkeys(effect for _, effect in links.arrows):
        parents = links.parents(effect)
        line = lines[parents[-1], effect]
        entries = prod(len(known[name] or ()) or 2 for name in (effect, *parents))
        if entries > MOST_ENTRIES:
            message = (
                f"'{effect}' has {len(parents)} direct causes, so its table has {entries:,} entries"
                f" where {MOST_ENTRIES:,} can be computed; gather some causes in a driver"
            )
            findings.refuse(file, line, message)
        elif len(parents) > MANY_PARENTS:
            message = (
                f"'{effect}' has {len(parents)} direct causes; beyond {MANY_PARENTS} their shares"
            )
            findings.warn(file, line, f"{message} are hard to tell apart; gather some in a driver")
