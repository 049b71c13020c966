"""What changed and why: one case by hand, many against the definition; parts always add up."""

import datetime as dt
import itertools

import numpy as np
import pytest
from builders import says
from made_up import made_up_forecast as forecast
from made_up import read, report, retraction, seen, short

from estimative import many_worlds, shapley
from estimative.arrivals import arrivals, draw_weights
from estimative.comparing import compare
from estimative.network import states_from_families
from estimative.news import silent_tables, standing, world
from estimative.results import percent

EARLY, LATE = "2024-02-01", "2024-07-01"


def both(scenario, **how):
    return forecast(scenario, EARLY, **how), forecast(scenario, LATE, **how)


def parts(comparison):
    """Return the parts of each outcome's move by the cause's name; time is marked with a tilde."""
    marks = {"time": "~", "news": "", "refit": ""}
    return {
        o.name: {marks[p.cause.kind] + short(p.cause.name): p.move for p in o.parts}
        for o in comparison.outcomes
    }


# --- a number worked out by hand ------------------------------------------------------------------


def test_two_nodes_one_report_on_the_parent_days_passing_on_the_child(tmp_path):
    scenario = read(
        tmp_path,
        outcomes={"a": {"timing": "none"}, "b": {"opens": EARLY, "by": "2024-11-28"}},
        links=["a -> b"],
        statements={"s": says("x", "likely"), "t": says("x", "likely", event={"b": "yes"})},
        news={"n": report({"a": "yes"}, 4)},
    )
    # two draws; entries: a no, a yes; b no, b yes given a = no; the same given a = yes
    tables = np.array([[0.7, 0.3, 0.8, 0.2, 0.4, 0.6], [0.4, 0.6, 0.5, 0.5, 0.3, 0.7]])
    earlier, later = (forecast(scenario, d, tables=tables) for d in (EARLY, LATE))

    told = (0.8 * 0.8 + 0.1) / (0.8 * 0.2 + 0.1)  # a ratio of 4 out of a B2 source
    u = 151 / 301  # days of the window that have passed

    def b_yes(ratio, elapsed):
        yes = weight = 0.0
        for _, a, _, b_if_no, _, b_if_yes in tables:
            for p_a, b in ((1 - a, b_if_no), (a * ratio, b_if_yes)):
                yes += p_a * ((1 - b) ** elapsed - (1 - b))
                weight += p_a * (1 - b) ** elapsed
        return yes / weight

    nothing, news, time, all_ = (b_yes(r, e) for r, e in [(1, 0), (told, 0), (1, u), (told, u)])
    found = compare(earlier, later)
    assert parts(found)["b"] == pytest.approx(
        {
            "n": ((news - nothing) + (all_ - time)) / 2,
            "~b": ((time - nothing) + (all_ - news)) / 2,
            "refit": 0.0,
        },
        abs=1e-13,
    )
    assert found["b"].earlier == pytest.approx(nothing)
    assert found["b"].later == pytest.approx(all_)
    assert found.orders is None


# --- against the definition -----------------------------------------------------------------------

RICH = {
    "outcomes": {
        "a": {"by": "2024-10-01"},
        "b": {"after": "a", "lag": "10 days"},
        "c": {"timing": "late"},
        "d": {"states": ["low", "middle", "high"], "quiet": "low"},
        "e": {"timing": "none"},
    },
    "drivers": {"f": {}},
    "links": ["a -> b", "f -> a", "b -> d", "c -> d", "a -> e", "d -> e"],
    "statements": {f"s{n}": says("x", "likely", event={n: "yes"}) for n in "abce"},
    "news": {
        "old-report": report({"d": "high", "f": "yes"}, [2, 3, 5], day="2024-01-20"),
        "old-wire": report({"e": "yes"}, 3, day="2024-01-21", origin="wire", source="Herald"),
        "old-sight": seen({"c": "no"}, day="2024-01-25"),
    },
}
ADDED = {
    "one": {
        "n1": report({"f": "no", "e": "yes"}, [2, 6, 8]),
        "n2": report({"e": "no", "d": "middle"}, 3, source="Herald"),
        "sight": seen({"a": "yes"}, day="2024-05-05", happened="2024-02-20"),
    },
    "two": {
        "wire-again": report(
            {"e": "yes", "d": "high"}, 5, origin="wire", source="Times", grade="A1"
        ),
        "sight": seen({"c": "yes", "e": "yes"}, day="2024-05-05"),
        "gone": retraction("2024-01-25-old-sight"),
    },
    "three": {
        "gone": retraction("2024-01-20-old-report"),
        "n": report({"b": "yes"}, 9, grade="F6"),
    },
}


