"""Savepoints: what is pending in a session at one time, to be restored where a block of the program fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linode_orm.mapping.mementos import Memento
from linode_orm.mapping.record import value_of
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.query.collections import SessionCollection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping import Model
    from linode_orm.session.loading.identity_map import IdentityMap
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.planning.changes import Changes


class Savepoint:
    """What was pending when it was made: which objects, the values of each, and the new members of collections.

    Objects that become pending later are kept by `keep` before their first change, which `Changes.touch` tells.
    """

    def __init__(self, changes: Changes, identity_map: IdentityMap, loader: Loader) -> None:
        self._changes, self._map, self._loader = changes, identity_map, loader
        self._outer = changes.savepoint
        self._fields = {name: _copied(value) for name, value in vars(changes).items() if type(value) in _COPIED}
        self._order = [*changes.manual_order.pairs]
        self._mementos: dict[int, Memento] = {}
        pending = [*changes.new.values(), *changes.touched.values(), *changes.deleted.values()]
        for instance in pending:
            self.keep(instance)
        self._members = [(each, [*vars(each)[_MEMBERS]]) for each in _collections(pending)]
        changes.savepoint = self

    def keep(self, instance: Model) -> None:
        """Keep an object as it is, unless that was done before."""
        if id(instance) not in self._mementos:
            self._mementos[id(instance)] = Memento(instance)

    def keep_all(self) -> None:
        """End the savepoint, and let everything stay as it is."""
        self._changes.savepoint = self._outer
        if self._outer is not None:
            self._outer.inherit(self._mementos)

    def inherit(self, mementos: dict[int, Memento]) -> None:
        """Take what an inner savepoint kept of objects that this one did not know."""
        self._mementos = {**mementos, **self._mementos}

    def restore(self) -> None:
        """End the savepoint, and put back everything that was pending."""
        changes = self._changes
        changes.savepoint = self._outer
        was_new, was_deleted = self._fields["new"], self._fields["deleted"]
        for instance in [each for key, each in changes.new.items() if key not in was_new]:
            changes.let_go(instance)
        for key, instance in changes.deleted.items():
            if key not in was_deleted:
                state_of(instance).unmark_deleted()
        for name, value in self._fields.items():
            _put_back(changes, name, value)
        changes.manual_order.pairs = [*self._order]
        for memento in self._mementos.values():
            self._restore(memento)
        for collection, members in self._members:
            vars(collection)[_MEMBERS] = [*members]

    def _restore(self, memento: Memento) -> None:
        """Put one object back, also into the identity map where it had left it."""
        has_left = state_of(memento.instance).status is Status.DETACHED
        if memento.is_new and id(memento.instance) not in self._fields["new"]:
            return
        memento.restore()
        state = state_of(memento.instance)
        if has_left and not memento.is_new:
            other = self._map.find(type(memento.instance), state.identity, state.parents)
            if other is not None and other is not memento.instance:
                self._loader.detach(other)
            self._map.put(memento.instance)


_COPIED = (dict, list, set, int)
_MEMBERS = "_added"
"""The new members of a collection, which no list of the server has yet."""


def _copied(value: Any) -> Any:  # noqa: ANN401  a container, or a number
    """Return a copy of a container, and of the containers in a dict."""
    if isinstance(value, dict):
        return {key: each.copy() if type(each) in {dict, list, set} else each for key, each in value.items()}
    return value if isinstance(value, int) else value.copy()


def _put_back(changes: Changes, name: str, value: Any) -> None:  # noqa: ANN401  a container, or a number
    if isinstance(value, int):
        setattr(changes, name, value)
        return
    held: Any = getattr(changes, name)
    held.clear()
    if isinstance(held, list):
        held.extend(value)
    else:
        held.update(value)


def _collections(pending: list[Model]) -> Iterator[SessionCollection[Any]]:
    """Yield the collections of pending objects and of the parents of new ones, each once."""
    parents = [state_of(each).pending_parent for each in pending]
    owners = {id(each): each for each in (*pending, *parents) if each is not None}
    for owner in owners.values():
        for name in owner.__mapper__.relations:
            held = value_of(owner, name)
            if isinstance(held, SessionCollection):
                yield held
