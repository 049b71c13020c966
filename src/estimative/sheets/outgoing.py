"""Sheets as they go out: a row a question, nobody's answers, and no forecast.

In a second round, how far the answers of the first lie apart may be shown. No file is overwritten
(tests/unit/test_sheets.py).
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from estimative.exporting import write_file
from estimative.names import did_you_mean, listed
from estimative.reading import People, read_experts
from estimative.scenario import Scenario
from estimative.sheets.previous import Spread, first_round
from estimative.sheets.questionnaire import Question, questions_of, sheet_id
from estimative.sheets.tables import OPEN
from estimative.sheets.workbooks import Texts, workbook

SUFFIXES = (".xlsx", ".csv")


def write_sheets(
    scenario: Scenario,
    path: str | Path,
    *,
    experts: Sequence[str] = (),
    links: bool = False,
    number: int = 1,
    as_of: dt.date | None = None,
) -> tuple[Path, ...]:
    """Write sheets for experts to fill in.

    Parameters
    ----------
    scenario : Scenario
        What is asked.
    path : str or Path
        A .xlsx or .csv file. For several experts it names the folder and the beginning of the
        names: `sheet-moreau.xlsx`.
    experts : sequence of str
        Ids, names or aliases; each gets a sheet that bears his name. Without any, one sheet for
        all, in which each writes his own.
    links : bool
        Whether the influence of each link is asked for too.
    number : int
        The round. From the second on, how the answers of the round before are spread is shown,
        without names, where at least three were given.
    as_of : date, optional
        The day that experts are to speak as of; default the scenario's.

    Returns
    -------
    tuple of Path
        The files, none of which existed.

    Raises
    ------
    ValueError
        If the suffix is another, the round below 1, or there is no such expert.
    FileExistsError
        If one of them is there already: it may hold answers.
    LedgerError
        If they cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() not in SUFFIXES:
        came = f"ends in '{path.suffix}'" if path.suffix else "has no ending"
        raise ValueError(f"'{path.name}' {came}; give it .xlsx or .csv")
    if number < 1:
        raise ValueError(f"round is {number}; the first is 1")
    day = as_of or scenario.date
    asked = questions_of(scenario, links=links)
    spreads = first_round(scenario, asked, day) if number > 1 else {}
    people = read_experts(scenario.folder)
    found = list(dict.fromkeys(_find(people, name) for name in experts))
    files = {
        key: path if len(found) < 2 else path.with_name(f"{path.stem}-{key}{path.suffix}")
        for key in found or [""]
    }
    there = [file.name for file in files.values() if file.exists()]
    if there:
        message = f"{listed(there, 'and')}: there already, perhaps with answers; give another name"
        raise FileExistsError(message)
    head = {
        "Scenario": scenario.slug,
        "As of": str(day),
        "Sheet": sheet_id(scenario, asked, day, number),
        "Round": str(number),
    }
    make = workbook if path.suffix.lower() == ".xlsx" else _csv
    rows = _cells(asked, spreads)
    contents = {}
    for key, file in files.items():
        named = {"Your name": people.experts[key].name if key else "", "Answered on": ""}
        contents[file] = make(scenario, asked, rows, head | named)
    for file, content in contents.items():
        write_file(file, content)
    return tuple(contents)


def _find(people: People, name: str) -> str:
    """Return the id of an expert who can be quoted."""
    found = people.find(name)
    if found is None:
        known = [name for key, e in people.experts.items() for name in (key, e.name)]
        cure = did_you_mean(name, known) or "; define the expert first, or make one sheet for all"
        raise ValueError(f"no expert '{name}'{cure} (there are: {', '.join(people.experts)})")
    return found


def _cells(asked: Iterable[Question], spreads: Mapping[str, Spread]) -> list[dict[str, str]]:
    """Return the text of each row by column; answers are empty."""
    rows = []
    for q in asked:
        row = {
            "question": q.id,
            "title": q.title,
            "definition": q.definition,
            "window": q.window,
            "asked": q.asked,
        }
        if spreads:
            row["first_round"] = str(spreads.get(q.id, ""))
        rows.append(row | dict.fromkeys(OPEN, ""))
    return rows


def _csv(
    scenario: Scenario,
    asked: Sequence[Question],
    rows: Texts,
    head: Mapping[str, str],
) -> bytes:
    about = {
        "expert": head["Your name"],
        "forecast_date": "",
        "sheet": head["Sheet"],
        "scenario": head["Scenario"],
        "as_of": head["As of"],
        "round": head["Round"],
    }
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, [*rows[0], *about], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows({k: _harmless(v) for k, v in (dict(row) | about).items()} for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """Return a text that no program of tables takes for a formula."""
    return f"'{text}" if re.match(r"[-=+@\t\r]", text) else text
