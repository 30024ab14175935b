"""Applying outcomes: what the answers to a commit's requests make of the objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from linode_orm.errors import ResponseError
from linode_orm.mapping import Model
from linode_orm.mapping.answer_places import value_at
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.lifecycle import admit, expire, fill_answers, forget_collections, keep_one_time_values
from linode_orm.mapping.model import resource
from linode_orm.mapping.record import changes, mark_clean, pending_reference, value_of, write
from linode_orm.mapping.relations import Many, One
from linode_orm.mapping.state import Loaded, Status, state_of
from linode_orm.mapping.unread import leave_unread, make_readable
from linode_orm.session.planning.steps import ancestors, key_of, parent_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from linode_orm.mapping.references import AnswerValue
    from linode_orm.mapping.unread import KeyReader
    from linode_orm.session.commit.reconcile.objects import SessionObjects
    from linode_orm.session.planning.plan import Key


class OutcomeApplier:
    """Lets objects learn of answers: they become persistent, up to date, or detached."""

    def __init__(self, objects: SessionObjects) -> None:
        self._changes, self._loader, self._map = objects.changes, objects.loader, objects.identity_map
        self._collections = objects.changes.collections
        self._has_created = False
        self._answers: dict[int, tuple[Model, object]] = {}
        """Created objects and their answers, by `id()`: what is still pending may wait for a value of one."""
        self._cascade: set[Key] = set()

    # -- creations ---------------------------------------------------------------------------------------------------

    def created(
        self, instance: Model, parents: tuple[object, ...], identity: object, names: Collection[str], body: object
    ) -> None:
        """Make a new object persistent, from its id and the answer to its POST."""
        if identity is None and instance.__mapper__.empty_create:
            self._leave(instance)
            return
        given_to = self._collections.given_to(instance)
        self._answers[id(instance)] = instance, body
        self.admit(instance, parents, identity)
        mark_clean(instance, names)
        if isinstance(body, dict) and body:
            keep_one_time_values(instance, body)
        # Some POSTs answer part of the object, or another one: then it is read when it is needed.
        keys = {instance.__mapper__.fields[name].key for name in instance.__mapper__.id_names}
        if isinstance(body, dict) and keys <= body.keys() and instance.__mapper__.is_whole(body):
            self._take(instance, body)
        else:
            expire(instance, names)
        self.keep_or_let_go(instance)
        self._collections.created(instance)
        for each in given_to:
            forget_collections(each)

    def created_unread(
        self, instance: Model, parents: tuple[object, ...], names: Collection[str], reader: KeyReader
    ) -> None:
        """Make a new object persistent whose id no answer showed; `reader` reads it at its first use."""
        given_to = self._collections.given_to(instance)
        leave_unread(instance, parents, reader)
        self._changes.new.pop(id(instance), None)
        self._changes.in_doubt.pop(id(instance), None)
        self._has_created = True
        mark_clean(instance, names)
        expire(instance, names)
        self._collections.created(instance)
        for each in given_to:
            forget_collections(each)

    def _leave(self, instance: Model) -> None:
        """Let an object go that exists now under an id which the API does not tell: a query finds it."""
        self._changes.new.pop(id(instance), None)
        self._changes.in_doubt.pop(id(instance), None)
        self._loader.detach(instance)

    def admit(self, instance: Model, parents: tuple[object, ...], identity: object) -> None:
        """Make a pending object the one with its key."""
        # A reference to the id may exist already, by a query in another place: the new object takes its part.
        known = self._map.find(type(instance), identity, parents)
        if known is not None and known is not instance:
            self._loader.detach(known)
        if state_of(instance).is_unread:
            make_readable(instance)
        admit(instance, identity, parents)
        self._changes.new.pop(id(instance), None)
        self._changes.in_doubt.pop(id(instance), None)
        self._map.put(instance)
        self._has_created = True

    # -- updates -----------------------------------------------------------------------------------------------------

    def changed_elsewhere(self, instance: Model, names: Collection[str], body: object) -> str:
        """Name the attributes of an answer that differ from the last one and were not in the request."""
        if not isinstance(body, dict) or self._identity_in(instance, body) != _own(instance):
            return ""
        raw, fields = state_of(instance).body, instance.__mapper__.fields
        moved = [
            field.name
            for field in fields.values()
            if field.is_editable and field.name not in names and field.key in raw and field.key in body
            if not field.volatile and not field.codec.same(raw[field.key], body[field.key])
        ]
        return f"{', '.join(moved)} changed elsewhere since the look before this write" if moved else ""

    def updated(self, instance: Model, names: Collection[str], body: object) -> str:
        """Apply the answer to a PUT; return a note if the answer was not the object."""
        # The new key, if the request was a rename: the answer names the object by it.
        key = next((value_of(instance, name) for name in names if (name,) == instance.__mapper__.id_names), None)
        mark_clean(instance, names)
        identity, own = self._identity_in(instance, body), _own(instance)
        note = ""
        # promise 31c: another key is no answer
        if identity is not None and (identity == own or _is_meant(identity, key)):
            if identity != own:
                self._map.rekey(instance, identity)
            self._take(instance, cast("dict[str, Any]", body))
        else:
            if key is not None:
                self._map.rekey(instance, key)
            expire(instance, names)  # promise 31a: nothing is guessed
            note = "the answer was not the object, which will be read again"
        if not {via for _, via in instance.__mapper__.references}.isdisjoint(names):
            self._collections.moved(instance)
        self.keep_or_let_go(instance)
        return note

    def replaced(self, instance: Model, name: str, body: object) -> str:
        """Apply the answer to the PUT of one attribute, which is the value of the attribute."""
        field, state = instance.__mapper__.fields[name], state_of(instance)
        if self._identity_in(instance, body) == _own(instance) and isinstance(body, dict) and field.key in body:
            return self.updated(instance, [name], body)
        mark_clean(instance, [name])
        fits = isinstance(body, dict) and any(each.key in body for each in field.codec.fields.values())
        note = ""
        if fits and state.is_loaded:
            self._loader.take(instance, {**state.body, field.key: body}, state.loaded)
        else:
            expire(instance, [name])
            note = "the answer was not the value, which will be read again"
        self.keep_or_let_go(instance)
        return note

    def _identity_in(self, instance: Model, body: object) -> object:
        """Return the id in an answer, `instance` itself for a singleton, None if it is no such object."""
        if not isinstance(body, dict) or body.keys().isdisjoint(instance.__mapper__.keys):
            return None
        if instance.__mapper__.singleton:
            return instance
        try:
            return identity_in(instance.__mapper__, body)
        except ResponseError:
            return None

    def _take(self, instance: Model, body: dict[str, Any]) -> None:
        is_whole = all(key in body for key in instance.__mapper__.only_on_get)
        self._loader.take(instance, body, Loaded.WHOLE if is_whole else Loaded.ROW)

    def keep_or_let_go(self, instance: Model) -> None:
        """Hold an object for the next commit if something is left to send."""
        if changes(instance):
            self._changes.touched[id(instance)] = instance
        else:
            self._changes.touched.pop(id(instance), None)

    # -- deletions ---------------------------------------------------------------------------------------------------

    def deleted(self, instance: Model) -> None:
        """Let a deleted object go; what is below it follows when the commit ends."""
        self._cascade.add(key_of(instance))
        self._drop(instance)
        self._collections.deleted(instance)

    def _drop(self, instance: Model) -> None:
        self._changes.drop(instance)
        self._loader.detach(instance)

    # -- the end -----------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Give ids to what still waits for objects created here, and let go what was below deleted ones."""
        if self._has_created:
            for instance in [*self._changes.new.values(), *self._changes.touched.values()]:
                fill_in(instance)
                fill_answers(instance, self._value_for)
        # Only then, since it asks every object of the session for its parents.
        if any(_may_have_children(key.model) for key in self._cascade):
            for instance in [*self._map]:
                if any(above in self._cascade for above in ancestors(instance)):
                    self._drop(instance)
            self._loader.let_go_unread()

    def _value_for(self, value: AnswerValue) -> object:
        """Return a value of the answer that created an object; `ABSENT` where there is none."""
        _, body = self._answers.get(id(value.__target__), (None, None))
        return value_at(body, value.__place__)


def _own(instance: Model) -> object:
    return instance if instance.__mapper__.singleton else state_of(instance).identity


def _is_meant(identity: object, key: object) -> bool:
    """Whether an id is the key that was sent, in the spelling of the API."""
    return key is not None and str(identity).casefold() == str(key).casefold()


def _may_have_children(model: str) -> bool:
    mapper: Any = resource(model).__mapper__
    return any(isinstance(relation, Many) and not relation.path for relation in mapper.relations.values())


def fill_in(instance: Model) -> None:
    """Replace references to new objects by their ids, for those that exist by now."""
    for relation in instance.__mapper__.relations.values():
        if isinstance(relation, One) and relation.via:
            target = pending_reference(instance, relation.via)
            if isinstance(target, Model) and state_of(target).status is Status.PERSISTENT:
                write(instance, instance.__mapper__.fields[relation.via], state_of(target).identity)
    parent = parent_of(instance)
    if parent is not None and state_of(instance).is_new and state_of(parent).status is Status.PERSISTENT:
        state_of(instance).move_below(state_of(parent).key)
