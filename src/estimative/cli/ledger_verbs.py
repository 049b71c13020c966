"""The verbs about what was said before: they compute no forecast."""

from typing import Annotated

import typer

from estimative.cli.asking import (
    STORAGE,
    AsCsv,
    AsJson,
    OneOutcome,
    check_form,
    read,
    refusing,
)
from estimative.output import print_answer, print_text

Since = Annotated[
    str | None, typer.Option(metavar="DAY", help="Only forecasts as of this day or later.")
]
Until = Annotated[
    str | None, typer.Option(metavar="DAY", help="Only forecasts as of this day or earlier.")
]


def history(
    scenario: Annotated[
        str | None,
        typer.Argument(metavar="SCENARIO", help="A scenario's folder, or its name; default all."),
    ] = None,
    outcome: OneOutcome = None,
    since: Since = None,
    until: Until = None,
    model: Annotated[
        str | None, typer.Option(metavar="MODEL", help="Only forecasts of a model.")
    ] = None,
    record: Annotated[
        str | None, typer.Option(metavar="ID", help="Only the record whose id begins so.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Look for any later change, of all scenarios.")
    ] = False,
    noted: Annotated[
        str | None,
        typer.Option(metavar="HEAD", help="With --verify: a head printed earlier, kept elsewhere."),
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    lines: Annotated[
        bool, typer.Option("--lines", help="Print records whole, with their inputs, as JSON lines.")
    ] = False,
) -> None:
    """List what was forecast before, as it was recorded.

    Without a scenario, list which scenarios have records. With --verify, look through the whole
    ledger; it is status 4 if anything was changed or cut out.
    """
    from estimative import histories, records
    from estimative.workflow import parse_day

    check_form(as_json, as_csv)
    if noted is not None and (not verify or len(noted) < records.NOTED_DIGITS):
        raise typer.BadParameter(
            f"give --verify and at least {records.NOTED_DIGITS} digits", param_hint="--noted"
        )
    chosen = {"--since": since, "--until": until, "--model": model, "--record": record}
    chosen = {"--outcome": outcome} | chosen
    useless = [option for option, given in chosen.items() if given is not None]
    if useless and (verify or lines or scenario is None):
        cure = "takes none of these" if verify or lines else "name the scenario"
        what = "--verify " if verify else "--lines " if lines else ""
        raise typer.BadParameter(what + cure, param_hint=", ".join(useless))
    slug, ledger = histories.recorded_as(scenario) if scenario else (None, histories.ledger_in())
    if verify:
        found = records.verify(ledger, noted=noted)
        print_answer(found, as_json=as_json, as_csv=as_csv)
        if not found.sound:
            raise typer.Exit(STORAGE)
    elif lines:
        for line in records.json_lines(ledger, scenario=slug):
            print_text(line)
    elif scenario is None:
        print_answer(histories.contents(), as_json=as_json, as_csv=as_csv)
    else:
        with refusing("--since, --until"):
            days = [parse_day(day) for day in (since, until)]
        with refusing("--outcome"):
            answer = histories.history(
                scenario, outcome=outcome, since=days[0], until=days[1], model=model, record=record
            )
        print_answer(answer, as_json=as_json, as_csv=as_csv)


def score(
    scenario: Annotated[
        str | None, typer.Argument(metavar="SCENARIO", help="A scenario's folder, or its name.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Score all scenarios of the workspace together.")
    ] = False,
    experts: Annotated[
        bool, typer.Option("--experts", help="Print the experts only, each by his own statements.")
    ] = False,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="Score what is resolved by this day."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="Whose forecasts; default expert_network."),
    ] = None,
    interval: Annotated[float, typer.Option(help="Mass of the experts' central intervals.")] = 0.9,
    seed: Annotated[int, typer.Option(help="Of the bootstrap that gives the intervals.")] = 1,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Score the recorded forecasts of outcomes that are resolved, and the experts.

    Brier and log score stand beside those of even chances, base rates and the plain mean of the
    statements. Experts are scored by what they themselves had said. JSON and CSV hold the outcomes,
    or with --experts the experts.
    """
    from estimative.scoring import scenarios_of
    from estimative.scoring import score as compute
    from estimative.workflow import parse_day

    check_form(as_json, as_csv)
    if everything == (scenario is not None):
        what = "takes no scenario" if everything else "name a scenario, or give --all"
        raise typer.BadParameter(what, param_hint="--all" if everything else "SCENARIO")
    found = scenarios_of(".") if scenario is None else (read(scenario),)
    with refusing("--as-of"):
        day = parse_day(as_of)
    with refusing("--interval"):
        answer = compute(found, as_of=day, model=model, interval=interval, seed=seed)
    print_answer(answer.experts if experts else answer, as_json=as_json, as_csv=as_csv)
