"""What drives an answer: by hand where one statement is conjugate, by SciPy where several are."""

import itertools
import sys
import time
import types
from dataclasses import replace

import numpy as np
import pytest
from builders import answer, prior_belief, read, says
from made_up import report
from matplotlib import pyplot as plt
from scipy.stats import multivariate_normal

import estimative as est
from estimative import plots
from estimative.elicitation import as_known, encode
from estimative.exploring import Move, sensitivity
from estimative.exploring.moves import Gauge
from estimative.exploring.otherwise import How, Kind, altered, constants, levers
from estimative.exploring.sliders import Mixer, written
from estimative.model_files import DEFAULT_MODEL, find_model
from estimative.network.parameters import tables_from_parameters
from estimative.plots import style
from estimative.reweighting import Reweighting

SHARPENING, PERSON, GROUP, EVERYBODY = 1.2, 0.3, 0.58, 0.45
TWO = {"experts": {"x": {"group": "press"}, "y": {"group": "press"}}}
RECORD = {"kind": "base_rate", "event": {"a": "yes"}, "happened": 1, "out_of": 5, "each": "1 year"}


def told_belief(given, *, draws=400, seed=1, base=None):
    """Return draws with all that `expert_network` names, for outcomes without links."""
    rng = np.random.default_rng(seed)
    belief = prior_belief(given, draws=draws, seed=seed)
    base = belief.posterior["base"] if base is None else base
    disagreement = rng.normal(size=(len(base), len(given.targets)))
    standard = rng.normal(size=(len(base), given.carries.shape[1]))
    persons, targets = len(given.persons), len(given.targets)
    sd = np.concatenate(
        [
            np.full((len(base), persons), PERSON),
            GROUP * np.exp(disagreement[:, given.group_target] / 2),
            np.full((len(base), targets), EVERYBODY),
        ],
        axis=1,
    )
    error = sd * standard
    column = {given.graph.nodes[n]: i for i, n in enumerate(given.parameters.base_nodes)}
    implied = base[:, [column["a"]] * len(given.names)] / SHARPENING
    posterior = {
        "base": base,
        "influence": belief.posterior["influence"],
        "disagreement": disagreement,
        "standard_error": standard,
        "error": error,
        "expected": implied + error @ (given.carries - given.own).T,
        "own_error_sd": np.sqrt(sd**2 @ (given.own**2).T),
        "record": base[:, [column["a"]] * len(given.record_names)],
    }
    tables = tables_from_parameters(given.parameters, base, belief.posterior["influence"])
    return replace(belief, posterior=posterior, tables=tables), implied, sd


def a_forecast(folder, statements=None, *, draws=400, **more):
    said = statements or {"s": says("x", "70%"), "t": says("y", "likely"), "r": RECORD}
    scenario = read(folder, statements=said, **TWO | more)
    given = encode(as_known(scenario, scenario.date))
    made = answer(scenario, told_belief(given, draws=draws)[0])
    return replace(made, model_file=find_model(DEFAULT_MODEL, folder))


def reweighting_of(forecast):
    return Reweighting.of(forecast.scenario, forecast.given, forecast.belief)


def without(forecast, *names):
    return reweighting_of(forecast).retold(dict.fromkeys(names))


# --- the arithmetic ------------------------------------------------------------------------------


def test_errors_are_integrated_out_as_a_multivariate_normal(tmp_path):
    said = {"s": says("x", "70%"), "t": says("y", "20%"), "u": says("z", "60%")}
    scenario = read(tmp_path, statements=said, **TWO)
    given = encode(scenario)
    belief, implied, sd = told_belief(given, draws=20)
    reweighting = Reweighting.of(scenario, given, belief)
    found = reweighting.log_ratio(reweighting.retold({"t": None}))
    noise = given.spread**2 / given.weight
    for d in range(20):
        whole = np.diag(noise) + (given.carries * sd[d] ** 2) @ given.carries.T
        kept = [0, 2]
        every = multivariate_normal(implied[d], whole).logpdf(given.stated)
        part = multivariate_normal(implied[d, kept], whole[np.ix_(kept, kept)])
        exact = part.logpdf(given.stated[kept]) - every
        assert found[d] == pytest.approx(exact - np.log(2 * np.pi) / 2, rel=1e-9)


