"""How a scenario model itself fares on past questions: Brier score, and what its intervals hold.

    python benchmarks/model_accuracy.py FOLDER [--model separate_outcomes] [--write PAGE]

FOLDER holds tables of past forecasts. Each question is an outcome, each forecast a statement, and
all is fitted as any scenario is; what was fitted is kept under runs/backtests, so that a second run
is quick.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import beta

import estimative as est
from estimative.forecast_tables import read_forecasts

SETS = ("predictionbook_early", "aggrecat_round_1", "replication_rpp_ssrp", "spf_gdp_h1")
CALIBRATED_ON = "predictionbook_early"
CHOSEN_ON = 0.6  # share of its questions, by day of resolution, on which constants were chosen
FEWEST = 10  # questions of a bin that is judged


def main():
    """Measure, print, and write the page if asked to."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--model", default="separate_outcomes")
    options.add_argument("--write", type=Path)
    given = options.parse_args()
    rows, answers = [], {}
    for name in SETS:
        began = time.process_time()
        found = est.backtest(
            given.folder / f"{name}.csv",
            method=f"model:{given.model}",
            tell=lambda line: print(line, file=sys.stderr),
        )
        mean = found.pools["mean"]
        rows.append(
            (
                name,
                found.n,
                f"{mean.brier:.4f}",
                f"{found.brier:.4f}",
                f"{found.score.difference:+.4f}",
                f"{found.score.lower:+.4f} to {found.score.upper:+.4f}",
            )
        )
        answers[name] = found.questions
        print(f"{name}: {time.process_time() - began:.0f} s of CPU", file=sys.stderr)
    heading = ("set", "questions", "mean", "model", "difference", "95% of it")
    table = read_forecasts(given.folder / f"{CALIBRATED_ON}.csv")
    ended = table.groupby("question")["resolved_date"].first().sort_values(kind="stable")
    chosen = set(ended.index[: round(CHOSEN_ON * len(ended))])
    asked = answers[CALIBRATED_ON]
    on = asked["question"].isin(chosen)
    parts = [calibration(part) for part in (asked, asked[on], asked[~on])]
    page = PAGE.format(given.model, markdown(heading, rows), *parts, extremes(asked))
    print(page)
    if given.write:
        given.write.write_text(page, encoding="utf-8")


def calibration(asked):
    """Return a table of bins: what was said, what was seen, and the mean interval."""
    rows = []
    edges = np.linspace(0, 1, 11)
    for low, high, part in binned(asked, edges):
        n, seen = len(part), int(part["outcome"].sum())
        lower, upper = part["lower"].mean(), part["upper"].mean()
        least, most = binomial(seen, n)
        verdict = "inside" if lower <= seen / n <= upper else "within sampling error"
        if most < lower or least > upper:
            verdict = "**outside**"
        if n < FEWEST:
            verdict = "too few"
        said = f"{part['probability'].mean():.1%}"
        interval = f"{lower:.0%} to {upper:.0%}"
        rows.append((f"{low:.0%} to {high:.0%}", n, said, f"{seen / n:.1%}", interval, verdict))
    heading = ("forecast", "questions", "said", "seen", "mean 90% interval", "seen is")
    return markdown(heading, rows)


def extremes(asked):
    """Return the same below 10% and above 90%, with the binomial interval of what was seen."""
    rows = []
    for label, part in (
        ("below 10%", asked[asked["probability"] < 0.1]),
        ("above 90%", asked[asked["probability"] > 0.9]),
    ):
        n, seen = len(part), int(part["outcome"].sum())
        least, most = binomial(seen, n)
        rows.append(
            (
                label,
                n,
                f"{part['probability'].mean():.1%}",
                f"{seen / n:.1%} ({least:.1%} to {most:.1%})",
                f"{part['lower'].mean():.1%} to {part['upper'].mean():.1%}",
            )
        )
    heading = ("forecast", "questions", "said", "seen (95%)", "mean 90% interval")
    return markdown(heading, rows)


def binned(asked, edges):
    """Yield the ends of each bin and its questions, where there are any."""
    at = pd.cut(asked["probability"], edges, labels=False, include_lowest=True, right=False)
    for i, part in asked.groupby(at.clip(upper=len(edges) - 2)):
        yield edges[int(i)], edges[int(i) + 1], part


def binomial(seen, n):
    """Return the 95% interval of Clopper and Pearson."""
    low = beta.ppf(0.025, seen, n - seen + 1) if seen else 0.0
    high = beta.ppf(0.975, seen + 1, n - seen) if seen < n else 1.0
    return float(low), float(high)


def markdown(heading, rows):
    """Return a table of Markdown."""
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


PAGE = """# How accurate the scenario model is

Written by `python benchmarks/model_accuracy.py FOLDER --write docs/model-accuracy.md`, some twenty
minutes of one core if nothing is kept. The model
`{0}` is run as any scenario is, each question an outcome, each forecast a statement of its expert
with a plain number's spread; it knows neither dates nor any record of the experts. Questions of
five or more experts; Brier scores; differences to the plain mean with the 95% interval of a
bootstrap over questions.

{1}

## What its intervals hold

On `predictionbook_early`. A probability of one question cannot be checked, but of many it can: in
each bin of forecasts, what share came true, and does the mean of their 90% intervals hold it? A
share of few questions is itself uncertain, so it counts as outside only where its own 95% interval
(Clopper and Pearson) and the mean interval have nothing in common.

All questions:

{2}

Those that ended first, the 60% on which the sharpening (1.2) and everybody's error (0.45) were
chosen, as the smallest change from 1.05 and 0.4 that leaves no bin outside:

{3}

Those that ended last:

{4}

## The extremes

{5}

On this set what is said to be rare is rarer still, and what is said to be nearly certain is more
certain still. To say so would take a sharpening that makes other populations worse: the
professional forecasters of `spf_gdp_h1` are calibrated as they are. Which population it is, only a
record tells; without one the interval has to span both. A stronger change (sharpening 1.4,
everybody's error 0.6, prior sd of a level 1.75) puts what was seen inside every mean interval, but
makes the flagship's intervals about a quarter wider, and sampling missed its gate where 25 groups
or more spoke of one outcome; it was not taken.
"""


if __name__ == "__main__":
    main()
