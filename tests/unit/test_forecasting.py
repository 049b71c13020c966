"""From draws and news to probabilities: by hand, and against the mean joint table."""

import datetime as dt
import itertools
import json
import math
from dataclasses import replace

import numpy as np
import pytest
from builders import OPENS, answer, prior_belief, read, says

from estimative.elicitation import as_known, encode
from estimative.forecasting import _confidence
from estimative.lexicon import reliability
from estimative.news import silent_tables, world
from estimative.outcome_forecasts import rough_points
from estimative.results import percent
from estimative.speakers import Speakers
from estimative.weighted_draws import weighted_quantiles

HALFWAY = dt.date(2024, 7, 1)
HINT = {
    "kind": "report",
    "published": "2024-02-01",
    "bears_on": [{"favours": {"a": "yes"}, "ratio": 4}],
    "source": {"name": "Gazette", "reliability": "A1"},
}
WORTH = np.array([0.95 * 0.2 + 0.025, 0.95 * 0.8 + 0.025])  # of the hint in each state
UNSEEN = {"a": {"timing": "none"}}
SAID = {"s": says("x", "70%")}


def beliefs_of(*chances):
    """Return a belief in one two-state outcome that has these draws."""

    def belief(given):
        tables = np.array([[1 - p, p] for p in chances])
        return replace(prior_belief(given, draws=len(chances)), tables=tables)

    return belief


def yes(forecast, name="a"):
    return forecast[name].states["yes"]


# --- news ----------------------------------------------------------------------------------------


def test_without_news_the_answer_is_the_mean_over_draws(tmp_path):
    scenario = read(tmp_path, outcomes=UNSEEN, statements=SAID)
    found = answer(scenario, beliefs_of(0.2, 0.5, 0.9)(encode(scenario)))
    assert found["a"].probability == pytest.approx(1.6 / 3)
    assert found["a"].phrase == "roughly even chance"
    assert found.diagnostics["effective_draws"] == pytest.approx(3)


def test_a_draw_counts_by_how_probable_it_makes_the_news(tmp_path):
    scenario = read(tmp_path, outcomes=UNSEEN, statements=SAID, news={"2024-02-01-hint": HINT})
    draws = np.array([0.2, 0.5, 0.9])
    found = answer(scenario, beliefs_of(*draws)(encode(scenario)))
    no, is_so = WORTH
    z = draws * is_so + (1 - draws) * no
    np.testing.assert_allclose(found.weights, z / z.sum(), rtol=1e-12)
    assert found["a"].probability == pytest.approx((draws * is_so).sum() / z.sum(), rel=1e-12)
    # which is the mean belief updated by Bayes' rule, not the mean of the updated draws
    mean = draws.mean()
    assert found["a"].probability == pytest.approx(mean * is_so / (mean * is_so + (1 - mean) * no))
    assert abs(found["a"].probability - (draws * is_so / z).mean()) > 0.01


def test_draws_fitted_with_the_news_inside_count_alike(tmp_path):
    scenario = read(tmp_path, outcomes=UNSEEN, statements=SAID, news={"2024-02-01-hint": HINT})
    draws = np.array([0.2, 0.5, 0.9])
    found = answer(scenario, beliefs_of(*draws)(encode(scenario)), inside=True)
    no, is_so = WORTH
    each = draws * is_so / (draws * is_so + (1 - draws) * no)
    assert found["a"].probability == pytest.approx(each.mean(), rel=1e-12)


NETWORK = {
    "outcomes": {"a": {}, "b": {"states": ["low", "middle", "high"], "quiet": "low"}, "c": {}},
    "links": ["a -> b", "a -> c", "b -> c"],
    "statements": SAID,
}
ALL_NEWS = {
    "2024-02-01-hint": HINT,
    "2024-02-02-more": HINT
    | {"published": "2024-02-02", "bears_on": [{"favours": {"b": "high"}, "ratio": [2, 3, 9]}]},
    "2024-03-01-seen": {"kind": "observation", "published": "2024-03-01", "observed": {"c": "yes"}},
}


