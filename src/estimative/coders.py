"""Two people code the same articles: where their files differ, and by how far the headlines move.

Where two codings lie more than 15 points apart, the analysis rests on who did it, and confidence in
it is low, whatever the counts say (tests/unit/test_coders.py).
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimative import comparing
from estimative.aligning import Difference, differences
from estimative.comparing import Comparison
from estimative.forecasting import Forecast
from estimative.network.junction_tree import Floats
from estimative.outcome_forecasts import reweighted_points
from estimative.results import Answer, Table, mass, percent, points
from estimative.speakers import about, encoding
from estimative.weighted_draws import CLEAR, standard_errors

TOO_FAR = 0.15  # a difference of two codings, in probability, beyond which confidence is low
MOST_SHOWN = 20  # differences a table lists


@dataclass(frozen=True)
class CodedOutcome:
    """One outcome as two codings have it.

    Attributes
    ----------
    name, title : str
        As in the first forecast.
    event : str
        The state whose probability is compared: the headline's, or of more than two states the one
        on which the codings differ most.
    first, second : tuple of three float
        Probability, lower and upper end of its central interval.
    difference, lower, upper : float
        The second less the first, and its central interval, draws of the two being independent.
    error : float
        The Monte Carlo standard error of the difference.
    confidence : str
        The lower of the two; low where they lie more than 15 points apart.
    confidence_because : str
        What it rests on.
    defaults : float
        The larger of the two reliances on defaults, in probability.
    withheld : str or None
        Why one of the two has no headline.
    """

    name: str
    title: str
    event: str
    first: tuple[float, float, float]
    second: tuple[float, float, float]
    difference: float
    lower: float
    upper: float
    error: float
    confidence: str
    confidence_because: str
    defaults: float
    withheld: str | None

    @property
    def headline(self) -> str:
        """The title, with the state whose probability is given, where that is not `yes`."""
        return self.title if self.event == "yes" else f"{self.title}: {self.event}"

    @property
    def too_far(self) -> bool:
        """Whether the two codings lie more than 15 points apart."""
        return abs(self.difference) > TOO_FAR


@dataclass(frozen=True, eq=False)
class Codings(Answer):
    """Two codings of the same articles beside each other.

    Attributes
    ----------
    first, second : Forecast
        The two, as of the same day.
    outcomes : tuple of CodedOutcome
        Those that both have, the farthest apart first; withheld ones last.
    differences : tuple of Difference
        Statements by how far they move an answer, then links, outcomes, drivers and news.
    alike : int
        How many statements both coded in the same way.
    """

    first: Forecast
    second: Forecast
    outcomes: tuple[CodedOutcome, ...]
    differences: tuple[Difference, ...]
    alike: int

    def __getitem__(self, name: str) -> CodedOutcome:
        """Return one outcome."""
        for outcome in self.outcomes:
            if outcome.name == name:
                return outcome
        raise KeyError(
            f"no outcome '{name}' (there are: {', '.join(o.name for o in self.outcomes)})"
        )

    @property
    def coders(self) -> tuple[str, str]:
        """What to call the two: who coded them, else the scenarios' names."""
        pair = (self.first.scenario, self.second.scenario)
        names = [(s.coded.by if s.coded else s.slug, s.slug) for s in pair]
        for one, other in zip(*names, strict=True):
            if one != other:
                return one, other
        return "first", "second"

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an outcome, then one a difference."""
        outcomes = [
            _row(
                kind="headline",
                outcome=o.name,
                title=o.title,
                event=o.event,
                first=None if o.withheld else o.first[0],
                first_lower=None if o.withheld else o.first[1],
                first_upper=None if o.withheld else o.first[2],
                second=None if o.withheld else o.second[0],
                second_lower=None if o.withheld else o.second[1],
                second_upper=None if o.withheld else o.second[2],
                move=None if o.withheld else o.difference,
                move_lower=None if o.withheld else o.lower,
                move_upper=None if o.withheld else o.upper,
                move_error=None if o.withheld else o.error,
                confidence=o.confidence,
                confidence_because=o.confidence_because,
                defaults=o.defaults,
                withheld=o.withheld,
            )
            for o in self.outcomes
        ]
        differences = [
            _row(
                kind=d.kind,
                outcome=d.outcome or None,
                move=d.move,
                move_error=d.error,
                pareto_k=d.k,
                in_first=d.first,
                in_second=d.second,
                differs={name: f"{a} / {b}" for name, (a, b) in d.fields.items()},
            )
            for d in self.differences
        ]
        return [*outcomes, *differences]

    def tables(self) -> list[Table]:
        """Return the headlines, then where the files differ."""
        return [self._headlines(), self._where()]

    def _headlines(self) -> Table:
        rows, below = [], []
        for o in self.outcomes:
            numbers = ("-", "-", "-", "")
            if not o.withheld:
                span = f"{points(o.lower)} to {points(o.upper)}"
                numbers = (percent(o.first[0]), percent(o.second[0]), points(o.difference), span)
            rows.append((o.headline, *numbers, o.confidence))
            below.append(f"withheld: {o.withheld}" if o.withheld else "")
            below[-1] = below[-1] or (o.confidence_because if o.too_far else "")
        first, second = self.first, self.second
        title = (
            f"{first.scenario.question}\nTwo codings, as of {first.as_of}: {self.coders[0]}"
            f" ({first.origin}) and {self.coders[1]} ({second.origin})."
        )
        columns = (
            "outcome",
            *self.coders,
            "points",
            f"{mass(first.interval)} interval",
            "confidence",
        )
        worst = max((o.error for o in self.outcomes if not o.withheld), default=0.0)
        reliance = max((o.defaults for o in self.outcomes), default=0.0)
        notes = [
            "Points: the second less the first; its interval takes the two readings as independent."
            f" Monte Carlo standard errors are {100 * worst:.1f} points at most. Confidence: the"
            f" lower of the two, and low where they lie more than {100 * TOO_FAR:.0f} points apart."
            f" Defaults are worth {100 * reliance:.0f} points at most."
        ]
        return Table(title, columns, rows, notes, below)

    def _where(self) -> Table:
        """Return the table of differences."""
        rows = [(d.kind, *self._named(d), self._moves(d)) for d in self.differences[:MOST_SHOWN]]
        statements = sum(d.kind == "statement" for d in self.differences)
        same = "1 statement is" if self.alike == 1 else f"{self.alike} statements are"
        told = f"{same} coded alike, {statements} differ{'s' * (statements == 1)}."
        if not rows:
            return Table(f"The codings do not differ: {told}", (), [])
        notes = [
            "Moves most: the outcome on which the two pulls differ most, in points (~ rough; far:"
            " too far to be measured without a fit); nothing where none differs by more than"
            f" {CLEAR} Monte Carlo standard errors."
        ]
        if len(self.differences) > MOST_SHOWN:
            notes.append(f"{len(self.differences) - MOST_SHOWN} more differences are not shown.")
        columns = ("differs", *self.coders, "moves most")
        return Table(f"Where they differ: {told}", columns, rows, notes)

    def _named(self, difference: Difference) -> tuple[str, str]:
        """Return how each coder has it, in words."""
        cells = []
        for i, name in enumerate((difference.first, difference.second)):
            said = "; ".join(
                f"{both[i]}" if field == "coded" else f"{field} {both[i]}"
                for field, both in difference.fields.items()
            )
            forecast = (self.first, self.second)[i]
            if name and not said and name in forecast.scenario.statements:
                statement = forecast.scenario.statements[name]
                said = f"{about(statement)}: {encoding(statement)}"
            cells.append("-" if name is None else f"{name}: {said}" if said else name)
        return cells[0], cells[1]

    def _moves(self, difference: Difference) -> str:
        move, k = difference.move, difference.k
        if move is None or points(move) == "0":
            return ""
        return f"{difference.outcome} {reweighted_points(move, k or 0.0)}"


def compare(earlier: Forecast, later: Forecast) -> Comparison | Codings:
    """Return what moved each outcome from one forecast to another, or where two codings differ.

    Parameters
    ----------
    earlier, later : Forecast
        Of one scenario, as of two days or from two versions of its files; or two scenarios as of
        the same day, coded by two people.

    Returns
    -------
    Comparison or Codings
        What changed and why; the codings beside each other where both are as of one day and their
        `coded: by:` differ.

    Raises
    ------
    ValueError
        If they are of two scenarios, or the second is as of an earlier day.
    """
    coders = [f.scenario.coded and f.scenario.coded.by for f in (earlier, later)]
    if earlier.as_of == later.as_of and all(coders) and coders[0] != coders[1]:
        return compare_codings(earlier, later)
    return comparing.compare(earlier, later)


def compare_codings(first: Forecast, second: Forecast) -> Codings:
    """Return two codings of the same articles beside each other.

    Parameters
    ----------
    first, second : Forecast
        As of the same day, with the same mass of intervals.

    Returns
    -------
    Codings
        Outcomes that both have, and where the files differ.

    Raises
    ------
    ValueError
        If they are as of two days, have intervals of two masses, or no outcome in common.
    """
    if first.as_of != second.as_of:
        raise ValueError(f"one is as of {first.as_of}, the other of {second.as_of}; give one day")
    if first.interval != second.interval:
        masses = f"{mass(first.interval)} and {mass(second.interval)}"
        raise ValueError(f"their intervals hold {masses}; give both the same interval")
    outcomes = _outcomes(first, second)
    if not outcomes:
        raise ValueError("the two have no outcome in common; give them the same outcomes")
    alike, found = differences(first, second)
    return Codings(first, second, outcomes, found, alike)


def _outcomes(first: Forecast, second: Forecast) -> tuple[CodedOutcome, ...]:
    """Return the outcomes that both have with the same states, the farthest apart first."""
    theirs = {o.name: o for o in second.outcomes}
    found = []
    for o in first.outcomes:
        other = theirs.get(o.name)
        if other is None or set(other.states) != set(o.states):
            continue
        distance = {s: abs(other.states[s] - p) for s, p in o.states.items()}
        event = (
            o.event
            if len(distance) == 2
            else max(distance, key=lambda s: (distance[s], s == o.event))
        )
        draws = [_draws(f, o.name, event, seed) for seed, f in enumerate((first, second))]
        size = min(map(len, draws))
        tails = [(1 - first.interval) / 2, (1 + first.interval) / 2]
        lower, upper = np.quantile(draws[1][:size] - draws[0][:size], tails)
        sides = [
            _side(f, o.name, event, d, tails) for f, d in zip((first, second), draws, strict=True)
        ]
        difference = sides[1][0] - sides[0][0]
        levels = ("low", "moderate", "high", "-")
        lowest = min((o, other), key=lambda one: levels.index(one.confidence))
        confidence, because = lowest.confidence, lowest.confidence_because
        withheld = o.withheld or other.withheld
        if withheld:
            confidence = "-"
        elif abs(difference) > TOO_FAR:
            apart = f"two codings lie {round(100 * abs(difference))} points apart"
            confidence, because = "low", f"{apart}; {because}"
        found.append(
            CodedOutcome(
                name=o.name,
                title=o.title,
                event=event,
                first=sides[0],
                second=sides[1],
                difference=difference,
                lower=float(lower),
                upper=float(upper),
                error=math.hypot(*(_error(f, o.name, event) for f in (first, second))),
                confidence=confidence,
                confidence_because=because,
                defaults=max(o.defaults, other.defaults),
                withheld=withheld,
            )
        )
    return tuple(sorted(found, key=lambda o: (o.withheld is not None, -abs(o.difference))))


def _draws(forecast: Forecast, node: str, state: str, seed: int) -> Floats:
    """Return draws of a probability, each counting alike."""
    size = len(forecast.weights)
    chosen = np.random.default_rng(seed).choice(size, size, p=forecast.weights)
    draws: Floats = forecast.draws[chosen, forecast.given.graph.state(node, state)]
    return draws


def _side(
    forecast: Forecast, node: str, state: str, draws: Floats, tails: list[float]
) -> tuple[float, float, float]:
    """Return the probability of a state with its interval, as forecast where it is the headline."""
    answer = forecast[node]
    lower, upper = np.quantile(draws, tails)
    if answer.event == state and answer.lower is not None and answer.upper is not None:
        lower, upper = answer.lower, answer.upper
    return answer.states[state], float(lower), float(upper)


def _error(forecast: Forecast, node: str, state: str) -> float:
    column = forecast.given.graph.state(node, state)
    return float(standard_errors(forecast.weights, forecast.draws[:, [column]])[0])


def _row(**values: object) -> dict[str, Any]:
    """Return a record with every column; what is not given is None."""
    columns = (
        *("kind", "outcome", "title", "event", "first", "first_lower", "first_upper", "second"),
        *("second_lower", "second_upper", "move", "move_lower", "move_upper", "move_error"),
        *("confidence", "confidence_because", "defaults", "withheld"),
        *("pareto_k", "in_first", "in_second", "differs"),
    )
    return dict.fromkeys(columns) | values
