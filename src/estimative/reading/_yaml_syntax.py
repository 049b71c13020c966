"""What a YAML parser means, said so that an analyst can mend the line.

A parser speaks of tokens and block mappings; each of its complaints that a person can cause has
here a sentence and a cure (tests/unit/test_bad_inputs.py).
"""

import re
from dataclasses import dataclass

from ruamel.yaml.error import MarkedYAMLError

_NO_SPACE = re.compile(r"\s*\w+:[^\s:]\S*\s*$")
_ALIGN = "check that the line is indented like its neighbours"

#: What the parser says of one line, in the order in which it is looked for, and what it means.
_OF_ONE_LINE = (
    (
        "block collection",
        f"a line among '- ' items does not begin with '- '; add it, or {_ALIGN}",
    ),
    (
        "sequence entries are not allowed",
        "a '- ' item cannot start here; put it on a line of its own, or use [a, b]",
    ),
    (
        "escape character",
        "a backslash in double quotes must be written twice; or use single quotes",
    ),
    ("scanning an a", "a text cannot begin with * or &; put it in quotes"),
    (
        "block scalar",
        "after > or | the line must end; the text starts on the next line, indented",
    ),
    ("directive", "a line cannot begin with %; take it out, or put the text in quotes"),
    (
        "expected <block end>, but found '<scalar>'",
        "text stands where a new 'key: value' should begin; put the whole text in quotes, or"
        " close one",
    ),
    (
        "<block end>",
        "this line is indented less or more than the lines it belongs to; align them",
    ),
    (
        "<document start>",
        f"this line does not go on with what stands above it; write 'key: value', and {_ALIGN}",
    ),
    ("node content", "a value is missing here; write it, or put the text in quotes"),
)


@dataclass(frozen=True)
class _Complaint:
    """A parser's complaint: its words, the line it stopped on and the line it started from."""

    words: str
    line: int
    begun: int
    lines: list[str]

    def written(self, line: int) -> str:
        """Return what stands on a line."""
        return self.lines[line - 1] if 1 <= line <= len(self.lines) else ""


def plain_english(
    error: MarkedYAMLError, lines: list[str], quoted: tuple[int, int]
) -> tuple[int, str]:
    """Say where a file stops being YAML, why, and what to do.

    Parameters
    ----------
    error : MarkedYAMLError
        What the parser raised.
    lines : list of str
        The lines of the file.
    quoted : tuple of int
        The first and the last line of the last text in quotes before it, counted from 1.

    Returns
    -------
    tuple of int and str
        The line, counted from 1, and the message.
    """
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else 1
    begun = error.context_mark.line + 1 if error.context_mark is not None else line
    words = ", ".join(part for part in (error.context, error.problem) if part)
    complaint = _Complaint(words, line, begun, lines)
    written = complaint.written(line)
    if "\t" in written[: len(written) - len(written.lstrip())] or "'\\t'" in words:
        return line, "a TAB cannot be used here; indent with spaces"
    if quoted[0] < quoted[1] == line:
        message = f"the quote opened here ends on line {line} only, amid other text"
        return quoted[0], f"{message}; close it where its text ends"
    found = _left_open(complaint) or _colon(complaint)
    if found is not None:
        return found
    for needle, message in _OF_ONE_LINE:
        if needle in words:
            return line, message
    return line, f"is not YAML here ({words}); check quotes, colons and indentation"


def _left_open(complaint: _Complaint) -> tuple[int, str] | None:
    """Say which quote or bracket was opened and not closed."""
    words, begun = complaint.words, complaint.begun
    if "quoted scalar" in words and "end of" in words:
        sign = '"' if complaint.written(begun).count('"') % 2 else "'"
        return begun, f"the quote opened here is never closed; add the closing {sign}"
    if "flow" in words:
        opened, closing = "[]" if "flow sequence" in words else "{}"
        message = f"the '{opened}' opened here is not closed properly (see line {complaint.line})"
        cure = f"close it with '{closing}', part its entries with commas, write 'key: value'"
        return begun, f"{message}; {cure} with a space"
    return None


def _colon(complaint: _Complaint) -> tuple[int, str] | None:
    """Say where a colon is too many, or missing, or where a text begins with a sign of YAML."""
    words, line = complaint.words, complaint.line
    if "could not find expected ':'" in words:
        cure = "write 'key: value', or indent it if it goes on the text above"
        return complaint.begun, f"this line has no ': ' after its first word; {cure}"
    if "cannot start any token" in words:
        return line, f"a text cannot begin with {words.split("'")[1]}; put it in quotes"
    if "mapping values are not allowed" not in words:
        return None
    if _NO_SPACE.match(complaint.written(line - 1)):
        return line - 1, "a space is missing after the ':'; write 'key: value'"
    cure = f"if the text itself holds ': ', put it in quotes; else {_ALIGN}"
    if complaint.written(line).count(":") > 1:
        return line, f"a second ': ' stands on this line; {cure}"
    return line, f"'key: value' cannot stand here; {cure}, and the line above too"
