"""Pictures, by structure: every number and word of the result is on them, and nothing overlaps."""

import itertools
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyBboxPatch, PathPatch

from estimative import plots
from estimative.agenda import Item, Kind
from estimative.belief import Belief
from estimative.coders import Codings, compare_codings
from estimative.coverages import Coverage, Need
from estimative.disagreements import Disagreement
from estimative.elicitation import encode
from estimative.forecasting import Forecast, compute_forecast
from estimative.network.parameters import tables_from_parameters
from estimative.news import world
from estimative.plots import style
from estimative.plots.influences import influences
from estimative.plots.network_plot import STROKES, _takeaway
from estimative.pooling import Voice
from estimative.reading import read_scenario
from estimative.scenario import Scenario

LONG = (
    "Die Vereinbarung über die $5-Mrd.-Lieferung zwischen Юрий Ковальчук und der Regierung in"
    " Süd-Örebro tritt ohne jeden weiteren Vorbehalt der übrigen Vertragsparteien in Kraft und wird"
    " für $1 öffentlich verkündet"
)
QUESTION = f"Was folgt daraus, dass Жириновский nach Åbo reist? {LONG}?"
HEAD = f"""
format: 1
question: "{QUESTION}"
coded: {{by: desk, on: 2026-01-05}}
opens: 2025-01-01
by: 2025-12-31
as_of: 2025-06-30
outcomes:
  talks: {{title: They talk, definition: Both say so.}}
  deal: {{title: "{LONG}", definition: Both sign.}}
  pays: {{title: The buyer pays, definition: The bank says so., by: 2025-09-30}}
  seen: {{title: Ship sails, definition: It leaves.}}
  gone: {{title: Envoy stays, definition: He is there.}}
  vague: {{title: Things get better}}
  mute: {{title: The port burns, definition: Smoke is seen.}}
  path:
    title: The way taken
    definition: The road is named.
    states: [north, middle, south]
    quiet: north
drivers:
  hunger: {{title: Hunger for grain}}
links: [hunger -> deal, talks -> deal, deal -> pays, seen -> pays, talks -> pays, path -> pays,
  talks -> vague]
experts:
  oe: {{name: Юлия Ö}}
sources:
  paper: {{title: A paper, published: 2025-01-02}}
statements:
  a: {{kind: probability, event: {{talks: yes}}, probability: almost certain}}
  b: {{kind: influence, link: talks -> deal, strength: raises strongly}}
  c: {{kind: influence, link: deal -> pays, strength: lowers}}
  d: {{kind: probability, event: {{path: south}}, probability: likely}}
  e: {{kind: probability, event: {{pays: yes}}, probability: unlikely}}
  f: {{kind: probability, event: {{deal: yes}}, probability: 40%}}
  g: {{kind: probability, event: {{seen: yes}}, probability: likely}}
  h: {{kind: probability, event: {{gone: yes}}, probability: likely}}
  i: {{kind: probability, event: {{vague: yes}}, probability: likely}}
""".replace("{kind", "{expert: oe, source: paper, said: Said., kind")
OBSERVED = """
kind: observation
published: 2025-02-01
said: It was seen.
source: {name: Gazette, reliability: A1}
observed: {seen: yes, gone: no}
"""
MODEL = Path("expert_network.py")
DRAWS, STATED = 200, {"talks -> deal": 1.4, "deal -> pays": -0.8}


def made_up(folder: Path, text: str, *news: str) -> Scenario:
    """Read a scenario from text."""
    place = folder / "scenarios" / "made-up"
    (place / "news").mkdir(parents=True)
    (place / "scenario.yaml").write_text(text, encoding="utf-8")
    for i, item in enumerate(news):
        (place / "news" / f"2025-02-01-item-{i}.yaml").write_text(item, encoding="utf-8")
    return read_scenario(place)