@pytest.mark.parametrize("kept", [(), (0,), (0, 1), (2,), (0, 1, 2)])
@pytest.mark.parametrize("as_of", [OPENS, HALFWAY])
def test_the_answer_is_that_of_the_mean_joint_table(tmp_path, kept, as_of):
    """Propagation through the mean over draws of the joint table, all states written out."""
    news = {name: ALL_NEWS[name] for i, name in enumerate(ALL_NEWS) if i in kept}
    scenario = read(tmp_path, **NETWORK, news=news)
    known_then = as_known(scenario, as_of)
    given = encode(known_then)
    belief = prior_belief(given, draws=50)
    known = world(known_then, given.graph, as_of)
    tables = silent_tables(given.graph, belief.tables, known)
    a, b, c = (tables[:, given.graph.block(n)] for n in "abc")
    b, c = b.reshape(-1, 2, 3), c.reshape(-1, 2, 3, 2)
    joint = (a[:, :, None, None] * b[:, :, :, None] * c).mean(axis=0)
    joint *= known.likelihood[:2, None, None] * known.likelihood[2:5, None]
    joint *= known.likelihood[5:]
    joint /= joint.sum()
    found = answer(scenario, belief, as_of=as_of)
    for axis, name in enumerate("abc"):
        expected = joint.sum(axis=tuple({0, 1, 2} - {axis}))
        np.testing.assert_allclose(list(found[name].states.values()), expected, atol=1e-14)


def test_today_is_the_mean_of_what_may_be_answered_tomorrow(tmp_path):
    """News of the quiet kind and its opposite, weighted by their chances, give back the answer."""
    quiet = read(tmp_path, **NETWORK | {"outcomes": NETWORK["outcomes"] | {"a": {}}})
    belief = prior_belief(encode(quiet), draws=400)
    before = answer(quiet, belief, as_of=OPENS)
    total = np.zeros(2)
    for state in ("no", "yes"):
        seen = {"kind": "observation", "published": str(OPENS), "observed": {"c": state}}
        then = read(tmp_path, **NETWORK, news={"2024-01-01-c": seen})
        chance = before["c"].states[state]
        total += chance * np.array(list(answer(then, belief, as_of=OPENS)["a"].states.values()))
    np.testing.assert_allclose(total, list(before["a"].states.values()), rtol=1e-12)


def test_doubt_about_a_ratio_widens_the_interval_and_never_enters_the_weights(tmp_path):
    def found(ratio):
        news = {"2024-02-01-hint": HINT | {"bears_on": [{"favours": {"a": "yes"}, "ratio": ratio}]}}
        scenario = read(tmp_path, outcomes=UNSEEN, statements=SAID, news=news)
        return answer(scenario, prior_belief(encode(scenario)))

    sure, unsure = found(4), found([1, 4, 16])
    assert unsure["a"].upper - unsure["a"].lower > sure["a"].upper - sure["a"].lower + 0.005
    for one in (sure, unsure):
        tables = one.belief.tables * one.known.likelihood
        np.testing.assert_allclose(one.weights, tables.sum(axis=1) / tables.sum(), rtol=1e-12)


def test_the_order_of_news_of_one_date_does_not_matter(tmp_path):
    other = HINT | {"source": {"name": "Herald", "reliability": "C3"}}
    results = []
    for items in itertools.permutations(
        [("x", HINT), ("y", other), ("z", ALL_NEWS["2024-02-02-more"])]
    ):
        news = {f"2024-02-02-{n}": item | {"published": "2024-02-02"} for n, item in items}
        scenario = read(tmp_path, **NETWORK, news=news)
        results.append(answer(scenario, prior_belief(encode(scenario), draws=200)).to_json())
    assert all(result == results[0] for result in results)


def test_adding_and_retracting_gives_back_exactly_the_same(tmp_path):
    taken_back = {"kind": "retraction", "published": "2024-02-05", "retracts": "2024-02-01-hint"}
    without = read(tmp_path, **NETWORK)
    both = read(tmp_path, **NETWORK, news={"2024-02-01-hint": HINT, "2024-02-05-sorry": taken_back})
    during, after = dt.date(2024, 2, 4), dt.date(2024, 2, 6)
    belief = prior_belief(encode(without), draws=200)
    assert (
        answer(both, belief, as_of=during).to_json()
        != answer(without, belief, as_of=during).to_json()
    )
    assert (
        answer(both, belief, as_of=after).to_json()
        == answer(without, belief, as_of=after).to_json()
    )


