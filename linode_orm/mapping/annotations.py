"""Annotations: the codec that the text in a field's brackets describes."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from linode_orm.mapping.codecs import DateTime, Optional, Scalar
from linode_orm.mapping.containers import AnyJSON, Choice, ListOf, MapOf, Structure, Tags, items_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping.codecs import Codec

_SCALARS: Final[dict[str, frozenset[type]]] = {
    "int": frozenset({int}),
    "str": frozenset({str}),
    "bool": frozenset({bool}),
    "float": frozenset({int, float}),
}


def parse(text: str, names: Mapping[str, object], *, unordered: bool = False) -> Codec:
    """Make the codec that an annotation's text describes, looking nested classes up in `names`."""
    codec = _build(ast.parse(text, mode="eval").body, names)
    inner = codec.inner if isinstance(codec, Optional) else codec
    if unordered and isinstance(inner, ListOf):
        inner.unordered = True
    return codec


def _build(node: ast.expr, names: Mapping[str, object]) -> Codec:
    match node:
        case ast.BinOp(op=ast.BitOr()):
            return _union(_alternatives(node), names)
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return ListOf(items_of(_build(item, names)))
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, item])):
            return MapOf(_build(item, names))
        case ast.Subscript(value=ast.Name(id="Literal"), slice=choices):
            values = tuple(ast.literal_eval(each) for each in getattr(choices, "elts", [choices]))
            return Scalar(ast.unparse(node), frozenset(map(type, values)), values)
        case ast.Name(id=name) if name in _SCALARS:
            return Scalar(name, _SCALARS[name])
        case ast.Name(id="datetime"):
            return DateTime("datetime")
        case ast.Name(id="TagList"):
            return Tags()
        case ast.Name(id="JSON"):
            return AnyJSON()
        case ast.Name(id=name) if isinstance(names.get(name), type):
            return Structure(names[name])  # type: ignore[arg-type]  # tests/proofs/meta checks that it is a Nested
    msg = f"{ast.unparse(node)!r} is no type that a field can have"
    raise TypeError(msg)


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _union(nodes: list[ast.expr], names: Mapping[str, object]) -> Codec:
    nullable = [node for node in nodes if isinstance(node, ast.Constant) and node.value is None]
    parts = [_build(node, names) for node in nodes if node not in nullable]
    scalars = [part for part in parts if isinstance(part, Scalar)]
    if len(parts) == 1:
        inner = parts[0]
    elif len(scalars) == len(parts):
        choices = tuple(choice for part in scalars for choice in part.choices)
        text = " | ".join(part.text for part in parts)
        inner = Scalar(text, frozenset().union(*(part.plain for part in parts)), choices)
    else:
        inner = Choice(tuple(parts))
    return Optional(inner) if nullable else inner
