"""Mementos: an object as it is, with all that a user may hold of it, to be put back (the pattern of Gamma et al.)."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from linode_orm.mapping.lifecycle import expire, merge
from linode_orm.mapping.record import NestedState, Record
from linode_orm.mapping.state import Loaded, Status, state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.mapping.edits import Edit
    from linode_orm.mapping.model import Model


class Memento:
    """One object as it was: its values, its edits, and the contents of every list, map and nested value in it.

    The same lists and nested values are filled again, because a user may hold them.
    """

    __slots__ = ("_identity", "_origin", "_parts", "_raw", "instance")

    def __init__(self, instance: Model) -> None:
        state = state_of(instance)
        self.instance = instance
        self._raw, self._identity, self._origin = state.raw, state.identity, state.origin
        self._parts = [*_parts(instance)]

    @property
    def is_new(self) -> bool:
        """Whether the API did not know the object."""
        return self._origin.status in {Status.TRANSIENT, Status.PENDING}

    def restore(self) -> None:
        """Put the object back as it was; what was read of it since is merged into it, as a later answer is."""
        state = state_of(self.instance)
        raw, origin = state.raw, state.origin
        state.identity, state.origin = self._identity, self._origin
        for put_back in self._parts:
            put_back()
        if raw is self._raw or self.is_new:
            return
        if origin.loaded is Loaded.NOTHING:
            expire(self.instance)
        else:
            merge(self.instance, raw, origin.loaded, origin.fresh_until)


def _parts(value: object) -> Iterator[Callable[[], None]]:
    """Yield what puts a value back, and each mutable value inside it."""
    if isinstance(value, Record):
        yield _of_record(value)
        inside: list[object] = [*value.__dict__.values()]
    elif isinstance(value, list):
        yield _of_list(value)
        inside = [*value]
    elif isinstance(value, dict):
        yield _of_dict(value)
        inside = [*value.values()]
    else:
        return
    for each in inside:
        if isinstance(each, (list, dict)) or (isinstance(each, Record) and isinstance(each.__state__, NestedState)):
            yield from _parts(each)


def _of_record(record: Record) -> Callable[[], None]:
    state, values = record.__state__, dict(record.__dict__)
    raw, edits = state.raw, _copied(state.edits)
    held = (state.holder, state.name) if isinstance(state, NestedState) else None

    def put_back() -> None:
        state.raw, state.edits = raw, _copied(edits)
        if held is not None:
            state.holder, state.name = held
        record.__dict__.clear()
        record.__dict__.update(values)

    return put_back


def _copied(edits: dict[str, Edit] | None) -> dict[str, Edit] | None:
    return None if edits is None else {name: copy(edit) for name, edit in edits.items()}


def _of_list(value: list[Any]) -> Callable[[], None]:
    contents, marks = [*value], _marks(value)

    def put_back() -> None:
        list.__setitem__(value, slice(None), contents)
        for name, mark in marks.items():
            setattr(value, name, mark)

    return put_back


def _of_dict(value: dict[str, Any]) -> Callable[[], None]:
    contents, marks = dict(value), _marks(value)

    def put_back() -> None:
        dict.clear(value)
        dict.update(value, contents)
        for name, mark in marks.items():
            setattr(value, name, mark)

    return put_back


def _marks(value: object) -> dict[str, object]:
    """Return what a tracked list or map keeps beside its contents: its holder, and whether null was written there."""
    marks = {name: getattr(value, name) for name in ("_holder", "_name") if hasattr(value, name)}
    return {**marks, "_null": getattr(value, "_null", False)} if marks else {}
