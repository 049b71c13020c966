"""Pictures of what if, indicators and whole scenarios: every number is there, nothing overlaps."""

import itertools
import warnings

import numpy as np
import pytest
from builders import answer, prior_belief, read, says
from made_up import believed, report, seen
from matplotlib import pyplot as plt

from estimative import plots
from estimative.elicitation import encode
from estimative.exploring import indicators, joint, what_if
from estimative.plots import style
from estimative.results import percent

LONG = (
    "Die Vereinbarung über die $5-Mrd.-Lieferung zwischen Юрий Ковальчук und der Regierung tritt"
    " ohne jeden weiteren Vorbehalt der übrigen Vertragsparteien in Kraft, und zwar für $1"
)
TITLES = {"a": "They talk", "b": LONG, "c": "The buyer pays", "d": "Ship sails", "e": "Envoy stays"}


def forecast_of(folder, names="abcdef", **more):
    nodes = {n: {"title": TITLES[n]} for n in names if n in TITLES}
    if "f" in names:
        ways = {"states": ["north", "middle", "south"], "quiet": "north", "title": "The way taken"}
        nodes["f"] = ways
    links = [f"{a} -> {b}" for a, b in itertools.pairwise(names)]
    statements = {n: says("x", "60%", event={n: nodes[n].get("states", ["yes"])[0]}) for n in names}
    how = {"outcomes": nodes, "links": links, "statements": statements}
    scenario = read(folder, **how | more)
    return answer(scenario, prior_belief(encode(scenario), draws=300))


@pytest.fixture(autouse=True)
def _no_figure_stays():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def forecast(tmp_path_factory):
    news = {"2024-02-01-r": report({"b": "yes"}, [2, 4, 9], day="2024-02-01")}
    return forecast_of(tmp_path_factory.mktemp("plots"), news=news)


@pytest.fixture
def each(forecast):
    """Return every picture with what it draws."""
    return {
        "doing": (plots.what_if, what_if(forecast, do={"b": "no"}, given={"f": "south"})),
        "seeing": (plots.what_if, what_if(forecast, given={"a": "yes"})),
        "indicators": (plots.indicators, indicators(forecast, "c")),
        "joint": (plots.joint, joint(forecast)),
    }


def words(ax, gid):
    return [" ".join(t.get_text().split()) for t in ax.texts if t.get_gid() == gid]


def of_gid(ax, gid):
    return [a for a in style.artists(ax) if a.get_gid() == gid]


def places(ax, gid):
    return [float(dot.get_offsets()[0][0]) for dot in of_gid(ax, gid)]


def spans(ax):
    return [tuple(bar.get_segments()[0][:, 0]) for bar in of_gid(ax, "interval")]


def assert_legible(ax, least=0.0):
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


@pytest.mark.parametrize("name", ["doing", "seeing", "indicators", "joint"])
class TestEveryPicture:
    def test_is_a_legible_slide(self, each, name):
        draw, subject = each[name]
        ax = draw(subject)
        width, height = ax.figure.get_size_inches()
        assert width / height == pytest.approx(16 / 9)
        assert_legible(ax, least=12 * 40 / 3 / width - 1e-6)

    def test_uses_the_axes_it_is_given_beside_others(self, each, name):
        draw, subject = each[name]
        figure, (left, right) = plt.subplots(1, 2, figsize=(16, 5), layout="constrained")
        right.set_title("another")
        assert draw(subject, left) is left
        assert_legible(left)
        assert figure.axes == [left, right]
        assert not right.lines

    def test_carries_its_words(self, each, name, forecast):
        draw, subject = each[name]
        caption = style.caption_of(draw(subject))
        assert caption.record == forecast.record
        assert LONG in caption.alt
        assert forecast.record in caption.footer


