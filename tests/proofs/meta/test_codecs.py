"""Outside of `mapping/` nothing depends on what class a codec is, or on the name of a field's kind."""

from __future__ import annotations

import ast

import pytest

from tests.places import ROOT

MODULES = [
    path
    for folder in ("linode_orm",)
    for path in (ROOT / folder).rglob("*.py")
    if not path.is_relative_to(ROOT / "linode_orm" / "mapping")
    and not path.is_relative_to(ROOT / "linode_orm" / "models")
]
CODECS = {
    f"linode_orm.mapping.{name}"
    for name in ("any_json", "codecs", "containers", "structures", "timestamps", "json_types")
}
GENERAL = {"Codec", "WrongType", "field_problems", "first_value", "may_be_null", "merged_value"}
"""What these modules offer to others: the base class, its error, and functions that take any field."""

PARTS = {"inner", "item", "cls", "container", "parts", "plain", "choices"}
KINDS = {"readonly", "fixed", "field", "writeonly", "secret"}


def probes(tree: ast.Module) -> list[str]:
    """Give the lines that ask what a codec or a field is, instead of asking it to do something."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in CODECS:
            found += [f"{node.lineno}: imports {each.name}" for each in node.names if each.name not in GENERAL]
        if isinstance(node, ast.Attribute) and node.attr in PARTS and "codec" in ast.unparse(node.value):
            found.append(f"{node.lineno}: {ast.unparse(node)}")
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"getattr", "hasattr", "isinstance", "type"}:
            found += [f"{node.lineno}: {ast.unparse(node)}" for each in node.args if _is_codec(each)]
        if isinstance(node, ast.Compare) and ast.unparse(node.left).endswith(".kind"):
            texts = {each.value for each in ast.walk(node) if isinstance(each, ast.Constant)}
            found += [f"{node.lineno}: {ast.unparse(node)}"] if texts & KINDS else []
        if isinstance(node, ast.Match) and _is_codec(node.subject):
            found.append(f"{node.lineno}: match {ast.unparse(node.subject)}")
    return found


def _is_codec(node: ast.expr) -> bool:
    return "codec" in ast.unparse(node).rpartition(".")[2].lower()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_branches_on_a_codec(path):
    """No module imports a class of codec, probes one for its parts, or compares the name of a kind of field."""
    assert not probes(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "code",
    [
        "from linode_orm.mapping.containers import ListOf",
        "inner = getattr(field.codec, 'inner', field.codec)",
        "x = codec.item",
        "x = field.kind == 'secret'",
        "match codec:\n    case 1: pass",
        "x = isinstance(codec, Other)",
        "x = field.codec.plain",
    ],
)
def test_a_branch_is_seen(code):
    """What this test looks for it finds."""
    assert probes(ast.parse(code))
