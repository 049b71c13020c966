"""How well experts forecast, learned from questions that have ended, and what that makes of others.

A record is the posterior of `models/track_record.py`, or its centres where nobody has a record: so
the safe default needs no fit. tests/statistical/test_track_record_recovery.py simulates experts
of known skill.
"""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from estimative.forecast_tables import read_forecasts
from estimative.habits import Habits, default_habits, estimate, estimates, strangers
from estimative.names import did_you_mean
from estimative.panels import arrange, latest
from estimative.pooled_panels import pooled

if TYPE_CHECKING:
    import pandas as pd

Told = Callable[[str], None]

log = logging.getLogger(__name__)

MODEL = "track_record"
PARTS = ("recency", "sharpening", "skill", "dependence")
SHARED = ("mean_bias", "bias_sd", "skill_sd", "delay", "order", "log_sharpening", "growth")
ENDS = ("mean", "lower", "upper")
INTERVAL = 0.9
VOICES = (3, 2)  # a question says something of pooling if so many spoke; else all are taken
ENOUGH = 30  # questions with so many voices, for fewer voices to be left out
OWN = 5  # questions an expert must have spoken on to have numbers of his own


@dataclass(frozen=True, eq=False)
class TrackRecord:
    """How experts forecast, as far as questions that have ended tell.

    Attributes
    ----------
    habits : Habits
        Draws; one where there is no record.
    n : mapping of str to int
        For each expert with a record, on how many of the questions he spoke.
    questions : int
        Questions it was learned from.
    until : str or None
        The last day on which one of them was resolved, as YYYY-MM-DD.
    source : str
        What it was learned from, in words.
    without : tuple of str
        Parts left out, see `PARTS`.
    diagnostics : mapping
        `rhat` (largest), `ess_bulk`, `ess_tail` (smallest), `divergences` (share), `worst`.
    """

    habits: Habits
    n: Mapping[str, int] = field(default_factory=dict)
    questions: int = 0
    until: str | None = None
    source: str = "no record"
    without: tuple[str, ...] = ()
    diagnostics: Mapping[str, Any] = field(default_factory=dict)
    _history: "pd.DataFrame | None" = field(default=None, repr=False)

    def predict(self, asked: "pd.DataFrame") -> "pd.Series[float]":
        """Return the probability of each question.

        Parameters
        ----------
        asked : DataFrame
            Forecasts, as `estimative.forecast_tables.read_forecasts` takes and returns them;
            outcomes are not looked at.

        Returns
        -------
        Series of float
            By question, in the order in which they come: the posterior mean of its probability,
            from the last forecast of each expert. Who says the same is seen from all forecasts,
            those of the history among them.
        """
        import pandas as pd

        asked = read_forecasts(asked.drop(columns="outcome", errors="ignore"))
        panel = arrange(
            asked,
            self.habits.experts,
            background=self._history,
            without=self.without,
        )
        index = pd.Index(panel.questions, name="question")
        found = pd.Series(pooled(panel, self.habits).mean(axis=0), index, name="probability")
        return found.loc[asked["question"].unique()]

    @property
    def experts(self) -> "pd.DataFrame":
        """What the record says of each expert, those heard most often first: see `summary`."""
        return self.summary(INTERVAL)

    @property
    def population(self) -> "pd.Series[float]":
        """What it says of an expert without a record: see `summary`."""
        return self.of_population(INTERVAL)

    @property
    def sharpening(self) -> tuple[float, float, float]:
        """By what log-odds that eight agree on are multiplied: mean, lower, upper of 90%."""
        return self.sharpening_within(INTERVAL)

    def sharpening_within(self, interval: float) -> tuple[float, float, float]:
        """Return by what log-odds of eight experts who agree are to be multiplied.

        Parameters
        ----------
        interval : float
            Mass of the central interval, in (0, 1).

        Returns
        -------
        tuple of three float
            Mean, lower and upper end.
        """
        factor = np.exp(self.habits.log_sharpening * ("sharpening" not in self.without))
        return estimate(factor[:, None], interval)[0]

    def summary(self, interval: float) -> "pd.DataFrame":
        """Return what the record says of each expert, those heard most often first.

        Parameters
        ----------
        interval : float
            Mass of the central intervals, in (0, 1).

        Returns
        -------
        DataFrame
            By expert: `n` questions; `skill`, log of the weight against the population's; `bias`,
            by how much the log-odds he says are too high; `weight`, the proposed factor in (0, 1],
            1 for one who is no worse than the population; each with `_lower` and `_upper`.
        """
        import pandas as pd

        rows = estimates(self.habits.skill, self.habits.bias, interval)
        table = pd.DataFrame(rows, index=pd.Index(self.habits.experts, name="expert"))
        table = table.reindex(pd.Index(self.n, name="expert"))
        table.insert(0, "n", list(self.n.values()))
        return table.fillna(self.of_population(interval).to_dict())

    def of_population(self, interval: float) -> "pd.Series[float]":
        """Return what the record says of an expert without one: the population's, with its spread.

        Parameters
        ----------
        interval : float
            Mass of the central intervals, in (0, 1).

        Returns
        -------
        Series of float
            As a row of `summary`.
        """
        import pandas as pd

        rows = estimates(*strangers(self.habits), interval)
        return pd.Series({"n": 0.0} | {name: float(v[0]) for name, v in rows.items()})

    def to_dict(self, interval: float = INTERVAL) -> dict[str, Any]:
        """Return the record as a file holds it, without its draws.

        Parameters
        ----------
        interval : float
            Mass of the central intervals, in (0, 1).

        Returns
        -------
        dict of str to object
            What `estimative.record_files.write_record` takes; numbers are means and the ends of
            intervals.
        """
        own = [f"{name}{end}" for name in ("weight", "bias") for end in ("", "_lower", "_upper")]
        skill = zip(self.habits.experts, self.habits.skill.mean(axis=0).tolist(), strict=True)
        numbers = asdict(self.habits)
        means = {name: float(numbers[name].mean()) for name in SHARED}
        return {
            "learned": {"source": self.source, "questions": self.questions, "until": self.until},
            "interval": interval,
            "sharpening": dict(zip(ENDS, self.sharpening_within(interval), strict=True)),
            "population": self.of_population(interval)[own].to_dict(),
            "experts": self.summary(interval)[["n", *own]].to_dict("index"),
            "model": means | {"without": list(self.without), "skill": dict(skill)},
        }

    @staticmethod
    def from_dict(record: Mapping[str, Any]) -> "TrackRecord":
        """Return the record that a file holds: one draw, the means.

        Parameters
        ----------
        record : mapping
            As `to_dict` returns it.

        Returns
        -------
        TrackRecord
            Its intervals have no width, and its answers are those at the means.
        """
        model, experts = record["model"], record["experts"]
        learned = record["learned"]
        skill = np.array([[*model["skill"].values()]])
        bias = np.array([[float(experts[e]["bias"]) for e in model["skill"]]])
        shared = {name: np.array([float(model[name])]) for name in SHARED}
        return TrackRecord(
            Habits(tuple(model["skill"]), bias, skill, **shared),
            n={expert: int(row["n"]) for expert, row in experts.items()},
            questions=learned["questions"],
            until=learned["until"],
            source=learned["source"],
            without=tuple(model["without"]),
        )


