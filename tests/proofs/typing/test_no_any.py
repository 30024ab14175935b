"""Both type checkers, asked for the type of every public attribute and method, never answer with `Any`."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import subprocess
import sys
import textwrap
from functools import cache

import pytest

from linode_orm import models
from linode_orm.mapping.fields import Kind
from linode_orm.mapping.registry import lookup
from tests.places import ROOT

pytestmark = pytest.mark.slow

ROOMS = (
    "linode_orm",
    "linode_orm.mapping",
    "linode_orm.wire",
    "linode_orm.session",
    "linode_orm.simulator",
    "linode_orm.testing",
)
# what the doors lead to without naming it
BEHIND = (
    ("linode_orm.session.planning.plan", ("Plan", "Step", "Change")),
    ("linode_orm.session.planning.report", ("CommitReport", "Entry")),
    ("linode_orm.mapping.class_references", ("Reference",)),
    ("linode_orm.mapping.options", ("Option",)),
    ("linode_orm.simulator.reply", ("Arrival", "Reply", "RequestLog")),
    ("linode_orm.simulator.faults", ("Faults", "Fault")),
    ("linode_orm.simulator.clock", ("VirtualClock",)),
    ("linode_orm.testing.counting", ("Count",)),
)
# what JSON holds, as plain dictionaries of whatever it was given
WRITTEN = {"__init__", "__call__", "__iter__", "__getitem__", "__enter__", "__len__", "__contains__"}
# `in` is hidden from type checkers where it only refuses at run time, so that they refuse it too; `any` is there for
# attributes that are lists; a slice is one of whatever; `act` takes a method of any arguments, and what jobs name (the job, its
# event, the entry of a wait) stands above errors and models
ELSEWHERE = {
    "Attribute.__contains__",
    "Many.__contains__",
    "Reference.__contains__",
    "Attribute.any",
    "Query.__getitem__",
    "Job.wait",
    "JobFailed.event",
    "JobFailed.job",
    "Session.act",
}


def doors():
    """Give every public class and function, each once, with the name by which it can be imported."""
    found = {}
    for room in ROOMS:
        module = importlib.import_module(room)
        for name in module.__all__:
            found.setdefault(name, (room, getattr(module, name)))
    for room, names in BEHIND:
        for name in names:
            found.setdefault(name, (room, getattr(importlib.import_module(room), name)))
    for name in models.INDEX:
        found.setdefault(name, ("linode_orm.models", lookup(name)))
    return found


@cache
def assigned(owner):
    """Give the attributes that a class's own `__init__` sets."""
    init = vars(owner).get("__init__")
    if not inspect.isfunction(init):
        return set()
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(init)))
    except OSError:  # written by attrs
        return set()
    targets = (each for node in ast.walk(tree) if isinstance(node, (ast.Assign, ast.AnnAssign)) for each in parts(node))
    return {each.attr for each in targets if isinstance(each.value, ast.Name) and each.value.id == "self"}


def parts(node):
    """Give the attributes on the left of an assignment."""
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        yield from (each for each in ast.walk(target) if isinstance(each, ast.Attribute))


def members(kind):
    """Give the public names that this package writes for a class, those of its bases too."""
    for owner in kind.__mro__:
        if owner.__module__.startswith("linode_orm"):
            annotated = vars(owner).get("__annotations__", {})
            for name in {*vars(owner), *annotated, *assigned(owner)}:
                if isinstance(vars(owner).get(name), Kind) and name not in annotated:
                    continue  # learnt from an answer, and hidden from checkers
                own = name in vars(owner) and inspect.isfunction(vars(owner)[name])
                if not name.startswith("_") or (name in WRITTEN and own and name != "__init__"):
                    yield name


def variables(kind):
    """Give the type variables of a generic class."""
    inherited = [each for base in vars(kind).get("__orig_bases__", ()) for each in getattr(base, "__parameters__", ())]
    return getattr(kind, "__parameters__", ()) or inherited


def questions():
    """Give a module that asks for the type of everything, and what each of its lines asks."""
    lines, asked = ["from typing import Any"], {}
    for name, (room, value) in doors().items():
        if inspect.isclass(value):
            arguments = f"[{', '.join(['int'] * len(variables(value)))}]" if variables(value) else ""
            lines.append(f"import {room}")
            lines.append(f"def about_{name}(it: {room}.{name}{arguments}) -> None:")
            for member in sorted(each for each in set(members(value)) if f"{name}.{each}" not in ELSEWHERE):
                lines.append(f"    reveal_type(it.{member})")
                asked[len(lines)] = f"{name}.{member}"
            lines.append(f"    reveal_type({room}.{name}{arguments})")
            asked[len(lines)] = f"{name}()"
        elif inspect.isfunction(value):
            lines.append(f"import {room}")
            lines.append(f"reveal_type({room}.{name})")
            asked[len(lines)] = name
    return "\n".join(lines), asked


def mypy_answers(path):
    """Give what mypy says about each line."""
    pytest.importorskip("mypy", reason="a development tool")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context", str(path)]
    shown = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    return [(int(line), said) for line, said in re.findall(rf"^.*{path.name}:(\d+): (.*)$", shown, re.MULTILINE)]


def pyright_answers(path):
    """Give what pyright says about each line."""
    pytest.importorskip("pyright", reason="a development tool")
    (path.parent / "pyrightconfig.json").write_text(json.dumps({"include": [path.name], "extraPaths": [str(ROOT)]}))
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, "-p", str(path.parent)]
    shown = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    found = json.loads(shown)["generalDiagnostics"]
    return [(each["range"]["start"]["line"] + 1, each["message"]) for each in found]


@pytest.mark.parametrize("answers", [mypy_answers, pyright_answers], ids=["mypy", "pyright"])
def test_no_any(answers, tmp_path):
    """No public attribute, method, function or constructor has `Any` in its type, as the checker sees it."""
    text, asked = questions()
    path = tmp_path / "everything.py"
    path.write_text(text)
    said_at = answers(path)
    revealed = {line for line, _ in said_at}
    assert set(asked) <= revealed, sorted(asked[line] for line in set(asked) - revealed)[:5]
    assert len(asked) > 2500
    wrong = re.compile(r"\bAny\b|\bUnknown\b(?!')|^error")
    bad = {asked.get(line, line): said for line, said in said_at if wrong.search(said)}
    assert not bad, "\n".join(f"{name}: {said}" for name, said in bad.items())
