"""The words stand for the numbers that the documents say: by hand, by identity, and by recovery."""

import importlib.util
import math
import pickle
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from estimative.lexicon import (
    READING_SPREAD,
    diagnosticity,
    lexicon_names,
    meaning_of_band,
    phrase_for,
    read_lexicon,
    read_table,
    reliability,
    strength,
)

TOOLS = Path(__file__).parents[2] / "tools"
ICD_203 = (
    "almost no chance",
    "very unlikely",
    "unlikely",
    "roughly even chance",
    "likely",
    "very likely",
    "almost certain",
)
STANDARDS = ("icd203", "ipcc", "kent", "nato", "phia")


def load_tool(name):
    if not (TOOLS / f"{name}.py").exists():
        pytest.skip("the tools are not part of this distribution")
    spec = importlib.util.spec_from_file_location(name, TOOLS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def probability(log_odds):
    return 1 / (1 + math.exp(-log_odds))


# --- errors


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("likly", "'likly' is not a phrase of icd203; did you mean 'likely'?"),
        ("quite likely", "did you mean 'likely'?"),
        ("rather unlikely", "did you mean 'unlikely'?"),
        ("High confidence", "how sure the analysis is, not how likely"),
        ("with moderate confidence", "how sure the analysis is, not how likely"),
        ("possibly", "not impossible, which is no probability"),
        ("might", "the lexicon survey"),
        ("certainly", "'stated as fact'"),
        ("will not happen", "'denied as fact'"),
        ("not very likely", "name the opposite state"),
        ("hardly", "name the opposite state"),
        ("", "is not a phrase of icd203 (allowed: almost no chance"),
    ],
)
def test_an_unknown_phrase_is_told_what_to_do(phrase, said):
    with pytest.raises(ValueError, match="allowed: almost no chance, very unlikely, ") as caught:
        read_lexicon("icd203").meaning(phrase)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: read_lexicon("icd-203"), "unknown lexicon 'icd-203'; did you mean 'icd203'?"),
        (lambda: read_lexicon("strengths"), "unknown lexicon 'strengths'"),
        (
            lambda: strength("raises a lot", "influence"),
            "unknown influence strength 'raises a lot'",
        ),
        (lambda: strength("farr", "comparison"), "did you mean 'far'?"),
        (lambda: strength("far", "title"), "(allowed: influence, comparison)"),
        (lambda: diagnosticity("stronly"), "did you mean 'strongly'?"),
        (lambda: reliability("G"), "'G' is not an Admiralty grade"),
        (lambda: reliability("B7"), "'B7' is not an Admiralty grade"),
        (lambda: reliability("B22"), "'B22' is not an Admiralty grade"),
        (lambda: reliability(""), "'' is not an Admiralty grade"),
        (lambda: reliability("2"), "A to F"),
        (lambda: phrase_for(1.01), "1.01 is not a probability"),
        (lambda: phrase_for(math.nan), "nan is not a probability"),
        (lambda: meaning_of_band(0.5, 0.5), "low < high"),
    ],
)
def test_a_wrong_word_is_refused_with_what_is_allowed(call, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        call()


# --- the rule for bands


@pytest.mark.parametrize(
    ("low", "high", "mean", "variance"),
    [
        (0, 1, 0, math.pi**2 / 3),  # the standard logistic distribution
        (0.5, 1, 2 * math.log(2), math.pi**2 / 3 - (2 * math.log(2)) ** 2),  # its absolute value
        (0.55, 0.80, (0.688139 - 0.500402) / 0.25, 0.113746),  # variances: scipy quad
        (0.80, 0.95, (0.500402 - 0.198515) / 0.15, 0.185468),
        (0.95, 0.99, (0.198515 - 0.056002) / 0.04, 0.200854),
        (0.90, 1.00, 0.325083 / 0.10, 1.053280),
    ],
)
def test_a_band_becomes_the_moments_of_its_log_odds(low, high, mean, variance):
    meaning = meaning_of_band(low, high)
    assert meaning.mean == pytest.approx(mean, abs=1e-4)
    assert meaning.spread == pytest.approx(math.sqrt(variance + READING_SPREAD**2), abs=1e-4)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 0.05), (0.2, 0.45), (0.66, 0.9)])
def test_a_band_agrees_with_drawing_from_it(low, high):
    draws = np.random.default_rng(2).uniform(low, high, 200_000)
    log_odds = np.log(draws) - np.log1p(-draws)
    meaning = meaning_of_band(low, high)
    assert meaning.mean == pytest.approx(log_odds.mean(), abs=5 * log_odds.std() / 447)
    within = math.sqrt(meaning.spread**2 - READING_SPREAD**2)
    assert within == pytest.approx(log_odds.std(), rel=0.02)


