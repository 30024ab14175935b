"""What is public: errors at the door, a docstring on everything, and no `Any` where a user would meet it."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import pickle
import pkgutil
import re
import subprocess
import sys
import typing

import pytest

import linode_orm
from linode_orm.mapping.registry import lookup
from linode_orm.models import INDEX
from tests.places import ROOT

ROOMS = ("linode_orm.mapping", "linode_orm.wire", "linode_orm.session", "linode_orm.simulator", "linode_orm.testing")
OURS = "linode_orm"
LOOK = """
import sys, json
before = set(sys.modules)
from linode_orm import Client, Instance, Session
Session(client=Client("a-token"))
new = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps(sorted(new - sys.stdlib_module_names)))
"""


def public():
    """Give each public class and function with its name, those of the door first."""
    found = {}
    for room in (OURS, *ROOMS):
        module = importlib.import_module(room)
        for name in module.__all__:
            found.setdefault(name, getattr(module, name))
    return found


def members(kind):
    """Give the public methods and properties of a class that are written in this package, and no builtin's own."""
    for owner in kind.__mro__:
        if owner.__module__.startswith(OURS):
            for name, value in vars(owner).items():
                plain = getattr(value, "__func__", None) or getattr(value, "fget", None) or value
                builtin = any(name in vars(each) for each in owner.__mro__ if each in {list, dict})
                if not name.startswith("_") and inspect.isfunction(plain) and not builtin:
                    yield owner, name, plain


PUBLIC = public()
CLASSES = {name: each for name, each in PUBLIC.items() if inspect.isclass(each)}


def test_every_error_stands_at_the_door():
    """Whatever the package may raise under its own name can be imported from `linode_orm`."""
    for found in pkgutil.walk_packages(linode_orm.__path__, f"{OURS}."):
        importlib.import_module(found.name)

    def below(kind):
        yield kind
        for each in kind.__subclasses__():
            yield from below(each)

    own = {each for each in below(linode_orm.LinodeORMError) if each.__module__.startswith(OURS)}
    assert {each.__name__ for each in own} <= set(linode_orm.__all__)
    assert all(getattr(linode_orm, each.__name__) is each for each in own)


def test_every_model_stands_at_the_door():
    """Each declared class can be imported from `linode_orm` and from `linode_orm.models`."""
    models = importlib.import_module("linode_orm.models")
    assert [name for name in INDEX if getattr(linode_orm, name) is not lookup(name)] == []
    assert [name for name in INDEX if getattr(models, name) is not lookup(name)] == []


@pytest.mark.parametrize("name", linode_orm._PUBLIC)
def test_the_door_names_what_it_gives(name):
    """A public class or function is named, and pickled, as `linode_orm.Name`, wherever it is defined."""
    value = getattr(linode_orm, name)
    assert (value.__module__, value.__qualname__) == (OURS, name)
    written = pickle.dumps(value, protocol=4)
    assert f"{OURS}.".encode() not in written
    assert pickle.loads(written) is value


def test_type_hints_of_what_the_door_names():
    """The annotations of a public class are resolved by the names of the module that defines it."""
    for value in (linode_orm.Plan, linode_orm.Step, linode_orm.CommitReport, linode_orm.Detail, linode_orm.Order):
        assert typing.get_type_hints(value).keys() >= vars(value)["__annotations__"].keys()
    assert typing.get_type_hints(linode_orm.Plan)["steps"] == tuple[linode_orm.Step, ...]
    assert typing.get_type_hints(linode_orm.Detail) == {"reason": str, "field": str | None}


@pytest.mark.parametrize("name", PUBLIC)
def test_docstrings(name):
    """Every public class, function, method and property says what it means."""
    value = PUBLIC[name]
    if inspect.isclass(value) or inspect.isfunction(value):
        assert value.__doc__, name
    if inspect.isclass(value):
        assert [f"{owner.__name__}.{each}" for owner, each, plain in members(value) if not plain.__doc__] == []


def test_docstrings_of_models():
    """Every resource and every action has a sentence."""
    for name in INDEX:
        model = lookup(name)
        assert (model.__doc__ or "").rstrip().endswith("."), name
        for action in model.__mapper__.operations:
            assert (getattr(model, action).__doc__ or "").rstrip().endswith("."), f"{name}.{action}"


@pytest.mark.parametrize(
    "name", [each for each in CLASSES if not CLASSES[each].__module__.startswith("linode_orm.simulator")]
)
def test_no_any(name):
    """No public method takes or gives `Any`; tests/proofs/typing asks the checkers, and of the simulator too."""
    bare = re.compile(r"(?<![\w\[])Any\b(?! *\])|\[str, Any\]")
    found = {
        f"{owner.__name__}.{each}"
        for owner, each, plain in members(CLASSES[name])
        for text in plain.__annotations__.values()
        if bare.search(str(text))
    }
    assert found == set()


def test_no_any_in_models():
    """No declaration knows `Any`: each field has a type."""
    for path in sorted((ROOT / OURS / "models").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "Any"], path.name


def test_only_what_is_declared_is_imported():
    """A session needs requests, urllib3, attrs and cachetools, and what these need."""
    needed = {"requests", "urllib3", "attr", "attrs", "cachetools"}
    theirs = {"certifi", "idna", "charset_normalizer", "chardet", "brotli", "h2", "socks", "simplejson", "backports"}
    ended = subprocess.run([sys.executable, "-c", LOOK], check=True, capture_output=True, text=True)
    found = {name for name in json.loads(ended.stdout) if "cython" not in name and "mypyc" not in name}
    assert found - needed - theirs == {OURS}


def test_types_are_marked():
    """The package tells type checkers that it has types."""
    assert (ROOT / OURS / "py.typed").is_file()


def test_the_top_is_tidy():
    """Nothing lies at the top of the repository but what a reader expects there."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, check=False, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("no git checkout")
    folders = {"linode_orm", "tests", "cassettes", "docs", ".ci"}
    files = {
        "pyproject.toml",
        "noxfile.py",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "SECURITY.md",
        "CODE_OF_CONDUCT.md",
        "AGENTS.md",
    }
    top = {line.partition("/")[0] for line in listed.stdout.splitlines()}
    assert {name for name in top - folders - files if not name.startswith(".")} == set()


@pytest.mark.parametrize("folder", ["linode_orm", "docs", "tests", ".ci"])
def test_nothing_of_one_machine(folder):
    """No file names a place of the machine on which it was written."""
    places = re.compile(r"(?<![\w.])/(?:tmp|root|work|home/\w+)/")
    files = [
        path
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".md", ".toml", ".json"} or path.name == "run"
    ]
    found = [str(path.relative_to(ROOT)) for path in files if places.search(path.read_text(encoding="utf-8"))]
    assert [each for each in found if not each.endswith("test_public.py")] == []
