"""What a PyMC model says of an unconstrained point, as machine code that needs no interpreter.

Every array a model holds is laid into one vector of 64-bit words, so that all compiled functions
have one signature: (point, memory) to (numbers, shapes). Threads call them by address, through two
small callbacks that numba keeps on disk, and a model whose pieces are on disk is ready in a second.
Nothing is compiled with fast arithmetic, whose last digits depend on what is inlined where: what
is compiled and what is found on disk give the same bytes (`tests/system/test_same_bytes.py`).
"""

import hashlib
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import islice
from math import prod
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from pytensor.compile.mode import get_mode
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply, Variable, equal_computations
from pytensor.graph.op import Op
from pytensor.graph.traversal import graph_inputs
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_and_cache_key

Floats = npt.NDArray[np.float64]

NUMBERS, WORDS = types.float64[::1], types.int64[::1]
PAIR = types.Tuple([NUMBERS, WORDS])
FUNCTION = types.FunctionType(PAIR(PAIR))
LENGTH, ADDRESS, HEAD = 0, 1, 2  # the first words of a memory: its own length, the function's place
LATEST: deque[tuple[list[Any], list[Any], Any]] = deque(maxlen=8)
"""The inputs and outputs of what was compiled last, and the function."""


class Unpack(Op):
    """The arrays that a point and a memory hold, as views; the first `values` are in the point.

    Each has its start and its shape in the memory, one after the other, behind the head.

    Parameters
    ----------
    kinds : tuple of (str, int)
        The type and the number of axes of each.
    values : int
        How many of them, the first, are in the point.
    """

    __props__ = ("kinds", "values")

    def __init__(self, kinds: tuple[tuple[str, int], ...], values: int) -> None:
        self.kinds, self.values = kinds, values
        self.view_map = {i: [0 if i < values else 1] for i in range(len(kinds))}

    def make_node(self, *inputs: Variable) -> Apply:
        """Return the node of point and memory: an output of each kind (type, number of axes)."""
        outputs = [pt.TensorType(kind, (None,) * axes)() for kind, axes in self.kinds]
        return Apply(self, list(inputs), outputs)

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: Sequence[Any]) -> None:
        """Refuse: it is only compiled."""
        raise NotImplementedError


class Pack(Op):
    """All numbers of some arrays one after the other, and all lengths of their axes."""

    __props__ = ()

    def make_node(self, *inputs: Variable) -> Apply:
        """Return the node for any arrays."""
        outputs = [pt.TensorType("float64", (None,))(), pt.TensorType("int64", (None,))()]
        return Apply(self, list(inputs), outputs)

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: Sequence[Any]) -> None:
        """Refuse: it is only compiled."""
        raise NotImplementedError


@register_funcify_and_cache_key(Unpack)
def _unpacking(op: Unpack, node: Apply, **_: object) -> tuple[Any, str]:
    lines, at = ["def unpack(point, memory):"], HEAD
    for i, (kind, axes) in enumerate(op.kinds):
        shape = [f"memory[{at + 1 + axis}]" for axis in range(axes)]
        size = " * ".join(["1", *shape])
        if i < op.values:
            lines.append(f"    flat = point[memory[{at}]:memory[{at}] + {size}]")
        else:
            lines.append(f"    flat = memory[memory[{at}]:].view(np.{kind})[:{size}]")
        lines.append(f"    x{i} = flat.reshape(({''.join(f'{n}, ' for n in shape)}))")
        at += 1 + axes
    lines.append(f"    return ({''.join(f'x{i}, ' for i in range(len(op.kinds)))})")
    return _written(lines)


