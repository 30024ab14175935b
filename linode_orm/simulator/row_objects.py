"""Row objects: the rows of the account as objects of their classes, for tests that look and change behind a session."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from linode_orm._suggestions import suggestion
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.addressing import flat
from linode_orm.mapping.lifecycle import hydrate
from linode_orm.mapping.record import restore
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.relations import Many, One
from linode_orm.mapping.state import Loaded, Origin, Status, state_of
from linode_orm.mapping.transient import NoSessionOwner
from linode_orm.mapping.values import WrongType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping.mapper import Mapper
    from linode_orm.mapping.owner import LoadOrigin
    from linode_orm.mapping.record import Record
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.schema import Resource
    from linode_orm.simulator.store import Row

M = TypeVar("M", bound=Model)
R = TypeVar("R", bound="Record")


class RowObjects:
    """Makes an object of a row: it shows the values that the row had at that moment, and belongs to no session."""

    def __init__(self, state: AccountState) -> None:
        self._state = state

    def of(self, row: Row) -> Model:
        """Return a row as an object of its class."""
        return self.shown(_model(row.resource), row)

    def shown(self, model: type[M], row: Row) -> M:
        """Return a row of a class as an object of it."""
        parents = _parents_of(model.__mapper__, row.parents)
        origin = Origin(_RowOwner(self), parents, Status.DETACHED, Loaded.WHOLE)
        return hydrate(model, [deepcopy(row.body)], {}, origin)[0]

    def resource(self, model: type[Model]) -> Resource:
        """Return what the simulator knows of a class; raise `LookupError` where it serves none."""
        name = model.__mapper__.name
        if name not in self._state.store.resources:
            msg = f"the simulator serves no {name}: its class was declared after the simulator was made"
            raise LookupError(msg)
        return self._state.store.resources[name]

    def row(self, model: type[Model], identity: object, parent: object) -> Row:
        """Return the row with that id below that parent; raise `LookupError` where there is none."""
        mapper, resource = model.__mapper__, self.resource(model)
        given = identity if mapper.singleton else parent
        parents = mapper.check_parents(_chain(given))
        key = () if mapper.singleton else (mapper.identity(identity),)
        chain = tuple(str(each) for each in flat((*parents, *key)))
        if mapper.singleton:
            return self._state.singleton(resource, chain)
        row = self._state.store.find(resource, chain)
        if row is None:
            msg = f"no {mapper.name} {identity} in the simulated account"
            raise LookupError(msg)
        return row

    def row_of(self, instance: Model) -> Row:
        """Return the row of an object, of this account or of a session; raise `LookupError` where there is none."""
        state = state_of(instance)
        if state.is_new:
            msg = f"{instance.__describe__()} is new, and no account has it yet"
            raise LookupError(msg)
        identity = (state.parents, None) if type(instance).__mapper__.singleton else (state.identity, state.parents)
        return self.row(type(instance), *identity)

    def path_of(self, instance: Model) -> str:
        """Return the path of an object of this account; raise `LookupError` where there is none."""
        self.row_of(instance)
        state = state_of(instance)
        return type(instance).__mapper__.path_for(state.identity, state.parents)


class _RowOwner(NoSessionOwner):
    """The owner of row objects: it follows references inside the account, and refuses what a session does."""

    def __init__(self, objects: RowObjects) -> None:
        super().__init__("this object shows a row of the simulated account; ask a session")
        self._objects = objects

    def reference(
        self, model: type[R], identity: object, parents: tuple[object, ...], load_origin: LoadOrigin | None
    ) -> R:
        """Return the object that is referred to; the id alone where the account has none."""
        del load_origin
        wanted: Any = model
        try:
            row = self._objects.row(wanted, *((parents, None) if wanted.__mapper__.singleton else (identity, parents)))
        except (LookupError, InvalidRequestError):
            bare: R = wanted.__bare__(identity, parents, self, Status.DETACHED)
            return bare
        found: Any = self._objects.of(row)
        return found  # type: ignore[no-any-return]  # an object of the class that was asked for

    def changed(self, instance: Record) -> NoReturn:
        """Raise `InvalidRequestError`: an assignment would change nothing."""
        restore(instance)
        msg = f"{instance.__describe__()} shows a row of the simulated account; sim.change(x, name=value) changes it"
        raise InvalidRequestError(msg)


# ---------------------------------------------------------------- attributes and keys


def fields_of(model: type[Model], values: Mapping[str, object]) -> tuple[dict[str, object], tuple[object, ...] | None]:
    """Return values of attributes as the API has them, by key, and the ids of the parent; None where none is given.

    Raises `TypeError` for an attribute that there is not, and for a value of another type than its declaration names.
    """
    mapper = model.__mapper__
    fields: dict[str, object] = {}
    parents: tuple[object, ...] | None = None
    for name, value in values.items():
        attribute = mapper.attributes.get(name)
        if isinstance(attribute, One) and not attribute.via:
            parents = mapper.check_parents(_chain(value))
            continue
        if attribute is None or isinstance(attribute, Many):
            raise TypeError(_refusal(mapper, name, attribute))
        if isinstance(attribute, One):
            field: Any = mapper.fields[attribute.via]
            value = attribute.key_of(value, mapper.name)  # noqa: PLW2901  an object stands for its id
        else:
            field = attribute
        try:
            fields[field.key] = field.codec.operand(value)
        except WrongType as wrong:
            msg = f"{mapper.name}.{name}: {wrong}"
            raise TypeError(msg) from None
    return fields, parents


def _refusal(mapper: Mapper, name: str, attribute: object) -> str:
    if attribute is not None:
        return f"{mapper.name}.{name} is a collection; make its objects by themselves, and name their parent"
    return f"{mapper.name} has no attribute {name!r}{suggestion(name, mapper.attributes)}"


def _chain(parent: object) -> tuple[object, ...]:
    """Return the ids from the outermost parent in, of a parent given as object, id or tuple of ids."""
    if parent is None:
        return ()
    if isinstance(parent, Model):
        state = state_of(parent)
        return (*state.parents, *(() if type(parent).__mapper__.singleton else (state.identity,)))
    return parent if isinstance(parent, tuple) else (parent,)


def _parents_of(mapper: Mapper, ids: tuple[str, ...]) -> tuple[object, ...]:
    """Return the parents' ids of a row in the types of their fields; each that is made of several values is a tuple."""
    if mapper.parent is None:
        return ids
    parent: Any = lookup(str(mapper.parent))
    own = len(parent.__mapper__.id_names)
    above = _parents_of(parent.__mapper__, ids[: len(ids) - own])
    if not own:
        return above
    parts = ids[len(ids) - own :]
    return (*above, parent.__mapper__.identity(parts[0] if own == 1 else parts))


def _model(resource: Resource) -> type[Model]:
    model: type[Model] = resource.mapper.cls
    return model
