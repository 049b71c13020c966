"""Sheets: questions go out to experts as a spreadsheet, and come back as statements.

`write_sheets` asks, `seal_numbers` puts the analyst's own numbers into the ledger, and
`read_sheets` takes the answers in once they are there. Nothing of a scenario's files is ever
changed but by adding to them (tests/unit/test_sheets.py).
"""

from estimative.sheets.effects import SheetEffect, sheet_effect
from estimative.sheets.intake import Intake, UnsealedError, read_sheets
from estimative.sheets.outgoing import write_sheets
from estimative.sheets.questionnaire import Question, find_question, questions_of
from estimative.sheets.seals import seal_numbers

__all__ = [
    "Intake",
    "Question",
    "SheetEffect",
    "UnsealedError",
    "find_question",
    "questions_of",
    "read_sheets",
    "seal_numbers",
    "sheet_effect",
    "write_sheets",
]
