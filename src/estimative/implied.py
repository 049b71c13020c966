"""The bridge from the network kernel to PyMC: the log weight of evidence under sampled tables.

Every log-odds that a network implies is a difference of such log weights, and their derivative by
the log of a table is the weight share of its entries, which the junction tree yields in the same
run. `tests/unit/test_implied.py` checks both against a dense table and finite differences.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pymc as pm
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType, disconnected_type, grad_undefined
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.link.numba.dispatch.basic import register_funcify_and_cache_key
from pytensor.tensor.variable import TensorVariable

from estimative.elicitation import Elicitation
from estimative.network.compiled_propagation import propagate
from estimative.network.graph import Graph
from estimative.news import World

TREE_ARRAYS = (
    "clique_start",
    "family_clique",
    "family_start",
    "family_entry",
    "edge",
    "child_entry",
    "parent_entry",
)
# numba's store looks at this key alone, so it must change with the kernel, and what is around it
KERNEL = hashlib.sha256(
    Path(propagate.py_func.__code__.co_filename).read_bytes() + Path(__file__).read_bytes()
).hexdigest()
MATRIX, VECTOR = pt.TensorType("float64", (None, None)), pt.TensorType("float64", (None,))


class LogWeight(Op):
    """Log weight of each row of tables in a junction tree, and its derivative by log entries.

    Stateless: the tree's arrays are inputs, so one compiled function serves every network.
    """

    __props__ = ()

    def make_node(self, *inputs: Any) -> Apply:  # noqa: ANN401
        """Return the node for tables of shape (runs, entries) and the arrays of a junction tree."""
        return Apply(self, [pt.as_tensor(i) for i in inputs], [VECTOR(), MATRIX()])

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: Sequence[Any]) -> None:
        """Compute both outputs."""
        tables = np.ascontiguousarray(inputs[0])
        weight, share = np.empty((len(inputs[1]) - 1, len(tables))), np.empty_like(tables)
        propagate(tables, *inputs[1:], weight, share)  # type: ignore[call-arg]
        with np.errstate(divide="ignore"):
            output_storage[0][0] = np.log(weight).sum(axis=0)
        output_storage[1][0] = share

    def pullback(
        self, inputs: Sequence[Any], outputs: Sequence[Any], cotangents: Sequence[Any]
    ) -> list[Any]:
        """Return the derivative by the tables: the share of an entry over the entry."""
        by_weight, by_share = cotangents
        fixed = [disconnected_type() for _ in inputs[1:]]
        if not isinstance(by_share.type, DisconnectedType):
            return [grad_undefined(self, 0, inputs[0], "it has no second derivative"), *fixed]
        tables, share = inputs[0], outputs[1]
        safe = pt.switch(pt.gt(tables, 0.0), tables, 1.0)
        return [by_weight[:, None] * share / safe, *fixed]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        """Only the tables move the outputs."""
        return [[True, True], *([[False, False]] * (len(node.inputs) - 1))]


@register_funcify_and_cache_key(LogWeight)
def _compiled(op: LogWeight, node: Apply, **_: object) -> tuple[Any, str]:
    @numba.njit
    def log_weight(tables, start, clique, family, entry, edge, child, parent):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        weight = np.empty((len(start) - 1, len(tables)))
        share = np.empty(tables.shape)
        propagate(
            np.ascontiguousarray(tables),
            start,
            clique,
            family,
            entry,
            edge,
            child,
            parent,
            weight,
            share,
        )
        return np.log(weight).sum(axis=0), share

    return log_weight, f"estimative-log-weight-{KERNEL}"


def symbols(given: Elicitation) -> SimpleNamespace:
    """Return what a model is given as PyTensor variables whose sizes are open.

    So a model's graph does not depend on the scenario, and what was compiled for one serves every
    other.

    Parameters
    ----------
    given : Elicitation
        Arrays.

    Returns
    -------
    SimpleNamespace
        Every array of `Elicitation`, of its `Parameters` and of its `JunctionTree` by name, besides
        `row_entry`, `row_padding` and `entry_place` (the rows of the tables), `elapsed` and
        `stay_entry` (silence, a world a row).
    """
    graph, design = given.graph, given.parameters
    padding = design.rows < 0
    place = np.empty(int(graph.offset[-1]), np.int64)
    place[design.rows[~padding]] = np.flatnonzero(~padding.ravel())
    silence = [_silence(graph, known) for known in given.worlds]
    arrays = {
        "row_entry": np.where(padding, 0, design.rows),
        "row_padding": np.where(padding, np.float64(-1e300), 0.0),
        "entry_place": place,
        "elapsed": np.array([u for u, _ in silence]),
        "stay_entry": np.array([entry for _, entry in silence]),
        "tree": tuple(shared(getattr(given.tree, name)) for name in TREE_ARRAYS),
    }
    for part in (given, design):
        arrays |= {
            f.name: v for f in fields(part) if isinstance(v := getattr(part, f.name), np.ndarray)
        }
    return SimpleNamespace(
        **{n: shared(v) if isinstance(v, np.ndarray) else v for n, v in arrays.items()}
    )


def shared(array: npt.NDArray[Any]) -> TensorVariable:
    """Return an array as a variable of open shape, laid out alike, or numba compiles anew.

    Parameters
    ----------
    array : array
        Numbers of any type and shape; copied.

    Returns
    -------
    TensorVariable
        A shared variable with the array's values, type and number of axes.
    """
    variable: TensorVariable = pytensor.shared(
        np.array(array, order="C"), shape=(None,) * array.ndim
    )
    return variable


def conditional_tables(
    given: SimpleNamespace, base: TensorVariable, influence: TensorVariable
) -> TensorVariable:
    """Return the network's conditional tables, flat, from base log-odds and influences.

    Parameters
    ----------
    given : SimpleNamespace
        As `symbols` returns it.
    base : TensorVariable of shape (base parameters,)
        Log-odds.
    influence : TensorVariable of shape (influence parameters,)
        Log-odds.

    Returns
    -------
    TensorVariable of shape (entries,)
        Probabilities.
    """
    scores = pt.dot(given.base_design, base) + pt.dot(given.influence_design, influence)
    rows = pt.special.softmax(scores[given.row_entry] + given.row_padding, axis=-1)
    tables: TensorVariable = rows.ravel()[given.entry_place]
    return tables


def implied_log_odds(
    given: SimpleNamespace, tables: TensorVariable, influence: TensorVariable
) -> TensorVariable:
    """Return every log-odds that statements speak of, as the network implies it.

    Parameters
    ----------
    given : SimpleNamespace
        As `symbols` returns it.
    tables : TensorVariable of shape (entries,)
        Conditional tables, as `conditional_tables` returns them.
    influence : TensorVariable of shape (influence parameters,)
        Log-odds.

    Returns
    -------
    TensorVariable of shape (log-odds + direct influences + 1,)
        `odds` as `Elicitation.first` and `.second` index it; the last is 0.
    """
    known = after_silence(tables, given.elapsed, given.stay_entry)
    weight = log_weights(given.tree, known[given.run_world] * given.keep + given.place)
    implied = weight[given.up] - weight[given.down]
    odds: TensorVariable = pt.concatenate([implied, pt.dot(given.direct, influence), np.zeros(1)])
    return odds


def log_weights(tree: tuple[TensorVariable, ...], tables: TensorVariable) -> TensorVariable:
    """Return the log weight of each row of tables.

    Parameters
    ----------
    tree : tuple of TensorVariable
        The arrays of a junction tree, in the order of `TREE_ARRAYS`.
    tables : TensorVariable of shape (runs, entries)
        Conditional tables, entries multiplied with evidence.

    Returns
    -------
    TensorVariable of shape (runs,)
        Natural log of the sum over all joint states of the product of entries.
    """
    outputs: Any = LogWeight()(tables, *tree)
    log_weight: TensorVariable = outputs[0]
    return log_weight


def after_silence(
    tables: TensorVariable, elapsed: TensorVariable, stay_entry: TensorVariable
) -> TensorVariable:
    """Return tables after the silence of some worlds (`news.silent_tables`, in PyTensor).

    Parameters
    ----------
    tables : TensorVariable of shape (entries,)
        Conditional tables.
    elapsed : array or variable of shape (worlds, entries)
        The share u of the window that passed in silence.
    stay_entry : array or variable of int, shape (worlds, entries)
        For each entry the quiet entry of its row.

    Returns
    -------
    TensorVariable of shape (worlds, entries)
        Tables; rows in which nothing has passed are as they were.
    """
    stay = tables[stay_entry]
    moving = pt.gt(elapsed, 0.0) & pt.neq(stay_entry, pt.arange(tables.shape[0]))
    left = (stay**elapsed - stay) / (1 - pt.where(moving, stay, 0.0))
    silent: TensorVariable = tables * pt.where(moving, left, 1.0)
    return silent


def add_news(model: pm.Model, given: Elicitation, news: World) -> None:
    """Add to a model's density how probable its conditional tables make the news.

    Parameters
    ----------
    model : pm.Model
        A model with the variable `cpt`.
    given : Elicitation
        Holds the graph and its tree.
    news : World
        Expected likelihoods and silence.
    """
    u, stay_entry = _silence(given.graph, news)
    with model:
        silent = after_silence(model["cpt"], shared(u[None, :]), shared(stay_entry[None, :]))
        tables = silent * shared(news.likelihood[given.graph.own_state])
        pm.Potential("news", log_weights(symbols(given).tree, tables)[0])


def _silence(graph: Graph, known: World) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Return each entry's elapsed share of its node's window, and the quiet entry of its row."""
    u, stay_entry = np.zeros(int(graph.offset[-1])), np.arange(int(graph.offset[-1]))
    for i, node in enumerate(graph.nodes):
        block, size = graph.block(node), len(graph.states[node])
        u[block] = known.elapsed[i]
        entry = np.arange(block.start, block.stop)
        stay_entry[block] = entry - (entry - block.start) % size + known.quiet[i]
    return u, stay_entry
