"""The analyst's own numbers, sealed in the ledger before anybody else's are read."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from estimative import records
from estimative.errors import Problem, ScenarioError
from estimative.lexicon import read_lexicon
from estimative.records import Sealed
from estimative.results import percent
from estimative.scenario import Scenario
from estimative.sheets.previous import probability_of
from estimative.sheets.questionnaire import Question, find_question
from estimative.sheets.replies import Reply, check_states, read_probability, replies_of
from estimative.sheets.table_files import read_table
from estimative.sheets.tables import Cell
from estimative.statements import Chance
from estimative.workflow import runs_folder


@dataclass(frozen=True)
class OwnNumber:
    """What the analyst sealed of one question.

    Attributes
    ----------
    written : str
        As sealed.
    probability : float
        What it stands for.
    sealed : Sealed
        The entry.
    late : bool
        Whether answers of others to this question had been read before.
    """

    written: str
    probability: float
    sealed: Sealed
    late: bool


def seal_numbers(scenario: Scenario, numbers: Mapping[str, str | float] | str | Path) -> Sealed:
    """Seal the analyst's own numbers in the ledger.

    Parameters
    ----------
    scenario : Scenario
        What they are about.
    numbers : mapping of str to (str or float), str or Path
        A probability for each outcome (`outcome=state` where it has more than two states), as a
        number, a range or a phrase of the scenario's lexicon; or the .xlsx or .csv file of a sheet
        that was filled in.

    Returns
    -------
    Sealed
        The entry, with its id and time. The same numbers again are not sealed twice.

    Raises
    ------
    ScenarioError
        With everything that is wrong with them.
    LedgerError
        If the ledger cannot be written.
    """
    if isinstance(numbers, str | Path):
        found, source = _from_file(scenario, Path(numbers))
    else:
        found, source = _typed(scenario, numbers), {"name": "typed"}
    if not found:
        raise ScenarioError([Problem(source["name"], 0, "holds no number to seal; write some")])
    content = {
        "numbers": [
            {
                "question": question.id,
                "event": list(question.event or ()),
                "written": chance.written,
                "probability": round(probability_of(chance, scenario.lexicon), 6),
            }
            for question, chance in found
        ],
        "source": source,
    }
    ledger = records.open_ledger(runs_folder(scenario.folder))
    return records.seal(scenario.slug, "own", scenario.date, content, ledger)


def own_numbers(scenario: Scenario, asked: Iterable[Question]) -> dict[str, OwnNumber]:
    """Return what the analyst sealed of some questions.

    Parameters
    ----------
    scenario : Scenario
        Whose ledger is asked.
    asked : iterable of Question
        The questions; influences are never sealed.

    Returns
    -------
    dict of str to OwnNumber
        By the question's id: the last number before answers of others to it were first read, else
        the last one, which is then `late`.
    """
    entries = records.sealed_entries(
        scenario.slug, records.open_ledger(runs_folder(scenario.folder))
    )
    found = {}
    for question in asked:
        about = [entry for entry in entries if question.id in entry.questions]
        read = next((e.number for e in about if e.what == "read"), math.inf)
        own = [entry for entry in about if entry.what == "own"]
        before = [entry for entry in own if entry.number < read]
        if own:
            entry = (before or own)[-1]
            said = next(n for n in entry.content["numbers"] if n["question"] == question.id)
            found[question.id] = OwnNumber(
                said["written"], float(said["probability"]), entry, late=not before
            )
    return found


def unsealed_questions(scenario: Scenario, asked: Iterable[Question]) -> tuple[str, ...]:
    """Return for which outcomes the analyst has sealed no number.

    Parameters
    ----------
    scenario : Scenario
        Whose ledger is asked.
    asked : iterable of Question
        Questions about outcomes, drivers and links; only outcomes need a number.

    Returns
    -------
    tuple of str
        The first question of each such outcome.
    """
    ledger = records.open_ledger(runs_folder(scenario.folder))
    own = (e for e in records.sealed_entries(scenario.slug, ledger) if e.what == "own")
    nodes = {node for entry in own for node in entry.nodes}
    found: dict[str, str] = {}
    for question in asked:
        if (
            question.event
            and question.event[0] in scenario.outcomes
            and question.event[0] not in nodes
        ):
            found.setdefault(question.event[0], question.id)
    return tuple(found.values())


def note_reading(
    scenario: Scenario,
    files: Iterable[tuple[str, str]],
    asked: Collection[Question],
    unsealed: Sequence[str],
) -> Sealed:
    """Put into the ledger that answers of others were read, and which own numbers came before.

    Parameters
    ----------
    scenario : Scenario
        Whose sheets they are.
    files : iterable of (str, str)
        Names and SHA-256 of the sheets.
    asked : collection of Question
        What they answer.
    unsealed : sequence of str
        Those for whose outcomes no own number was sealed.

    Returns
    -------
    Sealed
        The entry.
    """
    ledger = records.open_ledger(runs_folder(scenario.folder))
    questions = [question.id for question in asked if question.event]
    nodes = {question.event[0] for question in asked if question.event}
    own = (e for e in records.sealed_entries(scenario.slug, ledger) if e.what == "own")
    content = {
        "files": [{"name": name, "sha256": sha256} for name, sha256 in files],
        "questions": questions,
        "sealed": [entry.id for entry in own if nodes & {*entry.nodes}],
        "unsealed": list(unsealed),
    }
    return records.seal(scenario.slug, "read", scenario.date, content, ledger)


def _typed(scenario: Scenario, numbers: Mapping[str, str | float]) -> list[tuple[Question, Chance]]:
    found: dict[str, tuple[Question, Chance]] = {}
    problems = []
    for name, number in numbers.items():
        try:
            question = find_question(scenario, name)
            if question.event is None:
                raise ValueError("is a link; numbers are sealed for outcomes")
            value = float(number) if isinstance(number, int | float) else number.strip()
            chance = read_probability(Cell("", 0, value))
            if chance.phrase is not None:
                read_lexicon(scenario.lexicon).meaning(chance.phrase)
            if question.id in found:
                raise ValueError("is given twice; give each outcome one number")
            found[question.id] = question, chance
        except ValueError as error:
            problems.append(Problem(f"--outcome {name}", 0, str(error)))
    if problems:
        raise ScenarioError(problems)
    return list(found.values())


def _from_file(
    scenario: Scenario, path: Path
) -> tuple[list[tuple[Question, Chance]], dict[str, str]]:
    table = read_table(path)
    replies = [r for r in replies_of(table, scenario) if r.chance is not None]
    for reply, message in check_states(replies, scenario):
        table.refuse(reply.line, message)
    names = {reply.name for reply in replies}
    if len(names) > 1:
        message = f"holds answers of {len(names)} people; the analyst's own are to be sealed"
        table.problems.append(Problem(table.file, 0, message))
    if table.problems:
        raise ScenarioError(table.problems)
    latest: dict[str, Reply] = {}
    for reply in sorted(replies, key=lambda r: str(r.date)):
        latest[reply.question.id] = reply
    found = [(r.question, r.chance) for r in latest.values() if r.chance is not None]
    return found, {"name": table.file, "sha256": table.sha256}


def shown(number: OwnNumber | None) -> str:
    """Return an own number as a table has it.

    Parameters
    ----------
    number : OwnNumber or None
        The number.

    Returns
    -------
    str
        Per cents; `*` after one that was sealed late, `-` for none.
    """
    if number is None:
        return "-"
    return percent(number.probability) + "*" * number.late