def by_definition(earlier, later):
    """Return Shapley values over all orders, each set of causes being a scenario of its own."""
    scenario, given, belief = later.scenario, later.given, later.belief
    (_, old), (_, new) = (standing(f.scenario, f.as_of) for f in (earlier, later))
    days = (later.as_of - earlier.as_of).days
    changed = [n for n in {**old, **new} if old.get(n) != new.get(n)]
    keys = sorted({({**old, **new}[n]).origin or n for n in changed})
    seen_now = {n for i in new.values() if i.kind == "observation" for n in i.observed}
    # one that does nothing gets nothing, so time may be asked of all that were not seen in the end
    names = [n for n in scenario.outcomes if n not in seen_now]
    causes = [*keys, *(f"~{n}" for n in names)]

    def value(present):
        items = {
            n: i
            for n, i in [*old.items(), *new.items()]
            if (n in new if (i.origin or n) in present or n not in changed else n in old)
        }
        outcomes = {
            n: o if f"~{n}" in present else o.model_copy(update={"lag": o.lag + days})
            for n, o in scenario.outcomes.items()
        }
        some = scenario.model_copy(update={"news": items, "outcomes": outcomes})
        known = world(some, given.graph, scenario.date)
        tables = silent_tables(given.graph, belief.tables, known)
        weight, share = given.tree.run(tables * known.likelihood[given.graph.own_state])
        weight = np.exp(weight - weight.max())
        return weight / weight.sum() @ states_from_families(given.graph, share)

    values = {
        s: value(s)
        for k in range(len(causes) + 1)
        for s in map(frozenset, itertools.combinations(causes, k))
    }
    orders = list(itertools.permutations(causes))
    total = dict.fromkeys(causes, 0.0)
    for order in orders:
        for i, cause in enumerate(order):
            before = frozenset(order[:i])
            total[cause] = total[cause] + (values[before | {cause}] - values[before]) / len(orders)
    column = {o.name: given.graph.state(o.name, o.event) for o in later.outcomes}
    return {o: {c: float(total[c][column[o]]) for c in causes} for o in column}


