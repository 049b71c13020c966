"""Kill a process that writes to a ledger, again and again, and look what is left.

Two ways: `kill -9` at a random moment, and death at a chosen byte: the kernel ends the process at
the write that would make a file longer than its limit, so that every write step of the log and of
the database is the last one once, half-written pages included. After each death the ledger must
open, every record must be whole, the chain must hold, and every record that was reported as
written must be there. For systems that can fork.

    python tools/crash_ledger.py            1,000 kills and every write step: the nightly run
    python tools/crash_ledger.py --kills 50 --steps 50
"""

import argparse
import os
import random
import resource
import select
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # one thread, so that it can be forked

from estimative.inputs import canonical, content_hash, id_from_hashes
from estimative.records import Entry, open_ledger, verify

KILLS_A_LEDGER = 25  # then a new one is begun, so that its making is hit, too


def small_entry(number: int) -> Entry:
    """
    Make a record that is like no other: a few thousand bytes, its own texts.

    Parameters
    ----------
    number : int
        Which.

    Returns
    -------
    Entry
        As `entry_of` makes it from a forecast.
    """
    texts = [f"{what} {number} " + "x" * 1500 for what in ("model", "files", "known")]
    model, inputs, known = (content_hash(text) for text in texts)
    results = canonical({"number": number, "outcomes": []})
    return Entry(
        id=id_from_hashes(known, model, results),
        scenario=f"scenario-{number % 3}",
        as_of="2024-01-01",
        model="model",
        seed=str(number),
        interval=0.9,
        settings="null",
        versions="{}",
        belief="none",
        results=results,
        diagnostics="{}",
        model_text=model,
        inputs=inputs,
        known=known,
        texts={content_hash(text): text for text in texts},
    )


def write_until_killed(
    folder: Path, first: int, said: int, limit: int | None, keep_log: bool
) -> None:
    """
    Write records one after the other and report each.

    Parameters
    ----------
    folder : Path
        Of the ledger.
    first : int
        Number of the first record.
    said : int
        File descriptor; a byte is written to it for every record that is in the ledger.
    limit : int or None
        Bytes that no file may exceed.
    keep_log : bool
        Whether another connection stays open, so that the log grows and is not emptied.
    """
    if limit is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    ledger = open_ledger(folder)
    other = ledger.to_read() if keep_log else None
    if other is not None:
        other.execute("SELECT * FROM head").fetchone()
    for number in range(first, first + 100_000):
        ledger.write([small_entry(number)])
        os.write(said, b".")


def end_one(
    folder: Path,
    first: int,
    wait: Callable[[int], None],
    limit: int | None = None,
    keep_log: bool = False,
) -> int:
    """
    Start a writer and see it die.

    Parameters
    ----------
    folder : Path
        Of the ledger.
    first : int
        Number of its first record.
    wait : callable
        Called with the file descriptor of its reports; returns when it is to be killed.
    limit : int, optional
        Bytes that no file may exceed; it dies of that, and is not killed.
    keep_log : bool
        As in `write_until_killed`.

    Returns
    -------
    int
        How many records it reported.
    """
    heard, said = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            write_until_killed(folder, first, said, limit, keep_log)
        finally:
            os._exit(9)  # it should not come to this
    os.close(said)
    if limit is None:
        wait(heard)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    reported = 0
    while dots := os.read(heard, 65536):
        reported += len(dots)
    os.close(heard)
    expected = signal.SIGKILL if limit is None else signal.SIGXFSZ
    if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != expected:
        raise SystemExit(f"the writer was to die of signal {expected.value}; status {status}")
    return reported


def look(folder: Path, before: int, reported: int) -> int:
    """
    Say what is wrong with what is left, and end; else count it.

    Parameters
    ----------
    folder : Path
        Of the ledger.
    before : int
        Records that were there.
    reported : int
        Records that were reported since.

    Returns
    -------
    int
        Records that are there now.
    """
    found = verify(open_ledger(folder))
    if not found.sound:
        raise SystemExit("\n".join(found.problems))
    if not before + reported <= found.count <= before + reported + 1:
        raise SystemExit(f"{before} + {reported} records were written and {found.count} are there")
    return found.count


def kill_at_random(kills: int, rng: random.Random) -> int:
    """
    Kill writers at random moments of their second to fourth record, or of the making of a ledger.

    Parameters
    ----------
    kills : int
        How many.
    rng : random.Random
        Chooses the moments.

    Returns
    -------
    int
        Records written in all.
    """
    total = 0
    for at in range(0, kills, KILLS_A_LEDGER):
        with tempfile.TemporaryDirectory() as name:
            folder, count = Path(name), 0
            for _ in range(min(KILLS_A_LEDGER, kills - at)):

                def wait(heard: int, count: int = count) -> None:
                    if count:
                        select.select([heard], [], [], 10)
                    time.sleep(rng.uniform(0, 0.06))

                first = 1_000_000 * total + 1_000 * count
                count = look(folder, count, end_one(folder, first, wait))
            total += count
    return total


def die_at_every_byte(steps: int) -> int:
    """
    Let writers die at write after write, in the log and in the database.

    Parameters
    ----------
    steps : int
        How many places, evenly from the first byte to 160,000.

    Returns
    -------
    int
        Records written in all.
    """
    total = 0
    for step in range(steps):
        limit = 1 + step * 160_000 // steps
        with tempfile.TemporaryDirectory() as name:
            folder, before = Path(name), step % 2
            if before:
                open_ledger(folder).write([small_entry(-1)])
            reported = end_one(folder, 0, lambda _: None, limit, keep_log=bool(before))
            total += look(folder, before, reported)
    return total


def main() -> None:
    """Run both and say how it went."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    start = time.monotonic()
    killed = kill_at_random(asked.kills, random.Random(asked.seed))
    stepped = die_at_every_byte(asked.steps)
    print(
        f"{asked.kills:,} kills between {killed:,} records, {asked.steps:,} deaths at a byte"
        f" between {stepped:,}: every ledger opens, every record is whole, every chain holds"
        f" ({time.monotonic() - start:.0f} s)"
    )


if __name__ == "__main__":
    sys.exit(main())
