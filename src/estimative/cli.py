"""The command line: the verbs of the Python surface, tables on stdout, everything else on stderr.

A user's mistake ends with a message and a status, never with a traceback
(tests/system/test_cli.py).
"""

import contextlib
import os
import sys
from collections.abc import Iterator, Sequence, Sized
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from estimative.errors import EstimativeError, InferenceError, LedgerError, Problem, ScenarioError
from estimative.names import did_you_mean
from estimative.output import ReaderGoneError, print_answer, print_json, print_text, say

if TYPE_CHECKING:
    from estimative.belief import Settings
    from estimative.forecasting import Forecast
    from estimative.scenario import Scenario

WRONG_SCENARIO, USAGE, NOT_CONVERGED, STORAGE = 1, 2, 3, 4
FAULT, STOPPED, UNREAD = (
    70,
    130,
    141,
)  # of the program itself; by Ctrl-C; by a reader that closed the pipe

app = typer.Typer(
    help="Turn what experts say into probabilities you can defend.",
    epilog="Status: 0 done, 1 the scenario is wrong, 2 usage, 3 not converged, 4 storage.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


class Picture(StrEnum):
    """What `plot` draws."""

    forecast = "forecast"
    network = "network"
    disagreement = "disagreement"
    coverage = "coverage"


class Schema(StrEnum):
    """What `check --schema` prints the JSON Schema of."""

    scenario = "scenario"
    experts = "experts"
    news = "news"


ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario's folder, or its name.")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DAY", help="Forecast as of a day (2023-10-14, or today)."),
]
Model = Annotated[
    str | None,
    typer.Option(metavar="MODEL", help="A model's name or file; default expert_network."),
]
Seed = Annotated[int, typer.Option(help="The same seed gives the same numbers.")]
Interval = Annotated[float, typer.Option(help="Mass of the central interval.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
Draws = Annotated[int, typer.Option(help="Draws a chain, where a belief must be fitted.")]
Tune = Annotated[int, typer.Option(help="Tuning steps a chain, where a belief must be fitted.")]
OneOutcome = Annotated[str | None, typer.Option(metavar="OUTCOME", help="One outcome only.")]


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print_text(f"estimative {version('estimative')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take what stands before the verb."""


@app.command()
def check(
    scenario: Annotated[
        str | None, typer.Argument(metavar="SCENARIO", help="A scenario's folder, or its name.")
    ] = None,
    schema: Annotated[Schema | None, typer.Option(help="Print the JSON Schema instead.")] = None,
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
    read = _read(scenario)
    counted = sum(s.kind != "remark" for s in read.statements.values())
    counts = (
        _count(read.outcomes, "outcome"),
        _count(read.drivers, "driver"),
        _count(read.links, "link"),
        f"{_count(read.statements, 'statement')} ({counted} counted)",
        _count(read.experts, "expert"),
        _count(read.news, "item", "of news"),
    )
    print_text(f"{read.slug}: right. {', '.join(counts)}.")


@app.command()
def forecast(
    scenario: ScenarioArgument,
    as_of: AsOf = None,
    model: Model = None,
    seed: Seed = 1,
    interval: Interval = 0.9,
    outcome: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="Show what one outcome rests on.")
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    draws: Draws = 1000,
    tune: Tune = 500,
) -> None:
    """Print the probability of every outcome.

    Each stands with its interval, the word for it, and the statements that pull it most; with
    --outcome, where the number of that outcome comes from.
    """
    _check_form(as_json, as_csv)
    read = _read(scenario)
    _check_outcome(read, outcome)
    answer = _forecast(read, as_of, model, seed, draws, tune, interval)
    if outcome is not None:
        print_answer(answer.trace(outcome), as_json=as_json, as_csv=as_csv)
    elif as_json:
        print_json(answer.to_json())
    else:
        print_answer(answer, as_json=as_json, as_csv=as_csv)
    _end(answer)


@app.command()
def coverage(
    scenario: ScenarioArgument,
    as_of: AsOf = None,
    model: Model = None,
    seed: Seed = 1,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    draws: Draws = 1000,
    tune: Tune = 500,
) -> None:
    """Print what is stated and what is default.

    For each thing that the answers need: who stated it, or how far they would move if it were
    otherwise; then what to settle.
    """
    _check_form(as_json, as_csv)
    answer = _forecast(_read(scenario), as_of, model, seed, draws, tune)
    from estimative.explaining import coverage as cover

    print_answer(cover(answer), as_json=as_json, as_csv=as_csv)
    _end(answer)


@app.command()
def disagreement(
    scenario: ScenarioArgument,
    as_of: AsOf = None,
    model: Model = None,
    seed: Seed = 1,
    outcome: OneOutcome = None,
    expert: Annotated[
        str | None, typer.Option(metavar="EXPERT", help="One expert only, by id, name or alias.")
    ] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    draws: Draws = 1000,
    tune: Tune = 500,
) -> None:
    """Print what each expert alone would answer.

    Beside the pooled answer; each voice is fitted once and kept.
    """
    _check_form(as_json, as_csv)
    read = _read(scenario)
    _check_outcome(read, outcome)
    _check_expert(read, expert)
    pooled = _forecast(read, as_of, model, seed, draws, tune)
    from estimative.workflow import disagreement as disagree

    answer = disagree(
        pooled, outcome=outcome, expert=expert, settings=_settings(draws, tune), tell=say
    )
    if answer.note and (as_json or as_csv):
        say(f"note: {answer.note}")
    print_answer(answer, as_json=as_json, as_csv=as_csv)
    _end(pooled)


@app.command()
def plot(
    scenario: ScenarioArgument,
    what: Annotated[Picture, typer.Option(help="Which picture.")] = Picture.forecast,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="A .png, .svg, .pdf or .pptx file."),
    ] = None,
    as_of: AsOf = None,
    model: Model = None,
    seed: Seed = 1,
    interval: Interval = 0.9,
    outcome: OneOutcome = None,
    draws: Draws = 1000,
    tune: Tune = 500,
) -> None:
    """Draw a picture and write it to a file."""
    import matplotlib

    matplotlib.use("agg")
    from estimative import plots
    from estimative.explaining import coverage as cover
    from estimative.exporting import KINDS, export
    from estimative.workflow import disagreement as disagree

    read = _read(scenario)
    _check_outcome(read, outcome)
    file = out or Path(f"{read.slug}-{what}.png")
    if file.suffix.lower() not in KINDS:
        raise typer.BadParameter(
            f"'{file}' must end in one of {', '.join(KINDS)}", param_hint="--out"
        )
    pooled = _forecast(read, as_of, model, seed, draws, tune, interval)
    subject: Any = pooled
    if what is Picture.disagreement:
        subject = disagree(pooled, outcome=outcome, settings=_settings(draws, tune), tell=say)
    elif what is Picture.coverage:
        subject = cover(pooled)
    print_text(str(export(getattr(plots, what)(subject), file)))
    _end(pooled)


@app.command()
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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with a status.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; default those of the process, which then ends at once.
    """
    status = _run(sys.argv[1:] if arguments is None else list(arguments))
    if arguments is None and "nutpie" in sys.modules and status in (USAGE, STOPPED):
        # chains of a stopped sampling may still run in threads, which survive no orderly end
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(AttributeError, OSError):
                stream.flush()
        os._exit(status)
    sys.exit(status)


def _run(arguments: list[str]) -> int:
    """Run one command and return its status; whatever goes wrong is said on stderr."""
    statuses = {InferenceError: USAGE, LedgerError: STORAGE}
    try:
        app(args=arguments, prog_name="estimative")
    except SystemExit as end:
        if end.code == STOPPED:
            say("stopped; no file was left half written")
        return end.code if isinstance(end.code, int) else 0
    except KeyboardInterrupt:
        say("stopped; no file was left half written")
        return STOPPED
    except ScenarioError as error:
        for problem in error.problems:
            say(str(problem))
        say(f"{_count(error.problems, 'error')}; nothing was computed.")
        return WRONG_SCENARIO
    except EstimativeError as error:
        say(f"error: {error}")
        return statuses[type(error)]
    except OSError as error:
        say(f"error: {error.filename or 'a file'} cannot be used: {error.strerror or error}")
        return STORAGE
    except ReaderGoneError:
        return UNREAD
    except Exception:
        import traceback

        say(traceback.format_exc())
        say("This is a fault of estimative, not of your input; please report it with these lines.")
        return FAULT
    return 0


def _count(things: Sized, what: str, more: str = "") -> str:
    return f"{len(things)} {what}{'s' * (len(things) != 1)} {more}".strip()


def _read(name: str) -> "Scenario":
    from estimative.reading import read_scenario

    try:
        scenario = read_scenario(name)
    except OSError as error:
        raise ScenarioError(
            [Problem(name[:200], 0, f"cannot be read: {error.strerror}")]
        ) from error
    for problem in scenario.warnings:
        say(f"warning: {problem}")
    return scenario


def _forecast(
    scenario: "Scenario",
    as_of: str | None,
    model: str | None,
    seed: int,
    draws: int,
    tune: int,
    interval: float = 0.9,
) -> "Forecast":
    from estimative.workflow import check_request, parse_day
    from estimative.workflow import forecast as compute

    settings = _settings(draws, tune)
    with _refusing("--as-of"):
        day = parse_day(as_of)
    with _refusing(None):
        check_request(seed, interval, settings)
    return compute(
        scenario, as_of=day, model=model, tell=say, seed=seed, interval=interval, settings=settings
    )


@contextlib.contextmanager
def _refusing(option: str | None) -> Iterator[None]:
    """Turn what a check refuses, before anything is computed, into a matter of usage."""
    try:
        yield
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _settings(draws: int, tune: int) -> "Settings":
    from estimative.belief import Settings

    return Settings(draws=draws, tune=tune)


def _check_form(as_json: bool, as_csv: bool) -> None:
    if as_json and as_csv:
        raise typer.BadParameter("give --json or --csv, not both")


def _check_outcome(scenario: "Scenario", name: str | None) -> None:
    if name is None or name in scenario.outcomes:
        return
    if name in scenario.drivers:
        message = f"'{name}' is a driver, which is not forecast for itself"
    else:
        message = f"no outcome '{name}'{did_you_mean(name, scenario.outcomes)}"
    raise typer.BadParameter(
        f"{message} (there are: {', '.join(scenario.outcomes)})", param_hint="--outcome"
    )


def _check_expert(scenario: "Scenario", name: str | None) -> None:
    if name is None:
        return
    try:
        scenario.find_expert(name)
    except ScenarioError as error:
        message = f"{error.problems[0].message} (there are: {', '.join(scenario.experts)})"
        raise typer.BadParameter(message, param_hint="--expert") from None


def _end(answer: "Forecast") -> None:
    """End with its status if the belief has not converged."""
    if answer.belief.failed:
        say(f"error: not converged: {'; '.join(answer.belief.failed)}")
        raise typer.Exit(NOT_CONVERGED)


if __name__ == "__main__":
    main()
