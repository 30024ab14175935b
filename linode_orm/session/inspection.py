"""Inspection: what the library knows of an object, told without a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from linode_orm._public import public
from linode_orm.mapping import Model
from linode_orm.mapping.record import changes
from linode_orm.mapping.state import Loaded, Status
from linode_orm.mapping.values import ABSENT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping.fields import Kind


@public
class History(NamedTuple):
    """One pending change: the value seen when it was made, the newest one of the server, and the user's."""

    base: object
    theirs: object
    mine: object


@public
class Inspection:
    """The state, key and pending changes of one object."""

    def __init__(self, instance: Model) -> None:
        self.object = instance

    @property
    def state(self) -> str:
        """One of transient, pending, persistent, deleted, detached."""
        return self.object.__state__.status.value

    @property
    def transient(self) -> bool:
        """Made by the user, in no session."""
        return self.object.__state__.status is Status.TRANSIENT

    @property
    def pending(self) -> bool:
        """To be created by the next commit."""
        return self.object.__state__.status is Status.PENDING

    @property
    def persistent(self) -> bool:
        """In the API and in a session."""
        return self.object.__state__.status is Status.PERSISTENT

    @property
    def deleted(self) -> bool:
        """To be deleted by the next commit."""
        return self.object.__state__.status is Status.DELETED

    @property
    def detached(self) -> bool:
        """In no session any more."""
        return self.object.__state__.status is Status.DETACHED

    @property
    def key(self) -> tuple[type[Model], object, object] | None:
        """The key of the identity map, (type, id, parent id); None for a new object."""
        state = self.object.__state__
        if state.is_new:
            return None
        parents = state.parents
        above = None if not parents else parents[0] if len(parents) == 1 else parents
        return type(self.object), state.identity, above

    @property
    def history(self) -> Mapping[str, History]:
        """The pending changes by attribute; secrets are not shown."""
        return {
            name: History(self._value(field, edit.base), self._value(field, self._theirs(field)), self._mine(field))
            for name, edit in changes(self.object).items()
            for field in [self.object.__mapper__.fields[name]]
        }

    def _theirs(self, field: Kind[Any]) -> object:
        return self.object.__state__.raw.get(field.key, ABSENT)

    def _value(self, field: Kind[Any], raw: object) -> object:
        if raw is ABSENT:
            return None
        if field.is_secret:
            return "***"
        return _plain(field.codec.decode(raw, self.object, field.name))

    def _mine(self, field: Kind[Any]) -> object:
        return "***" if field.is_secret else _plain(self.object.__dict__.get(field.name))

    @property
    def unloaded(self) -> frozenset[str]:
        """The attributes whose first read would send a request."""
        state = self.object.__state__
        if state.is_new or state.loaded is Loaded.WHOLE:
            return frozenset()
        return frozenset(
            name
            for name, field in self.object.__mapper__.fields.items()
            if field.kind != "secret"
            and field.key not in state.raw
            and not (state.edits and name in state.edits)
            and (state.loaded is Loaded.NOTHING or field.only_on_get)
        )

    @property
    def absent(self) -> frozenset[str]:
        """The attributes that the API left out of the object's body."""
        raw = self.object.__state__.raw
        if self.object.__state__.is_new:
            return frozenset()
        fields = self.object.__mapper__.fields.items()
        missing = {name for name, field in fields if field.kind != "secret" and field.key not in raw}
        return frozenset(missing - self.unloaded)

    @property
    def null(self) -> frozenset[str]:
        """The attributes that the API answered with null."""
        raw = self.object.__state__.raw
        return frozenset(name for name, field in self.object.__mapper__.fields.items() if raw.get(field.key, 0) is None)

    def __repr__(self) -> str:
        return f"<{self.object.__describe__()}: {self.state}, changed {sorted(self.history) or 'nothing'}>"


def _plain(value: object) -> object:
    return list(value) if isinstance(value, list) else dict(value) if isinstance(value, dict) else value


@public
def inspect(instance: Model) -> Inspection:
    """Tell state, key, history and unloaded attributes of an object; sends nothing."""
    if not isinstance(instance, Model):
        msg = f"inspect() takes an object of a resource class, not {instance!r}"
        raise TypeError(msg)
    return Inspection(instance)
