"""Every file in `models/` keeps one contract: it builds, names its tables `cpt`, and converges.

What it must name besides, so that pulls and defaults can be told, is tried too; and of the
baseline, that it is what the default model is where there are no links.
"""

import shutil
from pathlib import Path

import numpy as np
import pymc as pm
import pytest
from builders import answer, fitted, model, read, says

import estimative as est
from estimative.belief import Belief, Settings
from estimative.elicitation import as_known, encode
from estimative.workspace import shelf

pytestmark = pytest.mark.slow

MODELS = sorted(
    path.stem
    for path in (shelf() / "models").glob("*.py")
    if "def build_model(" in path.read_text()  # else it is no model of scenarios
)
SCENARIOS = {
    "example": Path(__file__).parents[1] / "data" / "example",
    "tutorial": shelf() / "scenarios" / "tutorial",
}


@pytest.fixture(scope="module", params=MODELS)
def name(request):
    return request.param


@pytest.fixture(scope="module", params=SCENARIOS)
def scenario(request, tmp_path_factory):
    """Return a scenario as read in a workspace of its own, apart from the shared experts."""
    place = tmp_path_factory.mktemp("workspace") / "scenarios" / request.param
    found = est.read_scenario(shutil.copytree(SCENARIOS[request.param], place))
    return as_known(found, found.date)


@pytest.fixture(scope="module")
def belief(name, scenario) -> Belief:
    return fitted(scenario, name=name, settings=Settings())


def test_the_shelf_has_the_models_that_the_pages_speak_of():
    assert {"expert_network", "separate_outcomes"} <= set(MODELS)


def test_a_model_fits_on_one_page(name):
    assert len((shelf() / "models" / f"{name}.py").read_text().splitlines()) <= 80


def test_it_builds_a_model_with_conditional_tables(name, scenario):
    built = model(name)(scenario)
    assert isinstance(built, pm.Model)
    (cpt,) = pm.draw([built["cpt"]], random_seed=1)
    graph = encode(scenario).graph
    assert cpt.shape == (graph.offset[-1],)
    rows(graph, cpt[None, :])


def rows(graph, tables):
    """Check that every row of every table adds up to 1."""
    assert (tables >= 0).all()
    for node in graph.nodes:
        block = tables[:, graph.block(node)].reshape(len(tables), -1, len(graph.states[node]))
        np.testing.assert_allclose(block.sum(axis=-1), 1.0, atol=1e-12)


def test_it_samples_tables_and_converges(belief, scenario):
    rows(encode(scenario).graph, belief.tables)
    assert belief.failed == ()
    assert belief.tables.std(axis=0).max() > 0.01


def test_what_is_not_the_tables_is_named_so_that_pulls_can_be_told(belief, scenario):
    given = encode(scenario)
    assert {"base", "influence"} <= belief.posterior.keys()
    counted = len(given.names) + len(given.record_names)
    assert belief.without.shape == (counted, len(belief.tables))
    assert np.isfinite(belief.without).all()
    assert belief.without_k.shape == (counted,)


def test_it_answers(belief, scenario):
    found = answer(scenario, belief)
    for outcome in found.outcomes:
        assert outcome.withheld is None or outcome.name == "never"
        assert 0 < outcome.lower < outcome.probability < outcome.upper < 1
    assert found.text()
    assert len(found.statements) == len(belief.without)


# --- the baseline --------------------------------------------------------------------------------

RAISES = {"kind": "influence", "expert": "x", "link": "a -> b", "strength": "raises strongly"}
LINKED = {
    "a_says": says("x", "80%"),
    "b_says": says("y", "40%", event={"b": "yes"}),
    "b_given": says("y", "90%", event={"b": "yes"}, given={"a": "yes"}),
    "link": RAISES,
    "path": {k: v for k, v in RAISES.items() if k != "link"} | {"path": "a -> b"},
    "record": {
        "kind": "base_rate",
        "event": {"b": "yes"},
        "happened": 2,
        "out_of": 6,
        "each": "1 year",
    },
}


def test_the_baseline_is_the_default_model_of_the_scenario_without_links(tmp_path):
    order = {"kind": "comparison", "expert": "z", "likelier": {"a": "yes"}, "than": {"b": "yes"}}
    statements = LINKED | {"order": order | {"strength": "far"}}
    plain = {n: s for n, s in statements.items() if n not in ("b_given", "link", "path")}
    linked = read(tmp_path, outcomes="ab", links=["a -> b"], statements=statements)
    separate = read(tmp_path, outcomes="ab", statements=plain)
    baseline, default = model("separate_outcomes")(linked), model("expert_network")(separate)
    density, other = baseline.compile_logp(), default.compile_logp()
    rng = np.random.default_rng(5)
    for _ in range(5):
        point = {n: rng.normal(size=np.shape(v)) for n, v in default.initial_point().items()}
        same = {n: v for n, v in point.items() if n in baseline.initial_point()}
        assert {n for n, v in point.items() if v.size} == {n for n, v in same.items() if v.size}
        assert float(density(same)) == pytest.approx(float(other(point)), abs=1e-9)


def test_the_baseline_leaves_out_what_needs_a_link(tmp_path):
    scenario = read(tmp_path, outcomes="ab", links=["a -> b"], statements=LINKED)
    found = answer(scenario, fitted(scenario, name="separate_outcomes"))
    pulls = {pull.name: pull.pulls for pull in found.statements}
    assert list(pulls) == list(LINKED)
    for name in ("b_given", "link", "path"):
        assert pulls[name] == pytest.approx({"a": 0.0, "b": 0.0}, abs=1e-15)
    assert pulls["a_says"]["a"] > 0.05
    assert abs(pulls["a_says"]["b"]) < 0.02  # of Monte Carlo error only
    # no row of b depends on a
    block = found.belief.tables[:, found.given.graph.block("b")].reshape(-1, 2, 2)
    np.testing.assert_array_equal(block[:, 0], block[:, 1])


def test_news_of_one_outcome_says_nothing_of_another_in_the_baseline(tmp_path):
    seen = {"kind": "observation", "published": "2024-01-01", "observed": {"a": "yes"}}
    scenario = read(
        tmp_path, outcomes="ab", links=["a -> b"], statements=LINKED, news={"2024-01-01-n": seen}
    )
    belief = fitted(scenario, name="separate_outcomes")
    before = read(tmp_path, outcomes="ab", links=["a -> b"], statements=LINKED)
    found = [answer(s, belief) for s in (before, scenario)]
    chances = [f["b"].states["yes"] for f in found]
    # the draws are weighed by P(a), which has nothing to do with b but by chance
    assert chances[1] == pytest.approx(chances[0], abs=0.02)
    default = fitted(scenario)
    linked = [answer(s, default)["b"].states["yes"] for s in (before, scenario)]
    assert linked[1] - linked[0] > 0.03
