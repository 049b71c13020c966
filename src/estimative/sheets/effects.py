"""What sheets change: each outcome's number before and after, beside the analyst's sealed one."""

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from estimative.forecasting import Forecast
from estimative.results import Answer, Table, percent, points
from estimative.sheets.intake import Intake, Taken
from estimative.sheets.previous import probability_of
from estimative.sheets.questionnaire import Question, find_question, questions_of
from estimative.sheets.seals import shown

WHAT = {
    "new": "new",
    "revision": "replaces",
    "known": "already in",
    "older": "older, left out",
}


@dataclass(frozen=True, eq=False)
class SheetEffect(Answer):
    """What sheets change.

    Attributes
    ----------
    intake : Intake
        What they add.
    before, after : Forecast
        As of the same day, without and with them.
    """

    intake: Intake
    before: Forecast
    after: Forecast

    def records(self) -> list[dict[str, Any]]:
        """Return one mapping a question; probabilities in [0, 1], None where there is none."""
        before, after = _said(self.before), _said(self.after)
        rows = []
        for question in self._questions():
            assert question.event is not None
            own = self.intake.own.get(question.id)
            sheet = self._sheet(question)
            now = after.get(question.event)
            number = own.probability if own else None
            rows.append(
                {
                    "question": question.id,
                    "title": question.title,
                    "before": before.get(question.event),
                    "after": now,
                    "own": number,
                    "own_written": own.written if own else None,
                    "own_sealed": own.sealed.written if own else None,
                    "own_late": own.late if own else None,
                    "own_less_after": None if number is None or now is None else number - now,
                    "experts": len(sheet),
                    "mean": statistics.fmean(sheet) if sheet else None,
                    "lowest": min(sheet, default=None),
                    "highest": max(sheet, default=None),
                    "answers": [
                        _record(t) for t in self.intake.taken if t.reply.question == question
                    ],
                }
            )
        return rows

    def tables(self) -> list[Table]:
        """Return the answers, then what they change."""
        return [_answers_table(self.intake), self._change()]

    def _questions(self) -> list[Question]:
        """Return what a sheet of the scenario asks, and what these answer besides."""
        scenario = self.intake.known
        asked = {question.id: question for question in questions_of(scenario)}
        for t in self.intake.taken:
            question = t.reply.question
            if question.event is not None and question.event[0] in scenario.outcomes:
                asked.setdefault(question.id, question)
        return list(asked.values())

    def _sheet(self, question: Question) -> list[float]:
        """Return the probabilities that the sheets have for a question, the latest of each."""
        lexicon = self.intake.scenario.lexicon
        latest = {
            t.expert: probability_of(t.reply.chance, lexicon)
            for t in self.intake.taken
            if t.reply.question.id == question.id and t.reply.chance and t.what != "older"
        }
        return list(latest.values())

    def _change(self) -> Table:
        rows = []
        for record in self.records():
            question = find_question(self.intake.known, record["question"])
            span = "-"
            if record["experts"]:
                span = f"{percent(record['lowest'])} to {percent(record['highest'])}"
            same = record["experts"] and record["lowest"] == record["highest"]
            less = record["own_less_after"]
            rows.append(
                (
                    question.id,
                    shown(self.intake.own.get(question.id)),
                    str(record["experts"]),
                    percent(record["lowest"]) if same else span,
                    percent(record["mean"]),
                    percent(record["before"]),
                    percent(record["after"]),
                    "-" if less is None else points(less),
                )
            )
        columns = (*("outcome", "own", "n", "sheets", "mean", "before", "after", "own - after"),)
        title = f"What the sheets change, as of {self.after.as_of}."
        return Table(title, columns, rows, self._sealing())

    def _sealing(self) -> list[str]:
        """Return sentences on how the analyst's own numbers came before."""
        own = self.intake.own
        notes = []
        if own:
            first = min(number.sealed.written for number in own.values())
            notes.append(
                f"own: the analyst's numbers, sealed {first:%Y-%m-%d %H:%M} UTC; own - after in"
                " percentage points; mean: the plain mean of the sheets."
            )
        if any(number.late for number in own.values()):
            notes.append("*: sealed only after answers of others to it had been read.")
        if self.intake.unsealed:
            names = ", ".join(self.intake.unsealed)
            notes.append(f"Read without own numbers (--unsealed): {names}; the ledger says so.")
        return notes


def _record(taken: Taken) -> dict[str, Any]:
    """Return what becomes of an answer."""
    return {
        "expert": taken.expert,
        "answer": taken.reply.written,
        "date": taken.reply.date,
        "what": taken.what,
        "name": taken.name,
        "file": taken.reply.table.file,
        "place": taken.reply.place,
    }


def _answers_table(intake: Intake) -> Table:
    rows = [
        (
            t.expert,
            t.reply.question.id,
            t.reply.written,
            str(t.reply.date),
            _fate(t),
            f"{t.reply.table.file}, {t.reply.place}",
        )
        for t in intake.taken
    ]
    columns = ("expert", "question", "answer", "on", "becomes", "from")
    files = len({t.reply.table.file for t in intake.taken})
    title = f"{len(rows)} answers of {len({t.expert for t in intake.taken})} experts"
    return Table(f"{title} in {files} file{'s' * (files != 1)}.", columns, rows, intake.notes)


def _fate(taken: Taken) -> str:
    if taken.what == "new":
        return taken.name
    if taken.what == "revision":
        return f"replaces {taken.first}: {taken.name}"
    return WHAT[taken.what]


def _said(forecast: Forecast) -> Mapping[tuple[str, str], float]:
    """Return the probability of every state of every outcome that has an answer."""
    return {
        (result["name"], state): probability
        for result in forecast.results()
        if not result["withheld"]
        for state, probability in result["states"].items()
    }


def sheet_effect(intake: Intake, before: Forecast, after: Forecast) -> SheetEffect:
    """Return what sheets change.

    Parameters
    ----------
    intake : Intake
        What they add.
    before, after : Forecast
        Forecasts of `intake.scenario` and of `intake.known`, as of one day.

    Returns
    -------
    SheetEffect
        Each outcome's number before and after, beside the analyst's sealed one.

    Raises
    ------
    ValueError
        If the forecasts are as of two days.
    """
    if before.as_of != after.as_of:
        raise ValueError(f"the forecasts are as of {before.as_of} and {after.as_of}; take one day")
    return SheetEffect(intake, before, after)
