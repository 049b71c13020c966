"""What the default model believes, held against integrals done on a grid, identities, and refits.

The portrait is one fit of many outcomes that have nothing to do with one another, so that each is a
test of its own; `alone` works each out a second way, with no network and no sampler in it. Every
tolerance is five Monte Carlo standard errors unless it says otherwise; seeds are fixed.
"""

import datetime as dt
import math
from dataclasses import replace

import numpy as np
import pytest
from builders import OPENS, answer, fitted, model, prior_belief, read, says, standard_error
from scipy.special import expit

import estimative as est
from estimative.belief import Settings
from estimative.elicitation import as_known, encode
from estimative.point_functions import PointFunction

pytestmark = pytest.mark.slow

WIDE = 1.6448536  # a 90% interval reaches so many standard deviations to either side
RECORD = {"kind": "base_rate", "happened": 0, "out_of": 5, "each": "366 days"}
TEN = range(10)
LONGER = Settings(chains=4, tune=500, draws=1000)


def on(outcome, statements):
    """Return statements moved to an outcome, with names and experts of its own."""
    moved = {}
    for i, (expert, chance) in enumerate(statements):
        event = {"event": {outcome: "yes"}}
        moved[f"{outcome}_{i}"] = says(f"{outcome}_{expert}", chance, **event)
    return moved


VOICES = {
    "lone": [("x", "95%")],
    "one": [("x", "70%")],
    "twice": [("x", "70%"), ("x", "70%")],
    "two": [("x", "70%"), ("y", "70%")],
    "one_group": [(f"e{i}", "70%") for i in TEN],
    "ten_groups": [(f"e{i}", "70%") for i in TEN],
    "hundred_groups": [(f"e{i}", "70%") for i in range(100)],
    "agreed": [(f"e{i}", "50%") for i in TEN],
    "split": [(f"e{i}", "20%" if i < 5 else "80%") for i in TEN],
}
OUTCOMES = [*VOICES, "unspoken", "recorded"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="module")
def portrait(folder):
    statements = {}
    for outcome, said in VOICES.items():
        statements |= on(outcome, said)
    statements["record"] = RECORD | {"event": {"recorded": "yes"}}
    return read(
        folder,
        outcomes=OUTCOMES,
        drivers={d: {} for d in ("p", "q", "r")},
        links=[f"{d} -> unspoken" for d in ("p", "q", "r")],
        experts={f"one_group_e{i}": {"group": "crowd"} for i in TEN},
        statements=statements,
    )


@pytest.fixture(scope="module")
def draws(portrait):
    """Return the draws of P(yes) of each outcome."""
    # a hundred groups and what all have in common lie on a ridge, which takes longer
    belief = fitted(portrait, settings=replace(LONGER, draws=2000, target_accept=0.9))
    assert belief.failed == ()
    given = encode(portrait)
    found = answer(portrait, belief).draws
    return {name: found[:, given.graph.state(name, "yes")] for name in OUTCOMES}


def alone(stated, person, group, base_sd=1.5, happened=None, out_of=0):
    """Return mean, 5% and 95% points of P(yes) of one outcome, by integration on a grid.

    The errors are integrated out by hand: given the log-odds and how much the groups disagree, what
    was stated is one normal vector.
    """
    theta, z = np.linspace(-12, 12, 1201), np.linspace(-5, 5, 101)
    log_density = -0.5 * (theta[None, :] / base_sd) ** 2 - 0.5 * z[:, None] ** 2
    same_person = np.equal.outer(person, person)
    same_group = np.equal.outer(group, group)
    for i, spread in enumerate(0.58 * np.exp(z / 2)):
        if len(stated) == 0:
            break
        covariance = 0.3**2 * same_person + spread**2 * same_group + 0.45**2
        # a repetition shares its weight, so that its own variance is doubled
        covariance = covariance + np.diag(0.5**2 * same_person.sum(axis=0))
        off = np.asarray(stated)[:, None] - theta / 1.2
        fit = (off * np.linalg.solve(covariance, off)).sum(axis=0)
        log_density[i] -= 0.5 * (fit + np.linalg.slogdet(covariance)[1])
    if happened is not None:
        nodes, shares = np.polynomial.hermite_e.hermegauss(40)
        p = expit(theta[:, None] + 0.5 * nodes)
        counted = p**happened * (1 - p) ** (out_of - happened)
        log_density += np.log(counted @ shares)
    density = np.exp(log_density - log_density.max()).sum(axis=0)
    density /= density.sum()
    p, below = expit(theta), np.cumsum(density) - density / 2
    return (density @ p, *np.interp([0.05, 0.95], below, p))