# --- intervals -----------------------------------------------------------------------------------


def test_quantiles_of_equal_weights_are_the_usual_ones():
    values = np.random.default_rng(1).normal(size=(501, 3))
    found = weighted_quantiles(values, np.full(501, 1 / 501), [0.05, 0.5, 0.95])
    expected = np.quantile(values, [0.05, 0.5, 0.95], axis=0, method="hazen")
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_quantiles_of_whole_weights_are_those_of_repeated_values():
    rng = np.random.default_rng(2)
    values, counts = rng.normal(size=2000), rng.integers(1, 5, size=2000)
    found = weighted_quantiles(values[:, None], counts / counts.sum(), [0.05, 0.95])[:, 0]
    expected = np.quantile(np.repeat(values, counts), [0.05, 0.95], method="hazen")
    # both interpolate between neighbours, which lie about 1 / (2000 * density) apart
    np.testing.assert_allclose(found, expected, atol=0.01)


@pytest.mark.parametrize("mass", [0.5, 0.9])
def test_the_interval_has_the_mass_that_was_asked_for(tmp_path, mass):
    scenario = read(tmp_path, outcomes=UNSEEN, statements=SAID)
    belief = prior_belief(encode(scenario), draws=4001)
    found = answer(scenario, belief, interval=mass)
    inside = (belief.tables[:, 1] > found["a"].lower) & (belief.tables[:, 1] < found["a"].upper)
    assert inside.mean() == pytest.approx(mass, abs=2 / 4001)
    assert found.to_json()["interval"] == mass


# --- what gets no headline -----------------------------------------------------------------------


def test_a_belief_that_has_not_converged_gets_no_headline_and_says_what_to_do(tmp_path):
    scenario = read(tmp_path, outcomes=["a", "b"], statements=SAID)
    found = answer(scenario, prior_belief(encode(scenario), rhat=1.05, worst="base[a]"))
    assert found["a"].probability is found["a"].lower is found["a"].upper is None
    assert found["a"].phrase is None
    assert found["a"].withheld == "not converged; sample longer: --draws 4000 --tune 2000"
    assert found.diagnostics["converged"] is False
    assert "R-hat 1.050 is not below 1.01 (worst: base[a])" in found.text()
    assert json.loads(json.dumps(found.to_json()))["outcomes"][0]["probability"] is None
    assert "withheld" in found.text()


def test_what_was_seen_needs_no_convergence(tmp_path):
    news = {"2024-03-01-seen": ALL_NEWS["2024-03-01-seen"]}
    scenario = read(tmp_path, **NETWORK, news=news)
    found = answer(scenario, prior_belief(encode(scenario), rhat=1.05))
    assert (found["c"].probability, found["c"].status, found["c"].withheld) == (
        1.0,
        "resolved",
        None,
    )
    assert found["a"].probability is None


def test_an_outcome_of_which_nobody_speaks_gets_no_headline(tmp_path):
    scenario = read(tmp_path, outcomes=["a", "b"], links=["a -> b"], statements=SAID)
    found = answer(scenario, prior_belief(encode(scenario)), as_of=OPENS)
    assert found["b"].withheld == "nobody speaks of it"
    assert found["b"].probability is None
    # the row is there all the same, with every state
    assert yes(found, "b") == pytest.approx(0.5, abs=0.03)


def test_an_outcome_without_a_definition_gets_no_headline(tmp_path):
    scenario = read(tmp_path, outcomes={"a": {"definition": None}}, statements=SAID)
    found = answer(scenario, prior_belief(encode(scenario)))
    assert found["a"].probability is None
    assert found["a"].withheld == "no definition by which it could be resolved"


def test_a_window_that_ended_in_silence_is_closed(tmp_path):
    scenario = read(tmp_path, statements=SAID)
    for day, status in [(HALFWAY, "open"), (dt.date(2024, 12, 31), "closed")]:
        found = answer(scenario, prior_belief(encode(scenario)), as_of=day)
        assert found["a"].status == status
    assert found["a"].probability == 0.0