@pytest.mark.parametrize("edges", [(55, 80), (80, 95), (95, 99), (90, 100), (99, 100), (45, 55)])
def test_mirrored_bands_mirror_exactly(edges):
    low, high = edges
    above = meaning_of_band(low / 100, high / 100)
    below = meaning_of_band((100 - high) / 100, (100 - low) / 100)
    assert (below.mean, below.spread) == (-above.mean, above.spread)


# --- the lexicons


@pytest.mark.parametrize(
    ("phrase", "mean", "spread"),
    [
        ("likely", 0.7509, 0.5232),
        ("very likely", 2.0126, 0.5878),
        ("almost certain", 3.5628, 0.6007),
        ("roughly even chance", 0.0, 0.4164),
    ],
)
def test_icd_203_by_hand(phrase, mean, spread):
    meaning = read_lexicon("icd203").meaning(phrase)
    assert meaning.mean == pytest.approx(mean, abs=2e-4)
    assert meaning.spread == pytest.approx(spread, abs=2e-4)


def test_there_are_six_lexicons():
    assert lexicon_names() == (*STANDARDS, "survey")


@pytest.mark.parametrize("name", lexicon_names())
def test_every_lexicon_is_whole(name):
    lexicon = read_lexicon(name)
    assert lexicon.name == name
    assert lexicon.title
    assert lexicon.reader
    assert lexicon.source
    assert lexicon.phrases.keys() == lexicon.headwords.keys()
    for phrase, meaning in lexicon.phrases.items():
        assert lexicon.meaning(phrase) == meaning == lexicon.phrases[lexicon.headwords[phrase]]
        assert READING_SPREAD <= meaning.spread < 3
    fact, denial = lexicon.meaning("stated as fact"), lexicon.meaning("denied as fact")
    assert (fact.mean, fact.spread) == (2.4, 1.0)
    assert (denial.mean, denial.spread) == (-2.4, 1.0)


@pytest.mark.parametrize("name", lexicon_names())
def test_no_spelling_stands_for_two_words(name):
    entries = read_table(name)["phrases"] | read_table("certainty")["phrases"]
    spellings = [s for word, entry in entries.items() for s in (word, *entry.get("spellings", ()))]
    assert len(spellings) == len(set(spellings))
    assert all(s == " ".join(s.lower().replace("-", " ").split()) for s in spellings)


@pytest.mark.parametrize("name", lexicon_names())
def test_the_words_of_a_lexicon_are_in_order(name):
    lexicon = read_lexicon(name)
    means = [lexicon.meaning(word).mean for word in read_table(name)["phrases"]]
    assert means == sorted(means) or name == "survey"
    if name == "survey":
        medians = [entry["median"] for entry in read_table(name)["phrases"].values()]
        assert medians == sorted(medians, reverse=True)


@pytest.mark.parametrize("name", STANDARDS)
def test_the_median_lies_in_the_band(name):
    lexicon = read_lexicon(name)
    for word, (low, high) in lexicon.ranges.items():
        assert low < probability(lexicon.meaning(word).mean) < high


@pytest.mark.parametrize("name", ["icd203", "nato"])
def test_symmetric_words_mirror(name):
    lexicon = read_lexicon(name)
    words = list(read_table(name)["phrases"])
    for below, above in zip(words, reversed(words), strict=True):
        assert lexicon.meaning(below).mean == -lexicon.meaning(above).mean
        assert lexicon.meaning(below).spread == lexicon.meaning(above).spread


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("probable", "likely"),
        ("Probably", "likely"),
        ("highly probable", "very likely"),
        ("Almost   Certainly", "almost certain"),
        ("nearly-certain", "almost certain"),
        ("remote", "almost no chance"),
        ("improbable", "unlikely"),
        ("probably not", "unlikely"),
        ("highly improbable", "very unlikely"),
        ("roughly even odds", "roughly even chance"),
    ],
)
def test_spellings_of_one_word_are_one_word(one, other):
    lexicon = read_lexicon("icd203")
    assert lexicon.meaning(one) == lexicon.meaning(other)


def test_nested_bands_mean_the_part_that_no_stronger_word_covers():
    ipcc = read_lexicon("ipcc")
    assert ipcc.ranges["likely"] == (0.66, 1.0)
    assert ipcc.meaning("likely") == meaning_of_band(0.66, 0.90)
    assert ipcc.meaning("virtually certain") == meaning_of_band(0.99, 1.0)


