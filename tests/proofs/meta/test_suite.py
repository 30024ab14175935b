"""Holds what every test of the suite keeps to: a time limit, an id that fits on a line, and a folder on the map."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.ids import LINE
from tests.places import ROOT

HANGING = """
import threading

def test_hangs():
    worker = threading.Thread(target=threading.Event().wait, daemon=True)
    worker.start()
    worker.join()
"""


def test_no_test_is_without_a_time_limit(request):
    """Every test is stopped after some time; a thread counts it, because a signal reaches only the main thread."""
    default = float(request.config.getini("timeout"))
    assert default > 0
    assert request.config.getini("timeout_method") == "thread"
    for item in request.session.items:
        marker = item.get_closest_marker("timeout")
        limits = [*marker.args, *marker.kwargs.values()] if marker else [default]
        assert all(limits), f"{item.nodeid} has no limit"


def test_slow_tests_have_more_time(request):
    """A matrix may take longer than a plain test, and is stopped as well."""
    default = float(request.config.getini("timeout"))
    for item in request.session.items:
        if item.get_closest_marker("slow"):
            assert item.get_closest_marker("timeout").args[0] > default


def test_a_test_that_hangs_is_stopped(tmp_path):
    """A test that waits for a thread for ever ends the run, and the report shows the line that waits."""
    (tmp_path / "test_hanging.py").write_text(HANGING, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    command += ["--rootdir", str(tmp_path), "-o", "timeout=0.5", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode
    assert "Timeout" in done.stdout + done.stderr
    assert "worker.join()" in done.stdout + done.stderr


def test_every_id_fits_on_a_line(request):
    """The id of a test, parameters included, can be read in a report and typed into a command."""
    assert [item.nodeid for item in request.session.items if len(item.nodeid) > LINE] == []


def test_every_folder_of_tests_is_on_the_map():
    """The table in docs/contributing.md names each folder of tests, and no other."""
    page = (ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `(tests/[\w/]+)` \|", page, re.MULTILINE)
    folders = [*(ROOT / "tests").iterdir(), *(ROOT / "tests" / "proofs").iterdir()]
    there = {str(each.relative_to(ROOT)) for each in folders if any(each.rglob("test_*.py"))} - {"tests/proofs"}
    assert sorted(named) == sorted(there)
