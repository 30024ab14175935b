"""Batches: objects that came from one query, whose references and stale values are read together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from linode_orm.mapping.relations import Many, One
from linode_orm.mapping.state import Status, state_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from weakref import ref

    from linode_orm.mapping import Model
    from linode_orm.mapping.owner import LoadOrigin
    from linode_orm.mapping.relations import Option
    from linode_orm.session.loading.identity_map import IdentityMap
    from linode_orm.session.loading.loader import Loader

M = TypeVar("M", bound="Model")

_SWEEP_FROM = 1024


class LoaderBatch:
    """The objects of one query: weakly themselves, strongly what was loaded for them."""

    __slots__ = ("__weakref__", "_limit", "held", "members", "refuses")

    def __init__(self, *, refuses: bool = False) -> None:
        self.members: list[ref[Model]] = []
        self._limit = _SWEEP_FROM
        self.held: dict[str, list[Model]] = {}
        self.refuses = refuses

    def add(self, references: Iterable[ref[Model]]) -> None:
        """Take more objects; those that nobody holds any more are let go now and then, so that streams stay flat."""
        self.members += references
        if len(self.members) > self._limit:
            self.members = [reference for reference in self.members if reference() is not None]
            self._limit = 2 * len(self.members) + _SWEEP_FROM

    def alive(self) -> Iterator[Model]:
        """Give the objects that somebody still holds."""
        for reference in self.members:
            instance = reference()
            if instance is not None and state_of(instance).status is not Status.DETACHED:
                yield instance


class Gathers(Protocol):
    """What batches need of a session."""

    identity_map: IdentityMap
    loader: Loader

    @property
    def reader(self) -> Reads:
        """What reads single objects."""
        ...

    def query(self, model: type[M], /) -> Any:  # noqa: ANN401  a Query of the model
        """Give a query."""

    def reference(
        self, model: type, identity: object, parents: tuple[object, ...], load_origin: LoadOrigin | None
    ) -> Any:  # noqa: ANN401  an instance of `model`
        """Give the object with that key."""

    @property
    def runner(self) -> Lists:
        """What answers queries."""
        ...


class Reads(Protocol):
    """What reads single objects."""

    def asked(self, instance: Model) -> None:
        """Read an object because the program asks for it."""
        ...


class Lists(Protocol):
    """What reads whole lists."""

    def read_many(self, lists: Iterable[tuple[type[Model], str, str, tuple[object, ...]]]) -> list[list[Model]]:
        """Read whole lists side by side: class, path, envelope (both empty for the class's own) and parents of each."""
        ...

    def read_whole(self, model: type[Model], most: int) -> list[Model] | None:
        """Read every object of a class, unless that takes more than `most` requests."""
        ...


class EagerLoader:
    """Loads for many objects at once what one of them was asked for."""

    def __init__(self, session: Gathers) -> None:
        self._session = session

    def load_references(self, instance: Model, load_origin: LoadOrigin) -> None:
        """Load a reference together with those that its siblings have under the same relation."""
        batch = state_of(load_origin.instance).batch
        relation = load_origin.instance.__mapper__.relations.get(load_origin.relation)
        if not isinstance(batch, LoaderBatch) or not isinstance(relation, One) or not relation.via:
            return
        self._load_targets(relation, batch, list(batch.alive()), asked=instance)

    def _load_targets(
        self, relation: One[Any], batch: LoaderBatch, owners: list[Model], asked: Model | None = None
    ) -> None:
        model = cast("type[Model]", relation.model)
        held = batch.held.setdefault(relation.name, [])
        wanted = self._unloaded(relation, model, owners, held)
        if asked is not None:
            wanted[state_of(asked).identity] = None
        few = 2
        if len(wanted) < few or model.__mapper__.placeholders:
            return
        found = self._by_ids(model, list(wanted))
        if found is not None:
            held += found

    def _unloaded(
        self, relation: One[Any], model: type[Model], owners: Iterable[Model], held: list[Model]
    ) -> dict[object, None]:
        """Give the ids of targets that are not loaded; those that are join `held`, or they might go meanwhile."""
        wanted: dict[object, None] = {}
        for owner in owners:
            field = owner.__mapper__.fields[relation.via]
            identity = state_of(owner).body.get(field.key)
            if identity is None or identity in wanted:
                continue
            known = self._session.identity_map.find(model, identity, ())
            if known is None or not state_of(known).is_loaded:
                wanted[identity] = None
            else:
                held.append(known)
        return wanted

    def _by_ids(self, model: type[Model], ids: list[object]) -> list[Model] | None:
        """Read objects by their ids in one list, where that is cheaper than reading each."""
        mapper = model.__mapper__
        if "list" not in mapper.verbs or len(mapper.id_names) != 1:
            return None
        if mapper.catalogue:
            return [self._session.reference(model, identity, (), None) for identity in ids]
        field = mapper.fields[mapper.id_names[0]]
        if not field.filterable:
            return self._session.runner.read_whole(model, len(ids) - 1)
        return cast("list[Model]", self._session.query(model).filter(field.attribute(model).in_(ids)).all())

    def reload(self, instance: Model, batch: LoaderBatch) -> bool:
        """Read the stale objects of a query again in one list; False where the object is better read alone."""
        state = state_of(instance)
        stale = [each for each in batch.alive() if self._is_stale(each) and state_of(each).parents == state.parents]
        few = 2
        if len(stale) < few or state.parents or not self._by_ids_fits(type(instance)):
            return False
        before = state.body
        held = self._by_ids(type(instance), [state_of(each).identity for each in stale])
        for each in stale:
            state_of(each).join(batch)
        return held is not None and state.body is not before

    def _by_ids_fits(self, model: type[Model]) -> bool:
        return not model.__mapper__.only_on_get and not model.__mapper__.catalogue

    def _is_stale(self, instance: Model) -> bool:
        state = state_of(instance)
        until = state.fresh_until
        return not state.is_loaded or (until is not None and state.owner.monotonic() >= until)

    def prefetch(self, objects: Sequence[Model], options: Iterable[Option]) -> None:
        """Load the relations that `selectin` names for the objects of a query."""
        for option in options:
            if option.kind != "selectin":
                continue
            reached = list(objects)
            for relation in option.path:
                owners = [each for each in reached if relation.name in each.__mapper__.relations]
                reached += self._prefetch(relation, owners)

    def _prefetch(self, relation: One[Any] | Many[Any], owners: list[Model]) -> list[Model]:
        if not owners:
            return []
        if isinstance(relation, One):
            return self._prefetch_one(relation, owners)
        return self._prefetch_many(relation, owners)

    def _prefetch_one(self, relation: One[Any], owners: list[Model]) -> list[Model]:
        batch = state_of(owners[0]).batch
        if isinstance(batch, LoaderBatch) and relation.via:
            self._load_targets(relation, batch, owners)
        targets = [target for target in (relation.resolve(owner) for owner in owners) if target is not None]
        loaded = cast("list[Model]", list(dict.fromkeys(targets)))
        for target in loaded:
            if not state_of(target).is_loaded:
                self._session.reader.asked(target)
        if isinstance(batch, LoaderBatch):
            batch.held.setdefault(relation.name, []).extend(loaded)
        return loaded

    def _prefetch_many(self, relation: Many[Any], owners: list[Model]) -> list[Model]:
        collections: list[Any] = [getattr(owner, relation.name) for owner in owners]
        missing = [each for each in collections if not each.__is_loaded__()]
        if relation.embedded:
            return [child for each in collections for child in each]
        back = self.inverse_relation(relation)
        if back is not None and len(missing) > 1 and self._fill_from_whole(relation, back, missing):
            missing = []
        if missing:
            lists = self._session.runner.read_many([each.__list__() for each in missing])
            for collection, children in zip(missing, lists, strict=True):
                collection.__fill__(children)
        return [child for each in collections for child in each]

    def inverse_relation(self, relation: Many[Any]) -> One[Any] | None:
        """Give the relation by which the objects of a collection name its owner, where a list of all tells it."""
        model: Any = relation.model
        mapper = model.__mapper__
        if not relation.path or mapper.placeholders or "list" not in mapper.verbs:
            return None
        for back in mapper.relations.values():
            if isinstance(back, One) and back.via and back.target == relation.owner.__name__:
                return back
        return None

    def _fill_from_whole(self, relation: Many[Any], back: One[Any], missing: list[Any]) -> bool:
        """Fill many collections from one list of everything; False where reading each list is cheaper."""
        model: Any = relation.model
        children = self._session.runner.read_whole(model, len(missing) - 1)
        if children is None:
            return False
        field = model.__mapper__.fields[back.via]
        by_owner: dict[object, list[Model]] = {}
        for child in children:
            by_owner.setdefault(state_of(child).body.get(field.key), []).append(child)
        for collection in missing:
            collection.__fill__(by_owner.get(state_of(collection.parent).identity, []))
        return True
