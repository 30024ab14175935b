"""Both type checkers accept what is right and refuse what is wrong, line by line."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent


def mypy_errors(path):
    """Give the lines that mypy complains about."""
    pytest.importorskip("mypy", reason="a development tool")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context", str(path)]
    shown = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    name = re.escape(str(path.relative_to(ROOT)))
    return {int(match[1]) for match in re.finditer(rf"^{name}:(\d+): error", shown, re.MULTILINE)}


def pyright_errors(path):
    """Give the lines that pyright complains about."""
    pytest.importorskip("pyright", reason="a development tool")
    settings = path.parent / "pyrightconfig.json"
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(settings)]
    shown = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    found = json.loads(shown)["generalDiagnostics"]
    return {each["range"]["start"]["line"] + 1 for each in found if Path(each["file"]) == path}


CHECKERS = {"mypy": mypy_errors, "pyright": pyright_errors}


@pytest.mark.parametrize("checker", CHECKERS)
def test_what_is_right_is_accepted(checker):
    """No line of the right examples is refused."""
    assert CHECKERS[checker](HERE / "right" / "examples.py") == set()


@pytest.mark.parametrize("checker", CHECKERS)
def test_what_is_wrong_is_refused(checker):
    """Each line marked wrong is refused, and no other."""
    path = HERE / "wrong" / "examples.py"
    lines = path.read_text(encoding="utf-8").splitlines()
    marked = {at for at, line in enumerate(lines, 1) if line.endswith("# wrong")}
    assert len(marked) >= 30
    found = CHECKERS[checker](path)
    missed = {at: lines[at - 1].strip() for at in sorted(marked - found)}
    assert not missed
    assert not {at: lines[at - 1].strip() for at in sorted(found - marked)}
