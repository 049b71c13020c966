"""From the rows of a sheet to what was answered; every fault of every cell is kept.

A probability is taken in whatever form leaves no doubt: 35%, 0.35, 35, a range, or a phrase of the
scenario's lexicon. What could be meant in two ways, such as 1, is refused with both.
"""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from estimative.lexicon import read_lexicon, strength
from estimative.reading import written_chance
from estimative.scenario import Scenario
from estimative.sheets.questionnaire import Question, find_question
from estimative.sheets.tables import ANSWERED, Cell, Row, SheetTable
from estimative.statements import Chance

NOBODY = frozenset({"", "na", "n/a", "nan", "<na>", "anonymous", "unknown", "-", "?"})
LONGEST_NAME = 100
JOINERS = "\u200c\u200d"  # which scripts need between letters

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.IGNORECASE)
_PER_CENT = re.compile(r"(?<=\d)\s*(?:%|per\s?cent)$", re.IGNORECASE)


@dataclass(frozen=True)
class Reply:
    """One answer to one question.

    Attributes
    ----------
    table : SheetTable
        The file that it stands in.
    line : int
        Its row.
    place : str
        Where the answer stands, such as `Answers!F8` or `line 3`.
    question : Question
        What was asked.
    written : str
        The answer as the scenario's language has it: a probability, or a strength.
    chance : Chance or None
        The probability.
    best : str
        The best guess, where a range was given with it.
    words, reason, cites : str
        As written; empty where nothing was.
    name : str
        Who answers, as written; empty for nobody.
    date : date or None
        When.
    """

    table: SheetTable
    line: int
    place: str
    question: Question
    written: str
    chance: Chance | None
    best: str = ""
    words: str = ""
    reason: str = ""
    cites: str = ""
    name: str = ""
    date: dt.date | None = None


def replies_of(table: SheetTable, scenario: Scenario) -> list[Reply]:
    """Return what a sheet answers; what is wrong goes to the table's problems.

    Parameters
    ----------
    table : SheetTable
        The sheet.
    scenario : Scenario
        Names the questions, and reads the words.

    Returns
    -------
    list of Reply
        One for each row that answers its question.
    """
    readers = _Reader(table, scenario)
    return [reply for row in table.rows if (reply := readers.reply(row)) is not None]


def questions_answered(table: SheetTable, scenario: Scenario) -> list[Question]:
    """Return which questions a sheet answers, looking at no answer.

    Parameters
    ----------
    table : SheetTable
        The sheet.
    scenario : Scenario
        Names the questions.

    Returns
    -------
    list of Question
        Each once; rows whose question is none are left out.
    """
    found: dict[str, Question] = {}
    for row in table.rows:
        if not any(row.text(column) for column in ANSWERED):
            continue
        try:
            question = find_question(scenario, row.text("question"))
        except ValueError:
            continue
        found.setdefault(question.id, question)
    return list(found.values())


def plain_text(text: str) -> str:
    """Return a text on one line, without what steers the direction or the look of writing.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The text.
    """
    kept = (c if c.isprintable() or c in JOINERS else " " if c.isspace() else "" for c in text)
    return " ".join("".join(kept).split())


def read_probability(cell: Cell, *, percents: bool | None = None) -> Chance:
    """Return the probability of a cell; a number is written in per cents.

    Parameters
    ----------
    cell : Cell
        A number, or a text.
    percents : bool, optional
        Whether the bare numbers of its sheet are mostly per cents, or mostly fractions, so that one
        of the other kind could be either.

    Returns
    -------
    Chance
        The probability; a phrase is not looked up.

    Raises
    ------
    ValueError
        If it is none, or could be one of two.
    """
    text = _PER_CENT.sub("%", plain_text(cell.text).replace("\u066a", "%"))
    if not _NUMBER.fullmatch(text):
        return written_chance(text)
    value = float(text)
    fraction = 0 <= value < 1
    if value == 1:
        raise ValueError("1 can be read as 1% or as 100%; write 1%, or 99% for next to certain")
    if _is_bare(cell) and percents is fraction and value != 0:
        kind = "per cents" if percents else "fractions"
        raise ValueError(
            f"{text} can be read as {value:g}% or as {100 * value:g}%, for the other numbers of the"
            f" sheet are {kind}; write it with a % sign"
            if fraction
            else f"{text} is above 1, and the other numbers of the sheet are {kind}; mend it, or"
            " write it with a % sign"
        )
    return written_chance(f"{100 * value if fraction else value:.10g}%")


