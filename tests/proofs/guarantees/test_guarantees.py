"""Each promise of docs/guarantees.md is kept by something: taken out of a copy of the package, the named test fails."""

from __future__ import annotations

import ast
import os
import random
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.places import ROOT
from tests.proofs.guarantees.anchors import anchor_of, anchors_of, differences
from tests.proofs.guarantees.changes import changed
from tests.proofs.guarantees.mutations import MUTATIONS

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = ROOT / "linode_orm"
PAGE = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
TEST = re.compile(r"`(tests/[\w/]+\.py::[\w:]+)`")
TENTH = random.Random(11).sample(range(len(MUTATIONS)), -(-len(MUTATIONS) // 10))


def promises() -> dict[int, list[str]]:
    """Give the numbers of the page's promises, with the tests that each names."""
    parts = re.split(r"^(\d+)\. ", PAGE.split("## What is not promised")[0], flags=re.MULTILINE)
    return {int(number): TEST.findall(text) for number, text in zip(parts[1::2], parts[2::2], strict=True)}


def test_every_promise_names_tests_that_exist():
    """The numbers have no gap, and each promise has a test of that name in that file."""
    assert [*promises()] == [*range(1, len(promises()) + 1)]
    assert [number for number, tests in promises().items() if not tests] == []
    for test in [*(each for tests in promises().values() for each in tests), *(each.test for each in MUTATIONS)]:
        file, *names = test.split("::")
        text = (ROOT / file).read_text(encoding="utf-8")
        assert all(re.search(rf"^ *(class|def) {name}\b", text, re.MULTILINE) for name in names), test


def test_every_promise_is_kept_by_something_that_can_be_taken_out():
    """Each promise of the page has a mutation."""
    assert {each.promise for each in MUTATIONS} == set(promises())


def test_every_anchor_stands_once_and_is_used_once():
    """Each mutation finds its anchor in the package, and each anchor its mutation."""
    assert differences([each.name for each in anchors_of(PACKAGE)], [each.anchor for each in MUTATIONS]) == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=[each.anchor for each in MUTATIONS])
def test_its_change_fits_the_statement(mutation):
    """What is taken out makes a difference, and leaves a module of Python."""
    anchor = anchor_of(PACKAGE, mutation.anchor)
    whole = anchor.path.read_text(encoding="utf-8")
    without = changed(whole, anchor.line, mutation.change)
    compile(without, anchor.path, "exec")
    assert without != ast.unparse(ast.parse(whole))


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Copy the package, and the tests that look at it."""
    place = tmp_path_factory.mktemp("package")
    no_leftovers = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "linode_orm", place / "linode_orm", ignore=no_leftovers)
    for name in ("session", "proofs/stateful", "wire"):
        shutil.copytree(ROOT / "tests" / name, place / "tests" / name, ignore=no_leftovers)
    for name in ("conftest.py", "ids.py", "places.py", "table.py"):
        shutil.copy(ROOT / "tests" / name, place / "tests" / name)
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


def fails(copy: Path, test: str) -> str:
    """Run a test on the copy; give what it printed where it failed, nothing where it passed."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test]
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode in {0, 1}, done.stdout + done.stderr
    return done.stdout if done.returncode else ""


@pytest.mark.slow
@pytest.mark.parametrize("at", range(len(MUTATIONS)), ids=[each.anchor for each in MUTATIONS])
def test_without_it_the_test_fails(copy, full, at):
    """What keeps a promise is taken out of the copy, and the promise's test is red."""
    if not full and at not in TENTH:
        pytest.skip("one of the nine tenths that --full runs")
    mutation = MUTATIONS[at]
    anchor = anchor_of(copy / "linode_orm", mutation.anchor)
    whole = anchor.path.read_text(encoding="utf-8")
    anchor.path.write_text(changed(whole, anchor.line, mutation.change), encoding="utf-8")
    try:
        assert "1 failed" in fails(copy, mutation.test), f"{mutation.anchor}: {mutation.test} passes without it"
    finally:
        anchor.path.write_text(whole, encoding="utf-8")


@pytest.mark.slow
def test_the_copy_is_what_runs(copy):
    """With nothing taken out the test passes, and it is the copy that it looks at."""
    assert not fails(copy, MUTATIONS[1].test)
    script = "import linode_orm; print(linode_orm.__file__)"
    environment = {**os.environ, "PYTHONPATH": str(copy)}
    shown = subprocess.run(
        [sys.executable, "-c", script], cwd=copy, env=environment, capture_output=True, text=True, check=True
    )
    assert shown.stdout.startswith(str(copy))
