"""Reports, observations and silence as a likelihood over states, worked out by hand."""

import datetime as dt
import itertools
import math

import numpy as np
import pytest
from builders import OPENS, read, says
from hypothesis import given as drawn
from hypothesis import strategies as st

from estimative import news
from estimative.elicitation import graph_of
from estimative.news import drawn_likelihood, silent_tables, standing, world

UNSEEN = {"a": {"timing": "none"}}
LEVELS = {"a": {"timing": "none", "states": ["low", "middle", "high"], "quiet": "low"}}
A1, B2, F6 = 0.95, 0.8, 0.5  # what the grades stand for
HALFWAY = dt.date(2024, 7, 1)  # 182 days of 365


def report(favours, ratio, *, source="Gazette", grade="B2", day="2024-03-01", **more):
    return {
        "kind": "report",
        "published": day,
        "bears_on": [{"favours": favours, "ratio": ratio}],
        "source": {"name": source, "reliability": grade},
    } | more


def seen(state="yes", *, node="a", day="2024-03-01", **more):
    return {"kind": "observation", "published": day, "observed": {node: state}} | more


def likelihood(folder, *items, outcomes=UNSEEN, as_of="2024-06-01", **more):
    """Return the likelihood over all states with these items, each named by its place."""
    news = {f"{item['published']}-n{i}": item for i, item in enumerate(items)}
    scenario = read(folder, outcomes=outcomes, news=news, **more)
    return world(scenario, graph_of(scenario), dt.date.fromisoformat(str(as_of))).likelihood


def odds(values):
    return values[1] / values[0]


def tempered(ratio, trust):
    """Return the odds that a report of that ratio is worth, out of a source of that trust."""
    yes = ratio / (1 + ratio)
    return (trust * yes + (1 - trust) / 2) / (trust * (1 - yes) + (1 - trust) / 2)


# --- reports -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("grade", "trust"), [("A1", A1), ("B2", B2), ("F6", F6)])
def test_a_report_is_tempered_by_its_sources_reliability(tmp_path, grade, trust):
    assert odds(likelihood(tmp_path, report({"a": "yes"}, 4, grade=grade))) == pytest.approx(
        tempered(4, trust)
    )


def test_a_ratio_given_as_two_chances(tmp_path):
    chances = {"if_true": "60%", "if_false": "15%"}
    both = [likelihood(tmp_path, report({"a": "yes"}, ratio)) for ratio in (chances, 4)]
    np.testing.assert_allclose(*both, rtol=1e-12)


def test_favouring_yes_and_favouring_no_are_mirror_images(tmp_path):
    yes, no = (likelihood(tmp_path, report({"a": s}, [2, 4, 9])) for s in ("yes", "no"))
    np.testing.assert_array_equal(yes, no[::-1])


def test_a_source_that_contradicts_itself_says_nothing(tmp_path):
    found = likelihood(tmp_path, report({"a": "yes"}, 5), report({"a": "no"}, 5))
    assert odds(found) == pytest.approx(1.0)


def test_one_source_is_bounded_however_often_it_speaks(tmp_path):
    bound = (1 + B2) / (1 - B2)
    assert bound == pytest.approx(9)
    once, thrice, often = (
        odds(likelihood(tmp_path, *[report({"a": "yes"}, 6)] * n)) for n in (1, 3, 30)
    )
    assert once < thrice < often < bound * (1 + 1e-9)
    assert thrice == pytest.approx(tempered(6**3, B2))
    assert often == pytest.approx(bound, rel=1e-12)
    # ... whichever way round it is stated
    against = odds(likelihood(tmp_path, *[report({"a": "no"}, 6)] * 30))
    assert against == pytest.approx(1 / bound, rel=1e-12)


def test_sources_multiply(tmp_path):
    found = likelihood(
        tmp_path,
        report({"a": "yes"}, 4, source="Gazette"),
        report({"a": "yes"}, 3, source="Herald", grade="A1"),
    )
    assert odds(found) == pytest.approx(tempered(4, B2) * tempered(3, A1))


def test_reprints_count_once_under_the_best_graded_source(tmp_path):
    reprints = [
        report({"a": "yes"}, 2.67, source=source, grade=grade, origin="wire")
        for source, grade in [("P", "F6"), ("Q", "A1"), ("R", "B2"), ("S", "B2")]
    ]
    found = odds(likelihood(tmp_path, *reprints))
    assert found == pytest.approx(tempered(2.67, A1))
    apart = [{k: v for k, v in item.items() if k != "origin"} for item in reprints]
    assert odds(likelihood(tmp_path, *apart)) == pytest.approx(
        tempered(2.67, F6) * tempered(2.67, A1) * tempered(2.67, B2) ** 2
    )