def _is_bare(cell: Cell | None) -> bool:
    """Whether a cell holds a number without a sign of per cents."""
    if cell is None or cell.value is None or not _NUMBER.fullmatch(cell.text):
        return False
    return not (isinstance(cell.value, float) and cell.percent and 0 < cell.value < 1)


class _Reader:
    """Reads the rows of one sheet."""

    def __init__(self, table: SheetTable, scenario: Scenario) -> None:
        self.table, self.scenario = table, scenario
        cells = (row.cells.get(c) for row in table.rows for c in ANSWERED[:3])
        bare = [float(cell.text) for cell in cells if cell is not None and _is_bare(cell)]
        above = sum(value > 1 for value in bare)
        below = sum(0 < value < 1 for value in bare)
        self.percents = above > below if above and below else None

    def reply(self, row: Row) -> Reply | None:
        if not any(row.text(column) for column in ANSWERED):
            return None
        before = len(self.table.problems)
        question = self._question(row)
        name, date = self._name(row), self._date(row)
        if question is None:
            return None
        answer = self._strength(row) if question.link else self._probability(row)
        if answer is None or len(self.table.problems) > before:
            return None
        cell, written, chance, best = answer
        place = f"{self.table.worksheet}!{cell.place}" if self.table.worksheet else ""
        return Reply(
            table=self.table,
            line=row.line,
            place=place or f"line {row.line}",
            question=question,
            written=written,
            chance=chance,
            best=best,
            words=plain_text(row.text("words")) if chance and not chance.phrase else "",
            reason=plain_text(row.text("reason")),
            cites=plain_text(row.text("source")),
            name=name,
            date=date,
        )

    def _question(self, row: Row) -> Question | None:
        cell = row.cells["question"]
        if cell.value is None:
            self.table.refuse(cell, "names no question; write an outcome's name")
            return None
        try:
            return find_question(self.scenario, plain_text(cell.text))
        except ValueError as error:
            self.table.refuse(cell, str(error))
            return None

    def _name(self, row: Row) -> str:
        cell = self.table.told(row, "expert")
        name = plain_text(cell.text) if cell is not None else ""
        if cell is not None and len(name) > LONGEST_NAME:
            message = f"'{name[:30]}...' is a name of {len(name)} characters"
            self.table.refuse(cell, f"{message}; write at most {LONGEST_NAME}")
        return "" if name.casefold() in NOBODY else name

    def _date(self, row: Row) -> dt.date | None:
        cell = self.table.told(row, "forecast_date")
        if cell is None or plain_text(cell.text).casefold() in NOBODY:
            cell = self.table.told(row, "as_of")
        if cell is None or isinstance(cell.value, dt.date):
            return cell.value if cell is not None else None  # type: ignore[return-value]
        try:
            return dt.date.fromisoformat(cell.text[:10] if "T" in cell.text else cell.text)
        except ValueError:
            shown = f"'{cell.text[:30]}' is not a day"
            self.table.refuse(cell, f"{shown}; write it as year-month-day, such as 2025-03-12")
            return None

    def _probability(self, row: Row) -> tuple[Cell, str, Chance, str] | None:
        before = len(self.table.problems)
        point, low, high, words = (self._chance(row, column) for column in ANSWERED)
        if len(self.table.problems) > before:
            return None
        if low and high:
            return self._range(point, low, high)
        if lone := low or high:
            self.table.refuse(lone[0], "low and high belong together; write both, or neither")
            return None
        found = point or words
        return (found[0], found[1].written, found[1], "") if found else None

    def _range(
        self,
        point: tuple[Cell, Chance] | None,
        low: tuple[Cell, Chance],
        high: tuple[Cell, Chance],
    ) -> tuple[Cell, str, Chance, str] | None:
        at, (bottom, top) = point or low, (low[1].point, high[1].point)
        if point and point[1].low is not None:
            self.table.refuse(at[0], "holds a range, beside low and high; write one number here")
            return None
        if bottom is None or top is None:
            cell = low[0] if bottom is None else high[0]
            self.table.refuse(cell, "is no number; write one such as 20%")
            return None
        if bottom >= top:
            shown = f"high ({100 * top:g}%) is not above low ({100 * bottom:g}%)"
            self.table.refuse(high[0], f"{shown}; exchange or mend them")
            return None
        best = point[1].point if point else None
        if best is not None and not bottom <= best <= top:
            shown = f"{100 * best:g}% lies outside {100 * bottom:g} to {100 * top:g}%"
            self.table.refuse(at[0], f"{shown}, its own low and high; mend one of them")
            return None
        written = f"{100 * bottom:.10g}-{100 * top:.10g}%"
        told = "" if point is None else point[1].written
        return at[0], written, written_chance(written), told

    def _chance(self, row: Row, column: str) -> tuple[Cell, Chance] | None:
        cell = row.cells.get(column)
        if cell is None or cell.value is None:
            return None
        try:
            found = read_probability(cell, percents=self.percents)
            if found.phrase is not None:
                read_lexicon(self.scenario.lexicon).meaning(found.phrase)
        except ValueError as error:
            self.table.refuse(cell, str(error))
            return None
        return cell, found

    def _strength(self, row: Row) -> tuple[Cell, str, None, str] | None:
        cell = row.cells.get("words")
        other = next((row.cells[c] for c in ANSWERED[:3] if row.text(c)), None)
        if other is not None:
            message = "a link takes no probability; choose in Words whether it raises or lowers"
            self.table.refuse(other, message)
            return None
        if cell is None or cell.value is None:
            return None
        written = plain_text(cell.text)
        try:
            strength(written, "influence")
        except ValueError as error:
            self.table.refuse(cell, str(error))
            return None
        return cell, written, None, ""


