"""Models are found by name, the workspace's own first, and what is wrong with one is said."""

import pickle
import sys

import cloudpickle
import pytest
from builders import read, says

from estimative.errors import InferenceError
from estimative.model_files import DEFAULT_MODEL, find_model, load_model, models
from estimative.workspace import shelf


@pytest.fixture
def workspace(tmp_path):
    scenario = read(tmp_path, statements={"s": says("x", "70%")})
    root = scenario.folder.parents[1]
    (root / "models").mkdir()
    return root


def write(root, name, text="def build_model(scenario):\n    return 'a model'\n"):
    file = root / "models" / f"{name}.py"
    file.write_text(text)
    return file


def test_the_shelf_holds_the_default_and_the_baseline(workspace):
    found = models(workspace)
    assert {DEFAULT_MODEL, "separate_outcomes"} <= set(found)
    assert find_model(DEFAULT_MODEL, workspace) == shelf() / "models" / f"{DEFAULT_MODEL}.py"


def test_the_workspaces_own_model_comes_first(workspace):
    own = write(workspace, DEFAULT_MODEL)
    assert find_model(DEFAULT_MODEL, workspace / "scenarios" / "small") == own
    other = write(workspace, "mine")
    assert find_model("mine", workspace) == other


def test_a_path_names_a_file_wherever_it_lies(workspace, tmp_path):
    file = write(workspace, "mine").rename(tmp_path / "elsewhere.py")
    assert find_model(file, workspace) == file
    assert find_model(str(file), workspace) == file


def test_an_unknown_name_gets_the_nearest(workspace):
    with pytest.raises(InferenceError, match=r"no model 'expert_netwrok'; did you mean 'expert_n"):
        find_model("expert_netwrok", workspace)


def test_a_path_that_does_not_exist_says_what_is_wanted(workspace):
    with pytest.raises(InferenceError, match=r"nowhere\.py.*build_model\(scenario\)"):
        find_model("nowhere.py", workspace)


def test_a_model_is_loaded_by_its_path(workspace):
    build = load_model(write(workspace, "mine"))
    assert build(None) == "a model"


def test_a_changed_file_is_loaded_anew(workspace):
    assert load_model(write(workspace, "mine"))(None) == "a model"
    text = "def build_model(scenario):\n    return 'a quite different model'\n"
    assert load_model(write(workspace, "mine", text))(None) == "a quite different model"


def test_worker_processes_that_have_never_seen_the_file_can_load_it(workspace):
    build = load_model(write(workspace, "mine"))
    packed = cloudpickle.dumps(build)
    module = sys.modules.pop(build.__module__)
    try:
        assert pickle.loads(packed)(None) == "a model"
    finally:
        sys.modules[build.__module__] = module


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def build_model(:\n", "SyntaxError"),
        ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'"),
        ("def build(scenario): ...\n", r"defines no build_model\(scenario\)"),
        ("build_model = 3\n", r"defines no build_model\(scenario\)"),
    ],
)
def test_a_model_file_that_fails_says_how(workspace, text, words):
    file = write(workspace, "mine", text)
    with pytest.raises(InferenceError, match=words) as raised:
        load_model(file)
    assert str(file) in str(raised.value)
