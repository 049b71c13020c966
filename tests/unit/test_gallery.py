"""Every picture with 3, 12 and 30 outcomes: legible, texts apart, in any figure, in one look."""

import itertools
import warnings
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pictured
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from estimative import plots
from estimative.cli.picture_verbs import Picture
from estimative.plots import style

NAMES = (
    *("forecast", "network", "stated_network", "timeline", "waterfall", "tornado", "indicators"),
    *("disagreement", "one_disagreement", "joint", "what_if", "coverage", "coders"),
    *("prior_to_posterior", "diagnostics"),
)


@pytest.fixture(autouse=True)
def _no_figure_stays():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def gallery(tmp_path_factory):
    """Return a way to get all pictures of a size."""
    made = {}

    def of(size):
        if size not in made:
            made[size] = pictured.gallery(pictured.year(tmp_path_factory.mktemp("g"), size))
        return made[size]

    return of


def panels(ax):
    return [ax, *ax.child_axes]


def texts(ax):
    """Return all that is written, on panels within it too, where anything is."""
    found = [t for a in panels(ax) for t in a.texts]
    for panel in ax.child_axes:
        for axis in (panel.xaxis, panel.yaxis):
            low, high = sorted(axis.get_view_interval())
            found += [t.label1 for t in axis.get_major_ticks() if low <= t.get_loc() <= high]
    return [t for t in found if t.get_visible() and t.get_text().strip()]


def assert_legible(ax):
    """Draw it without a warning; no text lies on another or leaves the axes."""
    figure = ax.get_figure(root=True)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()
    room = ax.get_window_extent().padded(1.0)
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts(ax)]
    for text, box in boxes:
        inside = room.x0 <= box.x0, box.x1 <= room.x1, room.y0 <= box.y0, box.y1 <= room.y1
        assert all(inside), text
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(wide, high) < 0.5, f"{first!r} lies on {second!r}"


CASES = [
    *itertools.product((3, 12), NAMES),
    *itertools.product((30,), ("forecast", "network", "timeline")),
    *(
        pytest.param(30, name, marks=pytest.mark.slow)
        for name in NAMES
        if name not in ("forecast", "network", "timeline")
    ),
]


@pytest.mark.parametrize(("size", "name"), CASES)
def test_is_legible_whatever_the_names(gallery, size, name):
    draw, *given = gallery(size)[name]()
    ax = draw(*given)
    width, height = ax.figure.get_size_inches()
    assert width / height == pytest.approx(16 / 9)
    assert_legible(ax)
    for picture in texts(ax):
        assert picture.get_fontsize() >= 0.85 * 12 * 40 / 3 / width - 1e-6 or size > 3
    caption = style.caption_of(ax)
    assert caption.title
    assert caption.alt
    assert "Scenario small, as of 2024-0" in caption.footer


@pytest.mark.parametrize("name", NAMES)
def test_every_plot_has_a_case(name):
    shown = {"stated_network": "network", "one_disagreement": "disagreement"}
    assert shown.get(name, name) in plots.__all__
    left = set(plots.__all__) - set(NAMES)
    assert left <= {"sensitivity", "changes", "backtest"}  # drawn with what makes them


@pytest.mark.parametrize("name", NAMES)
def test_a_subfigure_will_do_and_all_else_is_left_alone(gallery, name):
    draw, *given = gallery(3)[name]()
    figure = plt.figure(figsize=(14, 6), layout="constrained")
    left, right = figure.subfigures(1, 2)
    here, other = left.subplots(), right.subplots()
    before = dict(mpl.rcParams)
    assert draw(*given, ax=here) is here
    assert dict(mpl.rcParams) == before
    assert_legible(here)
    assert not other.texts
    assert left.axes == [here]


def test_the_command_line_draws_every_picture():
    offered = {picture.name for picture in Picture}
    assert offered <= set(plots.__all__)
    assert offered >= {"tornado", "sensitivity", "prior_to_posterior", "diagnostics"}


def test_the_verb_and_the_picture_are_one():
    assert plots.sensitivity.__wrapped__ is plots.tornado.__wrapped__


class TestLook:
    def test_a_user_may_have_it_too(self):
        with plt.style.context(plots.STYLE):
            assert mpl.rcParams["axes.prop_cycle"].by_key()["color"][0] == style.BLUE
            assert mpl.rcParams["font.sans-serif"] == ["DejaVu Sans"]
            figure, ax = plt.subplots()
            ax.plot([0, 1], label="$5")
            ax.set(title="$5", xlabel="x")
            figure.canvas.draw()
            assert to_rgb(ax.title.get_color()) == to_rgb(style.INK)

    def test_what_is_written_stands_out_from_the_page(self):
        # WCAG 2.1: 4.5 to 1 for text, 3 to 1 for what is to be seen in a picture
        for colour in (style.INK, style.QUIET, style.BLUE, style.ORANGE):
            assert contrast(colour, "white") >= 4.5
        assert contrast(style.MIDDLE_BLUE, "white") >= 3
        for colour in (style.INK, style.QUIET, style.BLUE):
            assert contrast(colour, style.FAINT) >= 4.5

    @pytest.mark.parametrize("lost", ["red", "green", "blue", "all"])
    def test_raising_and_lowering_are_told_apart_by_the_colour_blind(self, lost):
        # Machado et al. (2009), severity 1; `all` leaves lightness only
        up, down = (seen(colour, lost) for colour in (style.BLUE, style.ORANGE))
        assert np.abs(up - down).max() > 0.1


def luminance(colour):
    bare = np.array(to_rgb(colour))
    linear = np.where(bare <= 0.04045, bare / 12.92, ((bare + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def seen(colour, lost):
    kept = {
        "red": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
        "green": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
        "blue": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
        "all": [[0.299, 0.587, 0.114]] * 3,
    }
    return np.array(kept[lost]) @ to_rgb(colour)


class TestScripts:
    def test_what_runs_from_right_to_left_turns_no_number_round(self, gallery):
        found = gallery(12)["prior_to_posterior"]()[1]
        arabic = next(o for o in found.outcomes if o.title == pictured.HOSTILE[2])
        caption = style.caption_of(plots.prior_to_posterior(replace(found, outcomes=(arabic,))))
        after = caption.title.partition(arabic.title)[2]
        assert after.startswith("\N{LEFT-TO-RIGHT MARK}”, 50%")

    def test_marks_that_turn_the_line_are_not_drawn(self, gallery):
        ax = plots.forecast(gallery(12)["forecast"]()[1])
        drawn = "".join(t.get_text() for t in ax.texts)
        assert not set(drawn) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200f")
        assert "Marked right to left and back" in drawn.replace("\n", " ")

    def test_what_no_font_has_is_told_once_and_drawn_as_boxes(self, tmp_path):
        forecast = pictured.year(tmp_path, 3, pictured.ASIAN)[-1]
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            ax = plots.forecast(forecast)
            ax.figure.canvas.draw()
        assert len(heard) <= 1  # none where a font has them
        assert all("install" in str(w.message) for w in heard)
