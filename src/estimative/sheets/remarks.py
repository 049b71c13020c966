"""What a reader should know of sheets before they are taken in, in sentences."""

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import chain

from estimative.names import listed
from estimative.reading import written_chance
from estimative.results import percent
from estimative.scenario import Scenario
from estimative.sheets.placing import Taken
from estimative.sheets.previous import probability_of
from estimative.sheets.replies import plain_text
from estimative.sheets.tables import SheetTable

FAR = 0.05  # a best guess from the middle of its range


def remarks_on(
    scenario: Scenario, tables: Sequence[SheetTable], taken: Sequence[Taken]
) -> list[str]:
    """Return what a reader should know of sheets.

    Parameters
    ----------
    scenario : Scenario
        As its files have it.
    tables : sequence of SheetTable
        The sheets.
    taken : sequence of Taken
        Their answers.

    Returns
    -------
    list of str
        Sentences.
    """
    said = [_of_answer(scenario, t) for t in taken]
    notes = [*_of_files(tables), *_changed_questions(tables, taken), *chain.from_iterable(said)]
    days = [t.reply.date for t in taken if t.reply.date is not None]
    if scenario.as_of is not None and max(days, default=scenario.as_of) > scenario.as_of:
        notes.append(
            f"the scenario is as of {scenario.as_of}, so that a forecast uses the later of these"
            " answers only with --as-of"
        )
    return notes


def _of_files(tables: Sequence[SheetTable]) -> Iterator[str]:
    for table in tables:
        if table.unused:
            columns = ", ".join(f"'{plain_text(name)[:40]}'" for name in table.unused[:8])
            yield f"{table.file}: columns that are not read: {columns}"
        undated = "forecast_date" in table.head and table.head["forecast_date"].value is None
        if undated and "as_of" in table.head:
            day = table.head["as_of"].text
            yield f"{table.file}: 'Answered on' is empty; dated as of the sheet, {day}"


def _of_answer(scenario: Scenario, taken: Taken) -> Iterator[str]:
    reply = taken.reply
    place = f"{reply.table.file}, {reply.place}"
    if reply.date is not None and reply.date > dt.datetime.now(dt.UTC).date():
        yield f"{place}: dated {reply.date}, after today; mend the date"
    if taken.what == "older":
        later = f"{taken.expert} on {reply.question.id} is older than what he answered later"
        yield f"{place}: {later} ({taken.name}); left out"
    if taken.what in ("new", "revision") and (off := _off_middle(taken)):
        yield off
    if taken.what == "new":
        beside = [
            name
            for name, statement in scenario.statements.items()
            if statement.expert == taken.expert and reply.question.asks_of(statement)
        ]
        if beside:
            stands = f"{taken.name} stands beside {listed(beside, 'and')}, where {taken.expert}"
            yield f"{stands} spoke of the same; together they have the weight of one"


def _off_middle(taken: Taken) -> str:
    """Say that a range counts by its middle, where that is far from the best guess."""
    reply = taken.reply
    if not (reply.best and reply.chance):
        return ""
    middle = probability_of(reply.chance, "icd203")
    best = written_chance(reply.best).point
    if best is None or abs(middle - best) < FAR:
        return ""
    return (
        f"{taken.name}: counted as {reply.written}, whose middle is {percent(middle)}, not"
        f" {reply.best}"
    )


def _changed_questions(tables: Sequence[SheetTable], taken: Sequence[Taken]) -> list[str]:
    """Say which questions are worded otherwise now than in a sheet."""
    rows = {(table.sha256, row.line): row for table in tables for row in table.rows}
    notes = []
    for t in taken:
        row, question = rows[t.reply.table.sha256, t.reply.line], t.reply.question
        for column in ("title", "definition", "window"):
            written = plain_text(row.text(column))
            if written and written != plain_text(getattr(question, column)):
                notes.append(
                    f"{t.reply.table.file}, row {t.reply.line}: the {column} of {question.id} is"
                    f" another now than on the sheet ('{written[:60]}')"
                )
    return notes
