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
def _weigh(table: Floats, a: int, b: int, weight: Floats, log_z: Floats, lanes: int) -> None:
    """Leave the sum of the entries a..b in `weight`, and add its log to `log_z`."""
    weight[:] = 0.0
    for i in range(a, b):
        for lane in range(lanes):
            weight[lane] += table[i, lane]
    for lane in range(lanes):
        log_z[lane] += np.log(weight[lane])


@njit(cache=True, nogil=True, error_model="numpy")
def _divide(table: Floats, a: int, b: int, weight: Floats, lanes: int) -> None:
    """Divide the entries a..b by the weight; they are zero where it is zero, and stay so."""
    for i in range(a, b):
        for lane in range(lanes):
            table[i, lane] /= weight[lane] if weight[lane] > 0.0 else 1.0


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
    width = min(LANES, batch)
    table = np.zeros((entries, width))
    clique = np.zeros((clique_start[-1], width))
    message = np.zeros((separators, width))
    answer = np.zeros((separators, width))
    weight = np.zeros((len(edge) + 1, width))
    log_z = np.zeros(width)
    for first in range(0, batch, LANES):
        lanes = min(LANES, batch - first)
        for lane in range(lanes):
            for t in range(entries):
                table[t, lane] = tables[first + lane, t]
        clique[:] = 1.0
        for f in range(len(family_clique)):
            a, b = clique_start[family_clique[f]], clique_start[family_clique[f] + 1]
            _multiply(clique, a, b, family_entry, family_start[f], table, 0, lanes)

        log_z[:] = 0.0
        message[:] = 0.0
        child_at, parent_at = 0, 0
        for e in range(len(edge)):
            child, parent, start, end = edge[e]
            a, b = clique_start[child], clique_start[child + 1]
            _add_up(clique, a, b, child_entry, child_at, message, start, lanes)
            child_at += b - a
            _weigh(message, start, end, weight[e], log_z, lanes)
            _divide(message, start, end, weight[e], lanes)
            a, b = clique_start[parent], clique_start[parent + 1]
            _multiply(clique, a, b, parent_entry, parent_at, message, start, lanes)
            parent_at += b - a
        _weigh(clique, 0, clique_start[1], weight[-1], log_z, lanes)
        log_weight[first : first + lanes] = log_z[:lanes]
        if len(share) == 0:
            continue

        _divide(clique, 0, clique_start[1], weight[-1], lanes)
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
            _divide(clique, a, b, weight[e], lanes)  # now they add up to the message that was sent
            _multiply(clique, a, b, child_entry, child_at, answer, start, lanes)
        table[:] = 0.0
        for f in range(len(family_clique)):
            a, b = clique_start[family_clique[f]], clique_start[family_clique[f] + 1]
            _add_up(clique, a, b, family_entry, family_start[f], table, 0, lanes)
        for lane in range(lanes):
            for t in range(entries):
                share[first + lane, t] = table[t, lane]
