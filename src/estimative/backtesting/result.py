"""A backtest as a reader sees it: how the method fared, beside every pool, and how calibrated."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from estimative.backtesting.marking import (
    HIGH,
    LOW,
    MASS,
    Bin,
    Decomposition,
    PoolScore,
    bins,
    decompose,
    marks,
    pool_scores,
)
from estimative.backtesting.walking import Checkpoint
from estimative.results import Answer, Table, mass, percent

if TYPE_CHECKING:
    import pandas as pd

BESIDE = "mean"  # the pool that all others are compared with
EXTREMES = MappingProxyType({"below_10": LOW, "above_90": HIGH})


@dataclass(frozen=True)
class Asked:
    """What was asked for.

    Attributes
    ----------
    method : str
        As `estimative.backtest` takes it.
    source, history : str or None
        Files; None for a DataFrame, and where there is no history.
    min_experts, seed : int
        Questions of fewer experts were not answered; seed of fits and of the bootstrap.
    """

    method: str
    source: str | None
    history: str | None
    min_experts: int
    seed: int


@dataclass(frozen=True)
class Extreme:
    """What was said with little doubt, and how often it happened.

    Attributes
    ----------
    whole : Bin
        All forecasts below 10%, or above 90%.
    bins : tuple of Bin
        The same in three parts.
    """

    whole: Bin
    bins: tuple[Bin, ...]


@dataclass(frozen=True, eq=False)
class Backtest(Answer):
    """How a method would have fared on past questions.

    Attributes
    ----------
    asked : Asked
        The method, the files, the options.
    score : PoolScore
        Its marks; those of `n`, `brier` and `log_score` are also at hand by these names.
    questions : DataFrame
        `question`; `asked`, the day of its first forecast; `n_experts`; `probability`, and from a
        scenario model the ends `lower` and `upper` of its 90% interval; `outcome`, `brier` and
        `log_score`, NaN where it has not ended.
    pools : mapping of str to PoolScore
        Every pool on the same questions.
    answers : DataFrame
        By question the probability of every pool.
    decomposition : Decomposition
        The parts of the Brier score.
    calibration : tuple of Bin
        Tenths of probability.
    extremes : mapping of str to Extreme
        `below_10` and `above_90`.
    checkpoints : tuple of Checkpoint
        What taught what.
    notes : tuple of str
        Sentences a reader must know.
    """

    asked: Asked
    score: PoolScore
    questions: "pd.DataFrame" = field(repr=False)
    pools: Mapping[str, PoolScore] = field(repr=False)
    answers: "pd.DataFrame" = field(repr=False)
    decomposition: Decomposition
    calibration: tuple[Bin, ...] = field(repr=False)
    extremes: Mapping[str, Extreme] = field(repr=False)
    checkpoints: tuple[Checkpoint, ...] = field(repr=False)
    notes: tuple[str, ...] = field(repr=False)

    @property
    def method(self) -> str:
        """What answered."""
        return self.asked.method

    @property
    def n(self) -> int:
        """How many questions were scored."""
        return self.score.n

    @property
    def brier(self) -> float:
        """Their mean Brier score."""
        return self.score.brier

    @property
    def log_score(self) -> float:
        """Their mean log score, minus the natural logarithm of what came."""
        return self.score.log_score

    def to_frame(self) -> "pd.DataFrame":
        """Return the questions as a DataFrame."""
        return self.questions.copy()

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping a question, with what every pool said of it."""
        import pandas as pd

        days = [None if day != day else f"{day:%Y-%m-%d}" for day in self.questions["asked"]]
        rows = self.questions.assign(asked=pd.Series(days, dtype=object)).to_dict("records")
        said = self.answers.to_dict("records")
        return [
            {str(key): value for key, value in row.items()} | {"pools": pools}
            for row, pools in zip(rows, said, strict=True)
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return everything by name, as `estimative backtest --json` prints it.

        Returns
        -------
        dict of str to object
            Scores of the method at the top, those of the pools under `pools`.
        """
        return {
            **asdict(self.asked),
            **asdict(self.score),
            "interval": MASS,
            "decomposition": asdict(self.decomposition),
            "pools": {name: asdict(score) for name, score in self.pools.items()},
            "calibration": [asdict(b) for b in self.calibration],
            "extremes": {
                name: asdict(e.whole) | {"bins": [asdict(b) for b in e.bins]}
                for name, e in self.extremes.items()
            },
            "checkpoints": [
                {
                    "asked_from": c.asked_from and c.asked_from.isoformat(),
                    "questions": len(c.questions),
                    "known": c.n_known,
                }
                for c in self.checkpoints
            ],
            "notes": list(self.notes),
            "questions": self.records(),
        }

    def headline(self) -> str:
        """Return the result in a sentence.

        Returns
        -------
        str
            Brier score, number of questions, and how that compares with the mean.
        """
        name, score = self.asked.method, self.score
        if score.n == 0:
            return f"{name}: none of the {len(self.questions):,} questions has ended."
        said = f"{name}: Brier score {score.brier:.4f} on {score.n:,} questions"
        if name == BESIDE or math.isnan(score.lower):
            return f"{said}."
        way = "below" if score.difference < 0 else "above"
        sure = "clearly so" if score.lower > 0 or score.upper < 0 else "which may be chance"
        return f"{said}, {abs(score.difference):.4f} {way} the plain mean, {sure}."

    def tables(self) -> list[Table]:
        """Return the method among the pools, then what was said against what happened."""
        if self.n == 0:
            return [Table(self.headline(), (), (), self.notes)]
        return [self._pools(), self._calibration()]

    def _pools(self) -> Table:
        scores = dict(self.pools) | {self.method: self.score}
        rows = [
            (
                ("> " if name == self.method else "") + name,
                f"{s.brier:.4f}",
                f"{s.log_score:.3f}",
                "" if name == BESIDE else f"{s.difference:+.4f}",
                "" if name == BESIDE else f"{s.lower:+.4f} to {s.upper:+.4f}",
            )
            for name, s in sorted(scores.items(), key=lambda item: item[1].brier)
        ]
        parts = self.decomposition
        notes = [
            f"Smaller is better. Brier: squared error of the probability; log: minus the natural"
            f" log of what came. Against the mean: difference in Brier score, and its {mass(MASS)}"
            " interval (questions drawn anew).",
            f"{self.brier:.4f} = {parts.reliability:.4f} lost by miscalibration -"
            f" {parts.resolution:.4f} won by telling questions apart + {parts.uncertainty:.4f} of"
            " the base rate.",
            *self.notes,
        ]
        if not (len(self.checkpoints) == 1 and self.checkpoints[0].known.empty):
            notes.append(self._taught())
        columns = ("method", "Brier", "log", "against the mean", f"{mass(MASS)} interval")
        return Table(self._title(), columns, rows, notes)

    def _title(self) -> str:
        asked = self.asked
        past = f" History: {asked.history}." if asked.history else ""
        source = asked.source or "A table of forecasts"
        return (
            f"{self.headline()}\n{source}: questions of {asked.min_experts} or more experts.{past}"
        )

    def _taught(self) -> str:
        known = [c.n_known for c in self.checkpoints]
        if len(known) == 1:
            return f"What learns did so once, from {known[0]:,} questions known beforehand."
        return (
            f"What learns did so at {len(known)} checkpoints, from {min(known):,} to"
            f" {max(known):,} questions known beforehand."
        )

    def _calibration(self) -> Table:
        low, high = self.extremes["below_10"], self.extremes["above_90"]
        shown = [*low.bins, *self.calibration[1:-1], *high.bins]
        rows = [
            (
                f"{percent(b.above)} to {percent(b.below)}",
                f"{b.n:,}",
                percent(b.forecast),
                percent(b.happened),
                f"{percent(b.lower)} to {percent(b.upper)}",
            )
            for b in shown
            if b.n
        ]
        notes = [_extreme_note(low.whole, "below 10%"), _extreme_note(high.whole, "above 90%")]
        columns = ("said", "n", "on average", "happened", f"{mass(MASS)} interval")
        return Table("What was said, and how often it happened.", columns, rows, notes)


def mark(
    given: "pd.DataFrame",
    pools: "pd.DataFrame",
    asked: Asked,
    checkpoints: Sequence[Checkpoint],
    notes: tuple[str, ...],
) -> Backtest:
    """Return the answers with their marks.

    Parameters
    ----------
    given : DataFrame
        By question `asked`, `n_experts`, `probability` and `outcome`, NaN where it has not ended.
    pools : DataFrame
        By question the probability of every pool.
    asked : Asked
        What was asked for.
    checkpoints : sequence of Checkpoint
        What taught what.
    notes : tuple of str
        Sentences a reader must know.

    Returns
    -------
    Backtest
        The whole.
    """
    ended = given["outcome"].notna().to_numpy()
    came = given["outcome"].to_numpy()[ended]
    said = given["probability"].to_numpy()[ended]
    given = given.assign(brier=np.nan, log_score=np.nan)
    given.loc[ended, "brier"], given.loc[ended, "log_score"] = marks(came, said)
    answers = {name: pools[name].to_numpy()[ended] for name in pools}
    scores = pool_scores(came, answers | {"": said}, BESIDE, asked.seed)
    score = scores.pop("")
    extremes = {
        name: Extreme(bins(came, said, (edges[0], edges[-1]))[0], tuple(bins(came, said, edges)))
        for name, edges in EXTREMES.items()
    }
    return Backtest(
        asked=asked,
        score=score,
        questions=given.rename_axis("question").reset_index(),
        pools=MappingProxyType(scores),
        answers=pools,
        decomposition=decompose(came, said),
        calibration=tuple(bins(came, said)),
        extremes=MappingProxyType(extremes),
        checkpoints=tuple(checkpoints),
        notes=notes,
    )


def _extreme_note(found: Bin, where: str) -> str:
    if not found.n:
        return f"Nothing was said {where}."
    inside = found.lower <= found.forecast <= found.upper
    return (
        f"Of the {found.n:,} said {where}, {found.forecast:.1%} on average, {found.happened:.1%}"
        f" happened ({mass(MASS)} interval {found.lower:.1%} to {found.upper:.1%}):"
        f" {'calibrated, as far as so many can tell' if inside else 'not calibrated'}."
    )