def test_kent_in_his_own_numbers():
    kent = read_lexicon("kent")
    assert kent.ranges["almost certain"] == (0.87, 0.99)  # 93 give or take about 6
    assert kent.ranges["probable"] == (0.63, 0.87)  # 75 give or take about 12
    assert kent.ranges["probably not"] == (0.20, 0.40)
    assert kent.meaning("almost certainly not") == meaning_of_band(0.02, 0.12)


def test_the_survey_answers_every_word_of_icd_203_and_knows_what_readers_said():
    survey = read_lexicon("survey")
    assert not survey.ranges
    for word in ICD_203:
        assert survey.meaning(word)
    entries = read_table("survey")["phrases"]
    assert len(entries) == 19
    assert sum(entry["n"] for entry in entries.values()) == 98_306
    for word, entry in entries.items():
        lower, upper = entry["quartiles"]
        if word not in ("will happen", "about even"):  # their quartiles are heaps: 99-100, 50-50
            assert lower / 100 - 0.02 < probability(entry["mean"]) < upper / 100 + 0.02
    assert "CC-BY 4.0" in survey.source


def test_a_bare_claim_is_worth_what_such_claims_were():
    fact = read_lexicon("icd203").meaning("stated as fact")
    draws = np.random.default_rng(3).normal(fact.mean, fact.spread, 100_000)
    assert (1 / (1 + np.exp(-draws))).mean() == pytest.approx(0.88, abs=0.01)


def test_a_lexicon_is_read_once_and_travels_between_processes():
    lexicon = read_lexicon("icd203")
    assert read_lexicon("icd203") is lexicon
    assert pickle.loads(pickle.dumps(lexicon)) is lexicon
    with pytest.raises(TypeError):
        lexicon.phrases["likely"] = None


