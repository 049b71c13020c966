"""`what-if`, `indicators`, `joint` on the command line: tables, JSON, CSV, pictures, refusals."""

import csv
import io
import json
import shutil
from pathlib import Path

import pytest

from estimative.cli import main

TUTORIAL = Path(__file__).resolve().parents[2] / "scenarios" / "tutorial"
SHORT = ("--draws", "600", "--tune", "400")  # a belief that passes the gate
DO, GIVEN = ("--do", "talks=yes"), ("--given", "agreement=no")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """Return a workspace with the tutorial, which the first verb fits."""
    folder = tmp_path_factory.mktemp("explore")
    shutil.copytree(TUTORIAL, folder / "scenarios" / "tutorial")
    return folder


@pytest.fixture
def run(workspace, monkeypatch, capfd):
    """Return what runs a command in this process and gives its status, stdout and stderr."""
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("COLUMNS", "80")

    def run(verb, *words, short=SHORT):
        with pytest.raises(SystemExit) as end:
            main([verb, "tutorial", *map(str, words), *short, "--no-record"])
        told = capfd.readouterr()
        assert "Traceback" not in told.err, told.err
        return int(end.value.code or 0), told.out, told.err

    return run


@pytest.mark.parametrize(
    ("verb", "words", "heading", "columns"),
    [
        ("what-if", (*DO, *GIVEN), "What if: do talks = yes; given agreement = no.", "done"),
        ("indicators", ("--outcome", "plant_stops"), "What would change our mind", "information"),
        ("joint", ("--top", "3"), "The likeliest whole scenarios", "probability"),
    ],
)
def test_every_verb_prints_a_table_json_and_csv(run, verb, words, heading, columns):
    status, out, _ = run(verb, *words)
    assert status == 0
    assert heading in out
    assert max(map(len, out.splitlines())) <= 80
    status, out, err = run(verb, *words, "--json")
    assert (status, err) == (0, "")
    rows = json.loads(out, parse_constant=pytest.fail)
    status, out, err = run(verb, *words, "--csv")
    assert (status, err) == (0, "")
    table = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == len(table) > 0
    assert [float(row[columns]) for row in table] == [row[columns] for row in rows]


def test_some_outcomes_only(run):
    _, out, _ = run("joint", "--outcome", "talks", "--outcome", "agreement", "--json")
    assert [list(row["states"]) for row in json.loads(out)] == [["talks", "agreement"]] * 4


@pytest.mark.parametrize(
    ("verb", "words", "message"),
    [
        ("what-if", (), "suppose something"),
        ("what-if", ("--do", "talks"), "'talks' is not written NODE=STATE"),
        ("what-if", ("--do", "talk=yes"), "did you mean 'talks'?"),
        ("what-if", ("--given", "talks=perhaps"), "no state 'perhaps'; there are no and yes"),
        ("what-if", (*DO, "--given", "talks=no"), "'talks' is supposed twice"),
        ("indicators", (), "--outcome"),
        ("indicators", ("--outcome", "talk"), "did you mean 'talks'"),
        ("indicators", ("--outcome", "talks", "--strength", "strong-ish"), "--strength"),
        ("indicators", ("--outcome", "talks", "--strength", "0.5"), "above 1"),
        ("joint", ("--outcome", "talk"), "did you mean 'talks'"),
        ("joint", ("--top", "0"), "--top"),
        ("plot", ("--what", "what-if"), "suppose something"),
        ("plot", ("--what", "indicators"), "name the outcome to draw"),
        ("plot", ("--what", "joint", "--outcome", "talks"), "leave it out for joint; it is for"),
        ("plot", DO, "leave it out for forecast; it is for what-if"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_computed(run, verb, words, message):
    status, out, err = run(verb, *words, short=())
    assert (status, out) == (2, "")
    assert message in " ".join(err.split())
    assert "sampling" not in err


@pytest.mark.parametrize(
    ("what", "words"),
    [("what-if", DO), ("indicators", ("--outcome", "plant_stops")), ("joint", ())],
)
def test_each_has_a_picture(run, workspace, what, words):
    status, out, _ = run("plot", "--what", what, *words, "--out", f"{what}.svg")
    assert (status, out) == (0, f"{what}.svg\n")
    assert "<svg" in (workspace / f"{what}.svg").read_text(encoding="utf-8")


def test_what_is_settled_is_refused(run, workspace):
    item = workspace / "scenarios" / "tutorial" / "news" / "2025-03-22-talks.yaml"
    item.write_text(
        "kind: observation\npublished: 2025-03-22\nsaid: They talk.\nobserved: {talks: yes}\n"
        "source: {name: Gazette, reliability: B2}\n"
    )
    try:
        status, out, err = run("what-if", "--do", "talks=no", "--as-of", "2025-03-22")
        assert (status, out) == (2, "")
        assert "'talks' is settled as of 2025-03-22: yes; it can no longer be 'no'" in err
        status, _, err = run("indicators", "--outcome", "talks", "--as-of", "2025-03-22")
        assert status == 2
        assert "'talks' is settled as of 2025-03-22: yes" in err
    finally:
        item.unlink()
