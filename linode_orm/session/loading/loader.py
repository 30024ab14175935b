"""From bodies to objects: every answer comes through the identity map here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.lifecycle import detach, hydrate, merge
from linode_orm.mapping.state import Loaded, Origin, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model, Owner
    from linode_orm.session.loading.identity_map import IdentityMap

M = TypeVar("M", bound="Model")


class LoaderHost(Protocol):
    """What the loader needs of a session."""

    identity_map: IdentityMap

    def fresh_until(self) -> float | None:
        """Give the moment until which what is read now counts as fresh."""


class Loader:
    """Makes objects of bodies and brings objects up to date, one object for each key."""

    def __init__(self, session: LoaderHost) -> None:
        self._session = session
        self._map = session.identity_map

    def rows(
        self,
        model: type[M],
        parents: tuple[object, ...],
        bodies: Iterable[dict[str, Any]],
        *,
        batch: object = None,
        loaded: Loaded = Loaded.ROW,
    ) -> list[M]:
        """Give the objects of the rows of a list; known ones are brought up to date, pending changes stay."""
        mapper = model.__mapper__
        if mapper.parent_keys and len(parents) != mapper.above:
            return [self.one(model, mapper.parents_in(body), body, loaded, batch=batch) for body in bodies]
        loaded = loaded if mapper.only_on_get else Loaded.WHOLE
        fresh = self._session.fresh_until() if mapper.volatile else None
        origin = Origin(cast("Owner", self._session), parents, Status.PERSISTENT, loaded, fresh, batch)
        return hydrate(model, bodies, self._map.table(model, parents), origin)

    def one(
        self, model: type[M], parents: tuple[object, ...], body: dict[str, Any], loaded: Loaded, *, batch: object = None
    ) -> M:
        """Give the object of one body."""
        return self.rows(model, parents, [body], batch=batch, loaded=loaded)[0]

    def identity_of(self, model: type[Model], body: object) -> object:
        """Give the id that a body names; raise `ResponseError` where it has none of the right type."""
        return identity_in(model.__mapper__, body)

    def take(self, instance: Model, body: dict[str, Any], loaded: Loaded) -> None:
        """Bring an object up to date with a newer body of it."""
        merge(instance, body, loaded, self._session.fresh_until() if instance.__mapper__.volatile else None)

    def detach(self, instance: Model, status: Status = Status.DETACHED) -> None:
        """Take an object out of the map; its last values stay readable and are never refreshed."""
        self._map.drop(instance)
        detach(instance, status)
