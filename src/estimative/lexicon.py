"""Words of likelihood, strength, diagnosticity and reliability, and the numbers they stand for.

A lexicon says whose reading of a phrase is meant, and a phrase is a normal distribution on natural
log-odds. The words and their sources stand in `lexicons/*.toml`, `docs/words.md` prints them all,
and `tests/unit/test_lexicon.py` works the numbers out by hand.

One rule makes a distribution of a band [a, b] of a standard: the word means every probability of
the band equally. With P uniform on [a, b] and H(p) = -p log p - (1 - p) log(1 - p), the mean of
logit P is (H(a) - H(b)) / (b - a), which is finite for bands that end at 0 or 1 as well. The spread
is the standard deviation of logit P with `READING_SPREAD` in quadrature.
"""

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from estimative.names import did_you_mean

READING_SPREAD = 0.4
"""Log-odds by which one reader's reading of a word strays from another reading of the same word.

Measured where ICD 203 has two spellings of one word: 5,174 people who each placed both "likely"
and "probable" differ from themselves with a standard deviation of sqrt(2) times 0.41 (from the
quartiles; `tools/fit_survey_lexicon.py` prints it). A standard settles what a word means, not this.
"""

_FOLDER = Path(__file__).parent / "lexicons"
_OTHER_TABLES = frozenset({"admiralty", "certainty", "diagnosticity", "strengths"})

_CONFIDENCE = re.compile(r"\bconfiden(t|ce|tly)\b")
_POSSIBILITY = re.compile(r"\b(possibl[ey]|possibility|may|might|could|perhaps|conceivabl[ey])\b")
_CERTAINTY = re.compile(
    r"(absolutely )?((certain(ly)?|sure(ly)?|definitely)( not)?|impossible|never"
    r"|(will( not| never)?|won't)( happen)?)"
)
_NEGATION = re.compile(r"\b(not|never|no|hardly|nor)\b|n't\b")

_EDGES = (
    (0.05, "roughly even chance", "roughly even chance"),
    (0.30, "unlikely", "likely"),
    (0.45, "very unlikely", "very likely"),
    (0.50, "almost no chance", "almost certain"),
)
"""Distance from 1/2 up to which ICD 203 has these words, below and above 1/2."""


@dataclass(frozen=True)
class Meaning:
    """What a phrase stands for: a normal distribution on natural log-odds.

    Attributes
    ----------
    mean : float
        Its mean, and median, in log-odds; for a strength, a difference of log-odds.
    spread : float
        Its standard deviation, in log-odds.
    """

    mean: float
    spread: float


@dataclass(frozen=True, eq=False)
class Lexicon:
    """One reading of the words of estimative probability.

    Attributes
    ----------
    name : str
        The name by which a scenario chooses it.
    title : str
        Its full name.
    reader : str
        Whose reading of the words it is.
    source : str
        The published standard or the data.
    phrases : mapping of str to Meaning
        Every spelling, in lower case.
    ranges : mapping of str to (float, float)
        The band of every spelling as the standard prints it, in probabilities; empty without bands.
    headwords : mapping of str to str
        Every spelling to the word of the standard that it is a spelling of.
    note : str
        What a user of the words should know.
    """

    name: str
    title: str
    reader: str
    source: str
    phrases: Mapping[str, Meaning]
    ranges: Mapping[str, tuple[float, float]]
    headwords: Mapping[str, str]
    note: str = ""

    def meaning(self, phrase: str) -> Meaning:
        """Return what a phrase means to this lexicon's reader.

        Parameters
        ----------
        phrase : str
            The phrase; case, hyphens and the number of spaces do not matter.

        Returns
        -------
        Meaning
            Its distribution on log-odds.

        Raises
        ------
        ValueError
            The lexicon does not hold the phrase. The message gives the reason or the nearest
            phrase, and the phrases allowed.
        """
        found = self.phrases.get(_plain(phrase))
        if found is None:
            hint = _why_refused(_plain(phrase)) or _nearest_phrase(_plain(phrase), self.phrases)
            allowed = ", ".join(dict.fromkeys(self.headwords.values()))
            raise ValueError(
                f"'{phrase}' is not a phrase of {self.name}{hint} (allowed: {allowed})"
            )
        return found

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return read_lexicon, (self.name,)


