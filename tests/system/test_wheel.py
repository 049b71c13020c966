"""The wheel, installed away from the checkout, gives a folder in which the main job runs.

Built once, source distribution first and the wheel out of that, with the packages at hand;
installed by pip into a fresh environment that borrows every dependency from the tests' own.
"""

import json
import os
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHELF = ("models", "scenarios", "docs/schema")

pytestmark = pytest.mark.slow


def run(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=600,
    )


def succeed(*command: object, cwd: Path) -> str:
    done = run(*command, cwd=cwd)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shelved_files() -> set[str]:
    """What the checkout's shelf holds, caches aside."""
    files = (path for folder in SHELF for path in (ROOT / folder).rglob("*") if path.is_file())
    names = (path.relative_to(ROOT).as_posix() for path in files)
    return {name for name in names if "__pycache__" not in name and "/runs/" not in name}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = (sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)
    succeed(*build, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the commands of an environment that has the wheel."""
    folder = tmp_path_factory.mktemp("installed") / "venv"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    bin_folder = folder / ("Scripts" if os.name == "nt" else "bin")
    python = bin_folder / ("python.exe" if os.name == "nt" else "python")
    install = ("-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel)
    succeed(sys.executable, *install, cwd=folder)
    ask = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = Path(succeed(python, "-c", ask, cwd=folder).strip())
    # a plain path: the .pth files over there, the editable install's among them, are not followed
    borrowed = sysconfig.get_path("purelib")
    (packages / "borrowed.pth").write_text(f"{borrowed}\n", encoding="utf-8")
    return bin_folder


def test_the_source_distribution_holds_what_the_wheel_is_made_of(built: Path):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert shelved_files() <= names
    assert {"pyproject.toml", "LICENSE", "README.md", "src/estimative/__init__.py"} <= names
    assert "tests/conftest.py" in names


def test_the_wheel_holds_package_and_shelf_and_nothing_else(wheel: Path):
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    assert {f"estimative/_shelf/{name}" for name in shelved_files()} <= names
    assert {name for name in names if name.startswith("estimative/lexicons/")}
    assert "estimative/py.typed" in names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"estimative"}
    written = (".pyc", ".nbi", ".nbc")
    assert not [name for name in names if "/runs/" in name or name.endswith(written)]


def test_the_shelf_has_a_model_and_a_scenario(wheel: Path):
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
    assert "estimative/_shelf/models/expert_network.py" in names
    assert "estimative/_shelf/scenarios/experts.yaml" in names
    assert [name for name in names if name.endswith("/scenario.yaml")]


def test_the_installed_package_is_the_wheels(installed: Path, tmp_path: Path):
    where = "import estimative; print(estimative.__file__)"
    found = Path(succeed(installed / "python", "-c", where, cwd=tmp_path).strip())
    assert installed.parent.resolve() in found.resolve().parents


def test_new_gives_a_folder_that_checks_and_forecasts(installed: Path, tmp_path: Path):
    estimative, folder = installed / "estimative", tmp_path / "first"
    succeed(estimative, "new", folder, cwd=tmp_path)
    succeed(estimative, "check", folder, cwd=tmp_path)
    answer = json.loads(succeed(estimative, "forecast", folder, "--json", cwd=tmp_path))
    assert [outcome for outcome in answer["outcomes"] if outcome["probability"] is not None]


def test_new_leaves_a_folder_that_is_there_alone(installed: Path, tmp_path: Path):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "scenario.yaml").write_text("mine\n", encoding="utf-8")
    refused = run(installed / "estimative", "new", folder, cwd=tmp_path)
    assert refused.returncode in (1, 2)
    assert "Traceback" not in refused.stderr
    assert (folder / "scenario.yaml").read_text(encoding="utf-8") == "mine\n"
