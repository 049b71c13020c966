"""A scenario followed: one round a change, what moved, and the last good answer kept.

The loop is driven by lists of changes, without a clock; only `file_changes` meets a disk that
changes under it.
"""

import datetime as dt
import os
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from builders import says
from made_up import made_up_forecast, read, report

from estimative.errors import InferenceError
from estimative.reading import read_scenario
from estimative.watching import file_changes, rounds

ITEM = "2024-03-01-n"


@pytest.fixture
def folder(tmp_path):
    return read(
        tmp_path,
        outcomes=["a", "b"],
        links=["a -> b"],
        statements={"s": says("x", "likely")},
        news={"old": report({"b": "yes"}, 3, day="2024-02-01")},
    ).folder


@pytest.fixture
def follow(folder):
    """Return what drives the loop: each step changes the files, then one round may come of it."""

    def answer(day: dt.date | None):
        scenario = read_scenario(folder)
        return scenario, made_up_forecast(scenario, str(day or scenario.date))

    def follow(*steps, answer=answer):
        def changes():
            yield ()
            for step in steps:
                yield (step(),)

        return list(rounds(answer, changes()))

    follow.answer = answer
    return follow


def put(folder, ratio=6, name=ITEM, **more):
    """Return a step that writes an item."""
    item = {"said": f"{name}."} | report({"a": "yes"}, ratio, day=name[:10], **more)

    def step():
        file = folder / "news" / f"{name}.yaml"
        file.write_text(str(item), encoding="utf-8")
        return f"news/{name}.yaml"

    return step


def take(folder, name=ITEM):
    def step():
        (folder / "news" / f"{name}.yaml").unlink()
        return f"news/{name}.yaml (gone)"

    return step


def spoil(folder):
    def step():
        (folder / "news" / f"{ITEM}.yaml").write_text("kind: repot\n", encoding="utf-8")
        return f"news/{ITEM}.yaml"

    return step


def test_the_first_answer_then_what_moved(folder, follow):
    first, second = follow(put(folder))
    assert (first.changed, first.moves, first.wrong) == ((), None, ())
    assert first.answer.as_of == dt.date(2024, 2, 1)
    assert second.changed == (f"news/{ITEM}.yaml",)
    assert second.moves.earlier is first.answer
    assert second.moves.later is second.answer is second.last
    assert second.moves["a"].move > 0.05
    assert ITEM in [cause.name for cause in second.moves.causes]


def test_nothing_comes_of_what_says_the_same(folder, follow):
    assert len(follow(put(folder), put(folder), put(folder, 6.0))) == 2 + 1  # written otherwise
    last = follow(put(folder), put(folder, 6.0))[-1]
    assert not last.moves.moved


def test_a_broken_file_costs_a_round_and_not_the_answer(folder, follow):
    _, good, bad, worse, mended = follow(put(folder), spoil(folder), spoil(folder), put(folder, 8))
    for broken in (bad, worse):
        assert (broken.answer, broken.moves) == (None, None)
        assert broken.last is good.answer
        assert "did you mean 'report'?" in broken.wrong[0]
    assert mended.moves.earlier is good.answer  # not the first
    assert mended.moves.later is mended.answer


def test_a_file_that_is_mended_as_it_was_is_told_of(folder, follow):
    *_, mended = follow(put(folder), spoil(folder), put(folder))
    assert mended.answer is not None
    assert not mended.moves.moved


def test_a_scenario_may_be_broken_from_the_start(folder, follow):
    whole = (folder / "scenario.yaml").read_text(encoding="utf-8")
    (folder / "scenario.yaml").write_text("format: 1\n", encoding="utf-8")

    def mend():
        (folder / "scenario.yaml").write_text(whole, encoding="utf-8")
        return "scenario.yaml"

    broken, answered = follow(mend)
    assert (broken.last, len(broken.wrong) > 1) == (None, True)
    assert answered.answer is not None
    assert answered.moves is None


def test_the_newest_item_taken_away_moves_things_back(folder, follow):
    first, there, gone, back = follow(put(folder), take(folder), put(folder))
    assert gone.answer.as_of == first.answer.as_of < there.answer.as_of
    assert gone.moves.later.as_of == there.answer.as_of  # two forecasts of one day
    assert gone.moves["a"].parts[0].cause.said == f"taken back: {ITEM}."
    assert gone.moves["a"].move < -0.05
    assert back.moves.earlier is gone.answer


