"""The command line, as processes: every ending has its status, its words and its stream.

One workspace is made by `estimative new` and one short fit done in it; whatever else needs no fit
of its own is asked in this process, through `main`.
"""

import csv
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from estimative.cli import main

FLAGSHIP = Path(__file__).resolve().parents[2] / "scenarios" / "russia-dprk-2023"
SHORT = ("--draws", "600", "--tune", "400")  # a belief that passes the gate
TOO_SHORT = ("--draws", "20", "--tune", "20")  # one that does not
OUTCOMES = ["talks", "agreement", "plant_stops"]

pytestmark = pytest.mark.slow


def environment(**changed: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "PYTHONIOENCODING")}
    return kept | {"PYTHONIOENCODING": "utf-8"} | changed


def estimative(
    *words: object, cwd: Path, stdout: Any = subprocess.PIPE, **changed: str
) -> subprocess.CompletedProcess[str]:
    """Run the command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "estimative", *map(str, words)],
        cwd=cwd,
        env=environment(**changed),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        timeout=300,
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new workspace whose tutorial has been forecast once."""
    folder = tmp_path_factory.mktemp("cli") / "work space"
    made = estimative("new", folder, cwd=folder.parent)
    assert made.returncode == 0, made.stderr
    assert f"estimative forecast {folder}" in made.stdout
    first = estimative("forecast", "tutorial", *SHORT, cwd=folder)
    assert first.returncode == 0, first.stderr
    assert "sampling 4 chains" in first.stderr  # progress is not an answer
    assert "sampling" not in first.stdout
    return folder


