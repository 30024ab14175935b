"""Catalogues: lists that hardly change (regions, types, kernels), read once and kept on the client for a while."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, Protocol

from linode_orm.errors import NotFound
from linode_orm.mapping.state import Loaded, state_of

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.session.loading.loader import Loader
    from linode_orm.wire.client import Client


class ReferenceDataHost(Protocol):
    """What the catalogue needs of a session."""

    client: Client
    loader: Loader

    @property
    def runner(self) -> Lists:
        """What answers queries."""
        ...


class Lists(Protocol):
    """What reads whole lists."""

    def read_list(self, model: type[Model]) -> list[dict[str, Any]]:
        """Read a whole list from the API."""
        ...


class ReferenceData:
    """Rows of catalogue resources by id, from the client's time-bounded cache or one list request."""

    def __init__(self, session: ReferenceDataHost) -> None:
        self._session = session

    def rows(self, model: type[Model]) -> list[dict[str, Any]]:
        """Give every row of a catalogue, reading the list where the cache has none."""
        return list(self._table(model).values())

    def _table(self, model: type[Model]) -> dict[object, dict[str, Any]]:
        mapper = model.__mapper__
        cache, key = self._session.client.reference_data, (mapper.version, mapper.path)
        table: dict[object, dict[str, Any]] | None = cache.get(key)
        if table is None:
            rows = self._session.runner.read_list(model)
            table = {self._session.loader.identity_of(model, row): row for row in rows}
            cache.put(key, table)
        return table

    def load(self, instance: Model) -> bool:
        """Fill a reference from the catalogue; False where its id is not listed and costs a GET of its own.

        Raises `NotFound` again where that GET found nothing a short while ago.
        """
        row = self._table(type(instance)).get(state_of(instance).identity) or self._extra(instance)
        if row is None:
            return False
        if isinstance(row, NotFound):
            raise copy(row)
        self._session.loader.take(instance, row, Loaded.WHOLE)
        return True

    def _extra(self, instance: Model) -> dict[str, Any] | NotFound | None:
        kept: dict[str, Any] | NotFound | None = self._session.client.reference_data.get(_key(instance))
        return kept

    def remember(self, instance: Model, found: dict[str, Any] | NotFound) -> None:
        """Keep what the GET of an object outside the list answered: its body, or that it is not there."""
        self._session.client.reference_data.put(_key(instance), found)


def _key(instance: Model) -> tuple[object, ...]:
    mapper = instance.__mapper__
    return mapper.version, mapper.path, state_of(instance).identity
