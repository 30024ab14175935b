"""Annotations: which codec the text in a field's brackets means, and by which names codecs are known there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from linode_orm.mapping.codecs import DateTime, Optional, Scalar
from linode_orm.mapping.containers import AnyJSON, ListOf, MapOf, Tags
from linode_orm.mapping.normal_forms import with_normal_form
from linode_orm.mapping.structures import Choice, Structure, items_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping.codecs import Codec

_CODECS: Final[dict[str, Codec]] = {}
_BY_PYTHON_TYPE: Final[dict[type, Codec]] = {}


def register_codec(name: str, codec: Codec) -> None:
    """Let annotations name a codec: `ttl: Field[Seconds]` after `register_codec("Seconds", SecondsCodec("Seconds"))`.

    Register it before the first use of a field that names it. Raises `ValueError` if the name is taken.
    """
    if name in _CODECS:
        msg = f"a codec called {name!r} is registered already"
        raise ValueError(msg)
    _CODECS[name] = codec
    _BY_PYTHON_TYPE.update(dict.fromkeys(codec.python_types, codec))


def codec_of(value: object) -> Codec | None:
    """Return the codec whose `python_types` have the type of a value, or a base of it; None if no codec has."""
    return next((_BY_PYTHON_TYPE[each] for each in type(value).__mro__ if each in _BY_PYTHON_TYPE), None)


for _each in (
    Scalar("int", frozenset({int})),
    Scalar("str", frozenset({str})),
    Scalar("bool", frozenset({bool})),
    Scalar("float", frozenset({int, float})),
    DateTime("datetime"),
    Tags(),
    AnyJSON(),
):
    register_codec(_each.text, _each)


def parse(
    text: str, names: Mapping[str, object], *, unordered: bool = False, ordered: bool = False, kind: str = ""
) -> Codec:
    """Return the codec that an annotation's text means; `names` are those of the module, with its nested classes.

    `kind` is the format of the field's strings, which may have a normal form.

    Raises `TypeError` for a type that no field can have.
    """
    codec = with_normal_form(_build(ast.parse(text, mode="eval").body, names), kind)
    if ordered and codec.bare.mutable:
        codec.bare.is_one_value = True
    if unordered and isinstance(codec.bare, ListOf):
        codec.bare.unordered = True
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
        case ast.Name(id=name) if hasattr(names.get(name), "__hydrate__"):
            return Structure(names[name])  # type: ignore[arg-type]  # a Nested, which alone has that method
        case ast.Name(id=name) if name in _CODECS:
            return _CODECS[name]
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
