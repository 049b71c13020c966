"""Past questions answered by a method, and by every pool beside it."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from estimative.backtesting.result import Asked, Backtest, mark
from estimative.backtesting.walking import Checkpoint, asking_days, walk
from estimative.errors import Problem, ScenarioError
from estimative.forecast_tables import read_forecasts
from estimative.names import did_you_mean
from estimative.pools import LEARNING, PLAIN, POOLS, latest, pooled

if TYPE_CHECKING:
    import pandas as pd

type Source = "str | Path | pd.DataFrame"
type Told = Callable[[str], None]

log = logging.getLogger(__name__)

METHODS = ("default", "learned", *POOLS)
MODEL = "model:"  # before the name of a scenario model


def backtest(
    frame_or_csv: Source,
    *,
    method: str = "default",
    history: Source | None = None,
    min_experts: int = 5,
    seed: int = 1,
    tell: Told | None = None,
) -> Backtest:
    """Answer past questions from what was known when they were asked, and score the answers.

    A question is asked on the day of its first forecast. Only what was resolved strictly before
    that day may teach what answers it: questions of `history`, and earlier ones of the same table.
    What learns does so anew at ten checkpoints at most.

    Parameters
    ----------
    frame_or_csv : str, Path or DataFrame
        Questions with their forecasts, as `estimative.forecast_tables.read_forecasts` takes them.
        One that has not ended is answered, not scored.
    method : str
        `default`, the track-record model without a record; `learned`, with what could be learned;
        a pool, one of `estimative.pools.POOLS`; or `model:NAME`, a scenario model itself, each
        question an outcome and each forecast a statement.
    history : str, Path or DataFrame, optional
        Questions known beforehand; those without days are so by your word. Questions that are
        also in the first table are left out.
    min_experts : int
        Questions of fewer experts are not answered.
    seed : int
        The same seed gives the same answers and intervals.
    tell : callable, optional
        Called with a line at each checkpoint.

    Returns
    -------
    Backtest
        Scores, those of every pool beside them, calibration, every question.

    Raises
    ------
    ScenarioError
        If a table is wrong, or no question has so many experts.
    ValueError
        If there is no such method, or `min_experts` is less than one.
    InferenceError
        If a model cannot be found, or does not converge.
    """
    check_method(method)
    if min_experts < 1:
        raise ValueError(f"min_experts is {min_experts}; it must be at least 1")
    frame = read_forecasts(frame_or_csv)
    known = None if history is None else read_forecasts(history)
    shared = 0
    if known is not None:
        again = known["question"].isin(frame["question"])
        shared, known = known["question"][again].nunique(), known[~again]
    experts = frame.groupby("question", sort=False)["expert"].nunique()
    chosen = experts.index[experts >= min_experts]
    if chosen.empty:
        message = (
            f"no question has {min_experts} or more experts, the most is {experts.max()};"
            " ask for fewer with min_experts (--min-experts)"
        )
        raise ScenarioError([Problem(_name(frame_or_csv) or "frame", 0, message)])
    asked = frame[frame["question"].isin(chosen)]
    checkpoints = walk(frame, known, chosen)
    pools = _pooled(asked, checkpoints)
    given = _answered(method, asked, checkpoints, pools, seed, tell or log.info)
    given.insert(0, "asked", asking_days(asked))
    given.insert(1, "n_experts", experts.reindex(chosen))
    given["outcome"] = asked.groupby("question", sort=False)["outcome"].first()
    return mark(
        given,
        pools,
        Asked(
            method=method,
            source=_name(frame_or_csv),
            history=_name(history),
            min_experts=min_experts,
            seed=seed,
        ),
        checkpoints,
        _notes(method, frame, known, given, checkpoints, shared),
    )


def check_method(method: str) -> None:
    """Refuse a method that is none.

    Parameters
    ----------
    method : str
        Its name.

    Raises
    ------
    ValueError
        With the nearest name.
    """
    if method in METHODS or (method.startswith(MODEL) and method != MODEL):
        return
    near = did_you_mean(method, METHODS)
    raise ValueError(f"no method '{method}'{near} (there are: {', '.join(METHODS)}, model:NAME)")


def _pooled(asked: "pd.DataFrame", checkpoints: Sequence[Checkpoint]) -> "pd.DataFrame":
    """Return what every pool says of every question."""
    import pandas as pd

    said = latest(asked)
    found = {name: rule(said) for name, rule in PLAIN.items()}
    parts: dict[str, list[pd.Series]] = {name: [] for name in LEARNING}
    for point in checkpoints:
        here, known = said[said["question"].isin(point.questions)], latest(point.known)
        for name in LEARNING:
            parts[name].append(pooled(name, here, known))
    found |= {name: pd.concat(series) for name, series in parts.items()}
    order = asked["question"].unique()
    return pd.DataFrame({name: found[name].reindex(order) for name in POOLS})


def _answered(
    method: str,
    asked: "pd.DataFrame",
    checkpoints: Sequence[Checkpoint],
    pools: "pd.DataFrame",
    seed: int,
    tell: Told,
) -> "pd.DataFrame":
    """Return the method's probability of every question, and its interval if it gives one."""
    if method in POOLS:
        return pools[[method]].set_axis(["probability"], axis=1)
    blind = asked.assign(outcome=np.nan, resolved_date=np.datetime64("NaT", "s"))
    if method.startswith(MODEL):
        from estimative.spine import score_with_model

        answers = score_with_model(blind, method.removeprefix(MODEL), seed=seed, tell=tell)
        found: pd.DataFrame = answers.set_index("question").reindex(pools.index)
        return found[["probability", "lower", "upper"]]
    from estimative.track_records import default_record

    if method == "default":
        return default_record().predict(blind).reindex(pools.index).to_frame("probability")
    return _learned(blind, checkpoints, seed, tell).reindex(pools.index).to_frame("probability")


