"""Compiled code for the hottest spot: taking the plain values out of a body, without a loop over fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.mapping.protocols import FieldFacts

    Filler = Callable[[dict[str, object], dict[str, object]], None]


def filler(fields: Iterable[FieldFacts]) -> Filler:
    """Make a function of a body and a dict of attributes that copies the values that need no decoding.

    It raises `KeyError` at the first key that may not be missing and is. A loop takes twice as long, and this runs
    once for each object that is looked at closely.
    """
    constants: dict[str, object] = {"ABSENT": ABSENT}
    reads, tests, pairs, optional = [], [], [], []
    for at, field in enumerate(fields):
        kinds: Any = field.codec.plain
        constants[f"k{at}"] = next(iter(kinds)) if len(kinds) == 1 else kinds
        test = f"type(v{at}) {'is' if len(kinds) == 1 else 'in'} k{at}"
        if field.absent:
            optional.append(f"    v{at} = raw.get({field.key!r}, ABSENT)")
            optional.append(f"    if {test}: values[{field.name!r}] = v{at}")
        else:
            reads.append(f"    v{at} = raw[{field.key!r}]")
            tests.append(test)
            pairs.append(f"{field.name!r}: v{at}")
    copy = [f"    if {' and '.join(tests)}:", f"        values.update({{{', '.join(pairs)}}})"] if pairs else []
    exec("\n".join(["def fill(raw, values):", *reads, *copy, *optional, "    return"]), constants)  # noqa: S102  quoted names of our own declarations
    return cast("Filler", constants["fill"])
