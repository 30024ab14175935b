"""Runs the files of a page as a project of their own, by the commands of the page; pytest must say what the page says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys

import pytest

from linode_orm.simulator import Simulator, serve
from tests.places import ROOT
from tests.proofs.docs.blocks import blocks, pattern

pytestmark = pytest.mark.slow

PAGES = [page for page in sorted((ROOT / "docs").glob("*.md")) if any(each.file for each in blocks(page, "python"))]
SEPARATOR = re.compile(r"^[=_ ]*[=_]{5,}.*[=_]{5,}$\n?", re.MULTILINE)


@pytest.fixture
def environment(tmp_path):
    """Serve a simulated account as the API, and give the variables of a project that finds it."""
    with Simulator() as sim:
        sim.populate(6)
        with serve(sim) as server:
            paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
            yield {
                **{name: value for name, value in os.environ.items() if not name.startswith(("LINODE_", "PYTEST_"))},
                "PYTHONPATH": os.pathsep.join(paths),
                # the plugin alone, whatever this environment has
                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
                "PYTEST_ADDOPTS": "-p linode_orm.testing.plugin -p no:cacheprovider",
                "COLUMNS": "300",
                "LINODE_API_URL": server.url,
            }


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_projects(page, tmp_path, environment):
    """The files of a page are written, its commands are run in order, and say what stands below them."""
    said, ran = "", 0
    for block in blocks(page, "python", "sh", "text"):
        if block.file:
            assert not (tmp_path / block.file).exists(), f"{page.name}:{block.line}: a file twice"
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "sh":
            said = "".join(run(line, tmp_path, environment) for line in block.text.splitlines())
        elif block.language == "text":
            ran += 1
            assert re.fullmatch(pattern(block.text), said, re.DOTALL), f"{page.name}:{block.line}: {said}"
    assert ran


def run(line, folder, environment):
    """Run one command where it is about pytest, and give what it says without the lines that only separate."""
    words = shlex.split(line)
    if words[0] == "export":
        name, _, value = words[1].partition("=")
        environment[name] = value
        return ""
    if "pytest" not in words:
        return ""
    words[words.index("pytest") : words.index("pytest") + 1] = [sys.executable, "-m", "pytest"]
    done = subprocess.run(words, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    return SEPARATOR.sub("", done.stdout + done.stderr)
