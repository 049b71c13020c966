"""A directed acyclic graph of named nodes with named states, and where each probability stands.

All conditional tables of a network lie in one flat vector, one block a node, so that evidence,
interventions and silence are changes to a vector; `tests/unit/test_graph.py` proves the order and
the cycle message.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from math import prod

import numpy as np
import numpy.typing as npt

from estimative.names import did_you_mean, listed

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_LISTED = 12
"""Up to this many legal names are listed in a message."""


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes with states and parents.

    Attributes
    ----------
    states : mapping of str to tuple of str
        The states of each node, in order; the order of nodes is the order everywhere else.
    parents : mapping of str to tuple of str
        The parents of each node, in the order of the axes of its conditional table; a node that
        is left out has none.

    Raises
    ------
    ValueError
        If there is no node, a node has no state or a state twice, a parent is not a node or is
        named twice, or the links form a cycle (which is printed).
    """

    states: Mapping[str, tuple[str, ...]]
    parents: Mapping[str, tuple[str, ...]]

    def __post_init__(self) -> None:
        for node in self.parents:
            if node not in self.states:
                raise ValueError(f"parents are given for {node!r}; {_instead(node, self.states)}")
        parents = {n: tuple(self.parents.get(n, ())) for n in self.states}
        object.__setattr__(self, "states", {n: tuple(s) for n, s in self.states.items()})
        object.__setattr__(self, "parents", parents)
        if not self.states:
            raise ValueError("the graph has no node; give it at least one")
        for node in self.states:
            self._check(node)
        _ = self.order

    def _check(self, node: str) -> None:
        states, parents = self.states[node], self.parents[node]
        if not states or len(set(states)) != len(states):
            raise ValueError(f"node {node!r} has states {states}; give it distinct ones")
        if len(set(parents)) != len(parents):
            raise ValueError(f"node {node!r} has parents {parents}; name each once")
        for parent in parents:
            if parent not in self.states:
                raise ValueError(
                    f"node {node!r} has the parent {parent!r}; {_instead(parent, self.states)}"
                )

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """The names of the nodes."""
        return tuple(self.states)

    @cached_property
    def position(self) -> dict[str, int]:
        """The place of each node in `nodes`."""
        return {node: i for i, node in enumerate(self.nodes)}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The nodes, causes before effects."""
        try:
            return tuple(TopologicalSorter(self.parents).static_order())
        except CycleError as error:
            cycle = " -> ".join(error.args[1])
            raise ValueError(f"the links form a cycle: {cycle}; take one of them out") from None

    def ancestors(self, nodes: Iterable[str]) -> set[str]:
        """Return the nodes together with everything that they depend on.

        Parameters
        ----------
        nodes : iterable of str
            Where to begin.

        Returns
        -------
        set of str
            The nodes, their parents, the parents of these, and so on.
        """
        found: set[str] = set()
        stack = list(nodes)
        while stack:
            node = stack.pop()
            if node not in found:
                found.add(node)
                stack.extend(self.parents[node])
        return found

    def descendants(self, node: str) -> set[str]:
        """Return what depends on a node, without the node itself.

        Parameters
        ----------
        node : str
            The node.

        Returns
        -------
        set of str
            Its children, the children of these, and so on.
        """
        found = {node}
        for other in self.order:
            if not found.isdisjoint(self.parents[other]):
                found.add(other)
        return found - {node}

    def sizes(self, nodes: Iterable[str]) -> tuple[int, ...]:
        """Return how many states each of the nodes has.

        Parameters
        ----------
        nodes : iterable of str
            Which nodes.

        Returns
        -------
        tuple of int
            One number a node.
        """
        return tuple(len(self.states[n]) for n in nodes)

    def shape(self, node: str) -> tuple[int, ...]:
        """Return the shape of a node's conditional table.

        Parameters
        ----------
        node : str
            The node.

        Returns
        -------
        tuple of int
            The number of states of its parents, in order, then of its own.
        """
        return self.sizes((*self.parents[node], node))

    @cached_property
    def offset(self) -> Ints:
        """Where each node's block starts in the flat vector of tables; the last is its length."""
        return np.cumsum([0, *(prod(self.shape(n)) for n in self.nodes)])

    @cached_property
    def state_offset(self) -> Ints:
        """Where each node's states start in a flat vector of all states; the last is its length."""
        return np.cumsum([0, *self.sizes(self.nodes)])

    @cached_property
    def own_state(self) -> Ints:
        """For each entry of the flat vector of tables, the entry of the vector of states."""
        parts = []
        for i, node in enumerate(self.nodes):
            own = self.state_offset[i] + np.arange(len(self.states[node]))
            parts.append(np.tile(own, (self.offset[i + 1] - self.offset[i]) // len(own)))
        return np.concatenate(parts)

    def block(self, node: str) -> slice:
        """Return the slice of the flat vector of tables that is a node's own.

        Parameters
        ----------
        node : str
            The node.

        Returns
        -------
        slice
            First entry and the one after the last.
        """
        i = self.position[node]
        return slice(int(self.offset[i]), int(self.offset[i + 1]))

    def span(self, node: str) -> slice:
        """Return the slice of the flat vector of states that is a node's own.

        Parameters
        ----------
        node : str
            The node.

        Returns
        -------
        slice
            First entry and the one after the last.

        Raises
        ------
        ValueError
            If there is no such node.
        """
        if node not in self.states:
            raise ValueError(f"no node {node!r}; {_instead(node, self.states)}")
        i = self.position[node]
        return slice(int(self.state_offset[i]), int(self.state_offset[i + 1]))

    def state(self, node: str, state: str) -> int:
        """Return the place of a node's state in the flat vector of states.

        Parameters
        ----------
        node, state : str
            Their names.

        Returns
        -------
        int
            The place.

        Raises
        ------
        ValueError
            If there is no such node or state.
        """
        first, states = int(self.span(node).start), self.states[node]
        if state not in states:
            raise ValueError(f"node {node!r} has no state {state!r}; {_instead(state, states)}")
        return first + states.index(state)


def _instead(name: str, allowed: Iterable[str]) -> str:
    """Say which names there are, and which of them may have been meant."""
    names = list(allowed)
    if len(names) > _LISTED:
        names = [*names[:_LISTED], f"{len(names) - _LISTED} more"]
    return f"there are {listed(names, 'and')}{did_you_mean(name, allowed)}"