@register_funcify_and_cache_key(Pack)
def _packing(op: Pack, node: Apply, **_: object) -> tuple[Any, str]:
    axes = {f"x{i}": array.type.ndim for i, array in enumerate(node.inputs)}
    lengths = [f"{x}.shape[{axis}]" for x, count in axes.items() for axis in range(count)]
    lines = [
        f"def pack({', '.join(axes)}):",
        f"    shapes = np.empty({len(lengths)}, np.int64)",
        *(f"    shapes[{i}] = {length}" for i, length in enumerate(lengths)),
        f"    numbers = np.empty({' + '.join(f'{x}.size' for x in axes)})",
        "    at = 0",
    ]
    for x, count in axes.items():
        if count == 0:
            lines += [f"    numbers[at] = {x}[()]", "    at += 1"]
        else:
            lines += [f"    for one in {x}.flat:", "        numbers[at] = one", "        at += 1"]
    return _written([*lines, "    return numbers, shapes"])


def _written(lines: list[str]) -> tuple[Any, str]:
    """Return a numba function from its source, and its name on disk."""
    source = "\n".join(lines)
    name = lines[0].removeprefix("def ").partition("(")[0]
    function = numba_njit(compile_numba_function_src(source, name, {"np": np}))
    return function, hashlib.sha256(source.encode()).hexdigest()


@intrinsic
def _function_at(typing: Any, address: Any) -> Any:  # noqa: ANN401
    """Return the compiled function at an address."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:  # noqa: ANN401
        function = cgutils.create_struct_proxy(FUNCTION)(context, builder)
        function.jit_addr = builder.inttoptr(arguments[0], cgutils.voidptr_t)
        return function._getvalue()

    return FUNCTION(types.int64), code


_IN, _MEMORY = types.CPointer(types.float64), types.CPointer(types.int64)


@numba.cfunc(types.int64(types.uint64, _IN, _IN, _IN, _MEMORY), cache=True)
def log_density(size, point, gradient, value, words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill in value and gradient at a point, as nutpie asks for them; return 0 if they are finite.

    Parameters
    ----------
    size : int
        Of the point.
    point, gradient, value : pointers to float
        The point; where its gradient and its log density go.
    words : pointer to int
        The memory of a `PointFunction` of log density and gradient.

    Returns
    -------
    int
        0, or a positive number for a point that cannot be stood on.
    """
    memory = numba.carray(words, (words[LENGTH],))
    try:
        function: Any = _function_at(memory[ADDRESS])  # type: ignore[call-arg]
        numbers, _ = function((numba.carray(point, (size,)), memory))
    except Exception:
        return 1
    value[0] = numbers[0]
    finite = np.isfinite(numbers[0])
    for i in range(size):
        gradient[i] = numbers[1 + i]
        finite &= np.isfinite(numbers[1 + i])
    return 0 if finite else 3


