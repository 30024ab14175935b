"""Holds the house style that no linter knows: one sentence a module, sizes, and no import cycle at run time."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from tests.places import ROOT

PACKAGE = ROOT / "linode_orm"
MODULES = sorted(PACKAGE.rglob("*.py"))
BY_HAND = [path for path in MODULES if PACKAGE / "models" not in path.parents]
LINES, FUNCTION_LINES, METHODS, PROTOCOLS = 500, 40, 20, 16
LISTS_OF_VERBS = {"Session", "Query"}


@cache
def tree(path):
    """Parse a module once."""
    return ast.parse(path.read_text(encoding="utf-8"))


def ids(path):
    """Name a module by its path in the package."""
    return str(path.relative_to(PACKAGE).with_suffix(""))


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_opens_with_one_sentence(path):
    """Every module opens with a docstring whose first paragraph is one sentence."""
    text = ast.get_docstring(tree(path)) or ""
    first = text.split("\n\n")[0]
    assert first.endswith("."), f"the first paragraph is no sentence: {first!r}"
    assert ". " not in first.replace("\n", " "), f"more than one sentence: {first!r}"


@pytest.mark.parametrize("path", BY_HAND, ids=ids)
def test_sizes(path):
    """No module written by hand has more than 500 lines, no function more than 40."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES
    functions = [each for each in ast.walk(tree(path)) if isinstance(each, (ast.FunctionDef, ast.AsyncFunctionDef))]
    long = [
        (each.name, each.end_lineno - each.lineno + 1)
        for each in functions
        if each.end_lineno - each.lineno >= FUNCTION_LINES
    ]
    assert not long


@pytest.mark.parametrize("path", MODULES, ids=ids)
def test_methods(path):
    """No class has more than 20 methods, but for `Session` and `Query`, which are lists of public verbs."""
    classes = [each for each in ast.walk(tree(path)) if isinstance(each, ast.ClassDef)]
    methods = {each.name: {part.name for part in each.body if isinstance(part, ast.FunctionDef)} for each in classes}
    assert [name for name, held in methods.items() if len(held) > METHODS and name not in LISTS_OF_VERBS] == []


def test_protocols():
    """The package has at most 16 protocols: where there is one kind of thing, it is a class."""
    bases = [
        base
        for path in names().values()
        for each in ast.walk(tree(path))
        if isinstance(each, ast.ClassDef)
        for base in each.bases
    ]
    found = [base for base in bases if ast.unparse(base).partition("[")[0] == "Protocol"]
    assert 0 < len(found) <= PROTOCOLS


def test_no_import_cycle():
    """Modules that import one another when they are loaded form no cycle."""
    graph = {module: imports(module) for module in names()}
    done, path = set(), []

    def visit(module):
        if module in path:
            pytest.fail(" -> ".join([*path[path.index(module) :], module]))
        if module in done:
            return
        path.append(module)
        for each in sorted(graph[module]):
            visit(each)
        path.pop()
        done.add(module)

    for module in sorted(graph):
        visit(module)


@cache
def names():
    """Map every module of the package to its file."""
    found = {}
    for path in MODULES:
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(module):
    """Give the modules that `module` imports while it is loaded, the packages around them left out."""
    found = set()
    for node in running(tree(names()[module]).body):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # a name imported from a package may be a module of its own
            found |= {
                f"{node.module}.{each.name}" if f"{node.module}.{each.name}" in names() else node.module
                for each in node.names
            }
    return (found & names().keys()) - {module}


def running(body):
    """Give the imports that run when a module is loaded: not those of functions, nor those for type checkers alone."""
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node
        elif isinstance(node, ast.If):
            if "TYPE_CHECKING" not in ast.unparse(node.test):
                yield from running(node.body)
            yield from running(node.orelse)
        elif isinstance(node, (ast.Try, ast.With, ast.ClassDef)):
            yield from running(node.body)
