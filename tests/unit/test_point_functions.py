"""Machine code of a point says what PyMC says, whatever shapes and types a model holds."""

import numpy as np
import pymc as pm
import pytensor.tensor as pt
import pytest

from estimative.belief import Settings
from estimative.implied import shared
from estimative.point_functions import PointFunction
from estimative.sampling import coordinate_names, density, expand, sample

pytestmark = pytest.mark.slow

READINGS = np.array([[0.3, 0.5, 0.1], [1.0, -0.2, 0.4]])


@pytest.fixture(scope="module")
def model():
    """Return a model with scalars, a matrix, an empty vector, and arrays of several types."""
    with pm.Model(coords={"group": ["a", "b"]}) as model:
        centre = pm.Normal("centre", 0, 1, dims="group")
        pm.Normal("nothing", 0, 1, shape=shared(np.zeros(0)).shape)
        scale = pm.HalfNormal("scale", shared(np.array(2.0)))
        slope = pm.Normal("slope", 0, 1, shape=(2, 3))
        counted = shared(np.array([[True, False, True], [True, True, True]]))
        which = shared(np.array([1, 0], np.int32))
        mean = centre[which][:, None] + slope * shared(np.array([0.5, 1.5, 2.5], np.float32))
        off = (shared(READINGS) - mean) / scale
        pm.Potential("seen", pt.where(counted, -0.5 * off**2 - pt.log(scale), 0.0).sum())
        pm.Deterministic("mean", mean)
        pm.Deterministic("total", mean.sum())
        pm.Deterministic("above", mean > 0)
    return model


@pytest.fixture(scope="module")
def start(model):
    return model.initial_point()


@pytest.fixture(scope="module")
def points(start):
    size = sum(np.size(v) for v in start.values())
    return np.random.default_rng(3).normal(size=(7, size))


@pytest.fixture(scope="module")
def compiled(model, start):
    return density(model, start)


def named(start, point):
    """Return a point as PyMC takes it."""
    ends = np.cumsum([np.size(v) for v in start.values()])
    parts = np.split(point, ends[:-1])
    return {n: p.reshape(np.shape(v)) for (n, v), p in zip(start.items(), parts, strict=True)}


def test_density_and_gradient_are_those_of_pymc(model, start, points, compiled):
    value, gradient = model.compile_logp(), model.compile_dlogp()
    for point in points:
        found, *parts = compiled(point)
        assert float(found) == pytest.approx(float(value(named(start, point))), abs=1e-12)
        assert [p.shape for p in parts] == [np.shape(v) for v in start.values()]
        whole = np.concatenate([np.ravel(p) for p in parts])
        np.testing.assert_allclose(whole, gradient(named(start, point)), atol=1e-12)


def test_all_points_at_once_are_each_point(points, compiled):
    together = compiled.at_each(points)
    for i, point in enumerate(points):
        for one, all_of_them in zip(compiled(point), together, strict=True):
            np.testing.assert_array_equal(all_of_them[i], one)


def test_variables_are_told_by_name_in_their_shapes(model, start, points):
    found = expand(model, start, points)
    assert set(found) == {"centre", "nothing", "scale", "slope", "mean", "total", "above"}
    assert found["nothing"].shape == (7, 0)
    assert found["mean"].shape == (7, 2, 3)
    assert found["total"].shape == (7,)
    given = [named(start, point) for point in points]
    expected = np.array(
        [g["centre"][[1, 0], None] + g["slope"] * np.array([0.5, 1.5, 2.5]) for g in given]
    )
    np.testing.assert_allclose(found["mean"], expected, atol=1e-12)
    np.testing.assert_allclose(found["scale"], [np.exp(g["scale_log__"]) for g in given])
    np.testing.assert_array_equal(found["above"], found["mean"] > 0)


def test_what_is_written_into_the_data_is_computed_with(model, start, points):
    centre = model.rvs_to_values[model["centre"]]
    held = shared(np.array([1.0, 2.0]))
    product = PointFunction(model, start, [centre * held, held.sum()])
    assert [v.tolist() for v in product(points[0])] == [[*(points[0][:2] * [1, 2])], 3.0]
    (data,) = product.data
    data[:] = 4.0, 8.0
    assert [v.tolist() for v in product(points[0])] == [[*(points[0][:2] * [4, 8])], 12.0]


def test_coordinates_are_named_by_label_or_number(model, start):
    names = coordinate_names(model, start)
    assert names[:3] == ["centre[a]", "centre[b]", "scale_log__[0]"]
    assert names[-1] == "slope[5]"


def test_the_same_seed_gives_the_same_draws_on_any_number_of_cores(compiled, points, monkeypatch):
    centre = np.zeros(points.shape[1])
    lines = []
    found = []
    for cores in (1, 2, 4):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        settings = Settings(chains=4, tune=100, draws=100)
        found.append(sample(compiled, centre, settings, 5, lines.append)[0])
    assert found[0].shape == (4, 100, points.shape[1])
    assert found[0].tobytes() == found[1].tobytes() == found[2].tobytes()
    assert set(lines) <= {"sampled 25%", "sampled 50%", "sampled 75%"}


def test_where_no_chain_can_start_it_says_so(model, start, points):
    value = model.rvs_to_values[model["centre"]]
    nowhere = PointFunction(
        model, start, [value.sum() * np.nan, *(v * np.nan for v in model.value_vars)]
    )
    with pytest.raises(RuntimeError):
        sample(nowhere, points[0], Settings(chains=1, tune=20, draws=20), 1, print)


def test_what_was_compiled_for_one_serves_another_of_the_same_graph_only():
    def made(held, power):
        with pm.Model() as model:
            at = pm.Normal("at", 0, 1)
            pm.Potential("seen", -((shared(np.array(held)) - at) ** power).sum())
        return density(model, model.initial_point())

    first, longer, other = made([1.0, 2.0], 2), made([1.0, 2.0, 4.0], 2), made([1.0, 2.0], 4)
    assert longer._function is first._function
    assert other._function is not first._function
    prior = -0.5 * np.log(2 * np.pi)
    expected = [prior - 5, prior - 21, prior - 17]
    found = [compiled(np.zeros(1))[0].item() for compiled in (first, longer, other)]
    np.testing.assert_allclose(found, expected)
