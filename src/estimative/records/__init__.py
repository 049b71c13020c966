"""The ledger of forecasts: what was said, from what, and when, so that nobody can change it unseen.

A forecast is written once (`record`), in one transaction that a crash leaves whole or undone; the
rows are chained, and `verify` finds what was changed or cut out (tests/unit/test_records.py).
"""

from estimative.records.archive import Past, json_lines, past, scenarios, texts
from estimative.records.changes import Changes, changed_inputs, said_on
from estimative.records.entry import Entry, entry_of
from estimative.records.ledger import Ledger, open_ledger, record
from estimative.records.sealed import (
    Sealed,
    seal,
    sealed_counts,
    sealed_entries,
    sealed_table,
)
from estimative.records.verification import NOTED_DIGITS, Verification, verify

__all__ = [
    "NOTED_DIGITS",
    "Changes",
    "Entry",
    "Ledger",
    "Past",
    "Sealed",
    "Verification",
    "changed_inputs",
    "entry_of",
    "json_lines",
    "open_ledger",
    "past",
    "record",
    "said_on",
    "scenarios",
    "seal",
    "sealed_counts",
    "sealed_entries",
    "sealed_table",
    "texts",
    "verify",
]
