"""Scores as a reader sees them: outcomes, then against whoever used no model, then experts."""

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from estimative.results import Answer, Table
from estimative.scenario import Scenario
from estimative.scoring.expert_scores import ExpertScores
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
    scenario, outcome, title : str
        The scenario's slug; name and title as it has them.
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

    scenario: str
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
    """How good the recorded forecasts of scenarios were, and the experts behind them.

    Attributes
    ----------
    scenarios : tuple of Scenario
        The scenarios, most often one.
    asked : date or None
        Resolved by this day; None for the date of each.
    model : str
        Whose forecasts.
    outcomes : tuple of OutcomeScore
        Every outcome that was ever forecast.
    experts : ExpertScores
        The experts, each by his own statements.
    """

    scenarios: tuple[Scenario, ...] = field(repr=False)
    asked: dt.date | None
    model: str
    outcomes: tuple[OutcomeScore, ...]
    experts: ExpertScores

    @property
    def as_of(self) -> dt.date | None:
        """The day by which it is resolved; of several scenarios the last, None without any."""
        return self.asked or max((scenario.date for scenario in self.scenarios), default=None)

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
        """Return the outcomes, then the forecasts against each rival, then the experts."""
        if not self.scenarios:
            return [Table("Nothing can be scored: no forecast is recorded here.", ("outcome",), ())]
        several = len(self.scenarios) > 1
        rows = [_line(o, several) for o in self.scored]
        columns = ("outcome", "ended", "n", "Brier", "log", "even", "base rate", "mean")
        which = f"{len(self.scenarios)} scenarios" if several else self.scenarios[0].slug
        title = f"How the recorded forecasts fared. {which}, resolved by {self.as_of}."
        if not rows:
            title = f"Nothing of {which} can be scored as of {self.as_of}: {self._why()}."
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
        tables += [Table("", heads, against, [note])] if against else []
        return [*tables, *(self.experts.tables() if len(self.experts) else ())]

    def _why(self) -> str:
        """Return why nothing can be scored, and by which day all windows have closed."""
        why = "no outcome that was forecast while it was open is resolved by then"
        if not self.outcomes:
            why = f"no forecast by {self.model} of that day or an earlier one is recorded"
        outcomes = [o for scenario in self.scenarios for o in scenario.outcomes.values()]
        last = max(outcome.by + dt.timedelta(days=outcome.lag) for outcome in outcomes)
        later = f"; by {last} all windows have closed (--as-of {last})"
        return why + (later if self.as_of and self.as_of < last else "")

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
        several = len(self.scenarios) > 1
        still = [_name(o, several) for o in self.outcomes if o.resolution is None]
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
        "scenario": score.scenario,
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


def _name(score: OutcomeScore, several: bool) -> str:
    name = f"{score.scenario}/{score.outcome}" if several else score.outcome
    return f"{name} #{score.key}" if score.amended else name


def _line(score: OutcomeScore, several: bool) -> tuple[str, ...]:
    ended = score.resolution
    assert ended is not None
    how = "in silence" if ended.how == "silence" else f"seen {ended.on}"
    theirs = [score.rivals.get(rival) for rival in RIVALS]
    return (
        _name(score, several),
        f"{ended.state}, {how}",
        str(score.n),
        f"{score.brier:.3f}",
        f"{score.log:.3f}",
        *("-" if marks is None else f"{marks.brier:.3f}" for marks in theirs),
    )
