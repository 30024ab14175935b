"""Inspection: what the library knows of an object, without a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

from linode_orm._public import public
from linode_orm._secrets import masked
from linode_orm.mapping import Model
from linode_orm.mapping.masking import masked_value
from linode_orm.mapping.record import changes, edits_of, raw_value, value_of
from linode_orm.mapping.state import Loaded, Status, state_of
from linode_orm.mapping.values import ABSENT, WrongType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping.fields import Kind
    from linode_orm.models._jobs import Job


@public
class History(NamedTuple):
    """One pending change: the value read when it was made, the newest one of the server, and the user's."""

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
        return state_of(self.object).status.value

    @property
    def transient(self) -> bool:
        """Made by the user, in no session."""
        return state_of(self.object).status is Status.TRANSIENT

    @property
    def pending(self) -> bool:
        """To be created by the next commit."""
        return state_of(self.object).status is Status.PENDING

    @property
    def persistent(self) -> bool:
        """In the API and in a session."""
        return state_of(self.object).status is Status.PERSISTENT

    @property
    def deleted(self) -> bool:
        """To be deleted by the next commit."""
        return state_of(self.object).status is Status.DELETED

    @property
    def detached(self) -> bool:
        """In no session any more."""
        return state_of(self.object).status is Status.DETACHED

    @property
    def key(self) -> tuple[type[Model], object, object] | None:
        """The key of the identity map, (type, id, parent id); None for a new object, and while the id is not read."""
        state = state_of(self.object)
        if state.is_new or state.is_unread:
            return None
        parents = state.parents
        above = None if not parents else parents[0] if len(parents) == 1 else parents
        return type(self.object), state.identity, above

    @property
    def job(self) -> Job | None:
        """The newest job that this session started on the object, None where there is none."""
        return cast("Job | None", state_of(self.object).owner.job(self.object))

    @property
    def history(self) -> Mapping[str, History]:
        """The pending changes by attribute; secrets are not shown."""
        return {
            name: History(self._value(field, edit.base), self._value(field, self._theirs(field)), self._mine(field))
            for name, edit in changes(self.object).items()
            for field in [self.object.__mapper__.fields[name]]
        }

    def _theirs(self, field: Kind[Any]) -> object:
        return raw_value(self.object, field.name)

    def _value(self, field: Kind[Any], raw: object) -> object:
        if raw is ABSENT:
            return None
        if field.is_secret:
            return "***"
        if raw is None:
            return None
        try:
            return _plain(field.codec.decode(raw, self.object, field.name))
        except WrongType:  # the value is shown as it came, because a look at the history is no read of the attribute
            return masked_value(field, raw)

    def _mine(self, field: Kind[Any]) -> object:
        return "***" if field.is_secret else _plain(value_of(self.object, field.name))

    @property
    def unloaded(self) -> frozenset[str]:
        """The attributes whose first read would send a request."""
        state = state_of(self.object)
        if state.is_new or state.loaded is Loaded.WHOLE:
            return frozenset()
        return frozenset(
            name
            for name, field in self.object.__mapper__.fields.items()
            if not field.is_write_only
            and field.key not in state.body
            and name not in edits_of(self.object)
            and (state.loaded is Loaded.NOTHING or field.only_on_get)
        )

    @property
    def absent(self) -> frozenset[str]:
        """The attributes that the API left out of the object's body."""
        raw = state_of(self.object).body
        if state_of(self.object).is_new:
            return frozenset()
        fields = self.object.__mapper__.fields.items()
        missing = {name for name, field in fields if not field.is_write_only and field.key not in raw}
        return frozenset(missing - self.unloaded)

    @property
    def null(self) -> frozenset[str]:
        """The attributes that the API answered with null."""
        raw = state_of(self.object).body
        return frozenset(name for name, field in self.object.__mapper__.fields.items() if raw.get(field.key, 0) is None)

    def __repr__(self) -> str:
        return f"<{self.object.__describe__()}: {self.state}, changed {sorted(self.history) or 'nothing'}>"


def _plain(value: object) -> object:
    """Return a copy of a list or a map with the secrets in it masked, and any other value as it is."""
    if isinstance(value, list):
        return masked(list(value))
    return masked(dict(value)) if isinstance(value, dict) else value


@public
def inspect(instance: Model) -> Inspection:
    """Return state, key, history and unloaded attributes of an object; sends nothing."""
    if not isinstance(instance, Model):
        msg = f"inspect() takes an object of a resource class, not {instance!r}"
        raise TypeError(msg)
    return Inspection(instance)