@cache
def meaning_of_band(low: float, high: float) -> Meaning:
    """Return the distribution of a word that means every probability of a band equally.

    Parameters
    ----------
    low, high : float
        The band, in probabilities, 0 <= low < high <= 1.

    Returns
    -------
    Meaning
        Mean and spread in log-odds, to four decimals, so that every machine has the same number.

    Raises
    ------
    ValueError
        The band is empty or leaves [0, 1].
    """
    if not 0 <= low < high <= 1:
        raise ValueError(f"a band needs 0 <= low < high <= 1, not {low} and {high}")
    mean = (_entropy(low) - _entropy(high)) / (high - low)
    variance = _mean_squared_logit(low, high) - mean**2
    return Meaning(round(mean, 4) + 0.0, round(math.hypot(math.sqrt(variance), READING_SPREAD), 4))


@cache
def lexicon_names() -> tuple[str, ...]:
    """Return the names of the lexicons.

    Returns
    -------
    tuple of str
        The names, in alphabetical order.
    """
    return tuple(sorted({path.stem for path in _FOLDER.glob("*.toml")} - _OTHER_TABLES))


@cache
def read_lexicon(name: str) -> Lexicon:
    """Read a lexicon.

    Parameters
    ----------
    name : str
        One of `lexicon_names`.

    Returns
    -------
    Lexicon
        The lexicon, with bare certainty ("stated as fact", "denied as fact") among its phrases.

    Raises
    ------
    ValueError
        There is no such lexicon.
    """
    if name not in lexicon_names():
        raise ValueError(_unknown(name, "lexicon", lexicon_names()))
    table = read_table(name)
    spelled = _spelled(table["phrases"] | read_table("certainty")["phrases"])
    return Lexicon(
        name=name,
        title=table["title"],
        reader=table["reader"],
        source=table["source"],
        phrases=MappingProxyType({s: _meaning(entry) for s, (_, entry) in spelled.items()}),
        ranges=MappingProxyType(
            {s: _share(entry["band"]) for s, (_, entry) in spelled.items() if "band" in entry}
        ),
        headwords=MappingProxyType({s: headword for s, (headword, _) in spelled.items()}),
        note=table.get("note", ""),
    )


def strength(text: str, kind: str) -> Meaning:
    """Return the difference of log-odds that a word of strength stands for.

    Parameters
    ----------
    text : str
        Such as "raises", "lowers strongly" (influence) or "far" (comparison).
    kind : str
        "influence" or "comparison".

    Returns
    -------
    Meaning
        Mean and spread of the difference.

    Raises
    ------
    ValueError
        The word or the kind is unknown.
    """
    table = read_table("strengths")
    kinds = [key for key, value in table.items() if isinstance(value, dict)]
    if kind not in kinds:
        raise ValueError(_unknown(kind, "kind of strength", kinds))
    return _meaning(_looked_up(text, table[kind], f"{kind} strength"))


def diagnosticity(word: str) -> tuple[float, float, float]:
    """Return the likelihood ratio that a word of diagnosticity stands for.

    Parameters
    ----------
    word : str
        Such as "moderately".

    Returns
    -------
    tuple of float
        The low, the best and the high ratio (the 5, 50 and 95% points), none below 1.

    Raises
    ------
    ValueError
        The word is unknown.
    """
    words = read_table("diagnosticity")["words"]
    low, best, high = _looked_up(word, words, "word of diagnosticity")["ratio"]
    return float(low), float(best), float(high)


@cache
def reliability(grade: str) -> float:
    """Return the factor that an Admiralty grade stands for.

    Parameters
    ----------
    grade : str
        A letter A-F, which grades a source, or a letter and a digit 1-6, which grade a report.

    Returns
    -------
    float
        The factor in (0, 1]: the letter's own, for weights of statements; or, for reports, the
        geometric mean of letter and digit, at most 0.95.

    Raises
    ------
    ValueError
        It is not such a grade.
    """
    table = read_table("admiralty")
    letters, digits = table["letters"], table["digits"]
    letter, digit = (text := re.sub(r"[\s-]", "", grade).upper())[:1], text[1:]
    if letter not in letters or (digit and digit not in digits):
        raise ValueError(
            f"'{grade}' is not an Admiralty grade (allowed: A to F for a source, with a "
            "digit 1 to 6 for a report: B2; F and 6 say 'cannot be judged')"
        )
    if not digit:
        return float(letters[letter]["factor"])
    product = letters[letter]["factor"] * digits[digit]["factor"]
    return float(min(table["ceiling"], round(math.sqrt(product), 4)))


