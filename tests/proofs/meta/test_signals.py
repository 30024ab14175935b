"""Tests that press Ctrl-C pass where SIGINT is ignored, as in the background of a shell."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT

IGNORING = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
os.execv(sys.executable, [sys.executable, "-m", "pytest", *sys.argv[1:]])
"""


def pressing():
    """Give each test whose code names SIGINT, as pytest names it."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for above, function in [*functions(tree), *(each for node in tree.body for each in functions(node))]:
            if path != Path(__file__) and "signal.SIGINT" in ast.unparse(function):
                yield "::".join([path.relative_to(ROOT).as_posix(), *above, function.name])


def functions(node):
    """Give the tests in the body of a module or class, below its name."""
    above = [node.name] if isinstance(node, ast.ClassDef) else []
    inside = node.body if isinstance(node, (ast.ClassDef, ast.Module)) else []
    return [(above, each) for each in inside if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_no_test_needs_a_terminal():
    """Each test that sends SIGINT passes in a pytest that was started with the signal ignored."""
    tests = list(pressing())
    assert len(tests) >= 7
    command = [
        sys.executable,
        "-c",
        IGNORING,
        "-q",
        "-p",
        "no:cacheprovider",
        "-o",
        "addopts=--import-mode=importlib -p no:asyncio -p no:recording",
        *tests,
    ]
    ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=240)
    assert ended.returncode == 0, ended.stdout[-4000:]
    passed = re.search(r"(\d+) passed in", ended.stdout)
    assert passed is not None, "none is skipped"
    assert int(passed[1]) >= len(tests), "a test of several cases counts as several"
