"""Reference data: lists that hardly change (regions, types, kernels), read once and kept on the client for a while."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any

from linode_orm.errors import NotFound
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.state import Loaded, state_of

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.whole_lists import WholeLists
    from linode_orm.wire.reference_data import ReferenceDataCache


class ReferenceData:
    """The rows of reference data by id, from the client's cache or from one request for the list."""

    def __init__(self, cache: ReferenceDataCache, lists: WholeLists, loader: Loader) -> None:
        self._cache = cache
        self._lists = lists
        self._loader = loader

    def rows(self, model: type[Model]) -> list[dict[str, Any]]:
        """Return every row; 1 request where the cache has none."""
        return list(self._table(model).values())

    def _table(self, model: type[Model]) -> dict[object, dict[str, Any]]:
        mapper = model.__mapper__
        key = mapper.version, mapper.path
        table: dict[object, dict[str, Any]] | None = self._cache.get(key)
        if table is None:
            table = {identity_in(mapper, row): row for row in self._lists.rows(model)}
            self._cache.put(key, table)
        return table

    def load(self, instance: Model) -> bool:
        """Load an object from the list; return False where its id is not listed and costs a GET of its own.

        Raises `NotFound` again where that GET found nothing a short while ago.
        """
        row = self._table(type(instance)).get(state_of(instance).identity) or self._remembered(instance)
        if row is None:
            return False
        if isinstance(row, NotFound):
            raise copy(row)  # several threads may raise it, and each raise changes the traceback of its error
        self._loader.take(instance, row, Loaded.WHOLE)
        return True

    def _remembered(self, instance: Model) -> dict[str, Any] | NotFound | None:
        kept: dict[str, Any] | NotFound | None = self._cache.get(_key(instance))
        return kept

    def remember(self, instance: Model, answer: dict[str, Any] | NotFound) -> None:
        """Keep the answer to the GET of an object that is not listed: its body, or that it does not exist."""
        self._cache.put(_key(instance), answer)


def _key(instance: Model) -> tuple[object, ...]:
    mapper = instance.__mapper__
    return mapper.version, mapper.path, state_of(instance).identity
