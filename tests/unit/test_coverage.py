"""Whatever nobody said is named, and so is what has gone stale; nothing is fitted here."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import answer, prior_belief, says
from made_up import read, report, retraction, seen

import estimative as est
from estimative.agenda import Kind, agenda
from estimative.coverages import Coverage, coverage
from estimative.elicitation import as_known, encode
from estimative.forecasting import Forecast
from estimative.results import percent
from estimative.scenario import Scenario


def without(stale: set[str]) -> Forecast:
    raise AssertionError("nothing is stale")


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Scenario:
    found = read(
        tmp_path_factory.mktemp("coverage"),
        outcomes={"a": {}, "b": {"title": "The gate opens"}, "mute": {}},
        drivers={"cause": {}},
        links=["cause -> a", "a -> b"],
        experts={"berg": {"name": "Anna Berg"}},
        statements={
            "berg_a": says("berg", "likely", source="paper, page 1"),
            "berg_b": says("berg", "unlikely", event={"b": "yes"}, source="paper, page 2"),
            "cole_a": says("cole", "unlikely", source="paper, page 3"),
            "cole_link": {
                "kind": "influence",
                "expert": "cole",
                "link": "a -> b",
                "strength": "raises",
                "source": "paper",
            },
            "past": {
                "kind": "base_rate",
                "event": {"a": "yes"},
                "happened": 1,
                "out_of": 4,
                "each": "1 year",
            },
        },
        sources={"paper": {"title": "Paper", "published": "2024-01-01"}},
    )
    mute = found.outcomes["mute"].model_copy(update={"definition": None})
    return found.model_copy(update={"outcomes": {**found.outcomes, "mute": mute}})


@pytest.fixture(scope="module")
def pooled(scenario: Scenario) -> Forecast:
    return answer(scenario, prior_belief(encode(as_known(scenario, scenario.date))))


@pytest.fixture(scope="module")
def covered(pooled: Forecast) -> Coverage:
    return coverage(pooled, without)


def test_a_network_needs_a_level_a_node_and_a_strength_a_link(covered):
    assert [(n.node, n.need) for n in covered.needs] == [
        ("a", "level"),
        ("a", "cause -> a"),
        ("b", "level"),
        ("b", "a -> b"),
        ("mute", "level"),
        ("cause", "level"),
    ]


def test_what_was_stated_names_who_and_how_and_what_was_not_how_far_it_would_move(covered):
    needs = {n.need if n.need != "level" else n.node: n for n in covered.needs}
    assert needs["a"].statements == ("berg_a", "cole_a", "past")
    assert needs["a"].said == ("Anna Berg: likely", "Cole: unlikely", "the record: 1 of 4")
    assert needs["a -> b"].said == ("Cole: raises",)
    assert needs["a"].move is None
    assert needs["cause -> a"].statements == ()
    assert needs["cause -> a"].move is not None
    assert needs["mute"].move == pytest.approx(needs["mute"].farthest_move)
    assert needs["mute"].farthest == "mute"
    assert needs["mute"].move > 0.1  # half a prior sd of its log-odds, seen from a half


def test_a_default_moves_its_own_node_and_no_outcome_on_which_it_acts_as_often_up_as_down(covered):
    cause = next(n for n in covered.needs if n.node == "cause")
    assert cause.move > 0.1
    assert (cause.farthest, cause.farthest_move) == ("", None)  # the sign of cause -> a is open


def test_a_move_is_shown_only_where_it_stands_clear_of_its_error(pooled, covered):
    by_need = {n.need if n.need != "level" else n.node: n for n in covered.needs}
    assert by_need["mute"].clear
    noise = by_need["cause -> a"]  # the parents' half is on and half off: a's mean does not move
    assert abs(noise.move) <= 3 * noise.error
    row = next(line for line in covered.text().splitlines() if line.startswith("  <- cause"))
    assert row.split()[-1] == "~0"
    assert "more than 3 Monte Carlo standard errors" in " ".join(covered.text().split())


def test_the_error_of_a_move_is_its_spread_over_fits_of_other_seeds(scenario):
    given = encode(as_known(scenario, scenario.date))
    moves, errors = [], []
    for seed in range(40):
        found = coverage(answer(scenario, prior_belief(given, draws=1000, seed=seed)), without)
        need = next(n for n in found.needs if n.node == "mute")
        moves.append(need.move)
        errors.append(need.error)
    assert np.mean(errors) == pytest.approx(np.std(moves), rel=0.35)  # 40 fits: an error of 11%


MANY = ["none", "partial", "whole"]


def test_states_are_named_where_there_are_more_than_two(tmp_path):
    found = read(
        tmp_path,
        outcomes={"a": {"states": MANY, "quiet": "none", "title": "Reform"}, "b": {}},
        drivers={"d": {"states": MANY}},
        links=["d -> a", "a -> b"],
        statements={
            "s": says("x", "likely", event={"a": "partial"}, given={"d": "whole"}),
            "t": {
                "kind": "influence",
                "expert": "x",
                "link": "d -> a",
                "states": {"d": "whole", "a": "partial"},
                "strength": "raises",
            },
            "u": {
                "kind": "comparison",
                "expert": "y",
                "likelier": {"a": "partial"},
                "than": {"b": "yes"},
                "strength": "clearly",
            },
        },
    )
    forecast = answer(found, prior_belief(encode(found)))
    state = forecast["a"].event
    assert forecast.text().splitlines()[5].startswith(f"Reform: {state}  ")
    others = [f"{s} {percent(p)}" for s, p in forecast["a"].states.items() if s != state]
    assert f"    else {', '.join(others)}" in forecast.text()
    assert f"Reform: {state}" in forecast._repr_html_()
    assert forecast.records()[0]["event"] == state
    assert "event" not in forecast.to_json()["outcomes"][0]
    abouts = [s.about for s in forecast.statements]
    assert abouts == ["a = partial given d = whole", "a = partial <- d = whole", "a = partial > b"]
    assert f"Reform: {state}" in forecast.trace("a").text()
    needs = {n.node if n.need == "level" else n.need: n for n in coverage(forecast, without).needs}
    assert needs["a"].said == (
        "X: likely partial given d = whole",
        "Y: partial clearly likelier than b",
    )
    assert needs["d -> a"].said == ("X: raises (a = partial <- d = whole)",)
    assert needs["b"].said == ("Y: clearly less likely than a = partial",)


def to_settle(forecast: Forecast, **how: float) -> dict[str, dict[str, str]]:
    """Return the reasons by kind and name."""
    found: dict[str, dict[str, str]] = {}
    for item in agenda(forecast, **how):
        found.setdefault(item.kind.name, {})[item.name] = item.why
    return found


def test_what_is_undefined_unspoken_and_without_a_source_is_to_be_settled(pooled):
    found = to_settle(pooled)
    assert set(found) == {"undefined", "unspoken", "unsourced"}
    assert set(found["undefined"]) == set(found["unspoken"]) == {"mute"}
    assert found["unsourced"] == {
        "past": "names no source",
        "cole_link": "names no place in its source, paper",
    }


def test_an_outcome_that_silence_cannot_settle_needs_observing(tmp_path):
    scenario = read(tmp_path, outcomes={"a": {"timing": "none"}, "b": {}})
    found = to_settle(answer(scenario, prior_belief(encode(scenario))))["unseen"]
    assert set(found) == {"a"}
    assert "timing: none" in found["a"]


def on(scenario: Scenario, day: str) -> Forecast:
    as_of = dt.date.fromisoformat(day)
    belief = prior_belief(encode(as_known(scenario, as_of)), draws=200)
    return answer(scenario, belief, as_of=as_of)


def test_what_falls_due_within_thirty_days_or_is_overdue_is_listed(tmp_path):
    nodes = {"a": {}, "b": {"lag": "60 days"}, "c": {"timing": "none"}, "d": {}}
    news = {"n": seen({"d": "yes"}, "2024-02-01")}
    scenario = read(tmp_path, outcomes=nodes, news=news)
    assert "due" not in to_settle(on(scenario, "2024-11-30"))
    assert to_settle(on(scenario, "2024-12-01"))["due"] == dict.fromkeys(
        "abc", "falls due on 2024-12-31, in 30 days"
    )
    assert to_settle(on(scenario, "2024-12-30"))["due"]["a"].endswith("in 1 day")
    late = to_settle(on(scenario, "2025-01-20"))["due"]
    assert set(late) == {"a", "b", "c"}
    assert "silence counts as its quiet state" in late["a"]
    assert "it is still open" in late["b"]
    assert "silence says nothing of it" in late["c"]


def link(expert: str, **more: str) -> dict[str, str]:
    return {"kind": "influence", "expert": expert, "link": "a -> b", "strength": "raises"} | more


def test_a_statement_is_old_after_so_many_days_and_a_record_once_it_could_be_counted_on(tmp_path):
    record = {"kind": "base_rate", "event": {"a": "yes"}, "happened": 1, "out_of": 4}
    said = {"s": says("x", "likely"), "r": record | {"each": "300 days"}}
    scenario = read(tmp_path, statements=said)
    assert "old" not in to_settle(on(scenario, "2024-06-29"))  # 180 days
    assert to_settle(on(scenario, "2024-06-30"))["old"] == {"s": "said 181 days ago"}
    assert set(to_settle(on(scenario, "2024-02-15"), stale_after=40)["old"]) == {"s"}
    eve = on(scenario, "2024-01-02")
    assert to_settle(eve, stale_after=0)["old"] == {"s": "said 1 day ago"}
    for never in (-1, float("nan")):
        with pytest.raises(ValueError, match="give a number of days, 0 or more"):
            to_settle(eve, stale_after=never)
    assert set(to_settle(on(scenario, "2024-10-27"))["old"]) == {"s"}
    counted = to_settle(on(scenario, "2024-10-28"))["old"]
    assert counted["r"] == "counted 301 days ago; a further period has passed"
    faded = read(tmp_path, statements=said, recency="60 days")
    assert "old" not in to_settle(on(faded, "2024-03-01"))  # 60 days
    assert set(to_settle(on(faded, "2024-03-02"))["old"]) == {"s"}


def test_an_observation_overtakes_what_was_said_of_its_outcome(tmp_path):
    said = {
        "on_a": says("x", "likely"),
        "on_b": says("x", "likely", event={"b": "yes"}),
        "if_a": says("y", "likely", event={"b": "yes"}, given={"a": "no"}),
        "if_not": says("y", "likely", event={"b": "yes"}, given={"a": "yes"}),
        "on_link": link("z"),
        "order": {
            "kind": "comparison",
            "expert": "z",
            "likelier": {"a": "yes"},
            "than": {"b": "yes"},
            "strength": "clearly",
        },
    }
    how = {"outcomes": ["a", "b"], "links": ["a -> b"], "statements": said}
    scenario = read(tmp_path, news={"n": seen({"a": "yes"}, "2024-02-01")}, **how)
    assert "overtaken" not in to_settle(on(scenario, "2024-01-31"))
    assert to_settle(on(scenario, "2024-02-01"))["overtaken"] == {
        "on_a": "a was seen to be yes on 2024-02-01",
        "if_a": "its condition a = no was ruled out on 2024-02-01",
    }
    both = {"n": seen({"a": "yes", "b": "no"}, "2024-02-01")}
    found = to_settle(on(read(tmp_path, news=both, **how), "2024-02-01"))["overtaken"]
    assert set(found) == set(said)
    assert found["order"].startswith("a was seen to be yes on 2024-02-01 and b was seen to be no")


def test_a_window_that_closed_in_silence_overtakes_too(tmp_path):
    scenario = read(tmp_path, statements={"s": says("x", "likely", date="2024-12-01")})
    found = to_settle(on(scenario, "2025-01-05"))["overtaken"]
    assert found == {"s": "the window of a closed on 2024-12-31"}


@pytest.mark.parametrize(
    ("said", "favours", "ratio", "stale"),
    [
        ("likely", "no", 12, True),
        ("unlikely", "yes", 12, True),
        ("likely", "yes", 12, False),
        ("likely", "no", 4, False),  # of a B2 source: 2.8 times
    ],
)
def test_reports_that_moved_the_odds_four_times_the_other_way_overtake(
    tmp_path, said, favours, ratio, stale
):
    statements = {
        "old": says("x", said),
        "new": says("x", said, date="2024-03-02"),
        "if_c": says("x", said, given={"c": "yes"}),
    }
    news = {"n": report({"a": favours}, ratio, day="2024-03-01")}
    scenario = read(tmp_path, outcomes=["a", "c"], statements=statements, news=news)
    found = to_settle(on(scenario, "2024-03-10")).get("overtaken", {})
    assert set(found) == ({"old"} if stale else set())
    if stale:
        # (0.8 * 12 / 13 + 0.1) / (0.8 / 13 + 0.1)
        assert found["old"] == "reports since moved the odds 5.2 times the other way"


def test_a_report_taken_back_overtakes_nothing(tmp_path):
    news = {
        "n": report({"a": "no"}, 12, day="2024-03-01"),
        "back": retraction("2024-03-01-n", day="2024-03-05"),
    }
    scenario = read(tmp_path, statements={"s": says("x", "likely")}, news=news)
    assert "overtaken" in to_settle(on(scenario, "2024-03-04"))
    assert "overtaken" not in to_settle(on(scenario, "2024-03-05"))


@pytest.fixture(scope="module")
def aged(tmp_path_factory: pytest.TempPathFactory) -> Forecast:
    """Return a forecast of two old statements; the first, left out, tilts the draws of `a`."""
    said = {"s": says("x", "likely"), "t": says("y", "likely", event={"b": "yes"})}
    scenario = read(tmp_path_factory.mktemp("aged"), outcomes=["a", "b"], statements=said)
    as_of = dt.date(2024, 8, 1)
    given = encode(as_known(scenario, as_of))
    belief = prior_belief(given)
    tilt = np.stack([-belief.posterior["base"][:, 0] / 4, np.zeros(4000)])
    return answer(scenario, replace(belief, without=tilt), as_of=as_of)


def test_a_stale_statement_says_what_would_move_most_without_it(aged):
    first, second = (item for item in agenda(aged) if item.kind is Kind.old)
    pull = aged.statements[0]
    assert (first.name, first.farthest) == ("s", "a")
    assert first.move == -pull.pulls["a"] < -0.03
    assert first.error == pull.errors["a"]
    assert (second.name, second.farthest, second.move) == ("t", "", None)


def test_all_stale_statements_are_dropped_together_once(aged):
    asked = []

    def fewer(stale: set[str]) -> Forecast:
        asked.append(stale)
        moved = aged.draws.copy()
        at = aged.given.graph.state("a", "yes")
        moved[:, [at, at - 1]] = moved[:, [at, at - 1]] * 0.5 + np.array([0.0, 0.5])
        outcome = aged["a"]
        low = replace(outcome, states={"yes": outcome.states["yes"] / 2, "no": 0.0})
        return replace(aged, draws=moved, outcomes=(low, *aged.outcomes[1:]))

    found = coverage(aged, fewer)
    assert asked == [{"s", "t"}]
    a, b = found.without_stale
    assert a.without == pytest.approx(a.now / 2)
    assert (a.clear, b.clear) == (True, False)
    draws = aged.draws[:, aged.given.graph.state("a", "yes")]
    assert a.error == pytest.approx(np.hypot(1, 0.5) * draws.std() / np.sqrt(len(draws)), rel=0.3)
    text = " ".join(found.text(120).split())
    moved = f"a {percent(a.now)} -> {percent(a.without)}"
    assert f"Without all 2 stale statements, fitted anew: {moved}." in text
    kinds = found.to_frame().kind.value_counts().to_dict()
    assert kinds == {"need": 2, "old": 2, "no source": 2, "without stale": 2}


def test_alike_items_share_a_row(aged):
    found = coverage(aged, lambda stale: aged)
    settle = found.tables()[1]
    assert settle.rows[0][:3] == ("old", "s, t", "said 213 days ago")
    assert settle.rows[0][3].startswith("a -")
    assert settle.rows[0][3].endswith(" without s")
    assert settle.columns[-1] == "if dropped"


def test_a_fit_without_what_is_stale_that_fails_shows_no_number(aged):
    failed = replace(
        aged, belief=replace(aged.belief, diagnostics=aged.belief.diagnostics | {"rhat": 2})
    )
    found = coverage(aged, lambda stale: failed)
    assert found.without_stale == ()
    assert "the fit has not converged; no number" in " ".join(found.text().split())


def test_nothing_to_settle_is_said(tmp_path):
    said = {"s": says("x", "likely", source="paper, page 1")}
    sources = {"paper": {"title": "Paper", "published": "2024-01-01"}}
    scenario = read(tmp_path, statements=said, sources=sources)
    assert coverage(on(scenario, "2024-02-01"), without).text().endswith("Nothing to settle.")


def test_a_forecast_is_covered_like_its_scenario(pooled, covered):
    found = est.coverage(pooled)
    assert [need.node for need in found.needs] == [need.node for need in covered.needs]


def test_coverage_prints_its_needs_indented_and_its_records_in_full(covered):
    lines = covered.text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("a  "))
    assert lines[at + 1].startswith("  <- cause")
    assert "default" in lines[at + 1]
    assert "3 of 6 needs are stated" in covered.text()
    record = covered.records()[1]
    assert record["stated"] is False
    assert record["need"] == "cause -> a"
    frame = covered.to_frame()
    assert (frame.kind == "need").sum() == 6
    assert len({tuple(row) for row in covered.records()}) == 1


def test_nothing_is_written_to_disk(tmp_path: Path, pooled, monkeypatch):
    monkeypatch.chdir(tmp_path)
    coverage(pooled, without)
    assert list(tmp_path.iterdir()) == []
