"""Membership: which objects are new, changed or to be deleted, and how they come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.lifecycle import make_transient, set_collection
from linode_orm.mapping.record import pending_reference, raw_value, restore, value_of
from linode_orm.mapping.relations import One
from linode_orm.mapping.state import Status, state_of
from linode_orm.mapping.transient import NewCollection
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.nesting_rules import is_made_with_parent
from linode_orm.session.query.collections import SessionCollection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping.owner import LoadOrigin
    from linode_orm.mapping.relations import Many
    from linode_orm.session.loading.identity_map import IdentityMap
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.reader import Reader

M = TypeVar("M", bound=Model)


class Houses(Protocol):
    """What membership needs of a session."""

    identity_map: IdentityMap
    loader: Loader
    reader: Reader

    def reference(
        self, model: type[M], identity: object, parents: tuple[object, ...], load_origin: LoadOrigin | None
    ) -> M:
        """Give the object with that key."""
        ...


class Changes:
    """The objects that a session holds strongly until a commit: new, touched and deleted ones, each in order."""

    def __init__(self, session: Houses) -> None:
        self._session = session
        self.new: dict[int, Model] = {}
        self.touched: dict[int, Model] = {}
        self.deleted: dict[int, Model] = {}
        self.in_doubt: dict[int, object] = {}
        self._tokens = 0
        self._token_of: dict[int, str] = {}

    def token(self, instance: Model) -> str:
        """Give the name by which a plan speaks of an object that has no id yet: `new:3`."""
        return self._token_of[id(instance)]

    def find(self, model: type[Model], identity: object, parents: tuple[object, ...]) -> Model | None:
        """Give the object with a key, where the session has it."""
        return self._session.identity_map.find(model, identity, parents)

    def add(self, instance: Model) -> None:
        """Make a new object pending, and whatever new it refers to or holds."""
        if not isinstance(instance, Model):
            msg = f"session.add() takes an object of a resource class, not {instance!r}"
            raise InvalidRequestError(msg)
        state = state_of(instance)
        if self._owns(instance):
            if state.status is Status.DELETED:
                del self.deleted[id(instance)]
                state.unmark_deleted()
            return
        if state.status is not Status.TRANSIENT:
            msg = (
                f"{instance.__describe__()} is {state.status.value} and belongs to another session or to none; "
                "session.merge(x) brings its values here"
            )
            raise InvalidRequestError(msg)
        if "create" not in instance.__mapper__.verbs and not is_made_with_parent(instance):
            msg = f"{instance.__mapper__.name}: the API cannot create one, so it cannot be added"
            raise InvalidRequestError(msg)
        for other in _needs(instance):
            if state_of(other).status is Status.TRANSIENT:
                self.add(other)
        given = _children(instance)
        self._tokens += 1
        self._token_of[id(instance)] = f"new:{self._tokens}"
        self.new[id(instance)] = instance
        state.attach(cast("Any", self._session), Status.PENDING)
        self._adopt_children(instance, given)

    def _adopt_children(self, instance: Model, given: dict[str, list[Model]]) -> None:
        """Add the children that a new object was given, and let its collections be the session's."""
        for name, children in given.items():
            relation = cast("Many[Any]", instance.__mapper__.relations[name])
            collection = SessionCollection(cast("Any", self._session), instance, relation)
            collection.__fill__(())
            set_collection(instance, name, collection)
            for child in children:
                collection.append(child)

    def _owns(self, instance: Model) -> bool:
        owner: object = state_of(instance).owner
        return owner is self._session

    def delete(self, instance: Model) -> None:
        """Mark an object for deletion; let a pending one go."""
        state = state_of(instance)
        if state.status is Status.PENDING:
            self.expunge(instance)
            return
        if "delete" not in instance.__mapper__.verbs:
            msg = f"{instance.__describe__()}: the API cannot delete a {instance.__mapper__.name}"
            raise InvalidRequestError(msg)
        state.mark_deleted()
        self.deleted[id(instance)] = instance

    def expunge(self, instance: Model) -> None:
        """Let an object go, with what is pending on it."""
        self.touched.pop(id(instance), None)
        self.deleted.pop(id(instance), None)
        self.in_doubt.pop(id(instance), None)
        if self.new.pop(id(instance), None) is not None:
            self._token_of.pop(id(instance), None)
            make_transient(instance)
            return
        self._session.loader.detach(instance)

    def merge(self, instance: M) -> M:
        """Give this session's object with the same key, with the other's values as changes."""
        state = state_of(instance)
        if self._owns(instance):
            return instance
        model = type(instance)
        if state.identity is None and not model.__mapper__.singleton:
            copy = model()
            _copy_values(instance, copy)
            if state.parents:
                (parent,) = state.parents if len(state.parents) == 1 else (state.parents,)
                copy.__adopt_parent__(parent)
            self.add(copy)
            return copy
        mine = self._session.reference(model, state.identity, state.parents, None)
        if not state_of(mine).is_loaded:
            self._session.reader.item(mine)
        _copy_values(instance, mine)
        return mine

    def rollback(self) -> None:
        """Take back everything pending."""
        for instance in [*self.new.values()]:
            self.expunge(instance)
        for instance in [*self.deleted.values()]:
            state_of(instance).unmark_deleted()
        self.deleted.clear()
        touched, self.touched = self.touched, {}
        for instance in touched.values():
            restore(instance)

    def clear(self) -> None:
        """Let everything go."""
        for instance in [*self.new.values()]:
            self.expunge(instance)
        self.touched.clear()
        self.deleted.clear()
        self.in_doubt.clear()


def _needs(instance: Model) -> Iterator[Model]:
    """Give the new objects that an object cannot be created without."""
    for relation in instance.__mapper__.relations.values():
        if not isinstance(relation, One):
            continue
        other = pending_reference(instance, relation.via) if relation.via else state_of(instance).pending_parent
        if isinstance(other, Model):
            yield other


def _children(instance: Model) -> dict[str, list[Model]]:
    """Give the children that a new object holds, by relation."""
    held = {name: value_of(instance, name) for name in instance.__mapper__.relations}
    return {name: list(each) for name, each in held.items() if isinstance(each, (NewCollection, SessionCollection))}


def _copy_values(source: Model, target: Model) -> None:
    for name, field in source.__mapper__.fields.items():
        if field.is_write_only or field.refusal(target):
            continue
        if value_of(source, name, ABSENT) is not ABSENT or raw_value(source, name) is not ABSENT:
            setattr(target, name, getattr(source, name))
