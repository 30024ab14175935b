"""The loader: every answer of the API becomes objects here, through the identity map."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakSet

from linode_orm._lazy import Later
from linode_orm.mapping.lifecycle import detach, hydrate, merge
from linode_orm.mapping.state import Loaded, Origin, Status, state_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.mapping import Model, Owner, unread
    from linode_orm.mapping.mapper import Mapper
    from linode_orm.mapping.owner import LoadOrigin
    from linode_orm.mapping.unread import KeyReader
    from linode_orm.session.loading.hooks import Hooks
    from linode_orm.session.loading.identity_map import IdentityMap
else:  # only a commit of nested creates needs it
    unread = Later("linode_orm.mapping.unread")

M = TypeVar("M", bound="Model")


class Loader:
    """Makes objects of bodies, and brings the objects that exist up to date.

    `monotonic` is the clock of the client in seconds, `volatile_ttl` for how many seconds volatile attributes count as
    fresh (None: for ever).
    """

    def __init__(
        self, identity_map: IdentityMap, owner: Owner, monotonic: Callable[[], float], volatile_ttl: float | None
    ) -> None:
        self._map = identity_map
        self._owner = owner
        self._monotonic = monotonic
        self._volatile_ttl = volatile_ttl
        self.key_readers: WeakSet[KeyReader] = WeakSet()
        """What reads the keys of objects that were created and whose ids no answer showed."""
        self.hooks: Hooks | None = None
        """The hooks of the session; None until there are some."""

    def rows(
        self,
        model: type[M],
        parents: tuple[object, ...],
        bodies: Iterable[dict[str, Any]],
        *,
        batch: object = None,
        loaded: Loaded = Loaded.ROW,
    ) -> list[M]:
        """Return the objects of the rows of a list; known ones are brought up to date, pending changes stay."""
        mapper = model.__mapper__
        if self.key_readers:
            bodies = self._read_keys(model, parents, bodies)
        # A list of the children of several parents (`/monitor/alert-definitions`): each row names its own parents.
        if mapper.parent_keys and len(parents) != mapper.parent_count:
            return [self.one(model, mapper.parents_in(body), body, loaded, batch=batch) for body in bodies]
        # without fields that only a GET shows, a row is the whole object, and no first read sends a GET
        loaded = loaded if mapper.only_on_get else Loaded.WHOLE
        origin = Origin(self._owner, parents, Status.PERSISTENT, loaded, self._fresh_until(mapper), batch)
        found = hydrate(model, bodies, self._map.table(model, parents), origin)
        if self.hooks is not None:  # one look a page
            self.hooks.loaded(found)
        return found

    def one(
        self, model: type[M], parents: tuple[object, ...], body: dict[str, Any], loaded: Loaded, *, batch: object = None
    ) -> M:
        """Return the object of one body."""
        return self.rows(model, parents, [body], batch=batch, loaded=loaded)[0]

    def take(self, instance: Model, body: dict[str, Any], loaded: Loaded) -> None:
        """Bring an object up to date with a newer body of it."""
        merge(instance, body, loaded, self._fresh_until(instance.__mapper__))
        if self.hooks is not None:
            self.hooks.loaded((instance,))

    def _fresh_until(self, mapper: Mapper) -> float | None:
        """Return until when what is read now counts as fresh; None where nothing of it grows stale."""
        if self._volatile_ttl is None or not mapper.volatile:
            return None
        return self._monotonic() + self._volatile_ttl

    def find(self, model: type[M], identity: object, parents: tuple[object, ...]) -> M | None:
        """Return the object with that key, None where the session has none."""
        return self._map.find(model, identity, parents)

    def reference(
        self, model: type[M], identity: object, parents: tuple[object, ...], load_origin: LoadOrigin | None = None
    ) -> M:
        """Return the one object with that key, made without a request where there is none yet."""
        mapper = model.__mapper__
        if load_origin is not None and len(parents) != mapper.parent_count:
            parents = _parents_beside(mapper, load_origin)
        if self.key_readers:
            self._read_keys(model, parents, None)
        known = self._map.find(model, identity, parents)
        if known is None:
            known = model.__bare__(identity, parents, self._owner, Status.PERSISTENT)
            self._map.put(known)
        # A reference that is reached from several objects is loaded with the siblings of the one that came last: the
        # program reads on from there.
        if load_origin is not None and not state_of(known).is_loaded:
            state_of(known).join(load_origin)
        return known

    def detach(self, instance: Model, status: Status = Status.DETACHED) -> None:
        """Take an object out of the identity map; its last values stay readable and are never refreshed."""
        if state_of(instance).is_unread:
            unread.make_readable(instance)
        else:
            self._map.drop(instance)
        detach(instance, status)

    def _read_keys(
        self, model: type[Model], parents: tuple[object, ...], bodies: Iterable[dict[str, Any]] | None
    ) -> list[dict[str, Any]]:
        """Let objects without ids take theirs before another object is made for one of their rows."""
        rows = None if bodies is None else [*bodies]
        for each in [*self.key_readers]:
            if each.concerns(model, parents):
                each.read(rows)
        return rows or []

    def let_go_unread(self, *, everything: bool = False) -> None:
        """Let objects without ids leave the session, whose parents have left it; with `everything`, all of them."""
        gone = [each for each in self.key_readers if everything or each.is_gone]
        for each in gone:
            each.let_go()
            self.key_readers.discard(each)


def _parents_beside(mapper: Mapper, load_origin: LoadOrigin) -> tuple[object, ...]:
    """Return the parents of a child that is referred to by its id alone.

    Their id stands beside the reference (`subnet_id` beside `vpc_id`); else they are those of the referring object.
    """
    state = state_of(load_origin.instance)
    beside = state.body.get(f"{mapper.parent_attribute}_id")
    return mapper.check_parents(state.parents[: mapper.parent_count] if beside is None else (beside,))
