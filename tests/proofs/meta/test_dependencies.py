"""What is imported is declared: by the package in its dependencies or extras, by tests in extras of developers."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions

import pytest

from tests.places import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
OURS = {"linode_orm", "tests", "noxfile", "harness", "rows"}
# import names that are not the names of the distributions, for environments that lack those
SPELLED = {
    "attr": "attrs",
    "certbot": "certbot-dns-linode",
    "lexicon": "dns-lexicon",
    "libcloud": "apache-libcloud",
    "vcr": "vcrpy",
    "yaml": "pyyaml",
    "socks": "PySocks",
    "_pytest": "pytest",
}


def spelled(name):
    """Spell the name of a distribution as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names(requirements):
    """Give the distributions that requirements name, those of the extras that they include as well."""
    found = set()
    for each in requirements:
        name, extras = re.match(r"([\w.-]+)(?:\[([\w,-]+)\])?", each).groups()
        if name == PROJECT["name"]:
            found |= names([inner for extra in extras.split(",") for inner in EXTRAS[extra]])
        else:
            found.add(spelled(name))
    return found


REQUIRED = names(PROJECT["dependencies"])
OPTIONAL = {extra: names(EXTRAS[extra]) for extra in EXTRAS}
EXTRAS_OF_USERS = ("async", "cassettes", "cli", "data", "keyring", "pytest", "redis", "speed")
USERS = frozenset().union(*(OPTIONAL[extra] for extra in EXTRAS_OF_USERS))


@cache
def installed():
    """Give the distributions of this environment by the modules that they bring; finding them takes a second."""
    return packages_distributions()


def distributions(module):
    """Give the distributions that may bring a module, by its import name."""
    top = module.partition(".")[0]
    known = installed().get(top, [])
    return {spelled(SPELLED.get(top, top)), *map(spelled, known)}


def imported(node):
    """Give the modules that one statement or call names, also where `import_module` is given the name."""
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module] if node.module and not node.level else []
    called = isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {
        "import_module",
        "importorskip",
    }
    if called and node.args and isinstance(node.args[0], ast.Constant):
        return [node.args[0].value]
    return []


def third_parties(nodes):
    """Give the modules of others that these parts of a program import."""
    found = {each for node in nodes for each in imported(node)}
    return {each for each in found if each.partition(".")[0] not in OURS | sys.stdlib_module_names}


def loading(body):
    """Give the parts of a module that run when it is loaded: neither functions, nor what only type checkers see."""
    for node in body:
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from loading(node.orelse)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
            yield from loading(ast.iter_child_nodes(node))


def trees(*folders):
    """Give each file below some folders, parsed."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")) if (ROOT / folder).is_dir() else [ROOT / folder]:
            yield path, ast.parse(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def package():
    """Give what the package imports while it is loaded, rooms of an extra and the pytest plugin aside, and at all."""
    at_once, ever = set(), set()
    for path, tree in trees("linode_orm"):
        ever |= third_parties(ast.walk(tree))
        if not {"aio", "cli", "plugin"} & set(path.relative_to(ROOT).parts):
            at_once |= third_parties(loading(tree.body))
    return at_once, ever


def test_what_every_user_imports_is_a_dependency(package):
    """Each library that is imported with a module is a dependency of the package itself."""
    at_once, _ = package
    assert {"requests", "urllib3", "attrs", "cachetools"} <= {each.partition(".")[0] for each in at_once}
    assert {each for each in at_once if not distributions(each) & REQUIRED} == set()


def test_what_some_users_import_is_an_extra(package):
    """Each library that is imported by a command, by the plugin or in a function is in an extra that users install."""
    _, ever = package
    offered = REQUIRED | USERS | OPTIONAL["pytest"]
    assert {"click", "rich.console", "redis.retry", "limits.storage", "nanoarrow", "pytest", "yaml"} <= ever
    assert {each for each in ever if not distributions(each) & offered} == set()


def test_nothing_is_declared_in_vain(package):
    """Each dependency, and each library of the extras of the package, is imported somewhere in it."""
    _, ever = package
    used = {name for each in ever for name in distributions(each)}
    assert (REQUIRED | USERS) - used == set()


def test_every_dependency_has_a_lower_bound():
    """A library is never installed older than the code needs."""
    everyone = [*PROJECT["dependencies"], *(each for extra in EXTRAS_OF_USERS for each in EXTRAS[extra])]
    assert [each for each in everyone if ">=" not in each and not each.startswith(PROJECT["name"])] == []


@pytest.mark.slow
def test_what_developers_import_is_an_extra():
    """Each library that tests and nox import is in an extra for developers."""
    used = {each for _, tree in trees("tests", "noxfile.py") for each in third_parties(ast.walk(tree))}
    some = (OPTIONAL[extra] for extra in ("browser", "clients", "dev", "engines", "readers"))
    declared = REQUIRED.union(*some)
    assert {each for each in used if not distributions(each) & declared} == set()
