"""The kernel of exact inference: messages along a junction tree, for many tables at once.

It returns the log of the total weight of a table and the derivative of that, which is the weight of
every family configuration; every query is made of these two. `tests/unit/test_network.py` checks
the derivative by finite differences.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from estimative.network.graph import Ints

Floats = npt.NDArray[np.float64]

LANES = 8
"""Tables worked on side by side, so that the processor's vector unit has something to do."""


@njit(cache=True, nogil=True, error_model="numpy")
def _multiply(
    clique: Floats, a: int, b: int, entry: Ints, at: int, factor: Floats, shift: int
) -> None:
    """Multiply each clique entry a..b with the entry of a smaller table it maps to."""
    for i in range(b - a):
        s = shift + entry[at + i]
        for lane in range(LANES):
            clique[a + i, lane] *= factor[s, lane]


@njit(cache=True, nogil=True, error_model="numpy")
def _add_up(
    clique: Floats, a: int, b: int, entry: Ints, at: int, total: Floats, shift: int
) -> None:
    """Add each clique entry a..b to the entry of a smaller table it maps to."""
    for i in range(b - a):
        s = shift + entry[at + i]
        for lane in range(LANES):
            total[s, lane] += clique[a + i, lane]


@njit(cache=True, nogil=True, error_model="numpy")
def _normalise(table: Floats, a: int, b: int, weight: Floats) -> None:
    """Divide the entries a..b by their sum, left in `weight`; all stay zero where it is zero."""
    weight[:] = 0.0
    for i in range(a, b):
        for lane in range(LANES):
            weight[lane] += table[i, lane]
    for i in range(a, b):
        for lane in range(LANES):
            table[i, lane] = table[i, lane] / weight[lane] if weight[lane] > 0.0 else 0.0


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
    log_weight: Floats,
    share: Floats,
) -> None:
    """Collect messages to the root, clique 0, and distribute them back if `share` has room (Hugin).

    Parameters
    ----------
    tables : array of float, shape (batch, entries)
        As `JunctionTree.run` takes them, C-contiguous.
    clique_start, family_clique, family_start, family_entry : arrays of int
        As in `JunctionTree`.
    edge, child_entry, parent_entry : arrays of int
        As in `JunctionTree`.
    log_weight : array of float, shape (batch,)
        Is filled.
    share : array of float, shape (batch, entries) or (0, 0)
        Is filled.
    """
    batch, entries = tables.shape
    separators = edge[-1, 3] if len(edge) else 0
    table = np.zeros((entries, LANES))
    clique = np.zeros((clique_start[-1], LANES))
    message = np.zeros((separators, LANES))
    answer = np.zeros((separators, LANES))
    weight = np.zeros(LANES)
    log_z = np.zeros(LANES)
    for first in range(0, batch, LANES):
        lanes = min(LANES, batch - first)
        for lane in range(LANES):
            for t in range(entries):
                table[t, lane] = tables[first + min(lane, lanes - 1), t]
        clique[:] = 1.0
        for f in range(len(family_clique)):
            a, b = clique_start[family_clique[f]], clique_start[family_clique[f] + 1]
            _multiply(clique, a, b, family_entry, family_start[f], table, 0)

        log_z[:] = 0.0
        message[:] = 0.0
        child_at, parent_at = 0, 0
        for e in range(len(edge)):
            child, parent, start, end = edge[e]
            a, b = clique_start[child], clique_start[child + 1]
            _add_up(clique, a, b, child_entry, child_at, message, start)
            child_at += b - a
            _normalise(message, start, end, weight)
            log_z += np.log(weight)
            a, b = clique_start[parent], clique_start[parent + 1]
            _multiply(clique, a, b, parent_entry, parent_at, message, start)
            parent_at += b - a
        _normalise(clique, 0, clique_start[1], weight)
        log_z += np.log(weight)
        log_weight[first : first + lanes] = log_z[:lanes]
        if len(share) == 0:
            continue

        answer[:] = 0.0
        for e in range(len(edge) - 1, -1, -1):
            child, parent, start, end = edge[e]
            a, b = clique_start[parent], clique_start[parent + 1]
            parent_at -= b - a
            _add_up(clique, a, b, parent_entry, parent_at, answer, start)
            for s in range(start, end):
                for lane in range(LANES):
                    sent = message[s, lane]
                    answer[s, lane] = answer[s, lane] / sent if sent > 0.0 else 0.0
            a, b = clique_start[child], clique_start[child + 1]
            child_at -= b - a
            _normalise(clique, a, b, weight)  # now its entries add up to the message it sent
            _multiply(clique, a, b, child_entry, child_at, answer, start)
        table[:] = 0.0
        for f in range(len(family_clique)):
            a, b = clique_start[family_clique[f]], clique_start[family_clique[f] + 1]
            _add_up(clique, a, b, family_entry, family_start[f], table, 0)
        for lane in range(lanes):
            for t in range(entries):
                share[first + lane, t] = table[t, lane]
