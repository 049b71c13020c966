"""How long an answer takes from a stored belief, and how that grows with the statements.

    python benchmarks/forecast_speed.py [scenario]

The scenario (default russia-dprk-2023) is fitted first if it has to be. Then: the answer in
process, with the scenario read; the whole process against `import numpy, numba, pandas`, the two
taking turns; and reading plus answering with 10, 100 and 1,000 made-up statements, whose beliefs
are cheap ones. Prints one table, and ends with status 1 where a promise is broken.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import estimative as est
from estimative.belief import Settings

IN_PROCESS, OF_IMPORTS = 0.1, 2.0  # seconds; times the bare imports
LINEAR = 1.3  # a tenfold of statements may take this many times ten as long
CHEAP = Settings(chains=2, tune=30, draws=30)
BARE = "import numpy, numba, pandas"
WHOLE = "import estimative as est; print(est.forecast(est.read_scenario({name!r})).text())"
SIZES = (10, 100, 1000)


def median(work: Callable[[], object], times: int) -> float:
    """Return the median time of a piece of work, in seconds."""
    return statistics.median(seconds(work) for _ in range(times))


def seconds(work: Callable[[], object]) -> float:
    """Return how long a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def process(code: str) -> float:
    """Return how long Python takes to run some code, from start to end."""
    return seconds(
        lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    )


def quietly(line: str) -> None:
    """Take a line of progress and keep it to oneself."""


def main() -> None:
    """Measure, print, judge."""
    name = sys.argv[1] if len(sys.argv) > 1 else "russia-dprk-2023"
    scenario = est.read_scenario(name)
    est.forecast(scenario)
    inside = median(lambda: est.forecast(scenario, tell=quietly), 20)
    both = [(process(WHOLE.format(name=name)), process(BARE)) for _ in range(7)]
    whole, bare = (statistics.median(one) for one in zip(*both, strict=True))
    print(f"{'answer in process, scenario read':44}{inside:>8.3f} s   (at most {IN_PROCESS} s)")
    print(f"{'whole process, stored belief':44}{whole:>8.3f} s")
    print(f"{BARE:44}{bare:>8.3f} s   ratio {whole / bare:.2f} (at most {OF_IMPORTS})")
    growth = []
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            place = made_up(Path(folder), size)
            est.forecast(est.read_scenario(place), settings=CHEAP, tell=quietly)
            read = median(lambda: est.read_scenario(place), 5)  # noqa: B023
            many = est.read_scenario(place)
            answer = median(lambda: est.forecast(many, settings=CHEAP, tell=quietly), 5)  # noqa: B023
            growth.append((read, answer))
            print(f"{f'{size:,} statements':44}{read:>8.3f} s reading{answer:>9.3f} s answering")
    steps = [b / a / 10 for kind in zip(*growth, strict=True) for a, b in pairwise(kind)]
    print(f"tenfold statements take at most {max(steps):.2f} times tenfold (at most {LINEAR})")
    if inside > IN_PROCESS or whole > OF_IMPORTS * bare or max(steps) > LINEAR:
        sys.exit("promises broken")


def made_up(folder: Path, size: int) -> Path:
    """Write a scenario of ten outcomes in a chain with so many statements of as many experts."""
    place = folder / f"made_up_{size}" / "scenarios" / "made_up"
    place.mkdir(parents=True)
    names = [f"o{i}" for i in range(10)]
    statements = {
        f"s{i}": {
            "kind": "probability",
            "expert": f"e{i}",
            "date": "2024-01-01",
            "said": f"Statement {i}.",
            "event": {names[i % 10]: "yes"},
            "probability": f"{20 + i % 60}%",
        }
        for i in range(size)
    }
    document = {
        "format": 1,
        "question": "What follows?",
        "opens": "2024-01-01",
        "by": "2024-12-31",
        "as_of": "2024-02-01",
        "outcomes": {n: {"title": n, "definition": "Seen."} for n in names},
        "links": [f"{a} -> {b}" for a, b in pairwise(names)],
        "experts": {f"e{i}": {"name": f"E{i}"} for i in range(size)},
        "statements": statements,
    }
    (place / "scenario.yaml").write_text(json.dumps(document, indent=1))
    return place


if __name__ == "__main__":
    main()
