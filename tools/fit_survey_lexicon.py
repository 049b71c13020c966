"""Fit the lexicon `survey`: what readers mean by nineteen phrases of likelihood.

A judgement j (a whole number of percent) stands for the interval j - 1/2 to j + 1/2, within 0 to
100, so 0 and 100 need no special case; on log-odds the readings of a phrase are normal, except for
a share of lapses that fall anywhere. `tests/unit/test_lexicon.py` recovers a known truth with
`fit_phrase`.

Usage::

    python tools/fit_survey_lexicon.py capphrase_absolute_judgements.csv
    python tools/fit_survey_lexicon.py capphrase_absolute_judgements.csv --measure

The first writes the lexicon, the second compares estimators. The judgements are not part of this
project: adamkucharski/CAPphrase, doi 10.5281/zenodo.18750055, CC-BY 4.0 (columns response_id, term,
probability).

Measured (98,306 judgements of 5,174 people; five folds of people; mean log score of a held-out
judgement, averaged over the phrases, each estimator scored as the normal that it would ship, with
2% lapses)::

    estimator                                      bins of 1 point    of 5 points
    median and quartiles                                    -3.467         -1.951
    normal, intervals of 1                                  -3.468         -1.957
    Student t (4), multiples of 5 are wider                 -3.396         -1.897
    normal and 2% lapses, multiples of 5 are wider          -3.377         -1.881
    normal and 2% lapses, intervals of 1 (shipped)          -3.338         -1.885

(wider: a multiple of 5 other than 0 and 100 stands for 5 points). So lapses matter and heaping does
not: the last two are apart by 0.004 in one column and 0.04 in the other, and the numbers that they
would ship by less than 0.1 on log-odds.
"""

import argparse
import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logit, stdtr
from scipy.stats import norm

from estimative.lexicon import READING_SPREAD

Counts = NDArray[np.float64]
"""How many judgements fell on 0, 1, ..., 100."""
Fit = tuple[float, float]
"""Mean and spread on log-odds."""

LAPSES = 0.02
JUDGEMENTS = np.arange(101)
LEXICON = Path(__file__).parents[1] / "src" / "estimative" / "lexicons" / "survey.toml"

SPELLINGS = {
    "Will Happen": ["will"],
    "Almost Certain": ["almost certainly", "almost certainly will", "nearly certain"],
    "Highly Likely": ["very likely"],
    "Very Good Chance": ["a very good chance"],
    "Likely": [],
    "Probable": ["probably", "probably will"],
    "Realistic Possibility": ["a realistic possibility"],
    "Better than Even": ["better than even chance", "better than even odds"],
    "About Even": ["chances about even", "even chance", "roughly even chance", "roughly even odds"],
    "May Happen": ["may"],
    "Might Happen": ["might"],
    "Could Happen": ["could"],
    "Unlikely": ["not likely"],
    "Improbable": [],
    "Little Chance": [],
    "Chances are Slight": ["the chances are slight", "slight chance"],
    "Remote Chance": ["remote", "a remote chance"],
    "Highly Unlikely": ["very unlikely"],
    "Almost No Chance": [],
}
"""The phrases that were asked, likeliest first, and spellings that are plainly the same."""


def read_judgements(path: Path) -> dict[str, dict[str, int]]:
    """Return the judgements by phrase and reader.

    Parameters
    ----------
    path : Path
        The file of judgements.

    Returns
    -------
    dict
        Phrase to reader to judgement, in percent.
    """
    judgements: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            judgements.setdefault(row["term"], {})[row["response_id"]] = int(row["probability"])
    return judgements


def counted(values: list[int]) -> Counts:
    """Return how many judgements fell on each whole percent.

    Parameters
    ----------
    values : list of int
        Judgements, 0 to 100.

    Returns
    -------
    array of shape (101,)
        The counts.
    """
    return np.bincount(values, minlength=101).astype(float)


def log_odds_quartiles(counts: Counts) -> tuple[float, float, float]:
    """Return the quartiles of the judgements on log-odds, 0 and 100 taken as 0.5 and 99.5.

    Parameters
    ----------
    counts : array of shape (101,)
        The counts.

    Returns
    -------
    tuple of float
        Lower quartile, median, upper quartile.
    """
    values = np.repeat(logit(np.clip(JUDGEMENTS, 0.5, 99.5) / 100), counts.astype(int))
    lower, median, upper = np.quantile(values, (0.25, 0.5, 0.75))
    return float(lower), float(median), float(upper)


