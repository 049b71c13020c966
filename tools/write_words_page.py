"""Write docs/words.md: every word the package knows, and the numbers it stands for.

The page is made from the lexicons alone; `tests/unit/test_lexicon.py` fails when it is out of date.

Usage::

    python tools/write_words_page.py
"""

from collections.abc import Iterable, Iterator
from math import exp
from pathlib import Path
from typing import Any

from estimative.lexicon import (
    READING_SPREAD,
    Lexicon,
    Meaning,
    lexicon_names,
    phrase_for,
    read_lexicon,
    read_table,
    reliability,
)

PAGE = Path(__file__).parents[1] / "docs" / "words.md"
POINT_95 = 1.6448536269514722

OPENING = f"""\
# The words and their numbers

This page is written by `tools/write_words_page.py` from the files in `src/estimative/lexicons`.

A phrase of likelihood is a normal distribution on natural log-odds. Its mean and spread (standard
deviation) are log-odds; the median and the central 90% are the same distribution as probabilities
in per cent. A scenario chooses a lexicon by `lexicon:`, a statement may override it, and a number
(`70%`) or a range (`60-80%`) overrides every word.

## From a band to a distribution

A standard gives a word a band [a, b]. The word is taken to mean every probability of the band
equally. For P uniform on [a, b] and H(p) = -p log p - (1 - p) log(1 - p), the mean of logit P is
(H(a) - H(b)) / (b - a), which is finite for bands that end at 0 or 100% too. The spread is the
standard deviation of logit P, with {READING_SPREAD} added in quadrature: by that much one and the
same reader's two placings of "likely" and "probable", one word in most standards, stray from each
other (5,174 people; quartiles of the difference, divided by the square root of 2: 0.41). For
example, ICD 203's "likely", 55-80%: H(0.55) = 0.688 and H(0.80) = 0.500, so the mean is
0.188 / 0.25 = 0.75.

Words of confidence ("high confidence") are refused: they say how sure the analysis is, not how
likely the event is. So are "possible", "may" and their kin, except in the lexicon `survey`, where
readers were asked about them.
"""


def words_page() -> str:
    """Return the page.

    Returns
    -------
    str
        Markdown.
    """
    sections = [
        OPENING,
        *(_lexicon_section(read_lexicon(name)) for name in _names()),
        _printed_words(),
        _certainty_section(),
        _strengths_section(),
        _diagnosticity_section(),
        _admiralty_section(),
    ]
    return "\n".join(section.strip() + "\n" for section in sections)


def _names() -> list[str]:
    return sorted(lexicon_names(), key=lambda name: (name != "icd203", name == "survey", name))


def _lexicon_section(lexicon: Lexicon) -> str:
    entries = read_table(lexicon.name)["phrases"]
    extra = ["judgements: median (quartiles)"] if lexicon.name == "survey" else ["band"]
    rows = (
        [headword, _given(entry), *_distribution(lexicon.meaning(headword)), _spellings(entry)]
        for headword, entry in entries.items()
    )
    head = ["phrase", *extra, "mean", "spread", "median", "central 90%", "also written"]
    return _section(
        f"`{lexicon.name}`: {lexicon.title}",
        f"Whose reading: {lexicon.reader}. Source: {lexicon.source}.",
        lexicon.note,
        _table(head, rows),
    )


def _given(entry: dict[str, Any]) -> str:
    if "band" not in entry:
        lower, upper = entry["quartiles"]
        return f"{entry['median']:g} ({lower:g}-{upper:g})"
    low, high = entry["band"]
    if "meant" not in entry:
        return f"{low}-{high}%"
    return f"{low}-{high}%, of which {entry['meant'][0]}-{entry['meant'][1]}%"


