"""The kernel compiled by numba: step for step what `plain_propagation` says, to the last bit.

It is for large problems, and for samplers, whose compiled code calls it.
"""

import numpy as np
from numba import njit

from estimative.network.graph import Floats, Ints

LANES = 32
"""Tables worked on side by side, so that the processor's vector unit has something to do."""


@njit(cache=True, nogil=True, error_model="numpy")
def _multiply(
    clique: Floats, a: int, b: int, entry: Ints, at: int, factor: Floats, shift: int, lanes: int
) -> None:
    """Multiply each clique entry a..b with the entry of a smaller table it maps to."""
    for i in range(b - a):
        s = shift + entry[at + i]
        for lane in range(lanes):
            clique[a + i, lane] *= factor[s, lane]


@njit(cache=True, nogil=True, error_model="numpy")
def _add_up(
    clique: Floats, a: int, b: int, entry: Ints, at: int, total: Floats, shift: int, lanes: int
) -> None:
    """Add each clique entry a..b to the entry of a smaller table it maps to."""
    for i in range(b - a):
        s = shift + entry[at + i]
        for lane in range(lanes):
            total[s, lane] += clique[a + i, lane]


@njit(cache=True, nogil=True, error_model="numpy")
def _weigh(table: Floats, a: int, b: int, total: Floats, lanes: int) -> None:
    """Leave the sum of the entries a..b in `total`."""
    total[:] = 0.0
    for i in range(a, b):
        for lane in range(lanes):
            total[lane] += table[i, lane]


@njit(cache=True, nogil=True, error_model="numpy")
def _divide(table: Floats, a: int, b: int, total: Floats, lanes: int) -> None:
    """Divide the entries a..b by the total; they are zero where it is zero, and stay so."""
    for i in range(a, b):
        for lane in range(lanes):
            table[i, lane] /= total[lane] if total[lane] > 0.0 else 1.0


@njit(cache=True, nogil=True, error_model="numpy")
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
    """As `plain_propagation.propagate`, with `tables` C-contiguous.

    Parameters
    ----------
    tables, clique_start, family_clique, family_start, family_entry, edge, child_entry, parent_entry
        What goes in.
    weight, share : arrays of float
        What is filled.
    """
    batch, entries = tables.shape
    separators = edge[-1, 3] if len(edge) else 0
    width = min(LANES, batch)
    table = np.zeros((entries, width))
    clique = np.zeros((clique_start[-1], width))
    message = np.zeros((separators, width))
    answer = np.zeros((separators, width))
    total = np.zeros((len(edge) + 1, width))
    for first in range(0, batch, LANES):
        lanes = min(LANES, batch - first)
        for lane in range(lanes):
            for t in range(entries):
                table[t, lane] = tables[first + lane, t]
        clique[:] = 1.0
        for f in range(len(family_clique)):
            a, b = clique_start[family_clique[f]], clique_start[family_clique[f] + 1]
            _multiply(clique, a, b, family_entry, family_start[f], table, 0, lanes)

        message[:] = 0.0
        child_at, parent_at = 0, 0
        for e in range(len(edge)):
            child, parent, start, end = edge[e]
            a, b = clique_start[child], clique_start[child + 1]
            _add_up(clique, a, b, child_entry, child_at, message, start, lanes)
            child_at += b - a
            _weigh(message, start, end, total[e], lanes)
            _divide(message, start, end, total[e], lanes)
            a, b = clique_start[parent], clique_start[parent + 1]
            _multiply(clique, a, b, parent_entry, parent_at, message, start, lanes)
            parent_at += b - a
        _weigh(clique, 0, clique_start[1], total[-1], lanes)
        weight[:, first : first + lanes] = total[:, :lanes]
        if len(share) == 0:
            continue

        _divide(clique, 0, clique_start[1], total[-1], lanes)
        answer[:] = 0.0
        for e in range(len(edge) - 1, -1, -1):
            child, parent, start, end = edge[e]
            a, b = clique_start[parent], clique_start[parent + 1]
            parent_at -= b - a
            _add_up(clique, a, b, parent_entry, parent_at, answer, start, lanes)
            for s in range(start, end):
                _divide(answer, s, s + 1, message[s], lanes)
            a, b = clique_start[child], clique_start[child + 1]
            child_at -= b - a
            _divide(clique, a, b, total[e], lanes)  # now they add up to the message that was sent
            _multiply(clique, a, b, child_entry, child_at, answer, start, lanes)
        table[:] = 0.0
        for f in range(len(family_clique)):
            a, b = clique_start[family_clique[f]], clique_start[family_clique[f] + 1]
            _add_up(clique, a, b, family_entry, family_start[f], table, 0, lanes)
        for lane in range(lanes):
            for t in range(entries):
                share[first + lane, t] = table[t, lane]


@njit(cache=True, nogil=True)
def add_up_states(share: Floats, own_state: Ints, states: Floats) -> None:
    """As `plain_propagation.add_up_states`.

    Parameters
    ----------
    share, own_state
        What goes in.
    states : array of float
        What is added to.
    """
    for draw in range(share.shape[0]):
        for entry in range(share.shape[1]):
            states[draw, own_state[entry]] += share[draw, entry]