def test_importing_the_lexicon_is_light():
    code = (
        "import sys, estimative.lexicon; "
        "print(*{'numpy', 'scipy', 'pydantic', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


# --- strengths, diagnosticity, reliability


@pytest.mark.parametrize(
    ("text", "mean", "spread"),
    [
        ("raises", 0.8, 0.45),
        ("raises strongly", 1.4, 0.5),
        ("strongly raises", 1.4, 0.5),
        ("Raises Slightly", 0.4, 0.4),
        ("lowers", -0.8, 0.45),
    ],
)
def test_strengths_of_influence(text, mean, spread):
    meaning = strength(text, "influence")
    assert (meaning.mean, meaning.spread) == (mean, spread)


def test_lowering_mirrors_raising():
    for word in read_table("strengths")["influence"]:
        if word.startswith("raises"):
            up = strength(word, "influence")
            down = strength(word.replace("raises", "lowers"), "influence")
            assert (down.mean, down.spread) == (-up.mean, up.spread)


def test_comparisons_are_steps_on_the_ladder_of_icd_203():
    ladder = [read_lexicon("icd203").meaning(word).mean for word in ICD_203]
    assert strength("slightly", "comparison") == strength("raises slightly", "influence")
    for word, steps in (("clearly", 1), ("far", 2)):
        gaps = np.subtract(ladder[steps:], ladder[:-steps])
        meaning = strength(word, "comparison")
        assert meaning.mean == pytest.approx(gaps.mean(), abs=0.05)
        assert meaning.spread == pytest.approx(math.hypot(gaps.std(), READING_SPREAD), abs=0.03)


def test_words_of_diagnosticity_are_jeffreys_grades():
    words = list(read_table("diagnosticity")["words"])
    for grade, word in enumerate(words):
        edges = 10 ** (grade / 2), 10 ** (grade / 2 + 0.25), 10 ** (grade / 2 + 0.5)
        assert diagnosticity(word) == pytest.approx(edges, rel=0.02)
    assert diagnosticity("Strong") == diagnosticity("strongly")
    assert diagnosticity("moderately") == (3.2, 5.6, 10.0)


@pytest.mark.parametrize(
    ("grade", "factor"),
    [
        ("A", 1.0),
        ("C", 0.6),
        ("F", 0.5),
        ("A1", 0.95),  # never all of it: (1 + .95) / (1 - .95) = 39 times the odds at most
        ("B2", 0.8),
        (" b2 ", 0.8),
        ("A5", math.sqrt(0.2)),
        ("E1", math.sqrt(0.2)),
        ("F6", 0.5),
    ],
)
def test_admiralty_grades_by_hand(grade, factor):
    assert reliability(grade) == pytest.approx(factor, abs=1e-4)


def test_cannot_be_judged_is_a_middle_and_worse_grades_are_worth_less():
    assert reliability("E") < reliability("F") < reliability("A")
    for digit in "123456":
        factors = [reliability(letter + digit) for letter in "ABCDE"]
        assert factors == sorted(factors, reverse=True)
        assert factors[-1] < reliability("F" + digit) < factors[0]
        assert all(0 < factor <= 0.95 for factor in factors)
    for letter in "ABCDEF":
        graded = [reliability(letter + digit) for digit in "12345"]
        assert graded == sorted(graded, reverse=True)
        assert graded[-1] < reliability(letter + "6") < graded[0]


# --- the word printed beside a probability


@pytest.mark.parametrize("phrase", ICD_203)
def test_the_word_of_a_words_own_probability_is_the_word(phrase):
    assert phrase_for(probability(read_lexicon("icd203").meaning(phrase).mean)) == phrase


@pytest.mark.parametrize(
    ("value", "phrase"),
    [
        (0.0, "almost no chance"),
        (0.004, "almost no chance"),
        (0.05, "very unlikely"),
        (0.2, "unlikely"),
        (1 - 0.8, "unlikely"),
        (0.45, "roughly even chance"),
        (0.55, "roughly even chance"),
        (0.5500001, "likely"),
        (0.8, "likely"),
        (0.95, "very likely"),
        (0.9500001, "almost certain"),
        (0.999, "almost certain"),
        (1.0, "almost certain"),
    ],
)
def test_edges_go_to_the_word_nearer_to_even(value, phrase):
    assert phrase_for(value) == phrase
    mirrored = ICD_203[6 - ICD_203.index(phrase)]
    assert phrase_for(1 - value) == mirrored


def test_printed_words_keep_to_the_bands_of_the_directive():
    bands = read_lexicon("icd203").ranges
    for percent in range(1, 100):
        low, high = bands[phrase_for(percent / 100)]
        assert low <= percent / 100 <= high


# --- the tools


@pytest.mark.parametrize(
    ("mean", "spread"), [(1.0, 0.5), (-2.4, 1.0), (3.1, 0.9), (0.3, 0.2), (6.0, 2.5)]
)
def test_the_survey_fit_recovers_a_known_truth(mean, spread):
    tool = load_tool("fit_survey_lexicon")
    rng = np.random.default_rng(7)
    n = 4_000
    percent = 100 / (1 + np.exp(-rng.normal(mean, spread, n)))
    lapsed = rng.random(n) < tool.LAPSES
    judged = np.rint(np.where(lapsed, rng.uniform(0, 100, n), percent)).astype(int)
    fitted_mean, fitted_spread = tool.fit_phrase(tool.counted(judged.tolist()))
    error = spread / math.sqrt(n)
    wider = 3 if mean > 5 else 1.3  # most judgements are a censored 100
    assert fitted_mean == pytest.approx(mean, abs=4 * wider * error)
    assert fitted_spread == pytest.approx(spread, abs=4 * wider * error)


def test_the_survey_fit_shrugs_off_lapses_that_ruin_a_plain_fit():
    tool = load_tool("fit_survey_lexicon")
    counts = np.zeros(101)
    counts[[65, 70, 75, 80, 85]] = (100, 200, 300, 200, 100)
    clean = tool.fit_phrase(counts)
    counts[0] = counts[100] = 9
    assert tool.fit_phrase(counts) == pytest.approx(clean, abs=0.03)
    assert tool.fit_phrase(counts, lapses=0)[1] > 1.3 * clean[1]


def test_the_shipped_survey_is_what_the_tool_writes():
    tool = load_tool("fit_survey_lexicon")
    rng = np.random.default_rng(1)
    made_up = {
        phrase: {str(reader): int(rng.integers(0, 101)) for reader in range(40)}
        for phrase in tool.SPELLINGS
    }
    written = tomllib.loads(tool.lexicon_text(made_up))
    shipped = read_table("survey")
    assert written.keys() == shipped.keys()
    assert list(written["phrases"]) == list(shipped["phrases"])
    for phrase, entry in shipped["phrases"].items():
        assert entry.keys() == written["phrases"][phrase].keys()
        assert entry["spellings"] == written["phrases"][phrase]["spellings"]
        assert entry["spread"] == max(entry["measured"], READING_SPREAD)


def test_the_words_page_is_current():
    tool = load_tool("write_words_page")
    assert tool.PAGE.read_text(encoding="utf-8") == tool.words_page(), (
        "docs/words.md is out of date; run: python tools/write_words_page.py"
    )
