"""A sheet as it goes out: instructions, and a row a question; nobody's answers, and no forecast.

What a scenario holds is only ever text in it, whatever it begins with; only the cells for answers
can be written to. In a second round, how far the answers of the first lie apart may be shown.
"""

import csv
import datetime as dt
import io
import os
import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from estimative.errors import LedgerError
from estimative.names import did_you_mean, listed
from estimative.reading import People, read_experts
from estimative.scenario import Scenario
from estimative.sheets.instructions import instructions, likelihood_words, strength_words
from estimative.sheets.previous import Spread, first_round
from estimative.sheets.questionnaire import Question, questions_of, sheet_id
from estimative.sheets.tables import ANSWERS

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SUFFIXES = (".xlsx", ".csv")
README = "Read me"
HEADINGS = {
    "question": ("Question", 22),
    "title": ("Title", 26),
    "definition": ("Definition", 46),
    "window": ("Window", 15),
    "asked": ("Asked", 28),
    "first_round": ("First round", 24),
    "probability": ("Probability (%)", 12),
    "low": ("Low (%)", 9),
    "high": ("High (%)", 9),
    "words": ("Words", 20),
    "reason": ("Reason", 44),
    "source": ("Source", 26),
}
"""Headings of an .xlsx, and how wide their columns are."""
OPEN = ("probability", "low", "high", "words", "reason", "source")
"""What an expert fills in."""
NUMBERS = OPEN[:3]
HEAD = ("Scenario", "As of", "Sheet", "Round", "Your name", "Answered on")
PER_CENT = "[<0.1]0.0%;[>0.9]0.0%;0%"  # no 0% and no 100% for what is neither
INK, QUIET, FILL, LINE, LOCKED = "1F2A37", "5B6673", "FFF8E1", "C9CED6", "EEF1F5"


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
    make = _workbook if path.suffix.lower() == ".xlsx" else _csv
    contents = {}
    for key, file in files.items():
        named = {"Your name": people.experts[key].name if key else "", "Answered on": ""}
        contents[file] = make(scenario, asked, head | named, spreads)
    for file, content in contents.items():
        _write_new(file, content)
    return tuple(contents)


def _find(people: People, name: str) -> str:
    """Return the id of an expert who can be quoted."""
    found = people.find(name)
    if found is None:
        known = [name for key, e in people.experts.items() for name in (key, e.name)]
        cure = did_you_mean(name, known) or "; define the expert first, or make one sheet for all"
        raise ValueError(f"no expert '{name}'{cure} (there are: {', '.join(people.experts)})")
    return found


