"""Scores as a reader sees them: outcome by outcome, then against whoever used no model."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimative.results import Answer, Table
from estimative.scenario import Scenario
from estimative.scoring.resolving import Resolution

RIVALS = {
    "even": "even chances",
    "base_rate": "the base rate",
    "statements": "the plain mean of the statements",
}


@dataclass(frozen=True)
class Marks:
    """Scores of one forecaster on some forecasts of one outcome; smaller is better.

    Attributes
    ----------
    n : int
        How many forecasts.
    brier, log : float
        Mean scores.
    ours_brier, ours_log : float
        Mean scores of the recorded forecasts that stand beside them.
    """

    n: int
    brier: float
    log: float
    ours_brier: float
    ours_log: float


@dataclass(frozen=True)
class OutcomeScore:
    """How the forecasts of one outcome fared.

    Attributes
    ----------
    outcome, title : str
        As in the scenario.
    key : str
        Hash of name, definition, states and window: another definition is another outcome.
    amended : bool
        Whether the scenario has another definition by now.
    resolution : Resolution or None
        None while it is open.
    n, withheld, late : int
        Forecasts scored; those that gave no headline; those scored ones that were written down
        when the resolution could be known, and so with hindsight.
    brier, log : float or None
        Mean scores.
    rivals : mapping of str to Marks
        `even`, and where there is one `base_rate` and `statements`.
    """

    outcome: str
    title: str
    key: str
    amended: bool
    resolution: Resolution | None
    n: int
    withheld: int
    late: int
    brier: float | None
    log: float | None
    rivals: Mapping[str, Marks]


@dataclass(frozen=True, eq=False)
class Scores(Answer):
    """How good the recorded forecasts of a scenario were.

    Attributes
    ----------
    scenario : Scenario
        The scenario.
    as_of : date
        Resolved by this day.
    model : str
        Whose forecasts.
    outcomes : tuple of OutcomeScore
        Every outcome that was ever forecast.
    """

    scenario: Scenario = field(repr=False)
    as_of: dt.date
    model: str
    outcomes: tuple[OutcomeScore, ...]

    @property
    def scored(self) -> tuple[OutcomeScore, ...]:
        """The outcomes that are resolved and of which a forecast was given in time."""
        return tuple(o for o in self.outcomes if o.n)

    def totals(self) -> dict[str, Marks]:
        """Return each rival's marks over the outcomes it speaks of; each outcome counts once.

        Returns
        -------
        dict of str to Marks
            `n` counts outcomes here.
        """
        totals = {}
        for rival in RIVALS:
            marks = [o.rivals[rival] for o in self.scored if rival in o.rivals]
            if marks:
                totals[rival] = Marks(
                    n=len(marks),
                    brier=_mean([m.brier for m in marks]),
                    log=_mean([m.log for m in marks]),
                    ours_brier=_mean([m.ours_brier for m in marks]),
                    ours_log=_mean([m.ours_log for m in marks]),
                )
        return totals

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping an outcome and definition, scores and all."""
        return [_row(o) for o in self.outcomes]

    def tables(self) -> list[Table]:
        """Return the outcomes, then the forecasts against each rival."""
        rows = [_line(o) for o in self.scored]
        columns = ("outcome", "ended", "n", "Brier", "log", "even", "base rate", "mean")
        title = f"How the recorded forecasts fared. {self.scenario.slug}, resolved by {self.as_of}."
        if not rows:
            title = f"Nothing of {self.scenario.slug} can be scored as of {self.as_of}"
            title += f": {self._why()}."
        tables = [Table(title, columns, rows, self._notes())]
        against = [
            (
                RIVALS[rival],
                str(m.n),
                f"{m.ours_brier:.3f} : {m.brier:.3f}",
                f"{m.ours_log:.3f} : {m.log:.3f}",
                f"{1 - m.ours_brier / m.brier:+.0%}" if m.brier else "",
            )
            for rival, m in self.totals().items()
        ]
        heads = ("forecasts against", "n", "Brier", "log", "better by %")
        note = "Means over the outcomes of which both speak; better by: in Brier score."
        return [*tables, Table("", heads, against, [note])] if against else tables

    def _why(self) -> str:
        """Return why nothing can be scored, and by which day all windows have closed."""
        why = "no outcome that was forecast while it was open is resolved by then"
        if not self.outcomes:
            why = f"no forecast by {self.model} of that day or an earlier one is recorded"
        outcomes = self.scenario.outcomes.values()
        last = max(outcome.by + dt.timedelta(days=outcome.lag) for outcome in outcomes)
        later = f"; by {last} all windows have closed (--as-of {last})"
        return why + (later if self.as_of < last else "")

    def _notes(self) -> list[str]:
        notes = []
        if self.scored:
            notes.append(
                "Smaller is better. Brier: squared error of the probability, 0.25 for even chances;"
                " log: minus the natural log of the probability given to what came. n: forecasts,"
                " one a recorded day, as they stood at its end (or, recorded later, at the end of"
                " the day of the first), before the outcome was known. Even, base rate (Jeffreys,"
                " over the window), mean (of the statements as then known): Brier."
            )
        late = sum(o.late for o in self.scored)
        if late:
            total = sum(o.n for o in self.scored)
            notes.append(
                f"Hindsight: {late} of {total} forecasts were written down when the outcome could"
                " be known; their scores show what the method gives, not what anybody foresaw."
            )
        withheld = sum(o.withheld for o in self.outcomes)
        if withheld:
            notes.append(f"Withheld, and so not scored: {withheld} forecasts.")
        still = [_name(o) for o in self.outcomes if o.resolution is None]
        if still:
            notes.append(f"Not resolved: {', '.join(still)}.")
        if any(o.amended for o in self.outcomes):
            notes.append(
                "A name with # was forecast under a definition that was amended later; check that"
                " what was observed settles that definition, too."
            )
        return notes


def _row(score: OutcomeScore) -> dict[str, Any]:
    ended = score.resolution
    row = {
        "outcome": score.outcome,
        "key": score.key,
        "amended": score.amended,
        "state": ended.state if ended else None,
        "resolved": ended.on if ended else None,
        "how": ended.how if ended else None,
        "n": score.n,
        "withheld": score.withheld,
        "late": score.late,
        "brier": score.brier,
        "log": score.log,
    }
    for rival in RIVALS:
        marks = score.rivals.get(rival)
        row[f"{rival}_n"] = marks.n if marks else 0
        row[f"{rival}_brier"] = marks.brier if marks else None
        row[f"{rival}_log"] = marks.log if marks else None
    return row


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _name(score: OutcomeScore) -> str:
    return f"{score.outcome} #{score.key}" if score.amended else score.outcome


def _line(score: OutcomeScore) -> tuple[str, ...]:
    ended = score.resolution
    assert ended is not None
    how = "in silence" if ended.how == "silence" else f"seen {ended.on}"
    theirs = [score.rivals.get(rival) for rival in RIVALS]
    return (
        _name(score),
        f"{ended.state}, {how}",
        str(score.n),
        f"{score.brier:.3f}",
        f"{score.log:.3f}",
        *("-" if marks is None else f"{marks.brier:.3f}" for marks in theirs),
    )
