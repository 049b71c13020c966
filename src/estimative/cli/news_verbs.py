"""The verbs about what becomes known: write an item of news, and follow a scenario's files."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from estimative.cli.asking import NOT_CONVERGED, USAGE, Request, asking, leave, refusing
from estimative.output import print_answer, print_text, say

if TYPE_CHECKING:
    import datetime as dt

    from estimative.forecasting import Forecast
    from estimative.news_files import Draft
    from estimative.scenario import Scenario
    from estimative.watching import Round

MOST_NAMED = 6
"""Changed files that are named one by one."""


@asking("interval", "no_record", "as_json", "as_csv")
def add(
    request: Request,
    kind: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="report, observation, revision or retraction."),
    ] = None,
    published: Annotated[
        str | None, typer.Option(metavar="DAY", help="The day from which it counts, or today.")
    ] = None,
    said: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What is reported, in your own words.")
    ] = None,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="Who reports it.")] = None,
    address: Annotated[
        str | None, typer.Option(metavar="URL", help="Where it can be read.")
    ] = None,
    reliability: Annotated[
        str | None, typer.Option(metavar="GRADE", help="The source's grade, such as B2.")
    ] = None,
    origin: Annotated[
        str | None, typer.Option(metavar="WORD", help="Reprints of one report share it.")
    ] = None,
    happened: Annotated[
        str | None, typer.Option(metavar="DAYS", help="A day, or two: 2025-03-14 to 2025-03-18.")
    ] = None,
    favours: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OUTCOME=STATE", help="A state that a report makes likelier; may be repeated."
        ),
    ] = None,
    ratio: Annotated[
        list[str] | None,
        typer.Option(metavar="RATIO", help="How much likelier: 4, or 2,4,8, or a word; for each."),
    ] = None,
    observed: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OUTCOME=STATE", help="A state that was seen to hold; may be repeated."
        ),
    ] = None,
    supersedes: Annotated[
        str | None, typer.Option(metavar="STATEMENT", help="What a revision replaces.")
    ] = None,
    change: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="What it says otherwise, such as probability=70%; may be repeated.",
        ),
    ] = None,
    retracts: Annotated[
        str | None, typer.Option(metavar="ITEM", help="What a retraction takes back.")
    ] = None,
    because: Annotated[
        list[str] | None,
        typer.Option(metavar="TEXT", help="Why it is encoded so, or each --favours."),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The file's, after the day; default words of --said."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the file and its effect, and write nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
) -> None:
    """Write an item of news, once its effect has been shown.

    At a terminal whatever is missing is asked for. The item is read as part of the scenario before
    it is written; no file is ever overwritten. The effect is the forecast as of the item's day, or
    --as-of, without and with it.
    """
    from estimative.news_files import Draft, item_text, write_item
    from estimative.workflow import parse_day

    read = request.read()
    with refusing("--published"):
        day = str(parse_day("today")) if published == "today" else published
    draft = Draft(
        kind=kind,
        published=day,
        happened=happened,
        said=said,
        source=source,
        address=address,
        reliability=reliability,
        origin=origin,
        favours=tuple(favours or ()),
        ratio=tuple(ratio or ()),
        because=tuple(because or ()),
        observed=tuple(observed or ()),
        supersedes=supersedes,
        change=tuple(change or ()),
        retracts=retracts,
        name=name,
    )
    asks = sys.stdin.isatty()
    if asks and draft.missing:
        draft = _asked(draft, read)
    _check_whole(draft)
    _check_free(draft, read)
    with refusing(None):
        text = item_text(draft, read.folder)
    known = _read_with(draft, text, read)
    if dry_run:
        print_text(text)
    failed = _show_effect(request, read, known, known.news[draft.item].published)
    if dry_run or (asks and not yes and not _confirmed(draft)):
        say("nothing was written")
    else:
        _check_free(draft, read)
        print_text(str(write_item(read.folder, draft.item, text)))
    if failed:
        raise typer.Exit(NOT_CONVERGED)


@asking("as_json", "as_csv")
def watch(request: Request) -> None:
    """Answer again whenever a file is saved.

    What moved since the last answer is printed with the reasons. A file that is wrong is told of
    and the last good answer kept. Ctrl-C ends it.
    """
    from estimative.model_files import DEFAULT_MODEL, find_model
    from estimative.reading import read_scenario
    from estimative.watching import file_changes, rounds
    from estimative.workflow import check_request, parse_day
    from estimative.workspace import find_scenario

    folder = find_scenario(request.scenario)
    model = find_model(request.model or DEFAULT_MODEL, folder)
    with refusing("--as-of"):
        parse_day(request.as_of)
    with refusing(None):
        check_request(request.seed, request.interval, request.settings)

    def answer(day: "dt.date | None") -> "tuple[Scenario, Forecast]":
        """Read the files and answer; not recorded as of another day than the one asked for."""
        read = read_scenario(folder)
        asked = request if day is None else replace(request, no_record=True)
        return read, asked.forecast(read, day)

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        for found in rounds(answer, file_changes(folder, model)):
            _tell(found)
    except KeyboardInterrupt:
        say("stopped watching")
        if "nutpie" in sys.modules:
            leave(0)


def _tell(found: "Round") -> None:
    """Print what came of a change."""
    if found.changed:
        more = len(found.changed) - MOST_NAMED
        names = [*found.changed[:MOST_NAMED], *([f"and {more} more"] if more > 0 else [])]
        print_text(f"\n{datetime.now():%H:%M:%S}  {', '.join(names)}")
    for warning in found.warnings:
        say(f"warning: {warning}")
    if found.answer is None:
        for wrong in found.wrong:
            say(wrong)
        kept = (
            f"the last good answer, as of {found.last.as_of}, stands" if found.last else "no answer"
        )
        say(f"{kept}; waiting for a change")
        return
    for item in found.unused:
        say(f"{item} is dated after {found.answer.as_of}, the day of the forecast, and not used")
    if found.moves is None:
        print_answer(found.answer)
        say("watching its files; Ctrl-C ends it")
    elif found.moves.moved:
        print_answer(found.moves)
    else:
        for line in ("nothing moved by half a point", *found.moves.notes):
            print_text(line)
    if found.moves and found.moves.later.as_of != found.answer.as_of:
        print_text(f"The answer is as of {found.answer.as_of} again.")


def _asked(draft: "Draft", read: "Scenario") -> "Draft":
    from estimative.cli.news_questions import ask_for_missing

    with _stopping():
        return ask_for_missing(draft, read)


def _confirmed(draft: "Draft") -> bool:
    with _stopping():
        return typer.confirm(f"Write news/{draft.item}.yaml?", err=True)


@contextlib.contextmanager
def _stopping() -> Iterator[None]:
    """Let Ctrl-C and Ctrl-D at a question end the verb as Ctrl-C does elsewhere."""
    try:
        yield
    except typer.Abort:
        say("")
        raise KeyboardInterrupt from None


def _check_whole(draft: "Draft") -> None:
    """Refuse an item of which something is missing; all of it is named."""
    from estimative.news_files import KINDS
    from estimative.workflow import parse_day

    if draft.kind is not None and draft.kind not in KINDS:
        raise typer.BadParameter(
            f"'{draft.kind}' is not one of {', '.join(KINDS)}", param_hint="--kind"
        )
    what = "an item of news"
    if draft.kind is not None:
        what = f"a{'n' * (draft.kind == 'observation')} {draft.kind}"
    wrong = {"also needs": draft.missing, "takes no": draft.foreign if draft.kind else ()}
    told = [
        f"{how} {', '.join(f'--{field}' for field in fields)}"
        for how, fields in wrong.items()
        if fields
    ]
    if told:
        each = ", one for each --favours" if draft.ratio and "ratio" in draft.missing else ""
        raise typer.BadParameter(f"{what} {' and '.join(told)}{each}")
    with refusing("--published"):
        parse_day(draft.published)


def _check_free(draft: "Draft", read: "Scenario") -> None:
    """Refuse a name that a file has already."""
    from estimative.news_files import item_file

    try:
        item_file(read.folder, draft.item)
    except FileExistsError as error:
        raise typer.BadParameter(f"{error}; give another --name", param_hint="--name") from None


def _read_with(draft: "Draft", text: str, read: "Scenario") -> "Scenario":
    """Return the scenario with the item; end if the reader refuses it."""
    from estimative.news_files import read_with

    known, problems = read_with(read.folder, draft.item, text)
    if known is None:
        for problem in problems:
            say(f"{problem.file}: {problem.message}")
        say("The item is wrong; nothing was written.")
        raise typer.Exit(USAGE)
    for warning in known.warnings:
        if warning not in read.warnings:
            say(f"warning: {warning}")
    return known


def _show_effect(
    request: Request, read: "Scenario", known: "Scenario", published: "dt.date"
) -> bool:
    """Print what the item moves; return whether a belief behind it has not converged."""
    from estimative.comparing import compare
    from estimative.workflow import parse_day

    with refusing("--as-of"):
        day = parse_day(request.as_of) or published
    if day < published:
        raise typer.BadParameter(
            f"{day} is before the item was published ({published})", param_hint="--as-of"
        )
    unrecorded = replace(request, no_record=True)
    now = unrecorded.forecast(known, day)
    print_answer(compare(unrecorded.forecast(read, day), now))
    if known.date < published:
        say(
            f"note: the scenario is as of {known.date}, so that a forecast uses the item only with"
            f" --as-of {published} or later"
        )
    for failure in now.belief.failed:
        say(f"error: not converged: {failure}")
    return bool(now.belief.failed)