def _write_new(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, and never in place of another."""
    beside = file.with_name(f".{uuid.uuid4().hex}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with beside.open("xb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            os.replace(beside, file)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        message = f"{file} cannot be written: {error.strerror}; choose another place or make room"
        raise LedgerError(message) from error


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
    head: Mapping[str, str],
    spreads: Mapping[str, Spread],
) -> bytes:
    rows = _cells(asked, spreads)
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
    writer.writerows({k: _harmless(v) for k, v in (row | about).items()} for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    """Return a text that no program of tables takes for a formula."""
    return f"'{text}" if re.match(r"[-=+@\t\r]", text) else text


def _workbook(
    scenario: Scenario,
    asked: Sequence[Question],
    head: Mapping[str, str],
    spreads: Mapping[str, Spread],
) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    told = book.active
    assert told is not None
    told.title = README
    _write_readme(told, scenario, head, any(q.link for q in asked))
    _write_questions(book.create_sheet(ANSWERS), scenario, asked, head, spreads)
    _write_lists(book.create_sheet("Lists"), scenario)
    book["Lists"].sheet_state = "hidden"
    book.properties.title = scenario.question[:250]
    book.properties.creator = "estimative"
    book.properties.identifier = f"{scenario.slug}/{head['Sheet']}"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _write_text(sheet: "Worksheet", row: int, column: int, text: str, **look: object) -> None:
    """Write a text that stays a text, whatever it begins with."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font

    cell = sheet.cell(row, column)
    clean = ILLEGAL_CHARACTERS_RE.sub(" ", text)[:32_767]
    if clean:
        cell.value = clean
        cell.data_type = "s"
        cell.quotePrefix = clean[0] in "-=+@"
    cell.font = Font(**{"name": "Calibri", "size": 11, "color": INK} | look)
    cell.alignment = Alignment(vertical="top", wrap_text=True)


def _write_readme(
    sheet: "Worksheet", scenario: Scenario, head: Mapping[str, str], links: bool
) -> None:
    sheet.column_dimensions["A"].width = 100
    _write_text(sheet, 1, 1, scenario.question, size=15, bold=True)
    sheet.row_dimensions[1].height = 22 * _lines(scenario.question, 65)
    for row, line in enumerate(instructions(scenario, head, links), start=3):
        inner = line.startswith("\t")
        _write_text(sheet, row, 1, f"      {line[1:]}" if inner else line)
        sheet.row_dimensions[row].height = 16 * _lines(line, 95) + (0 if inner else 5)
    _protect(sheet)
    sheet.page_setup.orientation = "landscape"
    _fit_width(sheet)


def _lines(text: str, width: float) -> int:
    """Return about how many lines a text takes."""
    return max(1, -int(-len(text) // width))


def _write_questions(
    sheet: "Worksheet",
    scenario: Scenario,
    asked: Sequence[Question],
    head: Mapping[str, str],
    spreads: Mapping[str, Spread],
) -> None:
    from openpyxl.styles import Alignment
    from openpyxl.utils import get_column_letter

    for at, label in enumerate(HEAD, start=1):
        _write_text(sheet, at, 1, label, bold=True)
        _write_text(sheet, at, 2, head[label])
        if label in HEAD[-2:]:
            cell = sheet.cell(at, 2)
            _open_for_answers(sheet, at, 2)
            cell.number_format = "yyyy-mm-dd" if label == "Answered on" else "@"
    _write_text(sheet, 1, 3, scenario.question, size=14, bold=True)
    sheet["C1"].alignment = Alignment(vertical="top")
    first = len(HEAD) + 2
    rows = _cells(asked, spreads)
    columns = {name: j for j, name in enumerate(rows[0], start=1)}
    for name, j in columns.items():
        title, width = HEADINGS[name]
        _write_text(sheet, first, j, title, bold=True, color="FFFFFF")
        _fill(sheet, first, j, INK)
        sheet.column_dimensions[get_column_letter(j)].width = width
    sheet.row_dimensions[first].height = 32
    for i, (question, row) in enumerate(zip(asked, rows, strict=True), start=first + 1):
        for name, j in columns.items():
            _write_text(sheet, i, j, row[name], **({"color": QUIET} if name == "question" else {}))
            if name in OPEN and not (question.link and name in NUMBERS):
                _open_for_answers(sheet, i, j)
            elif name in NUMBERS:
                _fill(sheet, i, j, LOCKED)
            if name in NUMBERS:
                sheet.cell(i, j).number_format = PER_CENT
            elif name in OPEN:
                sheet.cell(i, j).number_format = "@"
        told = [(row[n], HEADINGS[n][1]) for n in columns]
        sheet.row_dimensions[i].height = 6 + 15.5 * max(_lines(t, 1.05 * w) for t, w in told)
    sheet.freeze_panes = sheet.cell(first + 1, 3)
    _validate(sheet, asked, columns, first)
    _protect(sheet)
    sheet.page_setup.orientation = "landscape"
    sheet.print_title_rows = f"{first}:{first}"
    _fit_width(sheet)


def _fill(sheet: "Worksheet", row: int, column: int, colour: str) -> None:
    from openpyxl.styles import PatternFill

    sheet.cell(row, column).fill = PatternFill("solid", start_color=colour)


def _open_for_answers(sheet: "Worksheet", row: int, column: int) -> None:
    from openpyxl.styles import Border, Protection, Side

    side = Side(style="thin", color=LINE)
    cell = sheet.cell(row, column)
    cell.protection = Protection(locked=False)
    cell.border = Border(left=side, right=side, top=side, bottom=side)
    _fill(sheet, row, column, FILL)


def _fit_width(sheet: "Worksheet") -> None:
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0


def _protect(sheet: "Worksheet") -> None:
    """Lock whatever is not open, without a password; widths may be changed."""
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False


def _write_lists(sheet: "Worksheet", scenario: Scenario) -> None:
    for j, words in enumerate((likelihood_words(scenario), strength_words()), start=1):
        for i, word in enumerate(words, start=1):
            _write_text(sheet, i, j, word)
    _protect(sheet)


def _validate(
    sheet: "Worksheet", asked: Sequence[Question], columns: Mapping[str, int], first: int
) -> None:
    """Let cells take nothing but what can be read."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    words = [q for q in asked if q.link is None]
    number = DataValidation(
        type="decimal", operator="between", formula1="0.0001", formula2="0.9999", allow_blank=True
    )
    number.error = "Write per cents above 0% and below 100%, such as 4% or 80%."
    number.errorTitle = "A probability"
    phrase = DataValidation(type="list", formula1="Lists!$A$1:$A$99", allow_blank=True)
    strength = DataValidation(
        type="list", formula1=f"Lists!$B$1:$B${len(strength_words())}", allow_blank=True
    )
    for choice in (phrase, strength):
        choice.error = "Choose from the list, or leave it empty."
        choice.errorTitle = "Words"
    last, end = first + len(words), first + len(asked)
    if words:
        for name in NUMBERS:
            letter = get_column_letter(columns[name])
            number.add(f"{letter}{first + 1}:{letter}{last}")
        letter = get_column_letter(columns["words"])
        phrase.add(f"{letter}{first + 1}:{letter}{last}")
    if end > last:
        letter = get_column_letter(columns["words"])
        strength.add(f"{letter}{last + 1}:{letter}{end}")
    day = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
    day.error, day.errorTitle = "Write the day as year-month-day.", "A day"
    day.add(f"B{len(HEAD)}")
    for rule in (number, phrase, strength, day):
        rule.showErrorMessage = True
        if rule.sqref:
            sheet.add_data_validation(rule)
