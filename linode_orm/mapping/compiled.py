"""Compiled code for the hottest spots: decoding many values of a body, without a loop over fields."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from linode_orm.mapping.codecs import _WITHOUT_OFFSET as NAIVE
from linode_orm.mapping.codecs import DateTime, NoneType
from linode_orm.mapping.containers import ListOf
from linode_orm.mapping.record import NestedState, Record
from linode_orm.mapping.structures import Structure
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from linode_orm.mapping.fields import Kind

    Filler = Callable[[dict[str, object], dict[str, object]], None]
    Completer = Callable[[dict[str, object], dict[str, object], Record, int], dict[str, object] | None]


def filler(fields: Iterable[Kind[Any]]) -> Filler:
    """Make a function of a body and a dict of attributes that copies the values that need no decoding.

    It raises `KeyError` at the first key that may not be missing and is. A loop takes twice as long, and this runs
    once for each object that is looked at closely.
    """
    constants: dict[str, object] = {"ABSENT": ABSENT}
    reads, tests, stores, optional = [], [], [], []
    for at, field in enumerate(fields):
        test = _test(f"v{at}", at, field.undecoded, constants)
        if field.absent or field.codec.mutable:
            optional.append(f"    v{at} = raw.get({field.key!r}, ABSENT)")
            optional.append(f"    if {test}: values[{field.name!r}] = v{at}")
        else:
            reads.append(f"    v{at} = raw[{field.key!r}]")
            tests.append(f"({test})")
            stores.append(f"        values[{field.name!r}] = v{at}")
    copy = [f"    if {' and '.join(tests)}:", *stores] if tests else []
    return cast("Filler", _made("fill(raw, values)", [*reads, *copy, *optional], constants))


def _test(value: str, at: object, plain: frozenset[type], constants: dict[str, Any]) -> str:
    """Give the quickest test that a value is of one of these types."""
    others = plain - {NoneType}
    constants[f"k{at}"] = next(iter(others)) if len(others) == 1 else plain
    if len(others) > 1:
        return f"type({value}) in k{at}"
    null = [f"{value} is None"] if NoneType in plain else []
    return " or ".join([*null, *([f"type({value}) is k{at}"] if others else [])])


def completer(fields: Collection[Kind[Any]], deep: Collection[Kind[Any]]) -> Completer:
    """Make a function that gives all values of a body for their holder, those that are decoded already as they are.

    It gives None where fewer than `several` of the `deep` ones are decoded, or where the body is not as declared; then
    each value waits for its own read. What it gives starts as a copy of a full dict, which has its size at once:
    growing one takes as long as decoding. Lists, objects and moments are made on the spot, without a call of a codec.
    """
    constants: dict[str, Any] = {"start": _full(field.name for field in fields), **_MAKERS}
    count = " + ".join(f"({field.name!r} in values)" for field in deep)
    lines = [f"    if {count} < several: return None"] if deep else []
    lines.append("    done = start()")
    for at, field in enumerate(fields):
        lines += [f"    {line}" for line in _completing(at, field, constants, is_deep=field in deep)]
    lines += ["    done.update(values)", "    return done"]
    return cast("Completer", _made("complete(raw, values, holder, several)", lines, constants))


def _full(names: Iterable[str]) -> Callable[[], dict[str, object]]:
    """Make a function that gives dicts of these names that share their keys, as instances do: a third as big."""

    class Full:
        pass

    full = Full()
    for name in names:
        setattr(full, name, None)
    return vars(full).copy


_MAKERS: Final[dict[str, object]] = {
    "ABSENT": ABSENT,
    "State": NestedState,
    "set_state": Record.__dict__["__state__"].__set__,
    "new": object.__new__,
    "new_list": list.__new__,
    "extend": list.extend,
    "moment": datetime.fromisoformat,
}


def _completing(at: int, field: Kind[Any], constants: dict[str, Any], *, is_deep: bool) -> list[str]:
    """Give the lines that put one value of a body among the others."""
    key, kept = repr(field.key), f"done[{field.name!r}]"
    plain = field.codec.plain if is_deep else field.undecoded
    cases = [[_test("v", at, plain, constants), f"{kept} = v"]] if plain else []
    if field.absent:
        cases.append(["v is ABSENT", f"del {kept}"])
    if is_deep:
        constants[f"d{at}"] = field.decoder
        cases += [
            *_made_on_the_spot(at, field, constants),
            ["v is not None", f"{kept} = d{at}(v, holder, {field.name!r})"],
            _null(at, field, constants),
        ]
    lines = [f"v = raw[{key}] if {key} in raw else ABSENT" if field.absent else f"v = raw[{key}]"]
    for number, (test, *actions) in enumerate(cases):
        lines += [f"{'elif' if number else 'if'} {test}:", *(f"    {action}" for action in actions)]
    lines.append("else: return None")
    return [f"if {field.name!r} not in values:", *(f"    {line}" for line in lines)] if is_deep else lines


def _null(at: int, field: Kind[Any], constants: dict[str, Any]) -> list[str]:
    """Give the case in which `v` is null."""
    kept = f"done[{field.name!r}]"
    if not field.codec.null_is_empty:
        return ["v is None", f"{kept} = v"]
    constants[f"n{at}"] = field.codec.null
    return ["v is None", f"{kept} = n{at}(holder, {field.name!r})"]


def _made_on_the_spot(at: int, field: Kind[Any], constants: dict[str, Any]) -> list[list[str]]:
    """Give the case in which `v` is decoded without its codec, if there is one: a test, and the lines that do it."""
    codec, name = getattr(field.codec, "inner", field.codec), repr(field.name)
    if type(codec) is Structure:
        constants[f"c{at}"], constants[f"m{at}"] = codec.cls, codec.cls.__mapper__
        test = f"type(v) is dict and m{at}.known.issuperset(v)"
        state = f"s = State(); s.raw = v; s.edits = None; s.holder = holder; s.name = {name}"
        return [[test, state, f"done[{name}] = x = new(c{at})", "set_state(x, s)"]]
    if isinstance(codec, ListOf) and codec.item.plain:
        constants[f"c{at}"], constants[f"a{at}"], plain = codec._parts  # noqa: SLF001  shared with `decode`
        slots = f"x._holder = holder; x._name = {name}; x._adopt = a{at}"
        lines = [f"done[{name}] = x = new_list(c{at})", slots, "for each in v:"]
        item = (
            f"    if not ({_test('each', f'i{at}', plain, constants)}): done[{name}] = d{at}(v, holder, {name}); break"
        )
        return [["type(v) is list", *lines, item, "else:", "    if v: extend(x, v)"]]
    if isinstance(codec, DateTime):
        return [[f"type(v) is str and len(v) == {NAIVE}", f"done[{name}] = moment(v + '+00:00')"]]
    return []


def _made(signature: str, lines: list[str], constants: dict[str, object]) -> object:
    exec("\n".join([f"def {signature}:", *lines, "    return"]), constants)  # noqa: S102  quoted names of our own declarations
    return constants[signature.partition("(")[0]]