def test_on_three_states_the_table_is_normalised_over_all(tmp_path):
    found = likelihood(tmp_path, report({"a": "high"}, 4), outcomes=LEVELS)
    table = np.array([1, 1, 4]) / 6
    np.testing.assert_allclose(found, B2 * table + (1 - B2) / 3, rtol=1e-12)
    # the bound is (1 + (K - 1) r) / (1 - r): 13 for three states and r = 0.8
    often = likelihood(tmp_path, *[report({"a": "high"}, 50)] * 9, outcomes=LEVELS)
    assert often[2] / often[0] == pytest.approx((1 + 2 * B2) / (1 - B2))


@pytest.mark.parametrize(("low", "high"), [(2, 8), (3.9, 40), (0.5, 4.1)])
def test_a_range_is_a_split_log_normal_with_its_five_and_ninety_five_per_cent_points(
    tmp_path, low, high
):
    item = report({"a": "yes"}, [low, 4, high], grade="A1")
    scenario = read(tmp_path, outcomes=UNSEEN, news={"2024-03-01-n": item})
    graph = graph_of(scenario)
    known = world(scenario, graph, dt.date(2024, 6, 1))
    draws = 200_000
    both = drawn_likelihood(known, graph, draws)
    # undo the tempering: yes = r x + (1 - r) / 2 with x = ratio / (1 + ratio), up to one factor
    yes = both[:, 1] / both.sum(axis=1)
    x = (yes - (1 - A1) / 2) / A1
    found = np.quantile(np.log(x / (1 - x)), [0.05, 0.5, 0.95])
    # of a quantile near 5% of 200,000 draws the rank is off by sqrt(.05 * .95 / 2e5) = .0005
    width = math.log(high / low)
    np.testing.assert_allclose(found, np.log([low, 4, high]), atol=0.02 * width)
    np.testing.assert_allclose(both.mean(axis=0), known.likelihood, rtol=0.01)


def test_drawn_ratios_are_fixed_by_the_items_name(tmp_path):
    item = report({"a": "yes"}, [2, 4, 8])

    def draw(name, **more):
        scenario = read(tmp_path, outcomes=UNSEEN, news={name: item, **more})
        graph = graph_of(scenario)
        return drawn_likelihood(world(scenario, graph, dt.date(2024, 6, 1)), graph, 50)

    np.testing.assert_array_equal(draw("2024-03-01-n"), draw("2024-03-01-n"))
    assert not np.array_equal(draw("2024-03-01-n"), draw("2024-03-01-m"))
    # another source's report multiplies and leaves the draws of the first as they were
    other = report({"a": "no"}, 3, source="Herald")
    both = draw("2024-03-01-n", **{"2024-03-01-o": other})
    np.testing.assert_allclose(
        odds(both.T) / odds(draw("2024-03-01-n").T), 1 / tempered(3, B2), rtol=1e-12
    )


ITEMS = (
    report({"a": "yes"}, [2, 4, 8], grade="A1", origin="wire"),
    report({"a": "yes"}, 3, source="Herald", origin="wire"),
    report({"a": "no"}, 2, source="Herald"),
    report({"a": "yes"}, 5, source="Post", grade="F6"),
)


@drawn(st.permutations(range(len(ITEMS))))
def test_the_order_of_news_of_one_date_does_not_matter(tmp_path_factory, order):
    def found(places):
        names = {place: f"2024-03-01-item{place}" for place in places}
        news = {names[place]: ITEMS[place] for place in places}
        scenario = read(tmp_path_factory.mktemp("order"), outcomes=UNSEEN, news=news)
        return world(scenario, graph_of(scenario), dt.date(2024, 6, 1)).likelihood

    np.testing.assert_array_equal(found(order), found(range(len(ITEMS))))


def test_a_report_counts_from_the_day_it_was_published(tmp_path):
    item = report({"a": "yes"}, 4, day="2024-03-01")
    assert odds(likelihood(tmp_path, item, as_of="2024-02-29")) == 1.0
    assert odds(likelihood(tmp_path, item, as_of="2024-03-01")) > 1.0


# --- observations, retractions, revisions --------------------------------------------------------


def test_an_observation_is_the_indicator_and_sets_earlier_news_aside(tmp_path):
    found = likelihood(tmp_path, report({"a": "no"}, 30), seen("yes", day="2024-04-01"))
    np.testing.assert_array_equal(found, [0.0, 1.0])


def test_a_later_observation_corrects_an_earlier_one(tmp_path):
    found = likelihood(tmp_path, seen("yes"), seen("no", day="2024-04-01"))
    np.testing.assert_array_equal(found, [1.0, 0.0])


def retracts(item, day="2024-05-01", **more):
    return {"kind": "retraction", "published": day, "retracts": item} | more


