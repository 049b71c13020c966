"""A smooth density from draws of a probability; nothing is smeared over the ends of the scale."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

GRID = np.linspace(0, 1, 401)
NARROWEST = 0.008  # bandwidth in probability, so that what is certain still shows


def density(draws: Floats, weights: Floats | None = None) -> Floats:
    """Return the density of probabilities on an even grid over [0, 1], with an area of 1.

    The bandwidth is Silverman's (1986, eq. 3.31); what would pass an end of the scale is reflected
    there.

    Parameters
    ----------
    draws : array of float, shape (D,)
        Probabilities.
    weights : array of float, shape (D,), optional
        Of each draw; default alike.

    Returns
    -------
    array of float, shape (401,)
        The density on `GRID`.
    """
    share = np.full(len(draws), 1 / len(draws)) if weights is None else weights / weights.sum()
    width = max(_bandwidth(draws, share), NARROWEST)
    step = GRID[1]
    # bins are centred on the grid; each end gets half a bin
    heaped = np.histogram(draws, bins=len(GRID), range=(-step / 2, 1 + step / 2), weights=share)[0]
    half = min(int(4 * width / step) + 1, len(GRID) - 1)
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) * step / width) ** 2)
    mirrored = np.concatenate([heaped[half:0:-1], heaped, heaped[-2 : -half - 2 : -1]])
    smooth: Floats = np.convolve(mirrored, kernel, mode="valid")
    return smooth / np.trapezoid(smooth, GRID)


def _bandwidth(draws: Floats, share: Floats) -> float:
    order = np.argsort(draws)
    low, high = np.interp([0.25, 0.75], np.cumsum(share[order]), draws[order])
    spread = float(np.sqrt(share @ (draws - share @ draws) ** 2))
    narrow = min(spread, float(high - low) / 1.34) or spread
    effective = 1 / float((share**2).sum())
    return 0.9 * narrow * float(effective ** (-1 / 5))
