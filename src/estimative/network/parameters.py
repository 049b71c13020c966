"""From base log-odds and influences to conditional tables: a multinomial logit, linear in both.

A two-state node has logit P(yes | parents) = base + sum of influence ([parent = yes] - 1/2); more
states use coordinates that sum to zero over the states on both axes.
`tests/unit/test_parameters.py` proves the two-state case and that an unspoken node stays at 1/2.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import numpy as np

from estimative.network.graph import Floats, Graph, Ints


@dataclass(frozen=True, eq=False)
class Parameters:
    """Design matrices of a network's tables.

    Attributes
    ----------
    base_names, influence_names : tuple of str
        `node` or `node:k`; `parent -> node` or `parent:j -> node:k`.
    base_nodes : array of int, shape (base parameters,)
        The place of each base parameter's node.
    base_design, influence_design : array of float, shape (entries, parameters)
        The score of each table entry is linear in the parameters; a row of a table is the softmax
        of its scores.
    influence_sd : array of float, shape (influence parameters,)
        The prior sd of each influence parameter that gives every named influence a sd of 1
        (log-odds).
    rows : array of int, shape (rows, most states)
        The table entries of each row, padded with -1.
    """

    base_names: tuple[str, ...]
    influence_names: tuple[str, ...]
    base_nodes: Ints
    base_design: Floats
    influence_design: Floats
    influence_sd: Floats
    rows: Ints


def build_parameters(graph: Graph) -> Parameters:
    """Return the parameters of a graph's conditional tables.

    Parameters
    ----------
    graph : Graph
        The structure.

    Returns
    -------
    design : Parameters
        Names and design matrices.
    """
    entries = int(graph.offset[-1])
    base_names, base_nodes, bases = [], [], [np.zeros((entries, 0))]
    influence_names, influences, sds = [], [np.zeros((entries, 0))], [np.zeros(0)]
    for i, node in enumerate(graph.nodes):
        shape, block = graph.shape(node), graph.block(node)
        state = np.indices(shape).reshape(len(shape), -1)
        own = _contrasts(shape[-1])[state[-1]]
        columns = np.zeros((entries, shape[-1] - 1))
        columns[block] = own / np.sqrt(2)
        bases.append(columns)
        base_names += _base_names(node, shape[-1])
        base_nodes += [i] * (shape[-1] - 1)
        for axis, parent in enumerate(graph.parents[node]):
            names = _influence_names(parent, shape[axis], node, shape[-1])
            other = _contrasts(shape[axis])[state[axis]]
            columns = np.zeros((entries, len(names)))
            pairs = other[:, :, None] * own[:, None, :] / 2
            columns[block] = pairs.reshape(len(own), len(names))
            influences.append(columns)
            influence_names += names
            sd = 2 * np.sqrt((1 - 1 / shape[-1]) * (1 - 1 / shape[axis]))
            sds.append(np.full(len(names), sd))
    return Parameters(
        tuple(base_names),
        tuple(influence_names),
        np.array(base_nodes, dtype=np.int64),
        np.concatenate(bases, axis=1),
        np.concatenate(influences, axis=1),
        np.concatenate(sds),
        np.array(list(_rows(graph))),
    )


def influence_row(
    graph: Graph, parameters: Parameters, cause: tuple[str, str], effect: tuple[str, str]
) -> Floats:
    """Return the coefficients by which influence parameters make up one named influence.

    The influence of a cause's state on an effect's state is the contrast of scores: state against
    the mean of the other states, cause's state against the mean of its other states; with two
    states each it is the log-odds of the effect given the cause less those given its absence.

    Parameters
    ----------
    graph : Graph
        The structure.
    parameters : Parameters
        Its parameters.
    cause, effect : tuple of (str, str)
        Node and state; the cause is a parent of the effect, and both have two states or more.

    Returns
    -------
    array of float, shape (influence parameters,)
        Coefficients on log-odds.

    Raises
    ------
    ValueError
        If a node or state does not exist, there is no such link, or a node has one state only.
    """
    (parent, _), (node, _) = cause, effect
    at = [graph.state(*end) - graph.span(end[0]).start for end in (cause, effect)]
    causes, effects = graph.sizes((parent, node))
    if parent not in graph.parents[node]:
        raise ValueError(f"no link {parent!r} -> {node!r}; an influence belongs to a link")
    if min(causes, effects) < 2:
        raise ValueError(f"no influence of {parent!r} on {node!r}: one of them has a single state")
    scale = 0.5 * effects / (effects - 1) * causes / (causes - 1)
    values = scale * np.outer(_contrasts(causes)[at[0]], _contrasts(effects)[at[1]])
    row = np.zeros(len(parameters.influence_names))
    first = parameters.influence_names.index(_influence_names(parent, causes, node, effects)[0])
    row[first : first + values.size] = values.ravel()
    return row


def tables_from_parameters(parameters: Parameters, base: Floats, influence: Floats) -> Floats:
    """Return conditional tables, flat, for draws of the parameters.

    Parameters
    ----------
    parameters : Parameters
        The design.
    base : array of float, shape (batch, base parameters)
        Log-odds.
    influence : array of float, shape (batch, influence parameters)
        Log-odds.

    Returns
    -------
    array of float, shape (batch, entries)
        Probabilities.
    """
    scores = base @ parameters.base_design.T + influence @ parameters.influence_design.T
    real = parameters.rows >= 0
    padded = np.where(real, scores[:, parameters.rows], -np.inf)
    padded = np.exp(padded - padded.max(axis=-1, keepdims=True))
    padded /= padded.sum(axis=-1, keepdims=True)
    tables = np.empty_like(scores)
    tables[:, parameters.rows[real]] = padded[:, real]
    return tables


def _base_names(node: str, states: int) -> list[str]:
    return [node] if states == 2 else [f"{node}:{k}" for k in range(1, states)]


def _influence_names(parent: str, causes: int, node: str, effects: int) -> list[str]:
    """Return the names of a link's parameters: the parent's coordinate first, then the node's."""
    if causes == effects == 2:
        return [f"{parent} -> {node}"]
    return [f"{parent}:{j} -> {node}:{k}" for j in range(1, causes) for k in range(1, effects)]


def _rows(graph: Graph) -> Iterator[Ints]:
    """Yield the entries of each row of each table, padded to the most states with -1."""
    widest = max(graph.sizes(graph.nodes))
    for node in graph.nodes:
        block, size = graph.block(node), len(graph.states[node])
        for row in range(prod(graph.shape(node)[:-1])):
            padded = np.full(widest, -1)
            padded[:size] = block.start + row * size + np.arange(size)
            yield padded


def _contrasts(size: int) -> Floats:
    """Return an orthonormal basis of vectors that sum to zero, shape (size, size - 1) (Helmert)."""
    basis = np.zeros((size, size - 1))
    for k in range(1, size):
        basis[:k, k - 1], basis[k, k - 1] = -1, k
        basis[:, k - 1] /= np.sqrt(k * (k + 1))
    return basis