def _learned(
    blind: "pd.DataFrame", checkpoints: Sequence[Checkpoint], seed: int, tell: Told
) -> "pd.Series":
    """Return what a record learned anew at each checkpoint says."""
    import pandas as pd

    from estimative.track_records import default_record, fit_record

    found = []
    for i, point in enumerate(checkpoints, 1):
        since = f"asked from {point.asked_from}" if point.asked_from else "without a day"
        tell(
            f"checkpoint {i} of {len(checkpoints)}: {len(point.questions):,} questions {since},"
            f" {point.n_known:,} known beforehand"
        )
        record = (
            fit_record(point.known, seed=seed, tell=tell) if point.n_known else default_record()
        )
        found.append(record.predict(blind[blind["question"].isin(point.questions)]))
    return pd.concat(found)


def _name(source: Source | None) -> str | None:
    return Path(source).as_posix() if isinstance(source, str | Path) else None


def _notes(
    method: str,
    frame: "pd.DataFrame",
    history: "pd.DataFrame | None",
    given: "pd.DataFrame",
    checkpoints: Sequence[Checkpoint],
    shared: int,
) -> tuple[str, ...]:
    """Return what a reader must know of how questions were chosen and what taught."""
    few, still = frame["question"].nunique() - len(given), int(given["outcome"].isna().sum())
    undated = int(given["asked"].isna().sum())
    late = int((frame["forecast_date"] > frame["resolved_date"]).sum())
    unlearned = sum(len(c.questions) for c in checkpoints if c.known.empty)
    by_word = 0
    if history is not None:
        by_word = history.loc[history["resolved_date"].isna(), "question"].nunique()
    source = "from the history alone" if history is not None else "from nothing learned"
    if method != "learned" and unlearned == len(given):
        unlearned = 0  # nothing was to be learned
    counted = {
        "Questions of fewer experts, not answered": few,
        "Questions that have not ended, answered but not scored": still,
        "Questions of the history that are in this table too, left out of it": shared,
        "Questions of the history without a day of resolution, known beforehand by your word": (
            by_word
        ),
        f"Questions that do not say when they were asked, answered {source}, teaching nothing": (
            undated
        ),
        "Questions asked before any other had been resolved, where what learns is its safe"
        " default": unlearned,
        "Forecasts dated after their question was resolved, which count": late,
    }
    notes = [f"{what}: {n:,}." for what, n in counted.items() if n]
    if method.startswith(MODEL) and history is not None:
        notes.append("A scenario model learns nothing from the history; the pools that learn do.")
    return tuple(notes)
