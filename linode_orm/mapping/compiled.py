"""Compiled code for the hottest spots: decoding many values of a body, without a loop over fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from linode_orm.mapping.codecs import NoneType
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.mapping.fields import Kind
    from linode_orm.mapping.record import Record

    Filler = Callable[[dict[str, object], dict[str, object]], None]
    Deepener = Callable[[dict[str, object], dict[str, object], Record], None]


def filler(fields: Iterable[Kind[Any]]) -> Filler:
    """Make a function of a body and a dict of attributes that copies the values that need no decoding.

    It raises `KeyError` at the first key that may not be missing and is. A loop takes twice as long, and this runs
    once for each object that is looked at closely.
    """
    constants: dict[str, object] = {"ABSENT": ABSENT}
    reads, tests, stores, optional = [], [], [], []
    for at, field in enumerate(fields):
        test = _test(at, field.codec.plain, constants)
        if field.absent or field.codec.mutable:
            optional.append(f"    v{at} = raw.get({field.key!r}, ABSENT)")
            optional.append(f"    if {test}: values[{field.name!r}] = v{at}")
        else:
            reads.append(f"    v{at} = raw[{field.key!r}]")
            tests.append(f"({test})")
            stores.append(f"        values[{field.name!r}] = v{at}")
    copy = [f"    if {' and '.join(tests)}:", *stores] if tests else []
    return cast("Filler", _made("fill(raw, values)", [*reads, *copy, *optional], constants))


def _test(at: int, plain: frozenset[type], constants: dict[str, object]) -> str:
    """Give the quickest test that a value is of one of these types."""
    others = plain - {NoneType}
    constants[f"k{at}"] = next(iter(others)) if len(others) == 1 else plain
    if len(others) > 1:
        return f"type(v{at}) in k{at}"
    null = [f"v{at} is None"] if NoneType in plain else []
    return " or ".join([*null, *([f"type(v{at}) is k{at}"] if others else [])])


def deepener(fields: Iterable[Kind[Any]]) -> Deepener:
    """Make a function that decodes the values that need it and are not decoded yet, for their holder.

    It raises `WrongType` at the first that cannot be; those after it wait for their own read, as does that one.
    """
    constants: dict[str, object] = {}
    lines = []
    for at, field in enumerate(fields):
        constants[f"d{at}"] = field.decoder
        lines.append(f"    if {field.name!r} not in values:")
        lines.append(f"        v = raw.get({field.key!r})")
        lines.append(f"        if v is not None: values[{field.name!r}] = d{at}(v, holder, {field.name!r})")
    return cast("Deepener", _made("deepen(raw, values, holder)", lines, constants))


def _made(signature: str, lines: list[str], constants: dict[str, object]) -> object:
    exec("\n".join([f"def {signature}:", *lines, "    return"]), constants)  # noqa: S102  quoted names of our own declarations
    return constants[signature.partition("(")[0]]
