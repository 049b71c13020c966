"""The verb that draws."""

import warnings
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from estimative.cli.asking import (
    OneOutcome,
    Request,
    asking,
    check_days,
    check_outcome,
    end,
    refusing,
)
from estimative.cli.explore_verbs import Do, Given, check_conditions
from estimative.names import listed
from estimative.output import print_text, say

if TYPE_CHECKING:
    from estimative.forecasting import Forecast
    from estimative.scenario import Scenario


class Picture(StrEnum):
    """What `plot` draws."""

    forecast = "forecast"
    network = "network"
    timeline = "timeline"
    changes = "changes"
    waterfall = "waterfall"
    disagreement = "disagreement"
    coverage = "coverage"
    what_if = "what-if"
    indicators = "indicators"
    joint = "joint"
    coders = "coders"
    tornado = "tornado"
    sensitivity = "sensitivity"
    prior_to_posterior = "prior-to-posterior"
    diagnostics = "diagnostics"


DRIVING = (Picture.tornado, Picture.sensitivity)  # the picture's name, and the verb's
OF_ONE_OUTCOME = (Picture.timeline, Picture.waterfall, Picture.indicators, *DRIVING)
OF_TWO_DAYS = (Picture.changes, Picture.waterfall)
TAKEN_BY = {
    "--outcome": (*OF_ONE_OUTCOME, Picture.disagreement),
    "--from": (Picture.timeline, *OF_TWO_DAYS),
    "--do": (Picture.what_if,),
    "--given": (Picture.what_if,),
    "--with": (Picture.coders,),
}


@asking("as_json", "as_csv")
def plot(
    request: Request,
    what: Annotated[Picture, typer.Option(help="Which picture.")] = Picture.forecast,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="A .png, .svg, .pdf or .pptx file."),
    ] = None,
    outcome: OneOutcome = None,
    earlier: Annotated[
        str | None,
        typer.Option("--from", metavar="DAY", help="Where a timeline or waterfall begins."),
    ] = None,
    do: Do = None,
    given: Given = None,
    coded: Annotated[
        str | None, typer.Option("--with", metavar="FOLDER", help="Another coding, for coders.")
    ] = None,
    size: Annotated[
        str, typer.Option(help="16:9, 4:3, a4 (upright), or width and height in inches: 10x6.")
    ] = "16:9",
) -> None:
    """Draw a picture and write it to a file.

    A timeline, a waterfall, indicators and a tornado (sensitivity is the same) show one --outcome;
    a waterfall begins at --from and ends at --as-of; a what-if supposes what --do and --given say;
    coders set another coding of the same articles, --with, beside the scenario.
    """
    import matplotlib

    matplotlib.use("agg")
    from estimative import plots
    from estimative.exporting import KINDS, export
    from estimative.plots.rendering import page_size

    read = request.read()
    check_outcome(read, outcome)
    own = zip(TAKEN_BY.items(), (outcome, earlier, do, given, coded), strict=True)
    for (option, pictures), value in own:
        if value and what not in pictures:
            meant = f"leave it out for {what}; it is for {listed(pictures, 'and')}"
            raise typer.BadParameter(meant, param_hint=option)
    if what in OF_ONE_OUTCOME and outcome is None:
        among = f"name the outcome to draw (there are: {', '.join(read.outcomes)})"
        raise typer.BadParameter(among, param_hint="--outcome")
    if what is Picture.coders and coded is None:
        raise typer.BadParameter("name the other coding", param_hint="--with")
    if what in OF_TWO_DAYS and earlier is None:
        raise typer.BadParameter("name the earlier day", param_hint="--from")
    file = out or Path("-".join(filter(None, [read.slug, outcome, what])) + ".png")
    if file.suffix.lower() not in KINDS:
        raise typer.BadParameter(
            f"'{file}' must end in one of {', '.join(KINDS)}", param_hint="--out"
        )
    with refusing("--size"):
        page_size(size)
    supposed = check_conditions(read, do, given) if what is Picture.what_if else ({}, {})
    subject, last = _subject(request, read, what, outcome, earlier, supposed, coded)
    also = (outcome,) if what in (Picture.timeline, Picture.waterfall) else ()
    with warnings.catch_warnings(record=True) as heard:  # of characters that no font has
        with refusing("--outcome"):  # withheld: there is nothing to draw
            axes = getattr(plots, what.name)(subject, *also)
        written = export(axes, file, size)
    for warning in heard:
        say(f"warning: {warning.message}")
    print_text(str(written))
    end(last)


def _subject(
    request: Request,
    read: "Scenario",
    what: Picture,
    outcome: str | None,
    earlier: str | None,
    supposed: tuple[dict[str, str], dict[str, str]],
    coded: str | None,
) -> "tuple[Any, Forecast]":
    """Return what is drawn, and the forecast behind it, the last one if there are more."""
    if what is Picture.timeline:
        days = _year(request, read, earlier)
        return days, days[-1]
    if what in OF_TWO_DAYS:
        from estimative.comparing import compare

        first, last = check_days(read, str(earlier), request.as_of)
        now = request.forecast(read, last)
        return compare(request.forecast(read, first), now), now
    if what is Picture.coders:
        from estimative.cli.answer_verbs import codings
        from estimative.workflow import parse_day

        with refusing("--as-of"):
            day = parse_day(request.as_of)
        found = codings(request, read, str(coded), day)
        return found, found.second if found.second.belief.failed else found.first
    pooled = request.forecast(read)
    if what is Picture.disagreement:
        from estimative.workflow import disagreement

        return disagreement(pooled, outcome=outcome, settings=request.settings, tell=say), pooled
    if what is Picture.coverage:
        from estimative.workflow import cover

        return cover(pooled, settings=request.settings, tell=say), pooled
    if what in (Picture.what_if, Picture.indicators, Picture.joint, *DRIVING):
        from estimative import exploring

        with refusing(None):
            if what is Picture.what_if:
                return exploring.what_if(pooled, do=supposed[0], given=supposed[1]), pooled
            if what is Picture.indicators:
                return exploring.indicators(pooled, str(outcome)), pooled
            if what in DRIVING:
                return exploring.sensitivity(pooled, str(outcome)), pooled
            return exploring.joint(pooled), pooled
    return pooled, pooled


def _year(request: Request, read: "Scenario", earlier: str | None) -> "tuple[Forecast, ...]":
    """Return the forecasts of all days on which the answer may turn, the last one recorded."""
    from estimative.replaying import replay, turning_days
    from estimative.workflow import parse_day

    with refusing("--as-of"):
        last = parse_day(request.as_of)
    with refusing("--from"):
        first = parse_day(earlier)
    turning = turning_days(read)
    last = last or turning[-1]
    days = [d for d in sorted({first or turning[0], *turning}) if (first or d) <= d < last]
    if not days:
        begin = first or turning[0]
        raise typer.BadParameter(
            f"a timeline begins before it ends, and this would begin on {begin} and end on {last};"
            " mend --from or --as-of"
        )
    now = request.forecast(read, last)
    past = replay(
        read,
        days,
        seed=request.seed,
        model=request.model,
        interval=request.interval,
        settings=request.settings,
        tell=say,
    )
    return (*past, now)
