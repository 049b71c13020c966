"""A wrong name deserves the right one: the nearest legal name, told apart from noise.

Case, spaces, hyphens and underscores never count, so `Arms Transfer` finds `arms_transfer`.
"""

import difflib
import re
from collections.abc import Iterable

#: What an identifier of a scenario looks like.
IDENTIFIER = r"[a-z][a-z0-9_]*"

_CUTOFF = 0.6
"""Below this likeness (difflib ratio) a suggestion is more often wrong than right."""


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed name most like `name`, or None when nothing is like it.

    Parameters
    ----------
    name : str
        What was written.
    allowed : iterable of str
        The legal names, in the order in which ties are settled.

    Returns
    -------
    str or None
        The nearest legal name as it is spelled in `allowed`.
    """
    spelled: dict[str, str] = {}
    for candidate in allowed:
        spelled.setdefault(_folded(candidate), candidate)
    wanted = _folded(name)
    if not wanted:
        return None
    if wanted in spelled:
        return spelled[wanted]
    extended = [key for key in spelled if len(wanted) >= 3 and _extends(key, wanted)]
    close = difflib.get_close_matches(wanted, list(spelled), n=1, cutoff=_CUTOFF) or extended[:1]
    return spelled[close[0]] if close else None


def did_you_mean(name: str, allowed: Iterable[str]) -> str:
    """Return `"; did you mean 'x'?"` for the nearest legal name, or an empty text.

    Parameters
    ----------
    name : str
        What was written.
    allowed : iterable of str
        The legal names.

    Returns
    -------
    str
        A text to append to a message.
    """
    found = nearest(name, allowed)
    return f"; did you mean '{found}'?" if found is not None else ""


def listed(names: Iterable[str], conjunction: str = "or") -> str:
    """Return names as an English enumeration: `a, b or c`.

    Parameters
    ----------
    names : iterable of str
        The names, in the order in which they are to be read.
    conjunction : str
        The word before the last.

    Returns
    -------
    str
        The enumeration; `nothing` when there are none.
    """
    words = list(names)
    if not words:
        return "nothing"
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def as_identifier(name: str) -> str:
    """Return the identifier nearest to a free text: `US sanctions` gives `us_sanctions`.

    Parameters
    ----------
    name : str
        Any text.

    Returns
    -------
    str
        An identifier; what is neither a-z nor a digit becomes an underscore, and a leading digit
        gets an `n` before it.
    """
    lowered = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    return lowered if re.fullmatch(IDENTIFIER, lowered) else f"n{lowered}"


def _folded(name: str) -> str:
    return re.sub(r"[\s_-]+", "", name).casefold()


def _extends(candidate: str, wanted: str) -> bool:
    """Whether one is the other with something added at the end or the beginning."""
    return candidate.startswith(wanted) or candidate.endswith(wanted)
