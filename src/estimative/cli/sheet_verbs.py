"""The verbs about sheets: questions go out to experts, own numbers are sealed, answers come in."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from estimative.cli.asking import (
    NOT_CONVERGED,
    AsCsv,
    AsJson,
    Request,
    ScenarioArgument,
    asking,
    check_form,
    counted,
    read,
    refusing,
)
from estimative.output import print_answer, print_text, say

if TYPE_CHECKING:
    from estimative.sheets import Intake


def out(
    scenario: ScenarioArgument,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", metavar="FILE", help="A .xlsx or .csv file to make."),
    ],
    expert: Annotated[
        list[str] | None,
        typer.Option(metavar="EXPERT", help="Make a sheet for this expert; may be repeated."),
    ] = None,
    links: Annotated[bool, typer.Option("--links", help="Ask what each link does, too.")] = False,
    number: Annotated[
        int,
        typer.Option("--round", metavar="N", help="From 2 on, show how answers were spread."),
    ] = 1,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="Ask as of a day; default the scenario's."),
    ] = None,
) -> None:
    """Write a sheet for experts to fill in.

    One sheet for all, or one for each --expert. It holds the questions and nobody's answers, and no
    forecast. No file is ever overwritten.
    """
    from estimative.sheets import write_sheets
    from estimative.workflow import parse_day

    found = read(scenario)
    with refusing("--as-of"):
        day = parse_day(as_of)
    with refusing(None):
        try:
            made = write_sheets(
                found, output, experts=expert or (), links=links, number=number, as_of=day
            )
        except FileExistsError as error:
            raise ValueError(str(error)) from None
    for file in made:
        print_text(str(file))


def seal(
    scenario: ScenarioArgument,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="A sheet with your own answers.")
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(metavar="OUTCOME", help="An outcome, or outcome=state; may be repeated."),
    ] = None,
    probability: Annotated[
        list[str] | None,
        typer.Option(metavar="P", help="Your own: 35%, 20-50% or likely; one each --outcome."),
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Seal your own numbers in the ledger, before you read those of others."""
    from estimative.sheets import seal_numbers

    check_form(as_json, as_csv)
    names, numbers = outcome or [], probability or []
    if (file is None) == (not names and not numbers):
        raise typer.BadParameter("give --outcome and --probability, or the file of a sheet")
    if len(names) != len(numbers):
        raise typer.BadParameter(
            f"{counted(names, 'outcome')} and {len(numbers)} probabilities; give each outcome one",
            param_hint="--outcome, --probability",
        )
    doubled = next((name for name in names if names.count(name) > 1), None)
    if doubled is not None:
        raise typer.BadParameter(f"{doubled} is given twice; take one out", param_hint="--outcome")
    found = read(scenario)
    entry = seal_numbers(
        found, file if file is not None else dict(zip(names, numbers, strict=True))
    )
    print_answer(entry, as_json=as_json, as_csv=as_csv)


@asking("interval", "no_record")
def take_in(
    request: Request,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", help="Filled sheets, or CSV of forecasts.")
    ],
    unsealed: Annotated[
        bool,
        typer.Option("--unsealed", help="Read them though your own numbers are not sealed."),
    ] = False,
    date: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day of answers that bear none.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
) -> None:
    """Take filled sheets into a scenario as statements.

    Each outcome's number is shown before and after, beside the number you sealed; then it is asked
    whether to write. All of it is written, or nothing. That others' answers were read goes into the
    ledger at once.
    """
    from estimative.sheets import UnsealedError, read_sheets, sheet_effect
    from estimative.workflow import parse_day

    found = request.read()
    with refusing("--as-of"):
        day = parse_day(request.as_of)
    with refusing("--date"):
        otherwise = parse_day(date)
    try:
        intake = read_sheets(found, files, unsealed=unsealed, date=otherwise)
    except UnsealedError as error:
        raise typer.BadParameter(str(error)) from None
    for warning in intake.known.warnings:
        if warning not in found.warnings:
            say(f"warning: {warning}")
    if day is not None and intake.changes and day < intake.date:
        message = f"{day} is before the last of the answers was given ({intake.date})"
        raise typer.BadParameter(message, param_hint="--as-of")
    unrecorded, at = replace(request, no_record=True), day or intake.date
    before = unrecorded.forecast(found, at)
    after = unrecorded.forecast(intake.known, at) if intake.changes else before
    if dry_run and not (request.as_json or request.as_csv):
        print_text(_text(intake))
    effect = sheet_effect(intake, before, after)
    print_answer(effect, as_json=request.as_json, as_csv=request.as_csv)
    if not intake.changes:
        say("nothing is new; nothing was written")
    elif dry_run or not (yes or _confirmed(intake)):
        say("nothing was written")
    else:
        for file in intake.write():
            say(f"written: {file}")
    for failure in dict.fromkeys((*before.belief.failed, *after.belief.failed)):
        say(f"error: not converged: {failure}")
    if before.belief.failed or after.belief.failed:
        raise typer.Exit(NOT_CONVERGED)


def _text(intake: "Intake") -> str:
    """Return what the files gain."""
    parts = [f"scenario.yaml gains:\n{intake.added}"] if intake.added else []
    parts += [f"news/{item}.yaml:\n{text}" for item, text in intake.items.items()]
    return "\n".join(parts).rstrip()


def _confirmed(intake: "Intake") -> bool:
    """Ask whether to write; where nobody can be asked, that is a matter of usage."""
    what = counted(intake.changes, "answer")
    try:
        return typer.confirm(f"Write {what} into {intake.scenario.slug}?", err=True)
    except typer.Abort:
        say("")
        if sys.stdin.isatty():
            raise KeyboardInterrupt from None
        message = "nobody can be asked here, so nothing was written; give --yes to write"
        raise typer.BadParameter(message, param_hint="--yes") from None