def phrase_for(probability: float) -> str:
    """Return the ICD 203 word for a probability.

    Parameters
    ----------
    probability : float
        In [0, 1].

    Returns
    -------
    str
        The word. An edge shared by two bands goes to the word nearer to even (80% is "likely");
        below 1% and above 99%, where the directive has no word, the outermost word stands.

    Raises
    ------
    ValueError
        It is not a probability.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"{probability} is not a probability in [0, 1]")
    distance = abs(probability - 0.5) - 1e-12
    below, above = next(words for edge, *words in _EDGES if distance <= edge)
    return below if probability < 0.5 else above


@cache
def read_table(name: str) -> dict[str, Any]:
    """Read one file of `lexicons/`; not to be changed by the caller.

    Parameters
    ----------
    name : str
        The file's name without its ending.

    Returns
    -------
    dict
        The file as written: the numbers, and where they come from.
    """
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _plain(phrase: str) -> str:
    return " ".join(phrase.casefold().replace("-", " ").replace("\u2019", "'").split())


def _share(percent: Iterable[float]) -> tuple[float, float]:
    low, high = percent
    return low / 100, high / 100


def _meaning(entry: Mapping[str, Any]) -> Meaning:
    if "band" in entry:
        return meaning_of_band(*_share(entry.get("meant", entry["band"])))
    return Meaning(float(entry["mean"]), float(entry["spread"]))


def _spelled(entries: Mapping[str, dict[str, Any]]) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return every spelling with the headword and the entry it belongs to."""
    return {
        spelling: (headword, entry)
        for headword, entry in entries.items()
        for spelling in (headword, *entry.get("spellings", ()))
    }


def _looked_up(text: str, entries: Mapping[str, dict[str, Any]], what: str) -> dict[str, Any]:
    spelled = _spelled(entries)
    if (plain := _plain(text)) not in spelled:
        raise ValueError(_unknown(text, what, entries))
    return spelled[plain][1]


def _unknown(came: str, what: str, allowed: Iterable[str]) -> str:
    allowed = list(allowed)
    return f"unknown {what} '{came}'{did_you_mean(came, allowed)} (allowed: {', '.join(allowed)})"


def _why_refused(phrase: str) -> str:
    """Return why a phrase takes no probability, where a near spelling would mislead."""
    if _CONFIDENCE.search(phrase):
        return (
            ": it says how sure the analysis is, not how likely the event is, and the two are "
            "never mixed; give the likelihood here and what you think of the source in `weight:`"
        )
    if _CERTAINTY.fullmatch(phrase):
        return ": bare certainty is written 'stated as fact', or 'denied as fact'"
    if _NEGATION.search(phrase):
        return (
            ": for a negation name the opposite state in `event:` and take the word without 'not'"
        )
    if _POSSIBILITY.search(phrase):
        return (
            ": it says that something is not impossible, which is no probability; record it as a "
            "remark, or take the lexicon survey, where readers were asked about 'may happen'"
        )
    return ""


def _nearest_phrase(phrase: str, allowed: Iterable[str]) -> str:
    """Return a suggestion: the longest phrase whose words it holds, else the nearest spelling.

    Likeness of letters alone would take "quite likely" for "unlikely".
    """
    held = [known for known in allowed if f" {known} " in f" {phrase} "]
    return did_you_mean(max(held, key=len) if held else phrase, allowed)


def _entropy(p: float) -> float:
    return -sum(q * math.log(q) for q in (p, 1 - p) if q > 0)


def _mean_squared_logit(low: float, high: float) -> float:
    """Return the mean of logit(P)**2 for P uniform on [low, high]: the midpoint rule.

    The points are p = low + (high - low) s(u), u even in (0, 1), s(u) = u**3 (10 - 15 u + 6 u**2);
    they crowd at both ends, where the integrand may be infinite.
    """
    steps = 200
    total = 0.0
    for k in range(steps):
        u = (k + 0.5) / steps
        v = 1 - u
        p = low + (high - low) * u**3 * (1 + 3 * v + 6 * v * v)
        q = (1 - high) + (high - low) * v**3 * (1 + 3 * u + 6 * u * u)
        total += 30 * (u * v) ** 2 * (math.log(p) - math.log(q)) ** 2
    return total / steps