@numba.cfunc(types.int64(types.uint64, types.uint64, _IN, _IN, _MEMORY), cache=True)
def same_point(size, expanded, point, variables, words):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Copy a point to where nutpie keeps what it draws.

    Parameters
    ----------
    size, expanded : int
        Of the point, twice.
    point, variables : pointers to float
        From where, to where.
    words : pointer to int
        Not used.

    Returns
    -------
    int
        0.
    """
    for i in range(size):
        variables[i] = point[i]
    return 0


@numba.njit([types.void(types.float64[:, ::1], WORDS, types.float64[:, ::1])], cache=True)
def _fill(points, memory, numbers):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    function: Any = _function_at(memory[ADDRESS])  # type: ignore[call-arg]
    for i in range(len(points)):
        found, _ = function((points[i], memory))
        numbers[i] = found


class PointFunction:
    """Some outputs of a model as compiled functions of an unconstrained point.

    Parameters
    ----------
    model : pm.Model
        Its value variables are the coordinates.
    start : mapping of str to array
        A point, as `model.initial_point` returns it.
    outputs : sequence of Variable
        What is to be computed, from value variables and data.

    Attributes
    ----------
    memory : array of int, shape (words,)
        What the compiled function reads besides the point.
    data : list of array
        The model's arrays, as views of the memory: what is written there is computed with.
    """

    def __init__(
        self, model: pm.Model, start: Mapping[str, npt.NDArray[Any]], outputs: Sequence[Variable]
    ) -> None:
        held = [v for v in dict.fromkeys(graph_inputs(outputs)) if isinstance(v, SharedVariable)]
        arrays = [np.asarray(v.get_value(borrow=True)) for v in held]
        shapes = [np.shape(v) for v in start.values()]
        self.memory, self.data = _laid_out(shapes, arrays)
        self._function = _compiled([*model.value_vars, *held], len(shapes), outputs)
        centre = np.concatenate([np.ravel(v) for v in start.values()])
        _, lengths = self._function(centre, self.memory)
        axes = iter(lengths.tolist())
        self._shapes = [tuple(islice(axes, v.type.ndim)) for v in outputs]
        (result,) = self._function.overloads.values()
        if result.signature.return_type != PAIR:
            raise TypeError(f"a compiled model has the signature {result.signature}")
        place = result.library.get_pointer_to_function(result.fndesc.llvm_func_name)
        self.memory[ADDRESS] = place

    def __call__(self, point: Floats) -> list[Floats]:
        """Return the outputs at one point."""
        return [output[0] for output in self.at_each(point[None, :])]

    def at_each(self, points: Floats) -> list[Floats]:
        """Return the outputs at each point, along a first axis.

        Parameters
        ----------
        points : array of float, shape (D, coordinates)
            Unconstrained points.

        Returns
        -------
        list of array of float
            One of shape (D, ...) for each output.
        """
        ends = np.cumsum([prod(shape) for shape in self._shapes])
        numbers = np.empty((len(points), ends[-1]))
        _fill(np.ascontiguousarray(points), self.memory, numbers)
        parts = np.split(numbers, ends[:-1], axis=1)
        return [
            p.reshape((len(points), *shape)) for p, shape in zip(parts, self._shapes, strict=True)
        ]


def _compiled(inputs: Sequence[Variable], values: int, outputs: Sequence[Variable]) -> Any:  # noqa: ANN401
    """Return a numba function of point and memory that packs the outputs.

    The inputs are replaced by views of open shape, so that no size enters the graph: what numba has
    compiled for one scenario is found on disk for every other, and the function itself is taken
    again where its graph is that of one before.
    """
    point, memory = pt.vector("point", dtype="float64"), pt.vector("memory", dtype="int64")
    kinds = tuple((v.type.dtype, v.type.ndim) for v in inputs)
    views: Any = Unpack(kinds, values)(point, memory)
    packed: Any = Pack()(*outputs)
    packed = pytensor.graph.clone_replace(
        packed, dict(zip(inputs, views, strict=True)), rebuild_strict=False
    )
    for places, graph, function in LATEST:
        if equal_computations(packed, graph, [point, memory], places):
            return function
    with pytensor.config.change_flags(numba__fastmath=False):
        # looking for scalars takes a quarter of all rewriting, and makes nothing faster
        mode = get_mode("NUMBA").excluding("scalarize")
        function = pytensor.function(
            [point, memory], packed, mode=mode, on_unused_input="ignore"
        ).vm.jit_fn
    LATEST.append(([point, memory], packed, function))
    return function


def _laid_out(
    shapes: Sequence[tuple[int, ...]], arrays: Sequence[npt.NDArray[Any]]
) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[Any]]]:
    """Return a memory that says where coordinates lie and holds arrays, and views of the arrays."""
    starts = np.cumsum([0, *map(prod, shapes)])
    head = [0, 0]
    for start, shape in zip(starts, shapes, strict=False):
        head += [int(start), *shape]
    end = len(head) + sum(1 + a.ndim for a in arrays)
    ends = end + np.cumsum([0, *(-(-a.nbytes // 8) for a in arrays)])
    memory, data = np.zeros(int(ends[-1]), np.int64), []
    for start, array in zip(ends.tolist(), arrays, strict=False):
        head += [start, *array.shape]
        view = memory[start:].view(array.dtype)[: array.size].reshape(array.shape)
        view[...] = array
        data.append(view)
    memory[: len(head)] = head
    memory[LENGTH] = len(memory)
    return memory, data
