"""What an analyst supposes: nodes and states as he names them, checked before anything is computed.

`tests/unit/test_what_if.py` reads every refusal.
"""

from collections.abc import Mapping

from estimative.forecasting import Forecast
from estimative.network.graph import Graph
from estimative.scenario import InfluenceStatement, ProbabilityStatement

Conditions = Mapping[str, str | bool]
"""From nodes to states; True and False stand for yes and no."""


def read_conditions(forecast: Forecast, conditions: Conditions) -> dict[str, str]:
    """Return conditions with their states as text, without what is settled in that state already.

    Parameters
    ----------
    forecast : Forecast
        What they are conditions on.
    conditions : mapping of str to str or bool
        From outcomes and drivers to states.

    Returns
    -------
    dict of str to str
        The same; it may be empty.

    Raises
    ------
    ValueError
        If there is no such node or state, or the node is settled in another.
    """
    found = {}
    for node, state in conditions.items():
        name = ("no", "yes")[state] if isinstance(state, bool) else state
        forecast.given.graph.state(node, name)
        settled = settled_state(forecast, node)
        if settled is None:
            found[node] = name
        elif settled != name:
            raise ValueError(
                f"'{node}' is settled as of {forecast.as_of}: {settled}; it can no longer be"
                f" '{name}'"
            )
    return found


def settled_state(forecast: Forecast, node: str) -> str | None:
    """Return the state in which a node is certain to be: observed, or its time is over.

    Parameters
    ----------
    forecast : Forecast
        As of its day.
    node : str
        An outcome or driver.

    Returns
    -------
    str or None
        None where more than one state is possible.
    """
    graph = forecast.given.graph
    possible = forecast.draws[forecast.weights > 0, graph.span(node)].max(axis=0) > 0
    states = [s for s, can in zip(graph.states[node], possible, strict=True) if can]
    return states[0] if len(states) == 1 else None


def written(conditions: Mapping[str, str]) -> str:
    """Return conditions as people read them.

    Parameters
    ----------
    conditions : mapping of str to str
        From nodes to states.

    Returns
    -------
    str
        Such as `arms_transfer = yes, us_sanctions = no`.
    """
    return ", ".join(f"{node} = {state}" for node, state in conditions.items())


def stated_links(forecast: Forecast) -> set[tuple[str, str]]:
    """Return which nodes a counted statement ties together: an influence, or a condition.

    Parameters
    ----------
    forecast : Forecast
        Its counted statements.

    Returns
    -------
    set of (str, str)
        The nodes of each influence, and a conditional probability's condition with its event.
    """
    pairs: set[tuple[str, str]] = set()
    for name in forecast.given.weights:
        match forecast.scenario.statements[name]:
            case InfluenceStatement(cause=cause, effect=effect):
                pairs.add((cause, effect))
            case ProbabilityStatement(event=event, given=given):
                pairs |= {(node, event[0]) for node in given}
    return pairs


def tied(graph: Graph, links: set[tuple[str, str]], first: str, second: str) -> bool:
    """Return whether a stated link lies between two nodes or above both.

    Only ancestors of the two, and the two themselves, can carry what one tells of the other.

    Parameters
    ----------
    graph : Graph
        The structure.
    links : set of (str, str)
        As `stated_links` returns them.
    first, second : str
        The nodes.

    Returns
    -------
    bool
        False where what the one says of the other rests on defaults alone.
    """
    carrying = graph.ancestors([first, second])
    return any(cause in carrying and effect in carrying for cause, effect in links)
