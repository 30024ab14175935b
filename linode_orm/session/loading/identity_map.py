"""The identity map: one Python object for each (type, id, parents), held weakly."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast
from weakref import ref

from linode_orm.mapping.lifecycle import rekey
from linode_orm.mapping.state import state_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping import Model

M = TypeVar("M", bound="Model")

Table = dict[object, "ref[Model]"]

_SWEEP_FROM = 1024


class IdentityMap:
    """One table for each class and parents, from the bare id to a weak reference.

    Keys that hold class and parents too would cost a tuple an object: 300 bytes an entry instead of 237. Dead
    references are removed when a table has doubled since the last sweep, because a callback for each reference would
    cost more memory than the dead entries.
    """

    def __init__(self) -> None:
        self._tables: dict[tuple[type, tuple[object, ...]], Table] = {}
        self._limits: dict[int, int] = {}

    def table(self, model: type, parents: tuple[object, ...]) -> Table:
        """Return the table of a class below some parents, after a sweep where it has grown; fill it with `ref(x)`."""
        table = self._tables.get((model, parents))
        if table is None:
            table = self._tables[model, parents] = {}
        if len(table) > self._limits.get(id(table), _SWEEP_FROM):
            # a list first: a table cannot change while it is iterated
            for key in [key for key, reference in table.items() if reference() is None]:
                del table[key]
            self._limits[id(table)] = 2 * len(table) + _SWEEP_FROM
        return table

    def find(self, model: type[M], identity: object, parents: tuple[object, ...]) -> M | None:
        """Return the object with that key, None where there is none."""
        table = self._tables.get((model, parents))
        reference = table.get(identity) if table else None
        return cast("M | None", reference()) if reference is not None else None

    def ids(self, model: type[Model], parents: tuple[object, ...]) -> frozenset[object]:
        """Return the ids that were read of a class below some parents, also of objects that nobody holds any more."""
        return frozenset(self._tables.get((model, parents), ()))

    def put(self, instance: Model) -> None:
        """Let an object be the one with its key."""
        state = state_of(instance)
        self.table(type(instance), state.parents)[state.identity] = ref(instance)

    def drop(self, instance: Model) -> None:
        """Remove an object; another one with its key stays."""
        state = state_of(instance)
        table = self._tables.get((type(instance), state.parents), {})
        reference = table.get(state.identity)
        if reference is not None and reference() is instance:
            del table[state.identity]

    def rekey(self, instance: Model, identity: object) -> None:
        """Give an object another id, and other parents to the objects below it."""
        old = state_of(instance).key
        self.drop(instance)
        rekey(instance, identity)
        new = state_of(instance).key
        self.put(instance)
        # Every object is looked at: a new key is rare, and an index by parent would cost memory for each object.
        for child in [each for each in self if state_of(each).parents[: len(old)] == old]:
            if _may_be_below(type(child), type(instance)):
                self.drop(child)
                state_of(child).move_below(new + state_of(child).parents[len(old) :])
                self.put(child)

    def groups(self) -> Iterator[list[Model]]:
        """Yield the objects that lie below others, those of one class and of the same parents together."""
        for (_, parents), table in list(self._tables.items()):
            group = [each for each in [reference() for reference in list(table.values())] if each is not None]
            if parents and group:
                yield group

    def clear(self) -> None:
        """Remove every object."""
        self._tables.clear()
        self._limits.clear()

    def __iter__(self) -> Iterator[Model]:
        for table in list(self._tables.values()):
            for reference in list(table.values()):
                instance = reference()
                if instance is not None:
                    yield instance

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _may_be_below(child: type[Model], parent: type[Model]) -> bool:
    """Whether objects of one class are children, or children of children, of objects of another."""
    mapper = child.__mapper__
    while mapper.parent_attribute:
        model = cast("type[Model]", mapper.relations[mapper.parent_attribute].model)
        if model is parent:
            return True
        mapper = model.__mapper__
    return False
