"""What the verbs are asked: the options they share, and the checks before anything is computed."""

import contextlib
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass, fields
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import typer

from estimative.errors import Problem, ScenarioError
from estimative.names import did_you_mean
from estimative.output import print_answer, say
from estimative.results import Answer

if TYPE_CHECKING:
    import datetime as dt

    from estimative.belief import Settings
    from estimative.forecasting import Forecast
    from estimative.scenario import Scenario

WRONG_SCENARIO, USAGE, NOT_CONVERGED, STORAGE = 1, 2, 3, 4  # statuses

ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A scenario's folder, or its name.")
]
OneOutcome = Annotated[str | None, typer.Option(metavar="OUTCOME", help="One outcome only.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Print CSV.")]


@dataclass(frozen=True)
class Request:
    """What every verb that forecasts can be asked."""

    scenario: ScenarioArgument
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="DAY", help="Forecast as of a day (2023-10-14, or today)."),
    ] = None
    model: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="A model's name or file; default expert_network."),
    ] = None
    seed: Annotated[int, typer.Option(help="The same seed gives the same numbers.")] = 1
    interval: Annotated[float, typer.Option(help="Mass of the central interval.")] = 0.9
    draws: Annotated[int, typer.Option(help="Draws a chain, where a belief must be fitted.")] = 1000
    tune: Annotated[
        int, typer.Option(help="Tuning steps a chain, where a belief must be fitted.")
    ] = 500
    no_record: Annotated[
        bool, typer.Option("--no-record", help="Do not write the forecast to the ledger.")
    ] = False
    as_json: AsJson = False
    as_csv: AsCsv = False

    @property
    def settings(self) -> "Settings":
        """How a belief is sampled, if it must be."""
        from estimative.belief import Settings

        return Settings(draws=self.draws, tune=self.tune)

    def read(self) -> "Scenario":
        """Return the scenario, once the form of the answer is clear."""
        check_form(self.as_json, self.as_csv)
        return read(self.scenario)

    def forecast(self, scenario: "Scenario", as_of: "dt.date | None" = None) -> "Forecast":
        """Return the forecast as of the day asked for, or another.

        Parameters
        ----------
        scenario : Scenario
            As it was read.
        as_of : date, optional
            Another day.

        Returns
        -------
        Forecast
            Recorded, unless that is not wanted.
        """
        from estimative.workflow import check_request, parse_day
        from estimative.workflow import forecast as compute

        with refusing("--as-of"):
            day = as_of or parse_day(self.as_of)
        with refusing(None):
            check_request(self.seed, self.interval, self.settings)
        return compute(
            scenario,
            as_of=day,
            model=self.model,
            seed=self.seed,
            interval=self.interval,
            settings=self.settings,
            tell=say,
            record=not self.no_record,
        )

    def show(self, answer: Answer, forecast: "Forecast") -> None:
        """Print an answer, and end with its status if the forecast has not converged.

        Parameters
        ----------
        answer : Answer
            What was asked for.
        forecast : Forecast
            What it rests on.
        """
        print_answer(answer, as_json=self.as_json, as_csv=self.as_csv)
        end(forecast)


