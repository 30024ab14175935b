"""Eager loading: what one object is asked for is loaded for all objects of its query, as SQLAlchemy's selectin does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from linode_orm.errors import ApiError
from linode_orm.mapping.relations import Many, One, relations_of
from linode_orm.mapping.state import state_of
from linode_orm.session.loading.loader_batch import LoaderBatch
from linode_orm.session.query.by_id import can_filter_by_id, listings_by_id
from linode_orm.session.query.routes import owners_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.options import Option
    from linode_orm.mapping.owner import LoadOrigin
    from linode_orm.session.loading.identity_map import IdentityMap
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.whole_lists import WholeLists
    from linode_orm.session.query.reader import Reader
    from linode_orm.session.query.refusals import Refusals
    from linode_orm.session.query.routes import Owners

_FEW: Final = 2
"""From how many objects on one list is cheaper than a GET of each."""


class EagerLoader:
    """Loads for many objects at once what one of them was asked for."""

    def __init__(self, identity_map: IdentityMap, loader: Loader, lists: WholeLists, reader: Reader) -> None:
        self._map = identity_map
        self._loader = loader
        self._lists = lists
        self._reader = reader

    def load_siblings(self, instance: Model, load_origin: LoadOrigin) -> None:
        """Load a reference together with those that the other objects of the query have under the same relation."""
        batch = state_of(load_origin.instance).batch
        relation = load_origin.instance.__mapper__.relations.get(load_origin.relation)
        if not isinstance(batch, LoaderBatch) or not isinstance(relation, One) or not relation.via:
            return
        self._load_targets(relation, batch, list(batch.alive()), asked_for=instance)

    def _load_targets(
        self, relation: One[Any], batch: LoaderBatch, owners: list[Model], asked_for: Model | None = None
    ) -> None:
        model = cast("type[Model]", relation.model)
        held = batch.held.setdefault(relation.name, [])
        wanted = self._unloaded(relation, model, owners, held)
        if asked_for is not None:
            wanted[state_of(asked_for).identity] = None
        # children have no list of their own that is not below their parent, so each is read alone
        if len(wanted) < _FEW or model.__mapper__.placeholders:
            return
        found = self._by_ids(model, list(wanted))
        if found is not None:
            held += found
            reached = state_of(found[0]).batch if found else None
            if isinstance(reached, LoaderBatch):
                reached.reached_from(owners[0], relation.name)

    def _unloaded(
        self, relation: One[Any], model: type[Model], owners: Iterable[Model], held: list[Model]
    ) -> dict[object, None]:
        """Return the ids of targets that are not loaded; those that are loaded join `held`, so that they stay alive."""
        wanted: dict[object, None] = {}
        for owner in owners:
            field = owner.__mapper__.fields[relation.via]
            identity = state_of(owner).body.get(field.key)
            if identity is None or not field.codec.accepts(identity) or identity in wanted:
                continue
            # what is alive but unloaded is asked for, too: a reference alone has no values
            known = self._map.find(model, identity, ())
            if known is None or not state_of(known).is_loaded:
                wanted[identity] = None
            else:
                held.append(known)
        return wanted

    def _by_ids(self, model: type[Model], ids: list[object]) -> list[Model] | None:
        """Return the objects with these ids, read in one list; None where reading each is cheaper."""
        mapper = model.__mapper__
        if "list" not in mapper.verbs or len(mapper.id_names) != 1:
            return None
        if mapper.reference_data:
            return [self._loader.reference(model, identity, ()) for identity in ids]
        if not can_filter_by_id(model):
            # the whole list pays where it takes fewer requests than a GET of each object
            return self._lists.objects_within(model, len(ids) - 1)
        return self._lists.objects_with(listings_by_id(model, (), ids), frozenset(ids))

    def reload(self, instance: Model, batch: LoaderBatch) -> bool:
        """Read the stale objects of a query again in one list; return False where the object is better read alone."""
        model, state = type(instance), state_of(instance)
        stale = [each for each in batch.alive() if self._is_stale(each) and state_of(each).parents == state.parents]
        is_whole_in_lists = not model.__mapper__.only_on_get and not model.__mapper__.reference_data
        if len(stale) < _FEW or state.parents or not is_whole_in_lists:
            return False
        before = state.body
        # `held` keeps what was read alive until the objects have joined the batch again
        held = self._by_ids(model, [state_of(each).identity for each in stale])
        for each in stale:
            state_of(each).join(batch)
        # an object that the list did not show may be gone, or filtered out: its own GET tells
        return held is not None and state.body is not before

    def _is_stale(self, instance: Model) -> bool:
        state = state_of(instance)
        until = state.fresh_until
        return not state.is_loaded or (until is not None and state.owner.monotonic() >= until)

    def prefetch(self, objects: Sequence[Model], options: Iterable[Option], refusals: Refusals) -> None:
        """Load the relations that `selectin` names for the objects of a query; what is refused stays empty."""
        for option in options:
            if option.kind != "selectin":
                continue
            reached = list(objects)
            for relation in relations_of(option):
                owners = [each for each in reached if relation.name in each.__mapper__.relations]
                reached += self._prefetch(relation, owners, refusals)

    def _prefetch(self, relation: One[Any] | Many[Any], owners: list[Model], refusals: Refusals) -> list[Model]:
        if not owners:
            return []
        if isinstance(relation, One):
            return self._prefetch_one(relation, owners)
        return self._prefetch_many(relation, owners, refusals)

    def _prefetch_one(self, relation: One[Any], owners: list[Model]) -> list[Model]:
        batch = state_of(owners[0]).batch
        if isinstance(batch, LoaderBatch) and relation.via:
            self._load_targets(relation, batch, owners)
        targets = [target for target in (relation.resolve(owner) for owner in owners) if target is not None]
        loaded = cast("list[Model]", list(dict.fromkeys(targets)))
        for target in loaded:
            # one that no list could give: a child, a single one, or one without a list
            if not state_of(target).is_loaded:
                self._reader.read(target)
        if isinstance(batch, LoaderBatch):
            batch.held.setdefault(relation.name, []).extend(loaded)
        return loaded

    def _prefetch_many(self, relation: Many[Any], owners: list[Model], refusals: Refusals) -> list[Model]:
        collections: list[Any] = [getattr(owner, relation.name) for owner in owners]
        missing = [each for each in collections if not each.__is_loaded__()]
        if relation.embedded:
            return [child for each in collections for child in each]
        # The list of all volumes names the Linode of each, and that of all firewalls what each is assigned to: one list
        # instead of one for each Linode.
        owners_of_row = owners_of(relation)
        if owners_of_row is not None and len(missing) > 1 and self._fill_from_whole(relation, owners_of_row, missing):
            missing = []
        if missing:
            lists = self._lists.objects([each.__listing__() for each in missing])
            for collection, children in zip(missing, lists, strict=True):
                if isinstance(children, ApiError):
                    refusals.take(children, collection.__listing__().path, collection.parent, relation.name)
                collection.__fill__(() if isinstance(children, ApiError) else children)
        return [child for each in collections for child in each]

    def _fill_from_whole(self, relation: Many[Any], owners_of_row: Owners, missing: list[Any]) -> bool:
        """Fill many collections from one list of all objects; return False where reading each collection is cheaper."""
        model: Any = relation.model
        children = self._lists.objects_within(model, len(missing) - 1)
        if children is None:
            return False
        by_owner: dict[object, list[Model]] = {}
        for child in children:
            for identity in dict.fromkeys(owners_of_row(state_of(child).body)):
                by_owner.setdefault(identity, []).append(child)
        for collection in missing:
            collection.__fill__(by_owner.get(state_of(collection.parent).identity, []))
        return True
