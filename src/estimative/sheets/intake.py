"""Filled sheets taken in: what they add to a scenario, shown first, then written whole.

New answers become statements of scenario.yaml, with a source for each sheet and an entry for each
new expert; an answer that replaces an earlier one from a sheet becomes an item of news of
`kind: revision`. The scenario's own reader judges the result before anything is written.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from estimative.errors import EstimativeError, LedgerError, Problem, ScenarioError
from estimative.names import listed
from estimative.news_files import check_own
from estimative.reading import read_experts
from estimative.scenario import Scenario
from estimative.sheets.entries import entries_of, read_with_sheets, with_sections
from estimative.sheets.insertion import indented
from estimative.sheets.placing import Taken, named, placed
from estimative.sheets.remarks import remarks_on
from estimative.sheets.replies import (
    Reply,
    check_states,
    once,
    plain_text,
    questions_answered,
    replies_of,
)
from estimative.sheets.seals import OwnNumber, note_reading, own_numbers, unsealed_questions
from estimative.sheets.table_files import read_table
from estimative.sheets.tables import SheetTable
from estimative.sheets.writing import write_together
from estimative.workspace import SCENARIO_FILE


class UnsealedError(EstimativeError, ValueError):
    """Answers of others are not read before the analyst's own numbers are sealed."""


@dataclass(frozen=True)
class Intake:
    """What sheets add to a scenario.

    Attributes
    ----------
    scenario, known : Scenario
        As its files have it, and as they would have it.
    taken : tuple of Taken
        Every answer.
    new_experts : mapping of str to str
        Names of experts who are not in the scenario yet, by the id they get.
    own : mapping of str to OwnNumber
        What the analyst sealed, by question.
    unsealed : tuple of str
        Questions whose answers were read although nothing was sealed.
    notes : tuple of str
        What a reader should know.
    before : bytes
        scenario.yaml as it was read.
    text : str
        scenario.yaml as it would be.
    added : str
        What it gains.
    items : mapping of str to str
        Texts of new items of news, by id.
    """

    scenario: Scenario
    known: Scenario
    taken: tuple[Taken, ...]
    new_experts: Mapping[str, str]
    own: Mapping[str, OwnNumber]
    unsealed: tuple[str, ...]
    notes: tuple[str, ...]
    before: bytes = field(repr=False)
    text: str = field(repr=False)
    added: str = field(repr=False)
    items: Mapping[str, str] = field(repr=False)

    @property
    def changes(self) -> tuple[Taken, ...]:
        """The answers that are not in the scenario yet."""
        return tuple(t for t in self.taken if t.what in ("new", "revision"))

    @property
    def date(self) -> dt.date:
        """The day as of which the scenario knows all of them."""
        days = [t.reply.date for t in self.changes if t.reply.date is not None]
        return max([self.scenario.date, *days])

    def write(self) -> tuple[Path, ...]:
        """Write what is new, whole or not at all.

        Returns
        -------
        tuple of Path
            The files that were changed or made.

        Raises
        ------
        ScenarioError
            If scenario.yaml was changed meanwhile, or belongs to the installed package.
        LedgerError
            If a file cannot be written.
        """
        if not self.changes:
            return ()
        folder = self.scenario.folder
        check_own(folder)
        file = (folder / SCENARIO_FILE).resolve()
        if file.read_bytes() != self.before:
            message = "was changed meanwhile; nothing was written; run the command again"
            raise ScenarioError([Problem(SCENARIO_FILE, 0, message)])
        try:
            content = self.text.encode("utf-8")
            items = {folder / "news" / f"{item}.yaml": text for item, text in self.items.items()}
            return write_together(file, content, self.before, items)
        except OSError as error:
            place = error.filename or file
            message = f"{place} cannot be written: {error.strerror or error}; nothing was changed"
            raise LedgerError(message) from error


