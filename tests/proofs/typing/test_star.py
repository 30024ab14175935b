"""What `from linode_orm import *` brings is the same to the program and to both type checkers."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import linode_orm
from linode_orm import models
from tests.cli.fresh import python
from tests.places import ROOT

pytestmark = pytest.mark.slow

DOORS = ["linode_orm", "linode_orm.models"]
LOOK = "from {} import *; print(*[name for name in globals() if not name.startswith('__')])"


def named(door):
    """Give every name that a door binds, public or not, and every model.

    `TYPE_CHECKING` is left out: pyright takes it for public in a checkout, and not in an installed package.
    """
    tree = ast.parse(Path(sys.modules[door].__file__).read_text(encoding="utf-8"))
    bound = {
        each.asname or each.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for each in node.names
    }
    bound |= {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return sorted((bound | {*models.INDEX, *models.ALIASES}) - {"*", "annotations", "TYPE_CHECKING"})


def mypy(file):
    """Give the lines that mypy refuses."""
    pytest.importorskip("mypy", reason="a development tool")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", str(file)]
    shown = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    return {int(number) for number in re.findall(rf"^{re.escape(str(file))}:(\d+): error", shown, re.MULTILINE)}


def pyright(file):
    """Give the lines that pyright refuses."""
    pytest.importorskip("pyright", reason="a development tool")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, str(file)]
    shown = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    found = json.loads(shown)["generalDiagnostics"]
    return {each["range"]["start"]["line"] + 1 for each in found if each["severity"] == "error"}


@pytest.mark.parametrize("door", DOORS)
def test_the_program_gets_every_public_name(door, tmp_path):
    """In a fresh process a star brings all models, by their other names too, and what `__all__` says."""
    ended = python(tmp_path, LOOK.format(door))
    found = set(ended.stdout.split())
    assert found == set(sys.modules[door].__all__), ended.stderr
    assert {*models.INDEX, *models.ALIASES} <= found
    assert door != "linode_orm" or {"Session", "Plan", "recover", "and_", "CommitError"} <= found


def test_importing_the_door_reads_no_index(tmp_path):
    """The list of models is read when a star asks for it, and not before."""
    code = "import sys, linode_orm; print('linode_orm.models' in sys.modules, 'Instance' in linode_orm.__all__)"
    assert python(tmp_path, code).stdout.split() == ["False", "True"]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("checker", [mypy, pyright], ids=lambda each: each.__name__)
def test_type_checkers_get_the_same(door, checker, tmp_path):
    """A name that a star does not bring to the program is refused by type checkers, and no other is."""
    names = named(door)
    file = tmp_path / "star.py"
    file.write_text("\n".join([f"from {door} import *", *(f"print({name})" for name in names)]) + "\n")
    refused = {names[line - 2] for line in checker(file) if line > 1}
    assert refused == set(names) - set(sys.modules[door].__all__)
    assert refused, "no name that stays inside was asked for"


def test_no_name_of_the_door_is_missing():
    """Every name of `__all__` is there."""
    assert [name for name in linode_orm.__all__ if not hasattr(linode_orm, name)] == []
