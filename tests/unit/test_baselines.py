"""The main pictures, apart from their words, against those that were looked at: `tests/baseline`.

Letters differ from one build of FreeType to the next; what is written is tested in `test_plots.py`
and where it stands in `test_gallery.py`. They are compared with `--mpl`; to look again and keep:

    pytest tests/unit/test_baselines.py --mpl-generate-path=tests/baseline
"""

from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pictured
import pytest
from matplotlib import pyplot as plt
from matplotlib.testing.compare import calculate_rms

from estimative import plots
from estimative.plots import lettering, style

DPI = 50
TOLERANCE = 4  # root mean square of 0 to 255, over all pixels and colours
SHOWN = {
    "forecast": 12,
    "network": 12,
    "timeline": 3,
    "waterfall": 3,
    "tornado": 12,
    "indicators": 3,
    "one_disagreement": 3,
    "joint": 3,
    "what_if": 3,
    "coverage": 12,
    "coders": 3,
    "prior_to_posterior": 3,
}


@pytest.fixture(autouse=True)
def _no_figure_stays():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def years(tmp_path_factory):
    folder = tmp_path_factory.mktemp("baselines")
    return {size: pictured.year(folder, size) for size in set(SHOWN.values())}


def drawn(years, name):
    """Return a picture."""
    draw, *given = pictured.gallery(years[SHOWN[name]])[name]()
    return wordless(draw(*given))


def wordless(ax):
    for text in ax.texts:
        text.set_visible(False)
    return ax.figure


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.mpl_image_compare(
    baseline_dir="../baseline",
    style="default",
    tolerance=TOLERANCE,
    savefig_kwargs={"dpi": DPI},
    remove_text=False,
)
def test_looks_as_it_was_looked_at(years, name):
    return drawn(years, name)


def pixels(figure):
    figure.set_dpi(DPI)
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)


class TestTolerance:
    """What the tolerance lets pass, and what it does not."""

    @pytest.fixture
    def before(self, years):
        return pixels(drawn(years, "forecast"))

    def test_letters_of_another_build_pass(self, years, before):
        with mpl.rc_context({"text.hinting": "none"}):
            lettering.text_size.cache_clear()
            after = pixels(drawn(years, "forecast"))
        lettering.text_size.cache_clear()
        assert calculate_rms(before, after) < TOLERANCE

    @pytest.mark.parametrize("gid", ["interval", "quantiles"])
    def test_what_is_left_out_does_not(self, years, before, gid):
        figure = drawn(years, "forecast")
        for artist in style.artists(figure.axes[0]):
            artist.set_visible(artist.get_visible() and artist.get_gid() != gid)
        assert calculate_rms(before, pixels(figure)) > TOLERANCE

    def test_numbers_that_move_by_five_points_do_not(self, years):
        last = years[12][-1]
        open_ones = (o for o in last.outcomes if not o.settled)
        by = -0.05
        moved = tuple(
            replace(o, probability=o.probability + by, lower=o.lower + by, upper=o.upper + by)
            for o in open_ones
        )
        rest = replace(last, outcomes=tuple(o for o in last.outcomes if not o.settled))
        was, now = (wordless(plots.forecast(f)) for f in (rest, replace(last, outcomes=moved)))
        assert calculate_rms(pixels(was), pixels(now)) > TOLERANCE
