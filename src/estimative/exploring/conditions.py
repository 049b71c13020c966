"""What an analyst supposes: nodes and states as he names them, checked before anything is computed.

`tests/unit/test_what_if.py` reads every refusal.
"""

from collections.abc import Collection, Iterable, Mapping

from estimative.forecasting import Forecast
from estimative.names import listed
from estimative.outcome_forecasts import OutcomeForecast
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
        name = ("no", "yes")[state] if isinstance(state, bool) else str(state)
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


def open_outcome(forecast: Forecast, name: str) -> OutcomeForecast:
    """Return an outcome that has an answer, and one that may still turn out otherwise.

    Parameters
    ----------
    forecast : Forecast
        As of its day.
    name : str
        The outcome's.

    Returns
    -------
    OutcomeForecast
        As in the forecast.

    Raises
    ------
    KeyError
        If there is no such outcome.
    ValueError
        If it is withheld or settled.
    """
    asked, settled = forecast[name], settled_state(forecast, name)
    if not asked.withheld and not settled:
        return asked
    others = [o.name for o in forecast.outcomes if not o.withheld]
    others = [other for other in others if not settled_state(forecast, other)]
    why = (
        f"withheld: {asked.withheld}"
        if asked.withheld
        else f"settled as of {forecast.as_of}: {settled}"
    )
    cure = f"; it can be asked of {listed(others, 'and')}" if others else ""
    raise ValueError(f"'{name}' is {why}{cure}")


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


def rests_on_defaults(
    forecast: Forecast, outcome: str, *, seen: Iterable[str] = (), done: Iterable[str] = ()
) -> bool:
    """Return whether an outcome moves only through links of which nobody spoke.

    Parameters
    ----------
    forecast : Forecast
        Its links and counted statements.
    outcome : str
        The outcome.
    seen, done : iterable of str
        Nodes that are seen, and nodes that are set from outside.

    Returns
    -------
    bool
        True if some way leads from them to the outcome, but none on which every link was stated:
        along the links from what is done, from causes in common to what is seen.
    """

    def reached(links: Collection[tuple[str, str]]) -> bool:
        """Return whether a way leads from what is seen or done to the outcome.

        Parameters
        ----------
        links : collection of (str, str)
            Those that may be taken.

        Returns
        -------
        bool
            False if none does.
        """
        above = _above(links, outcome)
        return any(n in above for n in done) or any(above & _above(links, n) for n in seen)

    return reached(forecast.scenario.links) and not reached(_stated_links(forecast))


def _stated_links(forecast: Forecast) -> set[tuple[str, str]]:
    """Return the ends of each stated influence, and each stated condition with its event."""
    pairs: set[tuple[str, str]] = set()
    for name in forecast.given.weights:
        match forecast.scenario.statements[name]:
            case InfluenceStatement(cause=cause, effect=effect):
                pairs.add((cause, effect))
            case ProbabilityStatement(event=event, given=given):
                pairs |= {(node, event[0]) for node in given}
    return pairs


def _above(links: Collection[tuple[str, str]], node: str) -> set[str]:
    """Return a node and all from which links lead to it."""
    found: set[str] = set()
    new = {node}
    while new:
        found |= new
        new = {cause for cause, effect in links if effect in new} - found
    return found