def test_only_new_warnings_are_said(folder, follow):
    rows = follow(put(folder, 200), put(folder, 300), put(folder, 4))
    said = [[w.message for w in row.warnings] for row in rows]
    assert [len(messages) for messages in said[1:]] == [1, 1, 0]
    assert "a ratio of 200" in said[1][0]


def test_news_after_a_fixed_day_is_named(folder, follow):
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    fixed = text.replace('"format": 1,', '"format": 1, "as_of": "2024-02-15",')
    (folder / "scenario.yaml").write_text(fixed, encoding="utf-8")
    assert [row.unused for row in follow(put(folder))] == [(), (ITEM,)]


def test_whatever_else_goes_wrong_is_survived(folder, follow):
    def failing(day):
        scenario, found = follow.answer(day)
        if ITEM in scenario.news:
            raise InferenceError("the model cannot be built: no")
        if "old" not in str(scenario.news):
            belief = replace(found.belief, diagnostics=found.belief.diagnostics | {"rhat": 1.2})
            return scenario, replace(found, belief=belief)
        return scenario, found

    first, failed, unsure = follow(
        put(folder),
        lambda: take(folder)() and take(folder, "2024-02-01-old")(),
        answer=failing,
    )
    assert failed.wrong == ("the model cannot be built: no",)
    assert unsure.wrong[0].startswith("not converged: R-hat 1.200")
    assert unsure.last is first.answer


# --- the disk -----------------------------------------------------------------------------------


@pytest.fixture
def watched(folder, tmp_path):
    """Return the changes of a folder as they come, and the model that is watched with it."""
    model = tmp_path / "models" / "own.py"
    model.parent.mkdir()
    model.write_text("", encoding="utf-8")
    changes = file_changes(folder, model)
    assert next(changes) == ()  # from here on nothing is missed
    return changes, model


def after(seconds, *steps):
    """Run steps a little later, one after the other."""

    def run():
        for step in steps:
            time.sleep(seconds)
            step()

    threading.Thread(target=run, daemon=True).start()


def test_what_counts_is_told_and_what_editors_leave_is_not(folder, watched):
    changes, model = watched
    news = folder / "news"
    shared = folder.parent / "experts.yaml"

    def write(path: Path):
        def step():  # at once
            model.with_suffix(".new").write_text("x", encoding="utf-8")
            os.replace(model.with_suffix(".new"), path)

        return step

    noise = [".n.yaml.swp", ".#n.yaml", "n.yaml~", "4913", "#n.yaml#", ".writing-1.yaml", "n.txt"]
    after(0.02, *(write(news / name) for name in noise), write(folder / ".scenario.yaml.swp"))
    after(1.0, write(news / "n.yaml"))
    assert next(changes) == ("scenarios/small/news/n.yaml",)
    for path in (news / "n.yml", folder / "scenario.yaml", shared, model):
        after(0.05, write(path))
        assert [Path(name).name for name in next(changes)] == [path.name]


def test_a_burst_of_saves_is_one_change(folder, watched):
    changes, _ = watched
    file = folder / "news" / f"{ITEM}.yaml"
    after(0.002, *(put(folder, n) for n in range(2, 32)), lambda: file.write_text("last"))
    next(changes)
    assert file.read_text() == "last"


def test_files_and_folders_that_go_and_come_back_are_still_watched(folder, watched):
    changes, _ = watched
    put(folder)()
    next(changes)
    after(0.05, take(folder))
    assert next(changes)[0].endswith(f"{ITEM}.yaml (gone)")
    beside = folder / "beside"

    def swap():  # as editors save
        put(folder, 9)()
        os.replace(folder / "news" / f"{ITEM}.yaml", beside)
        os.replace(beside, folder / "news" / f"{ITEM}.yaml")

    after(0.05, swap)
    assert next(changes) == (f"scenarios/small/news/{ITEM}.yaml",)
    after(0.05, lambda: (folder / "news").rename(beside))
    assert "scenarios/small/news (gone)" in next(changes)
    after(0.05, lambda: beside.rename(folder / "news"))
    assert "scenarios/small/news" in next(changes)
    after(0.05, put(folder, 3))
    assert next(changes) == (f"scenarios/small/news/{ITEM}.yaml",)
