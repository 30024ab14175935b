"""The factories: `sim.make.instance(label="web")` makes an object of the simulated account, and returns it typed."""

from __future__ import annotations

from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar

from linode_orm._suggestions import suggestion
from linode_orm.mapping import Model
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import state_of
from linode_orm.models import INDEX
from linode_orm.simulator import sample_account
from linode_orm.simulator.row_objects import RowObjects, fields_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from linode_orm.models._factories import TypedFactories
    from linode_orm.simulator.account_state import AccountState
else:
    TypedFactories = object  # the signatures, which only type checkers and editors read

M = TypeVar("M", bound=Model)


class Factories(TypedFactories):
    """Makes objects without requests or events, ready for use, one method a class: `sim.make.volume(linode=web)`.

    What is not given is plausible. Attributes are named as in Python, read-only ones too; a reference takes an object,
    an id or a slug. A child is made below the parent that is given, else below one of its own. `sim.make(Class, ...)`
    takes a class of your own. The object that is returned belongs to no session, and shows what was made.
    """

    def __init__(self, state: AccountState, objects: RowObjects, lock: AbstractContextManager[object]) -> None:
        self._state = state
        self._objects = objects
        self._lock = lock

    def __call__(self, model: type[M], /, **values: object) -> M:
        """Make an object of a class.

        Raises `TypeError` for an attribute that the class does not have, or a value of another type, and `LookupError`
        for a parent that the account does not have.
        """
        fields, parents = fields_of(model, values)
        with self._lock:
            return self._made(model, fields, parents)

    def _made(self, model: type[M], fields: dict[str, object], parents: tuple[object, ...] | None) -> M:
        mapper, resource = model.__mapper__, self._objects.resource(model)
        if mapper.singleton:
            msg = f"{mapper.name} is there once, from the beginning: sim.change(sim.read({mapper.name}), ...)"
            raise TypeError(msg)
        if mapper.placeholders and not mapper.parent:
            msg = f"{mapper.name} lies below no object ({mapper.path}); sim.seed() and sim.make() make none of it"
            raise TypeError(msg)
        parent = None
        if mapper.parent:
            above: type[Model] = lookup(str(mapper.parent))
            key = parents or self._key(self._made(above, {}, None))
            *chain, identity = key
            parent = self._objects.row(above, identity, tuple(chain))
        unasked = sample_account.UNASKED.get(mapper.name, ())
        row = sample_account.make_one(self._state, resource, parent, fields, without=unasked)
        return self._objects.shown(model, row)

    @staticmethod
    def _key(instance: Model) -> tuple[object, ...]:
        return (*state_of(instance).parents, state_of(instance).identity)

    if not TYPE_CHECKING:  # type checkers would take every name for a factory

        def __getattr__(self, name: str) -> Callable[..., Model]:
            """Return the factory of a class by its name in lower case."""
            if name not in _names():
                msg = f"no class is made by sim.make.{name}(){suggestion(name, _names())}"
                raise AttributeError(msg)
            return partial(self, lookup(_names()[name]))

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_names()})


@cache
def _names() -> dict[str, str]:
    """Return the classes by the names of their modules."""
    return {place.partition(":")[0].rpartition(".")[2]: name for name, place in INDEX.items()}