def test_adding_and_retracting_gives_back_exactly_the_same(tmp_path):
    first = report({"a": "yes"}, 3, source="Herald")
    before = likelihood(tmp_path, first)
    for item in (report({"a": "yes"}, [2, 4, 8]), seen("yes")):
        during = likelihood(tmp_path, first, item)
        assert not np.array_equal(during, before)
        after = likelihood(tmp_path, first, item, retracts("2024-03-01-n1"))
        np.testing.assert_array_equal(after, before)


def test_a_retraction_can_be_taken_back(tmp_path):
    item = report({"a": "yes"}, 4)
    again = retracts("2024-05-01-n1", day="2024-05-02")
    found = likelihood(tmp_path, item, retracts("2024-03-01-n0"), again)
    np.testing.assert_array_equal(found, likelihood(tmp_path, item))


@pytest.mark.parametrize("names", [("b", "c"), ("c", "b")])
def test_a_retraction_can_be_taken_back_on_its_own_day(tmp_path, names):
    first, second = (f"2024-05-01-{name}" for name in names)
    news = {"2024-03-01-a": report({"a": "yes"}, 4)}
    news |= {first: retracts("2024-03-01-a"), second: retracts(first)}
    scenario = read(tmp_path, outcomes=UNSEEN, news=news)
    _, items = standing(scenario, dt.date(2024, 6, 1))
    assert list(items) == ["2024-03-01-a"]


def test_a_statement_can_be_retracted_and_a_revision_too(tmp_path):
    revision = {
        "kind": "revision",
        "published": "2024-02-01",
        "supersedes": "s",
        "statement": says("x", "20%", said="Now less so."),
    }
    news = {"2024-02-01-r": revision, "2024-03-01-t": retracts("2024-02-01-r", "2024-03-01")}
    news["2024-04-01-u"] = retracts("s", "2024-04-01")
    scenario = read(tmp_path, statements={"s": says("x", "70%")}, news=news)
    on = {day: list(standing(scenario, day)[0]) for day in (OPENS, *_firsts(2, 3, 4))}
    assert list(on.values()) == [["s"], ["2024-02-01-r"], ["s"], []]


def test_the_newest_of_several_revisions_stands_alone(tmp_path):
    def revision(day, chance):
        statement = says("x", chance, said="Now so.")
        return {"kind": "revision", "published": day, "supersedes": "s", "statement": statement}

    news = {
        f"{day}-r": revision(day, chance)
        for day, chance in [("2024-02-01", "40%"), ("2024-03-01", "20%")]
    }
    scenario = read(tmp_path, statements={"s": says("x", "70%")}, news=news)
    on = [list(standing(scenario, day)[0]) for day in (OPENS, *_firsts(2, 3))]
    assert on == [["s"], ["2024-02-01-r"], ["2024-03-01-r"]]


def _firsts(*months):
    return [dt.date(2024, month, 1) for month in months]


# --- silence -------------------------------------------------------------------------------------


def silent(folder, timing, p=0.4, as_of=HALFWAY, lag=0, states=None, news=None, **more):
    """Return P(last state | silence), for one outcome whose row is (1 - p, p)."""
    outcomes = {"a": {"timing": timing, "lag": f"{lag} days"} | more}
    scenario = read(folder, outcomes=outcomes, news=news)
    graph = graph_of(scenario)
    known = world(scenario, graph, as_of)
    row = silent_tables(graph, np.array([[1 - p, p]]), known)[0] * known.likelihood
    return row[1] / row.sum()


U = 182 / 365
SURVIVE = 0.6**U  # of no event in a share U of the window, at constant hazard
HAND = {
    "steady": (SURVIVE - 0.6) / SURVIVE,
    "even": 0.4 * (1 - U) / (0.4 * (1 - U) + 0.6),
    "early": 0.4 * (1 - U) ** 2 / (0.4 * (1 - U) ** 2 + 0.6),
    "late": 0.4 * (1 - U**2) / (0.4 * (1 - U**2) + 0.6),
    "none": 0.4,
}


@pytest.mark.parametrize(("timing", "expected"), HAND.items())
def test_silence_half_way_by_hand(tmp_path, timing, expected):
    assert silent(tmp_path, timing) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("timing", HAND)
def test_silence_before_the_window_says_nothing_and_after_it_everything(tmp_path, timing):
    assert silent(tmp_path, timing, as_of=dt.date(2023, 6, 1)) == pytest.approx(0.4)
    assert silent(tmp_path, timing, as_of=OPENS) == pytest.approx(0.4)
    end = silent(tmp_path, timing, as_of=dt.date(2025, 1, 1))
    assert end == pytest.approx(0.4 if timing == "none" else 0.0)


@pytest.mark.parametrize("timing", ["steady", "even", "early", "late"])
def test_the_longer_the_silence_the_less_likely(tmp_path, timing):
    days = [OPENS + dt.timedelta(days=n) for n in (0, 30, 100, 200, 300, 360)]
    chances = [silent(tmp_path, timing, as_of=day) for day in days]
    assert all(a > b for a, b in itertools.pairwise(chances))


