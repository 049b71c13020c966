"""Somebody's words beside ours: cleaned, kept from turning what stands near them, led to the web.

Names, titles and addresses come from files that anybody may have written; pictures, slides, pages
and documents print them in the midst of numbers (tests/unit/test_quoting.py).
"""

import re
import unicodedata
from urllib.parse import urlsplit

LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"
FIRST_STRONG, POP = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
TURNING = frozenset(
    f"\u061c{LEFT_TO_RIGHT}\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067{FIRST_STRONG}{POP}"
)
"""Marks that turn the line round, as in UAX 9."""
_TURNS = re.compile(f"[{''.join(sorted(TURNING))}]")
_UNSAFE = re.compile(r"[\s\"<>\\^`{|}]")


def legible(words: str) -> str:
    """Return words without characters that control instead of being read.

    Parameters
    ----------
    words : str
        Anybody's.

    Returns
    -------
    str
        On one line, without controls and halves of characters; what `apart` sets stays.
    """
    kept = (" " if c in "\n\r\t\v\f" else c for c in words)
    return "".join(c for c in kept if unicodedata.category(c) not in ("Cc", "Cs"))


def straight(words: str) -> str:
    """Return somebody's words without the marks that turn the line round.

    Parameters
    ----------
    words : str
        Such as a title.

    Returns
    -------
    str
        The same letters.
    """
    return _TURNS.sub("", words)


def clean(words: str) -> str:
    """Return somebody's words without whatever controls or turns the line, and single spaces.

    Parameters
    ----------
    words : str
        Anybody's.

    Returns
    -------
    str
        One line.
    """
    return " ".join(straight(legible(" ".join(words.split()))).split())


def leftwards(words: str) -> bool:
    """Return whether any of somebody's words run from right to left.

    Parameters
    ----------
    words : str
        Such as a title.

    Returns
    -------
    bool
        True also of Arabic numbers, which letters beside them may move.
    """
    return not words.isascii() and any(
        unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in words
    )


def apart(words: str) -> str:
    """Return somebody's words so that they cannot change the order of what stands beside them.

    Parameters
    ----------
    words : str
        Such as a title, which may be written from right to left.

    Returns
    -------
    str
        Without marks that turn the line round; in an isolate where letters run from right to left.
    """
    kept = straight(words)
    return f"{FIRST_STRONG}{kept}{POP}" if leftwards(kept) else kept


def web_address(address: str | None) -> str:
    """Return an address if a reader may be led there: over http or https, to a named host.

    Parameters
    ----------
    address : str or None
        As a file has it.

    Returns
    -------
    str
        The same, or nothing.
    """
    if not address or _UNSAFE.search(address) or not address.isprintable():
        return ""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and host else ""
