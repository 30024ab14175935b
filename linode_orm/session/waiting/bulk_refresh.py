"""Polling: reading many objects again in the fewest requests, those of one round side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, Protocol, cast

from linode_orm.errors import ApiError, NotFound, TransportError
from linode_orm.mapping.query import Query
from linode_orm.mapping.state import Loaded, state_of
from linode_orm.session.lists.listing import Listing, send_in_order
from linode_orm.session.lists.pagination import ListReader
from linode_orm.session.query.planner import plan_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linode_orm.mapping import Model
    from linode_orm.mapping.query import Runner
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.reader import Reader
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Request, Response

    Arrived = Response | Exception

ReadStrategy = Literal["items", "ids", "list"]
_UNKNOWN: Final = 1
"""How many pages a list is taken to have before its first one tells."""


class Polls(Protocol):
    """What polling needs of a session."""

    @property
    def client(self) -> Client:
        """What sends."""
        ...

    @property
    def loader(self) -> Loader:
        """What takes bodies in."""
        ...

    @property
    def reader(self) -> Reader:
        """What reads single objects."""
        ...

    @property
    def runner(self) -> Runner:
        """What answers queries."""
        ...


class Group:
    """Objects of one class below the same parents; `waiting` are those that are to be read again."""

    __slots__ = ("members", "model", "pages", "parents", "waiting", "whole")

    def __init__(self, model: type[Model], parents: tuple[object, ...], *, whole: bool) -> None:
        self.model = model
        self.parents = parents
        self.whole = whole
        """Lists do not have what is looked at: each object needs its own GET."""
        self.members: list[Model] = []
        self.waiting: list[Model] = []
        self.pages = _UNKNOWN

    @property
    def strategy(self) -> ReadStrategy:
        """How the objects are read: each by its GET, by a list filtered by id, or by the whole list."""
        mapper = self.model.__mapper__
        has_get = "get" in mapper.verbs
        if "list" not in mapper.verbs or (has_get and (self.whole or len(self.members) == 1)):
            return "items"
        if len(mapper.id_names) == 1 and mapper.fields[mapper.id_names[0]].filterable and _takes_filters(self.model):
            return "ids"
        return "items" if has_get and self.pages > len(self.waiting) else "list"

    @property
    def cost(self) -> int:
        """How many requests a reading takes, as far as is known."""
        return {"items": len(self.waiting), "ids": 1, "list": self.pages}[self.strategy]


def _takes_filters(model: type[Model]) -> bool:
    return model.__mapper__.envelope == "page" and not model.__mapper__.catalogue


def groups_of(objects: Iterable[Model], *, whole: frozenset[type[Model]]) -> list[Group]:
    """Part objects by class and parents; those of the classes in `whole` are not read by lists."""
    found: dict[tuple[type[Model], tuple[object, ...]], Group] = {}
    for each in objects:
        model, parents = type(each), state_of(each).parents
        # promise 17: the others are read in lists
        group = found.setdefault((model, parents), Group(model, parents, whole=model in whole))
        group.members.append(each)
        group.waiting.append(each)
    return list(found.values())


class RefreshResult:
    """What one look showed: which objects were read, which are gone, and what kept others from being read."""

    def __init__(self) -> None:
        self.read: set[int] = set()
        self.gone: list[tuple[Model, NotFound]] = []
        self.trouble: ApiError | TransportError | None = None

    def missing(self, group: Group) -> list[Model]:
        """Give the objects of a group that were not read."""
        return [each for each in group.waiting if id(each) not in self.read]


class BulkRefresh:
    """Looks at objects."""

    def __init__(self, session: Polls) -> None:
        self._session = session

    def look(self, groups: Sequence[Group]) -> RefreshResult:
        """Read the objects of these groups again; those that are missing in a list are asked for by their own GETs."""
        refreshed = RefreshResult()
        listed = [group for group in groups if group.strategy != "items"]
        readers = [(group, self._reader(listing)) for group in listed for listing in self._listings(group)]
        items = [each for group in groups if group.strategy == "items" for each in group.waiting]
        arrived = self._send([reader.opening for _, reader in readers], items)
        for group, reader in readers:
            self._rows(refreshed, group, reader, next(arrived))
        for each in items:
            self._item(refreshed, each, next(arrived))
        if refreshed.trouble is None:
            self._left_over(refreshed, listed)
        return refreshed

    def _left_over(self, refreshed: RefreshResult, listed: Iterable[Group]) -> None:
        """Ask for what no list showed: an object may be too new for it, or gone."""
        left = [each for group in listed for each in refreshed.missing(group)]
        single = [each for each in left if "get" in each.__mapper__.verbs]
        refreshed.gone += [(each, _absent(each)) for each in left if "get" not in each.__mapper__.verbs]
        for each, answer in zip(single, self._send([], single), strict=False):
            self._item(refreshed, each, answer)

    def _send(self, lists: list[Request], items: list[Model]) -> Iterator[Arrived]:
        requests = [*lists, *map(self._session.reader.request, items)]
        try:
            yield from send_in_order(self._session.client, requests)
        except TransportError as error:
            yield error

    def _reader(self, listing: Listing) -> ListReader:
        return ListReader(self._session.client, listing)

    def _listings(self, group: Group) -> list[Listing]:
        mapper = group.model.__mapper__
        listing = Listing(group.model, mapper.collection_path(group.parents), group.parents, envelope=mapper.envelope)
        if group.strategy == "list":
            return [listing]
        filters = self._filters(group, group.members)
        if len(filters) > 1 and len(group.waiting) < len(group.members):
            fewer = self._filters(group, group.waiting)
            # those that are there already stay fresh, where that costs no request
            filters = fewer if len(fewer) < len(filters) else filters
        return [listing._replace(x_filter=each) for each in filters]

    def _filters(self, group: Group, objects: list[Model]) -> tuple[dict[str, object], ...]:
        (name,) = group.model.__mapper__.id_names
        field = group.model.__mapper__.fields[name]
        query: Query[Any] = Query(group.model, self._session.runner, parents=group.parents)
        ids = [state_of(each).identity for each in objects]
        return plan_query(query.filter(field.attribute(group.model).in_(ids))).filters

    # -- what arrives ------------------------------------------------------------------------------------------------

    def _rows(self, refreshed: RefreshResult, group: Group, reader: ListReader, first: Arrived) -> None:
        """Take the rows of a list, until the rest is cheaper to ask for one by one."""
        known = {state_of(each).identity: each for each in group.members}
        try:
            for number, rows in enumerate(reader.after(first), 1):
                self._take(refreshed, known, group.model, rows)
                left = len(refreshed.missing(group))
                if not left or ("get" in group.model.__mapper__.verbs and reader.page_count - number > left):
                    break
        except NotFound:
            return  # the parent is gone, which the objects' own GETs confirm
        except (ApiError, TransportError) as error:
            self._bear(refreshed, error)
        if group.strategy == "list":
            group.pages = max(reader.page_count, 1)

    def _take(
        self, refreshed: RefreshResult, known: dict[object, Model], model: type[Model], rows: list[dict[str, Any]]
    ) -> None:
        loader = self._session.loader
        loaded = Loaded.ROW if model.__mapper__.only_on_get else Loaded.WHOLE
        for row in rows:
            instance = known.get(loader.identity_of(model, row))
            if instance is not None and id(instance) not in refreshed.read:
                loader.take(instance, row, loaded)
                refreshed.read.add(id(instance))

    def _item(self, refreshed: RefreshResult, instance: Model, answer: Arrived) -> None:
        if isinstance(answer, NotFound):
            refreshed.gone.append((instance, answer))
        elif isinstance(answer, Exception):
            self._bear(refreshed, answer)
        else:
            self._session.reader.take(instance, answer)
            refreshed.read.add(id(instance))

    def _bear(self, refreshed: RefreshResult, error: Exception) -> None:
        """Put up with a failure that may pass; raise every other one."""
        if not getattr(error, "retryable", False):
            raise error
        refreshed.trouble = cast("ApiError | TransportError", error)


def _absent(instance: Model) -> NotFound:
    path = instance.__mapper__.collection_path(state_of(instance).parents)
    return NotFound(f"{instance.__describe__()} is not in GET {path}", status=404, method="GET", path=path)
