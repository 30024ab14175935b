"""Changes: which objects of a session are new, changed or to be deleted, and how they come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model, and_
from linode_orm.mapping.lifecycle import make_transient, set_collection
from linode_orm.mapping.record import raw_value, restore, value_of, write
from linode_orm.mapping.references import objects_of
from linode_orm.mapping.state import Status, state_of
from linode_orm.mapping.transient import NewCollection
from linode_orm.mapping.values import ABSENT
from linode_orm.session.planning.manual_order import ManualOrder
from linode_orm.session.planning.nesting_rules import is_made_with_parent
from linode_orm.session.query.collections import SessionCollection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linode_orm.mapping import Expression, Owner
    from linode_orm.session.loading.identity_map import IdentityMap
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.planning.plan import InDoubt, Key
    from linode_orm.session.planning.savepoints import Savepoint
    from linode_orm.session.query.collections import Collections
    from linode_orm.session.query.reader import Reader

M = TypeVar("M", bound=Model)


class DeletionMark(NamedTuple):
    """What was seen of an object when it was marked for deletion, and the condition of `query.delete()` that did it."""

    body: Mapping[str, object]
    condition: Expression | None = None


class Changes:
    """The objects that a session holds strongly until a commit: new, touched and deleted ones, each in order.

    They are held by `id()`, in the order of the user's calls. A touched object may be clean again: whether it is dirty
    is asked when it matters. `in_doubt` holds what is known of new objects whose creation was sent and never answered.
    """

    def __init__(
        self, identity_map: IdentityMap, loader: Loader, reader: Reader, collections: Collections, owner: Owner
    ) -> None:
        self._map = identity_map
        self._loader = loader
        self._reader = reader
        self.collections = collections
        self._owner = owner
        self.new: dict[int, Model] = {}
        self.touched: dict[int, Model] = {}
        self.deleted: dict[int, Model] = {}
        self._marks: dict[int, DeletionMark] = {}
        self.in_doubt: dict[int, InDoubt] = {}
        self.manual_order = ManualOrder()
        self._tokens = 0
        self._token_of: dict[int, str] = {}
        self.savepoint: Savepoint | None = None
        """The innermost savepoint that is open; it keeps each object before its first change."""

    def token(self, instance: Model) -> str:
        """Return the name by which a plan speaks of an object that has no id yet: `new:3`.

        Raises `InvalidRequestError` for an object of another session.
        """
        token = self._token_of.get(id(instance))
        if token is None:
            msg = f"{instance!r} is referred to here and belongs to another session"
            raise InvalidRequestError(msg)
        return token

    def find(self, model: type[Model], identity: object, parents: tuple[object, ...]) -> Model | None:
        """Return the object with a key, None where the session does not have it."""
        return self._map.find(model, identity, parents)

    def known_below(self, roots: Iterable[Key]) -> dict[Key, list[Model]]:
        """Return the objects that the session has below each of these keys."""
        from linode_orm.session.planning.steps import ancestors  # noqa: PLC0415  a session that only reads plans nothing

        found: dict[Key, list[Model]] = {root: [] for root in roots}
        for group in self._map.groups():
            for above in ancestors(group[0]):
                if above in found:
                    found[above] += group
        return found

    def touch(self, instance: Model) -> None:
        """Hold an object until the next commit has looked at it."""
        if self.savepoint is not None:
            self.savepoint.keep(instance)
        state = state_of(instance)
        if state.status is Status.PERSISTENT:
            if state.is_unread:
                state.identity  # noqa: B018  it is read now: a plan names objects by their keys, and sends nothing
            self.touched[id(instance)] = instance

    def add(self, instance: Model) -> None:
        """Make a new object pending, with the new objects that it refers to or holds; unmark a deleted one."""
        if not isinstance(instance, Model):
            msg = f"session.add() takes an object of a resource class, not {instance!r}"
            raise InvalidRequestError(msg)
        if self._owns(instance):
            if state_of(instance).status is Status.DELETED:
                self._unmark(instance)
                state_of(instance).unmark_deleted()
            return
        # What an object refers to is added before it, so that the order of tokens is an order of creation.
        for each in self._with_needed(instance, set()):
            self._attach(each)

    def _with_needed(self, instance: Model, seen: set[int]) -> list[Model]:
        """Return an object after the new ones that it cannot be created without; all of them can be added."""
        _check_can_be_added(instance)
        seen.add(id(instance))
        found: list[Model] = []
        for other in _needs(instance):
            if state_of(other).is_new and not self._owns(other) and id(other) not in seen:
                found += self._with_needed(other, seen)
        return [*found, instance]

    def _attach(self, instance: Model) -> None:
        # before the owner changes: the collections of a transient object are made by the owner that it has
        given = _children(instance)
        self._tokens += 1
        self._token_of[id(instance)] = f"new:{self._tokens}"
        self.new[id(instance)] = instance
        state_of(instance).attach(self._owner, Status.PENDING)
        self._adopt_children(instance, given)

    def _adopt_children(self, instance: Model, given: dict[str, list[Model]]) -> None:
        """Add the children that a new object was given, and let its collections be the session's."""
        for name, children in given.items():
            collection = self.collections.of(instance, name)
            collection.__fill__(())
            set_collection(instance, name, collection)
            for child in children:
                collection.append(child)

    def _owns(self, instance: Model) -> bool:
        owner: object = state_of(instance).owner
        return owner is self._owner

    def delete(self, instance: Model, condition: Expression | None = None) -> None:
        """Mark an object for deletion, as long as it meets a condition; a pending one leaves the session."""
        if state_of(instance).status is Status.PENDING:
            self.expunge(instance)
            return
        if "delete" not in instance.__mapper__.verbs:
            msg = f"{instance.__describe__()}: the API cannot delete a {instance.__mapper__.name}"
            raise InvalidRequestError(msg)
        if state_of(instance).is_unread:
            state_of(instance).identity  # noqa: B018  it is read now, as in `touch`
        if self.savepoint is not None:
            self.savepoint.keep(instance)
        state_of(instance).mark_deleted()
        known = self._marks.get(id(instance))
        if known is not None and condition is not None:
            condition = and_(known.condition, condition) if known.condition is not None else None
        self.deleted[id(instance)] = instance
        self._marks[id(instance)] = DeletionMark(state_of(instance).body, condition)

    def mark_of(self, instance: Model) -> DeletionMark:
        """Return why an object that is marked for deletion is so."""
        return self._marks[id(instance)]

    def confirm_deletion(self, instance: Model) -> None:
        """Count an object as marked for deletion as it is now, whatever condition it met."""
        self._marks[id(instance)] = DeletionMark(state_of(instance).body)

    def _unmark(self, instance: Model) -> None:
        self.deleted.pop(id(instance), None)
        self._marks.pop(id(instance), None)

    def drop(self, instance: Model) -> None:
        """Hold an object no longer, which was deleted or has left."""
        self.touched.pop(id(instance), None)
        self._unmark(instance)

    def expunge(self, instance: Model) -> None:
        """Let an object leave the session, with what is pending on it, and its pending children."""
        for child in [each for each in self.new.values() if state_of(each).pending_parent is instance]:
            self.expunge(child)  # it came with its parent, and cannot be created without
        self.let_go(instance)

    def let_go(self, instance: Model) -> None:
        """Let one object leave the session; its pending children stay."""
        self.drop(instance)
        self.manual_order.drop(instance)
        self.in_doubt.pop(id(instance), None)
        if self.new.pop(id(instance), None) is not None:
            self._token_of.pop(id(instance), None)
            make_transient(instance)
            return
        self._loader.detach(instance)

    def merge(self, instance: M) -> M:
        """Return this session's object with the same key, with the other's values as changes."""
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
        mine = self._loader.reference(model, state.identity, state.parents)
        if not state_of(mine).is_loaded:
            self._reader.read_item(mine)
        _copy_values(instance, mine)
        return mine

    def rollback(self) -> None:
        """Take back everything pending."""
        self.manual_order.clear()
        for instance in [*self.new.values()]:
            self.let_go(instance)
        for instance in [*self.deleted.values()]:
            state_of(instance).unmark_deleted()
        self.deleted.clear()
        self._marks.clear()
        touched = [*self.touched.values()]
        self.touched.clear()
        for instance in touched:
            restore(instance)

    def clear(self) -> None:
        """Let every object go, with what is pending on it."""
        self.manual_order.clear()
        for instance in [*self.new.values()]:
            self.let_go(instance)
        self.touched.clear()
        self.deleted.clear()
        self._marks.clear()
        self.in_doubt.clear()


