"""How fast an answer follows the news, beside a plain model, and under a thousand items.

    python benchmarks/news_speed.py NAIVE.py [--scenario russia-dprk-2023] [--naive-size 9 30]

NAIVE.py is a straightforward PyMC model that takes its numbers of outcomes and statements and
prints JSON with `seconds: {build, compile, sample}`; without it that comparison is left out. The
belief is fitted before the clock starts. Prints what it measured; ends with status 1 if a target
is missed.
"""

import argparse
import datetime as dt
import itertools
import json
import math
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable

import estimative as est
from estimative.comparing import compare
from estimative.forecasting import Forecast
from estimative.replaying import replay, turning_days
from estimative.scenario import Bearing, NewsSource, Ratio, Report, Scenario

RERUN_TARGET, FASTER_TARGET = 0.1, 100  # seconds; times faster than the naive model
REPLAY_TARGET, REPLAYED = 5.0, 35  # seconds for so many days
SIZES = (125, 250, 500, 1_000)  # news items
LINEAR, FLAT = 1.3, 1.3  # eight times the items: so many times eight in time, so much in memory


def with_reports(scenario: Scenario, count: int, day: dt.date) -> Scenario:
    """Return a scenario with so many reports more, of many sources, on all its outcomes in turn."""
    states = itertools.cycle((n, s) for n, o in scenario.outcomes.items() for s in o.states)
    ratio = Ratio(written="[1, 1.02, 1.1]", low=1.0, best=1.02, high=1.1)
    reports = {}
    for i, (node, state) in zip(range(count), states, strict=False):
        reports[f"{day}-made-up-{i:04}"] = Report(
            published=day,
            said=f"Report {i}.",
            source=NewsSource(name=f"Source {i % 97}", reliability="B2"),
            bears_on=(Bearing(node=node, state=state, ratio=ratio),),
        )
    return scenario.model_copy(update={"news": {**scenario.news, **reports}})


def seconds(run: Callable[[], object], repeats: int = 7) -> float:
    """Return the shortest of some runs, after one that does not count."""
    run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def peak(run: Callable[[], object]) -> float:
    """Return the most memory that a run holds at a time, in MB."""
    tracemalloc.start()
    run()
    most = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return most


def rerun(scenario: Scenario, day: dt.date, naive: str | None, size: list[int]) -> bool:
    """Time the forecast after one more item, point and interval, beside the naive model."""
    more = with_reports(scenario, 1, day)
    took = seconds(lambda: est.forecast(more, as_of=day))
    print(f"rerun after one news item: {took:.3f} s (target {RERUN_TARGET} s)")
    passed = took <= RERUN_TARGET
    if naive is not None:
        command = [sys.executable, naive, *map(str, size)]
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        clock = json.loads(found.strip().splitlines()[-1])["seconds"]
        whole = sum(clock[part] for part in ("build", "compile", "sample"))
        parts = ", ".join(f"{part} {clock[part]:.1f}" for part in ("build", "compile", "sample"))
        print(
            f"naive model, {size[0]} outcomes, {size[1]} statements: {whole:.1f} s ({parts});"
            f" {whole / took:.0f} times as long (target {FASTER_TARGET})"
        )
        passed &= whole / took >= FASTER_TARGET
    return passed


def pile_up(scenario: Scenario, day: dt.date) -> bool:
    """Time the forecast, and take its memory, under more and more news."""
    times, peaks = [], []
    for count in SIZES:
        known = with_reports(scenario, count, day)

        def run(known: Scenario = known) -> Forecast:
            return est.forecast(known, as_of=day)

        times.append(seconds(run, 3))
        peaks.append(peak(run))
        print(f"{count:5} news items: {times[-1]:.3f} s, {peaks[-1]:.0f} MB")
    growth = times[-1] / times[0]
    slope = math.log(growth) / math.log(SIZES[-1] / SIZES[0])
    print(f"time grows as n^{slope:.2f}, memory {peaks[-1] / peaks[0]:.2f} times")
    return growth <= LINEAR * SIZES[-1] / SIZES[0] and peaks[-1] <= FLAT * peaks[0]


def year(scenario: Scenario) -> bool:
    """Time a replay, and what changed over its whole and over one step."""
    turning = turning_days(scenario)
    days = [turning[i * len(turning) // REPLAYED] for i in range(REPLAYED)]
    replay(scenario, days)  # what is remembered of a day, such as Pareto k, is remembered now
    start = time.perf_counter()
    forecasts = replay(scenario, days)
    took = time.perf_counter() - start
    print(f"replay of {len(days)} days: {took:.2f} s (target {REPLAY_TARGET} s)")
    for earlier in (forecasts[-2], forecasts[0]):
        start = time.perf_counter()
        found = compare(earlier, forecasts[-1])
        clock = time.perf_counter() - start
        how = f"{found.orders} orders" if found.orders else "all orders"
        error = 100 * found.largest_error
        print(
            f"compare over {(forecasts[-1].as_of - earlier.as_of).days} days: {clock:.2f} s,"
            f" {len(found.causes)} causes, {how}, standard error {error:.2f} points at most"
        )
    return took <= REPLAY_TARGET


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("naive", nargs="?")
    parser.add_argument("--scenario", default="russia-dprk-2023")
    parser.add_argument("--naive-size", nargs=2, type=int, default=[9, 30])
    given = parser.parse_args()
    scenario = est.read_scenario(given.scenario)
    day = max(min(scenario.by, scenario.opens + dt.timedelta(days=30)), scenario.date)
    est.forecast(scenario, as_of=day)
    passed = [
        rerun(scenario, day, given.naive, given.naive_size),
        year(scenario),
        pile_up(scenario, day),
    ]
    sys.exit(0 if all(passed) else 1)


if __name__ == "__main__":
    main()
