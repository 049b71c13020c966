"""Which kernel answers: plain NumPy, until there is work enough to load compiled code for.

Loading numba takes longer than most scenarios' answers. Both kernels give the same bits
(`tests/unit/test_network.py`), so which of them answers can never be seen in a number.
"""

from types import ModuleType

from estimative.network import plain_propagation

_WORTH_LOADING = 2**26
"""Plain NumPy passes over so many numbers in about a second, compiled code in a third of that, and
loading it takes half a second."""
_CALL = 512
"""One NumPy call takes as long as so many numbers."""
_done = [0]  # numbers that plain NumPy has passed over in this process


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
        `plain_propagation`, or, once the work has added up, `compiled_propagation`.
    """
    _done[0] += (batch + _CALL) * entries
    if _done[0] <= _WORTH_LOADING:
        return plain_propagation
    from estimative.network import compiled_propagation

    return compiled_propagation


def load_compiled() -> None:
    """Have compiled code answer from now on: much will be asked."""
    _done[0] = _WORTH_LOADING