def _check_can_be_added(instance: Model) -> None:
    status = state_of(instance).status
    if status is not Status.TRANSIENT:
        msg = (
            f"{instance.__describe__()} is {status.value} and belongs to another session or to none; "
            "session.merge(x) brings its values here"
        )
        raise InvalidRequestError(msg)
    if "create" not in instance.__mapper__.verbs and not is_made_with_parent(instance):
        msg = f"{instance.__mapper__.name}: the API cannot create one, so it cannot be added"
        raise InvalidRequestError(msg)


def _needs(instance: Model) -> Iterator[Model]:
    """Yield the new objects that an object cannot be created without."""
    parent = state_of(instance).pending_parent
    if isinstance(parent, Model):
        yield parent
    for _, target in objects_of(instance):
        if isinstance(target, Model):
            yield target


def _children(instance: Model) -> dict[str, list[Model]]:
    """Return the children that a new object holds, by relation."""
    held = {name: value_of(instance, name) for name in instance.__mapper__.relations}
    return {name: list(each) for name, each in held.items() if isinstance(each, (NewCollection, SessionCollection))}


def _copy_values(source: Model, target: Model) -> None:
    for name, field in source.__mapper__.fields.items():
        if field.is_write_only or field.refusal(target):
            continue
        if value_of(source, name, ABSENT) is not ABSENT or raw_value(source, name) is not ABSENT:
            write(target, field, getattr(source, name))