@pytest.mark.parametrize("how", [{}, {"states": ["low", "middle", "high"]}])
def test_a_window_that_ended_where_silence_says_nothing_is_unresolved(tmp_path, how):
    how = how | {"timing": "none"}
    event = how.get("states", ["yes"])[-1]
    said = {"s": says("x", "70%", event={"a": event})}
    scenario = read(tmp_path, outcomes={"a": how | {"lag": "30 days"}}, statements=said)
    belief = prior_belief(encode(scenario))
    before = answer(scenario, belief, as_of=dt.date(2025, 1, 29))
    after = answer(scenario, belief, as_of=dt.date(2025, 1, 30))
    assert [before["a"].status, after["a"].status] == ["open", "unresolved"]
    assert after["a"].probability == before["a"].probability
    assert not after["a"].settled
    assert "closed, outcome unknown" in " ".join(after.text(120).split())
    assert f"{percent(after['a'].lower)} to" in after.text(120)
    seen = {"kind": "observation", "published": "2025-03-01", "observed": {"a": event}}
    known = read(tmp_path, outcomes={"a": how}, statements=said, news={"2025-03-01-seen": seen})
    assert answer(known, belief, as_of=dt.date(2025, 3, 1))["a"].status == "resolved"


def test_a_revision_speaks_in_an_article_of_its_own_graded_as_the_item_is(tmp_path):
    def revision(of, expert, **more):
        statement = says(expert, "20%", said="Now less so.")
        item = {"kind": "revision", "published": "2024-02-01", "supersedes": of}
        return item | {"statement": statement} | more

    scenario = read(
        tmp_path,
        outcomes=UNSEEN,
        sources={"paper": {"title": "Paper", "published": "2024-01-01", "reliability": "A"}},
        statements={n: says(n, "70%", source="paper, page 2") for n in ("x", "y", "z")},
        news={
            "2024-02-01-x": revision("x", "x", source={"name": "Radio", "reliability": "D3"}),
            "2024-02-01-y": revision("y", "y", source={"name": "Radio"}, origin="one_talk"),
            "2024-02-01-z": revision("z", "z", source={"name": "Herald"}, origin="one_talk"),
        },
    )
    before = answer(scenario, prior_belief(encode(as_known(scenario, OPENS))), as_of=OPENS)
    after = answer(scenario, prior_belief(encode(scenario)))
    assert before["a"].speakers.articles == ("paper",)
    assert after["a"].speakers.articles == ("2024-02-01-x", "one_talk")
    assert [s.source for s in before.statements] == ["paper, page 2"] * 3
    assert [s.source for s in after.statements] == ["2024-02-01-x", "one_talk", "one_talk"]
    assert [s.weight["source"] for s in after.statements] == [reliability("D"), 1.0, 1.0]


# --- pulls and defaults --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "pull", "written"),
    [(0.2, -0.3, "-30"), (0.8, -0.3, "~-30"), (1.2, -0.3, "far down"), (1.2, 0.3, "far up")],
)
def test_a_pull_that_cannot_be_measured_has_no_number(tmp_path, k, pull, written):
    scenario = read(tmp_path, statements=SAID)
    found = answer(scenario, prior_belief(encode(scenario))).statements[0]
    assert rough_points(replace(found, k=k, pulls={"a": pull}), "a") == written


def test_a_pull_is_the_answer_less_that_of_the_reweighted_draws(tmp_path):
    statements = {"s": says("x", "70%"), "t": says("y", "40%")}
    scenario = read(
        tmp_path, outcomes=UNSEEN, statements=statements, news={"2024-02-01-hint": HINT}
    )
    belief = prior_belief(encode(scenario), draws=300)
    without = np.random.default_rng(4).normal(size=(2, 300))
    found = answer(scenario, replace(belief, without=without, without_k=np.array([0.2, 0.9])))
    p = belief.tables[:, 1]
    no, is_so = WORTH
    for i, pull in enumerate(found.statements):
        z = (p * is_so + (1 - p) * no) * np.exp(without[i])
        left_out = (np.exp(without[i]) * p * is_so).sum() / z.sum()
        assert pull.pulls["a"] == pytest.approx(found["a"].probability - left_out, abs=1e-12)
        assert pull.k == [0.2, 0.9][i]
    assert [pull.name for pull in found.statements] == ["s", "t"]
    assert found.statements[0].weight["total"] == 1.0


