"""Conflicts: attributes that another writer changed since this session read them, found before any write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from linode_orm.errors import Clash, ConflictError
from linode_orm.mapping.record import changes, encoded_value, raw_value
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model
    from linode_orm.mapping.fields import Kind
    from linode_orm.session.waiting.bulk_refresh import BulkRefresh

_SHOWN = 5
_KEEP_MINE: Final = "session.refresh(x, keep=True) takes theirs and keeps the change for the next commit"


def look_again(refresh: BulkRefresh, instances: Iterable[Model]) -> list[Model]:
    """Read the newest values of changed objects and rebase set edits on them; return the objects that are gone."""
    changed = [each for each in instances if changes(each)]
    return refresh.run(changed, [each for each in changed if _is_only_on_get(each)])


def _is_only_on_get(instance: Model) -> bool:
    fields = instance.__mapper__.fields
    return any(fields[name].only_on_get for name in changes(instance))


def check(instances: Iterable[Model], gone: Iterable[Model]) -> None:
    """Raise `ConflictError` if another writer changed an attribute since the value was read that an edit began from."""
    clashes = [Clash(each, "", None, None, None) for each in gone]
    for instance in instances:
        for name, edit in changes(instance).items():
            field = instance.__mapper__.fields[name]
            theirs = raw_value(instance, name)
            mine = encoded_value(instance, name)
            # promise 16b: what was sent may be there, and is mine
            bases = () if edit.base is ABSENT else (edit.base, *edit.sent)
            is_set_edit = not edit.exact
            # It clashes only with every value that the API may rightly have: the one that was read, and those sent
            # since.
            if bases and all(field.codec.clashes(each, theirs, mine, is_set_edit=is_set_edit) for each in bases):
                clashes.append(Clash(instance, name, *(_shown(field, each) for each in (edit.base, theirs, mine))))
    refuse(clashes)


def refuse(clashes: list[Clash], *, advice: str = _KEEP_MINE) -> None:
    """Raise `ConflictError` if there are clashes; `advice` says in the message how the change can still be made."""
    if not clashes:
        return
    lines = [_line(each) for each in clashes[:_SHOWN]]
    more = [f"and {len(clashes) - _SHOWN} more"] if len(clashes) > _SHOWN else []
    message = "\n".join(["changed elsewhere since it was read:", *lines, *more, f"nothing was written; {advice}"])
    raise ConflictError(message, conflicts=clashes)


def _line(each: Clash) -> str:
    name = cast("Model", each.object).__describe__()
    if not each.attribute:
        return f"  {name} is gone"
    return f"  {name}.{each.attribute}: read {each.base!r}, theirs {each.theirs!r}, mine {each.mine!r}"


def _shown(field: Kind[Any], value: object) -> object:
    if field.is_secret:
        return "***"
    return None if value is ABSENT else value
