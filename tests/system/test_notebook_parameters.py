"""Notebooks take another scenario and another day from papermill, as docs/how-to/rerun.md says."""

import json
from pathlib import Path

import papermill
import pytest

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_each_names_its_scenario_and_its_day(path: Path):
    assert {"scenario", "as_of"} <= papermill.inspect_notebook(path).keys()
    assert len(json.loads(path.read_text(encoding="utf-8"))["cells"]) < 40


@pytest.mark.slow
def test_the_briefing_runs_on_another_scenario(tmp_path: Path):
    given = {"scenario": "tutorial", "as_of": "2025-03-24", "since": "2025-03-12"}
    done = papermill.execute_notebook(
        ROOT / "notebooks" / "70_briefing.ipynb",
        tmp_path / "briefing.ipynb",
        parameters=given | {"folder": str(tmp_path)},
        cwd=tmp_path,
        kernel_name="python3",
        progress_bar=False,
    )
    printed = "".join(str(cell.get("outputs")) for cell in done.cells)
    assert "Will the dockers of Elmhaven" in printed
    assert (tmp_path / "tutorial-2025-03-24.pptx").stat().st_size > 100_000
    assert (tmp_path / "tutorial-2025-03-24.html").stat().st_size > 10_000
