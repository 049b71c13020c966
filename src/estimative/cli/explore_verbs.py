"""The verbs that explore a forecast: each prints one answer."""

from typing import TYPE_CHECKING, Annotated

import typer

from estimative.cli.asking import Request, asking, check_outcome, refusing
from estimative.output import say

if TYPE_CHECKING:
    from estimative.scenario import Scenario

Do = Annotated[
    list[str] | None,
    typer.Option(metavar="NODE=STATE", help="Set an outcome or driver from outside; repeatable."),
]
Given = Annotated[
    list[str] | None,
    typer.Option(metavar="NODE=STATE", help="An outcome or driver is then seen so; repeatable."),
]


@asking()
def what_if(request: Request, do: Do = None, given: Given = None) -> None:
    """Print every outcome where something is seen, beside where it is done.

    What is seen speaks of its causes as well; what is done only of what it leads to.
    """
    read = request.read()
    done, seen = check_conditions(read, do, given)
    answer = request.forecast(read)
    from estimative.exploring import what_if as suppose

    with refusing(None):
        found = suppose(answer, do=done, given=seen)
    request.show(found, answer)


@asking()
def joint(
    request: Request,
    outcome: Annotated[
        list[str] | None,
        typer.Option(metavar="OUTCOME", help="Tell apart these outcomes only; repeatable."),
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="How many.")] = 10,
) -> None:
    """Print the likeliest whole scenarios.

    A state for every open outcome at once, with its probability, named by what sets it apart.
    """
    read = request.read()
    for name in outcome or []:
        check_outcome(read, name)
    answer = request.forecast(read)
    from estimative.exploring import joint as likeliest

    with refusing("--outcome"):
        found = likeliest(answer, top, outcomes=outcome or None)
    request.show(found, answer)


@asking()
def indicators(
    request: Request,
    outcome: Annotated[str, typer.Option(metavar="OUTCOME", help="The outcome in question.")],
    strength: Annotated[
        str,
        typer.Option(metavar="RATIO", help="Of reports: a ratio above 1, or a word for it."),
    ] = "moderately",
    top: Annotated[int, typer.Option(min=1, help="How many are listed.")] = 12,
) -> None:
    """Print what would change our mind about an outcome.

    Every observation and report, by what it would tell.
    """
    read = request.read()
    check_outcome(read, outcome)
    from estimative.exploring import indicators as telling
    from estimative.exploring import report_ratio

    with refusing("--strength"):
        ratio = report_ratio(strength)
    answer = request.forecast(read)
    with refusing("--outcome"):
        found = telling(answer, outcome, strength=ratio, top=top)
    request.show(found, answer)


@asking()
def sensitivity(
    request: Request,
    outcome: Annotated[str, typer.Option(metavar="OUTCOME", help="The outcome in question.")],
    top: Annotated[int, typer.Option(min=1, help="How many rows are listed.")] = 12,
    exact: Annotated[
        bool, typer.Option("--exact", help="Fit anew what is rough or moves it far: seconds each.")
    ] = False,
) -> None:
    """Print what drives the answer on an outcome.

    Its move if something had not been said, or counted half or twice; if words, the model's
    constants or the news were otherwise.
    """
    read = request.read()
    check_outcome(read, outcome)
    answer = request.forecast(read)
    from estimative.workflow import sensitivity as driving

    with refusing("--outcome"):
        found = driving(answer, outcome, top=top, exact=exact, settings=request.settings, tell=say)
    request.show(found, answer)


def check_conditions(
    scenario: "Scenario", do: list[str] | None, given: list[str] | None
) -> tuple[dict[str, str], dict[str, str]]:
    """Read what is supposed, before anything is computed.

    Parameters
    ----------
    scenario : Scenario
        Names the nodes and their states.
    do, given : list of str or None
        As written, `node=state` each.

    Returns
    -------
    tuple of two dict of str to str
        From nodes to states: what is done, what is seen.

    Raises
    ------
    BadParameter
        If nothing is supposed, or something is not written so, does not exist, or is named twice.
    """
    from estimative.network import Graph

    graph = Graph(scenario.nodes, scenario.parents)
    found: dict[str, dict[str, str]] = {"--do": {}, "--given": {}}
    for option, pairs in (("--do", do), ("--given", given)):
        for pair in pairs or []:
            node, equals, state = pair.partition("=")
            with refusing(option):
                if not equals:
                    raise ValueError(f"'{pair}' is not written NODE=STATE, such as talks=yes")
                if any(node in named for named in found.values()):
                    raise ValueError(f"'{node}' is supposed twice; give it once")
                graph.state(node, state)
            found[option][node] = state
    if not do and not given:
        raise typer.BadParameter("suppose something", param_hint="--do or --given")
    return found["--do"], found["--given"]
