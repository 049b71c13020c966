"""What changed between two forecasts and why: every move is shared out over its causes, exactly.

The value of a set of causes is the point forecast with the later belief and the news and elapsed
time in the set; parts are Shapley values of it, and all else that changed is one row, `refit`.
`tests/unit/test_comparing.py` works one case out by hand and adds the parts up on many others.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

import numpy as np

from estimative.arrivals import draw_weights
from estimative.causes import Between, Cause, find_causes
from estimative.forecasting import Forecast
from estimative.many_worlds import Worlds, point_forecasts
from estimative.names import did_you_mean, listed
from estimative.network.graph import Floats
from estimative.refit import belief_changes
from estimative.results import Answer, Table, percent, tenths
from estimative.shapley import Sets, Shares, share_out
from estimative.weighted_draws import standard_errors

SMALLEST = 0.005
"""Parts below half a point are printed as one."""
LONGEST_TOLD = 240
"""Characters of a cause in the table."""
MOST_TOLD = 3
"""Of how many outcomes a note says what an origin's repeats would have added."""
REFIT = Cause("refit", "refit", (), "statements, weights, words or model changed")


@dataclass(frozen=True)
class Part:
    """What one cause adds to one outcome's probability.

    Attributes
    ----------
    cause : Cause
        The cause.
    move : float
        A difference of probabilities.
    error : float
        Standard error of it, from sampling the orders of causes, 0 where all were weighed; of the
        refit, from the draws of two fits, 0 where there was one.
    repeats : float or None
        Of reports of one origin, which count once: what they would have added to the later
        probability had each counted as independent, a difference of probabilities.
    """

    cause: Cause
    move: float
    error: float
    repeats: float | None = None


@dataclass(frozen=True)
class OutcomeMove:
    """How far one outcome moved, and why.

    Attributes
    ----------
    name, title, event : str
        As in the later forecast.
    earlier, later : float
        The probability of the event then and now, in [0, 1].
    withheld : str or None
        Why one of the two forecasts gives it no headline.
    parts : tuple of Part
        One for each cause, the refit last; they add up to `move`.
    """

    name: str
    title: str
    event: str
    earlier: float
    later: float
    withheld: str | None
    parts: tuple[Part, ...]

    @property
    def headline(self) -> str:
        """The title, with the state whose probability is given, where that is not `yes`."""
        return self.title if self.withheld or self.event == "yes" else f"{self.title}: {self.event}"

    @property
    def move(self) -> float:
        """The difference of the two probabilities."""
        return self.later - self.earlier

    @property
    def strongest(self) -> tuple[Part, ...]:
        """The parts of at least half a point, the largest first."""
        told = [part for part in self.parts if abs(part.move) >= SMALLEST]
        return tuple(sorted(told, key=lambda part: -abs(part.move)))

    @property
    def others(self) -> tuple[Part, ...]:
        """The other parts that are not nothing."""
        return tuple(part for part in self.parts if 1e-9 < abs(part.move) < SMALLEST)


