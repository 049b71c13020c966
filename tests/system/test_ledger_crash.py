"""The ledger survives what processes do: die at any moment, and write at the same time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from estimative.records import open_ledger, verify

ROOT = Path(__file__).parents[2]
CRASH = ROOT / "tools" / "crash_ledger.py"

pytestmark = pytest.mark.slow

WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from crash_ledger import small_entry
from estimative.records import open_ledger
for number in range(int(sys.argv[3]), int(sys.argv[3]) + 50):
    open_ledger(Path(sys.argv[2])).write([small_entry(number)])
assert "sqlalchemy" not in sys.modules, "recording must not wait for SQLAlchemy to be imported"
"""

posix = pytest.mark.skipif(os.name == "nt", reason="needs fork")


@posix
def test_fifty_kills_and_a_death_at_every_write_leave_whole_records():
    asked = [sys.executable, str(CRASH), "--kills", "50", "--steps", "40"]
    ended = subprocess.run(asked, capture_output=True, text=True, timeout=600, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.startswith("50 kills")


@posix
@pytest.mark.nightly
def test_a_thousand_kills():
    ended = subprocess.run([sys.executable, str(CRASH)], check=False, timeout=3600)
    assert ended.returncode == 0


@posix
def test_two_processes_write_at_once(tmp_path):
    command = [sys.executable, "-c", WRITER, str(CRASH.parent), str(tmp_path / "runs")]
    writers = [subprocess.Popen([*command, str(first)]) for first in (0, 1000)]
    assert [writer.wait(120) for writer in writers] == [0, 0]
    found = verify(open_ledger(tmp_path / "runs"))
    assert found.sound, found.problems
    assert found.count == 100