def test_leaving_each_out_at_once_is_leaving_out_one_by_one(tmp_path):
    people = {n: {"group": "both"} for n in "xy"}
    said = {
        "s": says("x", "70%"),
        "t": says("y", "likely"),
        "u": says("z", "20%", weight=0.5),
        "v": says("w", "40%"),
        "again": says("y", "60%"),
        "r": RECORD,
    }
    reweighting = reweighting_of(a_forecast(tmp_path, said, experts=people))
    found = dict(reweighting.leaving_out())
    assert [*found] == ["s", "t", "u", "v", "again", "r"]
    for name, ratio in found.items():
        exact = reweighting.log_ratio(reweighting.retold({name: None}))
        assert np.ptp(exact) > 0.01
        assert np.ptp(ratio - exact) < 1e-9


def test_one_statement_is_conjugate(tmp_path):
    """Its posterior is normal, at any weight, so what half and twice of it make is known."""
    scenario = read(tmp_path, statements={"s": says("x", "80%")})
    given = encode(scenario)
    belief, _, sd = told_belief(given, draws=20_000)
    errors = (sd[0] ** 2).sum()  # with disagreement held at its first draw

    def posterior(weight):
        precision = 1 / (given.spread[0] ** 2 / weight + errors) / SHARPENING**2
        variance = 1 / (1 / given.base_sd[0] ** 2 + precision)
        return variance * precision * SHARPENING * given.stated[0], variance**0.5

    mean, spread = posterior(1.0)
    rng = np.random.default_rng(2)
    base = rng.normal(mean, spread, (20_000, 1))
    belief, _, _ = told_belief(given, draws=20_000, base=base)
    names = ("disagreement", "standard_error", "error", "expected", "own_error_sd")
    held = {n: np.repeat(belief.posterior[n][:1], 20_000, axis=0) for n in names}
    held["own_error_sd"][:] = errors**0.5
    held["error"][:], held["standard_error"][:] = sd[0], 1.0
    held["expected"] = base / SHARPENING
    belief = replace(belief, posterior=belief.posterior | held)
    reweighting = Reweighting.of(scenario, given, belief)
    gauge = Gauge(answer(scenario, belief), "a")
    nodes, shares = np.polynomial.hermite_e.hermegauss(60)
    for weight in (0.5, 2.0):
        found = Mixer(reweighting, gauge).move({"s": weight})
        mean, spread = posterior(weight)
        exact = shares @ (1 / (1 + np.exp(-mean - spread * nodes))) / shares.sum()
        assert found.probability == pytest.approx(exact, abs=5 * 0.2 / 20_000**0.5 + 0.001)
    gone = Mixer(reweighting, gauge).move({"s": 0.0})
    assert gone.probability == pytest.approx(0.5, abs=5 * gone.error + 0.01)


def test_own_errors_alone_give_what_the_fit_stores(tmp_path):
    """Without the errors that statements share, a ratio is that of `without` in a belief."""
    forecast = a_forecast(tmp_path)
    kept = {n: v for n, v in forecast.belief.posterior.items() if n != "standard_error"}
    belief = replace(forecast.belief, posterior=kept)
    reweighting = Reweighting.of(forecast.scenario, forecast.given, belief)
    assert not reweighting.shares_errors
    found = reweighting.log_ratio(reweighting.retold({"s": None}))
    np.testing.assert_allclose(found, -reweighting.each()[0], atol=1e-9)


def test_what_stays_as_it_is_moves_nothing(tmp_path):
    forecast = a_forecast(tmp_path)
    found = Mixer(reweighting_of(forecast), Gauge(forecast, "a")).move({"s": 1.0, "r": 1.0})
    assert (found.move, found.error, found.k, found.rough) == (0.0, 0.0, None, False)


def test_repetitions_share_their_weight_anew(tmp_path):
    said = {"s": says("x", "70%"), "again": says("x", "75%"), "t": says("y", "likely")}
    forecast = a_forecast(tmp_path, said)
    assert forecast.given.weight.tolist() == [0.5, 0.5, 1.0]
    assert without(forecast, "again").weight.tolist() == [1.0, 0.0, 1.0]


def test_without_its_only_record_an_outcome_has_the_prior_of_one_without(tmp_path):
    forecast = a_forecast(tmp_path)
    assert forecast.given.base_sd.tolist() == [3.0]
    assert without(forecast, "r").base_sd.tolist() == [1.5]
    assert without(forecast, "s").base_sd.tolist() == [3.0]


