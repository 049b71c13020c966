"""The names a scenario defines, as readers: a state, a link, an expert or a source is one of them.

What could not be read is still known by name, so that one mistake is reported once and not at every
place that refers to it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from estimative.lexicon import lexicon_names
from estimative.names import did_you_mean, listed
from estimative.reading._entries import Fault, described, text
from estimative.reading._links import Arrow, Links, arrow
from estimative.reading._people import People
from estimative.reading._yaml_documents import Node, Scalar, Table

StateOf = tuple[str, str]
"""A node and one of its states."""


@dataclass(frozen=True)
class Names:
    """Everything that a statement or an item of news may refer to.

    Attributes
    ----------
    nodes : mapping of str to (tuple of str or None)
        Outcomes and drivers with their states; None where the states could not be read.
    links : Links
        The links.
    people : People
        The experts.
    sources : mapping of str to (date or None)
        Sources with the day of publication.
    lexicon : str
        The scenario's lexicon; empty when it could not be read.
    statements, news : frozenset of str
        Ids of the statements of scenario.yaml, and of the items of news.
    """

    nodes: Mapping[str, tuple[str, ...] | None]
    links: Links
    people: People
    sources: Mapping[str, dt.date | None]
    lexicon: str
    statements: frozenset[str] = frozenset()
    news: frozenset[str] = frozenset()

    def node(self, node: Node) -> str:
        """Read the name of an outcome or driver."""
        written = text(node)
        if written not in self.nodes:
            hint = did_you_mean(written, self.nodes)
            raise Fault(node, f"no outcome or driver '{written}'{hint}")
        return written

    def state(self, node: Node) -> StateOf:
        """Read one state of one node, written `{node: state}`."""
        found = self.states(node)
        if len(found) != 1:
            raise Fault(node, f"{len(found)} states stand where one is needed: {{outcome: state}}")
        return next(iter(found.items()))

    def states(self, node: Node) -> dict[str, str]:
        """Read states of several nodes, written `{node: state, node: state}`."""
        if not isinstance(node, Table) or not node.entries:
            written = text(node) if isinstance(node, Scalar) and node.text.strip() else ""
            example = f"{{{written if written in self.nodes else 'outcome'}: yes}}"
            raise Fault(node, f"{described(node)} stands where a state is needed; write {example}")
        faults: list[Fault] = []
        found: dict[str, str] = {}
        for name, value in node.entries.items():
            try:
                found[name] = self._state_of(name, value, node.key_lines[name])
            except Fault as fault:
                faults.append(fault)
        if faults:
            raise Fault.together(faults)
        return found

    def _state_of(self, name: str, value: Node, line: int) -> str:
        if name not in self.nodes:
            if ":" in name:
                cure = f"write {{{name.replace(':', ': ', 1)}}}"
                raise Fault(line, f"'{name}': a space is missing after the ':'; {cure}")
            raise Fault(line, f"no outcome or driver '{name}'{did_you_mean(name, self.nodes)}")
        state, states = text(value), self.nodes[name]
        if states is None or state in states:
            return state
        plain = {"true": "yes", "false": "no"}.get(state.lower(), state)
        hint = did_you_mean(plain, states)
        if not hint and state == "unclear":
            hint = "; what is unclear is no observation: write kind: report"
        raise Fault(value, f"'{name}' has no state '{state}'{hint} (allowed: {listed(states)})")

    def arrow(self, node: Node) -> Arrow:
        """Read `cause -> effect` between known nodes."""
        return arrow(node, list(self.nodes))

    def link(self, node: Node) -> Arrow:
        """Read `cause -> effect` as one of the links."""
        cause, effect = pair = self.arrow(node)
        if pair in self.links.arrows or self.links.may_hold(cause, effect):
            return pair
        if (effect, cause) in self.links.arrows:
            cure = f"the link runs the other way: {effect} -> {cause}"
        elif cause in self.links.ancestors[effect]:
            cure = f"for what runs through other outcomes write path: {cause} -> {effect}"
        else:
            cure = f"add `- {cause} -> {effect}` to links:, if it is meant"
        raise Fault(node, f"'{cause}' -> '{effect}' is not one of the links; {cure}")

    def path(self, node: Node) -> Arrow:
        """Read `cause -> effect`, joined by a chain of links."""
        cause, effect = self.arrow(node)
        if cause not in self.links.ancestors[effect] and not self.links.faulty:
            turned = effect in self.links.ancestors[cause]
            cure = (
                f"it runs the other way: {effect} -> {cause}"
                if turned
                else f"add a link, such as `- {cause} -> {effect}`, to links:"
            )
            raise Fault(node, f"no chain of links leads from '{cause}' to '{effect}'; {cure}")
        return cause, effect

    def source(self, node: Node) -> tuple[str, str | None]:
        """Read a source's id and, after a comma, the place in it."""
        key, _, place = text(node).partition(",")
        key = key.strip()
        if key not in self.sources:
            hint = did_you_mean(key, self.sources)
            cure = "" if hint else "; define it under sources:, with title and published"
            raise Fault(node, f"no source '{key}'{hint}{cure}")
        return key, place.strip() or None

    def statement(self, node: Node) -> str:
        """Read the id of a statement."""
        written = text(node)
        if written not in self.statements:
            hint = did_you_mean(written, sorted(self.statements))
            if written.removesuffix(".yaml") in self.news:
                hint = "; it is an item of news: name the statement that was there first"
            raise Fault(node, f"no statement '{written}' in scenario.yaml{hint}")
        return written

    def statement_or_news(self, node: Node) -> str:
        """Read the id of a statement or of an item of news."""
        written = text(node).removesuffix(".yaml")
        known = self.statements | self.news
        if written not in known:
            hint = did_you_mean(written, sorted(known))
            cure = f"; an item is called by its file's name: {min(self.news)}" if self.news else ""
            raise Fault(node, f"no news item or statement '{written}'{hint or cure}")
        return written


def lexicon_name(node: Node) -> str:
    """Read the name of a lexicon."""
    written = text(node)
    known = lexicon_names()
    if written not in known:
        hint = did_you_mean(written, known)
        raise Fault(node, f"no lexicon '{written}'{hint} (allowed: {', '.join(known)})")
    return written
