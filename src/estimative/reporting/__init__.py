"""A report: every number, where it comes from, what moved it and what would, for people to read.

What is found is gathered once, composed into a document, and written as a page of HTML, as Markdown
or as a Word document (tests/unit/test_report.py).
"""

from estimative.reporting.reports import FORMATS, format_of, report

__all__ = ["FORMATS", "format_of", "report"]
