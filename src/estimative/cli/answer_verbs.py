"""The verbs that compute: each prints one answer."""

from typing import TYPE_CHECKING, Annotated

import typer

from estimative.cli.asking import (
    OneOutcome,
    Request,
    asking,
    check_days,
    check_expert,
    check_outcome,
    end,
    read,
    refusing,
)
from estimative.output import print_json, say

if TYPE_CHECKING:
    import datetime as dt

    from estimative.coders import Codings
    from estimative.scenario import Scenario


@asking()
def forecast(
    request: Request,
    outcome: Annotated[
        str | None, typer.Option(metavar="OUTCOME", help="Show what one outcome rests on.")
    ] = None,
) -> None:
    """Print the probability of every outcome.

    Each stands with its interval, the word for it, and the statements that pull it most; with
    --outcome, where the number of that outcome comes from.
    """
    read = request.read()
    check_outcome(read, outcome)
    answer = request.forecast(read)
    if outcome is not None:
        request.show(answer.trace(outcome), answer)
    elif request.as_json:
        print_json(answer.to_json())
        end(answer)
    else:
        request.show(answer, answer)


@asking("as_of")
def compare(
    request: Request,
    earlier: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="The earlier day, such as 2023-10-01."),
    ] = None,
    later: Annotated[
        str | None,
        typer.Option("--to", metavar="DAY", help="The later day; default the scenario's own."),
    ] = None,
    coded: Annotated[
        str | None,
        typer.Option(
            "--with", metavar="FOLDER", help="Another coding of the same articles, as of --to."
        ),
    ] = None,
) -> None:
    """Print what changed between two days, and why; or where two codings differ.

    Each outcome's move from one day to the other is shared out over the news, the time that passed,
    and the refit. With --with, the headlines of two people who coded the same articles stand beside
    each other, and below them where their files differ.
    """
    from estimative.workflow import parse_day

    mine = request.read()
    if (earlier is None) == (coded is None):
        raise typer.BadParameter(
            "name the earlier day, or another coding; one of the two", param_hint="--from or --with"
        )
    if coded is not None:
        with refusing("--to"):
            last = parse_day(later) or mine.date
        found = codings(request, mine, coded, last)
        request.show(found, found.second if found.second.belief.failed else found.first)
        return
    first, last = check_days(mine, str(earlier), later)
    from estimative.comparing import compare as share_out

    now = request.forecast(mine, last)
    request.show(share_out(request.forecast(mine, first), now), now)


def codings(request: Request, mine: "Scenario", other: str, day: "dt.date | None") -> "Codings":
    """Return two codings beside each other.

    Parameters
    ----------
    request : Request
        How to forecast.
    mine : Scenario
        One coding.
    other : str
        The folder or name of the other.
    day : date or None
        The day of both; default the first one's own.

    Returns
    -------
    Codings
        As of that day.

    Raises
    ------
    BadParameter
        If they have no outcome in common.
    """
    from estimative.coders import compare_codings

    theirs = read(other)
    if not mine.outcomes.keys() & theirs.outcomes.keys():
        raise typer.BadParameter("it has none of the scenario's outcomes", param_hint="--with")
    day = day or mine.date
    pair = request.forecast(mine, day), request.forecast(theirs, day)
    with refusing("--with"):
        return compare_codings(*pair)


@asking()
def coverage(
    request: Request,
    stale_after: Annotated[
        float | None,
        typer.Option(
            metavar="DAYS",
            min=1,
            help="After how long a statement is old; default the scenario's half-life, else 180.",
        ),
    ] = None,
) -> None:
    """Print what is stated and what is default, and what to settle.

    For each thing that the answers need: who stated it, or how far they would move if it were
    otherwise; then which statements are stale, what is due, what cannot be resolved as written, and
    what has no source.
    """
    answer = request.forecast(request.read())
    from estimative.workflow import cover

    covered = cover(answer, stale_after=stale_after, settings=request.settings, tell=say)
    request.show(covered, answer)


@asking()
def disagreement(
    request: Request,
    outcome: OneOutcome = None,
    expert: Annotated[
        str | None, typer.Option(metavar="EXPERT", help="One expert only, by id, name or alias.")
    ] = None,
) -> None:
    """Print what each expert and each group alone would answer.

    Beside the pooled answer, the linear and the logarithmic pool; each voice is fitted once and
    kept.
    """
    read = request.read()
    check_outcome(read, outcome)
    check_expert(read, expert)
    pooled = request.forecast(read)
    from estimative.workflow import disagreement as disagree

    answer = disagree(pooled, outcome=outcome, expert=expert, settings=request.settings, tell=say)
    if answer.note and (request.as_json or request.as_csv):
        say(f"note: {answer.note}")
    request.show(answer, pooled)
