"""The workbook that an expert fills in: instructions, a row a question, lists of words.

What a scenario holds is only ever text in it, whatever it begins with; only the cells for answers
can be written to.
"""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from estimative.scenario import Scenario
from estimative.sheets.instructions import instructions, likelihood_words, strength_words
from estimative.sheets.questionnaire import Question
from estimative.sheets.tables import ANSWERS, OPEN

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

type Texts = Sequence[Mapping[str, str]]
"""The text of each row, by column."""

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
NUMBERS = OPEN[:3]
HEAD = ("Scenario", "As of", "Sheet", "Round", "Your name", "Answered on")
PER_CENT = "[<0.1]0.0%;[>0.9]0.0%;0%"  # no 0% and no 100% for what is neither
INK, QUIET, FILL, LINE, LOCKED = "1F2A37", "5B6673", "FFF8E1", "C9CED6", "EEF1F5"


def workbook(
    scenario: Scenario,
    asked: Sequence[Question],
    rows: Texts,
    head: Mapping[str, str],
) -> bytes:
    """Return a workbook with a row for each question.

    Parameters
    ----------
    scenario : Scenario
        What is asked.
    asked : sequence of Question
        The questions.
    rows : sequence of mapping of str to str
        The text of each by column; answers are empty.
    head : mapping of str to str
        What stands above the table.

    Returns
    -------
    bytes
        The content of a .xlsx file.
    """
    from openpyxl import Workbook

    book = Workbook()
    told = book.active
    assert told is not None
    told.title = README
    _write_readme(told, scenario, head, any(q.link for q in asked))
    _write_questions(book.create_sheet(ANSWERS), scenario, asked, rows, head)
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
        sheet.row_dimensions[row].height = 16 * _lines(line, 100) + (0 if inner else 5)
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
    rows: Texts,
    head: Mapping[str, str],
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
    columns = {name: j for j, name in enumerate(rows[0], start=1)}
    for name, j in columns.items():
        title, width = HEADINGS[name]
        _write_text(sheet, first, j, title, bold=True, color="FFFFFF")
        _fill(sheet, first, j, INK)
        longest = (
            max(len(word) for q in asked for word in q.id.split()) + 3 if name == "question" else 0
        )
        sheet.column_dimensions[get_column_letter(j)].width = max(width, min(longest, 45))
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
