"""From the ledger to scores: what was said of each day, how it ended, and what others would say."""

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from estimative import records
from estimative.histories import recorded_as
from estimative.inputs import known_scenario
from estimative.model_files import DEFAULT_MODEL
from estimative.records import Past
from estimative.scenario import Scenario
from estimative.scoring.resolving import current_key, outcome_key, resolution
from estimative.scoring.rivals import States, base_rate, even, statement_mean
from estimative.scoring.scores import Marks, OutcomeScore, Scores
from estimative.workflow import parse_day

SAYING = {"even": even, "base_rate": base_rate, "statements": statement_mean}


def score(
    scenario: Scenario, *, as_of: dt.date | str | None = None, model: str | None = None
) -> Scores:
    """Score the recorded forecasts of all outcomes that are resolved by a day.

    Of each recorded day one forecast counts, the last word when it ended (`records.said_on`), and
    only if the outcome was still open. The Brier score of an outcome with several states is half
    the sum of squares over the states, so that two states give the usual one.

    Parameters
    ----------
    scenario : Scenario
        As it is read today; its observations resolve outcomes, and so does a window that closed in
        silence (not where silence says nothing).
    as_of : date or str, optional
        Resolved by that day; default `scenario.date`.
    model : str, optional
        The name of the model whose forecasts are scored; default the default model.

    Returns
    -------
    Scores
        By outcome and definition, beside even chances, base rates and the mean of statements.

    Raises
    ------
    ValueError
        If `as_of` is no day.
    LedgerError
        If the ledger cannot be read.
    """
    day, name = parse_day(as_of) or scenario.date, model or DEFAULT_MODEL
    slug, ledger = recorded_as(scenario)
    said = records.said_on(records.past(slug, ledger, until=day, model=name))
    stored = records.texts(ledger, {past.known for past in said})
    then = {h: known_scenario(text, scenario.folder) for h, text in stored.items()}
    spoken: dict[str, list[_Spoken]] = defaultdict(list)
    for past in said:
        for row in past.outcomes:
            known = then[past.known]
            key = outcome_key(row["name"], known.outcomes[row["name"]])
            spoken[key].append(_Spoken(past, row, known))
    return Scores(
        scenario, day, name, tuple(_score(scenario, day, key, rows) for key, rows in spoken.items())
    )


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
