"""Every picture drawn in a notebook is shown under its cell, without any magic line before it."""

import nbclient
import nbformat
import pytest

CELLS = (
    'import estimative as est\nscenario = est.read_scenario("tutorial")\n'
    "est.plots.network(scenario);",
    "est.plots.network(scenario);",
    "import matplotlib as mpl\nassert mpl.is_interactive()",
)


@pytest.mark.slow
def test_each_cell_shows_its_picture(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("MPLBACKEND", raising=False)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [
        sum("image/png" in output.get("data", {}) for output in cell["outputs"])
        for cell in notebook["cells"]
    ]
    assert shown == [1, 1, 0]