@pytest.mark.parametrize("name", ["PERSON", "GROUP", "EVERYBODY"])
def test_larger_errors_are_those_of_a_model_with_larger_errors(tmp_path, name):
    scenario = read(tmp_path, statements={"s": says("x", "70%"), "t": says("y", "20%")}, **TWO)
    given = encode(scenario)
    belief, implied, sd = told_belief(given, draws=5)
    reweighting = Reweighting.of(scenario, given, belief)
    found = reweighting.log_ratio(reweighting.scaled({name: 2.0}))
    counts = (len(given.persons), len(given.groups), len(given.targets))
    grown = np.repeat([2.0 if n == name else 1.0 for n in ("PERSON", "GROUP", "EVERYBODY")], counts)
    for d in range(5):

        def density(scale, d=d):
            whole = (
                np.diag(given.spread**2) + (given.carries * (scale * sd[d]) ** 2) @ given.carries.T
            )
            return multivariate_normal(implied[d], whole).logpdf(given.stated)

        assert found[d] == pytest.approx(density(grown) - density(1.0), rel=1e-9)


def test_a_wider_prior_is_a_ratio_of_normals(tmp_path):
    forecast = a_forecast(tmp_path)
    reweighting = reweighting_of(forecast)
    found = reweighting.log_ratio(reweighting.scaled({"BASE_SD": 2.0}))
    base = forecast.belief.posterior["base"][:, 0]
    np.testing.assert_allclose(found, base**2 / 2 * (1 / 9 - 1 / 36))


def test_dropped_news_is_a_forecast_without_it(tmp_path):
    item = report({"a": "yes"}, 4, day="2024-02-01")
    forecast = a_forecast(tmp_path, news={"2024-02-01-n": item}, as_of="2024-03-01")
    found = next(s for s in sensitivity(forecast, "a").swings if s.lever.kind is Kind.news)
    bare = answer(forecast.scenario.model_copy(update={"news": {}}), forecast.belief)
    move = found.moves[How.dropped]
    assert move.probability == pytest.approx(bare["a"].probability, rel=1e-3)
    assert move.error < abs(move.move)


# --- what might be otherwise ---------------------------------------------------------------------


def test_everything_that_was_said_or_assumed_is_a_lever(tmp_path):
    said = {"s": says("x", "70%"), "t": says("y", "likely", event={"b": "no"}), "r": RECORD}
    said["u"] = says("x", "unlikely", event={"b": "yes"})
    forecast = a_forecast(tmp_path, said, outcomes=["a", "b"])
    text = "SHARPENING = 1.05\nPERSON, GROUP = 0.3, 0.58\nencode(x)\n"
    found = levers(forecast.scenario, forecast.given, "a", text)
    labels = {lever.name: lever.label for lever in found}
    assert labels["s"] == "X's '70%'"
    assert labels["t"] == "Y's 'likely no' (b)"
    assert labels["r"] == "the record '1 of 5'"
    assert labels["x"] == "both statements of X"
    assert labels["press"] == "all 3 statements of the group press"
    assert "y" not in labels  # whose only statement is a row already
    assert labels["kent"].endswith("(2 of 2 differ)")
    assert labels["PERSON"] == "each expert's own error (sd 0.3)"
    assert "EVERYBODY" not in labels
    doubled = next(lever for lever in found if lever.name == "s").alternatives[How.doubled]
    assert doubled.statements["s"].weight == 2.0


def test_two_rows_are_never_called_the_same(tmp_path):
    said = {"s": says("x", "70%"), "t": says("x", "70%", date="2024-02-01")}
    forecast = a_forecast(tmp_path, said, as_of="2024-03-01")
    labels = [s.lever.label for s in sensitivity(forecast, "a").swings]
    assert {"X's '70%' [s]", "X's '70%' [t]"} <= {*labels}


def test_a_changed_model_is_its_text_with_lines_added():
    text = "from m import encode\nPERSON, GROUP = 0.3, 0.5\nNAME = 'x'\nTRUE = 1\n"
    assert constants(text) == {"PERSON": 0.3, "GROUP": 0.5, "TRUE": 1.0}
    found: dict[str, float] = {}
    exec(altered("PERSON = 0.3", {"PERSON": 2.0}), found)
    assert found["PERSON"] == 0.6
    assert altered(text, {}).startswith(text)


def test_a_changed_prior_reaches_what_the_model_encodes(tmp_path):
    forecast = a_forecast(tmp_path)
    found = {}
    text = altered("from estimative.elicitation import encode", {"BASE_SD": 2.0})
    exec(text, found)
    assert found["encode"](forecast.scenario).base_sd.tolist() == [6.0]


# --- the answer ----------------------------------------------------------------------------------


def test_the_answer_names_what_moves_it(tmp_path):
    found = sensitivity(a_forecast(tmp_path, draws=4000), "a")
    text = found.text()
    assert "What drives it: a" in text
    assert "X's '70%'" in text
    assert "half a prior sd off" in text
    assert "<table>" in found._repr_html_()
    frame = found.to_frame()
    assert {"kind", "name", "change", "move", "move_error", "pareto_k", "rough"} <= {*frame}
    assert {*frame.change} == {"dropped", "halved", "doubled", "read"}
    assert not found.claims() or found.claims()[0].startswith("Without ")
    for width in (60, 80, 120):
        assert max(map(len, found.text(width).splitlines())) <= width


