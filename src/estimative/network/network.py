"""A Bayesian network with its numbers, and its answers under evidence and interventions at once.

Evidence multiplies entries of the conditional tables, an intervention replaces them, and the
junction tree adds up what results: so the three combine in any order. `tests/unit/test_network.py`
compares all combinations with an independent engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod

import numpy as np
import numpy.typing as npt

from estimative.network.graph import Floats, Graph
from estimative.network.junction_tree import JunctionTree, build_junction_tree
from estimative.network.propagation import kernel, load_compiled

State = str | list[str] | tuple[str, ...]
Batch = tuple[int, ...]

MANY = 1000
"""Who asks a bare network for so many draws at once waits once for compiled code to be loaded."""


@dataclass(frozen=True, eq=False)
class Network:
    """A graph with one conditional table a node.

    Attributes
    ----------
    graph : Graph
        Nodes, states and parents.
    cpt : mapping of str to array
        For each node P(state | parents), shape (batch..., parents' states..., own states);
        probabilities. They are copied and cannot be written to afterwards.

    Raises
    ------
    ValueError
        If a table is missing, misshapen, or does not hold probabilities.
    """

    graph: Graph
    cpt: Mapping[str, npt.ArrayLike] = field(repr=False)

    def __post_init__(self) -> None:
        own = {node: np.array(table, dtype=np.float64) for node, table in self.cpt.items()}
        for table in own.values():
            table.setflags(write=False)
        object.__setattr__(self, "cpt", own)
        _ = self._flat

    @cached_property
    def tree(self) -> JunctionTree:
        """The junction tree of the graph; it holds no numbers."""
        return build_junction_tree(self.graph)

    @cached_property
    def _flat(self) -> tuple[Batch, Floats]:
        return flat_tables(self.graph, self.cpt)

    def marginals(
        self,
        *,
        evidence: Mapping[str, State] | None = None,
        likelihood: Mapping[str, npt.ArrayLike] | None = None,
        do: Mapping[str, str] | None = None,
        cpt: Mapping[str, npt.ArrayLike] | None = None,
    ) -> dict[str, Floats]:
        """Return P(node | do, evidence, likelihood) for every node.

        Parameters
        ----------
        evidence : mapping of str to state or list of states, optional
            What was seen: the node is in this state, or in one of these.
        likelihood : mapping of str to array of shape (states,), optional
            Uncertain evidence on a node: how probable the report is in each of its states, up to
            a factor (Pearl's virtual evidence).
        do : mapping of str to str, optional
            Nodes set from outside; their parents lose their say (Pearl 2009, section 3.2).
        cpt : mapping of str to array, optional
            Tables to use instead of the network's own, for some or all nodes; a leading batch
            shape broadcasts.

        Returns
        -------
        dict of str to array
            For each node the probabilities of its states, shape (batch..., states).

        Raises
        ------
        ValueError
            If a node or state does not exist, a shape is wrong, or what was seen has probability
            zero.
        """
        batch, tables = self._tables(evidence, likelihood, do, cpt)
        log_weight, share = self.tree.run(tables)
        states = states_from_families(self.graph, share)
        _refuse_impossible(log_weight, evidence, likelihood, do)
        spans = {node: self.graph.span(node) for node in self.graph.nodes}
        return {n: states[:, s].reshape(*batch, s.stop - s.start) for n, s in spans.items()}

    def probability(
        self,
        event: Mapping[str, State],
        *,
        given: Mapping[str, State] | None = None,
        likelihood: Mapping[str, npt.ArrayLike] | None = None,
        do: Mapping[str, str] | None = None,
        cpt: Mapping[str, npt.ArrayLike] | None = None,
    ) -> Floats:
        """Return P(event | given, likelihood, do): that every named node is in a named state.

        Parameters
        ----------
        event, given : mapping of str to state or list of states
            Joint events: each node in this state, or in one of these.
        likelihood : mapping of str to array of shape (states,), optional
            Uncertain evidence, as in `marginals`.
        do : mapping of str to str, optional
            Nodes set from outside.
        cpt : mapping of str to array, optional
            Tables to use instead of the network's own.

        Returns
        -------
        array of float, shape (batch...)
            Probabilities.

        Raises
        ------
        ValueError
            As in `marginals`.
        """
        batch, tables = self._tables(given, likelihood, do, cpt)
        below, _ = self.tree.run(tables, beliefs=False)
        _refuse_impossible(below, given, likelihood, do)
        seen = _seen(self.graph, event)[self.graph.own_state]
        above, _ = self.tree.run(tables * seen, beliefs=False)
        return np.exp(np.minimum(above - below, 0.0)).reshape(batch)

    def _tables(
        self,
        evidence: Mapping[str, State] | None,
        likelihood: Mapping[str, npt.ArrayLike] | None,
        do: Mapping[str, str] | None,
        cpt: Mapping[str, npt.ArrayLike] | None,
    ) -> tuple[Batch, Floats]:
        """Return the batch shape, and the flat tables with everything applied."""
        graph = self.graph
        batch, tables = flat_tables(graph, {**self.cpt, **cpt}) if cpt else self._flat
        if len(tables) >= MANY:
            load_compiled()
        if not (evidence or likelihood or do):
            return batch, tables
        weight = _seen(graph, evidence or {})
        for node, values in (likelihood or {}).items():
            span = graph.span(node)
            weight[span] *= _likelihood(node, values, span.stop - span.start)
        weight = weight[graph.own_state]
        tables = np.multiply(tables, weight, out=tables if cpt else None)
        for node, state in (do or {}).items():
            chosen, block = graph.state(node, state), graph.block(node)
            tables[:, block] = np.where(graph.own_state[block] == chosen, weight[block], 0.0)
        return batch, tables


def flat_tables(graph: Graph, cpt: Mapping[str, npt.ArrayLike]) -> tuple[Batch, Floats]:
    """Return the batch shape of conditional tables, and the tables side by side.

    Parameters
    ----------
    graph : Graph
        The structure the tables belong to.
    cpt : mapping of str to array
        One table a node, shape (batch..., parents' states..., own states); probabilities.

    Returns
    -------
    batch : tuple of int
        The common batch shape.
    tables : array of float, shape (batch size, entries)
        A new array.

    Raises
    ------
    ValueError
        If a table is missing, misshapen, negative, not finite, or has rows that do not add up
        to 1.
    """
    for node in cpt:
        graph.span(node)
    missing = [node for node in graph.nodes if node not in cpt]
    if missing:
        raise ValueError(f"no table for {', '.join(missing)}; every node needs one")
    blocks = []
    for node in graph.nodes:
        table, shape = np.asarray(cpt[node], dtype=np.float64), graph.shape(node)
        lead = table.ndim - len(shape)
        if lead < 0 or table.shape[lead:] != shape:
            raise ValueError(
                f"the table of {node!r} has shape {table.shape}; its last axes must be {shape}: "
                f"the states of {', '.join((*graph.parents[node], node))}"
            )
        if not _is_distribution(table):
            raise ValueError(
                f"the table of {node!r} must hold probabilities: none negative, and each row, the "
                "states of the node itself, adding up to 1"
            )
        blocks.append(table.reshape(*table.shape[:lead], prod(shape)))
    try:
        batch = np.broadcast_shapes(*(b.shape[:-1] for b in blocks))
    except ValueError:
        shapes = sorted({b.shape[:-1] for b in blocks})
        raise ValueError(f"the tables' batch shapes {shapes} do not broadcast") from None
    flat = np.empty((*batch, int(graph.offset[-1])))
    for node, block in zip(graph.nodes, blocks, strict=True):
        flat[..., graph.block(node)] = block
    return batch, flat.reshape(-1, flat.shape[-1])


def states_from_families(graph: Graph, share: Floats) -> Floats:
    """Add up weights of family configurations to probabilities of states.

    Parameters
    ----------
    graph : Graph
        The structure.
    share : array of float, shape (batch, entries)
        As `JunctionTree.run` returns them.

    Returns
    -------
    array of float, shape (batch, states of all nodes)
        Probabilities.
    """
    states = np.zeros((len(share), int(graph.state_offset[-1])))
    kernel(*share.shape).add_up_states(share, graph.own_state, states)
    return np.minimum(states, 1.0, out=states)  # a sum of shares may round to just above 1


def _is_distribution(table: Floats) -> bool:
    """Return whether every row holds probabilities that add up to 1 within 1e-6 (nan does not)."""
    states = np.moveaxis(table, -1, 0)
    return bool((table >= 0.0).all() and (np.abs(sum(states) - 1.0) <= 1e-6).all())


def _seen(graph: Graph, evidence: Mapping[str, State]) -> Floats:
    """Return 1 for the states that agree with what was seen and 0 for the others."""
    weight = np.ones(int(graph.state_offset[-1]))
    for node, states in evidence.items():
        names = [states] if isinstance(states, str) else states
        allowed = [graph.state(node, name) for name in names]
        weight[graph.span(node)] = 0.0
        weight[allowed] = 1.0
    return weight


def _likelihood(node: str, values: npt.ArrayLike, size: int) -> Floats:
    """Return a likelihood scaled to a maximum of 1, so that its factor can do no harm."""
    array = np.asarray(values, dtype=np.float64)
    if array.shape != (size,) or not np.isfinite(array).all() or (array < 0).any():
        raise ValueError(
            f"the likelihood on {node!r} must be {size} finite numbers, one a state, none "
            f"negative; got {array.tolist()}"
        )
    if not array.any():
        raise ValueError(f"the likelihood on {node!r} is zero in every state; no answer exists")
    return array / array.max()


def _refuse_impossible(
    log_weight: Floats,
    evidence: Mapping[str, State] | None,
    likelihood: Mapping[str, npt.ArrayLike] | None,
    do: Mapping[str, str] | None,
) -> None:
    impossible = int(np.isneginf(log_weight).sum())
    if not impossible:
        return
    parts = [f"{node} = {_written(state)}" for node, state in (evidence or {}).items()]
    parts += [f"the likelihood on {node}" for node in likelihood or {}]
    under = [f"{node} = {state}" for node, state in (do or {}).items()]
    raise ValueError(
        f"{', '.join(parts) or 'the network'}{' under do ' * bool(under)}{', '.join(under)} has "
        "probability zero"
        + f" in {impossible} of {len(log_weight)} draws" * (len(log_weight) > 1)
        + "; no answer given it exists: take evidence out, or give its states some probability"
    )


def _written(state: State) -> str:
    return state if isinstance(state, str) else " or ".join(state) or "no state"
