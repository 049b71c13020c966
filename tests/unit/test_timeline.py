"""Pictures of a year and of a move, by structure: numbers are read back, and nothing overlaps."""

import datetime as dt
import itertools

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pytest
from builders import says
from made_up import made_up_forecast, read, report, seen

from estimative import plots
from estimative.comparing import compare
from estimative.days import short_date
from estimative.plots import style
from estimative.plots.calendar import day_number, spread, ticks
from estimative.plots.story import MOST_MARKS
from estimative.plots.timeline_plot import timeline as draw_timeline
from estimative.plots.waterfall_plot import waterfall as draw_waterfall
from estimative.results import points

DAYS = ["2024-01-01", "2024-02-01", "2024-03-01", "2024-05-01", "2024-07-01", "2024-12-31"]
NEWS = {
    "x": report({"a": "yes"}, 5, day="2024-02-01", said="Somebody is seen packing $5 and $6."),
    "y": report({"a": "no"}, 3, day="2024-03-01", said="He unpacks again."),
    "z": report({"b": "yes"}, 3, day="2024-03-01", said="A cloud."),
}
WORDS = "a report that goes on and on, as reports do when nobody stops them in time"


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def year(folder, news=NEWS, *, days=DAYS, outcomes=None, spoken="ab", **more):
    plain = {n: {"title": f"{n.upper()} happens"} for n in "ab"}
    statements = {f"s{n}": says("x", "likely", event={n: "yes"}) for n in spoken}
    scenario = read(
        folder,
        outcomes=outcomes or plain,
        links=["b -> a"],
        statements=statements,
        news=news,
        **more,
    )
    return [made_up_forecast(scenario, day, seed=5) for day in days]


def of(ax, gid):
    drawn = [*ax.texts, *ax.lines, *ax.patches, *ax.collections]
    return [artist for artist in drawn if artist.get_gid() == gid]


def words(ax, gid):
    return [text.get_text().replace("\n", " ") for text in of(ax, gid)]


def boxes(ax):
    ax.figure.canvas.draw()
    return [(t.get_text(), t.get_window_extent()) for t in ax.texts]


def assert_apart_and_inside(ax):
    area, found = ax.get_window_extent(), boxes(ax)
    for text, box in found:
        assert area.x0 - 1 <= box.x0, text
        assert area.y0 - 1 <= box.y0, text
        assert box.x1 <= area.x1 + 1, text
        assert box.y1 <= area.y1 + 1, text
    for (one, a), (other, b) in itertools.combinations(found, 2):
        wide = min(a.x1, b.x1) - max(a.x0, b.x0)
        high = min(a.y1, b.y1) - max(a.y0, b.y0)
        assert min(wide, high) <= 1, f"{one!r} and {other!r} overlap"


# --- the year -------------------------------------------------------------------------------------


def test_the_curve_and_its_band_can_be_read_back(tmp_path):
    forecasts = year(tmp_path)
    ax = draw_timeline(reversed(forecasts), "a")
    told, beyond = of(ax, "curve")
    x, y = (np.concatenate([line.get_data()[i] for line in (told, beyond)]) for i in (0, 1))
    for f in forecasts[:-1]:
        assert f["a"].probability in y[x == mdates.date2num(f.as_of)]
    # level up to a day with news, so that the step stands on that day
    before, after = y[x == day_number(dt.date(2024, 2, 1))]
    assert before == forecasts[0]["a"].probability
    assert after == forecasts[1]["a"].probability
    corners = of(ax, "band")[0].get_paths()[0].vertices
    for bound in (forecasts[1]["a"].lower, forecasts[1]["a"].upper):
        assert np.isclose(corners[corners[:, 0] == day_number(dt.date(2024, 2, 1)), 1], bound).any()
    assert "Dashed: should nothing more be reported after 1 March 2024" in ax_subtitle(ax)


def ax_subtitle(ax):
    return " ".join(t.get_text() for t in ax.texts).replace("\n", " ")


def test_of_several_states_news_is_weighed_for_the_one_that_is_drawn(tmp_path):
    price = {"title": "Price", "states": ["falls", "holds", "rises"], "quiet": "holds"}
    news = {
        "x": report({"a": "falls"}, 30, grade="A1", day="2024-02-01"),
        "y": report({"a": "rises"}, 30, grade="A1", day="2024-03-01"),
        "z": seen({"a": "holds"}, day="2024-07-01"),
    }
    told = {"outcomes": {"a": price, "b": {}}, "days": DAYS[:5], "spoken": "b"}
    said = {"s": says("x", "likely", event={"a": "holds"})}
    scenario = read(tmp_path, outcomes=told["outcomes"], statements=said, news=news)
    forecasts = [made_up_forecast(scenario, day, seed=5) for day in DAYS[:5]]
    assert {f["a"].event for f in forecasts} > {"holds"}
    ax = draw_timeline(forecasts, "a")
    steps = [f["a"].states["holds"] for f in forecasts]
    assert [text[0] for text in words(ax, "points")] == ["-", "-", "+"]
    assert steps[1] < steps[0]
    assert "The band is left out where another state was the likelier." in ax_subtitle(ax)