def _printed_words() -> str:
    edges = ["0-5%", "5-20%", "20-45%", "45-55%", "55-80%", "80-95%", "95-100%"]
    words = [phrase_for(p) for p in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98)]
    return _section(
        "The word printed beside a probability",
        "Forecasts print the word of ICD 203. An edge goes to the word nearer to even (20% is "
        '"unlikely", 80% "likely"). Below 1% and above 99% the directive has no word; the '
        "outermost words stand there too.",
        _table(["probability", "word"], zip(edges, words, strict=True)),
    )


def _certainty_section() -> str:
    table = read_table("certainty")
    rows = (
        [phrase, *_distribution(Meaning(entry["mean"], entry["spread"])), _spellings(entry)]
        for phrase, entry in table["phrases"].items()
    )
    return _section(
        f"{table['title']}, in every lexicon",
        table["note"],
        f"Source: {table['source']}.",
        _table(["phrase", "mean", "spread", "median", "central 90%", "also written"], rows),
    )


def _strengths_section() -> str:
    table = read_table("strengths")
    influences = (
        [
            word,
            f"{entry['mean']:g}",
            f"{entry['spread']:g}",
            f"{_percent(-entry['mean'] / 2)} to {_percent(entry['mean'] / 2)}%",
            _spellings(entry),
        ]
        for word, entry in table["influence"].items()
    )
    comparisons = (
        [word, f"{entry['mean']:g}", f"{entry['spread']:g}", f"{_percent(entry['mean'])}%"]
        for word, entry in table["comparison"].items()
    )
    return _section(
        table["title"],
        table["note"],
        _table(
            ["influence", "mean", "spread", "without to with the cause", "also written"], influences
        ),
        _table(["comparison", "mean", "spread", "likelier, if the other is 50%"], comparisons),
    )


def _diagnosticity_section() -> str:
    table = read_table("diagnosticity")
    rows = (
        [
            word,
            *(f"{ratio:g}" for ratio in entry["ratio"]),
            f"{100 * entry['ratio'][1] / (1 + entry['ratio'][1]):.0f}%",
            entry["grade"],
            _spellings(entry),
        ]
        for word, entry in table["words"].items()
    )
    head = ["word", "low", "best", "high", "50% becomes", "Jeffreys' grade", "also written"]
    return _section(
        table["title"], table["note"], f"Source: {table['source']}.", _table(head, rows)
    )


def _admiralty_section() -> str:
    table = read_table("admiralty")
    graded = [
        _table(
            ["grade", "factor", "means"],
            ([grade, f"{entry['factor']:g}", entry["means"]] for grade, entry in part.items()),
        )
        for part in (table["letters"], table["digits"])
    ]
    combined = _table(
        ["report", *table["digits"]],
        (
            [letter, *(f"{reliability(letter + digit):.2f}" for digit in table["digits"])]
            for letter in table["letters"]
        ),
    )
    source = f"Source: {table['source']}"
    return _section(table["title"], table["note"], source, *graded, combined)


def _distribution(meaning: Meaning) -> list[str]:
    reach = POINT_95 * meaning.spread
    low, high = _percent(meaning.mean - reach), _percent(meaning.mean + reach)
    return [
        f"{meaning.mean:.2f}",
        f"{meaning.spread:.2f}",
        f"{_percent(meaning.mean)}%",
        f"{low}-{high}%",
    ]


def _percent(log_odds: float) -> str:
    """Return a probability in per cent, with one decimal near 0 and 100."""
    percent = 100 / (1 + exp(-log_odds))
    if percent > 99.95:
        return ">99.9"
    return f"{percent:.1f}" if min(percent, 100 - percent) < 9.95 else f"{percent:.0f}"


def _spellings(entry: dict[str, Any]) -> str:
    return ", ".join(entry.get("spellings", ()))


def _section(title: str, *parts: str) -> str:
    return "\n\n".join([f"## {title}", *(part.strip() for part in parts if part.strip())])


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    return "\n".join(_row(cells) for cells in _lines(head, rows))


def _lines(head: list[str], rows: Iterable[Iterable[str]]) -> Iterator[Iterable[str]]:
    yield head
    yield ["---"] * len(head)
    yield from rows


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(words_page(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
