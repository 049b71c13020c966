"""Which font has which character: the bundled one, else one that is installed, else a box.

The bundled font lacks Chinese, Korean, Arabic and many other scripts; what no font has is drawn as
a box, and said once (`tests/unit/test_fonts.py`).
"""

import contextlib
import logging
import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from matplotlib.font_manager import FontPath, findSystemFonts, fontManager, get_font

BUNDLED, BOXES = "DejaVu Sans", "Last Resort High-Efficiency"  # both come with matplotlib
PREFERRED = (
    "Noto Sans CJK KR",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Malgun Gothic",
    "Microsoft YaHei",
    "Yu Gothic",
    "Apple SD Gothic Neo",
    "PingFang SC",
    "Hiragino Sans",
    "NanumGothic",
)  # the others follow in the order of their names
MOST_NAMED = 10  # characters
WEIGHTS = (400, 700)  # normal and bold, in which text is set


def families(text: str) -> list[str]:
    """Return the fonts in which every character of a text can be drawn, the bundled one first.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        Names, as matplotlib takes them for `family`; the last draws boxes, should it be needed.
    """
    strange = _strange(text)
    found = dict.fromkeys(filter(None, map(_family_with, strange)))
    return [BUNDLED, *found, BOXES] if strange else [BUNDLED]


def warn_of_boxes(texts: Iterable[str]) -> None:
    """Warn once of all characters that no installed font has, and say what to do.

    Parameters
    ----------
    texts : iterable of str
        All that is written on a picture.
    """
    lacking = [c for c in _strange("".join(texts)) if _family_with(c) is None]
    if lacking:
        more = f" and {len(lacking) - MOST_NAMED} more" if len(lacking) > MOST_NAMED else ""
        warnings.warn(
            f"no installed font has {' '.join(lacking[:MOST_NAMED])}{more}, drawn as boxes; install"
            " one that has (Noto Sans CJK for Chinese, Japanese and Korean), and start again",
            skip_file_prefixes=(str(Path(__file__).parents[1]),),  # whoever asked for the picture
        )


def _strange(text: str) -> list[str]:
    """Return the characters of a text that the bundled font lacks, in order."""
    return sorted(set(text) - _characters(BUNDLED) - {"\n"})


@cache
def _family_with(character: str) -> str | None:
    """Return the first installed font that has a character, if there is one."""
    return next((f for f in _installed() if character in _characters(f)), None)


@cache
def _installed() -> tuple[str, ...]:
    """Return the names of all fonts, those preferred first, also what was installed of late."""
    known = {entry.fname for entry in fontManager.ttflist}
    for path in sorted(set(findSystemFonts()) - known):
        with contextlib.suppress(OSError, RuntimeError):  # no font that can be read
            fontManager.addfont(path)
    names = {e.name for e in fontManager.ttflist} - {BUNDLED, BOXES}
    real = (n for n in names if "lastresort" not in n.replace(" ", "").casefold())
    logging.getLogger("matplotlib.font_manager").addFilter(_not_about_weight)
    return (*(n for n in PREFERRED if n in names), *sorted(set(real) - set(PREFERRED)))


def _not_about_weight(record: logging.LogRecord) -> bool:
    """Return whether a message of matplotlib's is not that a font which helps out is never bold."""
    return "Failed to find font weight" not in str(record.msg)


@cache
def _characters(family: str) -> frozenset[str]:
    """Return the characters of a font that it has both in normal and in bold."""
    return frozenset.intersection(*map(frozenset, _charmaps(family)))


def _charmaps(family: str) -> Iterator[Iterable[str]]:
    entries = [e for e in fontManager.ttflist if e.name == family and e.stretch == "normal"]
    plain = [e for e in entries if e.weight in WEIGHTS and e.style == "normal"]
    for entry in plain or entries or [e for e in fontManager.ttflist if e.name == family]:
        try:
            yield map(chr, get_font(FontPath(entry.fname, entry.index)).get_charmap())
        except (OSError, RuntimeError):  # matplotlib remembers it, but it is gone by now
            yield ()
