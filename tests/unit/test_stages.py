"""From prior to posterior, and diagnostics: their numbers are those of the forecast."""

from dataclasses import replace

import numpy as np
import pictured
import pytest
from builders import answer, prior_belief, read, says
from made_up import seen
from matplotlib import pyplot as plt

from estimative import plots
from estimative.elicitation import encode
from estimative.plots import style
from estimative.plots.stages import stages
from estimative.results import percent


@pytest.fixture(autouse=True)
def _no_figure_stays():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    return pictured.year(tmp_path_factory.mktemp("stages"), 3)


def words(ax, gid):
    return [" ".join(t.get_text().split()) for t in ax.texts if t.get_gid() == gid]


class TestStages:
    def test_before_anybody_spoke_two_states_are_even(self, year):
        for each in stages(year[0]).values():
            assert each[0].name == "prior"
            assert each[0].value == pytest.approx(0.5, abs=1e-12)
            assert each[0].lower == pytest.approx(1 - each[0].upper, abs=1e-9)

    def test_without_news_statements_are_the_forecast(self, year):
        found = stages(year[0])
        for outcome in year[0].outcomes:
            last = found[outcome.name][-1]
            assert last.name == "statements"
            assert last.value == pytest.approx(outcome.probability, abs=1e-12)
            ends = (outcome.lower, outcome.upper)
            assert (last.lower, last.upper) == pytest.approx(ends, abs=1e-12)

    def test_with_news_the_last_stage_is_the_forecast(self, year):
        found = stages(year[-1])
        for outcome in year[-1].outcomes:
            assert [s.name for s in found[outcome.name]] == ["prior", "statements", "news"]
            assert found[outcome.name][-1].value == outcome.probability
            assert found[outcome.name][1] == stages(year[0])[outcome.name][1]

    def test_of_news_fitted_together_with_statements_these_are_not_told_apart(self, year):
        inside = replace(year[-1], diagnostics=dict(year[-1].diagnostics) | {"news_inside": True})
        assert [s.name for s in stages(inside)["o0"]] == ["prior", "news"]
        ax = plots.prior_to_posterior(inside)
        assert "fitted together" in " ".join(t.get_text() for t in ax.texts).replace("\n", " ")

    def test_the_picture_shows_every_number(self, year):
        ax, found = plots.prior_to_posterior(year[-1]), stages(year[-1])
        labels = words(ax, "label")
        ranked = [next(o.name for o in year[-1].outcomes if o.title == label) for label in labels]
        cells = [percent(stage.value) for name in ranked for stage in found[name]]
        assert words(ax, "cell") == cells
        marks = {
            stage: [float(d.get_offsets()[0][0]) for d in ax.collections if d.get_gid() == stage]
            for stage in ("prior", "statements", "news")
        }
        for i, stage in enumerate(marks):
            assert marks[stage] == pytest.approx([found[name][i].value for name in ranked])
        moves = [abs(found[name][-1].value - found[name][0].value) for name in ranked]
        assert moves == sorted(moves, reverse=True)

    def test_nothing_has_a_headline(self, tmp_path):
        scenario = read(
            tmp_path, outcomes={"a": {"definition": None}}, statements={"s": says("x", "60%")}
        )
        ax = plots.prior_to_posterior(answer(scenario, prior_belief(encode(scenario), draws=40)))
        assert words(ax, "header") == ["No outcome has a headline."]


class TestDiagnostics:
    def test_four_panels_with_the_limits_of_the_gate(self, year):
        ax = plots.diagnostics(year[0])
        rhat, bulk, tail, ranks = ax.child_axes
        for panel, limit in ((rhat, 1.01), (bulk, 400), (tail, 400)):
            upright = [line for line in panel.lines if len(set(np.ravel(line.get_xdata()))) == 1]
            assert [line.get_xdata()[0] for line in upright] == [limit]
            assert panel.get_xlim()[0] < limit < panel.get_xlim()[1]
        assert len(ranks.lines) >= 4  # one a chain

    def test_every_quantity_that_varies_is_counted(self, year):
        ax, posterior = plots.diagnostics(year[0]), year[0].belief.posterior
        count = sum(v.shape[1] for v in posterior.values())
        assert any(f"R-hat of {count} quantities" in t.get_text() for t in ax.texts)

    def test_a_chain_that_strays_is_found(self, year):
        forecast = year[0]
        base = forecast.belief.posterior["base"].copy()
        base[: len(base) // 4, 1] += 3  # the first of four chains, the second outcome
        belief = replace(
            forecast.belief,
            posterior={**forecast.belief.posterior, "base": base},
            diagnostics=dict(forecast.belief.diagnostics) | {"rhat": 1.5},
        )
        ax = plots.diagnostics(replace(forecast, belief=belief))
        caption = style.caption_of(ax)
        assert caption.title.startswith("NOT CONVERGED: R-hat 1.500 is not below 1.01")
        assert "Worst: o1." in caption.alt
        assert "NOT CONVERGED" in caption.footer

    def test_a_belief_without_parameters_shows_its_tables(self, year):
        belief = replace(year[0].belief, posterior={})
        ax = plots.diagnostics(replace(year[0], belief=belief))
        assert "Worst: cpt" in style.caption_of(ax).alt


def test_a_later_observation_settles_what_statements_left_open(tmp_path):
    scenario = read(
        tmp_path,
        statements={"s": says("x", "60%")},
        news={"2024-02-01-seen": seen({"a": "yes"}, day="2024-02-01")},
        as_of="2024-03-01",
    )
    forecast = answer(scenario, prior_belief(encode(scenario), draws=100))
    values = [stage.value for stage in stages(forecast)["a"]]
    assert values[-1] == 1
    assert 0 < values[1] < 1