def asking(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a verb that takes a `Request` and options of its own all the options of the request.

    Parameters
    ----------
    *without : str
        Fields of the request that mean nothing to the verb; they have their defaults.

    Returns
    -------
    callable
        Decorates the verb.
    """
    names = [f.name for f in fields(Request) if f.name not in without]
    hints = get_type_hints(Request, include_extras=True)

    def decorate(verb: Callable[..., None]) -> Callable[..., None]:
        """Return the verb as the command line sees it.

        Parameters
        ----------
        verb : callable
            Takes a request, then options of its own.

        Returns
        -------
        callable
            Takes all options by name.
        """

        @wraps(verb)
        def command(**given: Any) -> None:  # noqa: ANN401 - of as many types as there are options
            """Run the verb.

            Parameters
            ----------
            **given
                All options, by name.
            """
            request = Request(**{name: given.pop(name) for name in names})
            verb(request, **given)

        asked = inspect.signature(Request, eval_str=True).parameters
        first, *shared = [
            asked[n].replace(annotation=hints[n], kind=inspect.Parameter.KEYWORD_ONLY)
            for n in names
        ]
        own = [
            p.replace(kind=inspect.Parameter.KEYWORD_ONLY)
            for p in list(inspect.signature(verb, eval_str=True).parameters.values())[1:]
        ]
        whole = [first, *own, *shared]
        command.__signature__ = inspect.Signature(whole)  # type: ignore[attr-defined]
        command.__annotations__ = {p.name: p.annotation for p in whole}
        return command

    return decorate


def read(name: str) -> "Scenario":
    """Return a scenario; what looks suspicious in it is said.

    Parameters
    ----------
    name : str
        Its folder or slug.

    Returns
    -------
    Scenario
        As it is read.

    Raises
    ------
    ScenarioError
        If it is wrong or cannot be read.
    """
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


@contextlib.contextmanager
def refusing(option: str | None) -> Iterator[None]:
    """Turn what a check refuses, before anything is computed, into a matter of usage.

    Parameters
    ----------
    option : str or None
        Which option is wrong.

    Raises
    ------
    BadParameter
        In place of ValueError and KeyError.
    """
    try:
        yield
    except (KeyError, ValueError) as error:
        raise typer.BadParameter(str(error.args[0]), param_hint=option) from None


def check_form(as_json: bool, as_csv: bool) -> None:
    """Refuse two forms at once.

    Parameters
    ----------
    as_json, as_csv : bool
        What was asked for.

    Raises
    ------
    BadParameter
        If both were.
    """
    if as_json and as_csv:
        raise typer.BadParameter("give --json or --csv, not both")


def check_outcome(scenario: "Scenario", name: str | None) -> None:
    """Refuse an outcome that is none, before anything is computed.

    Parameters
    ----------
    scenario : Scenario
        Names the outcomes.
    name : str or None
        What was asked for.

    Raises
    ------
    BadParameter
        With the nearest legal name.
    """
    if name is None or name in scenario.outcomes:
        return
    if name in scenario.drivers:
        message = f"'{name}' is a driver, which is not forecast for itself"
    else:
        message = f"no outcome '{name}'{did_you_mean(name, scenario.outcomes)}"
    raise typer.BadParameter(
        f"{message} (there are: {', '.join(scenario.outcomes)})", param_hint="--outcome"
    )


def check_expert(scenario: "Scenario", name: str | None) -> None:
    """Refuse an expert who is none, before anything is computed.

    Parameters
    ----------
    scenario : Scenario
        Names the experts.
    name : str or None
        An id, name or alias.

    Raises
    ------
    BadParameter
        With those there are.
    """
    if name is None:
        return
    try:
        scenario.find_expert(name)
    except ScenarioError as error:
        message = f"{error.problems[0].message} (there are: {', '.join(scenario.experts)})"
        raise typer.BadParameter(message, param_hint="--expert") from None


def check_days(
    scenario: "Scenario", earlier: str, later: str | None
) -> "tuple[dt.date | None, dt.date]":
    """Return the days of `--from` and `--to`, in that order.

    Parameters
    ----------
    scenario : Scenario
        Its own day stands for a missing later one.
    earlier, later : str or None
        What was asked for.

    Returns
    -------
    tuple of date
        The two days.

    Raises
    ------
    BadParameter
        If one is no day, or the first is after the second.
    """
    from estimative.workflow import parse_day

    with refusing("--from"):
        first = parse_day(earlier)
    with refusing("--to"):
        last = parse_day(later) or scenario.date
    if first is not None and first > last:
        cure = "" if later else "; name the later day with --to"
        raise typer.BadParameter(f"{first} is after {last}{cure}", param_hint="--from")
    return first, last


def counted(things: Sized, what: str, more: str = "") -> str:
    """Return how many things there are, in words.

    Parameters
    ----------
    things : sized
        The things.
    what, more : str
        Their name in the singular, and what follows it.

    Returns
    -------
    str
        Such as `3 items of news`.
    """
    return f"{len(things)} {what}{'s' * (len(things) != 1)} {more}".strip()


def leave(status: int) -> None:
    """End the process at once, after a sampling may have been stopped.

    Its chains may still run in threads, which survive no orderly end.

    Parameters
    ----------
    status : int
        The process's.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError):
            stream.flush()
    os._exit(status)


def end(forecast: "Forecast") -> None:
    """End with its status if the belief has not converged.

    Parameters
    ----------
    forecast : Forecast
        What was answered.

    Raises
    ------
    Exit
        With status 3.
    """
    if forecast.belief.failed:
        say(f"error: not converged: {'; '.join(forecast.belief.failed)}")
        raise typer.Exit(NOT_CONVERGED)
