"""How fast the ledger is: history of one scenario among 10,000 records, and verify as it grows.

    python benchmarks/ledger_speed.py

Prints what it measured, in seconds; ends with status 1 if a target is missed.
"""

import datetime as dt
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from estimative.histories import History
from estimative.inputs import canonical, content_hash, id_from_hashes
from estimative.records import Entry, Ledger, open_ledger, past, verify

RECORDS = 10_000
OUTCOMES = 11
HISTORY_TARGET = 0.3  # seconds, history of one scenario in process
LINEAR = 1.3  # verify may take this many times what its size asks for


def made_up(number: int, scenario: str, rng: random.Random) -> Entry:
    """Return a record of the size that the flagship's have: 11 outcomes, a scenario of 30 kB."""
    outcomes = []
    for i in range(OUTCOMES):
        chance = rng.random()
        outcomes.append(
            {
                "name": f"outcome_{i}",
                "title": f"The outcome with number {i} comes to pass",
                "probability": chance,
                "lower": chance / 2,
                "upper": (1 + chance) / 2,
                "phrase": "roughly even chance",
                "confidence": "moderate",
                "withheld": None,
                "states": {"no": 1 - chance, "yes": chance},
            }
        )
    as_of = (dt.date(2000, 1, 1) + dt.timedelta(days=number)).isoformat()
    about = {"scenario": scenario, "as_of": as_of, "model": "expert_network", "seed": "1"}
    results = canonical(about | {"interval": 0.9, "outcomes": outcomes})
    texts = {
        "model_text": "model",
        "inputs": f"{scenario} {number // 20} " + "files " * 700,
        "known": f"{scenario} {number // 20} " + "what is known " * 2_200,
    }
    hashes = {column: content_hash(text) for column, text in texts.items()}
    return Entry(
        id=id_from_hashes(hashes["known"], hashes["model_text"], results),
        interval=0.9,
        settings="null",
        versions="{}",
        belief="0" * 64,
        results=results,
        diagnostics=canonical({"rhat": 1.0, "ess_bulk": 4000.0, "worst": "base[a]"}),
        texts={hashes[column]: text for column, text in texts.items()},
        **about,
        **hashes,
    )


def filled(folder: Path, records: int, scenarios: int) -> Ledger:
    """Return a ledger with so many records of so many scenarios."""
    ledger, rng = open_ledger(folder), random.Random(1)
    for at in range(0, records, 1000):
        numbers = range(at, min(at + 1000, records))
        ledger.write([made_up(n, f"scenario-{n % scenarios}", rng) for n in numbers])
    return ledger


def best_of(
    times: int, job: Callable[[], object], clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the seconds of the fastest of several runs."""
    taken = []
    for _ in range(times):
        start = clock()
        job()
        taken.append(clock() - start)
    return min(taken)


def listed(ledger: Ledger, scenario: str) -> History:
    """Return what `estimative.histories.history` does once it knows where the ledger is."""
    return History(scenario, ledger.file, tuple(past(scenario, ledger)))


def main() -> int:
    """Measure, print and judge."""
    missed = []
    with tempfile.TemporaryDirectory() as name:
        several = filled(Path(name) / "several", RECORDS, 10)
        single = filled(Path(name) / "single", RECORDS, 1)
        listed(several, "scenario-0")  # imports SQLAlchemy
        for title, ledger in [("of 10 scenarios", several), ("of that one scenario", single)]:
            plain = best_of(3, lambda ledger=ledger: listed(ledger, "scenario-0"))
            frame = best_of(3, lambda ledger=ledger: listed(ledger, "scenario-0").to_frame())
            rows = len(listed(ledger, "scenario-0").to_frame())
            print(
                f"history of one scenario, {RECORDS:,} records {title}: {plain:.3f} s;"
                f" with its frame of {rows:,} rows {frame:.3f} s"
            )
            if (frame if ledger is several else plain) > HISTORY_TARGET:
                missed.append(f"history {title}")
        per_record = {}
        for records in (2_500, 5_000, 10_000):
            ledger = filled(Path(name) / f"verify-{records}", records, 10)
            taken = best_of(3, lambda ledger=ledger: verify(ledger), time.process_time)
            per_record[records] = taken / records
            print(
                f"verify {records:,} records: {taken:.3f} s of CPU, {1e6 * taken / records:.0f}"
                " us each"
            )
        if per_record[10_000] > LINEAR * per_record[2_500]:
            missed.append("verify is not linear")
        fresh = open_ledger(Path(name) / "fresh")
        entries = [made_up(n, "scenario-0", random.Random(n)) for n in range(50)]
        fresh.write(entries[:1])
        new = best_of(1, lambda: [fresh.write([entry]) for entry in entries[1:]]) / 49
        again = best_of(1, lambda: [fresh.write([entry]) for entry in entries[1:]]) / 49
        print(f"one record: {1e3 * new:.1f} ms; one that is there already: {1e3 * again:.1f} ms")
    for what in missed:
        print(f"target missed: {what}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
