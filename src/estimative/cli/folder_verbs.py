"""The verbs about a scenario's files: make them, check them."""

from enum import StrEnum
from typing import Annotated

import typer

from estimative.cli.asking import counted
from estimative.cli.asking import read as read_it
from estimative.errors import LedgerError, ScenarioError
from estimative.output import print_answer, print_json, print_text, say


class Schema(StrEnum):
    """What `check --schema` prints the JSON Schema of."""

    scenario = "scenario"
    experts = "experts"
    news = "news"


def check(
    scenario: Annotated[
        str | None, typer.Argument(metavar="SCENARIO", help="A scenario's folder, or its name.")
    ] = None,
    schema: Annotated[Schema | None, typer.Option(help="Print the JSON Schema instead.")] = None,
    weights: Annotated[
        bool,
        typer.Option("--weights", help="Show what track records propose beside your own weights."),
    ] = False,
) -> None:
    """Say whether a scenario is right.

    Every error is shown with its file, line and cure, then whatever looks suspicious.
    """
    if schema is not None:
        from estimative import schema as schemas

        found = {
            Schema.scenario: schemas.scenario_schema,
            Schema.experts: schemas.experts_schema,
            Schema.news: schemas.news_schema,
        }
        print_json(found[schema]())
        return
    if scenario is None:
        raise typer.BadParameter("name a scenario, or give --schema", param_hint="SCENARIO")
    from estimative.changed_files import warnings_of_change
    from estimative.proposals import offers, proposed_weights

    read = read_it(scenario)
    for problem in warnings_of_change(read):
        say(f"warning: {problem}")
    weighed = sum(s.kind != "remark" for s in read.statements.values())
    counts = (
        counted(read.outcomes, "outcome"),
        counted(read.drivers, "driver"),
        counted(read.links, "link"),
        f"{counted(read.statements, 'statement')} ({weighed} counted)",
        counted(read.experts, "expert"),
        counted(read.news, "item", "of news"),
    )
    print_text(f"{read.slug}: right. {', '.join(counts)}.")
    if weights:
        print_text("")
        print_answer(proposed_weights(read))
        return
    for offer in offers(read):
        print_text(offer)


def new(folder: Annotated[str, typer.Argument(metavar="FOLDER", help="A folder to make.")]) -> None:
    """Make a folder with a small scenario."""
    from estimative.workspace import new_workspace

    if not folder.strip():
        raise typer.BadParameter("it is empty; name a folder to make", param_hint="FOLDER")
    try:
        made = new_workspace(folder)
    except ScenarioError as error:
        if isinstance(error.__cause__, OSError):
            raise LedgerError(str(error)) from error
        raise
    print_text(f"{made}: edit scenario.yaml there, then run\n  estimative forecast {made}")
