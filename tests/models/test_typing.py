"""Both type checkers know every attribute and method of every model, and none of them is `Any`."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from linode_orm._generate.touch import text
from tests.places import ROOT
from tests.table import note

pytestmark = [pytest.mark.slow, pytest.mark.conformance]

MARKED = "\n\ndef wrong(each: Volume) -> None:\n    print(each.nothing)\n"


@pytest.fixture(scope="module")
def touched(tmp_path_factory):
    """Write the module, with one line at its end that has to be refused."""
    file = tmp_path_factory.mktemp("touch") / "touch.py"
    file.write_text(text() + MARKED, encoding="utf-8")
    return file


def mypy(file):
    """Give the lines of the file that mypy complains about; an expression that is `Any` is one of them."""
    command = [sys.executable, "-m", "mypy", "--strict", "--disallow-any-expr", "--no-error-summary", str(file)]
    shown = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    return [line for line in shown.splitlines() if file.name in line and ": error" in line]


def pyright(file):
    """Give what pyright complains about; the file asks for its strict mode, in which unknown types are errors."""
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, str(file)]
    shown = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    return [
        f"{each['range']['start']['line'] + 1}: {each['message']}" for each in json.loads(shown)["generalDiagnostics"]
    ]


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_every_attribute_and_method_has_a_type(touched, checker):
    """Of a module that touches all of them, nothing is refused but the one line that has to be."""
    pytest.importorskip(checker.__name__, reason="a development tool")
    lines = touched.read_text(encoding="utf-8").splitlines()
    found = checker(touched)
    wrong = [each for each in found if "nothing" not in each and f"{len(lines)}:" not in each]
    count = sum(line.startswith("    print(") for line in lines) - 1
    note(
        f"{checker.__name__}: attributes and methods touched",
        f"{count - len(wrong)} of {count}",
        "clean, no Any",
        wrong,
    )
    assert found
    assert not wrong
