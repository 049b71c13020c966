"""Whose answer it is, and what becomes of it: new, in place of an earlier one, or known already.

What an expert answered by an earlier sheet is revised, never counted beside the new answer; what he
said elsewhere stays, and shares its weight.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from estimative.names import as_identifier, did_you_mean
from estimative.reading import People
from estimative.scenario import Scenario
from estimative.sheets.previous import Opinion, Standing, standing_answers
from estimative.sheets.questionnaire import ID_DIGITS
from estimative.sheets.replies import Reply
from estimative.sheets.tables import SheetTable
from estimative.statements import ProbabilityStatement

TABLE = "table"
"""Stands for the id of a sheet where a file is none of ours."""
LONGEST_ID = 40


@dataclass(frozen=True)
class Taken:
    """One answer, and what becomes of it.

    Attributes
    ----------
    reply : Reply
        The answer.
    expert : str
        Whose: an id.
    what : str
        `new`, `revision`, `known` or `older`.
    name : str
        The statement or the item of news that holds it, or, of what is older, a later answer.
    first : str
        The statement that holds the first answer.
    """

    reply: Reply
    expert: str
    what: str
    name: str
    first: str


def named(
    people: People, replies: Sequence[Reply]
) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """Return who the experts of some answers are.

    Parameters
    ----------
    people : People
        Everybody who can be quoted.
    replies : sequence of Reply
        The answers.

    Returns
    -------
    tuple of dict, dict and list of str
        Ids by the names that are written, names of new experts by id, and notes.
    """
    ids: dict[str, str] = {}
    new: dict[str, str] = {}
    notes = []
    for name in dict.fromkeys(reply.name for reply in replies):
        found = people.find(name)
        if found is not None:
            ids[name] = found
            expert = people.experts[found]
            if name.casefold() not in (found, expert.name.casefold()):
                told = f"; {expert.note}" if expert.note else ""
                notes.append(f"'{name}' is read as {found} ({expert.name}){told}")
            continue
        same = next((key for key, known in new.items() if known.casefold() == name.casefold()), "")
        if not same:
            same = _free(_identifier(name), {*people.places, *new}, "_")
            hint = did_you_mean(name, [e.name for e in people.experts.values()])
            new[same] = name
            cure = f"{hint} If so, mend the sheet, or give that expert the alias" if hint else ""
            notes.append(f"new expert {same}: {name}{cure}")
        ids[name] = same
    return ids, new, notes


def _identifier(name: str) -> str:
    """Return an id made of a name; letters of other scripts give none."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    if not any(c.isalpha() for c in plain):
        return "expert"
    return as_identifier(plain)[:LONGEST_ID].rstrip("_")


def _free(name: str, used: Iterable[str], joint: str) -> str:
    """Return a name that is not used: the name itself, or with a number after it."""
    used = set(used)
    if name not in used:
        return name
    count = 2
    while f"{name}{joint}{count}" in used:
        count += 1
    return f"{name}{joint}{count}"


def placed(
    scenario: Scenario,
    replies: Sequence[Reply],
    experts: Mapping[str, str],
    names: Mapping[str, str],
) -> list[Taken]:
    """Say of each answer whether it is new, replaces one, or is known.

    Parameters
    ----------
    scenario : Scenario
        As its files have it.
    replies : sequence of Reply
        The answers, each with its day.
    experts : mapping of str to str
        Ids by the names that are written.
    names : mapping of str to str
        Names to print, by id.

    Returns
    -------
    list of Taken
        By day, and within a day as they came.
    """
    questions = {reply.question.id: reply.question for reply in replies}
    stands = {
        (expert, key): _Stand.of(answer)
        for key, question in questions.items()
        for expert, answer in standing_answers(scenario, question).items()
    }
    statements = set(scenario.statements)
    items = {path.stem for path in (scenario.folder / "news").glob("*.yaml")}
    taken = []
    for reply in sorted(replies, key=lambda r: r.date or dt.date.min):
        expert = experts[reply.name]
        key = expert, reply.question.id
        now = _Said(reply.written, said_by(reply, names[expert]), reply.date or dt.date.min)
        stand = stands.get(key)
        what = "new" if stand is None else stand.judged(now, sheet_of(reply.table))
        if stand is None:
            name = first = _free(f"{expert}_{reply.question.name}", statements, "_")
            statements.add(name)
        else:
            first, name = stand.first, stand.name
        if what == "revision":
            slug = re.sub("_+", "-", f"{now.date}-{expert}-{reply.question.name}").rstrip("-")
            name = _free(slug, items, "-")
            items.add(name)
        taken.append(Taken(reply, expert, what, name, first))
        if what in ("new", "revision"):
            before = (*stand.before, stand.last) if stand else ()
            stands[key] = _Stand(first, name, now, sheet_of(reply.table), before)
    return taken


@dataclass(frozen=True)
class _Said:
    """What was answered on a day."""

    written: str
    said: str
    date: dt.date

    @classmethod
    def of(cls, statement: Opinion) -> "_Said":
        written = (
            statement.probability.written
            if isinstance(statement, ProbabilityStatement)
            else statement.strength
        )
        return cls(written, statement.said, statement.date)


@dataclass(frozen=True)
class _Stand:
    """What stands of an expert's answers to a question."""

    first: str
    name: str
    last: _Said
    sheet: str
    before: tuple[_Said, ...] = ()

    @classmethod
    def of(cls, answer: Standing) -> "_Stand":
        last, before = _Said.of(answer.statement), tuple(map(_Said.of, answer.before))
        return cls(answer.first, answer.name, last, answer.sheet, before)

    def judged(self, now: _Said, sheet: str) -> str:
        """Say what becomes of one more answer: the same sheet says the same only once."""
        if now in (self.last, *self.before):
            return "known"
        same = (now.written, now.said) == (self.last.written, self.last.said)
        if same and sheet == self.sheet != TABLE:
            return "known"
        return "older" if now.date < self.last.date else "revision"


def sheet_of(table: SheetTable) -> str:
    """Return the id of a sheet that went out, or `table` for any other file.

    Parameters
    ----------
    table : SheetTable
        The file.

    Returns
    -------
    str
        One word.
    """
    cell = table.told(table.rows[0], "sheet") if table.rows else None
    return re.sub(r"\W", "", cell.text)[:ID_DIGITS] or TABLE if cell is not None else TABLE


def said_by(reply: Reply, name: str) -> str:
    """Return what was said, in words of ours and then of the expert's.

    Parameters
    ----------
    reply : Reply
        The answer.
    name : str
        Whose.

    Returns
    -------
    str
        On one line.
    """
    answer = reply.written if not reply.best else f"{reply.best}, 90% interval {reply.written}"
    asked = sheet_of(reply.table) != TABLE
    said = f"{name}, asked in writing, answers {answer}." if asked else f"{name}: {answer}."
    said = f"{said} {reply.reason}" if reply.reason else said
    return f"{said} Relies on: {reply.cites}" if reply.cites else said