def answer(scenario: Scenario) -> Forecast:
    """Forecast from random tables, without sampling."""
    given, random = encode(scenario), np.random.default_rng(5)
    shape = given.parameters
    base = random.normal(0.3, 0.6, (DRAWS, len(shape.base_names)))
    centre = [STATED.get(name, 0.1) for name in shape.influence_names]
    influence = random.normal(centre, 0.1, (DRAWS, len(centre)))
    diagnostics = {"rhat": 1.0, "ess_bulk": 999.0, "ess_tail": 999.0, "divergences": 0.0}
    belief = Belief(
        key="0" * 64,
        diagnostics={**diagnostics, "draws": DRAWS, "chains": 1, "worst": "base"},
        tables=tables_from_parameters(shape, base, influence),
        posterior={"base": base, "influence": influence},
        without=np.zeros((len(given.names), DRAWS)),
        without_k=np.zeros(len(given.names)),
    )
    known = world(scenario, given.graph, scenario.date)
    settings = {"model": MODEL, "seed": 1, "interval": 0.9}
    return compute_forecast(scenario, given, belief, known=known, **settings)


@pytest.fixture(autouse=True)
def _no_figure_stays() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    return made_up(tmp_path_factory.mktemp("plots"), HEAD, OBSERVED)


@pytest.fixture(scope="module")
def result(scenario: Scenario) -> Forecast:
    return answer(scenario)


@pytest.fixture(scope="module")
def quarrel(result: Forecast) -> Disagreement:
    """Three clear opinions on one outcome, one on another, none on the rest."""
    random = np.random.default_rng(1)

    def voice(outcome: str, name: str, centre: float) -> Voice:
        draws = random.beta(60 * centre, 60 * (1 - centre), 500)
        ends = np.quantile(draws, [0.05, 0.95])
        return Voice(outcome, name, name, "oe", float(draws.mean()), *map(float, ends), (), draws)

    opinions = {"Ахматова": 0.1, "Öberg": 0.5, "A man of many titles and one clear opinion": 0.9}
    voices = {
        "talks": tuple(voice("talks", name, centre) for name, centre in opinions.items()),
        "pays": (voice("pays", "Öberg", 0.3),),
        "seen": (voice("seen", "Öberg", 0.5),),
        "vague": (voice("vague", "Öberg", 0.5),),
        "mute": (),
    }
    group = replace(voice("pays", "desk", 0.4), expert=None)
    return Disagreement(result, voices, groups={"pays": (group,)})


@pytest.fixture(scope="module")
def gaps(result: Forecast) -> Coverage:
    needs = (
        Need("talks", "level", ("a",), ("x: likely",), "yes"),
        Need("mute", "level", (), (), "yes", 0.2, 0.01, "mute", 0.2, 0.01),
        Need("pays", "talks -> pays", (), (), "yes", 0.01, 0.001, "pays", -0.034, 0.01),
        Need("deal", "hunger -> deal", (), (), "yes", 0.01, 0.001, "path", 0.05, 0.01),
        Need("vague", "talks -> vague", (), (), "yes", 0.01, 0.02),
    )
    agenda = (
        Item(Kind.overtaken, "c", "pays", "seen", "path", 0.025, 0.001, 0.75),
        Item(Kind.old, "a", "talks", "said long ago", "deal", -0.4, 0.3, 1.2),
        Item(Kind.old, "e", "pays", "said long ago"),
        Item(Kind.due, "pays", "pays", "falls due"),
    )
    return Coverage(result, needs, agenda)


@pytest.fixture(scope="module")
def codings(result: Forecast) -> Codings:
    """Return two codings, one of whose answers is 30 points from the other's."""
    deal = result["deal"]
    states = {"yes": deal.states["yes"] - 0.3, "no": deal.states["no"] + 0.3}
    moved = tuple(replace(deal, states=states) if o is deal else o for o in result.outcomes)
    coder = result.scenario.coded.model_copy(update={"by": "Ахматова"})
    scenario = result.scenario.model_copy(update={"coded": coder})
    return compare_codings(result, replace(result, scenario=scenario, outcomes=moved))


@pytest.fixture
def each(
    result: Forecast,
    scenario: Scenario,
    quarrel: Disagreement,
    gaps: Coverage,
    codings: Codings,
) -> dict[str, tuple]:
    """Return every picture with what it draws."""
    return {
        "forecast": (plots.forecast, result),
        "network": (plots.network, result),
        "stated network": (plots.network, scenario),
        "disagreement": (plots.disagreement, quarrel),
        "one disagreement": (
            plots.disagreement,
            replace(quarrel, voices={"talks": quarrel.voices["talks"]}),
        ),
        "coverage": (plots.coverage, gaps),
        "coders": (plots.coders, codings),
    }