def once(found: Iterable[Reply], ids: Mapping[str, str]) -> list[Reply]:
    """Return answers without repetitions; two different ones of one person and day are refused.

    Parameters
    ----------
    found : iterable of Reply
        Of all sheets.
    ids : mapping of str to str
        Experts by the names that are written.

    Returns
    -------
    list of Reply
        Each once.
    """
    kept: dict[tuple[str, str, dt.date | None], Reply] = {}
    for reply in found:
        who = ids.get(reply.name, reply.name)
        first = kept.setdefault((who, reply.question.id, reply.date), reply)
        if first is not reply and first.written != reply.written:
            message = f"{who} answers {reply.question.id} with {reply.written} here and with"
            message = f"{message} {first.written} in {first.table.file}, {first.place}"
            reply.table.refuse(reply.line, f"{message}, on the same day; take one out")
    return list(kept.values())


def check_states(found: list[Reply], scenario: Scenario) -> Iterator[tuple[Reply, str]]:
    """Yield answers on states of one outcome that together leave nothing for the others.

    Parameters
    ----------
    found : list of Reply
        One sheet's.
    scenario : Scenario
        Names the states.

    Yields
    ------
    tuple of Reply and str
        The last of them, and what is wrong.
    """
    together: dict[tuple[str, str, dt.date | None], list[Reply]] = defaultdict(list)
    for reply in found:
        if reply.question.event and reply.chance and reply.chance.point is not None:
            together[reply.name.casefold(), reply.question.event[0], reply.date].append(reply)
    for (_, node, _), replies in together.items():
        total = sum(r.chance.point or 0 for r in replies if r.chance)
        states = scenario.nodes[node]
        short = len({r.question.id for r in replies}) < len(states)
        if len(states) > 2 and len(replies) > 1 and total > 1 + 0.02 * (not short) - 1e-9 * short:
            shown = " + ".join(r.written for r in replies)
            rest = "leave nothing for the other states" if short else "are more than 100%"
            yield replies[-1], f"the states of {node} {rest} ({shown}); mend them"