def logit(p):
    return np.log(p / (1 - p))


def integral(outcome):
    if outcome == "recorded":
        return alone([], [], [], base_sd=3.0, happened=0, out_of=5)
    said = VOICES[outcome]
    person = [e for e, _ in said]
    group = ["crowd"] * len(said) if outcome == "one_group" else person
    return alone([logit(float(c[:-1]) / 100) for _, c in said], person, group)


def five_errors(values, quantile=None):
    from arviz_stats.base import array_stats

    chains = values.reshape(4, -1)
    if quantile is None:
        return 5 * standard_error(values)
    error = array_stats.mcse(chains, chain_axis=0, draw_axis=1, method="quantile", prob=quantile)
    return 5 * float(error)


def width(values):
    """Return how far the central 90% reach on log-odds."""
    return float(np.subtract(*np.quantile(logit(values), [0.95, 0.05])))


# --- one outcome at a time -----------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [*VOICES, "recorded"])
def test_each_outcome_is_its_integral(draws, outcome):
    mean, low, high = integral(outcome)
    values = draws[outcome]
    assert values.mean() == pytest.approx(mean, abs=five_errors(values))
    assert np.quantile(values, 0.05) == pytest.approx(low, abs=five_errors(values, 0.05))
    assert np.quantile(values, 0.95) == pytest.approx(high, abs=five_errors(values, 0.95))


def test_a_lone_voice_is_discounted(draws):
    assert integral("lone")[0] == pytest.approx(0.86, abs=0.01)
    assert draws["lone"].mean() == pytest.approx(0.86, abs=0.01 + five_errors(draws["lone"]))


def test_nothing_in_five_years_is_about_eight_per_cent(draws):
    jeffreys = 0.5 / 6
    assert integral("recorded")[0] == pytest.approx(jeffreys, abs=0.01)
    found = draws["recorded"]
    assert found.mean() == pytest.approx(jeffreys, abs=0.01 + five_errors(found))


def test_an_outcome_nobody_speaks_of_is_even_whatever_its_parents(draws):
    found = draws["unspoken"]
    assert found.mean() == pytest.approx(0.5, abs=five_errors(found))
    for q, expected in [(0.05, 0.08), (0.95, 0.92)]:
        error = five_errors(found, q)
        assert np.quantile(found, q) == pytest.approx(expected, abs=0.01 + error)


@pytest.mark.parametrize("parents", [0, 1, 3, 6, 10])
@pytest.mark.parametrize("recorded", [False, True])
def test_a_prior_is_as_wide_whatever_the_parents(folder, parents, recorded):
    drivers = [f"d{i}" for i in range(parents)]
    record = {"r": RECORD | {"event": {"a": "yes"}}} if recorded else {}
    scenario = read(
        folder,
        drivers={d: {} for d in drivers},
        links=[f"{d} -> a" for d in drivers],
        statements=record,
    )
    p = answer(scenario, prior_belief(encode(scenario), draws=20_000)).draws[:, 1]
    sd = 3.0 if recorded else 1.5
    # the sd of 20,000 normal draws is off by sd / sqrt(40,000); what is left is the rule's own
    assert np.std(logit(p)) == pytest.approx(sd, abs=0.05 + 5 * sd / 200)
    if recorded:
        nodes, shares = np.polynomial.hermite_e.hermegauss(20)
        weights = (1 - expit(logit(p)[:, None] + 0.5 * nodes)) ** 5 @ shares
        error = 5 * np.std(weights * (p - np.average(p, weights=weights))) / weights.mean()
        found = np.average(p, weights=weights)
        assert found == pytest.approx(integral("recorded")[0], abs=0.01)
        assert error / math.sqrt(len(p)) < 0.01


def test_saying_a_thing_twice_is_saying_it_once(draws):
    one, twice = draws["one"], draws["twice"]
    assert twice.mean() == pytest.approx(
        one.mean(), abs=math.hypot(*map(five_errors, (one, twice)))
    )
    assert integral("twice") == pytest.approx(integral("one"), rel=1e-9)


