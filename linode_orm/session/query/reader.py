"""The reader: reads single objects, by a GET of each or by their row in a list."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from linode_orm.errors import InvalidRequestError, NotFound, ResponseError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.state import Loaded, state_of
from linode_orm.session.loading.lists.pagination import ListReader
from linode_orm.session.loading.loader_batch import LoaderBatch
from linode_orm.session.query.by_id import listings_by_id
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.reference_data import ReferenceData
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Response


class Reader:
    """Reads single objects, each in one request unless its list has to be searched."""

    def __init__(self, client: Client, loader: Loader, reference_data: ReferenceData) -> None:
        self._client = client
        self._loader = loader
        self._reference_data = reference_data

    def read(self, instance: Model) -> None:
        """Read an object by the cheapest way: reference data from the client's cache, others by `read_item`."""
        if instance.__mapper__.reference_data:
            self._read_reference_data(instance)
        else:
            self.read_item(instance)

    def read_item(self, instance: Model) -> None:
        """Read an object now: by its own GET, or by its row where the API has no GET for it; raise `NotFound`."""
        mapper = instance.__mapper__
        if "get" in mapper.verbs:
            self.take(instance, self._client.send(self.request(instance)))
        elif "list" in mapper.verbs:
            self._read_row(instance)
        else:
            msg = f"{instance.__describe__()}: the API can neither get nor list a {mapper.name}"
            raise InvalidRequestError(msg)

    def _read_reference_data(self, instance: Model) -> None:
        """Read an object from the list of its class; else by a GET, whose answer is remembered, a 404 too."""
        if self._reference_data.load(instance):
            return
        try:
            self.read_item(instance)
        except NotFound as error:
            # without the traceback, whose frames would keep the objects of this session alive in the client's cache
            self._reference_data.remember(instance, error.with_traceback(None))
            raise
        self._reference_data.remember(instance, dict(state_of(instance).body))

    def request(self, instance: Model) -> Request:
        """Return the GET of an object."""
        mapper, state = instance.__mapper__, state_of(instance)
        if mapper.read_by:
            msg = f"{instance.__describe__()}: its GET asks for more than its key; {mapper.read_by} reads it"
            raise InvalidRequestError(msg)
        return Request("GET", mapper.path_for(state.identity, state.parents), version=mapper.version)

    def take(self, instance: Model, response: Response) -> None:
        """Bring an object up to date with the answer to its GET; raise `NotFound` where that says there is none."""
        if response.status == HTTPStatus.NO_CONTENT:
            path = response.request.path
            msg = f"GET {path}: {response.status}, there is nothing: an unrestricted user has no grants"
            raise NotFound(msg, status=response.status, method="GET", path=path, tries=response.tries)
        body = _checked(instance, response.json(), response.request.path)
        self._loader.take(instance, body, Loaded.WHOLE)

    def _read_row(self, instance: Model) -> None:
        """Read an object by its row in the list of its class, page by page until the row is found."""
        model, state = type(instance), state_of(instance)
        if state.identity is None:
            msg = f"{instance.__describe__()} has no id by which it could be found in its list; query the list again"
            raise InvalidRequestError(msg)
        for listing in listings_by_id(model, state.parents, [state.identity]):
            reader = ListReader(self._client, listing, wanted=1, is_exact=bool(listing.x_filter))
            for row in (row for rows in reader.pages() for row in rows):
                # The filter is not trusted, and only the wanted row becomes an object: the others were not asked for.
                is_it = identity_in(model.__mapper__, row) == state.identity
                if is_it and self._loader.one(model, state.parents, row, Loaded.ROW, batch=LoaderBatch()) is instance:
                    return
        path = instance.__mapper__.collection_path(state.parents)
        msg = f"{instance.__describe__()} is not in GET {path}"
        raise NotFound(msg, status=404, method="GET", path=path)


def _checked(instance: Model, body: object, path: str) -> dict[str, Any]:
    """Return the body of an object; raise `ResponseError` where the answer is not the object that was asked for."""
    if not isinstance(body, dict):
        msg = f"GET {path}: an object was expected, not {type(body).__name__}"
        raise ResponseError(msg)
    mapper, wanted = instance.__mapper__, state_of(instance).identity
    if mapper.singleton:
        identity_in(mapper, body)
        return body
    try:
        identity = identity_in(mapper, body)
    except ResponseError as error:
        msg = f"GET {path}: {error}"
        raise ResponseError(msg) from None
    if identity != wanted:
        msg = f"GET {path}: the answer is {mapper.name} {identity}, not {wanted}"
        raise ResponseError(msg)
    return body
