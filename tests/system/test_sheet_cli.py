"""`sheet out`, `seal` and `in` as an analyst meets them, and the ledger that keeps the order.

One workspace is made and one short fit done in it; each test has a copy of it.
"""

import io
import json
import shutil
import sys

import pytest
from openpyxl import load_workbook

from estimative.cli import main

SHORT = ("--draws", "600", "--tune", "400")  # a belief that passes the gate
OWN = ("--outcome", "talks", "--probability", "60%", "--outcome", "agreement", "--probability")

pytestmark = pytest.mark.slow


@pytest.fixture
def run(workspace, capfd, monkeypatch):
    """Return what runs a command and gives its status, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words, typed=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        out, err = capfd.readouterr()
        assert "Traceback" not in err, err
        return int(end.value.code or 0), " ".join(out.split()), " ".join(err.split())

    return run


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sheets") / "work"
    for words in (["new", folder], ["forecast", folder, "--no-record", "--as-of", "2025-03-22"]):
        with pytest.raises(SystemExit) as end:
            main([*map(str, words), *(SHORT if len(words) > 2 else ())])
        assert not end.value.code
    return folder


@pytest.fixture
def workspace(fitted, tmp_path, monkeypatch):
    shutil.copytree(fitted, tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")
    return tmp_path / "own"


def fill(file, to, name, probability):
    book = load_workbook(file)
    sheet = book["Answers"]
    sheet["B5"], sheet["B6"] = name, "2025-03-22"
    for row in (9, 10):
        sheet.cell(row, 6).value = probability
    book.save(to)


def files(workspace):
    folder = workspace / "scenarios"
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_out_seal_in_and_history(run, workspace):
    assert run("sheet", "out", "tutorial", "-o", "ask.xlsx")[:2] == (0, "ask.xlsx")
    status, _, err = run("sheet", "out", "tutorial", "-o", "ask.xlsx")
    assert (status, "ask.xlsx: there already" in err) == (2, True)
    for name, probability in {"Claire Moreau": 0.7, "Jane Doe": "30%"}.items():
        fill("ask.xlsx", f"{name.split()[0]}.xlsx", name, probability)
    came = ("Claire.xlsx", "Jane.xlsx")
    before = files(workspace)

    status, out, err = run("sheet", "in", "tutorial", *came, *SHORT, "--yes")
    assert (status, out) == (2, "")
    assert "your own numbers are not sealed for talks and agreement" in err
    assert "estimative sheet seal tutorial --outcome talks --probability N%" in err

    status, out, _ = run("sheet", "seal", "tutorial", *OWN, "unlikely")
    assert status == 0
    assert "own numbers: talks 60%, agreement unlikely" in out

    status, out, err = run("sheet", "in", "tutorial", *came, *SHORT, typed="n\n")
    assert (status, files(workspace)) == (0, before)
    assert "new expert jane_doe: Jane Doe" in out
    assert "What the sheets change, as of 2025-03-22. outcome own n sheets mean before after" in out
    assert "talks 60% 2 30% to 70% 50%" in out
    assert err.endswith("nothing was written")

    status, _, err = run("sheet", "in", "tutorial", *came, *SHORT)
    assert (status, files(workspace)) == (2, before)
    assert "nobody can be asked here, so nothing was written; give --yes" in err

    status, out, err = run("sheet", "in", "tutorial", *came, *SHORT, "--json", typed="y\n")
    assert status == 0
    talks, agreement, plant = json.loads(out)
    assert (talks["own"], talks["experts"], talks["mean"]) == (0.6, 2, 0.5)
    assert talks["after"] < talks["before"]
    assert agreement["answers"][0]["place"] == "Answers!F10"
    assert (plant["own"], plant["mean"]) == (None, None)
    assert "written: " in err
    assert run("check", "tutorial")[1].startswith("tutorial: right. 3 outcomes")

    status, out, err = run("sheet", "in", "tutorial", *came, *SHORT)
    assert (status, err) == (0, "nothing is new; nothing was written")
    assert out.count("already in") == 4

    out = run("history", "tutorial")[1]
    assert "sheets read: Claire.xlsx, Jane.xlsx; own numbers sealed" in out
    assert "ledger.sqlite: sound." in run("history", "--verify")[1]
    assert "tutorial: 3 sealed beside them." in run("history")[1]


def test_unsealed_is_said_and_dry_run_writes_nothing(run, workspace):
    table = "expert,question,probability,forecast_date\nAnn Lee,talks,30%,2025-03-22\n"
    (workspace / "t.csv").write_text(table)
    before = files(workspace)
    status, out, err = run(*("sheet", "in", "tutorial", "t.csv", *SHORT, "--unsealed", "--dry-run"))
    assert (status, files(workspace)) == (0, before)
    assert "scenario.yaml gains: experts: ann_lee: {name: Ann Lee}" in out
    assert "source: sheet_" in out
    assert "Read without own numbers (--unsealed): talks; the ledger says so." in out
    assert err.endswith("nothing was written")
    assert "sheets read: t.csv; unsealed before: talks" in run("history", "tutorial")[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("seal", "tutorial"), "give --outcome and --probability, or the file of a sheet"),
        (("seal", "tutorial", "--outcome", "talks"), "1 outcome and 0 probabilities"),
        (("seal", "tutorial", *OWN[:4], *OWN[:4]), "talks is given twice"),
        (("seal", "tutorial", "no.xlsx"), "no.xlsx: cannot be read: No such file"),
        (("seal", "tutorial", "--outcome", "talk", "--probability", "2"), "did you mean 'talks'?"),
        (("out", "tutorial", "-o", "a.docx"), "give it .xlsx or .csv"),
        (("out", "tutorial", "-o", "a.csv", "--expert", "x"), "no expert 'x'"),
        (("out", "tutorial", "-o", "a.csv", "--as-of", "1.2.25"), "is not a day"),
        (("in", "tutorial", "no.xlsx", "no.xlsm"), "no.xlsm: cannot be read"),
        (("in", "tutorial", "scenarios"), "is a folder; name the files in it"),
        (("in", "nowhere", "a.csv"), "no such folder or scenario"),
    ],
)
def test_what_is_wrong_is_said(run, workspace, words, told):
    before = files(workspace)
    status, out, err = run("sheet", *words)
    assert status in (1, 2)
    assert out == ""
    assert told in err
    assert files(workspace) == before
