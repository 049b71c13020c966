"""What pictures are made of: type that is measured, room that is shared, curves from draws."""

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.text import Text

from estimative.plots import style
from estimative.plots.density import GRID, density
from estimative.plots.lettering import balance, text_size, wrap

LONG = (
    "Die Vereinbarung über die $5-Mrd.-Lieferung zwischen Юрий Ковальчук und der Regierung in"
    " Süd-Örebro tritt ohne jeden weiteren Vorbehalt in Kraft"
)


class TestDensity:
    def test_has_an_area_of_one_and_the_mean_of_its_draws(self):
        draws = np.random.default_rng(0).beta(3, 5, 4000)
        curve = density(draws)
        assert np.trapezoid(curve, GRID) == pytest.approx(1)
        # Monte Carlo sd of the mean is 0.0026; the kernel is symmetric
        assert np.trapezoid(curve * GRID, GRID) == pytest.approx(draws.mean(), abs=0.004)

    def test_weights_count(self):
        draws = np.array([0.2] * 50 + [0.8] * 50)
        curve = density(draws, np.array([3.0] * 50 + [1.0] * 50))
        low, high = curve[: len(GRID) // 2].sum(), curve[len(GRID) // 2 :].sum()
        assert low / high == pytest.approx(3, rel=0.05)

    def test_is_flat_to_the_ends_of_the_scale(self):
        curve = density(np.linspace(0, 1, 5001))
        assert curve == pytest.approx(np.ones(len(GRID)), abs=0.02)

    def test_what_is_certain_still_shows(self):
        curve = density(np.ones(100))
        assert GRID[np.argmax(curve)] == 1
        assert np.isfinite(curve).all()


class TestLettering:
    def test_no_line_is_wider_than_it_may_be(self):
        for line in wrap(LONG, 2.0, 12).split("\n"):
            assert text_size(line, 12)[0] <= 2.0
        assert " ".join(wrap(LONG, 2.0, 12).split()) == LONG

    def test_a_word_that_is_too_long_is_broken(self):
        lines = wrap("Donaudampfschifffahrtsgesellschaft", 1.0, 12).split("\n")
        assert len(lines) > 1
        assert "".join(lines) == "Donaudampfschifffahrtsgesellschaft"
        assert wrap("ab", 0.001, 12) == "a\nb"

    def test_balance_needs_no_more_lines(self):
        few, even = wrap(LONG, 6.0, 12).split("\n"), balance(LONG, 6.0, 12).split("\n")
        assert len(few) == len(even)

    def test_measures_what_is_drawn(self):
        figure = plt.figure(dpi=200)
        drawn = Text(0, 0, "Ship sails", fontsize=12, fontfamily="DejaVu Sans")
        drawn.set_figure(figure)
        width = drawn.get_window_extent().width / figure.dpi
        plt.close(figure)
        assert width <= text_size("Ship sails", 12)[0] <= 1.05 * width


class TestRoom:
    def test_is_shared_evenly_as_far_as_needs_allow(self):
        assert style.share_out([1, 1, 1], 6, 9) == (2, 2, 2)
        assert style.share_out([4, 1, 1], 6, 9) == (4, 1, 1)
        assert style.share_out([4, 1, 1], 8, 9) == (4, 2, 2)
        assert style.share_out([1, 1], 10, 2) == (2, 2)
        assert style.share_out([3, 3], 5, 9) == ()

    def test_what_can_never_fit_says_so(self):
        with pytest.raises(ValueError, match="draw a part"):
            style.fit(None, lambda width, height: False)
