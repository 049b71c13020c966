"""From the ledger to scores: what was said of each day, how it ended, and what others would say."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from estimative import records
from estimative.histories import recorded_as
from estimative.model_files import DEFAULT_MODEL
from estimative.records import Past
from estimative.scenario import Scenario
from estimative.scoring.claims import claims_of, frozen, scenarios_of
from estimative.scoring.expert_scores import score_experts
from estimative.scoring.resolving import current_key, outcome_key, resolution
from estimative.scoring.rivals import States, base_rate, even, statement_mean
from estimative.scoring.scores import Marks, OutcomeScore, Scores
from estimative.workflow import parse_day

SAYING = {"even": even, "base_rate": base_rate, "statements": statement_mean}


def score(
    scenario: Scenario | Sequence[Scenario] | str | Path,
    *,
    as_of: dt.date | str | None = None,
    model: str | None = None,
    interval: float = 0.9,
    seed: int = 1,
) -> Scores:
    """Score the recorded forecasts of all outcomes that are resolved by a day, and the experts.

    Of each recorded day one forecast counts, the last word when it ended (`records.said_on`), and
    only if the outcome was still open. The Brier score of an outcome with several states is half
    the sum of squares over the states, so that two states give the usual one. Experts are scored by
    their own statements, as the records of those days have them.

    Parameters
    ----------
    scenario : Scenario, sequence of Scenario, str or Path
        As it is read today; its observations resolve outcomes, and so does a window that closed in
        silence (not where silence says nothing). Several scenarios are scored together, each expert
        once; a folder of a workspace stands for all that are recorded there.
    as_of : date or str, optional
        Resolved by that day; default `scenario.date`, of each.
    model : str, optional
        The name of the model whose forecasts are scored; default the default model.
    interval : float
        Mass of the experts' central intervals, in (0, 1).
    seed : int
        Of the bootstrap that gives them.

    Returns
    -------
    Scores
        By outcome and definition, beside even chances, base rates and the mean of statements; and
        by expert.

    Raises
    ------
    ValueError
        If `as_of` is no day, or `interval` is not in (0, 1).
    ScenarioError
        If there is no workspace, or a recorded scenario of it is wrong.
    LedgerError
        If the ledger cannot be read.
    """
    if not 0 < interval < 1:
        raise ValueError(f"interval is {interval:g}; give a mass between 0 and 1, such as 0.9")
    day, name, several = parse_day(as_of), model or DEFAULT_MODEL, scenarios_of(scenario)
    outcomes = [o for each in several for o in _outcomes(each, day or each.date, name)]
    experts = score_experts(claims_of(several, as_of=day), interval=interval, seed=seed)
    return Scores(several, day, name, tuple(outcomes), experts)


def _outcomes(scenario: Scenario, day: dt.date, name: str) -> list[OutcomeScore]:
    """Return the scores of the recorded forecasts of one scenario by one model."""
    slug, ledger = recorded_as(scenario)
    said = records.said_on(records.past(slug, ledger, until=day, model=name))
    then = frozen(scenario, ledger, said)
    spoken: dict[str, list[_Spoken]] = defaultdict(list)
    for past in said:
        for row in past.outcomes:
            known = then[past.known]
            key = outcome_key(row["name"], known.outcomes[row["name"]])
            spoken[key].append(_Spoken(past, row, known))
    return [_score(scenario, day, key, rows) for key, rows in spoken.items()]


@dataclass(frozen=True)
class _Spoken:
    """One recorded forecast of one outcome, and the scenario behind it."""

    past: Past
    row: Mapping[str, Any]
    known: Scenario

    @property
    def name(self) -> str:
        return str(self.row["name"])


def _score(scenario: Scenario, day: dt.date, key: str, spoken: Sequence[_Spoken]) -> OutcomeScore:
    newest = spoken[-1]
    outcome = newest.known.outcomes[newest.name]
    ended = resolution(scenario, newest.name, outcome, day)
    given = [s for s in spoken if s.row["withheld"] is None]
    counted = [s for s in given if s.past.as_of < ended.on] if ended else []
    marks = _all_marks(ended.state, counted) if ended and counted else {}
    ours = marks.pop("ours", None)
    return OutcomeScore(
        scenario=scenario.slug,
        outcome=newest.name,
        title=outcome.title,
        key=key,
        amended=key != current_key(scenario, newest.name),
        resolution=ended,
        n=len(counted),
        withheld=len(spoken) - len(given),
        late=sum(s.past.written.date() >= ended.on for s in counted if ended),
        brier=ours.brier if ours else None,
        log=ours.log if ours else None,
        rivals=marks,
    )


def _all_marks(came: str, counted: Sequence[_Spoken]) -> dict[str, Marks]:
    """Return the marks of the forecasts (`ours`), and of each rival where it says anything."""
    ours = [_marks(came, s.row["states"]) for s in counted]
    answers = {r: [says(s.known, s.name) for s in counted] for r, says in SAYING.items()}
    answers["ours"] = [s.row["states"] for s in counted]
    marks = {}
    for rival, said in answers.items():
        both = [
            (_marks(came, states), own) for states, own in zip(said, ours, strict=True) if states
        ]
        if both:
            theirs, own = zip(*both, strict=True)
            marks[rival] = Marks(len(both), *_means(theirs), *_means(own))
    return marks


def _means(marks: Sequence[tuple[float, float]]) -> tuple[float, float]:
    brier, log = (math.fsum(column) / len(marks) for column in zip(*marks, strict=True))
    return brier, log


def _marks(came: str, states: States) -> tuple[float, float]:
    """Return Brier and log score of the probabilities of states, given the one that came."""
    from scoringrules import brier_score, log_score

    seen = [float(state == came) for state in states]
    squares = brier_score(seen, list(states.values()))
    with np.errstate(divide="ignore"):  # who rules out what comes has an infinite log score
        return float(squares.sum()) / 2, float(log_score(1, states[came]))
