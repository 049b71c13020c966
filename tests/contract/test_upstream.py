"""What the project relies on in PyMC, PyTensor, nutpie and ArviZ, each tried bare.

Nothing of the project is imported: when one of these fails, a release upstream has changed.
"""

from typing import Any

import arviz as az
import numba
import numpy as np
import nutpie
import pymc as pm
import pytensor
import pytensor.tensor as pt
import pytest
import xarray as xr
from arviz_stats.base import array_stats
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from nutpie.compile_pymc import CompiledPyMCModel
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import register_funcify_and_cache_key

pytestmark = pytest.mark.slow

READINGS, WHICH = np.array([0.3, 0.5, 0.1]), np.array([0, 1, 1])


def conjugate_mean(readings: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Worked out by hand: normal prior with variance 1, readings with variance 1/4."""
    counts = np.bincount(which, minlength=2)
    return 4.0 * np.bincount(which, weights=readings, minlength=2) / (1.0 + 4.0 * counts)


@pytest.fixture(scope="module")
def model() -> pm.Model:
    with pm.Model(coords={"group": ["a", "b"]}) as model:
        readings, which = pm.Data("readings", READINGS), pm.Data("which", WHICH)
        centre = pm.Normal("centre", 0.0, 1.0, dims="group")
        pm.Normal("reading", centre[which], np.float64(0.5), observed=readings)
    return model


@pytest.fixture(scope="module")
def compiled(model: pm.Model) -> Any:
    return nutpie.compile_pymc_model(model)


def sample(compiled: Any, seed: int = 1) -> xr.DataTree:
    return nutpie.sample(
        compiled, draws=500, tune=300, chains=4, cores=2, seed=seed, progress_bar=False
    )


@pytest.fixture(scope="module")
def sampled(compiled: Any) -> xr.DataTree:
    return sample(compiled)


def test_nutpie_returns_a_data_tree_with_labels(sampled: xr.DataTree):
    assert isinstance(sampled, xr.DataTree)
    assert sampled["posterior"]["centre"].dims == ("chain", "draw", "group")
    assert sampled["posterior"]["centre"].shape == (4, 500, 2)
    assert list(sampled["posterior"]["group"].values) == ["a", "b"]
    assert sampled["sample_stats"]["diverging"].dtype == bool


def test_nutpie_repeats_itself_by_seed(compiled: Any, sampled: xr.DataTree):
    first, again, other = (
        tree["posterior"]["centre"].values
        for tree in (sampled, sample(compiled), sample(compiled, 2))
    )
    assert first.tobytes() == again.tobytes()
    assert not np.array_equal(first, other)


def test_the_posterior_is_the_conjugate_one(sampled: xr.DataTree):
    centre = sampled["posterior"]["centre"]
    error = az.mcse(sampled, var_names=["centre"])["centre"].values
    difference = centre.mean(("chain", "draw")).values - conjugate_mean(READINGS, WHICH)
    assert np.all(np.abs(difference) < 5.0 * error)


def test_data_may_change_its_length_without_compiling(compiled: Any):
    readings, which = np.array([1.0, 0.2, 0.4, 0.9, 1.1]), np.array([1, 0, 0, 1, 1])
    tree = sample(compiled.with_data(readings=readings, which=which))
    error = az.mcse(tree, var_names=["centre"])["centre"].values
    difference = tree["posterior"]["centre"].mean(("chain", "draw")).values - conjugate_mean(
        readings, which
    )
    assert np.all(np.abs(difference) < 5.0 * error)


@pytest.mark.parametrize("method", ["bulk", "tail"])
def test_arviz_counts_effective_draws(sampled: xr.DataTree, method: str):
    size = az.ess(sampled, var_names=["centre"], method=method)["centre"]
    assert size.dims == ("group",)
    assert np.all((size > 400) & (size < 10_000))


def test_arviz_compares_chains(sampled: xr.DataTree):
    rhat = az.rhat(sampled, var_names=["centre"])["centre"]
    assert rhat.dims == ("group",)
    assert np.all(np.abs(rhat - 1.0) < 0.05)


def test_pareto_smoothing_negates_its_input():
    # it takes log-likelihoods left out, so log-weights go in with their sign changed
    log_weights = np.random.default_rng(1).normal(0.0, 0.3, size=2_000)
    smoothed, k = array_stats.psislw(-log_weights)
    expected = log_weights - np.log(np.exp(log_weights).sum())
    body = log_weights < np.quantile(log_weights, 0.8)
    np.testing.assert_allclose(smoothed[body], expected[body], atol=0.01)
    assert k < 0.5


def test_pymc_gives_density_and_gradient_as_a_function(model: pm.Model):
    density = model.logp_dlogp_function(ravel_inputs=True)
    density.set_extra_values({})
    at = np.array([0.1, -0.2])
    value, gradient = density(at)
    expected = (
        -0.5 * (at**2).sum()
        - 2.0 * ((READINGS - at[WHICH]) ** 2).sum()
        - 2.5 * np.log(2.0 * np.pi)
        - 3.0 * np.log(0.5)
    )
    assert value == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(
        gradient, -at + 4.0 * np.bincount(WHICH, weights=READINGS - at[WHICH]), atol=1e-12
    )


def test_a_literal_that_fits_becomes_a_short_float():
    # 0.5 given as a literal costs log(sigma) half its digits: a constant in the density, so no
    # posterior moves, but a density held against a formula needs np.float64 around its literals
    assert pt.as_tensor(0.5).dtype == "float32"
    assert pt.as_tensor(np.float64(0.5)).dtype == "float64"


class HalfSquare(Op):
    """Half the sum of squares of a vector, by an own kernel with an own derivative."""

    __props__ = ()

    def make_node(self, x: Any) -> Apply:
        return Apply(self, [pt.as_tensor(x)], [pt.dscalar()])

    def perform(self, node: Apply, inputs: list[Any], output_storage: list[list[Any]]) -> None:
        output_storage[0][0] = np.asarray(0.5 * np.sum(inputs[0] ** 2))

    def pullback(self, inputs: Any, outputs: Any, cotangents: Any) -> list[Any]:
        return [cotangents[0] * inputs[0]]


@register_funcify_and_cache_key(HalfSquare)
def half_square_kernel(op: HalfSquare, node: Apply, **_: Any) -> tuple[Any, str]:
    @numba.njit
    def half_square(x):
        total = 0.0
        for i in range(x.shape[0]):
            total += 0.5 * x[i] * x[i]
        return np.asarray(total)

    return half_square, "upstream-half-square-1"


def test_an_own_operation_compiles_with_its_gradient():
    x = pt.dvector("x")
    value = HalfSquare()(x)
    function = pytensor.function([x], [value, pt.grad(value, x)], mode="NUMBA")
    at = np.array([1.0, -2.0, 0.5])
    found, gradient = function(at)
    assert found == pytest.approx(2.625, abs=1e-15)
    np.testing.assert_array_equal(gradient, at)


def test_nutpie_samples_through_an_own_operation():
    with pm.Model() as model:
        x = pm.Flat("x", shape=2)
        pm.Potential("standard_normal", -HalfSquare()(x))
    tree = sample(nutpie.compile_pymc_model(model))
    draws = tree["posterior"]["x"]
    mean, sd = draws.mean(("chain", "draw")).values, draws.std(("chain", "draw")).values
    assert np.all(np.abs(mean) < 5.0 * az.mcse(tree, var_names=["x"])["x"].values)
    assert np.all(np.abs(sd - 1.0) < 5.0 * az.mcse(tree, var_names=["x"], method="sd")["x"].values)


# --- compiled code called by its address ---------------------------------------------------------

NUMBERS = types.float64[::1]
ONE = types.UniTuple(NUMBERS, 1)
CALLED = types.FunctionType(ONE(ONE))
POINTER = types.CPointer(types.float64)


@intrinsic
def function_at(typing: Any, address: Any) -> Any:
    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        function = cgutils.create_struct_proxy(CALLED)(context, builder)
        function.jit_addr = builder.inttoptr(arguments[0], cgutils.voidptr_t)
        return function._getvalue()

    return CALLED(types.int64), code


@numba.cfunc(types.int64(types.uint64, POINTER, POINTER, POINTER, types.CPointer(types.int64)))
def log_density(size, point, gradient, value, address):
    try:
        (found,) = function_at(address[0])((numba.carray(point, (size,)),))
    except Exception:
        return 1
    value[0] = found[0]
    for i in range(size):
        gradient[i] = found[1 + i]
    return 0


@numba.cfunc(types.int64(types.uint64, types.uint64, POINTER, POINTER, types.voidptr))
def same_point(size, expanded, point, variables, address):
    for i in range(size):
        variables[i] = point[i]
    return 0


def address_of(function: Any) -> int:
    (result,) = function.overloads.values()
    assert result.signature.return_type == CALLED.signature.return_type
    place: int = result.library.get_pointer_to_function(result.fndesc.llvm_func_name)
    return place


def test_nutpie_samples_code_that_is_called_by_its_address():
    x = pt.dvector("x")
    value = -HalfSquare()(x)
    joined = pt.concatenate([value[None], pt.grad(value, x)])
    function = pytensor.function([x], [joined], mode="NUMBA").vm.jit_fn
    function(np.zeros(2))
    compiled = CompiledPyMCModel(
        compiled_logp_func=log_density,
        compiled_expand_func=same_point,
        initial_point_func=lambda seed: np.random.default_rng(seed).uniform(-1, 1, 2),
        user_data=np.array([address_of(function)]),
        logp_func=function,
        expand_func=None,
        n_expanded=2,
        shape_info=(["point"], [slice(0, 2)], [(2,)]),
        shared_data={},
        shared_var_keys={},
        dims={},
        _n_dim=2,
        _shapes={"point": (2,)},
        _coords={},
    )
    trees = [sample(compiled), sample(compiled)]
    draws = trees[0]["posterior"]["point"]
    assert draws.values.tobytes() == trees[1]["posterior"]["point"].values.tobytes()
    mean, sd = draws.mean(("chain", "draw")).values, draws.std(("chain", "draw")).values
    assert np.all(np.abs(mean) < 5.0 * az.mcse(trees[0], var_names=["point"])["point"].values)
    spread = az.mcse(trees[0], var_names=["point"], method="sd")["point"].values
    assert np.all(np.abs(sd - 1.0) < 5.0 * spread)


def test_an_error_in_code_called_by_its_address_is_caught():
    x = pt.dvector("x")
    checked = pt.concatenate([[1.0], pt.specify_shape(x, (2,))])
    function = pytensor.function([x], [checked], mode="NUMBA").vm.jit_fn
    function(np.zeros(2))
    place = np.array([address_of(function)])
    for size, status in ((2, 0), (3, 1)):
        point, gradient, value = np.ones(size), np.zeros(size), np.zeros(1)
        arrays = [
            a.ctypes.data_as(log_density.ctypes.argtypes[1]) for a in (point, gradient, value)
        ]
        words = place.ctypes.data_as(log_density.ctypes.argtypes[4])
        assert log_density.ctypes(size, *arrays, words) == status
        assert value[0] == 1 - status


def test_without_fast_arithmetic_a_sum_is_taken_in_order():
    # with it, the sum's last digits depend on how the compiler groups it
    x = pt.dvector("x")
    with pytensor.config.change_flags(numba__fastmath=False):
        function = pytensor.function([x], x.sum(), mode="NUMBA")
    at = np.random.default_rng(1).normal(size=1001)
    total = 0.0
    for number in at.tolist():
        total += number
    assert function(at) == total