class TestWhatIf:
    def test_shows_every_number(self, each):
        found = each["doing"][1]
        ax = plots.what_if(found)
        assert places(ax, "seen") == pytest.approx([o.seen.value for o in found.outcomes])
        assert places(ax, "done") == pytest.approx([o.done.value for o in found.outcomes])
        now = [line.get_xdata()[0] for line in of_gid(ax, "now")]
        assert now == pytest.approx([o.now.value for o in found.outcomes])
        ends = [(e.lower, e.upper) for o in found.outcomes for e in (o.seen, o.done)]
        np.testing.assert_allclose(spans(ax), ends)
        cells = [percent(e.value) for o in found.outcomes for e in (o.now, o.seen, o.done)]
        assert words(ax, "cell") == cells
        marked = [f"{o.title}{'' if o.stated else ' *'}" for o in found.outcomes]
        assert words(ax, "label") == marked
        assert any(label.endswith(" *") for label in marked)
        assert any("* Moves only" in " ".join(t.get_text().split()) for t in ax.texts)

    def test_the_title_says_what_is_supposed(self, each):
        title = style.caption_of(plots.what_if(each["doing"][1])).title
        begins, _, rest = title.partition("…: no (done); The way taken: south (seen)? Most")
        assert LONG.startswith(begins.removeprefix("What if: "))
        assert "moved: The buyer pays, 43% → 44%" in rest.replace("\N{NO-BREAK SPACE}", " ")

    def test_a_sign_never_stands_alone_on_a_line(self, each):
        ax = plots.what_if(each["seeing"][1])
        lines = [line for text in ax.texts for line in text.get_text().split("\n")]
        assert any(line.endswith("*") for line in lines)
        assert "*" not in lines

    def test_withheld_outcomes_are_left_out(self, tmp_path):
        one = {"s": says("x", "60%")}
        found = what_if(forecast_of(tmp_path, "abc", statements=one), given={"c": "yes"})
        assert words(plots.what_if(found), "label") == ["They talk *"]
        none = what_if(forecast_of(tmp_path, "ab", statements=one), given={"a": "yes"})
        ax = plots.what_if(none)
        assert words(ax, "header") == ["No outcome is left of which it could be asked."]
        assert_legible(ax)


class TestIndicators:
    def test_shows_every_number(self, each):
        found = each["indicators"][1]
        ax = plots.indicators(found)
        assert places(ax, "if so") == pytest.approx([i.if_so.value for i in found.indicators])
        assert places(ax, "if not") == pytest.approx([i.if_not for i in found.indicators])
        np.testing.assert_allclose(
            spans(ax), [(i.if_so.lower, i.if_so.upper) for i in found.indicators]
        )
        assert words(ax, "cell")[1::2] == [percent(i.chance) for i in found.indicators]
        now = {line.get_xdata()[0] for line in of_gid(ax, "now")}
        assert now == {found.outcome.probability}

    def test_reports_and_states_are_named(self, each):
        ax = plots.indicators(each["indicators"][1])
        assert any("* Tells only" in " ".join(t.get_text().split()) for t in ax.texts)
        labels = words(ax, "label")
        assert "Report: The buyer pays" in labels
        assert f"{LONG} *" in labels
        assert any(label.endswith("The way taken: south *") for label in labels)


class TestJoint:
    def test_shows_every_number(self, each):
        found = each["joint"][1]
        ax = plots.joint(found)
        assert [b.get_width() for b in of_gid(ax, "bar")] == pytest.approx(
            [s.chance.value for s in found.scenarios]
        )
        np.testing.assert_allclose(
            spans(ax), [(s.chance.lower, s.chance.upper) for s in found.scenarios]
        )
        label = words(ax, "label")[1]
        assert label == f"2 {found.scenarios[1].name[0].upper()}{found.scenarios[1].name[1:]}"
        assert LONG in words(ax, "label")[0]

    def test_the_scale_holds_the_highest_end(self, each):
        found = each["joint"][1]
        highest = max(s.chance.upper for s in found.scenarios)
        ticks = [float(t.rstrip("%")) / 100 for t in words(plots.joint(found), "tick")]
        assert ticks[0] == 0
        assert ticks[-1] >= highest > ticks[-2] - 0.2

    def test_nothing_is_open(self, tmp_path):
        scenario = read(
            tmp_path,
            statements={"s": says("x", "60%")},
            news={"2024-02-01-seen": seen({"a": "yes"}, day="2024-02-01")},
        )
        ax = plots.joint(joint(answer(scenario, believed(encode(scenario)))))
        assert words(ax, "header") == ["No outcome is left to be told apart."]
        assert_legible(ax)