def read_sheets(
    scenario: Scenario,
    files: Sequence[str | Path],
    *,
    unsealed: bool = False,
    date: dt.date | None = None,
) -> Intake:
    """Read filled sheets, or tables of forecasts, and return what they add to a scenario.

    That answers of others were read goes into the ledger at once; the scenario's files are changed
    by `Intake.write` only.

    Parameters
    ----------
    scenario : Scenario
        As `read_scenario` returns it.
    files : sequence of str or Path
        .xlsx or .csv files: sheets of `write_sheets`, or any table with columns expert, question
        (an outcome), probability and forecast_date.
    unsealed : bool
        Whether they are read although the analyst has sealed no number of his own.
    date : date, optional
        The day of answers that bear none.

    Returns
    -------
    Intake
        The scenario with them, and how it comes to be.

    Raises
    ------
    UnsealedError
        If no own number is sealed for an outcome that they answer.
    ScenarioError
        With everything that is wrong in any of them.
    LedgerError
        If the ledger cannot be read or written.
    """
    check_own(scenario.folder)
    tables = _read_all([Path(file) for file in files])
    _check_scenario(tables, scenario)
    asked = {q.id: q for table in tables for q in questions_answered(table, scenario)}
    own = own_numbers(scenario, asked.values())
    missing = unsealed_questions(scenario, asked.values())
    if missing and not unsealed:
        raise UnsealedError(_why_refused(scenario, missing))
    people = read_experts(scenario.folder)
    replies = [_told(reply, date) for table in tables for reply in _checked(table, scenario)]
    experts, new, notes = named(people, replies)
    replies = once(replies, experts)
    if problems := [problem for table in tables for problem in table.problems]:
        raise ScenarioError(problems)
    note_reading(scenario, [(t.file, t.sha256) for t in tables], asked.values(), missing)
    names = {key: expert.name for key, expert in people.experts.items()} | new
    taken = placed(scenario, replies, experts, names)
    sections, items = entries_of(scenario, names, taken, new)
    before = (scenario.folder / SCENARIO_FILE).read_bytes()
    text = with_sections(before.decode("utf-8"), sections)
    return Intake(
        scenario=scenario,
        known=read_with_sheets(scenario, text, items),
        taken=tuple(taken),
        new_experts=new,
        own=own,
        unsealed=missing,
        notes=tuple(dict.fromkeys([*notes, *remarks_on(scenario, tables, taken)])),
        before=before,
        text=text,
        added="".join(f"{section}:\n{indented(block)}" for section, block in sections.items()),
        items=items,
    )


def _why_refused(scenario: Scenario, missing: Sequence[str]) -> str:
    options = " ".join(f"--outcome {name} --probability N%" for name in missing[:2])
    more = " ..." if len(missing) > 2 else ""
    return (
        f"your own numbers are not sealed for {listed(missing, 'and')}; seal them before you read"
        f" those of others: estimative sheet seal {scenario.slug} {options}{more}; or read on"
        " without: --unsealed, which the ledger keeps"
    )


def _read_all(paths: Sequence[Path]) -> list[SheetTable]:
    """Read every file; what is wrong with any is reported together."""
    tables: list[SheetTable] = []
    problems: list[Problem] = []
    for path in dict.fromkeys(paths):
        try:
            tables.append(read_table(path))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError([*problems, *(p for table in tables for p in table.problems)])
    return list({table.sha256: table for table in tables}.values())


def _check_scenario(tables: Sequence[SheetTable], scenario: Scenario) -> None:
    """Refuse sheets that went out for another scenario, before anything else in them is read."""
    problems = []
    for table in tables:
        told = (table.told(row, "scenario") for row in table.rows)
        cell = next((c for c in told if c and plain_text(c.text) != scenario.slug), None)
        if cell is not None:
            came = f"the sheet belongs to scenario '{plain_text(cell.text)[:60]}', not to"
            message = f"{cell.place}: {came} '{scenario.slug}'; name that scenario"
            problems.append(Problem(table.file, cell.line, message))
    if problems:
        raise ScenarioError(problems)


def _checked(table: SheetTable, scenario: Scenario) -> list[Reply]:
    """Return a sheet's answers, each with a name."""
    replies = replies_of(table, scenario)
    for reply, message in check_states(replies, scenario):
        table.refuse(reply.line, message)
    for reply in replies:
        if not reply.name:
            cure = "your name, or in a column expert"
            where = "in the cell beside 'Your name'" if "expert" in table.head else f"as {cure}"
            message = f"nobody is named as the one who answers; write the name {where}"
            table.refuse(reply.line, message)
            if "expert" in table.head:
                break  # one name for all rows
    if not replies and not table.problems:
        table.problems.append(Problem(table.file, 0, "holds no answer; fill in the yellow cells"))
    return replies


def _told(reply: Reply, date: dt.date | None) -> Reply:
    """Return an answer with its day; one without any is refused."""
    day = reply.date or date
    if day is None:
        cure = "write it in a column forecast_date, or give --date DAY for all of them"
        reply.table.refuse(reply.line, f"the day of the answer is missing; {cure}")
    return replace(reply, date=day)
