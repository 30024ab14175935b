"""Unread lists: nested creates whose ids the answer did not show take them from their list, at the first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from weakref import ref

from linode_orm.errors import DetachedInstanceError, InvalidRequestError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.state import Status, state_of
from linode_orm.mapping.unread import KeyReader
from linode_orm.session.commit.reconcile.apply_outcome import OutcomeApplier
from linode_orm.session.outcome.lookup import LookupCriteria, rows
from linode_orm.session.outcome.matching import match

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.state import State
    from linode_orm.session.commit.reconcile.objects import SessionObjects
    from linode_orm.session.planning.plan import InDoubt
    from linode_orm.wire.client import Client

    Row = dict[str, Any]


class Member(NamedTuple):
    """One object of the list, held weakly, and what was sent of it."""

    instance: ref[Model]
    sent: InDoubt


class UnreadList(KeyReader):
    """The new children of one new parent, which its POST created and did not show.

    The objects hold the list, and it holds them weakly: what nobody uses costs nothing.
    """

    __slots__ = ("_client", "_members", "_model", "_objects", "_parent")

    def __init__(
        self, client: Client, objects: SessionObjects, parent: Model, members: Sequence[tuple[Model, InDoubt]]
    ) -> None:
        self._client, self._objects, self._parent = client, objects, parent
        self._members = [Member(ref(instance), sent) for instance, sent in members]
        self._model = type(members[0][0])
        objects.loader.key_readers.add(self)
        parents = () if state_of(parent).is_unread else state_of(parent).key
        for instance, sent in members:
            names = [change.name for change in sent.step.changes]
            OutcomeApplier(objects).created_unread(instance, parents, names, self)

    def concerns(self, model: type, parents: tuple[object, ...]) -> bool:
        """Whether the objects are in the list of a class below these parents."""
        state = state_of(self._parent)
        return model is self._model and not state.is_unread and state.key == parents

    @property
    def is_gone(self) -> bool:
        """Whether the parent, or what it lies below, has left the session."""
        state = state_of(self._parent)
        return state.origin.key_reader.is_gone if state.is_unread else state.status is Status.DETACHED

    def let_go(self) -> None:
        """Let the objects leave the session."""
        for instance in self._alive():
            self._objects.changes.drop(instance)
            self._objects.loader.detach(instance)

    def _alive(self) -> list[Model]:
        return [each for each in (member.instance() for member in self._members) if each is not None]

    def read(self, rows: Iterable[Row] | None = None) -> None:
        """Match the objects with the rows of their list: those that are given, else 1 GET a page."""
        if self.is_gone:
            msg = f"{self._parent.__describe__()} has left its session, and the ids of its new children were never read"
            raise DetachedInstanceError(msg)
        parents = state_of(self._parent).key
        found = self._matched(parents, rows) if rows is not None else {}
        if len(found) < len(self._members):
            found = self._matched(parents, None)
        applier = OutcomeApplier(self._objects)
        for at, row in found.items():
            instance = self._members[at].instance()
            if instance is not None and state_of(instance).is_unread:
                applier.created(instance, parents, identity_in(self._model.__mapper__, row), (), row)
        if len(found) == len(self._members):
            self._objects.loader.key_readers.discard(self)

    def _matched(self, parents: tuple[object, ...], given: Iterable[Row] | None) -> dict[int, Row]:
        """Return the row of each member that one row alone can be, by its index."""
        mapper = self._model.__mapper__
        there = rows(self._client, self._model, parents) if given is None else given
        keyed = {identity_in(mapper, row): row for row in there}
        criteria = [self._criteria(each.sent, parents) for each in self._members]
        return {at: keyed[identity] for at, identity in match(criteria, keyed).found.items()}

    def _criteria(self, sent: InDoubt, parents: tuple[object, ...]) -> LookupCriteria:
        body: Any = sent.sent
        # The parent is as new as they are: nothing else was in its list before.
        return LookupCriteria(self._model, parents, body, sent.since, is_listed=True)

    def refusal(self, state: State) -> InvalidRequestError:
        """Return the error for an object that no row of the list is."""
        mapper = self._model.__mapper__
        path = mapper.collection_path(state_of(self._parent).key)
        title = next((each.sent.step.title for each in self._members if _state(each) is state), mapper.name)
        msg = (
            f"{title} was created inside {self._parent.__describe__()}, and no row of GET {path} alone is as it was "
            "sent: it was changed or deleted since, or several are alike; query the list for what is there"
        )
        return InvalidRequestError(msg)


def _state(member: Member) -> object:
    instance = member.instance()
    return None if instance is None else state_of(instance)


def leave_lists_unread(client: Client, objects: SessionObjects, unread: Sequence[tuple[Model, Model, InDoubt]]) -> None:
    """Let nested creates be persistent without ids; each is given with its parent, outer ones first."""
    lists: dict[tuple[int, type], tuple[Model, list[tuple[Model, InDoubt]]]] = {}
    for parent, instance, sent in unread:
        lists.setdefault((id(parent), type(instance)), (parent, []))[1].append((instance, sent))
    for parent, members in lists.values():
        UnreadList(client, objects, parent, members)
