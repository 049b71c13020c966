"""Scenarios are found by folder, by file and by slug: in the workspace first, then on the shelf."""

import os
from pathlib import Path

import pytest

from estimative import workspace
from estimative.errors import ScenarioError
from estimative.workspace import (
    enclosing_workspace,
    find_scenario,
    find_workspace,
    scenario_folders,
    shelf,
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a workspace with one scenario, and a shelf with two."""
    for folder in (
        "own/scenarios/harbour",
        "shelf/scenarios/harbour",
        "shelf/scenarios/bridge",
    ):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "scenario.yaml").write_text("format: 1\n", encoding="utf-8")
    monkeypatch.setattr(workspace, "shelf", lambda: tmp_path / "shelf")
    monkeypatch.chdir(tmp_path / "own")
    return tmp_path.resolve()


@pytest.mark.parametrize(
    "path", ["own", "own/scenarios", "own/scenarios/harbour", "own/scenarios/harbour/scenario.yaml"]
)
def test_the_workspace_is_the_nearest_folder_above_that_holds_scenarios(place, path):
    assert find_workspace(place / path) == place / "own"


def test_a_path_outside_any_workspace_takes_that_of_the_working_directory(place):
    (place / "elsewhere").mkdir()
    assert find_workspace(place / "elsewhere") == place / "own"
    assert enclosing_workspace(place / "elsewhere") is None


def test_the_nearest_workspace_wins_over_that_of_the_working_directory(place):
    assert find_workspace(place / "shelf" / "scenarios") == place / "shelf"


def test_no_workspace_at_all_is_answered_with_the_command_that_makes_one(place, monkeypatch):
    (place / "elsewhere").mkdir()
    monkeypatch.chdir(place / "elsewhere")
    with pytest.raises(ScenarioError, match="estimative new DIR"):
        find_workspace(".")


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("harbour", "own/scenarios/harbour"),
        ("bridge", "shelf/scenarios/bridge"),
        ("scenarios/harbour", "own/scenarios/harbour"),
        ("scenarios/harbour/", "own/scenarios/harbour"),
        ("scenarios/harbour/scenario.yaml", "own/scenarios/harbour"),
        ("../shelf/scenarios/harbour", "shelf/scenarios/harbour"),
    ],
)
def test_a_scenario_is_found_by_slug_folder_or_file(place, name, found):
    assert find_scenario(name) == place / found
    assert find_scenario(Path(name)) == place / found


def test_a_scenario_is_found_from_within_its_own_folder(place, monkeypatch):
    monkeypatch.chdir(place / "own" / "scenarios" / "harbour")
    assert find_scenario(".") == place / "own" / "scenarios" / "harbour"
    assert find_scenario("bridge") == place / "shelf" / "scenarios" / "bridge"


def test_a_folder_of_that_name_without_a_scenario_does_not_hide_the_slug(place):
    (place / "own" / "bridge").mkdir()
    assert find_scenario("bridge") == place / "shelf" / "scenarios" / "bridge"


def test_the_workspace_comes_before_the_shelf(place):
    assert scenario_folders() == {
        "harbour": place / "own" / "scenarios" / "harbour",
        "bridge": place / "shelf" / "scenarios" / "bridge",
    }


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("harbor", "harbor: no such folder or scenario; did you mean 'harbour'?"),
        ("nowhere/at/all", "known by name: harbour and bridge"),
        ("scenarios", "scenarios: holds no scenario.yaml"),
    ],
)
def test_what_is_no_scenario_is_answered_with_those_there_are(place, name, message):
    with pytest.raises(ScenarioError) as caught:
        find_scenario(name)
    assert message in str(caught.value)


def test_a_scenario_file_of_another_name_is_recognised(place):
    folder = place / "own" / "draft"
    folder.mkdir()
    (folder / "scenario.yml").write_text("format: 1\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"rename scenario\.yml to scenario\.yaml"):
        find_scenario(folder)
    with pytest.raises(ScenarioError, match="name the folder that holds its scenario"):
        find_scenario(folder / "scenario.yml")


def test_a_folder_or_pipe_in_place_of_the_file_is_said_to_be_one(place):
    folder = place / "own" / "draft"
    (folder / "scenario.yaml").mkdir(parents=True)
    for name in (folder, folder / "scenario.yaml"):
        with pytest.raises(ScenarioError, match=r"scenario\.yaml is no file but a folder, pipe or"):
            find_scenario(name)
    with pytest.raises(ScenarioError, match="is not a scenario; name the folder"):
        find_scenario(os.devnull)


@pytest.mark.parametrize("name", ["har\0bour", "x" * 5000])
def test_what_is_no_name_at_all_is_refused_in_one_line(place, name):
    with pytest.raises(ScenarioError) as caught:
        find_scenario(name)
    message = str(caught.value)
    assert "is no name of a file or folder: it is too long, or holds the character NUL" in message
    assert "\0" not in message
    assert len(message) < 200


def test_the_shelf_of_a_checkout_is_its_root():
    assert (shelf() / "scenarios" / "tutorial" / "scenario.yaml").is_file()


def test_a_workspace_stands_for_its_only_scenario_and_with_two_is_refused(place):
    own = place / "own"
    assert find_scenario(own) == (own / "scenarios" / "harbour").resolve()
    second = own / "scenarios" / "second"
    second.mkdir()
    (second / "scenario.yaml").write_text("format: 1\n", encoding="utf-8")
    with pytest.raises(ScenarioError, match="is a workspace, not a scenario; name one of its"):
        find_scenario(own)