def test_a_report_that_takes_time_delays_what_silence_says(tmp_path):
    late = HALFWAY + dt.timedelta(days=30)
    assert silent(tmp_path, "steady", lag=30, as_of=late) == pytest.approx(HAND["steady"])
    assert silent(tmp_path, "steady", lag=30, as_of=OPENS + dt.timedelta(days=30)) == 0.4
    assert silent(tmp_path, "steady", lag=30, as_of=dt.date(2025, 1, 29)) > 0
    assert silent(tmp_path, "steady", lag=30, as_of=dt.date(2025, 1, 30)) == 0


def test_constant_hazard_does_not_care_into_how_many_parts_a_window_is_cut(tmp_path):
    # what is left after half a window is what one who starts then would say of the second half
    p, u = 0.7, U
    rest = 1 - (1 - p) ** (1 - u)
    assert silent(tmp_path, "steady", p=p) == pytest.approx(rest)


def test_a_node_of_three_states_leaves_its_quiet_state_at_one_hazard(tmp_path):
    outcomes = {"a": {"states": ["low", "middle", "high"], "quiet": "low"}}
    scenario = read(tmp_path, outcomes=outcomes)
    graph = graph_of(scenario)
    row = silent_tables(graph, np.array([[0.5, 0.2, 0.3]]), world(scenario, graph, HALFWAY))[0]
    left = 0.5**U - 0.5
    np.testing.assert_allclose(row, [0.5, left * 0.4, left * 0.6], rtol=1e-12)


def test_a_quiet_state_may_be_yes(tmp_path):
    """A truce that holds: what silence makes likelier is that it still does."""
    found = silent(tmp_path, "steady", p=0.6, quiet="yes")
    assert found == pytest.approx(1 - HAND["steady"])


def after(folder, as_of, news=None, **more):
    scenario = read(
        folder,
        outcomes={"a": {"timing": "none"}, "b": {"after": "a"} | more},
        links=["a -> b"],
        news=news,
    )
    return float(world(scenario, graph_of(scenario), as_of).elapsed[1])


def test_after_a_parent_silence_waits_for_it(tmp_path):
    assert after(tmp_path, HALFWAY) == 0.0
    news = {"2024-05-01-n": seen(day="2024-05-01")}
    # 1 May is day 121; 61 of the 244 days that are left have passed by 1 July
    assert after(tmp_path, HALFWAY, news) == pytest.approx(61 / 244)
    happened = {"2024-05-01-n": seen(day="2024-05-01", happened="2024-04-01 to 2024-04-11")}
    assert after(tmp_path, HALFWAY, happened) == pytest.approx(81 / 264)


def test_after_a_parent_that_never_came_the_window_closes_all_the_same(tmp_path):
    assert after(tmp_path, dt.date(2024, 12, 30)) == 0.0
    assert after(tmp_path, dt.date(2024, 12, 31)) == 1.0
    assert after(tmp_path, dt.date(2025, 1, 9), lag="10 days") == 0.0
    assert after(tmp_path, dt.date(2025, 1, 10), lag="10 days") == 1.0


def test_a_parent_seen_after_the_window_does_not_open_it_again(tmp_path):
    news = {"2025-01-20-n": seen(day="2025-01-20")}
    assert after(tmp_path, dt.date(2025, 1, 19), news, lag="10 days") == 1.0
    assert after(tmp_path, dt.date(2025, 1, 20), news, lag="10 days") == 1.0
    assert after(tmp_path, dt.date(2025, 1, 25), news, lag="10 days") == 1.0


def test_an_observed_outcome_is_silent_no_more(tmp_path):
    scenario = read(tmp_path, outcomes=["a"], news={"2024-03-01-n": seen("yes")})
    known = world(scenario, graph_of(scenario), HALFWAY)
    assert known.elapsed.tolist() == [0.0]
    assert known.likelihood.tolist() == [0.0, 1.0]


def test_nothing_known_is_empty(tmp_path):
    scenario = read(tmp_path, outcomes=["a"])
    assert world(scenario, graph_of(scenario), OPENS).empty
    assert not world(scenario, graph_of(scenario), HALFWAY).empty


def test_a_weak_report_does_not_devalue_a_strong_one_of_the_same_source():
    strong, empty = (0.8, 6.0), (0.4, 1.0)
    assert news._joint_trust([strong, empty]) == pytest.approx(0.8)
    # log 6 = 1.7918 and log 2 = 0.6931: (0.8 * 1.7918 + 0.4 * 0.6931) / 2.4849 = 0.6884
    assert news._joint_trust([strong, (0.4, 2.0)]) == pytest.approx(0.6884, abs=1e-4)
    assert news._joint_trust([empty]) == 0.4
