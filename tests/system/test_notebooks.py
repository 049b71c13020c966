"""Every notebook runs, holds calls only, and is committed with its output."""

import ast
import json
import shutil
from pathlib import Path

import nbclient
import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def code_cells(path: Path) -> list[dict]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"])]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout's workspace, without anything fitted; notebooks share it."""
    place = tmp_path_factory.mktemp("notebooks")
    for folder in ("models", "notebooks", "scenarios"):
        shutil.copytree(ROOT / folder, place / folder)
    return place


@pytest.mark.slow
def test_notebook_runs(path: Path, workspace: Path):
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        resources={"metadata": {"path": str(workspace / "notebooks")}},
    ).execute()


def test_notebook_holds_calls_only(path: Path):
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for cell in code_cells(path):
        lines = [line for line in cell["source"] if not line.lstrip().startswith(("%", "!"))]
        nodes = ast.walk(ast.parse("".join(lines)))
        assert not [node for node in nodes if isinstance(node, definitions)]


def test_notebook_is_committed_with_its_output(path: Path):
    cells = code_cells(path)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell["outputs"]]
    assert outputs
    assert not [output for output in outputs if output["output_type"] == "error"]