@pytest.fixture
def run(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Return what runs a command in this process and gives its status, stdout and stderr."""
    monkeypatch.chdir(workspace)
    monkeypatch.setenv("COLUMNS", "100")

    def run(*words: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as end:
            main([str(word) for word in words])
        told = capfd.readouterr()
        assert "Traceback" not in told.err, told.err
        return int(end.value.code or 0), told.out, told.err

    return run


def in_store(workspace: Path) -> set[str]:
    return {path.name for path in (workspace / "runs" / "beliefs").iterdir()}


# --- what is asked for ------------------------------------------------------------------------


def test_the_table_says_chance_interval_word_confidence_and_who_pulls(run):
    status, out, err = run("forecast", "tutorial", *SHORT)
    assert (status, err) == (0, "")
    lines = out.splitlines()
    assert lines[3].split("  ")[0] == "outcome"
    assert "90% interval" in lines[3]
    row = next(i for i, line in enumerate(lines) if line.startswith("The car plant stops"))
    assert "%" in lines[row]
    assert lines[row + 1].strip().startswith("pulls: okafor_plant ")
    assert max(map(len, lines)) <= 100


def test_json_has_the_shape_of_the_design(run):
    status, out, _ = run("forecast", "tutorial", *SHORT, "--json", "--interval", "0.5")
    assert status == 0
    answer = json.loads(out, parse_constant=pytest.fail)
    assert list(answer) == [
        "scenario",
        "as_of",
        "model",
        "seed",
        "interval",
        "record",
        "diagnostics",
        "outcomes",
    ]
    assert [answer[key] for key in ("scenario", "as_of", "model", "seed", "interval")] == [
        "tutorial",
        "2025-03-21",
        "expert_network",
        1,
        0.5,
    ]
    assert answer["diagnostics"]["converged"] is True
    assert [outcome["name"] for outcome in answer["outcomes"]] == OUTCOMES
    for outcome in answer["outcomes"]:
        assert list(outcome) == [
            "name",
            "title",
            "probability",
            "lower",
            "upper",
            "phrase",
            "confidence",
            "withheld",
            "states",
        ]
        assert outcome["lower"] < outcome["probability"] < outcome["upper"]
        assert outcome["states"]["yes"] == pytest.approx(outcome["probability"])
        assert outcome["withheld"] is None


def test_csv_has_a_row_an_outcome(run):
    status, out, _ = run("forecast", "tutorial", *SHORT, "--csv")
    assert status == 0
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["name"] for row in rows] == OUTCOMES
    assert 0 < float(rows[0]["probability"]) < 1
    assert rows[0]["states"].startswith("no=0.")


def test_one_outcome_shows_where_its_number_comes_from(run):
    status, out, _ = run("forecast", "tutorial", *SHORT, "--outcome", "plant_stops")
    assert status == 0
    line = next(line for line in out.splitlines() if "Ben Okafor" in line)
    assert "no given agreement" not in line
    assert "yes given agreement = no: 80%" in line
    assert "radio, minute 31" in line
    assert "If the strike goes on, the plant stands still by April" in out
    assert "Definition: The maker announces" in out


def test_the_news_on_an_outcome_stands_below(run):
    _, out, _ = run("forecast", "tutorial", *SHORT, "--outcome", "talks")
    assert "News on it" in out
    assert "Elmhaven Gazette (B2)" in out


def test_the_trace_as_json_holds_every_factor(run):
    _, out, _ = run("forecast", "tutorial", *SHORT, "--outcome", "talks", "--json")
    (first, *_) = json.loads(out)
    assert first["statement"] == "moreau_talks"
    assert first["weight_expert"] < 1
    assert first["weight_total"] == pytest.approx(first["weight_given"] * first["weight_expert"])
    assert first["pull"] > 0


def test_coverage_says_what_is_stated(run):
    status, out, _ = run("coverage", "tutorial", *SHORT)
    assert status == 0
    assert "Claire Moreau: likely" in out
    assert "4 of 5 needs are stated" in out


def test_coverage_lists_what_is_stale_and_what_dropping_it_would_do(run):
    words = ("coverage", "tutorial", *SHORT, "--as-of", "2025-04-20", "--stale-after", "40")
    status, out, _ = run(*words)
    assert status == 0
    assert "To settle, as of 2025-04-20" in out
    assert "said 41 days ago" in out
    status, out, _ = run(*words, "--json")
    rows = json.loads(out)
    assert {row["kind"] for row in rows} >= {"need", "old", "due", "without stale"}
    assert len({tuple(row) for row in rows}) == 1
    assert run("coverage", "tutorial", "--stale-after", "0")[0] == 2


def test_two_codings_are_compared_and_drawn(run, workspace):
    mine, other = workspace / "scenarios" / "tutorial", workspace / "scenarios" / "second"
    shutil.copytree(mine, other)
    file = other / "scenario.yaml"
    text = file.read_text(encoding="utf-8").replace("by: desk", "by: Lena")
    file.write_text(text.replace("probability: likely", "probability: 15%"), encoding="utf-8")
    status, out, _ = run("compare", "tutorial", "--with", "second", *SHORT)
    assert status == 0
    assert "Two codings, as of" in out
    assert "points apart" in out
    assert "moreau_talks: talks = yes: likely" in out
    status, out, _ = run("compare", "tutorial", "--with", "second", *SHORT, "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [row["kind"] for row in rows] == ["headline"] * 3 + ["statement"]
    assert rows[0]["confidence"] == "low"
    picture = workspace / "coders.png"
    words = ("--what", "coders", "--with", "second", "--out", str(picture))
    assert run("plot", "tutorial", *words, *SHORT)[0] == 0
    assert picture.stat().st_size > 10_000
    shutil.rmtree(other)


def test_check_counts_what_it_read(run):
    status, out, err = run("check", "tutorial")
    assert (status, err) == (0, "")
    assert out.startswith("tutorial: right. 3 outcomes, 0 drivers, 2 links, 4 statements")
    assert "1 item of news." in out


@pytest.mark.parametrize("schema", ["scenario", "experts", "news"])
def test_check_prints_the_schemas(run, schema):
    status, out, _ = run("check", "--schema", schema)
    assert status == 0
    assert json.loads(out)["$schema"].startswith("http://json-schema.org")


def test_version_and_help(run):
    assert run("--version")[:2] == (0, "estimative 0.1.0\n")
    status, out, _ = run("--help")
    assert status == 0
    assert "3 not converged" in out
    assert all(verb in out for verb in ("check", "coverage", "forecast", "disagreement", "new"))


def test_news_after_the_day_is_not_used(run):
    def chance(day: str) -> float:
        _, out, _ = run("forecast", "tutorial", *SHORT, "--as-of", day, "--json")
        return json.loads(out)["outcomes"][0]["probability"]

    assert chance("2025-03-20") < chance("2025-03-21")


def test_after_the_window_what_was_not_seen_has_not_happened(run):
    _, out, _ = run("forecast", "tutorial", *SHORT, "--as-of", "9999-12-31")
    row = next(line for line in out.splitlines() if line.startswith("The strike ends"))
    assert row.split("  ")[-2:] != []
    assert " 0%" in row
    assert "closed: no" in row


def test_compare_says_what_moved_and_the_parts_add_up(run):
    days = ("--from", "2025-03-20", "--to", "2025-03-21")
    status, out, _ = run("compare", "tutorial", *days, *SHORT)
    assert status == 0
    assert "What changed from 2025-03-20 to 2025-03-21, and why." in " ".join(out.split())
    status, out, _ = run("compare", "tutorial", *days, *SHORT, "--json")
    rows = json.loads(out)
    for outcome in OUTCOMES:
        of_it = [row for row in rows if row["outcome"] == outcome]
        assert of_it[-1]["cause"] == "refit"
        assert sum(row["part"] for row in of_it) == pytest.approx(of_it[0]["move"], abs=1e-9)
    assert any(row["kind"] == "news" and abs(row["part"]) > 0.005 for row in rows)


def test_every_forecast_is_recorded_once_unless_it_is_not_wanted(run):
    _, shown, _ = run("forecast", "tutorial", *SHORT, "--seed", "3", "--no-record", "--json")
    record = json.loads(shown)["record"]
    assert record not in run("history", "tutorial", "--json")[1]
    for _ in range(2):
        run("forecast", "tutorial", *SHORT, "--seed", "3")
    _, out, _ = run("history", "tutorial", "--record", record, "--json")
    rows = json.loads(out)
    assert [row["outcome"] for row in rows] == OUTCOMES
    said = {o["name"]: o["probability"] for o in json.loads(shown)["outcomes"]}
    assert {row["outcome"]: row["probability"] for row in rows} == said
    status, out, _ = run("history", "--verify")
    assert (status, "sound" in out) == (0, True)


def test_a_record_that_was_changed_is_found(run, workspace, tmp_path, monkeypatch):
    shutil.copytree(workspace, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    assert run("history", "--verify")[0] == 0
    with closing(sqlite3.connect("runs/ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE records SET results = replace(results, '0.', '0.1')")
    status, out, _ = run("history", "--verify")
    assert status == 4
    assert "not sound" in out or "changed" in out


def test_files_changed_since_are_named(run, workspace, tmp_path, monkeypatch):
    shutil.copytree(workspace, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    run("forecast", "tutorial", *SHORT)
    (item,) = Path("scenarios/tutorial/news").glob("*.yaml")
    item.write_text(item.read_text().replace("[2, 4, 8]", "[2, 3, 8]"))
    status, out, err = run("check", "tutorial")
    assert (status, f"news/{item.name}" in err) == (0, True)
    assert "was changed after forecasts as of" in err
    status, out, err = run("forecast", "tutorial", *SHORT)
    assert item.name in out


def test_score_counts_what_was_recorded_before_it_was_known(run):
    run("forecast", "tutorial", *SHORT)
    status, out, _ = run("score", "tutorial", "--as-of", "2025-06-30", "--json")
    rows = json.loads(out)
    assert status == 0
    assert {row["outcome"] for row in rows} <= set(OUTCOMES)
    assert rows


def test_pictures_are_written_where_asked(run, tmp_path):
    for file in ("bare.png", "in a folder/slide.pptx"):
        status, out, _ = run("plot", "tutorial", *SHORT, "--out", tmp_path / file)
        assert (status, out.strip()) == (0, str(tmp_path / file))
        assert (tmp_path / file).stat().st_size > 10_000


@pytest.mark.parametrize("what", ["timeline", "waterfall"])
def test_pictures_of_one_outcome(run, tmp_path, what):
    words = ("plot", "tutorial", *SHORT, "--what", what, "--from", "2025-03-20")
    words += ("--as-of", "2025-03-21", "--out", tmp_path / "a.png")
    assert "name the outcome to draw" in run(*words)[2]
    status, out, _ = run(*words, "--outcome", "talks")
    assert (status, out.strip()) == (0, str(tmp_path / "a.png"))
    assert (tmp_path / "a.png").stat().st_size > 10_000


# --- what is refused, before anything is computed -----------------------------------------------


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "forecast"),  # the help
        (("forcast", "tutorial"), "Did you mean 'forecast'?"),
        (("forecast",), "SCENARIO"),
        (("forecast", "tutorial", "--as-of", "nonsense"), "'nonsense' is not a day; write it as"),
        (("forecast", "tutorial", "--as-of", ""), "is not a day"),
        (("forecast", "tutorial", "--as-of", "2025-02-30"), "'2025-02-30' is not a day"),
        (("compare", "tutorial"), "--from"),
        (("compare", "tutorial", "--with", "tutorial", "--from", "2025-03-20"), "one of the two"),
        (("compare", "tutorial", "--with", str(FLAGSHIP)), "none of the scenario's outcomes"),
        (("plot", "tutorial", "--what", "coders"), "name the other coding"),
        (("compare", "tutorial", "--from", "2025-04-01"), "name the later day with --to"),
        (("plot", "tutorial", "--what", "waterfall", "--outcome", "talks"), "name the earlier day"),
        (("history", "tutorial", "--outcome", "talk"), "did you mean 'talks'?"),
        (("history", "tutorial", "--since", "x"), "'x' is not a day"),
        (("history", "--since", "2025-03-01"), "name the scenario"),
        (("history", "tutorial", "--lines", "--outcome", "talks"), "--lines takes none of these"),
        (("history", "--verify", "--model", "x"), "--verify takes none of these"),
        (
            ("plot", "tutorial", "--what=timeline", "--outcome=talks", "--as-of=2025-01-05"),
            "begin on 2025-03-10 and end on 2025-01-05",
        ),
        (("forecast", "tutorial", "--interval", "0"), "interval is 0; give a mass between"),
        (("forecast", "tutorial", "--interval", "1"), "interval is 1"),
        (("forecast", "tutorial", "--interval", "90"), "such as 0.9"),
        (("forecast", "tutorial", "--interval", "nan"), "interval is nan"),
        (("forecast", "tutorial", "--interval", "90%"), "--interval"),
        (("forecast", "tutorial", "--seed", "-1"), "seed is -1; give a whole number from 0"),
        (("forecast", "tutorial", "--seed", str(2**64)), "seed is 18446744073709551616"),
        (("forecast", "tutorial", "--seed", "1.5"), "--seed"),
        (("forecast", "tutorial", "--draws", "1"), "draws is 1; give at least 20"),
        (("forecast", "tutorial", "--tune", "-5"), "tune is -5; give at least 20"),
        (("forecast", "tutorial", "--outcome", "agrement"), "did you mean 'agreement'?"),
        (("forecast", "tutorial", "--outcome", "zzz"), "there are: talks, agreement, plant_stops"),
        (("forecast", FLAGSHIP, "--outcome", "russian_need"), "is a driver"),
        (("forecast", "tutorial", "--json", "--csv"), "--json or --csv, not both"),
        (("forecast", "tutorial", "--model", "expert_netwrk"), "did you mean 'expert_network'?"),
        (("forecast", "tutorial", "--model", ""), "there are: expert_network"),
        (("forecast", "tutorial", "--model", "nowhere.py"), "no model file nowhere.py"),
        (("disagreement", "tutorial", "--expert", "okafr"), "did you mean 'okafor'?"),
        (("disagreement", "tutorial", "--expert", "zzz"), "there are: moreau, okafor"),
        (("disagreement", "tutorial", "--outcome", "x"), "no outcome 'x'"),
        (("plot", "tutorial", "--out", "picture.gif"), "must end in one of .png"),
        (("plot", "tutorial", "--what", "pie"), "'forecast', 'network'"),
        (("check",), "name a scenario, or give --schema"),
        (("check", "--schema", "pie"), "'scenario', 'experts', 'news'"),
        (("new", ""), "name a folder to make"),
    ],
    ids=lambda value: " ".join(map(str, value))[:60] if isinstance(value, tuple) else None,
)
def test_wrong_words_are_usage(run, workspace, words, said):
    before = in_store(workspace)
    status, out, err = run(*words)
    assert status == 2
    assert out == ""
    assert said in " ".join(err.split())
    assert in_store(workspace) == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tutoral", "no such folder or scenario; did you mean 'tutorial'?"),
        ("nowhere/at/all", "no such folder or scenario"),
        ("C:\\Users\\me\\tutorial", "no such folder or scenario"),
        ("scenarios/tutorial/news/2025-03-21-mediator-named.yaml", "is not a scenario"),
        ("x" * 5000, "is no name of a file or folder"),
    ],
    ids=lambda value: value[:40],
)
@pytest.mark.parametrize("verb", ["check", "forecast", "coverage", "disagreement", "plot"])
def test_what_is_no_scenario_is_said_with_the_cure(run, verb, name, said):
    status, out, err = run(verb, name)
    assert (status, out) == (1, "")
    assert said in err
    assert "1 error; nothing was computed." in err


def test_every_error_of_a_file_stands_with_its_line(run, workspace):
    broken = workspace / "scenarios" / "broken"
    shutil.copytree(workspace / "scenarios" / "tutorial", broken)
    file = broken / "scenario.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("talks -> agreement\n", "talks -> agreemnt\n", 1).replace(
            ": likely", ": 120%"
        ),
        encoding="utf-8",
    )
    try:
        status, out, err = run("forecast", "broken")
    finally:
        shutil.rmtree(broken)
    assert (status, out) == (1, "")
    problems = [line for line in err.splitlines() if line.startswith("scenarios/broken/")]
    assert len(problems) >= 2
    assert all(line.split(":")[1].isdigit() for line in problems)
    assert "did you mean 'agreement'?" in err


def test_a_network_too_large_to_compute_is_the_scenarios_fault(run, workspace):
    folder = workspace / "scenarios" / "wide"
    folder.mkdir()
    causes = [f"cause{i}" for i in range(20)]
    nodes = {name: {"title": name, "definition": "Seen."} for name in [*causes, "effect"]}
    saying = {"kind": "probability", "expert": "e", "date": "2025-01-01", "said": "Well."}
    document = {
        "format": 1,
        "question": "What follows?",
        "coded": {"by": "desk", "on": "2025-01-01"},
        "opens": "2025-01-01",
        "by": "2025-12-31",
        "outcomes": nodes,
        "links": [f"{name} -> effect" for name in causes],
        "experts": {"e": {"name": "E"}},
        "statements": {"s": saying | {"event": {"effect": "yes"}, "probability": "likely"}},
    }
    (folder / "scenario.yaml").write_text(json.dumps(document), encoding="utf-8")
    try:
        status, out, err = run("forecast", "wide")
    finally:
        shutil.rmtree(folder)
    assert (status, out) == (1, "")
    assert "'effect' has 20 direct causes" in err
    assert "gather some" in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def build_model(:\n", "SyntaxError"),
        ("pass\n", "defines no build_model(scenario)"),
        ("raise SystemExit(0)\n", "the model file fails: SystemExit"),
        ("import no_such_module\n", "No module named 'no_such_module'"),
        ("def build_model(scenario):\n    raise KeyError('boom')\n", "KeyError: 'boom'"),
        ("def build_model(scenario):\n    return None\n", "NoneType without a variable `cpt`"),
        (
            "import pymc as pm\ndef build_model(scenario):\n    with pm.Model() as model:\n"
            "        pm.Normal('x')\n    return model\n",
            "without a variable `cpt`",
        ),
    ],
    ids=["syntax", "nothing", "exit", "import", "raises", "none", "no cpt"],
)
def test_a_broken_model_file_is_named_with_what_is_wrong(run, tmp_path, text, said):
    file = tmp_path / "broken_model.py"
    file.write_text(text, encoding="utf-8")
    status, out, err = run("forecast", "tutorial", *SHORT, "--model", file)
    assert (status, out) == (2, "")
    assert said in err


def test_a_model_file_that_is_no_text_is_named(run, tmp_path):
    file = tmp_path / "binary.py"
    file.write_bytes(b"\xff\xfe\x00")
    status, _, err = run("forecast", "tutorial", *SHORT, "--model", file)
    assert status == 2
    assert "binary.py: the model file cannot be read" in err


def test_new_never_writes_over_anything(run, workspace):
    before = (workspace / "scenarios" / "tutorial" / "scenario.yaml").read_bytes()
    status, out, err = run("new", workspace)
    assert (status, out) == (1, "")
    assert "already holds scenarios; nothing was changed" in err
    assert (workspace / "scenarios" / "tutorial" / "scenario.yaml").read_bytes() == before


# --- people -----------------------------------------------------------------------------------


def test_an_alias_is_understood_and_its_nearest_spelling_offered(run):
    """On the flagship, without its fit."""
    from estimative.reading import read_scenario

    person, note = read_scenario(FLAGSHIP).find_expert("Lukin")
    assert person == "luzyanin"
    assert note is not None
    status, _, err = run("disagreement", FLAGSHIP, "--expert", "Lukim")
    assert status == 2
    assert "did you mean 'Lukin'?" in " ".join(err.split())


def test_disagreement_of_one_expert_says_who_and_keeps_the_fit(run, workspace):
    words = (
        "disagreement",
        "tutorial",
        *SHORT,
        "--expert",
        "ben okafor",
        "--outcome",
        "plant_stops",
    )
    status, out, err = run(*words, "--json")
    assert status in (0, 3)  # a voice of one statement may need more draws
    assert [row["voice"] for row in json.loads(out)] == ["pooled", "Ben Okafor"]
    assert "Ben Okafor alone: " in err
    again = run(*words)
    assert "sampling" not in again[2]
    assert "Ben Okafor" in again[1]


# --- not converged ----------------------------------------------------------------------------


def test_a_fit_that_has_not_converged_withholds_and_says_so(run):
    status, out, err = run("forecast", "tutorial", *TOO_SHORT)
    assert status == 3
    assert "NOT CONVERGED, so every chance is withheld" in out
    assert "--draws 4000" in out
    rows = [line for line in out.splitlines() if line.startswith("The ")]
    assert len(rows) == 3
    assert not [row for row in rows if "%" in row]
    assert "error: not converged: R-hat" in err

    status, out, _ = run("forecast", "tutorial", *TOO_SHORT, "--json")
    answer = json.loads(out, parse_constant=pytest.fail)
    assert status == 3
    assert answer["diagnostics"]["converged"] is False
    for outcome in answer["outcomes"]:
        assert outcome["probability"] is outcome["lower"] is outcome["upper"] is None
        assert set(outcome["states"].values()) == {None}
        assert outcome["withheld"].startswith("not converged")

    assert run("forecast", "tutorial", *TOO_SHORT, "--outcome", "talks")[0] == 3
    assert run("coverage", "tutorial", *TOO_SHORT)[0] == 3


# --- the world outside ------------------------------------------------------------------------


@pytest.mark.parametrize("columns", ["20", "60", "80", "300", "abc", "0"])
def test_any_terminal_will_do(run, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    status, out, _ = run("forecast", "tutorial", *SHORT)
    assert status == 0
    width = int(columns) if columns.isdigit() and int(columns) else 100
    assert max(map(len, out.splitlines())) <= min(max(width, 40), 120)


def test_a_process_of_its_own_from_another_folder_says_the_same(run, workspace, tmp_path):
    _, here, _ = run("forecast", "tutorial", *SHORT)
    folder = workspace / "scenarios" / "tutorial"
    there = estimative("forecast", folder, *SHORT, cwd=tmp_path, COLUMNS="100", NO_COLOR="1")
    assert (there.returncode, there.stderr) == (0, "")
    assert there.stdout == here
    assert "\x1b" not in there.stdout


def test_an_output_without_the_characters_gets_others(workspace):
    ascii_only = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    table = estimative("forecast", "tutorial", *SHORT, cwd=workspace, **ascii_only)
    assert (table.returncode, table.stderr) == (0, "")
    assert "-----" in table.stdout
    assert table.stdout.isascii()


def test_json_keeps_every_letter_in_any_encoding(run, workspace):
    folder = workspace / "scenarios" / "letters"
    shutil.copytree(workspace / "scenarios" / "tutorial", folder)
    file = folder / "scenario.yaml"
    title = "罢工结束 – Ende"
    text = file.read_text(encoding="utf-8").replace("title: The strike ends", f"title: {title}")
    file.write_text(text, encoding="utf-8")
    try:
        answer = estimative(
            "forecast", "letters", *SHORT, "--json", cwd=workspace, PYTHONIOENCODING="ascii"
        )
        _, table, _ = run("forecast", "letters", *SHORT)
    finally:
        shutil.rmtree(folder)
    assert json.loads(answer.stdout)["outcomes"][1]["title"] == title
    assert title in table


@pytest.mark.skipif(os.name == "nt", reason="there is no such pipe")
def test_a_reader_may_close_the_pipe(workspace):
    words = [sys.executable, "-m", "estimative", "check", "--schema", "scenario"]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=workspace, env=environment()
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no disk that is always full")
def test_an_answer_that_cannot_be_written_is_storage(workspace):
    with Path("/dev/full").open("w") as full:
        done = estimative("forecast", "tutorial", *SHORT, cwd=workspace, stdout=full)
    assert done.returncode == 4
    assert done.stderr == "error: the answer cannot be written: No space left on device\n"


def test_a_place_where_nothing_can_be_stored_is_known_before_sampling(run, workspace, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(workspace / "scenarios", other / "scenarios")
    (other / "runs").write_text("in the way", encoding="utf-8")
    status, out, err = run("forecast", other / "scenarios" / "tutorial", *SHORT)
    assert (status, out) == (4, "")
    assert "runs" in err
    assert "sampling" not in err


def test_a_damaged_belief_is_fitted_again(run, workspace):
    words = ("forecast", "tutorial", *TOO_SHORT, "--seed", "3")
    before = in_store(workspace)
    _, first, _ = run(*words)
    (name,) = (name for name in in_store(workspace) - before if name.endswith(".npz"))
    file = workspace / "runs" / "beliefs" / name
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 3])
    _, second, err = run(*words)
    assert "sampling" in err
    assert second == first
    assert "sampling" not in run(*words)[2]


@pytest.mark.skipif(os.name == "nt", reason="signals are another matter there")
def test_ctrl_c_ends_cleanly_and_leaves_no_half_file(workspace):
    before = in_store(workspace)
    words = ("forecast", "tutorial", "--seed", "7", "--draws", "100000")
    with subprocess.Popen(
        [sys.executable, "-m", "estimative", *words],
        cwd=workspace,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("sampling"):
                break
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        status = process.wait(60)
    assert status == 130, rest
    assert rest.splitlines()[-1] == "stopped; no file was left half written"
    assert "Traceback" not in rest
    assert in_store(workspace) == before


def test_two_at_once_do_not_disturb_each_other(workspace):
    words = [sys.executable, "-m", "estimative", "forecast", "tutorial", "--seed", "5", *TOO_SHORT]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    both = [subprocess.Popen(words, cwd=workspace, env=environment(), **pipes) for _ in range(2)]
    said = [process.communicate(timeout=300)[0] for process in both]
    assert [process.returncode for process in both] == [3, 3]
    assert said[0] == said[1]
    assert not [name for name in in_store(workspace) if name.startswith(".")]