@dataclass(frozen=True, eq=False)
class Comparison(Answer):
    """What changed between two forecasts, and why.

    Attributes
    ----------
    earlier, later : Forecast
        The two.
    outcomes : tuple of OutcomeMove
        Those that both forecast.
    causes : tuple of Cause
        News, time, and last `refit`.
    changes : tuple of str
        What the refit is made of: statements, weights, words, model.
    orders : int or None
        How many orders of the causes were sampled; None where all were weighed.
    notes : tuple of str
        What else a reader must know.
    """

    earlier: Forecast
    later: Forecast
    outcomes: tuple[OutcomeMove, ...]
    causes: tuple[Cause, ...]
    changes: tuple[str, ...]
    orders: int | None
    notes: tuple[str, ...]

    def __getitem__(self, name: str) -> OutcomeMove:
        """Return the move of one outcome."""
        for outcome in self.outcomes:
            if outcome.name == name:
                return outcome
        allowed = [o.name for o in self.outcomes]
        hint = did_you_mean(name, allowed)
        raise KeyError(f"no outcome '{name}'{hint} (there are: {', '.join(allowed)})")

    @property
    def largest_error(self) -> float:
        """The largest standard error of a part by the orders that were sampled, a probability."""
        errors = (p.error for o in self.outcomes for p in o.parts if p.cause != REFIT)
        return max(errors, default=0.0)

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an outcome and cause."""
        return [
            {
                "outcome": o.name,
                "title": o.title,
                "event": o.event,
                "withheld": o.withheld,
                "earlier": o.earlier,
                "later": o.later,
                "move": o.move,
                "kind": part.cause.kind,
                "cause": part.cause.name,
                "items": list(part.cause.items),
                "said": part.cause.said,
                "part": part.move,
                "error": part.error,
                "repeats": part.repeats,
            }
            for o in self.outcomes
            for part in o.parts
        ]

    def tables(self) -> list[Table]:
        """Return the outcomes that moved, each with its causes."""
        rows: list[tuple[str, str, str]] = []
        told: set[Cause] = set()  # what news says is told once
        for o in self.moved:
            rows.append((o.headline, f"{percent(o.earlier)} -> {percent(o.later)}", tenths(o.move)))
            for part in o.strongest:
                words = part.cause.label if part.cause not in told else part.cause.name
                words = shorten(words, LONGEST_TOLD, placeholder=" …")
                rows.append((f"· {words}", "", tenths(part.move)))
                told |= {part.cause} if part.cause.kind == "news" else set()
            if o.others:
                count = f"· {len(o.others)} smaller cause{'s' * (len(o.others) != 1)}"
                rows.append((count, "", tenths(sum(part.move for part in o.others))))
        if not rows and not all(o.withheld for o in self.outcomes):
            rows = [("nothing moved by half a point", "", "0")]
        first, last = self.earlier.as_of, self.later.as_of
        when = f"as of {last}" if first == last else f"from {first} to {last}"
        title = f"What changed {when}, and why. {self.later.scenario.question}"
        columns = ("outcome, and what moved it", "chance", "points")
        return [Table(title, columns, rows, self._remarks())]

    @property
    def moved(self) -> tuple[OutcomeMove, ...]:
        """Outcomes with both headlines that some cause moved by half a point, the most first."""
        shown = [o for o in self.outcomes if not o.withheld and o.strongest]
        return tuple(sorted(shown, key=lambda o: -abs(o.move)))

    def _remarks(self) -> list[str]:
        still = [o.title for o in self.outcomes if not o.withheld and o not in self.moved]
        notes = [
            "Points: what each cause adds to the probability, averaged over all orders in which"
            " causes may come; they add up to the move."
        ]
        if self.orders is not None:
            notes.append(
                f"There are too many causes to weigh all orders: {self.orders} were sampled, and a"
                f" part has a standard error of {100 * self.largest_error:.2f} points at most."
            )
        if still and self.moved:
            notes.append(f"No cause moved these by half a point: {', '.join(still)}.")
        notes += [
            f"No move is shown for {o.title}: {o.withheld}." for o in self.outcomes if o.withheld
        ]
        changes = self.changes or ("nothing changed in statements, weights or model",)
        refit = max((o.parts[-1].error for o in self.outcomes), default=0.0)
        doubt = (
            f" Its Monte Carlo standard error is {100 * refit:.2f} points at most." if refit else ""
        )
        notes.append(f"refit: {'; '.join(changes)}.{doubt}")
        return [*notes, *self.notes]


def compare(earlier: Forecast, later: Forecast) -> Comparison:
    """Return what moved each outcome from one forecast to a later one.

    Parameters
    ----------
    earlier, later : Forecast
        Of one scenario, as of two days or from two versions of its files.

    Returns
    -------
    Comparison
        One row for each outcome and cause: news by origin, time passed by outcome, and the refit.
        The rows of an outcome add up to its move.

    Raises
    ------
    ValueError
        If they are of two scenarios, or the second is as of an earlier day.
    """
    _check(earlier, later)
    between = find_causes(earlier.scenario, later.scenario, later.given.graph)
    base = _base(earlier, later)
    shares = _shares(base, between)
    outcomes = _outcomes(earlier, later, between, shares, _repeated(base, later, between))
    return Comparison(
        earlier=earlier,
        later=later,
        outcomes=outcomes,
        causes=(*between.causes, REFIT),
        changes=belief_changes(earlier, later),
        orders=shares.orders,
        notes=(*_notes(earlier, later, base), *_repeat_notes(between, outcomes)),
    )


def _check(earlier: Forecast, later: Forecast) -> None:
    if earlier.scenario.slug != later.scenario.slug:
        names = f"'{earlier.scenario.slug}' and '{later.scenario.slug}'"
        raise ValueError(f"these are forecasts of {names}; compare two of one scenario")
    if earlier.as_of > later.as_of:
        raise ValueError(f"{earlier.as_of} is after {later.as_of}; give the earlier forecast first")


def _base(earlier: Forecast, later: Forecast) -> Forecast:
    """Return the forecast whose draws are reweighted: the later, unless its fit holds the news.

    Draws that have seen the news are few where the news would be taken away again; where the
    statements are the same, the earlier draws serve as well.
    """
    same = (
        later.given.digest() == earlier.given.digest()
        and later.model_file == earlier.model_file
        and later.seed == earlier.seed
    )
    return earlier if later.diagnostics["news_inside"] and same else later


def _shares(base: Forecast, between: Between) -> Shares:
    weights = draw_weights(base)

    def values(sets: Sets) -> Floats:
        tree, tables = base.given.tree, base.belief.tables
        return point_forecasts(tree, between.graph, tables, weights, between.worlds(sets))

    return share_out(values, len(between.causes))


def _repeated(base: Forecast, later: Forecast, between: Between) -> dict[Cause, Floats]:
    """Return what the repeats of each origin would have added to the probability of each state."""
    if not between.repeats:
        return {}
    known = [later.known, *(repeats.known for repeats in between.repeats)]
    worlds = Worlds(
        np.stack([one.likelihood for one in known]),
        np.stack([one.elapsed for one in known]),
        later.known.quiet,
    )
    tree, tables = base.given.tree, base.belief.tables
    answers = point_forecasts(tree, between.graph, tables, draw_weights(base), worlds)
    return {
        repeats.cause: answer - answers[0]
        for repeats, answer in zip(between.repeats, answers[1:], strict=True)
    }


def _repeat_notes(between: Between, outcomes: Sequence[OutcomeMove]) -> Iterator[str]:
    """Say of each origin what its repeats would have added."""
    for repeats in between.repeats:
        added = [
            (part.repeats, o.title)
            for o in outcomes
            for part in o.parts
            if part.cause == repeats.cause and part.repeats is not None and not o.withheld
        ]
        told = sorted((a for a in added if abs(a[0]) >= SMALLEST), key=lambda a: -abs(a[0]))
        words = [f"{title} {tenths(move)}" for move, title in told[:MOST_TOLD]]
        words += ["less to others"] if len(told) > MOST_TOLD else []
        points = f", in points: {'; '.join(words)}" if words else " less than half a point anywhere"
        count, they = f"{len(repeats.items)} items, counted once", "the repeats"
        new = [name for name in repeats.cause.items if name in repeats.items]
        if len(new) < len(repeats.items):
            verb, they = ("repeats", "it") if len(new) == 1 else ("repeat", "they")
            count = f"{listed(new, 'and')} {verb} what was known ({count})"
        yield f"{repeats.cause.name}: {count}; as independent, {they} would have added{points}."


def _outcomes(
    earlier: Forecast,
    later: Forecast,
    between: Between,
    shares: Shares,
    repeated: Mapping[Cause, Floats],
) -> tuple[OutcomeMove, ...]:
    before = {o.name: o for o in earlier.outcomes}
    found = []
    for o in later.outcomes:
        if o.name not in before or o.event not in before[o.name].states:
            continue
        column = between.graph.state(o.name, o.event)
        then, now = before[o.name].states[o.event], o.states[o.event]
        parts = [
            Part(
                cause,
                float(shares.parts[i, column]),
                float(shares.errors[i, column]),
                float(repeated[cause][column]) if cause in repeated else None,
            )
            for i, cause in enumerate(between.causes)
        ]
        rest = now - then - sum(part.move for part in parts)
        withheld = o.withheld or before[o.name].withheld
        whole = (*parts, Part(REFIT, rest, _refit_error(earlier, later, o.name, o.event)))
        found.append(OutcomeMove(o.name, o.title, o.event, then, now, withheld, whole))
    return tuple(found)


def _notes(earlier: Forecast, later: Forecast, base: Forecast) -> Sequence[str]:
    notes = []
    if later.diagnostics["news_inside"]:
        notes.append(
            "The later forecast was fitted with its news inside; what that fit and reweighting"
            " differ by stands in the refit row."
        )
    if earlier.diagnostics["news_inside"] and base is not earlier:
        notes.append(
            "The earlier forecast was fitted with its news inside; the difference of the two fits"
            " stands in the refit row."
        )
    names = {o.name for o in earlier.outcomes} ^ {o.name for o in later.outcomes}
    if names:
        notes.append(f"In one forecast only: {', '.join(sorted(names))}.")
    return notes


def _refit_error(earlier: Forecast, later: Forecast, node: str, state: str) -> float:
    """Return the Monte Carlo standard error of the difference of two fits; 0 where there is one."""
    if earlier.belief.key == later.belief.key:
        return 0.0
    columns = [f.given.graph.state(node, state) for f in (earlier, later)]
    pairs = zip((earlier, later), columns, strict=True)
    errors = [standard_errors(f.weights, f.draws[:, [column]])[0] for f, column in pairs]
    return float(np.hypot(*errors))
