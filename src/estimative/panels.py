"""Forecasts of questions as arrays: who speaks, how late, in what order, and who says the same.

Nothing here looks at outcomes but the column of that name. A crowd that repeats one voice counts as
one (tests/unit/test_track_records.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

EDGE = 0.01  # forecasts nearer to 0 or 1 are taken for this one: nobody's record tells more
WEEK = 7.0  # days behind the newest forecast at which delay begins to tell
MANY, USUAL = 30, 8  # voices beyond which more do not sharpen; voices at which `voices` is 0
ALIKE = 0.1  # difference of log-odds within which two say the same
DOUBT = 2.0  # agreements beyond chance that count for nothing, for there are many pairs
PASSES = 4  # until it is settled who is one voice, for that tells what agreement is chance


@dataclass(frozen=True, eq=False)
class Panel:
    """Forecasts, R in all, of Q questions, those of one question one after the other.

    Attributes
    ----------
    questions, experts : sequence of str
        Names: of the questions, and of the experts that have a number; at least one of each.
    question, expert : array of int, shape (R,)
        Of whom, on what; the expert is 0 where `known` is 0.
    known : array of float, shape (R,)
        1 where the expert has a number, else 0.
    log_odds : array of float, shape (R,)
        Natural, of probabilities kept in [0.01, 0.99].
    lag : array of float, shape (R,)
        log(1 + days behind the question's newest forecast / 7).
    later : array of float, shape (R,)
        log(1 + voices on the question that spoke later); of those of one day half.
    crowding : array of float, shape (R,)
        Log of how many on the question say what this expert says, himself included.
    voices : array of float, shape (Q,)
        log(voices / 8), at most log(30 / 8); those who say the same are one voice.
    outcome : array of float, shape (Q,)
        1, 0, or NaN where it is not known.
    sharpens : float array of no axes
        1, or 0 where nothing is to be sharpened.
    """

    questions: Sequence[str]
    experts: Sequence[str]
    question: Ints
    expert: Ints
    known: Floats
    log_odds: Floats
    lag: Floats
    later: Floats
    crowding: Floats
    voices: Floats
    outcome: Floats
    sharpens: Floats


def arrange(
    table: "pd.DataFrame",
    experts: Sequence[str] | None = None,
    *,
    background: "pd.DataFrame | None" = None,
    without: Sequence[str] = (),
) -> Panel:
    """Return forecasts as arrays; of an expert's on one question only the last counts.

    Parameters
    ----------
    table : DataFrame
        As `estimative.forecast_tables.read_forecasts` returns it.
    experts : sequence of str, optional
        Who is to have a number; default everybody.
    background : DataFrame, optional
        Further forecasts, from which it is seen who says the same.
    without : sequence of str
        Parts to be left out, see `estimative.track_records.PARTS`.

    Returns
    -------
    Panel
        Its questions in the order of their names.
    """
    import pandas as pd

    rows = latest(table).sort_values("question", kind="stable")
    question, questions = pd.factorize(rows["question"])
    names = list(dict.fromkeys(rows["expert"])) if experts is None else list(experts)
    if "skill" in without or not names:
        names = [""]
    expert = pd.Index(names).get_indexer(pd.Index(rows["expert"]))
    crowding = np.zeros(len(rows))
    if "dependence" not in without:
        seen = rows if background is None else pd.concat([rows, latest(background)])
        seen = seen.drop_duplicates(["expert", "question"])
        crowding = crowded(seen)[: len(rows)]
    lag, later = _age(rows["forecast_date"], question, np.exp(-crowding))
    voices = np.bincount(question, np.exp(-crowding))
    ended = rows.groupby("question", sort=False)["outcome"].first() if "outcome" in rows else None
    recent = "recency" not in without
    return Panel(
        questions=list(questions),
        experts=names,
        question=question.astype(np.int64),
        expert=np.maximum(expert, 0).astype(np.int64),
        known=(expert >= 0).astype(float),
        log_odds=log_odds(rows["probability"].to_numpy()),
        lag=lag * recent,
        later=later * recent,
        crowding=crowding,
        voices=np.log(np.minimum(voices, MANY) / USUAL),
        outcome=np.full(len(questions), np.nan) if ended is None else ended.to_numpy(float),
        sharpens=np.array(float("sharpening" not in without)),
    )


def crowded(table: "pd.DataFrame") -> Floats:
    """Return the log of how many on a question say what each says, himself included.

    Two experts count as one in the measure in which they agree more often, over all questions on
    which both speak, than others there do; half the way to perfect agreement is still taken for
    chance (compare Cohen 1960, Educ. Psychol. Meas. 20).

    Parameters
    ----------
    table : DataFrame
        Forecasts, one of each expert a question; columns `expert`, `question`, `probability`.

    Returns
    -------
    array of float, shape (rows,)
        0 for one who is like no other.
    """
    import pandas as pd

    question, _ = pd.factorize(table["question"])
    expert, names = pd.factorize(table["expert"])
    x = log_odds(table["probability"].to_numpy())
    first, second = _pairs(question)
    on = question[first]
    one, other = np.sort([expert[first], expert[second]], axis=0)
    _, pair = np.unique(one * np.int64(len(names)) + other, return_inverse=True)
    same = np.exp(-(((x[first] - x[second]) / ALIKE) ** 2))
    others = np.bincount(first, same, len(table)) + np.bincount(second, same, len(table))
    for _ in range(PASSES):
        voices = 1 / ((1 + others[first]) * (1 + others[second]))
        chance = np.bincount(on, voices * same) / np.maximum(np.bincount(on, voices), 1e-300)
        beyond = np.bincount(pair, same - chance[on])
        share = beyond / (np.bincount(pair, 1 - chance[on]) + DOUBT)
        alike = np.clip(2 * share - 1, 0, 1)[pair]
        others = np.bincount(first, alike, len(table)) + np.bincount(second, alike, len(table))
    return np.log1p(others)


def latest(table: "pd.DataFrame") -> "pd.DataFrame":
    """Return the last forecast of each expert on each question, rows without a date before others.

    Parameters
    ----------
    table : DataFrame
        Forecasts; of two on one day the lower row is the last.

    Returns
    -------
    DataFrame
        Some of its rows, by date.
    """
    if "forecast_date" not in table:
        table = table.assign(forecast_date=np.datetime64("NaT", "s"))
    ordered = table.sort_values("forecast_date", kind="stable", na_position="first")
    return ordered.drop_duplicates(["expert", "question"], keep="last")


def log_odds(probability: Floats) -> Floats:
    """Return log-odds of probabilities, kept from the ends.

    Parameters
    ----------
    probability : array of float
        In [0, 1].

    Returns
    -------
    array of float
        Natural; within ±4.6.
    """
    kept = np.clip(probability, EDGE, 1 - EDGE)
    found: Floats = np.log(kept / (1 - kept))
    return found


def _age(dates: "pd.Series", question: Ints, voice: Floats) -> tuple[Floats, Floats]:
    """Return the logs of how many days, and how many voices, each forecast lies behind.

    Rows of a question stand together, by date. Where there is no date nothing is known, and it
    counts as new.
    """
    import pandas as pd

    days = dates.reset_index(drop=True)
    newest = days.groupby(question).transform("max")
    behind = (newest - days).dt.days.fillna(0).to_numpy(float)
    rows = pd.DataFrame({"question": question, "behind": behind, "voice": voice})
    same = rows.groupby(["question", "behind"])["voice"].transform("sum")
    rows = rows.sort_values(["question", "behind"], kind="stable")
    before = rows.groupby("question")["voice"].cumsum() - rows["voice"]
    later = before.groupby([rows["question"], rows["behind"]]).transform("min").sort_index()
    later += (same - voice) / 2
    return np.log1p(behind / WEEK), np.log1p(later.to_numpy())


def _pairs(question: Ints) -> tuple[Ints, Ints]:
    """Return the places of the two rows of each pair on one question."""
    order = np.argsort(question, kind="stable")
    sizes = np.bincount(question)
    starts = np.cumsum(sizes) - sizes
    pairs = {n: np.triu_indices(n, 1) for n in np.unique(sizes)}
    places = [
        order[np.concatenate([s + pairs[n][i] for s, n in zip(starts, sizes, strict=True)])]
        for i in (0, 1)
    ]
    return places[0], places[1]
