"""One seed gives one set of bytes: on a machine that has compiled nothing yet, and ever after."""

import os
import subprocess
import sys

import pytest
from builders import read, says

FIT = """
import hashlib, os, sys
if cores := int(sys.argv[2]):
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
import estimative as est
from estimative.belief import Settings
scenario = est.read_scenario(sys.argv[1])
settings = Settings(chains=2, tune=100, draws=100)
belief = est.forecast(scenario, settings=settings, tell=lambda _: None).belief
arrays = [belief.tables, *belief.posterior.values(), belief.without, belief.without_k]
print(hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest())
"""
STATEMENTS = {
    "x_a": says("x", "70%"),
    "y_a": says("y", "60-90%"),
    "x_b": says("x", "likely", event={"b": "yes"}, given={"a": "yes"}),
    "link": {"kind": "influence", "expert": "y", "link": "a -> b", "strength": "raises"},
    "record": {
        "kind": "base_rate",
        "event": {"b": "yes"},
        "happened": 2,
        "out_of": 6,
        "each": "1 year",
    },
}


@pytest.mark.nightly
def test_the_first_fit_on_a_machine_has_the_bytes_of_every_later_one(tmp_path):
    caches = {
        "NUMBA_CACHE_DIR": str(tmp_path / "numba"),
        "PYTENSOR_FLAGS": f"base_compiledir={tmp_path / 'pytensor'}",
    }
    one_thread = dict.fromkeys(
        ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"
    )

    def fit(cores: int = 0, **variables: str) -> str:
        """Return the hash of a belief fitted in a process, workspace and store of its own."""
        scenario = read(tmp_path, outcomes="ab", links=["a -> b"], statements=STATEMENTS)
        command = [sys.executable, "-c", FIT, str(scenario.folder), str(cores)]
        environment = os.environ | caches | variables
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    first = fit()
    assert fit() == first
    if hasattr(os, "sched_setaffinity"):
        assert fit(cores=1, **one_thread) == first
