"""The verbs that write something to be shown to others."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from estimative.cli.asking import Request, asking, check_outcome, end, refusing
from estimative.output import print_text, say


class Form(StrEnum):
    """In what form a report is written."""

    html = "html"
    md = "md"
    docx = "docx"


@asking("as_json", "as_csv")
def report(
    request: Request,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="A .html, .md or .docx file.")],
    since: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Tell changes from this day; default the record before."),
    ] = None,
    form: Annotated[
        Form | None, typer.Option("--format", help="Default: what the file's suffix says.")
    ] = None,
) -> None:
    """Write a report to a file: every number, with the statements and news behind it.

    One page of HTML that needs nothing else, Markdown, or a Word document: each outcome's
    likelihood and, apart from it, confidence; where it comes from, what changed, what was said
    before, what would change it, who disagrees; sources and method.
    """
    from estimative.looking_back import earlier_day
    from estimative.reporting import format_of
    from estimative.reporting import report as write
    from estimative.workflow import parse_day

    with refusing("FILE"):
        format_of(out, form)
    with refusing("--as-of"):
        day = parse_day(request.as_of)
    read = request.read()
    with refusing("--since"):
        earlier_day(read, day or read.date, since)
    answer = request.forecast(read)
    written = write(
        answer,
        out,
        since=since,
        format=form,
        scenario=read,
        settings=request.settings,
        tell=say,
    )
    print_text(str(written))
    end(answer)


@asking("as_json", "as_csv")
def deck(
    request: Request,
    out: Annotated[Path, typer.Argument(metavar="FILE", help="A .pptx file.")],
    since: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="Tell changes from this day; default the record before."),
    ] = None,
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            metavar="OUTCOME",
            help="Look closely at this one; give it again for more. Default: the open outcome that"
            " moved most, else the first open one.",
        ),
    ] = None,
    size: Annotated[str, typer.Option(help="16:9 or 4:3.")] = "16:9",
) -> None:
    """Write a presentation of about six slides.

    Where we stand, what changed, why, what would change our mind, who disagrees, method and
    sources; the numbers and sources behind each slide stand in its notes.
    """
    import warnings

    import matplotlib

    matplotlib.use("agg")
    from estimative.decks import check_deck
    from estimative.decks import deck as write
    from estimative.looking_back import earlier_day
    from estimative.workflow import parse_day

    with refusing(None):
        check_deck(out, size)
    with refusing("--as-of"):
        day = parse_day(request.as_of)
    read = request.read()
    for name in outcome or ():
        check_outcome(read, name)
    with refusing("--since"):
        earlier_day(read, day or read.date, since)
    answer = request.forecast(read)
    with warnings.catch_warnings(record=True) as heard:  # of characters that no font has
        written = write(
            answer,
            out,
            since=since,
            outcomes=outcome or (),
            size=size,
            scenario=read,
            settings=request.settings,
            tell=say,
        )
    for line in dict.fromkeys(str(warning.message) for warning in heard):
        say(f"warning: {line}")
    print_text(str(written))
    end(answer)