def test_nothing_rough_is_claimed(tmp_path):
    found = sensitivity(a_forecast(tmp_path, draws=4000), "a")
    rough = replace(
        found,
        swings=tuple(
            replace(s, moves={how: replace(m, k=0.9) for how, m in s.moves.items()})
            for s in found.swings
        ),
    )
    assert rough.claims() == []
    assert "~" in rough.text()


def test_few_draws_are_rough_whatever_k_says():
    assert Move(0.5, 0.1, 0.01, 0.3, 399.0).rough
    assert Move(0.5, 0.1, 0.01, 0.71, 3999.0).rough
    assert not Move(0.5, 0.1, 0.01, 0.69, 400.0).rough
    assert not Move(0.5, 0.1, 0.01, None, 30.0, exact=True).rough


def test_three_draws_that_agree_are_no_certainty(tmp_path):
    """A reweighting that leaves few draws has a large error, also where they are all alike."""
    forecast = a_forecast(tmp_path, draws=4000)
    ratio = np.full(4000, -50.0)
    ratio[:3] = 0.0
    found = Gauge(forecast, "a").move(ratio)
    assert found.error > 0.3 * np.std(forecast.draws[:, 1])
    assert found.rough


@pytest.mark.parametrize(
    ("outcome", "top", "error", "words"),
    [
        ("z", 5, KeyError, "no outcome 'z'"),
        ("b", 5, ValueError, "withheld: nobody speaks of it"),
        ("a", 0, ValueError, "at least one row"),
    ],
)
def test_what_cannot_be_asked_is_refused(tmp_path, outcome, top, error, words):
    forecast = a_forecast(tmp_path, outcomes=["a", "b"])
    with pytest.raises(error, match=words):
        sensitivity(forecast, outcome, top=top)


def test_a_model_that_names_nothing_leaves_the_news(tmp_path):
    item = report({"a": "yes"}, 4, day="2024-02-01")
    forecast = a_forecast(tmp_path, news={"2024-02-01-n": item}, as_of="2024-03-01")
    bare = {n: forecast.belief.posterior[n] for n in ("base", "influence")}
    found = sensitivity(replace(forecast, belief=replace(forecast.belief, posterior=bare)), "a")
    assert {s.lever.kind for s in found.swings} == {Kind.news}
    assert "exact=True" in found.text()
    with pytest.raises(ValueError, match="does not name"):
        found.slider()


def test_what_is_rough_or_large_is_fitted_anew(tmp_path):
    forecast = a_forecast(tmp_path, draws=4000)
    asked = []

    def refit(label, scenario, text):
        asked.append((label, scenario, text))
        return forecast

    plain = sensitivity(forecast, "a")
    found = sensitivity(forecast, "a", refit=refit)
    moves = {(s.lever.name, how): m for s in plain.swings for how, m in s.moves.items()}
    after = {(s.lever.name, how): m for s in found.swings for how, m in s.moves.items()}
    for key, move in moves.items():
        if not move.rough and abs(move.move) < 0.05:
            assert after[key] == move
    assert asked
    assert len(asked) == sum(m.exact for m in after.values())
    assert asked[0][0].startswith(f"1 of {len(asked)}, ")


def test_what_does_not_converge_when_fitted_anew_is_left_out(tmp_path):
    forecast = a_forecast(tmp_path)
    bad = replace(forecast.belief, diagnostics=forecast.belief.diagnostics | {"rhat": 1.5})
    bare = replace(forecast, belief=replace(forecast.belief, posterior={}))
    found = sensitivity(bare, "a", refit=lambda *_: replace(forecast, belief=bad))
    assert not found.swings


# --- sliders and ArviZ ---------------------------------------------------------------------------


def test_a_slider_feels_immediate(tmp_path):
    said = {f"s{i}": says(f"e{i}", f"{20 + 7 * i}%") for i in range(8)}
    forecast = a_forecast(tmp_path, said, draws=4000)
    mixer = Mixer(reweighting_of(forecast), Gauge(forecast, "a"))
    mixer.move({"s0": 0.5})
    times = []
    for factor in np.linspace(0, 2, 7):
        start = time.process_time()
        mixer.move(dict.fromkeys(said, float(factor)))
        times.append(time.process_time() - start)
    assert np.median(times) < 0.05


