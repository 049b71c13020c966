"""`news add` and `watch` as an analyst meets them: at a terminal, in a script, as a process.

One workspace is made and one short fit done in it; each test has a copy of it.
"""

import contextlib
import io
import os
import queue
import re
import select
import shutil
import signal
import subprocess
import sys
import threading
import time

import pytest

from estimative.cli import main

SHORT = ("--draws", "600", "--tune", "400")  # a belief that passes the gate
ITEM = {
    "--kind": "report",
    "--published": "2025-03-25",
    "--said": "A clerk saw both sides meet.",
    "--source": "Radio Elmhaven",
    "--reliability": "B2",
    "--favours": "talks=yes",
    "--ratio": "3, 6, 12",
}
COMMAND = [sys.executable, "-m", "estimative"]
ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "COLUMNS"} | {"PYTHONUTF8": "1"}

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fitted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("news") / "work"
    for words in (["new", folder], ["forecast", folder, *SHORT]):
        subprocess.run([*COMMAND, *words], check=True, capture_output=True, env=ENVIRONMENT)
    return folder


@pytest.fixture
def workspace(fitted, tmp_path, monkeypatch):
    shutil.copytree(fitted, tmp_path / "own")
    monkeypatch.chdir(tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture
def add(workspace, capfd, monkeypatch):
    """Return what runs `news add` without a terminal and gives its status, stdout and stderr."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys, "stdin", io.StringIO())  # which is no terminal

    def add(*flags, **changed):
        told = ITEM | {f"--{key.replace('_', '-')}": value for key, value in changed.items()}
        words = [word for key, value in told.items() if value is not None for word in (key, value)]
        with pytest.raises(SystemExit) as end:
            main(["news", "add", "tutorial", *SHORT, *words, *flags])
        out, err = capfd.readouterr()
        assert "Traceback" not in err, err
        return int(end.value.code or 0), " ".join(out.split()), " ".join(err.split())

    return add


def items(workspace):
    return sorted(p.name for p in (workspace / "scenarios" / "tutorial" / "news").iterdir())


def test_an_item_is_shown_with_its_effect_then_written(add, workspace):
    recorded = (workspace / "runs" / "ledger.sqlite").read_bytes()
    status, out, err = add()
    assert (status, err) == (0, "")
    assert "What changed as of 2025-03-25, and why." in out
    assert re.search(r"negotiate again \d\d% -> \d\d% \+\d", out)
    file = "2025-03-25-clerk-saw-both-sides.yaml"
    assert out.endswith(f"tutorial/news/{file}")
    assert items(workspace) == ["2025-03-21-mediator-named.yaml", file]
    assert (workspace / "runs" / "ledger.sqlite").read_bytes() == recorded  # it only asked
    status, _, err = add()
    assert status == 2
    assert f"news/{file} is there already; give another --name" in err
    assert add(name="again")[0] == 0
    assert "the same news as 2025-03-25-again" in add(name="once-more")[2]


def test_a_dry_run_shows_the_file_and_writes_nothing(add, workspace):
    status, out, err = add("--dry-run")
    assert status == 0
    assert out.startswith("# yaml-language-server: $schema=../../../docs/schema/news.schema.json")
    assert "ratio: [3, 6, 12] What changed as of" in out
    assert err == "nothing was written"
    assert len(items(workspace)) == 1


def test_a_reprint_says_what_it_would_have_added(add):
    add(origin="clerk")
    status, out, _ = add(origin="clerk", source="Herald", name="herald", said="A clerk, again.")
    assert status == 0
    assert "nothing moved by half a point" in out
    repeats = "clerk: 2025-03-25-herald repeats what was known (2 items, counted once)"
    assert repeats in out
    assert re.search(r"would have added, in points: The two sides negotiate again \+\d", out)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": None}, "an item of news also needs --kind"),
        ({"kind": "repot"}, "'repot' is not one of report, observation, revision, retraction"),
        ({"said": None, "ratio": None}, "a report also needs --said, --ratio"),
        ({"kind": "observation"}, "an observation also needs --observed and takes no --favours"),
        ({"kind": "revision"}, "also needs --supersedes, --change"),
        ({"kind": "retraction"}, "also needs --retracts"),
        ({"said": "한국"}, "also needs --name"),
        ({"favours": "talk=yes"}, "no outcome or driver 'talk'; did you mean 'talks'?"),
        ({"favours": "talks"}, "write it as talks=yes"),
        ({"ratio": "0.5"}, "favour the other state, with 2"),
        ({"reliability": "B"}, "a report has a digit too"),
        ({"published": "25.3.2025"}, "'25.3.2025' is not a day; write it as 2023-09-13, or today"),
        ({"name": "Bad Name"}, "in small letters, digits and -"),
        ({"as_of": "2025-03-24"}, "is before the item was published"),
        ({"model": "no-such"}, "no model 'no-such'"),
    ],
)
def test_what_is_refused_is_said_and_nothing_written(add, workspace, changed, said):
    status, out, err = add(**changed)
    assert (status, out) == (2, "")
    assert said in " ".join(err.replace("│ ", "").split())
    assert len(items(workspace)) == 1


def test_a_wrong_scenario_is_told_of_first(add, workspace):
    (workspace / "scenarios" / "tutorial" / "news" / "2025-03-22-x.yaml").write_text("kind: x\n")
    status, _, err = add()
    assert status == 1
    assert "2025-03-22-x.yaml" in err


def test_a_day_that_the_scenario_does_not_reach_is_said(add, workspace):
    file = workspace / "scenarios" / "tutorial" / "scenario.yaml"
    file.write_text(file.read_text().replace("format: 1", "format: 1\nas_of: 2025-03-22"))
    assert "only with --as-of 2025-03-25 or later" in add()[2]


# --- at a terminal ------------------------------------------------------------------------------


CTRL_C = "\x03"


def talk(workspace, words, answers):
    """Run `news add` at a terminal; give what was shown and the status."""
    pty = pytest.importorskip("pty")
    pid, terminal = pty.fork()
    if pid == 0:
        signal.alarm(300)  # so that a talk that goes wrong ends
        os.chdir(workspace)
        command = [*COMMAND, "news", "add", "tutorial", *SHORT, *words]
        os.execve(sys.executable, command, ENVIRONMENT | {"COLUMNS": "100"})
    shown, waiting, said = "", list(answers), ""
    with contextlib.suppress(OSError):  # as the terminal ends
        while True:
            if said == CTRL_C and not select.select([terminal], [], [], 2)[0]:
                # between writing a prompt and reading, Python hears of a signal and goes on to read
                os.write(terminal, CTRL_C.encode())
                continue
            if not (found := os.read(terminal, 65536)):
                break
            shown += found.decode(errors="replace")
            if waiting and re.search(r"[)\]]: $", shown):
                said = waiting.pop(0)
                os.write(terminal, said.encode())
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert "Traceback" not in shown, shown
    assert not waiting, shown
    return os.waitstatus_to_exitcode(status), shown


def test_a_terminal_asks_for_all_and_again_for_what_is_wrong(workspace):
    answers = ["repot", "report", "2025-02-30", "2025-03-25", "Both sides met.", "Radio", ""]
    answers += ["B9", "B2", "clerk", "talks=perhaps", "talks=yes", "0.2", "strongly", "Seen.", ""]
    status, shown = talk(workspace, [], [f"{answer}\n" for answer in [*answers, "both-met", "y"]])
    assert status == 0, shown
    for said in ("did you mean 'report'?", "there is no day 2025-02-30", "'B9' is not an"):
        assert said in shown
    assert "has no state 'perhaps' (allowed: no or yes)" in shown
    assert "favour the other state, with 5" in shown
    assert "slightly, moderately, strongly, very strongly or decisively" in shown
    assert items(workspace)[1] == "2025-03-25-both-met.yaml"
    text = (workspace / "scenarios/tutorial/news/2025-03-25-both-met.yaml").read_text()
    assert text.splitlines()[-4:] == [
        "bears_on:",
        "  - favours: {talks: yes}",
        "    ratio: strongly",
        "    because: Seen.",
    ]


def test_a_terminal_asks_only_for_leave_when_all_is_told(workspace):
    words = [word for pair in ITEM.items() for word in pair]
    status, shown = talk(workspace, words, ["n\n"])
    assert (status, "nothing was written" in shown) == (0, True)
    assert len(items(workspace)) == 1
    assert talk(workspace, [*words, "--yes"], [])[0] == 0
    assert len(items(workspace)) == 2


def test_a_wrong_flag_is_asked_for_again(workspace):
    told = [
        "--kind",
        "retraction",
        "--published",
        "2025-03-25",
        "--retracts",
        "2025-03-21-mediator",
    ]
    answers = ["Withdrawn.", "Gazette", "", "", "2025-03-21-mediator-named", "", "", "y"]
    status, shown = talk(workspace, told, [f"{answer}\n" for answer in answers])
    assert status == 0, shown
    assert "did you mean '2025-03-21-mediator-named'?" in shown
    assert "taken back: The minister has named a mediator" in shown


def test_each_wrong_flag_is_asked_for_alone(workspace):
    told = {**ITEM, "--reliability": "B", "--favours": "talks", "--published": "today is fine"}
    words = [word for pair in told.items() for word in pair if pair[0] != "--source"]
    answers = ["2025-03-25", "Radio", "", "B2", "", "talks=yes", "4", "", "", "", "y"]
    status, shown = talk(workspace, words, [f"{answer}\n" for answer in answers])
    assert status == 0, shown
    asked = [found[1] for line in shown.splitlines() if (found := re.match(r"(\w+) \(", line))]
    first = ["published", "source", "address", "reliability", "origin"]
    assert asked == [*first, "favours", "ratio", "because", "favours", "name"]


def test_ctrl_c_at_a_question_writes_nothing(workspace):
    status, shown = talk(workspace, [], ["report\n", CTRL_C])
    assert (status, "no file was left half written" in shown) == (130, True)
    assert len(items(workspace)) == 1


# --- watch --------------------------------------------------------------------------------------


class Watching:
    """A process that watches the tutorial, and what it prints, on both streams."""

    def __init__(self, workspace, *words):
        self.process = subprocess.Popen(
            [*COMMAND, "watch", "tutorial", *SHORT, *words],
            cwd=workspace,
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self.lines = queue.Queue()
        self.ear = threading.Thread(target=self._listen)
        self.ear.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.ear.join()

    def _listen(self):
        with self.process.stdout as stream:
            for line in stream:
                self.lines.put(line)

    def until(self, said, seconds=120):
        """Return all that is printed up to a line that holds some words."""
        heard, last = "", time.monotonic() + seconds
        while said not in heard:
            heard += self.lines.get(timeout=max(last - time.monotonic(), 0.01))
        return heard

    def end(self, how):
        self.process.send_signal(how)
        return self.process.wait(30)


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_scenario_is_followed_until_ctrl_c(workspace):
    news = workspace / "scenarios" / "tutorial" / "news"
    item = news / "2025-03-25-clerk.yaml"
    text = (news / "2025-03-21-mediator-named.yaml").read_text()
    text = text.replace("2025-03-21", "2025-03-25").replace("The minister", "A second minister")
    with Watching(workspace) as watching:
        assert "As of 2025-03-21" in watching.until("Ctrl-C ends it")
        item.write_text(text)
        moved = watching.until("refit:")
        assert "scenarios/tutorial/news/2025-03-25-clerk.yaml" in moved
        assert re.search(r"^\d\d:\d\d:\d\d  ", moved, re.MULTILINE)
        assert "· 2025-03-25-clerk: A second minister" in moved
        item.write_text(text.replace("[2, 4, 8]", "[8, 4, 2]"))
        assert "does not rise" in watching.until("the last good answer, as of 2025-03-25, stands")
        item.with_suffix(".yaml~").write_text("of an editor")
        item.unlink()
        gone = watching.until("The answer is as of 2025-03-21 again.")
        assert "2025-03-25-clerk.yaml (gone)" in gone
        assert "taken back: A second minister" in gone
        assert watching.end(signal.SIGINT) == 0
        assert watching.until("stopped watching").split() == ["stopped", "watching"]
    history = subprocess.run(
        [*COMMAND, "history", "tutorial"],
        cwd=workspace,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    assert "2025-03-25" in history.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="signals differ")
def test_a_watch_ends_at_sigterm_even_while_it_fits(workspace):
    with Watching(workspace, "--seed", "9", "--no-record") as watching:
        watching.until("sampling 4 chains")
        assert watching.end(signal.SIGTERM) == 0
    assert not [p for p in (workspace / "runs" / "beliefs").iterdir() if p.name.startswith(".")]