def test_a_second_voice_of_the_same_opinion_narrows_and_does_not_move_away(draws):
    one, two = integral("one"), integral("two")
    assert one[0] < two[0] < 0.70
    assert width(np.array(two[1:])) < width(np.array(one[1:]))
    assert width(draws["two"]) < width(draws["one"])
    error = math.hypot(*map(five_errors, (draws["one"], draws["two"])))
    assert -error < draws["two"].mean() - draws["one"].mean() < 0.70 - one[0] + error


def test_ten_of_one_group_narrow_less_than_ten_of_ten(draws):
    assert width(draws["ten_groups"]) < 0.9 * width(draws["one_group"])
    assert width(draws["one_group"]) < 0.95 * width(draws["one"])


def test_a_hundred_groups_still_leave_a_floor(draws):
    assert width(draws["hundred_groups"]) < width(draws["ten_groups"])
    # everybody's error has sd 0.4, which no number of groups can see through
    assert np.std(logit(draws["hundred_groups"])) > 0.4 * 0.95
    assert width(draws["hundred_groups"]) > 2 * WIDE * 0.4 * 0.9


def test_disagreement_widens(draws):
    assert width(draws["split"]) > 1.15 * width(draws["agreed"])
    assert draws["split"].mean() == pytest.approx(0.5, abs=five_errors(draws["split"]))


def test_ten_parents_that_say_nothing_move_a_record_by_less_than_a_point(folder):
    drivers = [f"d{i}" for i in TEN]
    scenario = read(
        folder,
        drivers={d: {} for d in drivers},
        links=[f"{d} -> a" for d in drivers],
        statements={"r": RECORD | {"event": {"a": "yes"}}},
    )
    found = answer(scenario, fitted(scenario, settings=LONGER)).draws[:, 1]
    assert five_errors(found) < 0.01
    assert found.mean() == pytest.approx(integral("recorded")[0], abs=0.01)


# --- identities of the density -------------------------------------------------------------------


def density(scenario):
    """Return the log density as a function of labelled values, and the labels of each variable."""
    built = model()(as_known(scenario, scenario.date))
    start = built.initial_point()
    compiled = PointFunction(built, start, [built.logp()])
    labels = {name: built.coords[built.named_vars_to_dims[name][0]] for name in start}

    def at(values):
        point = [values[name][label] for name in labels for label in labels[name]]
        return float(compiled(np.array(point, float))[0])

    return at, labels


def points(labels, count=8):
    """Yield random values of every variable, by label."""
    rng = np.random.default_rng(20241231)
    for _ in range(count):
        yield {n: {label: rng.normal() for label in of} for n, of in labels.items()}


LINKS = ["a -> b", "b -> c", "a -> c"]
B_YES = {"event": {"b": "yes"}}
SAID = {
    "plain": says("x", "70%"),
    "no": says("y", "60-90%", event={"a": "no"}),
    "given": says("x", "likely", **B_YES, given={"a": "yes"}),
    "late": says("z", "30%", event={"c": "yes"}, date="2024-05-01"),
    "link": {"kind": "influence", "expert": "x", "link": "a -> b", "strength": "raises"},
    "path": {"kind": "influence", "expert": "y", "path": "a -> c", "strength": "lowers"},
    "order": {
        "kind": "comparison",
        "expert": "z",
        "likelier": {"a": "yes"},
        "than": {"c": "no"},
        "strength": "clearly",
    },
    "record": RECORD | {"event": {"b": "yes"}, "happened": 3, "each": "90 days"},
}
HINT = {
    "kind": "report",
    "published": "2024-03-01",
    "bears_on": [{"favours": {"b": "yes"}, "ratio": [2, 4, 7]}],
}


def test_repetitions_change_the_density_by_a_constant(folder):
    twice = SAID | {f"{name}_again": said for name, said in SAID.items()}
    (once_at, labels), (twice_at, twice_labels) = (
        density(read(folder, outcomes="abc", links=LINKS, statements=s)) for s in (SAID, twice)
    )
    assert twice_labels == labels
    differences = [twice_at(p) - once_at(p) for p in points(labels)]
    np.testing.assert_allclose(differences, differences[0], atol=1e-9)


