"""Draw docs/gallery: every picture of the flagship, small enough for a page.

Run it in a workspace that has the scenario; beliefs are fitted or found in its `runs`, and nothing
is recorded. `docs/gallery.md` shows the pictures.

Usage::

    python tools/draw_gallery.py [NAME ...]
"""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from PIL import Image

import estimative as est

FOLDER = Path(__file__).parents[1] / "docs" / "gallery"
SCENARIO, OUTCOME = "russia-dprk-2023", "arms_transfer"
BEFORE, AFTER = "2023-09-13", "2023-10-20"
DAYS = ("2023-09-13", "2023-09-16", "2023-10-01", "2023-10-13", "2023-10-19", "2023-10-26")
WIDTH, HEIGHT, COLOURS = 1200, 675, 160  # pixels


def pictures() -> Iterator[tuple[str, Callable[[], tuple[Any, ...]]]]:
    """Yield every picture with a way to get what it shows."""
    scenario = est.read_scenario(SCENARIO)
    first = est.forecast(scenario, as_of=BEFORE, record=False)
    last = est.forecast(scenario, as_of=AFTER, record=False)
    yield "forecast", lambda: (first,)
    yield "network", lambda: (first,)
    yield "timeline", lambda: (est.replay(scenario, DAYS), OUTCOME)
    yield "waterfall", lambda: (est.compare(first, last), OUTCOME)
    yield "changes", lambda: (est.compare(first, last),)
    yield "tornado", lambda: (est.sensitivity(first, OUTCOME),)
    yield "indicators", lambda: (est.indicators(first, OUTCOME),)
    yield "what_if", lambda: (est.what_if(first, do={OUTCOME: "no"}),)
    yield "joint", lambda: (est.joint(first),)
    yield "disagreement", lambda: (est.disagreement(first, outcome=OUTCOME),)
    yield "coverage", lambda: (est.coverage(scenario, as_of=BEFORE),)
    yield "prior_to_posterior", lambda: (last,)
    yield "diagnostics", lambda: (first,)


def save(ax: Axes, path: Path) -> None:
    """Write a picture of few colours, which is small.

    Parameters
    ----------
    ax : Axes
        A picture.
    path : Path
        A PNG file.
    """
    drawn = io.BytesIO()
    figure = ax.get_figure(root=True)
    assert figure is not None
    figure.savefig(drawn, format="png", dpi=WIDTH / figure.get_size_inches()[0])
    with Image.open(drawn) as image:
        few = (
            image.convert("RGB").resize((WIDTH, HEIGHT)).quantize(COLOURS, dither=Image.Dither.NONE)
        )
        few.save(path, optimize=True)
    plt.close(figure)


def main(chosen: list[str]) -> None:
    """Draw all pictures, or those chosen.

    Parameters
    ----------
    chosen : list of str
        Names; none means all.
    """
    FOLDER.mkdir(exist_ok=True)
    for name, shown in pictures():
        if not chosen or name in chosen:
            save(getattr(est.plots, name)(*shown()), FOLDER / f"{name}.png")
            print(FOLDER / f"{name}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
