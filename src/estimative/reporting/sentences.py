"""The sentences of a report: likelihood in one, confidence in the analysis in another.

The two are never mixed (tests/unit/test_report.py).
"""

from estimative.forecasting import Forecast
from estimative.outcome_forecasts import OutcomeForecast
from estimative.reporting.document import Line, Run, anchor, own, quoted
from estimative.results import mass, percent

REASONABLE = "other reasonable readings of the same statements give"


def counted(number: int, what: str) -> str:
    """Return a number of things in words.

    Parameters
    ----------
    number : int
        How many.
    what : str
        Their name in the singular.

    Returns
    -------
    str
        As `1 article` or `1,200 articles`.
    """
    return f"{number:,} {what}{'s' * (number != 1)}"


def between(outcome: OutcomeForecast) -> str:
    """Return an interval as it stands in a sentence.

    Parameters
    ----------
    outcome : OutcomeForecast
        One with a headline; the ends are probabilities.

    Returns
    -------
    str
        As `48-74%`; `90% to >99%` next to the ends of the scale.
    """
    low, high = percent(outcome.lower), percent(outcome.upper)
    plain = not {"<", ">"} & {low[0], high[0]}
    return f"{low.removesuffix('%')}-{high}" if plain else f"{low} to {high}"


def chance(outcome: OutcomeForecast) -> str:
    """Return an outcome's probability as printed: of what is settled 100%, never >99%.

    Parameters
    ----------
    outcome : OutcomeForecast
        Any.

    Returns
    -------
    str
        Per cents; `withheld` where there is no headline.
    """
    if outcome.withheld or outcome.probability is None:
        return "withheld"
    return f"{outcome.probability:.0%}" if outcome.settled else percent(outcome.probability)


def likelihood(outcome: OutcomeForecast, forecast: Forecast) -> Line:
    """Return the headline: how likely it is, and what other readings of the statements give.

    Parameters
    ----------
    outcome : OutcomeForecast
        The outcome.
    forecast : Forecast
        The forecast.

    Returns
    -------
    tuple of Run
        A sentence; its number leads to where it comes from.
    """
    title = quoted(outcome.headline, strong=True)
    if outcome.withheld:
        return title, own(": no chance is given. Withheld: "), quoted(f"{outcome.withheld}.")
    number = Run(chance(outcome), f"#{anchor('trace', outcome.name)}", strong=True)
    if outcome.settled:
        known = "observed" if outcome.status == "resolved" else "nothing was seen in its time"
        return title, own(": "), quoted(outcome.ending), own(" ("), number, own(f"), {known}.")
    over = "; its time is over, and how it ended is not known" * (outcome.status == "unresolved")
    return (
        title,
        own(f": {outcome.phrase} ("),
        number,
        own(f"); {REASONABLE} "),
        Run(between(outcome), whole=True),
        own(f" (central {mass(forecast.interval)}){over}."),
    )


def confidence(outcome: OutcomeForecast) -> str:
    """Return how far the analysis can be trusted, and why; nothing of how likely anything is.

    Parameters
    ----------
    outcome : OutcomeForecast
        The outcome.

    Returns
    -------
    str
        A sentence.
    """
    if outcome.settled:
        return "Confidence in the analysis is not stated of what is settled."
    verb = "would rest on" if outcome.withheld else f"is {outcome.confidence}:"
    return f"Confidence in the analysis {verb} {outcome.confidence_because}."