def swapped(value, nodes):
    """Return statements or news with yes and no exchanged at some nodes."""
    other = {"yes": "no", "no": "yes"}
    if isinstance(value, dict):
        return {
            k: other[v] if k in nodes and v in other else swapped(v, nodes)
            for k, v in value.items()
        }
    return [swapped(v, nodes) for v in value] if isinstance(value, list) else value


def both_ways(folder, nodes, said=SAID, news=None, **outcomes):
    """Return a scenario, and the same with yes and no exchanged at some nodes."""
    whole = {}
    for name, statement in said.items():
        ends = statement.get("link", statement.get("path"))
        states = {"states": dict.fromkeys(ends.split(" -> "), "yes")} if ends else {}
        whole[name] = statement | states
    news = news or {"2024-03-01-hint": HINT}
    names = {n: {} for n in "abc"}
    turned = {n: {"quiet": "yes"} if n in nodes else {} for n in "abc"}
    return (
        read(folder, outcomes=names, links=LINKS, statements=whole, news=news),
        read(
            folder,
            outcomes=turned,
            links=LINKS,
            statements={n: swapped(s, nodes) for n, s in whole.items()},
            news=swapped(news, nodes),
        ),
    )


@pytest.mark.parametrize("nodes", ["abc", "b", "ac"])
def test_exchanging_every_yes_and_no_turns_the_density_round(folder, nodes):
    (at, labels), (turned_at, turned_labels) = map(density, both_ways(folder, nodes))
    assert turned_labels == labels

    def sign(name, label):
        """Return -1 where an odd number of exchanged nodes stands in a label."""
        if name in ("disagreement", "relevance"):
            return 1
        if name == "base":
            return -1 if label in nodes else 1
        ends = label.split(" on ")[-1].replace(" = yes", "").split(" -> ")
        return math.prod(-1 if end in nodes else 1 for end in ends)

    for p in points(labels):
        turned = {n: {k: sign(n, k) * v for k, v in of.items()} for n, of in p.items()}
        assert turned_at(turned) == pytest.approx(at(p), abs=1e-9)


def test_exchanging_every_yes_and_no_gives_one_less_the_chance(folder):
    scenarios = both_ways(folder, "abc")
    results = [answer(s, fitted(s, seed=seed)) for seed, s in enumerate(scenarios)]
    for name in "abc":
        column = results[0].given.graph.state(name, "yes")
        columns = [r.draws[:, column] for r in results]
        weighted = [r[name].states["yes"] for r in results]
        assert sum(weighted) == pytest.approx(1, abs=math.hypot(*map(five_errors, columns)))


# --- never said, same seed -----------------------------------------------------------------------


def test_a_weight_of_zero_is_never_said_to_the_last_digit(folder):
    nothing = {"gone": says("v", "99%", weight=0), "gone_too": RECORD | B_YES | {"weight": 0}}
    without, with_it = (
        read(folder, outcomes="abc", links=LINKS, statements=s) for s in (SAID, SAID | nothing)
    )
    assert encode(with_it).digest() == encode(without).digest()
    first, second = (fitted(s) for s in (without, with_it))
    assert first.tables.tobytes() == second.tables.tobytes()
    assert first.without.tobytes() == second.without.tobytes()
    assert (
        answer(without, first).to_json()["outcomes"]
        == (answer(with_it, second).to_json()["outcomes"])
    )


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(folder):
    """Twice through the whole job, each in a workspace of its own with an empty store."""
    settings = Settings(chains=2, tune=200, draws=250)
    results = []
    for seed in (7, 7, 8):
        scenario = read(folder, outcomes="abc", links=LINKS, statements=SAID)
        results.append(est.forecast(scenario, seed=seed, settings=settings, tell=lambda _: None))
    first, again, other = results
    assert first.belief.tables.tobytes() == again.belief.tables.tobytes()
    assert first.to_json() == again.to_json()
    assert first.text() == again.text()
    assert first.belief.key == again.belief.key != other.belief.key
    assert not np.array_equal(first.belief.tables, other.belief.tables)


def test_too_short_a_fit_is_stopped_at_the_gate(folder):
    scenario = read(folder, outcomes="abc", links=LINKS, statements=SAID)
    short = Settings(chains=2, tune=20, draws=50)
    found = est.forecast(scenario, settings=short, tell=lambda _: None)
    assert found.belief.failed
    assert all(outcome.probability is None for outcome in found.outcomes)
    assert "sample longer" in found.outcomes[0].withheld
    printed = " ".join(found.text().split())
    assert all(reason in printed for reason in found.belief.failed)