def default_record() -> TrackRecord:
    """Return the record of a world without records: safe where nothing has been resolved.

    Returns
    -------
    TrackRecord
        Nobody has a bias or a skill; newer forecasts weigh more; log-odds are sharpened by 1.05.
    """
    return TrackRecord(default_habits())


def fit_record(
    history: "pd.DataFrame",
    *,
    seed: int = 1,
    tell: Told | None = None,
    without: Collection[str] = (),
    model: str | Path = MODEL,
) -> TrackRecord:
    """Learn how experts forecast from questions that have ended.

    Parameters
    ----------
    history : DataFrame
        As `estimative.forecast_tables.read_forecasts` takes and returns it; open questions are
        left out. Where there is nothing to learn from, the default is returned.
    seed : int
        The same seed gives the same record.
    tell : callable, optional
        Called with a line now and then.
    without : collection of str
        Parts to leave out: any of `PARTS`.
    model : str or Path
        A model of track records: its name, or a file that defines `build_record_model(panel)`.

    Returns
    -------
    TrackRecord
        Draws of the posterior.

    Raises
    ------
    InferenceError
        If the model cannot be found or sampled.
    """
    for part in without:
        if part not in PARTS:
            raise ValueError(
                f"no part '{part}'{did_you_mean(part, PARTS)}; leave out any of {', '.join(PARTS)}"
            )
    told = log.info if tell is None else tell
    without = tuple(sorted(without))
    history = read_forecasts(history) if len(history) else history
    history = latest(history[history["outcome"].notna()])
    telling = history[history["question"].isin(_telling(history))]
    if not len(telling):
        return TrackRecord(default_habits(), without=without, _history=history)
    n: pd.Series[int] = telling["expert"].value_counts()
    panel = arrange(telling, list(n.index[n >= OWN]), background=history, without=without)
    told(
        f"learning from {len(telling):,} forecasts of {len(panel.questions):,} questions by"
        f" {telling['expert'].nunique():,} experts"
    )
    from estimative.record_sampling import sampled

    habits, diagnostics = sampled(panel, model, seed=seed, tell=told)
    until = telling["resolved_date"].max()
    return TrackRecord(
        habits,
        n={str(expert): int(k) for expert, k in n.items()},
        questions=len(panel.questions),
        source="a table of forecasts",
        until=None if until != until else f"{until:%Y-%m-%d}",
        without=without,
        diagnostics=diagnostics,
        _history=history,
    )


def _telling(history: "pd.DataFrame") -> "pd.Index[str]":
    """Return the questions to learn from: those on which many spoke, if there are enough."""
    voices = history["question"].value_counts(sort=False)
    least = next((k for k in VOICES if (voices >= k).sum() >= ENOUGH), 1)
    return voices.index[voices >= least]
