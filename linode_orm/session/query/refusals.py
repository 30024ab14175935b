"""Refusals: lists of children that the API refuses to give, while it gives those of other parents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm._caller import warn
from linode_orm.errors import ApiError, BadRequest, Busy, Forbidden, NotFound, PartialResult
from linode_orm.mapping.query import SkippedList
from linode_orm.mapping.state import state_of
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.mapping.query import Query
    from linode_orm.wire.client import Client


class Refusals:
    """The lists that one reading of a query could not read; the first one is warned of, each is named by the query."""

    def __init__(self, client: Client, query: Query[object]) -> None:
        self._client = client
        self._query = query
        query.unread.clear()

    def take(self, error: Exception, path: str, parent: Model | None, relation: str = "") -> bool:
        """Note a list that was refused, and return whether it was; raise `error` where it says something else.

        A 404 of the children of what is gone itself is no refusal: it has none. `parent` is None for a list of the
        account, whose 404 is an error.
        """
        if isinstance(error, NotFound) and parent is not None:
            if not self._exists(parent):
                return False
        elif isinstance(error, Busy) or not isinstance(error, (BadRequest, Forbidden)):
            raise error
        self._add(SkippedList(path, parent, error, relation))
        return True

    def take_list(self, error: ApiError, path: str, relation: str) -> None:
        """Note that the list was refused which would have shown the objects that a relation leads to."""
        self._add(SkippedList(path, None, error, relation))

    def _add(self, skipped: SkippedList) -> None:
        known = self._query.unread
        if any(each.path == skipped.path for each in known):
            return
        known.append(skipped)
        if len(known) == 1:
            warn(PartialResult(f"{skipped}; the list is left out, and query.skipped names every list that is"))

    def take_over(self, above: Query[object]) -> None:
        """Name the lists that the reading of the parents could not read, which has warned of them."""
        self._query.unread.extend(above.skipped)

    def _exists(self, parent: Model) -> bool:
        mapper, state = parent.__mapper__, state_of(parent)
        if "get" not in mapper.verbs or mapper.read_by:
            return False
        try:
            self._client.send(Request("GET", mapper.path_for(state.identity, state.parents), version=mapper.version))
        except NotFound:
            return False
        except ApiError:
            return True
        return True