def fit_quartiles(counts: Counts) -> Fit:
    """Return the median and the scaled distance of the quartiles.

    Parameters
    ----------
    counts : array of shape (101,)
        The counts.

    Returns
    -------
    tuple of float
        Mean and spread on log-odds, the spread at least 0.05.
    """
    lower, median, upper = log_odds_quartiles(counts)
    return median, max((upper - lower) / 1.349, 0.05)


def fit_phrase(
    counts: Counts,
    *,
    lapses: float = LAPSES,
    wide_fives: bool = False,
    freedom: float | None = None,
) -> Fit:
    """Fit a normal on log-odds to interval-censored judgements by maximum likelihood.

    Parameters
    ----------
    counts : array of shape (101,)
        How many judgements fell on each whole percent.
    lapses : float
        The share of judgements that fall anywhere on 0 to 100.
    wide_fives : bool
        Whether a multiple of 5 other than 0 and 100 stands for 5 points and not for one.
    freedom : float or None
        Degrees of freedom of a Student t instead of the normal.

    Returns
    -------
    tuple of float
        Mean and spread (scale) on log-odds.
    """
    inner_five = (JUDGEMENTS % 5 == 0) & (JUDGEMENTS > 0) & (JUDGEMENTS < 100)
    half = np.where(inner_five & wide_fives, 2.5, 0.5)
    low = np.clip(JUDGEMENTS - half, 0, 100) / 100
    high = np.clip(JUDGEMENTS + half, 0, 100) / 100

    def surprise(parameters: NDArray[np.float64]) -> float:
        inside = _mass(logit(low), logit(high), parameters[0], np.exp(parameters[1]), freedom)
        chance = (1 - lapses) * inside + lapses * (high - low)
        return float(-counts @ np.log(np.maximum(chance, 1e-300)) / counts.sum())

    median, spread = fit_quartiles(counts)
    options = {"xatol": 1e-5, "fatol": 1e-10, "maxiter": 4000}
    best = minimize(surprise, [median, np.log(spread)], method="Nelder-Mead", options=options)
    return float(best.x[0]), float(np.exp(best.x[1]))


def _mass(
    low: Counts, high: Counts, mean: float, spread: float, freedom: float | None = None
) -> Counts:
    """Return the probability of each interval, taken in the lower tail where it is exact."""
    a, b = (low - mean) / spread, (high - mean) / spread
    a, b = np.where(a > 0, -b, a), np.where(a > 0, -a, b)
    if freedom is None:
        return np.asarray(norm.cdf(b) - norm.cdf(a))
    return np.asarray(stdtr(freedom, b) - stdtr(freedom, a))


def log_score(counts: Counts, fit: Fit, width: int) -> float:
    """Return the mean log score of judgements under a fitted phrase with lapses.

    Parameters
    ----------
    counts : array of shape (101,)
        Held-out judgements.
    fit : tuple of float
        Mean and spread on log-odds.
    width : int
        Width of the bins in points, centred on its multiples.

    Returns
    -------
    float
        Mean log probability of a judgement's bin.
    """
    edges = np.concatenate([[0.0], np.arange(0, 100, width) + width / 2, [100.0]]) / 100
    bins = np.clip(np.searchsorted(edges * 100, JUDGEMENTS, side="right") - 1, 0, len(edges) - 2)
    inside = _mass(logit(edges[:-1]), logit(edges[1:]), *fit)
    chance = (1 - LAPSES) * inside + LAPSES * np.diff(edges)
    return float(counts @ np.log(chance[bins]) / counts.sum())


ESTIMATORS: dict[str, Callable[[Counts], Fit]] = {
    "median and quartiles": fit_quartiles,
    "normal, intervals of 1": lambda counts: fit_phrase(counts, lapses=0),
    "Student t (4), multiples of 5 are wider": lambda counts: fit_phrase(
        counts, lapses=0, wide_fives=True, freedom=4
    ),
    "normal and 2% lapses, multiples of 5 are wider": lambda counts: fit_phrase(
        counts, wide_fives=True
    ),
    "normal and 2% lapses, intervals of 1 (shipped)": fit_phrase,
}


