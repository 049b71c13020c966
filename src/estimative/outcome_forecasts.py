"""What is forecast of one outcome, what one statement counts for, and both in words.

Values without the draws they were computed from (tests/unit/test_forecasting.py).
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from estimative.results import percent, points
from estimative.speakers import Speakers
from estimative.weighted_draws import NO_MEAN_K, WORST_K


@dataclass(frozen=True)
class OutcomeForecast:
    """What is forecast of one outcome.

    Attributes
    ----------
    name, title, definition, by
        As in the scenario.
    event : str
        The state whose probability is the headline.
    probability, lower, upper : float or None
        The headline and its central interval; None if withheld.
    phrase : str or None
        The ICD 203 word for the probability.
    confidence : str
        Confidence in the analysis: low, moderate or high; apart from likelihood.
    confidence_because : str
        What it rests on.
    withheld : str or None
        Why there is no headline.
    states : mapping of str to float
        The probability of every state.
    status : str
        `open`, `resolved`, `closed` (its window ended in silence) or `unresolved` (its window is
        over, but of it silence says nothing).
    speakers : Speakers
        Who speaks of it, and in how many articles.
    defaults : float
        By how much, in probability, the answer would move if what nobody stated were half a prior
        sd off.
    """

    name: str
    title: str
    definition: str | None
    by: dt.date
    event: str
    probability: float | None
    lower: float | None
    upper: float | None
    phrase: str | None
    confidence: str
    confidence_because: str
    withheld: str | None
    states: Mapping[str, float]
    status: str
    speakers: Speakers
    defaults: float

    @property
    def headline(self) -> str:
        """The title, with the state whose probability is given, where that is not `yes`."""
        return self.title if self.withheld or self.event == "yes" else f"{self.title}: {self.event}"

    @property
    def settled(self) -> bool:
        """Whether nothing is left to forecast: it was observed, or its time ran out in silence."""
        return self.status in ("resolved", "closed")

    @property
    def ending(self) -> str:
        """How it ended, as `resolved: yes`; nothing while its window is open."""
        if self.status == "unresolved":
            return "closed, outcome unknown"
        likeliest = max(self.states, key=lambda state: self.states[state])
        return f"{self.status}: {likeliest}" if self.settled else ""


@dataclass(frozen=True)
class StatementPull:
    """What one statement counts for.

    Attributes
    ----------
    name, expert, source, said, written
        Who said what, where; `written` is how it was encoded.
    weight : mapping of str to float
        Every factor, and `total`.
    pulls : mapping of str to float
        For each outcome, the probability with the statement less that without it.
    errors : mapping of str to float
        The Monte Carlo standard error of each pull.
    k : float
        Pareto k of leaving it out; above 0.7 the pulls are rough.
    """

    name: str
    expert: str | None
    source: str | None
    said: str
    written: str
    about: str
    weight: Mapping[str, float]
    pulls: Mapping[str, float]
    errors: Mapping[str, float]
    k: float


def span(outcome: OutcomeForecast) -> str:
    """Return an outcome's interval as printed.

    Parameters
    ----------
    outcome : OutcomeForecast
        What is forecast of it.

    Returns
    -------
    str
        As `41% to 89%`; nothing if it is withheld or settled.
    """
    if outcome.withheld or outcome.settled:
        return ""
    return f"{percent(outcome.lower)} to {percent(outcome.upper)}"


def in_words(outcome: OutcomeForecast) -> str:
    """Return the word for an outcome's probability, or how it ended.

    Parameters
    ----------
    outcome : OutcomeForecast
        What is forecast of it.

    Returns
    -------
    str
        As `likely`, `resolved: yes` or `likely; closed, outcome unknown`.
    """
    if outcome.withheld:
        return "withheld"
    said = [] if outcome.settled else [str(outcome.phrase)]
    return "; ".join([*said, *filter(None, [outcome.ending])])


def rough_points(statement: StatementPull, outcome: str) -> str:
    """Return a statement's pull on an outcome in points, with ~ where it is rough.

    Parameters
    ----------
    statement : StatementPull
        Its pulls are differences of probabilities.
    outcome : str
        The outcome's name.

    Returns
    -------
    str
        Percentage points, signed; rough where Pareto k is above 0.7.
    """
    return reweighted_points(statement.pulls[outcome], statement.k)


def reweighted_points(move: float, k: float) -> str:
    """Return a move found by reweighting in points, with ~ where it is rough.

    Above a Pareto k of 1 the weights that leave a statement out have no mean, and what they give is
    no measurement; only its direction is told (Vehtari et al. 2024, section 3).

    Parameters
    ----------
    move : float
        Difference of two probabilities.
    k : float
        Pareto k of the weights.

    Returns
    -------
    str
        Percentage points, signed, or `far up` or `far down`.
    """
    if k > NO_MEAN_K and abs(move) >= 0.05:
        return "far up" if move > 0 else "far down"
    return ("~" if k > WORST_K else "") + points(move)
