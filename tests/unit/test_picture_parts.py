"""What pictures are made of: type that is measured, room that is shared, curves from draws."""

import numpy as np
import pictured
import pytest
from matplotlib import pyplot as plt
from matplotlib.text import Text

from estimative.plots import style
from estimative.plots.abridging import sentence, short
from estimative.plots.density import GRID, density
from estimative.plots.lettering import TIED, balance, closed, text_size, tidy, unturned, wrap
from estimative.plots.quantile_dots import DOTS, PRESSED, dot_size, quantile_dots, stacked

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


class TestQuantileDots:
    def test_there_are_twenty_each_a_twentieth(self, tmp_path):
        forecast = pictured.year(tmp_path, 3)[0]
        dots = quantile_dots(forecast)
        outcome = forecast.outcomes[0]
        assert len(dots[outcome.name]) == DOTS
        draws = forecast.draws[:, forecast.given.graph.state(outcome.name, outcome.event)]
        # no news yet, so draws count alike
        below = [(draws < dot).mean() for dot in dots[outcome.name]]
        assert below == pytest.approx([(i + 0.5) / DOTS for i in range(DOTS)], abs=1 / len(draws))
        # nine tenths of the dots lie in the central 90% interval
        inside = (dots[outcome.name] >= outcome.lower) & (dots[outcome.name] <= outcome.upper)
        assert inside.sum() == DOTS * 0.9

    def test_no_dot_covers_another(self):
        places = np.sort(np.random.default_rng(0).normal(2, 0.3, DOTS))
        size = dot_size([(places, 1.0)])
        x, y = stacked(places, 1.0, size)
        apart = np.hypot(*(v[:, None] - v for v in (x, y)))[~np.eye(DOTS, dtype=bool)]
        assert apart.min() > size / PRESSED - 1e-9
        assert np.abs(x - places).max() <= size / 2
        assert y.max() + size / 2 <= 1 + 1e-9

    def test_what_is_certain_stands_in_one_stack_within_its_row(self):
        places = np.full(DOTS, 3.0)
        x, y = stacked(places, 0.3, dot_size([(places, 0.3)]))
        assert set(x) == {3.0}
        assert y.max() <= 0.3

    def test_no_row_at_all(self):
        assert dot_size([]) > 0


class TestWords:
    def test_a_sign_stays_with_its_word(self):
        lines = wrap(f"One two three{TIED}*", text_size("One two three", 12)[0] * 1.01, 12)
        assert lines == f"One two\nthree{TIED}*"

    def test_the_last_line_is_not_much_shorter(self):
        text, width = "Nine little words stand here before a very last one", 3.2
        few, even = (f(text, width, 12).split("\n") for f in (wrap, tidy))
        assert len(few) == len(even)
        assert text_size(even[-1], 12)[0] > 0.4 * width or few == even

    def test_a_name_is_cut_between_words_or_anywhere_if_there_are_none(self):
        assert short("One two three", 9) == "One two…"
        assert short("x" * 20, 9) == f"{'x' * 8}…"
        assert short("One", 9) == "One"

    def test_a_sentence_can_follow(self):
        assert sentence("What follows?") == "What follows?"
        assert sentence("Peace") == "Peace."
        assert sentence("“Why?”") == "“Why?”"
        assert sentence("") == ""

    def test_what_runs_leftwards_is_closed(self):
        assert closed("Ship") == "Ship"
        assert closed("\u202eسفينة") == "سفينة\N{LEFT-TO-RIGHT MARK}"
        assert unturned("a\u202eb") == "ab"
        assert unturned("سفينة 5\nb").split("\n") == ["\u200eسفينة 5", "\u200eb"]
