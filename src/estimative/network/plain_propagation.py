"""The kernel of exact inference: messages along a junction tree, for many tables at once.

It yields the total weight of a table and the derivative of its log, which is the weight of every
family configuration; every query is made of these two. Sums are taken entry by entry, in order, so
a table's answer has the same bits whatever stands beside it: `tests/unit/test_network.py` holds it
to those of `compiled_propagation`, and the derivative to finite differences.
"""

from typing import NamedTuple

import numpy as np

from estimative.network.graph import Floats, Ints

LANES = 1024
"""Tables worked on side by side: few enough to stay near the processor."""


def propagate(
    tables: Floats,
    clique_start: Ints,
    family_clique: Ints,
    family_start: Ints,
    family_entry: Ints,
    edge: Ints,
    child_entry: Ints,
    parent_entry: Ints,
    weight: Floats,
    share: Floats,
) -> None:
    """Collect messages to the root, clique 0, and distribute them back if `share` has room (Hugin).

    Parameters
    ----------
    tables : array of float, shape (batch, entries)
        As `JunctionTree.run` takes them.
    clique_start, family_clique, family_start, family_entry : arrays of int
        As in `JunctionTree`.
    edge, child_entry, parent_entry : arrays of int
        As in `JunctionTree`.
    weight : array of float, shape (cliques, batch)
        Is filled with what each message weighs, and last what the root does; a message is divided
        by its weight before it goes on, so the weight of a table is the product of these.
    share : array of float, shape (batch, entries) or (0, 0)
        Is filled.
    """
    sizes = np.diff(clique_start)
    families = []
    for clique, entry in zip(
        family_clique, np.split(family_entry, family_start[1:-1]), strict=True
    ):
        block = slice(entry.min(), entry.max() + 1)
        families.append((clique, block, _mapped(entry - block.start)))
    links, down_at, up_at = [], 0, 0
    for child, parent in edge[:, :2]:
        down = _mapped(child_entry[down_at : down_at + sizes[child]])
        up = _mapped(parent_entry[up_at : up_at + sizes[parent]])
        down_at, up_at = down_at + sizes[child], up_at + sizes[parent]
        links.append((child, parent, down, up))
    for first in range(0, len(tables), LANES):
        some = slice(first, first + LANES)
        _propagate(tables[some], sizes, families, links, weight[:, some], share[some])


def add_up_states(share: Floats, own_state: Ints, states: Floats) -> None:
    """Add the weights of family configurations to the probabilities of states.

    Parameters
    ----------
    share : array of float, shape (batch, entries)
        Weights of family configurations.
    own_state : array of int, shape (entries,)
        As in `Graph`.
    states : array of float, shape (batch, states of all nodes)
        Is added to.
    """
    total = np.zeros(states.shape[::-1])
    for state, weight in zip(own_state, np.ascontiguousarray(share.T), strict=True):
        total[state] += weight
    states += total.T


class _Mapped(NamedTuple):
    """How the entries of a clique map to those of a smaller table, every one as often."""

    entry: Ints  # shape (clique entries,): of the smaller table
    places: Ints  # shape (times, entries): of the clique, in order


def _mapped(entry: Ints) -> _Mapped:
    return _Mapped(entry, np.argsort(entry, kind="stable").reshape(entry.max() + 1, -1).T)


def _propagate(
    tables: Floats,
    sizes: Ints,
    families: list[tuple[int, slice, _Mapped]],
    links: list[tuple[int, int, _Mapped, _Mapped]],
    weight: Floats,
    share: Floats,
) -> None:
    """Do it for tables that are worked on side by side: they are the last axis of every array."""
    table = np.ascontiguousarray(tables.T)
    cliques = [np.ones((size, len(tables))) for size in sizes]
    for clique, block, family in families:
        cliques[clique] *= table[block][family.entry]
    messages = []
    for (child, parent, down, up), total in zip(links, weight[:-1], strict=True):
        message = _add_up(cliques[child], down)
        total[:] = sum(message)
        message /= _divisor(total)
        cliques[parent] *= message[up.entry]
        messages.append(message)
    weight[-1] = sum(cliques[0])
    if share.size == 0:
        return
    cliques[0] /= _divisor(weight[-1])
    for (child, parent, down, up), total in zip(links[::-1], weight[-2::-1], strict=True):
        answer = _add_up(cliques[parent], up)
        answer /= _divisor(messages.pop())
        cliques[child] /= _divisor(total)  # now they add up to the message that was sent
        cliques[child] *= answer[down.entry]
    for clique, block, family in families:
        share[:, block] = _add_up(cliques[clique], family).T


def _add_up(clique: Floats, mapped: _Mapped) -> Floats:
    """Return, for each entry of the smaller table, the sum of the clique entries mapped to it."""
    total: Floats = clique[mapped.places[0]]
    for places in mapped.places[1:]:
        total += clique[places]
    return total


def _divisor(total: Floats) -> Floats:
    """Return what to divide by: where the total is zero, so is what is divided, and stays so."""
    return np.where(total > 0.0, total, 1.0)