def test_what_rests_on_defaults_moves_when_they_do(tmp_path):
    """The mean of a logistic of a normal, by quadrature, before and after half a prior sd."""
    scenario = read(tmp_path, outcomes=["a", "b"], statements=SAID)
    found = answer(scenario, prior_belief(encode(scenario), draws=40_000), as_of=OPENS)
    nodes, shares = np.polynomial.hermite_e.hermegauss(60)
    shares = shares / shares.sum()

    def mean(shift):
        return float(shares @ (1 / (1 + np.exp(-1.5 * (nodes + shift)))))

    # the weights exp(z / 2) have a relative sd of sqrt(e^.25 - 1) = .53, so the error is ~ .003
    assert found["b"].defaults == pytest.approx(mean(0.5) - mean(0.0), abs=0.01)
    assert found["a"].defaults < 0.02  # its own base was stated; b's moves it only by chance


# --- the record ----------------------------------------------------------------------------------


def test_the_record_is_of_what_went_in_and_came_out(tmp_path):
    scenario = read(tmp_path, outcomes=UNSEEN, statements=SAID, news={"2024-02-01-hint": HINT})
    belief = prior_belief(encode(scenario), draws=200)
    first = answer(scenario, belief)
    assert first.record == answer(scenario, belief).record
    others = [
        answer(scenario, belief, interval=0.8),
        answer(scenario, belief, as_of=OPENS),
        answer(scenario, prior_belief(encode(scenario), draws=201)),
    ]
    assert len({first.record, *(other.record for other in others)}) == 4


def test_an_unknown_outcome_gets_the_nearest_name(tmp_path):
    scenario = read(tmp_path, outcomes={"arms": {}, "talks": {}})
    found = answer(scenario, prior_belief(encode(scenario), draws=10))
    with pytest.raises(KeyError, match="did you mean 'talks'"):
        found["talk"]
    assert math.isfinite(yes(found, "arms"))


def test_a_trace_says_which_news_counts_and_why_another_does_not(tmp_path):
    def told(grade, **more):
        source = {"name": f"Paper {grade}", "reliability": grade}
        bears = [{"favours": {"a": "yes"}, "ratio": 4}]
        return {
            "kind": "report",
            "published": "2024-02-01",
            "bears_on": bears,
            "source": source,
        } | more

    news = {
        "2024-02-01-best": told("A1", origin="wire"),
        "2024-02-01-copy": told("C3", origin="wire"),
        "2024-02-01-own": told("B2"),
    }
    seen = {"kind": "observation", "published": "2024-03-01", "observed": {"a": "yes"}}
    scenario = read(tmp_path, statements=SAID, news=news | {"2024-03-01-seen": seen})
    found = answer(scenario, prior_belief(encode(scenario)), as_of=dt.date(2024, 2, 1))
    plain = "favours yes by 4"
    rows = [row[1] for row in found.trace("a").tables()[1].rows]
    assert rows == [plain, f"{plain}; not counted: told already by 2024-02-01-best", plain]
    later = answer(scenario, prior_belief(encode(scenario)), as_of=dt.date(2024, 3, 1))
    rows = [row[1] for row in later.trace("a").tables()[1].rows]
    assert rows == [*[f"{plain}; not counted: the outcome is known"] * 3, "observed: yes"]


def test_confidence_counts_one_as_one_and_tells_of_no_distance_where_there_is_none():
    alone = Speakers(("s",), (), ("x",), ("x",), ("paper",), (), 0.0)
    assert _confidence(alone, 0.011) == (
        "low",
        "1 independent group in 1 article, defaults worth 1 point",
    )
    two = replace(alone, groups=("x", "y"), disagreement=1.24)
    assert "2 independent groups in 1 article, 1.2 log-odds apart," in _confidence(two, 0.02)[1]
