"""Conflicts: attributes that another writer changed since this session read them, found before any write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from linode_orm.errors import Clash, ConflictError
from linode_orm.mapping.masking import masked_value
from linode_orm.mapping.record import assigned_in, changes, encoded_value, raw_value
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linode_orm.errors import Fates
    from linode_orm.mapping import Model
    from linode_orm.mapping.protocols import FieldFacts
    from linode_orm.session.planning.plan import Change

_SHOWN = 5
_RESOLVE: Final = (
    'session.resolve(x, "mine") keeps the change for the next commit, session.resolve(x, "theirs") drops it'
)


def is_only_on_get(instance: Model) -> bool:
    """Whether the rows of lists lack what was changed of an object."""
    fields = instance.__mapper__.fields
    return any(fields[name].only_on_get for name in changes(instance))


def seen_before(instances: Iterable[Model]) -> dict[tuple[int, str], object]:
    """Return the values, by object and attribute, over which an assignment wins: those that were read last."""
    return {(id(each), name): raw_value(each, name) for each in instances for name in changes(each)}


def clashes_of(instance: Model, seen: Mapping[tuple[int, str], object], *, scalars: bool) -> Iterator[Clash]:
    """Yield the attributes of an object that another writer changed since the value was read that an edit began from.

    Without `scalars`, only those are looked at whose parts are merged.
    """
    for name, edit in changes(instance).items():
        field = instance.__mapper__.fields[name]
        if not (scalars or field.codec.mutable):
            continue
        theirs, mine = raw_value(instance, name), encoded_value(instance, name)
        was = seen.get((id(instance), name), ABSENT)
        if edit.clashes(field.codec, theirs, mine, assigned_in(instance, name), was):
            yield Clash(instance, name, shown(field, edit.base), shown(field, theirs), shown(field, mine))


def refuse(clashes: list[Clash], *, advice: str = _RESOLVE, report: Fates | None = None) -> None:
    """Raise `ConflictError` if there are clashes; `advice` says in the message how the change can still be made."""
    if not clashes:
        return
    lines = [_line(each) for each in clashes[:_SHOWN]]
    more = [f"and {len(clashes) - _SHOWN} more"] if len(clashes) > _SHOWN else []
    message = "\n".join(["changed elsewhere since it was read:", *lines, *more, f"nothing was written; {advice}"])
    error = ConflictError(message, conflicts=clashes)
    error.report = report
    raise error


def conflict_of(instance: Model, clashes: Iterable[tuple[Change, object]]) -> ConflictError:
    """Return the error of an update that was not sent, because both sides changed the same."""
    found = changed_twice(instance, clashes)
    return ConflictError("\n".join(["changed elsewhere since it was read:", *map(_line, found)]), conflicts=found)


def changed_twice(instance: Model, clashes: Iterable[tuple[Change, object]]) -> list[Clash]:
    """Return the clashes of planned changes with the values that are there now."""
    fields = instance.__mapper__.fields
    return [
        Clash(instance, field.name, shown(field, each.old), shown(field, theirs), shown(field, each.new))
        for each, theirs in clashes
        for field in [fields[each.name]]
    ]


def _line(each: Clash) -> str:
    name = cast("Model", each.object).__describe__()
    if not each.attribute:
        return f"  {name}{f': {each.why}' if each.why else ' is gone'}"
    mine = each.why or f"mine {each.mine!r}"
    return f"  {name}.{each.attribute}: read {each.base!r}, theirs {each.theirs!r}, {mine}"


def shown(field: FieldFacts, value: object) -> object:
    """Return a value as an error shows it."""
    return None if value is ABSENT else masked_value(field, value)