def test_without_ipywidgets_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=r"estimative\[notebook\]"):
        sensitivity(a_forecast(tmp_path), "a").slider()


def test_sliders_show_what_the_mixer_says(tmp_path, monkeypatch):
    made = []

    class Widget:
        def __init__(self, *children, **how):
            self.children, self.value = children, how.get("value", "")
            made.append(self)

        def observe(self, heard, names):
            self.heard = heard

    fake = types.ModuleType("ipywidgets")
    fake.HTML = fake.FloatSlider = fake.VBox = Widget
    monkeypatch.setitem(sys.modules, "ipywidgets", fake)
    forecast = a_forecast(tmp_path)
    sensitivity(forecast, "a").slider()
    answer_shown = made[0]
    assert "(0 points" in answer_shown.value
    slider = next(w for w in made if hasattr(w, "heard"))
    slider.value = 0.0
    slider.heard({"new": 0.0})
    assert "(0 points" not in answer_shown.value
    assert "rough" in written(Move(0.5, 0.1, 0.01, 0.9, 3000.0), 0.4)


@pytest.mark.slow
def test_arviz_finds_a_statement_more_telling_than_one_on_something_else(tmp_path):
    said = {"s": says("x", "95%"), "t": says("y", "60%", event={"b": "yes"})}
    scenario = read(tmp_path, statements=said, outcomes=["a", "b"], **TWO)
    forecast = a_forecast(tmp_path, said, outcomes=["a", "b"], draws=1000)
    assert scenario.statements.keys() == said.keys()
    found = sensitivity(forecast, "a").psense()
    assert found.index[0] == "s"
    assert found["s"] > 0


# --- the picture ---------------------------------------------------------------------------------


@pytest.fixture
def tornado(tmp_path):
    found = sensitivity(a_forecast(tmp_path, draws=4000), "a")
    yield found, plots.sensitivity(found)
    plt.close("all")


def test_every_bar_has_its_words(tornado):
    found, ax = tornado
    numbers = [t.get_text() for t in ax.texts if t.get_gid() == "number"]
    bars = [p for p in ax.patches if p.get_gid() == "bar"]
    assert len(numbers) == len(bars) > 0
    assert all(n.split()[0] in ("without", "half", "twice", "if") for n in numbers)
    now = found.outcome.probability
    assert all(bar.get_x() == pytest.approx(now) for bar in bars)


def assert_legible(ax):
    ax.figure.canvas.draw()
    room = ax.get_window_extent().padded(1.0)
    boxes = [(t.get_text(), t.get_window_extent()) for t in ax.texts]
    for text, box in boxes:
        assert room.x0 <= box.x0 < box.x1 <= room.x1, text
        assert room.y0 <= box.y0 < box.y1 <= room.y1, text
    for (first, one), (second, other) in itertools.combinations(boxes, 2):
        wide = min(one.x1, other.x1) - max(one.x0, other.x0)
        high = min(one.y1, other.y1) - max(one.y0, other.y0)
        assert min(wide, high) < 0.5, f"{first!r} lies on {second!r}"


def test_it_is_a_legible_slide(tornado):
    found, ax = tornado
    assert_legible(ax)
    width, height = ax.figure.get_size_inches()
    assert width / height == pytest.approx(16 / 9)
    caption = style.caption_of(ax)
    assert caption.record == found.forecast.record
    assert "without" in caption.alt


def test_it_uses_the_axes_it_is_given_beside_others(tornado):
    found, _ = tornado
    _, (left, right) = plt.subplots(1, 2, figsize=(16, 5), layout="constrained")
    assert plots.sensitivity(found, left) is left
    assert_legible(left)
    assert not right.lines


@pytest.mark.parametrize(("low", "high"), [(0.001, 0.02), (0.4, 0.99), (0.02, 0.9)])
def test_bars_at_the_ends_of_the_scale_keep_their_words_apart(tornado, low, high):
    found, _ = tornado
    now = found.outcome.probability
    ends = {How.dropped: Move(low, low - now, 0.01, 0.9, 900.0)}
    ends[How.doubled] = Move(high, high - now, 0.001, 0.1, 900.0)
    swings = tuple(replace(s, moves=ends) for s in found.swings if len(s.moves) == 3)
    assert_legible(plots.sensitivity(replace(found, swings=swings)))


def test_a_picture_without_rows_says_so(tornado):
    found, _ = tornado
    ax = plots.sensitivity(replace(found, swings=()))
    assert any("Nothing moves it" in t.get_text() for t in ax.texts)


def test_it_is_on_the_public_surface():
    assert est.sensitivity.__module__ == "estimative.workflow"