# --- reweighting against refitting ---------------------------------------------------------------

SETTLED = dt.date(2024, 6, 1)
EARLY = {n: s | {"date": "2024-01-01"} for n, s in SAID.items()}
NEWS = {
    "2024-03-01-hint": HINT,
    "2024-04-01-denial": HINT
    | {"published": "2024-04-01", "bears_on": [{"favours": {"c": "no"}, "ratio": 3}]},
}


def weighted_error(p, weights):
    """Return the Monte Carlo standard error of a weighted mean of draws."""
    return standard_error(weights * len(p) * (p - weights @ p))


def test_news_by_reweighting_is_news_inside_the_fit(folder):
    scenario = read(folder, outcomes="abc", links=LINKS, statements=EARLY, news=NEWS)
    scenario = scenario.model_copy(update={"as_of": SETTLED})
    before = scenario.model_copy(update={"as_of": OPENS})
    belief = fitted(scenario, settings=LONGER)
    outside = answer(scenario, belief)
    inside = answer(
        scenario, fitted(scenario, seed=2, settings=LONGER, news_inside=True), inside=True
    )
    moved = 0.0
    for name in "abc":
        column = outside.given.graph.state(name, "yes")
        p, q = outside.draws[:, column], inside.draws[:, column]
        error = 5 * math.hypot(weighted_error(p, outside.weights), standard_error(q))
        assert error < 0.04
        assert outside[name].states["yes"] == pytest.approx(inside[name].states["yes"], abs=error)
        quiet = answer(before, belief)[name].states["yes"]
        moved = max(moved, abs(quiet - inside[name].states["yes"]) / error)
    assert moved > 2  # the news says something that the statements did not


def test_a_pull_is_what_a_refit_without_the_statement_says(folder):
    b_yes = {"event": {"b": "yes"}}
    link = {"kind": "influence", "expert": "w", "link": "a -> b", "strength": "raises"}
    said = {
        "first": says("x", "60%"),
        "again": says("x", "70%", weight=0.5),  # without it, "first" has a larger share
        "other": says("y", "70%", weight=0.5),
        "about_b": says("z", "40%", **b_yes),
        "given": says("y", "60%", **b_yes, given={"a": "yes"}, weight=0.6),
        "link": link,
        "record": RECORD | b_yes | {"happened": 3, "out_of": 8, "weight": 0.5},
    }
    scenario = read(folder, outcomes="ab", links=["a -> b"], statements=said)
    whole = answer(scenario, fitted(scenario, settings=LONGER))
    pulls = {pull.name: pull for pull in whole.statements}
    assert list(pulls) == list(said)
    for name in ("again", "other", "given", "record"):
        assert pulls[name].k < 0.7
        rest = read(
            folder,
            outcomes="ab",
            links=["a -> b"],
            statements={n: s for n, s in said.items() if n != name},
        )
        refit = answer(rest, fitted(rest, seed=3, settings=LONGER))
        weights = np.exp(whole.belief.without[list(pulls).index(name)])
        weights /= weights.sum()
        for outcome in "ab":
            column = whole.given.graph.state(outcome, "yes")
            p, q = whole.draws[:, column], refit.draws[:, column]
            left = whole[outcome].states["yes"] - pulls[name].pulls[outcome]
            error = 5 * math.hypot(weighted_error(p, weights), standard_error(q))
            assert left == pytest.approx(refit[outcome].states["yes"], abs=error)
    assert max(abs(pulls["other"].pulls[o]) for o in "ab") > 0.02
    assert abs(pulls["record"].pulls["b"]) > 0.005


def test_the_grid_itself_is_fine_enough():
    """Halving what the grid of `alone` leaves out: a record alone, by another quadrature."""
    nodes, shares = np.polynomial.hermite_e.hermegauss(150)
    theta = 3.0 * nodes
    counted = np.zeros_like(theta)
    for z, share in zip(*np.polynomial.hermite_e.hermegauss(40), strict=True):
        counted += share * (1 - expit(theta + 0.5 * z)) ** 5
    weights = shares * counted
    assert integral("recorded")[0] == pytest.approx(
        weights @ expit(theta) / weights.sum(), abs=2e-4
    )
