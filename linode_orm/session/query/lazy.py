"""Lazy loading: the first read of an attribute loads it, and a volatile one is read again when it is old."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.owner import LoadOrigin
from linode_orm.mapping.state import Loaded, Status, state_of
from linode_orm.session.loading.loader_batch import LoaderBatch

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.session.query.eager import EagerLoader
    from linode_orm.session.query.reader import Reader


class LazyLoader:
    """Sends the requests that a read of an attribute implies, for many objects at once where that is cheaper.

    `is_refused` says that the session was made with `lazy="raise"`.
    """

    def __init__(self, reader: Reader, eager: EagerLoader, *, is_refused: bool) -> None:
        self._reader = reader
        self._eager = eager
        self._is_refused = is_refused

    def load(self, instance: Model, name: str) -> None:
        """Load an object because its attribute `name` was not read yet.

        The siblings of a reference, and the objects of its query, are loaded together with it, in one list.
        """
        state = state_of(instance)
        self._check_allowed(instance, name)
        if state.is_unread:
            state.identity  # noqa: B018  its row is read for it
        if instance.__mapper__.reference_data:
            self._reader.read(instance)
            return
        if not state.is_loaded and isinstance(state.batch, LoadOrigin):
            self._eager.load_siblings(instance, state.batch)
        elif not state.is_loaded and isinstance(state.batch, LoaderBatch):
            self._eager.reload(instance, state.batch)
        # the list may not have shown it, and rows of lists lack the fields that only a GET shows
        if state.loaded is not Loaded.WHOLE:
            self._reader.read_item(instance)

    def freshen(self, instance: Model, name: str) -> None:
        """Read an object again because its volatile attribute `name` is old, with old ones of its query in one list."""
        state = state_of(instance)
        if state.status is Status.DETACHED:  # its values are old for ever, and its owner answers nothing
            return
        self._check_allowed(instance, name)
        if isinstance(state.batch, LoaderBatch) and self._eager.reload(instance, state.batch):
            return
        self._reader.read_item(instance)

    def _check_allowed(self, instance: Model, name: str) -> None:
        """Raise `InvalidRequestError` where the session or the query refuses implicit requests."""
        batch = state_of(instance).batch
        query = state_of(batch.instance).batch if isinstance(batch, LoadOrigin) else None
        if self._is_refused:
            why, what = "the session was made with lazy='raise'", "session.load() or session.refresh() asks for it"
        elif isinstance(query, LoaderBatch) and query.refuses:
            why, what = "its query was made with raiseload()", "selectin(...) loads it with the query"
        else:
            return
        msg = f"{instance.__describe__()}.{name} needs a request, and {why}; {what}"
        raise InvalidRequestError(msg)