NAMES = [
    *("forecast", "network", "stated network", "disagreement", "one disagreement", "coverage"),
    "coders",
]


def words(ax: Axes, gid: str) -> list[str]:
    return [" ".join(t.get_text().split()) for t in ax.texts if t.get_gid() == gid]


def read_all(ax: Axes) -> str:
    return " ".join(" ".join(t.get_text() for t in ax.texts).split())


def of_gid(ax: Axes, gid: str) -> list:
    return [a for a in style.artists(ax) if a.get_gid() == gid]


def assert_legible(ax: Axes, least: float = 0.0) -> None:
    """Draw it, warning of no glyph; no text overlaps another, leaves the axes, or is too small."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ax.figure.canvas.draw()
    room = ax.get_window_extent().padded(1.0)
    boxes = [(t.get_text(), t.get_window_extent()) for t in ax.texts]
    for text, box in boxes:
        assert room.x0 <= box.x0, text
        assert box.x1 <= room.x1, text
        assert room.y0 <= box.y0, text
        assert box.y1 <= room.y1, text
    for (first, a), (second, b) in itertools.combinations(boxes, 2):
        wide, high = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(wide, high) < 0.5, f"{first!r} lies on {second!r}"
    assert min(t.get_fontsize() for t in ax.texts) >= least


@pytest.mark.parametrize("name", NAMES)
class TestEveryPicture:
    def test_is_a_legible_slide(self, each, name):
        draw, subject = each[name]
        ax = draw(subject)
        width, height = ax.figure.get_size_inches()
        assert width / height == pytest.approx(16 / 9)
        assert_legible(ax, least=12 * 40 / 3 / width - 1e-6)
        assert width == pytest.approx(40 / 3)

    def test_uses_the_axes_it_is_given_beside_others(self, each, name, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        draw, subject = each[name]
        figure, (left, right) = plt.subplots(1, 2, figsize=(16, 5), layout="constrained")
        right.set_title("another")
        before = dict(mpl.rcParams)
        assert draw(subject, left) is left
        assert dict(mpl.rcParams) == before
        assert_legible(left)
        assert figure.axes == [left, right]
        assert not right.lines
        assert not list(tmp_path.iterdir())

    def test_keeps_clear_of_what_the_layout_does_later(self, each, name):
        draw, subject = each[name]
        _, (upper, lower) = plt.subplots(2, 1, figsize=(9, 11), layout="constrained")
        draw(subject, lower)
        upper.set(title="three\nlines of\ntitle", xlabel="and\na label")
        assert_legible(lower)

    def test_carries_its_words(self, each, name, result):
        draw, subject = each[name]
        ax = draw(subject)
        caption = style.caption_of(ax)
        assert caption.title != QUESTION  # the answer; the question stands below it
        assert words(ax, "estimative-title") == [" ".join(caption.title.split())]
        assert QUESTION in read_all(ax)
        assert QUESTION in caption.alt
        assert LONG in caption.alt or name == "one disagreement"
        assert caption.record == (None if name == "stated network" else result.record)
        assert "hindsight" in caption.footer
        assert caption.footer.startswith("Scenario made-up, as of 2025-06-30. ")
        if caption.record:
            assert f"Intervals: central 90%. Record {caption.record}." in caption.footer


class TestForecast:
    def test_shows_every_number(self, result):
        ax = plots.forecast(result)
        shown = [o for o in result.outcomes if o.status == "open" and not o.withheld]
        dots = {round(float(d.get_offsets()[0][0]), 9) for d in of_gid(ax, "probability")}
        assert dots == {round(o.probability, 9) for o in shown}
        bars = {tuple(np.round(b.get_segments()[0][:, 0], 9)) for b in of_gid(ax, "interval")}
        assert bars == {(round(o.lower, 9), round(o.upper, 9)) for o in shown}
        assert len(of_gid(ax, "probability")) == len(of_gid(ax, "interval")) == len(shown)

    def test_a_dot_stands_beside_its_title(self, result):
        ax = plots.forecast(result)
        at = {t.get_position()[1]: " ".join(t.get_text().split()) for t in of_gid(ax, "label")}
        for dot in of_gid(ax, "probability"):
            x, y = map(float, dot.get_offsets()[0])
            label = at[min(at, key=lambda middle: abs(middle - y))]
            outcome = next(o for o in result.outcomes if label.startswith(o.title))
            assert x == pytest.approx(outcome.probability)

    def test_likelihood_and_confidence_have_words_of_their_own(self, result):
        ax = plots.forecast(result)
        shown = [o for o in result.outcomes if o.status == "open" and not o.withheld]
        assert {o.phrase for o in shown} <= set(words(ax, "word"))
        assert set(words(ax, "confidence")) == {o.confidence for o in shown}
        filled = [s for s in of_gid(ax, "step") if s.get_facecolor()[:3] != (1, 1, 1)]
        steps = {"low": 1, "moderate": 2, "high": 3}
        assert len(filled) == sum(steps[o.confidence] for o in shown)

    def test_withheld_outcomes_give_the_reason_and_no_number(self, result):
        ax = plots.forecast(result)
        reasons = [f"withheld: {o.withheld}" for o in result.outcomes if o.withheld]
        assert sorted(words(ax, "reason")) == sorted(reasons)
        assert len(reasons) == 2

    def test_settled_outcomes_are_diamonds_without_interval(self, result):
        ax = plots.forecast(result)
        ends = sorted(float(d.get_offsets()[0][0]) for d in of_gid(ax, "settled"))
        assert ends == pytest.approx([0, 1], abs=1e-6)
        assert {"resolved: yes", "resolved: no"} <= set(words(ax, "word"))
        assert {"0%", "100%"} <= set(words(ax, "number"))

    def test_the_words_of_the_directive_stand_over_their_bands(self, result):
        ax = plots.forecast(result)
        assert len(words(ax, "band-word")) == 7
        assert words(ax, "band-word")[3] == "roughly even chance"

    def test_order(self, result):
        ax = plots.forecast(result)
        settled = [o.title for o in result.outcomes if o.status != "open"]
        labels = words(ax, "label")
        open_ones = [o for o in result.outcomes if o.status == "open" and not o.withheld]
        chances = [
            next(o.probability for o in open_ones if t.startswith(o.title)) for t in labels[:4]
        ]
        assert chances == sorted(chances, reverse=True)
        assert sorted(labels[4:6]) == sorted(settled)
        labels = words(plots.forecast(result, order="scenario"), "label")
        assert all(
            label.startswith(o.title) for label, o in zip(labels, result.outcomes, strict=True)
        )
        with pytest.raises(ValueError, match="likeliest"):
            plots.forecast(result, order="random")

    def test_states_and_days_of_their_own_are_named(self, result):
        labels = words(plots.forecast(result), "label")
        assert f"The way taken: {result['path'].event}" in labels
        assert "The buyer pays (by 2025-09-30)" in labels

    def test_it_can_be_told_apart_in_grey(self):
        colours = (style.BLUE, style.PALE_BLUE, style.FAINT)
        grey = [np.dot(to_rgb(c), [0.299, 0.587, 0.114]) for c in colours]
        assert np.all(np.diff(grey) > 0.15)


class TestNetwork:
    def test_every_node_and_link_is_there_once(self, result):
        ax = plots.network(result)
        boxes = {b.get_gid() for b in ax.patches if isinstance(b, FancyBboxPatch)}
        assert {f"box {n}" for n in result.scenario.nodes} <= boxes
        links = [p.get_gid() for p in ax.patches if str(p.get_gid()).startswith("link")]
        assert sorted(links) == sorted(f"link {a} {b}" for a, b in result.scenario.links)
        assert LONG in words(ax, "title")

    def test_words_stay_inside_their_boxes(self, result):
        ax = plots.network(result)
        ax.figure.canvas.draw()
        boxes = [b.get_window_extent() for b in ax.patches if str(b.get_gid()).startswith("box")]
        for text in [*of_gid(ax, "title"), *of_gid(ax, "chance")]:
            box = text.get_window_extent()
            assert any(box.x0 >= b.x0 and box.x1 <= b.x1 and b.y0 <= box.y0 for b in boxes)

    def test_sign_is_told_by_colour_stroke_and_mark(self, result):
        ax = plots.network(result)
        arrows = {p.get_gid(): p for p in ax.patches if str(p.get_gid()).startswith("link")}
        assert arrows["link talks deal"].get_linestyle() in ("solid", "-")
        assert to_rgb(arrows["link talks deal"].get_edgecolor()) == to_rgb(style.BLUE)
        assert arrows["link deal pays"].get_linestyle() not in ("solid", "-")
        assert to_rgb(arrows["link deal pays"].get_edgecolor()) == to_rgb(style.ORANGE)
        assert to_rgb(arrows["link seen pays"].get_edgecolor()) == to_rgb(STROKES["unstated"][0])
        marks = {sign: words(ax, f"mark {sign}") for sign in STROKES}
        assert marks["raises"] == ["+"] * 2  # one on its arrow, one in the legend
        assert marks["lowers"] == ["−"] * 2
        assert marks["unstated"] == ["?"] * 6

    def test_one_outcome_without_links_is_said_to_be_so(self, result):
        alone = {"outcomes": {"deal": result.scenario.outcomes["deal"]}, "drivers": {}}
        shown = result.scenario.model_copy(update=alone | {"links": [], "statements": {}})
        assert _takeaway(shown, ()) == "1 outcome, and no links"

    def test_width_is_strength(self, result):
        ax = plots.network(result)
        width = {p.get_gid(): p.get_linewidth() for p in ax.patches}
        assert width["link talks deal"] > width["link deal pays"] > width["link seen pays"]

    def test_influences_are_the_posterior_means_of_named_parameters(self, result):
        found = {(i.cause, i.effect): i for i in influences(result)}
        names = result.given.parameters.influence_names
        mean = result.weights @ result.belief.posterior["influence"]
        at = names.index("talks -> deal")
        assert found["talks", "deal"].strength == pytest.approx(mean[at])
        assert found["deal", "pays"].sign == "lowers"
        assert found["hunger", "deal"].sign == "unstated"

    def test_a_scenario_shows_what_was_stated(self, scenario):
        found = {(i.cause, i.effect): i for i in influences(scenario)}
        assert found["talks", "deal"].strength == pytest.approx(1.4)
        assert found["deal", "pays"].strength == pytest.approx(-0.8)
        assert found["seen", "pays"].strength == 0
        assert not words(plots.network(scenario), "chance")

    def test_a_forecast_shows_every_probability(self, result):
        shown = words(plots.network(result), "chance")
        assert len(shown) == len(result.scenario.nodes)
        assert {"resolved: yes", "resolved: no", "withheld"} <= set(shown)

    def test_no_chance_is_shown_where_the_belief_has_not_converged(self, result):
        bad = replace(result.belief, diagnostics=result.belief.diagnostics | {"rhat": 1.5})
        withheld = tuple(replace(o, withheld="not converged") for o in result.outcomes)
        shown = words(plots.network(replace(result, belief=bad, outcomes=withheld)), "chance")
        assert set(shown) == {"withheld"}

    @pytest.mark.parametrize("seed", [0, 1, 2])
    def test_arrows_run_through_no_box(self, seed, tmp_path):
        ax = plots.network(made_up(tmp_path, random_network(25, seed)))
        assert_legible(ax)
        boxes = [b for b in ax.patches if str(b.get_gid()).startswith("box")]
        arrows = [p for p in ax.patches if isinstance(p, PathPatch)]
        assert len(boxes) == 25
        for arrow in arrows:
            corners = np.concatenate(arrow.get_path().to_polygons(closed_only=False))
            steps = np.linspace(0, 1, 20)[:, None, None]
            points = ((1 - steps) * corners[:-1] + steps * corners[1:]).reshape(-1, 2)
            for box in boxes:
                x, y = box.get_x(), box.get_y()
                inside = (points > [x + 0.01, y + 0.01]) & (
                    points < [x + box.get_width() - 0.01, y + box.get_height() - 0.01]
                )
                assert not inside.all(axis=1).any(), (arrow.get_gid(), box.get_gid())

    def test_no_links_at_all(self, tmp_path):
        text = random_network(9, 0).partition("links:")[0]
        assert_legible(plots.network(made_up(tmp_path, text)), least=12)


def random_network(size: int, seed: int) -> str:
    """Return a scenario of random words and links."""
    random = np.random.default_rng(seed)
    vocabulary = ["grain", "Embargo", "parliament", "votes", "ceasefire", "modernisation", "Ürümqi"]
    titles = [" ".join(random.choice(vocabulary, random.integers(1, 8))) for _ in range(size)]
    lines = ["format: 1", "question: What follows?", "opens: 2025-01-01", "by: 2025-12-31"]
    lines += ["outcomes:"]
    lines += [f"  n{i}: {{title: {t}, definition: Seen.}}" for i, t in enumerate(titles)]
    lines += ["links:"]
    for effect in range(1, size):
        causes = random.choice(effect, min(effect, random.integers(0, 4)), replace=False)
        lines += [f"  - n{cause} -> n{effect}" for cause in causes]
    return "\n".join([*lines, ""])


class TestDisagreement:
    @staticmethod
    def share(ax: Axes, inches: np.ndarray) -> np.ndarray:
        """Return where on the scale of probability something stands."""
        grid = of_gid(ax, "grid")[0].get_segments()
        left, right = float(grid[0][0, 0]), float(grid[-1][0, 0])
        return (inches - left) / (right - left)

    def test_three_clear_opinions_stay_three_humps(self, quarrel):
        ax = plots.disagreement(Disagreement(quarrel.forecast, {"talks": quarrel.voices["talks"]}))
        humps = of_gid(ax, "hump")
        assert len(humps) == 6  # three voices, the linear, the logarithmic and the model's pool
        peaks = [h.get_paths()[0].vertices for h in humps[:3]]
        tops = np.array([float(v[np.argmin(v[:, 1]), 0]) for v in peaks])
        assert self.share(ax, tops) == pytest.approx([0.1, 0.5, 0.9], abs=0.06)

    def test_the_linear_pool_keeps_three_humps_and_the_logarithmic_has_one(self, quarrel):
        ax = plots.disagreement(Disagreement(quarrel.forecast, {"talks": quarrel.voices["talks"]}))
        assert words(ax, "label")[-3:] == ["linear pool", "logarithmic pool", "all, pooled"]
        tops = []
        for hump in of_gid(ax, "hump")[3:5]:
            upper = hump.get_paths()[0].vertices
            upper = upper[upper[:, 1] < upper[:, 1].max() - 1e-9]  # without the foot
            order = np.argsort(upper[:, 0])
            x, rise = upper[order, 0], -upper[order, 1]
            high = rise > rise.min() + 0.05 * (rise.max() - rise.min())
            inner = (rise[1:-1] > rise[:-2]) & (rise[1:-1] >= rise[2:]) & high[1:-1]
            found = self.share(ax, x[1:-1][inner])
            groups = np.split(found, np.flatnonzero(np.diff(found) > 0.2) + 1)
            tops.append([float(g.mean()) for g in groups])
        assert tops[0] == pytest.approx([0.1, 0.5, 0.9], abs=0.08)
        assert tops[1] == pytest.approx([0.5], abs=0.08)

    def test_rings_keep_the_voices_beside_each_pool(self, quarrel):
        ax = plots.disagreement(Disagreement(quarrel.forecast, {"talks": quarrel.voices["talks"]}))
        assert len(of_gid(ax, "voice")) == 3 * 3

    def test_a_group_has_a_row_beneath_the_experts(self, quarrel):
        ax = plots.disagreement(quarrel)
        labels = words(ax, "label")
        assert labels[labels.index("group desk") + 1] == "all, pooled"

    def test_the_pool_stands_beneath(self, quarrel):
        ax = plots.disagreement(Disagreement(quarrel.forecast, {"talks": quarrel.voices["talks"]}))
        labels = of_gid(ax, "label")
        assert " ".join(labels[-1].get_text().split()) == "all, pooled"
        assert max(t.get_position()[1] for t in labels) == labels[-1].get_position()[1]

    def test_the_most_disputed_comes_first(self, quarrel):
        heads = words(plots.disagreement(quarrel), "head")
        assert heads == ["They talk", "The buyer pays", "Things get better", "Ship sails"]

    def test_withheld_and_settled_outcomes_say_so(self, quarrel):
        notes = words(plots.disagreement(quarrel), "note")
        assert notes[0].startswith("withheld: no definition")
        assert notes[1] == "resolved: yes"

    def test_dots_are_the_answers(self, quarrel):
        voices = {"pays": quarrel.voices["pays"]}
        ax = plots.disagreement(Disagreement(quarrel.forecast, voices))
        at = np.array([float(d.get_offsets()[0][0]) for d in of_gid(ax, "probability")])
        expected = [voices["pays"][0].probability, quarrel.forecast["pays"].probability]
        assert self.share(ax, at) == pytest.approx(expected)

    def test_a_voice_that_is_withheld_is_named_without_a_number(self, quarrel):
        first, *others = quarrel.voices["talks"]
        voices = {"talks": (replace(first, withheld="not converged"), *others)}
        ax = plots.disagreement(Disagreement(quarrel.forecast, voices))
        assert first.name not in words(ax, "label")
        assert len(words(ax, "number")) == len(others) + 3  # and three pools
        assert words(ax, "note") == [f"{first.name} withheld: not converged"]
        assert len(of_gid(ax, "voice")) == 3 * len(others)

    def test_nobody_speaks(self, quarrel):
        assert_legible(plots.disagreement(Disagreement(quarrel.forecast, {"mute": ()})))


class TestCoverage:
    def test_what_matters_most_comes_first_and_what_cannot_be_measured_has_no_number(self, gaps):
        ax = plots.coverage(gaps)
        assert words(ax, "number") == ["far down", "+20.0", "+5.0", "-3.4", "~+2.5"]
        lengths = [bar.get_width() for bar in of_gid(ax, "bar")]
        assert np.array(lengths) / lengths[1] == pytest.approx([2, 1, 0.25, 0.17, 0.125])

    def test_what_is_stale_is_pale_and_says_who_and_why(self, gaps):
        ax = plots.coverage(gaps)
        labels, bars = words(ax, "label"), of_gid(ax, "bar")
        assert labels[0] == "Юлия Ö on “They talk” (old)"
        assert labels[4].endswith("→ The buyer pays” (overtaken)")
        pale = [to_rgb(bar.get_facecolor()) for bar in (bars[0], bars[4])]
        assert pale == [to_rgb(style.PALE_ORANGE), to_rgb(style.PALE_BLUE)]
        assert "without one of the 3 stale statements" in read_all(ax)

    def test_what_is_only_noise_is_counted_and_a_state_is_named(self, gaps):
        ax = plots.coverage(gaps)
        assert words(ax, "moved")[2] == f"The way taken: {gaps.forecast['path'].event}"
        assert "Not drawn: 1 that would move no answer" in read_all(ax)

    def test_everything_is_stated(self, gaps):
        ax = plots.coverage(Coverage(gaps.forecast, gaps.needs[:1], ()))
        assert words(ax, "header") == ["No default and nothing stale moves an answer."]
        assert style.caption_of(ax).title == "The one thing that the answer needs is stated"
        assert_legible(ax)


class TestCoders:
    def test_each_outcome_has_two_marks_and_what_is_far_apart_a_sign(self, codings):
        ax = plots.coders(codings)
        shown = [o for o in codings.outcomes if not o.withheld]
        assert words(ax, "header") == ["desk", "Ахматова", "points"]
        for gid, side in (("first", 0), ("second", 1)):
            at = [float(dot.get_offsets()[0][0]) for dot in of_gid(ax, gid)]
            assert at == pytest.approx([(o.first, o.second)[side][0] for o in shown])
        assert len(of_gid(ax, "interval")) == 2 * len(shown)
        assert len(of_gid(ax, "too far")) == 1
        assert words(ax, "cell")[:3][2] == "-30!"
        assert words(ax, "cell")[5] == "0"

    def test_withheld_outcomes_are_left_out(self, codings):
        labels = words(plots.coders(codings), "label")
        assert "Things get better" not in labels

    def test_no_outcome_is_left(self, codings):
        ax = plots.coders(replace(codings, outcomes=()))
        assert words(ax, "header") == ["No outcome has a headline in both codings."]
        assert_legible(ax)


def test_matplotlib_is_loaded_by_the_first_picture_only():
    code = (
        "import sys, estimative, estimative.plots as plots; assert 'matplotlib' not in sys.modules;"
        "plots.forecast; assert 'matplotlib' in sys.modules; assert callable(plots.forecast);"
        "assert callable(plots.forecast) and 'network' in dir(plots)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_picture_names_those_there_are():
    with pytest.raises(AttributeError, match="coders, coverage, diagnostics, disagreement, "):
        plots.spectrogram  # noqa: B018
