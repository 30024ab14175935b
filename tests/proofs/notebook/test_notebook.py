"""Runs the notebook of the documentation in a kernel of its own; `--keep-outputs` keeps what it shows."""

from __future__ import annotations

import os

import pytest

from tests.places import ROOT

nbformat = pytest.importorskip("nbformat", reason="the extra notebook")
nbclient = pytest.importorskip("nbclient", reason="the extra notebook")
PATH = ROOT / "docs" / "notebooks" / "tour.ipynb"


@pytest.fixture(scope="module")
def run(request):
    """Run the notebook in this checkout, and give it with what it shows."""
    notebook = nbformat.read(PATH, as_version=4)
    paths = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    client = nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", record_timing=False)
    client.execute(cwd=str(PATH.parent), env={**os.environ, "PYTHONPATH": paths})
    if request.config.getoption("--keep-outputs"):
        nbformat.write(notebook, PATH)
    return notebook


def shown(notebook, kind):
    """Give what the cells show of one kind, by the number of the cell."""
    return {
        at: output["data"][kind]
        for at, cell in enumerate(notebook.cells)
        for output in cell.get("outputs", [])
        if kind in output.get("data", {})
    }


def test_every_cell_runs(run):
    """Every cell runs to its end, without an error and without a warning."""
    outputs = [output for cell in run.cells for output in cell.get("outputs", [])]
    assert [each for each in outputs if each.output_type in {"error", "stream"}] == []


def test_objects_show_themselves_as_tables(run):
    """Tables, objects, nested values and reports show themselves as HTML tables, a plan as sections, a query as its text."""
    html = list(shown(run, "text/html").values())
    assert [("<table" in each or "<section" in each) for each in html] == [False, True, True, True, True, True]


def test_what_is_kept_is_what_it_shows(run):
    """The outputs that the file keeps are of the cells that show something now, and of the same kinds."""
    kept = nbformat.read(PATH, as_version=4)
    for kind in ("text/html", "text/plain"):
        assert shown(kept, kind).keys() == shown(run, kind).keys()
