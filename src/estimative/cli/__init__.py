"""The command line: the verbs of the Python surface, tables on stdout, everything else on stderr.

A user's mistake ends with a message and a status, never with a traceback
(tests/system/test_cli.py).
"""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from estimative.cli import (
    answer_verbs,
    explore_verbs,
    folder_verbs,
    ledger_verbs,
    news_verbs,
    picture_verbs,
    record_verbs,
    sheet_verbs,
    show_verbs,
)
from estimative.cli.asking import STORAGE, USAGE, WRONG_SCENARIO, counted, leave
from estimative.errors import EstimativeError, InferenceError, LedgerError, ScenarioError
from estimative.output import ReaderGoneError, print_text, say

FAULT = 70  # of the program itself
STOPPED, UNREAD = 130, 141  # by Ctrl-C; by a reader that closed the pipe

app = typer.Typer(
    help="Turn what experts say into probabilities you can defend.",
    epilog="Status: 0 done, 1 the scenario is wrong, 2 usage, 3 not converged, 4 storage.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for verb in (
    folder_verbs.new,
    folder_verbs.check,
    answer_verbs.forecast,
    answer_verbs.compare,
    answer_verbs.coverage,
    answer_verbs.disagreement,
    explore_verbs.what_if,
    explore_verbs.indicators,
    explore_verbs.joint,
    explore_verbs.sensitivity,
    picture_verbs.plot,
    show_verbs.report,
    show_verbs.deck,
    ledger_verbs.history,
    ledger_verbs.score,
    record_verbs.backtest,
    record_verbs.learn_weights,
    news_verbs.watch,
):
    app.command()(verb)
news = typer.Typer(help="Write items of news.", no_args_is_help=True, rich_markup_mode=None)
news.command()(news_verbs.add)
app.add_typer(news, name="news")
sheet = typer.Typer(
    help="Ask experts in writing, and take their answers in.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
sheet.command()(sheet_verbs.out)
sheet.command()(sheet_verbs.seal)
sheet.command("in")(sheet_verbs.take_in)
app.add_typer(sheet, name="sheet")


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


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with a status.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the command's name; default those of the process, which then ends at once.
    """
    status = _run(sys.argv[1:] if arguments is None else list(arguments))
    if arguments is None and "nutpie" in sys.modules and status in (USAGE, STOPPED):
        leave(status)
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
        say(f"{counted(error.problems, 'error')}; nothing was computed.")
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