def test_a_move_of_nothing_stays_on_the_scale(tmp_path):
    last = year(tmp_path, {"x": seen({"a": "yes"}, day="2024-02-01")})[2]
    ax = draw_waterfall(compare(last, last), "a")
    assert words(ax, "tick") == ["99%", "100%"]


def test_news_is_numbered_marked_and_named(tmp_path):
    ax = draw_timeline(year(tmp_path), "a")
    assert words(ax, "legend")[0] == "1 Feb 2024: Somebody is seen packing $5 and $6."
    numbers = words(ax, "mark-number")
    assert numbers[: len(numbers) // 2] == [str(i) for i in range(1, len(numbers) // 2 + 1)]
    marks = [tuple(c.get_offsets()[0]) for c in of(ax, "moment")]
    first = year(tmp_path)[1]
    assert marks[0] == (day_number(dt.date(2024, 2, 1)), first["a"].probability)
    assert len(of(ax, "leader")) == len(marks) == len(words(ax, "points"))
    assert words(ax, "points")[0].startswith("+")
    caption = style.caption_of(ax)
    assert "2024-02-01-x: Somebody is seen packing" in caption.alt
    assert caption.record == year(tmp_path)[-1].record


def test_only_the_strongest_news_is_marked(tmp_path):
    start = dt.date(2024, 1, 2)
    news = {
        f"n{i}": report(
            {"a": "yes" if i % 2 else "no"},
            2 + i,
            source=f"S{i}",
            day=str(start + dt.timedelta(days=i // 4)),
            said=f"{i}: {WORDS}.",
        )
        for i in range(16)
    }
    days = [str(start + dt.timedelta(days=i)) for i in range(-1, 6)]
    ax = draw_timeline(year(tmp_path, news, days=days), "a")
    assert len(of(ax, "legend")) == MOST_MARKS
    assert f"(the {MOST_MARKS} strongest of 16)" in ax_subtitle(ax)
    assert_apart_and_inside(ax)


@pytest.mark.parametrize("size", [(40 / 3, 7.5), (6.0, 4.5)])
def test_nothing_overlaps(tmp_path, size):
    figure = plt.figure(figsize=size)
    ax = draw_timeline(year(tmp_path), "a", figure.add_axes((0, 0, 1, 1)))
    assert_apart_and_inside(ax)


def test_deadline_and_closing_stand_where_they_fall(tmp_path):
    outcomes = {"a": {"by": "2024-09-30", "lag": "20 days"}, "b": {}}
    ax = draw_timeline(year(tmp_path, {}, outcomes=outcomes), "a")
    (due,), (closes,) = of(ax, "due"), of(ax, "closes")
    assert set(due.get_xdata()) == {day_number(dt.date(2024, 9, 30))}
    assert set(closes.get_xdata()) == {day_number(dt.date(2024, 10, 20))}
    assert words(ax, "deadline") == ["due 30 Sep 2024, closes 20 Oct 2024"]
    # nothing was seen, so it ends in no, when it closes
    assert words(ax, "end") == ["closed: no 31 Dec 2024"]
    assert of(ax, "settled")[0].get_offsets()[0][1] == 0
    assert not of(ax, "legend")


def test_the_chart_ends_where_the_outcome_was_observed(tmp_path):
    news = NEWS | {"sight": seen({"a": "yes"}, day="2024-05-01")}
    ax = draw_timeline(year(tmp_path, news), "a")
    (diamond,) = of(ax, "settled")
    assert tuple(diamond.get_offsets()[0]) == (day_number(dt.date(2024, 5, 1)), 1.0)
    assert words(ax, "end") == ["resolved: yes 1 May 2024"]
    assert max(of(ax, "curve")[-1].get_xdata()) == day_number(dt.date(2024, 5, 1))
    assert words(ax, "deadline") == ["due 31 Dec 2024 →"]
    assert not of(ax, "due")
    assert_apart_and_inside(ax)


def test_an_outcome_that_is_not_resolved_says_so(tmp_path):
    ax = draw_timeline(year(tmp_path, outcomes={"a": {"timing": "none"}, "b": {}}), "a")
    assert words(ax, "end")[-1] == "not resolved"


def test_what_cannot_be_drawn_is_refused(tmp_path):
    forecasts = year(tmp_path)
    with pytest.raises(ValueError, match="1 forecast given; a timeline needs those of two days"):
        draw_timeline(forecasts[:1], "a")
    with pytest.raises(KeyError, match="no outcome 'c'"):
        draw_timeline(forecasts, "c")
    with pytest.raises(ValueError, match="'a' is withheld throughout: nobody speaks of it"):
        draw_timeline(year(tmp_path, {}, spoken="b"), "a")


# --- days along an axis ---------------------------------------------------------------------------


def test_days_are_counted_as_matplotlib_does():
    day = dt.date(2024, 2, 29)
    assert day_number(day) == mdates.date2num(day)
    assert short_date(day) == "29 Feb 2024"


@pytest.mark.parametrize("span", [0, 1, 6, 40, 200, 366, 1500, 9000])
def test_labels_of_days_stand_apart(span):
    first = dt.date(2023, 9, 13)
    found = ticks(first, first + dt.timedelta(days=span), 6.0)
    assert 1 <= len(found) <= 15
    assert all(first <= day <= first + dt.timedelta(days=span) for day, _ in found)
    assert "\n" in found[0][1]  # the year stands under the first


def test_marks_move_no_farther_than_they_must():
    assert spread([1.0, 2.0, 3.0], 0.5, 0, 9) == pytest.approx((1, 2, 3))
    assert spread([2.0, 2.0], 1.0, 0, 9) == pytest.approx((1.5, 2.5))
    assert spread([2.0, 2.0, 2.2], 1.0, 0, 9) == pytest.approx((16 / 15, 31 / 15, 46 / 15))
    assert spread([0.0, 0.0], 1.0, 0, 9) == pytest.approx((0, 1))
    assert spread([9.0, 9.0], 1.0, 0, 9) == pytest.approx((8, 9))
    assert spread([1.0] * 12, 1.0, 0, 9) == ()
    assert spread([], 1.0, 0, 9) == ()


# --- the move -------------------------------------------------------------------------------------


def test_the_steps_of_a_waterfall_lead_from_one_forecast_to_the_other(tmp_path):
    forecasts = year(tmp_path)
    found = compare(forecasts[0], forecasts[3])
    ax = draw_waterfall(found, "a")
    steps = [(p.get_x(), p.get_x() + p.get_width()) for p in of(ax, "step")]
    move = found["a"]
    edges = [(min(s), max(s)) for s in steps]
    assert steps[0][0] == pytest.approx(move.earlier)
    at = move.earlier
    for (low, high), part in zip(edges, move.strongest, strict=False):
        assert (low, high) == pytest.approx(sorted((at, at + part.move)))
        at += part.move
    dots = [c.get_offsets()[0][0] for c in of(ax, "forecast")]
    assert dots == pytest.approx([move.earlier, move.later])
    assert len(steps) == len(move.strongest) + bool(move.others)
    assert "1 Feb 2024: Somebody is seen packing $5 and $6." in words(ax, "label")
    assert words(ax, "label")[0] == "1 January 2024"
    assert_apart_and_inside(ax)


def test_a_waterfall_of_nothing_and_of_what_is_withheld(tmp_path):
    first = year(tmp_path, {})[0]
    ax = draw_waterfall(compare(first, first), "a")
    assert not of(ax, "step")
    assert "nothing" in style.caption_of(ax).alt
    mute = year(tmp_path, {}, spoken="b")
    with pytest.raises(ValueError, match="'a' is withheld: nobody speaks of it"):
        draw_waterfall(compare(mute[0], mute[1]), "a")


@pytest.mark.parametrize("size", [(40 / 3, 7.5), (6.0, 4.5)])
def test_a_long_waterfall_fits(tmp_path, size):
    news = {
        f"n{i}": report(
            {"a": "yes" if i % 3 else "no"}, 2 + i, source=f"S{i}", said=f"{i}: {WORDS}."
        )
        for i in range(11)
    }
    forecasts = year(tmp_path, news)
    figure = plt.figure(figsize=size)
    ax = draw_waterfall(compare(forecasts[0], forecasts[3]), "a", figure.add_axes((0, 0, 1, 1)))
    assert_apart_and_inside(ax)
    assert len(of(ax, "step")) <= 11


def test_the_pictures_are_found_by_name(tmp_path):
    if "timeline" in plots.__all__:
        assert plots.timeline.__wrapped__ is draw_timeline
        assert plots.waterfall.__wrapped__ is draw_waterfall
    assert points(0.05) == "+5"
