"""Networks read from the Bayesian Interchange Format (BIF), which most tools of the field write.

The grammar is read first (`bif_grammar`), then every table is held against its variables, so that
all wrong tables are reported at once. `tests/unit/test_bif.py` holds the list of mistakes.
"""

from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from math import prod
from pathlib import Path
from types import EllipsisType

import numpy as np

from estimative.errors import Problem, ScenarioError
from estimative.names import did_you_mean, listed
from estimative.network.bif_grammar import Block, Declared, Entry, read_blocks
from estimative.network.graph import Floats, Graph
from estimative.network.junction_tree import MOST_ENTRIES
from estimative.network.network import Network

_TOLERANCE = 1e-6 * (1 + 1e-6)  # six threes and their like are not turned away by rounding


def read_network(path: str | Path) -> Network:
    """Return the network that a BIF file describes.

    Rows that add up to 1 within 1e-6 are scaled to add up exactly.

    Parameters
    ----------
    path : str or Path
        A file in the Bayesian Interchange Format 0.15, UTF-8.

    Returns
    -------
    Network
        Nodes, states and parents in the order of the file.

    Raises
    ------
    ScenarioError
        If the file cannot be read or is not such a file; it holds file, line, what came and what
        is allowed. All wrong tables are reported at once, a wrong word at once and alone.
    """
    file = Path(path).as_posix()
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise ScenarioError([Problem(file, 0, f"cannot be read: {reason}")]) from None
    return _Assembly(file, read_blocks(text, file)).network()


@dataclass
class _Assembly:
    """The numbers: every table against its variables; all that is wrong is reported together."""

    file: str
    declared: Declared
    problems: list[Problem] = field(default_factory=list)

    def network(self) -> Network:
        """Return the network, or raise all that is wrong with it."""
        blocks = self.declared.blocks
        for node, line in self.declared.lines.items():
            if node not in blocks:
                self.wrong(line, f"{node!r} has no 'probability ( {node} ... )' block")
        known = {node: block for node, block in blocks.items() if self.named(node, block)}
        cpt = {node: self.table(node, block) for node, block in known.items()}
        parents = {node: block.parents for node, block in known.items()}
        try:
            TopologicalSorter(parents).prepare()
        except CycleError as error:
            cycle = error.args[1]
            line = blocks[cycle[0]].line
            self.wrong(line, f"the links form a cycle: {' -> '.join(cycle)}; take one of them out")
        if self.problems:
            raise ScenarioError(self.problems)
        return Network(Graph(self.declared.states, parents), cpt)

    def wrong(self, line: int, message: str) -> None:
        self.problems.append(Problem(self.file, line, message))

    def named(self, node: str, block: Block) -> bool:
        """Whether a block is about declared variables, each once."""
        unknown = [name for name in (node, *block.parents) if name not in self.declared.states]
        for name in unknown:
            near = did_you_mean(name, self.declared.states)
            self.wrong(block.line, f"{name!r} is not declared as a variable{near}")
        if len(set(block.parents)) < len(block.parents):
            self.wrong(block.line, f"a parent of {node!r} is named twice")
            return False
        return not unknown

    def table(self, node: str, block: Block) -> Floats:
        """Return a node's table, shape (parents' states..., own states)."""
        shape = tuple(len(self.declared.states[name]) for name in (*block.parents, node))
        if prod(shape) > MOST_ENTRIES:
            much = f"{prod(shape):,} entries; {MOST_ENTRIES:,} are allowed"
            self.wrong(block.line, f"the table of {node!r} has {much}")
            return np.zeros(0)
        whole = [entry for entry in block.entries if entry.kind == "table"]
        for entry in block.entries if whole else ():
            if entry is not whole[0]:
                first = f"whole in line {whole[0].line}"
                self.wrong(entry.line, f"the table of {node!r} is given {first}; take one out")
        return self.whole(node, shape, whole[0]) if whole else self.rows(node, shape, block)

    def whole(self, node: str, shape: tuple[int, ...], entry: Entry) -> Floats:
        """Return the table of a `table` entry, in which the node's own state varies slowest."""
        if entry.numbers.size != prod(shape):
            came = f"{entry.numbers.size} probabilities of {node!r} came"
            self.wrong(entry.line, f"{came}; its table has {prod(shape)}")
            return np.zeros(shape)
        table = np.moveaxis(entry.numbers.reshape(shape[-1], *shape[:-1]), 0, -1)
        if _off(table) <= _TOLERANCE:
            return table / table.sum(axis=-1, keepdims=True)
        hint = "; a table lists the first state under all parents' states, then the second"
        sums = f"the rows of the table of {node!r} miss 1 by up to {_off(table):.3g}"
        self.wrong(entry.line, sums + hint * (len(shape) > 1))
        return table

    def rows(self, node: str, shape: tuple[int, ...], block: Block) -> Floats:
        """Return the table that rows make, and a default where no row is."""
        table, before = np.full(shape, np.nan), len(self.problems)
        first: dict[tuple[int, ...] | EllipsisType, int] = {}
        for entry in sorted(block.entries, key=lambda entry: entry.kind != "default"):
            place = self.place(node, block, entry)
            if place is None:
                continue
            if place in first:
                again = f"given again (first in line {first[place]}); take one out"
                self.wrong(entry.line, f"{_told(entry)} of {node!r} is {again}")
                continue
            first[place] = entry.line
            table[place] = self.row(node, shape[-1], entry)
        missing = np.argwhere(np.isnan(table[..., 0])).tolist()
        if missing and len(self.problems) == before:
            states = (
                self.declared.states[p][k] for p, k in zip(block.parents, missing[0], strict=True)
            )
            row = f"row ({', '.join(states)})" if block.parents else "table"
            more = f" and {len(missing) - 1} more" * (len(missing) > 1)
            self.wrong(block.line, f"{node!r} lacks the {row}{more}; add what is missing")
        return table

    def place(self, node: str, block: Block, entry: Entry) -> tuple[int, ...] | EllipsisType | None:
        """Return which parents' states a row is for, or None if there are no such states."""
        if entry.kind == "default":
            return ...
        if len(entry.given) != len(block.parents):
            wanted = f"one state of each of ({', '.join(block.parents)})"
            self.wrong(entry.line, f"{_told(entry)} of {node!r} came; expected {wanted}")
            return None
        place: list[int] = []
        for parent, state in zip(block.parents, entry.given, strict=True):
            states = self.declared.states[parent]
            if state not in states:
                near = f"it has {listed(states, 'and')}{did_you_mean(state, states)}"
                self.wrong(entry.line, f"{parent!r} has no state {state!r}; {near}")
                return None
            place.append(states.index(state))
        return tuple(place)

    def row(self, node: str, size: int, entry: Entry) -> Floats:
        """Return the probabilities of one row."""
        row = entry.numbers
        if row.size != size:
            came = f"{row.size} probabilities of {node!r} came"
            self.wrong(entry.line, f"{came}; it has {size} states")
            return np.zeros(size)
        if _off(row) > _TOLERANCE:
            sums = f"adds up to {row.sum():.8g}, not 1"
            self.wrong(entry.line, f"{_told(entry)} of {node!r} {sums}")
            return row
        return row / row.sum()


def _told(entry: Entry) -> str:
    return "the default" if entry.kind == "default" else f"the row ({', '.join(entry.given)})"


def _off(table: Floats) -> float:
    """Return by how much some row of a table fails to add up to 1."""
    return float(np.abs(table.sum(axis=-1) - 1).max())
