"""Annotations: which codec the text in a field's brackets means, and by which names codecs are known there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, NamedTuple

from linode_orm.mapping.any_json import AnyJSON
from linode_orm.mapping.codecs import Scalar
from linode_orm.mapping.containers import ListOf, MapOf, Tags
from linode_orm.mapping.structures import Choice, Optional, Structure, items_of
from linode_orm.mapping.timestamps import DateTime

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping.codecs import Codec
    from linode_orm.mapping.normal_forms import NormalForm

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


class ValueMarks(NamedTuple):
    """What a field says of its values: whose ids they are, their normal form, and what their order means."""

    refers: str = ""
    form: NormalForm | None = None
    unordered: bool = False
    ordered: bool = False


def parse(text: str, names: Mapping[str, object], marks: ValueMarks) -> Codec:
    """Return the codec that an annotation's text means; `names` are those of the module, with its nested classes.

    Raises `TypeError` for a type that no field can have.
    """
    codec = _build(ast.parse(text, mode="eval").body, names, marks)
    if marks.ordered and codec.bare.mutable:
        codec.bare.is_one_value = True
    if marks.unordered and isinstance(codec.bare, ListOf):
        codec.bare.unordered = True
    return codec


def _build(node: ast.expr, names: Mapping[str, object], marks: ValueMarks) -> Codec:
    match node:
        case ast.BinOp(op=ast.BitOr()):
            return _union(_alternatives(node), names, marks)
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return ListOf(items_of(_build(item, names, marks)))
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[_, item])):
            return MapOf(_build(item, names, marks))
        case ast.Subscript(value=ast.Name(id="Literal"), slice=choices):
            values = tuple(ast.literal_eval(each) for each in getattr(choices, "elts", [choices]))
            return _marked(Scalar(ast.unparse(node), frozenset(map(type, values)), values), marks)
        case ast.Name(id=name) if hasattr(names.get(name), "__hydrate__"):
            return Structure(names[name])  # type: ignore[arg-type]  # a Nested, which alone has that method
        case ast.Name(id=name) if name in _CODECS:
            return _marked(_CODECS[name], marks)
    msg = f"{ast.unparse(node)!r} is no type that a field can have"
    raise TypeError(msg)


def _marked(codec: Codec, marks: ValueMarks) -> Codec:
    return codec.marked(marks.refers, marks.form) if any(marks[:2]) and isinstance(codec, Scalar) else codec


def _alternatives(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp):
        return [*_alternatives(node.left), *_alternatives(node.right)]
    return [node]


def _union(nodes: list[ast.expr], names: Mapping[str, object], marks: ValueMarks) -> Codec:
    nullable = [node for node in nodes if isinstance(node, ast.Constant) and node.value is None]
    parts = [_build(node, names, marks) for node in nodes if node not in nullable]
    scalars = [part for part in parts if isinstance(part, Scalar)]
    if len(parts) == 1:
        inner = parts[0]
    elif len(scalars) == len(parts):
        choices = tuple(choice for part in scalars for choice in part.choices)
        text = " | ".join(part.text for part in parts)
        inner = _marked(Scalar(text, frozenset().union(*(part.plain for part in parts)), choices), marks)
    else:
        inner = Choice(tuple(parts))
    return Optional(inner) if nullable else inner
