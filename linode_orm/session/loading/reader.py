"""Reading single objects: the requests behind `get`, `load`, `refresh` and the first read of a reference."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol, cast

from linode_orm.errors import InvalidRequestError, NotFound, ResponseError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.owner import LoadOrigin
from linode_orm.mapping.query import Query
from linode_orm.mapping.state import Loaded, Status, state_of
from linode_orm.session.query.eager import LoaderBatch
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.mapping.query import Runner
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.reference_data import ReferenceData
    from linode_orm.session.query.eager import EagerLoader
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Response


class Reads(Protocol):
    """What reading needs of a session."""

    client: Client
    loader: Loader
    batches: EagerLoader
    catalogue: ReferenceData
    lazy: str

    @property
    def runner(self) -> Runner:
        """What answers queries."""
        ...


class Reader:
    """Loads objects one at a time, or many together where one list is cheaper."""

    def __init__(self, session: Reads) -> None:
        self._session = session

    def item(self, instance: Model) -> None:
        """Read one object: its own GET, or its row where the API has no GET for it; raise `NotFound`."""
        mapper, state = instance.__mapper__, state_of(instance)
        if "get" in mapper.verbs:
            self.take(instance, self._session.client.send(self.request(instance)))
            return
        if "list" not in mapper.verbs:
            msg = f"{instance.__describe__()}: the API can neither get nor list a {mapper.name}"
            raise InvalidRequestError(msg)
        found = self._row(instance)
        if found is not instance:
            path = mapper.collection_path(state.parents)
            msg = f"{instance.__describe__()} is not in GET {path}"
            raise NotFound(msg, status=404, method="GET", path=path)

    def listed(self, instance: Model) -> None:
        """Read one object of a catalogue: from its list, else by a GET that is remembered, found or not."""
        catalogue = self._session.catalogue
        if catalogue.load(instance):
            return
        try:
            self.item(instance)
        except NotFound as error:
            catalogue.remember(instance, error.with_traceback(None))
            raise
        catalogue.remember(instance, dict(state_of(instance).body))

    def request(self, instance: Model) -> Request:
        """Give the GET of one object."""
        mapper, state = instance.__mapper__, state_of(instance)
        if mapper.read_by:
            msg = f"{instance.__describe__()}: its GET asks for more than its key; {mapper.read_by} reads it"
            raise InvalidRequestError(msg)
        return Request("GET", mapper.path_for(state.identity, state.parents), version=mapper.version)

    def take(self, instance: Model, response: Response) -> None:
        """Bring an object up to date with the answer of its GET; raise `NotFound` where that says there is none."""
        if response.status == HTTPStatus.NO_CONTENT:
            path = response.request.path
            msg = f"GET {path}: {response.status}, there is nothing: an unrestricted user has no grants"
            raise NotFound(msg, status=response.status, method="GET", path=path, tries=response.tries)
        body = self._checked(instance, response.json(), response.request.path)
        self._session.loader.take(instance, body, Loaded.WHOLE)

    def _row(self, instance: Model) -> Model | None:
        state = state_of(instance)
        query: Query[Any] = Query(type(instance), self._session.runner, parents=state.parents)
        for name, value in zip(instance.__mapper__.id_names, _ids(state.identity), strict=True):
            query = query.filter_by(**{name: value})
        return cast("Model | None", query.first())

    def _checked(self, instance: Model, body: object, path: str) -> dict[str, Any]:
        """Give the body of an object; refuse an answer that is not the object that was asked for."""
        if not isinstance(body, dict):
            msg = f"GET {path}: an object was expected, not {type(body).__name__}"
            raise ResponseError(msg)
        mapper, state = instance.__mapper__, state_of(instance)
        if mapper.singleton:
            identity_in(mapper, body)
            return body
        try:
            identity = self._session.loader.identity_of(type(instance), body)
        except ResponseError as error:
            msg = f"GET {path}: {error}"
            raise ResponseError(msg) from None
        if identity != state.identity:
            msg = f"GET {path}: the answer is {mapper.name} {identity}, not {state.identity}"
            raise ResponseError(msg)
        return body

    def asked(self, instance: Model) -> None:
        """Read an object because the program asks for it: nothing that refuses implicit requests is meant."""
        if instance.__mapper__.catalogue:
            self.listed(instance)
        else:
            self.item(instance)

    def load(self, instance: Model, name: str) -> None:
        """Load a reference at its first read, with its siblings where that is cheaper."""
        state = state_of(instance)
        self._allow(instance, name)
        if instance.__mapper__.catalogue:
            self.listed(instance)
            return
        if isinstance(state.batch, LoadOrigin) and not state.is_loaded:
            self._session.batches.load_references(instance, state.batch)
        elif isinstance(state.batch, LoaderBatch) and not state.is_loaded:
            self._session.batches.reload(instance, state.batch)
        if state.loaded is not Loaded.WHOLE:
            self.item(instance)

    def freshen(self, instance: Model, name: str) -> None:
        """Read a stale object again, with the stale ones of its query where that is cheaper."""
        state = state_of(instance)
        if state.status is Status.DETACHED:
            return
        self._allow(instance, name)
        if isinstance(state.batch, LoaderBatch) and self._session.batches.reload(instance, state.batch):
            return
        self.item(instance)

    def _allow(self, instance: Model, name: str) -> None:
        """Refuse an implicit request where the session or the query forbids it."""
        batch = state_of(instance).batch
        load_origin = state_of(batch.instance).batch if isinstance(batch, LoadOrigin) else None
        if self._session.lazy == "raise":
            why, what = "the session was made with lazy='raise'", "session.load() or session.refresh() asks for it"
        elif isinstance(load_origin, LoaderBatch) and load_origin.refuses:
            why, what = "its query was made with raiseload()", "selectin(...) loads it with the query"
        else:
            return
        msg = f"{instance.__describe__()}.{name} needs a request, and {why}; {what}"
        raise InvalidRequestError(msg)


def _ids(identity: object) -> tuple[object, ...]:
    return identity if isinstance(identity, tuple) else (identity,)