def measure(judgements: dict[str, dict[str, int]], folds: int = 5) -> None:
    """Print the held-out log score of every estimator, and the spread of reading.

    Parameters
    ----------
    judgements : dict
        Phrase to reader to judgement.
    folds : int
        Number of groups of readers, each held out once.
    """
    readers = sorted({reader for by in judgements.values() for reader in by})
    fold_of = dict(
        zip(
            np.random.default_rng(1).permutation(readers).tolist(),
            np.arange(len(readers)) % folds,
            strict=True,
        )
    )
    for name, estimator in ESTIMATORS.items():
        scores = []
        for by_reader in judgements.values():
            parts = [
                counted([j for reader, j in by_reader.items() if fold_of[reader] == k])
                for k in range(folds)
            ]
            for part in parts:
                fit = estimator(sum(parts) - part)
                scores.append([log_score(part, fit, width) for width in (1, 5)])
        print(f"{name:48s}", *(f"{score:8.3f}" for score in np.mean(scores, axis=0)))
    spread = reading_spread(judgements["Likely"], judgements["Probable"])
    print(f"one reader's two placings of 'likely' and 'probable': {spread:.3f} log-odds")


def reading_spread(one: dict[str, int], other: dict[str, int]) -> float:
    """Return the spread with which a reader places two spellings of one word.

    Parameters
    ----------
    one, other : dict
        Reader to judgement, of the two spellings.

    Returns
    -------
    float
        The spread of a single placing on log-odds, from the quartiles of the differences.
    """
    both = sorted(one.keys() & other.keys())
    placed = [logit(np.clip([by[r] for r in both], 0.5, 99.5) / 100) for by in (one, other)]
    lower, upper = np.quantile(placed[0] - placed[1], (0.25, 0.75))
    return float((upper - lower) / 1.349 / np.sqrt(2))


HEADER = '''\
# Written by tools/fit_survey_lexicon.py, which says how; not to be edited by hand.
name = "survey"
title = "What readers mean: a survey of {readers:,} people"
reader = "the readers of the survey, as they differ from each other"
source = """Fitted to {judgements:,} judgements of {readers:,} people: \\
adamkucharski/CAPphrase, doi 10.5281/zenodo.18750055, CC-BY 4.0"""
note = """
Mean and spread are those of a normal on log-odds, fitted to judgements in whole percent that \\
each stand for an interval of one point, with 2% lapses. The spread is how readers differ. No \\
spread is set below {floor}, the spread with which one reader places one word twice: `measured` \\
is the spread before that, and it differs for "about even" and "better than even". "will happen" \\
is how readers read it: 64% of them as 100. What one voice's bare claim is worth is another \\
matter, see "stated as fact". "very likely", "very unlikely" and "roughly even chance" were not \\
asked; the nearest phrase that was asked stands in for them."""
'''


def lexicon_text(judgements: dict[str, dict[str, int]]) -> str:
    """Return the lexicon as it is shipped.

    Parameters
    ----------
    judgements : dict
        Phrase to reader to judgement.

    Returns
    -------
    str
        The text of a TOML file.
    """
    readers = {reader for by_reader in judgements.values() for reader in by_reader}
    total = sum(len(by_reader) for by_reader in judgements.values())
    text = HEADER.format(readers=len(readers), judgements=total, floor=READING_SPREAD)
    for phrase, spellings in SPELLINGS.items():
        values = list(judgements[phrase].values())
        mean, spread = fit_phrase(counted(values))
        lower, median, upper = np.quantile(values, (0.25, 0.5, 0.75))
        text += (
            f'\n[phrases."{phrase.lower()}"]\n'
            f"mean = {round(mean, 3) + 0.0:.3f}\nspread = {max(spread, READING_SPREAD):.3f}\n"
            f"measured = {spread:.3f}\nn = {len(values)}\n"
            f"median = {median:g}\nquartiles = [{lower:g}, {upper:g}]\n"
            f"spellings = {json.dumps(spellings)}\n"
        )
    return text


def main() -> None:
    """Write the lexicon, or compare estimators."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("judgements", type=Path, help="the file of judgements (CSV)")
    parser.add_argument("--measure", action="store_true", help="compare estimators instead")
    arguments = parser.parse_args()
    judgements = read_judgements(arguments.judgements)
    if arguments.measure:
        measure(judgements)
    else:
        LEXICON.write_text(lexicon_text(judgements), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
