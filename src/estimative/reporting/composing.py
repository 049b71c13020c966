"""A report as a document: what must be known first, all answers at a glance, then one by one.

Three caveats at most stand before the answers; whatever else limits them stands in the method.
"""

from collections.abc import Iterator
from itertools import islice

from estimative.days import long_date
from estimative.forecasting import LONGER
from estimative.outcome_forecasts import OutcomeForecast
from estimative.plots.quantile_dots import DOTS
from estimative.reporting.appendix import appendix
from estimative.reporting.document import (
    Document,
    Drawing,
    Line,
    Paragraph,
    Row,
    Section,
    Table,
    anchor,
    heads,
    own,
    quoted,
)
from estimative.reporting.gathering import Findings
from estimative.reporting.outcome_section import outcome_section, picture
from estimative.reporting.sentences import chance, counted, likelihood
from estimative.results import mass

MOST_CAVEATS = 3
CURE = f"To cure it, {LONGER}."


def compose(found: Findings) -> Document:
    """Return the report on a forecast.

    Parameters
    ----------
    found : Findings
        What is known.

    Returns
    -------
    Document
        Every number in it leads to what it comes from.
    """
    forecast = found.forecast
    since = found.comparison.earlier.as_of if found.comparison else None
    changes = f"; changes since {long_date(since)}" if since else ""
    slug = forecast.scenario.slug
    about = (
        own(f"As of {long_date(forecast.as_of)}{changes}. Scenario {slug}, record "),
        own(forecast.record, "#inputs"),
        own("."),
    )
    sections = [_overview(found), *(outcome_section(found, o) for o in forecast.outcomes)]
    failed = ", NOT CONVERGED" * bool(forecast.belief.failed)
    footer = (
        f"Scenario {slug}, as of {forecast.as_of}, central"
        f" {mass(forecast.interval)} intervals, record {forecast.record}{failed}"
    )
    return Document(
        quoted(forecast.scenario.question),
        about,
        tuple(islice(_caveats(found), MOST_CAVEATS)),
        (*sections, *appendix(found)),
        footer,
    )


def _caveats(found: Findings) -> Iterator[Line]:
    """Yield what a reader must know before the answers, the gravest first."""
    forecast = found.forecast
    failed = forecast.belief.failed
    if failed:
        reasons = "; ".join(failed)
        yield own("Not converged.", strong=True), own(f" No chance is given: {reasons}. {CURE}")
    if forecast.scenario.hindsight:
        yield (
            own("Written with hindsight.", strong=True),
            own(" The scenario was coded after its window had closed."),
        )
    hidden = [o for o in forecast.outcomes if o.withheld]
    if hidden and not failed:
        said = f"Of {counted(len(forecast.outcomes), 'outcome')}, {len(hidden)} without a number: "
        last = hidden[-1]
        names = [(quoted(o.title, f"#{anchor('outcome', o.name)}"), own(", ")) for o in hidden[:-1]]
        runs = [run for pair in names for run in pair]
        yield own(said), *runs, quoted(last.title, f"#{anchor('outcome', last.name)}"), own(".")
    if forecast.changed:
        yield (quoted(forecast.changed),)
    low = [o for o in forecast.outcomes if o.confidence == "low" and not o.settled]
    if low:
        of = counted(len(forecast.outcomes), "outcome")
        yield (
            own(f"Confidence in the analysis is low for {len(low)} of {of}:", strong=True),
            own(" few independent groups or articles speak of it, they stand far apart, or much"),
            own(" of the number rests on what nobody stated."),
        )


def _overview(found: Findings) -> Section:
    forecast = found.forecast
    rows = [_answer(found, o) for o in forecast.outcomes]
    dots = (
        f"Each dot is one in {DOTS} reasonable readings of the same statements; bar: the"
        f" central {mass(forecast.interval)}; line: the number itself, on a scale from 0% to 100%."
        " Shaded: every other band of the words of "
    )
    key = Paragraph((own(dots), own("ICD 203", "#words"), own(".")), "key")
    columns = heads("Chance", "Likelihood", "Readings, 0 to 100%", "Confidence")
    caption = f"All outcomes as of {long_date(forecast.as_of)}"
    table = Table(
        "answers", caption, columns, tuple(rows), (10, 49, 27, 14), frozenset({0}), kind="overview"
    )
    drawn = any(isinstance(row.cells[2], Drawing) for row in rows)
    return Section("answer", (own("In short"),), (table, key) if drawn else (table,))


def _answer(found: Findings, outcome: OutcomeForecast) -> Row:
    to = f"#{anchor('outcome', outcome.name)}"
    title, *rest = likelihood(outcome, found.forecast)
    days = {o.by for o in found.forecast.outcomes}
    by = own(f" By {long_date(outcome.by)}.") if len(days) > 1 else own("")
    number = own(chance(outcome), f"#{anchor('trace', outcome.name)}", strong=True)
    if outcome.withheld:
        number = own("-")
    confidence = "settled" if outcome.settled else outcome.confidence
    return Row(
        (
            (number,),
            (quoted(title.text, to, strong=True), *rest, by),
            picture(found, outcome, "glance") or (),
            (own(confidence),),
        )
    )
