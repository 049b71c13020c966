"""What may teach what: questions in the order in which they were asked, cut at a few checkpoints.

At each checkpoint a method learns anew from everything that was resolved strictly before the first
question after it was asked. They stand closer at the beginning, where every question teaches most,
and none stands where less than a tenth more is known than at the last.
"""

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

MOST_CHECKPOINTS = 10
WORTH_IT = 1.1  # times as many questions known, for learning anew


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Some questions, and the forecasts of other questions from which they are predicted.

    Attributes
    ----------
    asked_from : date or None
        The day on which the first of them was asked; None where that is not known.
    questions : tuple of str
        What is predicted.
    known : DataFrame
        Forecasts of questions that were resolved strictly before that day.
    """

    asked_from: dt.date | None
    questions: tuple[str, ...]
    known: "pd.DataFrame" = field(repr=False)

    @property
    def n_known(self) -> int:
        """How many questions those forecasts are of."""
        return int(self.known["question"].nunique())


def walk(
    frame: "pd.DataFrame", history: "pd.DataFrame | None", questions: "pd.Index[str]"
) -> list[Checkpoint]:
    """Return at most ten checkpoints, and before them one of the questions without a day.

    Parameters
    ----------
    frame, history : DataFrame
        As `read_forecasts` returns them, without a question in common. A question of the frame
        teaches if all its forecasts have a day and it has one on which it was resolved. One of the
        history without days is known beforehand by the user's word, and so is all of it for a
        question that does not say when it was asked.
    questions : Index of str
        Those of the frame that are to be predicted.

    Returns
    -------
    list of Checkpoint
        Each question once; those asked on one day stand together.
    """
    import pandas as pd

    asked = asking_days(frame)
    past = frame[frame["outcome"].notna() & frame["resolved_date"].notna()]
    past = past[past["question"].map(asked).notna()]
    if history is not None:
        past = pd.concat([history[history["outcome"].notna()], past], ignore_index=True)
    days = asked.reindex(questions)
    found = []
    undated = tuple(days.index[days.isna()])
    if undated:
        known = past.iloc[:0] if history is None else history[history["outcome"].notna()]
        found.append(Checkpoint(None, undated, known))
    dated = days.dropna().sort_values(kind="stable")
    earlier = (dated.rank(method="min") - 1) / max(len(dated), 1)
    last: Checkpoint | None = None
    for _, block in dated.groupby(earlier**0.5 * MOST_CHECKPOINTS // 1):
        point = Checkpoint(block.iloc[0].date(), tuple(block.index), _before(past, block))
        if last is not None and point.n_known <= WORTH_IT * last.n_known:
            found.pop()
            point = replace(last, questions=last.questions + point.questions)
        found.append(point)
        last = point
    return found


def asking_days(frame: "pd.DataFrame") -> "pd.Series":
    """Return the day of each question's first forecast, NaT where any of them has no day.

    Parameters
    ----------
    frame : DataFrame
        As `read_forecasts` returns it.

    Returns
    -------
    Series of datetime64
        By question.
    """
    days = frame.groupby("question", sort=False)["forecast_date"]
    return days.min().where(days.count() == days.size())


def _before(past: "pd.DataFrame", block: "pd.Series") -> "pd.DataFrame":
    """Return forecasts made before a day of questions over by then, so far as there are days."""
    day = block.iloc[0]
    resolved, said = past["resolved_date"], past["forecast_date"]
    over = resolved.fillna(past.groupby("question")["forecast_date"].transform("max"))
    later = (over >= day) | (said >= day)  # a missing day is neither
    before: pd.DataFrame = past[~later]
    return before
