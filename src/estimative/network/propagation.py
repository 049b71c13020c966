"""Which kernel answers: plain NumPy for what is small, compiled code for what is large.

Loading numba takes longer than most scenarios' answers. The choice is by size alone, and both give
the same bits (`tests/unit/test_network.py`).
"""

from types import ModuleType

from estimative.network import plain_propagation

_SMALL = 2**21
"""Numbers that plain NumPy passes over in some 20 ms; compiled code takes half of that."""
_CALL = 512
"""One NumPy call takes as long as so many numbers."""


def kernel(batch: int, entries: int) -> ModuleType:
    """Return the module whose `propagate` and `add_up_states` answer sooner.

    Parameters
    ----------
    batch : int
        How many tables.
    entries : int
        How many entries each has to be worked on.

    Returns
    -------
    module
        `plain_propagation` or `compiled_propagation`.
    """
    if (batch + _CALL) * entries <= _SMALL:
        return plain_propagation
    from estimative.network import compiled_propagation

    return compiled_propagation
