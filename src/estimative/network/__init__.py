"""The network kernel: graphs, conditional tables and exact inference over many draws of the tables.

Knows nothing of scenarios, experts or PyMC.
"""

from estimative.network.bif import read_network
from estimative.network.graph import Graph
from estimative.network.junction_tree import JunctionTree, build_junction_tree
from estimative.network.network import Network, flat_tables, states_from_families

__all__ = [
    "Graph",
    "JunctionTree",
    "Network",
    "build_junction_tree",
    "flat_tables",
    "read_network",
    "states_from_families",
]