@pytest.mark.parametrize("way", ["joint", "tree"])
@pytest.mark.parametrize("case", ADDED)
def test_parts_are_shapley_values_over_whole_scenarios(tmp_path, monkeypatch, case, way):
    limits = {"joint": ("FEW", 0), "tree": ("MOST_ENTRIES", 0)}
    monkeypatch.setattr(many_worlds, *limits[way])
    scenario = read(tmp_path, **RICH | {"news": RICH["news"] | ADDED[case]})
    earlier, later = both(scenario)
    found, wanted = parts(compare(earlier, later)), by_definition(earlier, later)
    for outcome, row in wanted.items():
        for cause, part in row.items():
            assert found[outcome].pop(short(cause), 0.0) == pytest.approx(part, abs=1e-12), (
                outcome,
                cause,
            )
        assert found[outcome].keys() == {"refit"}
        assert found[outcome]["refit"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("seed", range(12))
def test_parts_add_up_on_random_scenarios(tmp_path, seed):
    random = np.random.default_rng(seed)
    names = list("abcdefg")
    links = [f"{x} -> {y}" for x, y in itertools.combinations(names, 2) if random.random() < 0.35]
    timings = ["steady", "even", "early", "late", "none"]
    outcomes = {n: {"timing": str(random.choice(timings))} for n in names}
    news = {}
    for i in range(random.integers(1, 9)):
        day = str(dt.date(2024, 1, 2) + dt.timedelta(days=int(random.integers(0, 170))))
        node, state = str(random.choice(names)), str(random.choice(["no", "yes"]))
        if random.random() < 0.2:
            news[f"n{i}"] = seen({node: state}, day=day)
        else:
            source = str(random.choice(["Gazette", "Herald", "Times"]))
            news[f"n{i}"] = report(
                {node: state}, float(random.uniform(1, 9)), source=source, day=day
            )
    scenario = read(
        tmp_path, outcomes=outcomes, links=links, statements={"s": says("x", "likely")}, news=news
    )
    earlier, later = forecast(scenario, EARLY, seed=seed), forecast(scenario, LATE, seed=seed)
    for outcome in compare(earlier, later).outcomes:
        assert sum(p.move for p in outcome.parts) == pytest.approx(outcome.move, abs=1e-9)
        assert outcome.parts[-1].move == pytest.approx(0, abs=1e-10)
    # another belief at the later date: only the refit row differs from nothing known to be new
    other = forecast(scenario, LATE, seed=seed + 100)
    for outcome in compare(earlier, other).outcomes:
        assert sum(p.move for p in outcome.parts) == pytest.approx(outcome.move, abs=1e-9)


# --- what is a cause ------------------------------------------------------------------------------


def small(tmp_path, news, **more):
    plain = {"outcomes": {"a": {"timing": "none"}, "b": {"timing": "none"}}, "links": ["a -> b"]}
    return read(tmp_path, **plain | {"statements": {"s": says("x", "likely")}, "news": news} | more)


def test_the_order_of_news_does_not_matter(tmp_path):
    items = {"x": report({"a": "yes"}), "y": report({"b": "no"}, 3), "z": seen({"b": "yes"})}
    found = [
        parts(compare(*both(small(tmp_path, {n: items[n] for n in order}))))
        for order in itertools.permutations(items)
    ]
    assert all(f == found[0] for f in found)


def test_what_was_added_and_taken_back_moves_nothing(tmp_path):
    scenario = small(tmp_path, {"x": report({"a": "yes"}), "y": retraction("2024-03-01-x")})
    found = compare(*both(scenario))
    assert [c.kind for c in found.causes] == ["refit"]
    assert all(o.move == 0 and all(p.move == 0 for p in o.parts) for o in found.outcomes)
    taken_back = compare(forecast(scenario, "2024-03-15"), forecast(scenario, LATE))
    assert taken_back.causes[0].said == "taken back: 2024-03-01-x."
    assert taken_back["a"].parts[0].move == pytest.approx(taken_back["a"].move)
    assert taken_back["a"].move < 0


def test_an_origin_is_one_cause_however_often_it_is_printed(tmp_path):
    news = {
        "x": report({"a": "yes"}, origin="wire", source="P", grade="F6"),
        "y": report({"a": "yes"}, origin="wire", source="Q", grade="A1", day="2024-03-09"),
    }
    found = compare(*both(small(tmp_path, news)))
    assert [c.name for c in found.causes] == ["wire", "refit"]
    assert found.causes[0].items == ("2024-03-01-x", "2024-03-09-y")
    assert found.causes[0].said == "2024-03-09-y."  # the best-graded source speaks for it
    alone = compare(*both(small(tmp_path, {"y": news["y"]})))
    assert found["b"].parts[0].move == pytest.approx(alone["b"].parts[0].move, abs=1e-14)


def wire(origin, first="2024-03-01"):
    """Return one report in two papers, or two of none, and what has nothing to do with them."""
    shared = {"origin": origin} if origin else {}
    return {
        "x": report({"a": "yes"}, 3, source="P", day=first, **shared),
        "y": report({"a": "yes"}, 3, source="Q", day="2024-03-09", **shared),
        "z": report({"b": "no"}, 2),
    }


@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("first", ["2024-01-15", "2024-03-01"])
def test_what_repeats_would_have_added_is_the_forecast_in_which_they_are_independent(
    tmp_path, first, inside
):
    earlier, later = both(small(tmp_path, wire("wire", first)))
    if inside:
        later = forecast(later.scenario, LATE, inside=True)
    apart = forecast(small(tmp_path, wire(None, first)), LATE)
    once = forecast(small(tmp_path, wire("wire", first)), LATE)
    found = compare(earlier, later)
    for name in ("a", "b"):
        repeats = {part.cause.name: part.repeats for part in found[name].parts}
        added = apart[name].states["yes"] - once[name].states["yes"]
        assert repeats.pop("wire") == pytest.approx(added, abs=1e-12)
        assert repeats == {"2024-03-01-z": None, "refit": None}
    (row,) = (r for r in found.records() if (r["outcome"], r["cause"]) == ("a", "wire"))
    assert row["repeats"] > 0.02
    note = f"would have added, in points: a {100 * row['repeats']:+.1f}"
    assert note in " ".join(found.text().split())


def test_a_reprint_says_what_it_repeats_though_nothing_moves(tmp_path):
    before = {name: item for name, item in wire("wire", "2024-01-15").items() if name != "z"}
    found = compare(*both(small(tmp_path, before)))
    text = " ".join(found.text().split())
    assert "nothing moved by half a point" in text
    assert "wire: 2024-03-09-y repeats what was known (2 items, counted once)" in text


def test_repeats_of_what_has_been_settled_would_have_added_nothing(tmp_path):
    news = wire("wire") | {"seen": seen({"a": "yes"}, day="2024-04-01")}
    found = compare(*both(small(tmp_path, news)))
    assert found["a"].parts[0].repeats == 0
    assert "would have added less than half a point anywhere" in " ".join(found.text().split())


def test_a_reprint_of_what_was_known_moves_nothing(tmp_path):
    news = {
        "x": report({"a": "yes"}, origin="wire", source="P", day="2024-01-15"),
        "y": report({"a": "yes"}, origin="wire", source="Q"),
    }
    found = compare(*both(small(tmp_path, news)))
    assert [c.name for c in found.causes] == ["wire", "refit"]
    assert found["a"].parts[0].move == pytest.approx(0, abs=1e-14)


def test_days_do_not_pass_for_what_has_been_seen_or_cannot_be(tmp_path):
    outcomes = {"a": {}, "b": {"timing": "none"}, "c": {}, "d": {"by": "2024-01-31"}}
    scenario = small(tmp_path, {"x": seen({"a": "yes"})}, outcomes=outcomes)
    causes = compare(*both(scenario)).causes
    assert [(c.kind, short(c.name)) for c in causes] == [
        ("news", "x"),
        ("time", "c"),
        ("refit", "refit"),
    ]
    assert causes[1].said == "151 more days without: c"


def test_a_closed_window_is_time_passed(tmp_path):
    outcomes = {"a": {"by": "2024-06-01"}, "b": {"timing": "none"}}
    scenario = small(tmp_path, {}, outcomes=outcomes)
    found = compare(*both(scenario))["a"]
    assert found.later == 0
    assert found.parts[0].cause.kind == "time"
    assert found.parts[0].move == pytest.approx(found.move)


# --- the refit ------------------------------------------------------------------------------------


def test_a_revision_and_other_weights_are_the_refit(tmp_path):
    statements = {
        "s": says("x", "likely"),
        "t": says("y", "unlikely"),
        "u": says("z", "likely", date="2024-05-01"),
    }
    news = {
        "r": {
            "kind": "revision",
            "published": "2024-03-01",
            "supersedes": "t",
            "statement": says("y", "very likely") | {"said": "r."},
        }
    }
    scenario = small(tmp_path, news, statements=statements, recency="100 days")
    earlier, later = forecast(scenario, EARLY), forecast(scenario, LATE, seed=4)
    found = compare(earlier, later)
    assert [c.kind for c in found.causes] == ["refit"]
    assert found["b"].parts[0].move == pytest.approx(found["b"].move)
    assert set(found.changes) == {
        "weight of s 0.807 -> 0.283",
        "2024-03-01-r added",
        "t removed",
        "u added",
    }
    assert "refit: weight of s" in found.text()


def test_the_refit_carries_the_monte_carlo_error_of_two_fits(tmp_path):
    scenario = read(tmp_path, outcomes=["a", "b"], news={})
    one, other = forecast(scenario, LATE, seed=3), forecast(scenario, LATE, seed=9)
    part = compare(one, other)["a"].parts[-1]
    exact = [
        f.draws[:, f.given.graph.state("a", "yes")].std() / len(f.draws) ** 0.5
        for f in (one, other)
    ]
    assert part.error == pytest.approx(np.hypot(*exact), rel=0.6)  # of forty draws each
    assert "Its Monte Carlo standard error is" in " ".join(compare(one, other).text().split())
    assert compare(one, one)["a"].parts[-1].error == 0.0


def test_a_fit_with_the_news_inside_puts_what_it_differs_by_into_the_refit(tmp_path):
    scenario = small(tmp_path, {"x": report({"a": "yes"})})
    earlier = forecast(scenario, EARLY)
    plain, inside = forecast(scenario, LATE), forecast(scenario, LATE, inside=True, seed=9)
    found, wanted = compare(earlier, inside), compare(earlier, plain)
    for name in ("a", "b"):
        assert found[name].parts[0] == wanted[name].parts[0]
        assert sum(p.move for p in found[name].parts) == pytest.approx(found[name].move, abs=1e-12)
        assert found[name].parts[-1].move == pytest.approx(
            found[name].later - plain[name].states["yes"]
        )
    assert "inside" in found.text()
    assert "the later belief was fitted with the news inside" in found.changes


def test_draws_that_have_seen_the_news_give_it_back(tmp_path):
    scenario = small(tmp_path, {"x": report({"a": "yes"})})
    later = forecast(scenario, LATE, inside=True, draws=4_000)
    earlier = forecast(scenario, EARLY)
    weights = draw_weights(later)
    graph, known = later.given.graph, later.known
    # with all news its own weight cancels, and draws count alike again
    log_weight, _ = later.given.tree.run(later.belief.tables * known.likelihood[graph.own_state])
    product = weights * np.exp(log_weight)
    np.testing.assert_allclose(product, product[0], rtol=1e-12)
    np.testing.assert_array_equal(draw_weights(earlier), 1.0)


# --- many causes ----------------------------------------------------------------------------------


def test_sampled_orders_agree_with_all_orders_within_their_error(tmp_path, monkeypatch):
    news = {f"n{i}": report({"ab"[i % 2]: "yes"}, 2 + i, source=f"S{i // 3}") for i in range(9)}
    scenario = small(tmp_path, news, outcomes={"a": {}, "b": {}})
    earlier, later = both(scenario)
    exact = compare(earlier, later)
    monkeypatch.setattr(shapley, "MOST_EXACT", 3)
    sampled = compare(earlier, later)
    assert exact.orders is None
    assert sampled.orders == 2 * shapley.MOST_PAIRS
    assert 0 < sampled.largest_error < 0.01
    assert "standard error" in sampled.text()
    for name in ("a", "b"):
        assert sum(p.move for p in sampled[name].parts) == pytest.approx(
            sampled[name].move, abs=1e-12
        )
        for rough, right in zip(sampled[name].parts, exact[name].parts, strict=True):
            assert abs(rough.move - right.move) < 5 * rough.error + 1e-12
    assert parts(compare(earlier, later)) == parts(sampled)  # the same seed, the same numbers


def test_a_game_of_three_players():
    """The glove game: one left glove, two right ones; a pair is worth 1: 2/3, 1/6, 1/6."""

    def pair(sets):
        return (sets[:, [0]] & (sets[:, [1]] | sets[:, [2]])).astype(float)

    assert shapley.share_out(pair, 3).parts[:, 0] == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    rough = shapley._sample(pair, 3, 1)
    assert rough.parts.sum() == pytest.approx(1)
    assert abs(rough.parts[:, 0] - [2 / 3, 1 / 6, 1 / 6]).max() < 5 * rough.errors.max()


# --- what a reader sees ---------------------------------------------------------------------------


def test_the_table_names_every_large_part_and_adds_the_others_up(tmp_path):
    news = {
        "x": report({"a": "yes"}, 9, said="Somebody was seen."),
        "y": report({"b": "no"}, 1.001),
    }
    statements = {"s": says("x", "likely"), "t": says("x", "likely", event={"b": "yes"})}
    found = compare(*both(small(tmp_path, news, statements=statements)))
    text = found.text(200)
    outcome = found["a"]
    assert f"{percent(outcome.earlier)} -> {percent(outcome.later)}" in text
    assert f"{100 * outcome.parts[0].move:+.1f}" in text
    assert text.count("2024-03-01-x: Somebody was seen.") == 1
    assert "1 smaller cause" in text
    assert "nothing changed in statements, weights or model" in text
    frame = found.to_frame()
    sums = frame.groupby("outcome")["part"].sum()
    assert sums.to_dict() == pytest.approx({o.name: o.move for o in found.outcomes}, abs=1e-12)


def test_a_withheld_outcome_has_no_move_to_show(tmp_path):
    found = compare(*both(small(tmp_path, {"x": report({"a": "yes"}, 9)})))
    assert "No move is shown for b: nobody speaks of it." in found.text(200)
    assert found["b"].withheld == "nobody speaks of it"


def test_a_long_text_is_cut_in_the_table(tmp_path):
    news = {"x": report({"a": "yes"}, 9, said="word " * 900)}
    found = compare(*both(small(tmp_path, news)))
    assert "word …" in found.text(200)
    assert len(found.text(200)) < 2000


def test_where_all_is_withheld_nothing_is_said_to_stand_still(tmp_path):
    found = compare(*both(read(tmp_path, outcomes=["a", "b"])))
    assert "nothing moved" not in found.text()


def test_of_other_states_than_yes_the_state_is_named(tmp_path):
    price = {"title": "Price", "states": ["falls", "holds", "rises"], "quiet": "holds"}
    scenario = read(
        tmp_path,
        outcomes={"a": price},
        statements={"s": says("x", "likely", event={"a": "rises"})},
        news={"n": seen({"a": "rises"}, day="2024-06-01"), "r": report({"a": "falls"}, 9)},
    )
    found = compare(*both(scenario))
    assert found["a"].headline == "Price: rises"
    assert "Price: rises" in found.text(200)
    between = compare(forecast(scenario, EARLY), forecast(scenario, "2024-05-01"))
    assert "more days of 'holds': Price" in between.text(200)


def test_two_scenarios_or_days_in_the_wrong_order_are_refused(tmp_path):
    scenario = small(tmp_path, {})
    earlier, later = both(scenario)
    with pytest.raises(
        ValueError, match="2024-07-01 is after 2024-02-01; give the earlier forecast first"
    ):
        compare(later, earlier)
    other = forecast(scenario.model_copy(update={"slug": "other"}), LATE)
    with pytest.raises(ValueError, match="'small' and 'other'; compare two of one scenario"):
        compare(earlier, other)
    with pytest.raises(KeyError, match="no outcome 'A'; did you mean 'a'"):
        compare(earlier, later)["A"]


# --- what news did on the day it came -------------------------------------------------------------


def test_news_is_weighed_on_the_day_it_came(tmp_path):
    news = {
        "x": report({"a": "yes"}),
        "y": report({"b": "no"}, 6, day="2024-03-05"),
        "z": retraction("2024-03-01-x", day="2024-05-01"),
    }
    days = ["2024-02-01", "2024-03-01", "2024-04-01", "2024-05-15"]
    forecasts = [forecast(small(tmp_path, news), day) for day in days]
    before, with_x, with_both, with_y = (f["a"].states["yes"] for f in forecasts)
    found = arrivals(forecasts)
    assert [(str(f.day), short(f.cause.name)) for f in found] == [
        ("2024-03-01", "x"),
        ("2024-03-05", "y"),
        ("2024-05-15", "x"),
    ]
    moves = [f.moves["a"] for f in found]
    assert [str(f.cause.published) for f in found] == ["2024-03-01", "2024-03-05", "2024-05-15"]
    # nothing else happens here, so what an item did is the step between two forecasts
    assert moves == pytest.approx([with_x - before, with_both - with_x, with_y - with_both])
