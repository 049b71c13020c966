"""The command line: the verbs of the Python surface, tables on stdout, everything else on stderr.

A user's mistake ends with a message and a status, never with a traceback (tests/system/test_cli.py).
"""

import json
import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from estimative.errors import EstimativeError, InferenceError, LedgerError, ScenarioError

if TYPE_CHECKING:
    from estimative.forecasting import Forecast
    from estimative.results import Answer
    from estimative.scenario import Scenario

WRONG_SCENARIO, USAGE, NOT_CONVERGED, STORAGE = 1, 2, 3, 4

app = typer.Typer(
    help="Turn what experts say into probabilities you can defend.",
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


class Schema(StrEnum):
    """What `check --schema` prints the JSON Schema of."""

    scenario = "scenario"
    experts = "experts"
    news = "news"


ScenarioArgument = Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario's folder, or its name.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="DAY", help="Forecast as of a day (2023-10-14, or today).")]
Model = Annotated[str | None, typer.Option(help="A model's name or file; default expert_network.")]
Seed = Annotated[int, typer.Option(help="The same seed gives the same numbers.")]
Interval = Annotated[float, typer.Option(help="Mass of the central interval.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]
Draws = Annotated[int, typer.Option(help="Draws a chain, where a belief must be fitted.")]
Tune = Annotated[int, typer.Option(help="Tuning steps a chain, where a belief must be fitted.")]
OneOutcome = Annotated[str | None, typer.Option(help="One outcome only.")]


@app.command()
def check(
    scenario: Annotated[str | None, typer.Argument(metavar="SCENARIO", help="A scenario's folder, or its name.")] = None,
    schema: Annotated[Schema | None, typer.Option(help="Print the JSON Schema instead.")] = None,
) -> None:
    """Say whether a scenario is right: every error with file, line and cure, then what looks suspicious."""
    if schema is not None:
        from estimative import schema as schemas

        found = {
            Schema.scenario: schemas.scenario_schema,
            Schema.experts: schemas.experts_schema,
            Schema.news: schemas.news_schema,
        }
        print(json.dumps(found[schema](), indent=2, ensure_ascii=False))
        return
    if scenario is None:
        raise typer.BadParameter("name a scenario, or give --schema", param_hint="SCENARIO")
    read = _read(scenario)
    counted = sum(s.kind != "remark" for s in read.statements.values())
    print(
        f"{read.slug}: right. {len(read.outcomes)} outcomes, {len(read.drivers)} drivers, {len(read.links)} links,"
        f" {len(read.statements)} statements ({counted} counted), {len(read.experts)} experts, {len(read.news)} news items."
    )


@app.command()
def forecast(
    scenario: ScenarioArgument,
    as_of: AsOf = None,
    model: Model = None,
    seed: Seed = 1,
    interval: Interval = 0.9,
    outcome: Annotated[str | None, typer.Option(help="Show what one outcome rests on.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    draws: Draws = 1000,
    tune: Tune = 500,
) -> None:
    """Print the probability of every outcome, with its interval and who pulls it; one outcome's with --outcome."""
    answer = _forecast(_read(scenario), as_of, model, seed, interval, draws, tune)
    if outcome is not None:
        _show(answer.trace(outcome), as_json, as_csv)
    elif as_json:
        print(json.dumps(answer.to_json(), indent=2, ensure_ascii=False, default=str))
    else:
        _show(answer, as_json, as_csv)
    if answer.belief.failed:
        raise typer.Exit(NOT_CONVERGED)


@app.command()
def coverage(
    scenario: ScenarioArgument,
    as_of: AsOf = None,
    model: Model = None,
    seed: Seed = 1,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Print what each answer needs, what was stated and by whom, what is default, and what to settle."""
    import estimative as est

    _show(est.coverage(_read(scenario), as_of=as_of, model=model, seed=seed), as_json, as_csv)


@app.command()
def disagreement(
    scenario: ScenarioArgument,
    as_of: AsOf = None,
    model: Model = None,
    seed: Seed = 1,
    outcome: OneOutcome = None,
    expert: Annotated[str | None, typer.Option(help="One expert only, by id, name or alias.")] = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Print the answer each expert alone would give, beside the pooled one."""
    import estimative as est

    pooled = _forecast(_read(scenario), as_of, model, seed)
    answer = est.disagreement(pooled, outcome=outcome, expert=expert)
    if answer.note:
        _say(f"note: {answer.note}")
    _show(answer, as_json, as_csv)


@app.command()
def plot(
    scenario: ScenarioArgument,
    what: Annotated[Picture, typer.Option(help="Which picture.")] = Picture.forecast,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="A .png, .svg, .pdf or .pptx file.")] = None,
    as_of: AsOf = None,
    model: Model = None,
    seed: Seed = 1,
    interval: Interval = 0.9,
    outcome: OneOutcome = None,
) -> None:
    """Draw a picture and write it to a file."""
    import matplotlib

    matplotlib.use("agg")
    import estimative as est

    pooled = _forecast(_read(scenario), as_of, model, seed, interval)
    subject = est.disagreement(pooled, outcome=outcome) if what is Picture.disagreement else pooled
    axes = getattr(est.plots, what)(subject)
    written = est.export(axes, out or Path(f"{pooled.scenario.slug}-{what}.png"))
    print(written)


@app.command()
def new(folder: Annotated[Path, typer.Argument(help="A folder to make.")]) -> None:
    """Make a folder with a small scenario in which everything runs."""
    from estimative.workspace import new_workspace

    made = new_workspace(folder)
    print(f"{made}: edit scenario.yaml there, then run\n  estimative forecast {made}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with a status.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; default those of the process.
    """
    statuses = {ScenarioError: WRONG_SCENARIO, InferenceError: USAGE, LedgerError: STORAGE}
    try:
        app(args=list(arguments) if arguments is not None else None, prog_name="estimative")
    except ScenarioError as error:
        for problem in error.problems:
            _say(str(problem))
        _say(f"{len(error.problems)} error{'s' * (len(error.problems) != 1)}; nothing was computed.")
        sys.exit(WRONG_SCENARIO)
    except EstimativeError as error:
        _say(f"error: {error}")
        sys.exit(statuses[type(error)])
    except (ValueError, KeyError) as error:
        _say(f"error: {error.args[0] if error.args else error}")
        sys.exit(USAGE)
    except KeyboardInterrupt:
        _say("stopped")
        sys.exit(130)


def _read(name: str) -> "Scenario":
    from estimative.reading import read_scenario

    scenario = read_scenario(name)
    for problem in scenario.warnings:
        _say(f"warning: {problem}")
    return scenario


def _forecast(
    scenario: "Scenario",
    as_of: str | None,
    model: str | None,
    seed: int,
    interval: float = 0.9,
    draws: int = 1000,
    tune: int = 500,
) -> "Forecast":
    from estimative.belief import Settings
    from estimative.workflow import forecast as compute

    settings = Settings(draws=draws, tune=tune)
    return compute(scenario, as_of=as_of, model=model, seed=seed, interval=interval, settings=settings)


def _show(answer: "Answer", as_json: bool, as_csv: bool) -> None:
    if as_json and as_csv:
        raise typer.BadParameter("give --json or --csv, not both")
    if as_json:
        print(json.dumps(list(answer.records()), indent=2, ensure_ascii=False, default=str))
    elif as_csv:
        print(answer.to_frame().to_csv(index=False), end="")
    else:
        print(answer.text(_width()))


def _width() -> int:
    import shutil

    return max(80, min(shutil.get_terminal_size((110, 24)).columns, 160))


def _say(line: Any) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
