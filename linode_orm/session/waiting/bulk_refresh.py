"""Bulk refresh: many objects are read again in the fewest requests, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, cast

from linode_orm.errors import ApiError, NotFound, TransportError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.state import Loaded, state_of
from linode_orm.session.loading.lists.listing import send_in_order
from linode_orm.session.loading.lists.pagination import ListReader
from linode_orm.session.loading.whole_lists import listing_of
from linode_orm.session.query.by_id import can_filter_by_id, listings_by_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from linode_orm.mapping import Expression, Model
    from linode_orm.session.loading.lists.listing import Listing
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.query.reader import Reader
    from linode_orm.session.query.relation_reader import RelationReaders
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Request, Response

    Arrived = Response | Exception

ReadStrategy = Literal["items", "ids", "list"]
_UNKNOWN_PAGES: Final = 1
"""How many pages a list counts as before its first page tells."""


class RefreshGroup:
    """Objects of one class below the same parents; `waiting` are those that are still to be read."""

    __slots__ = ("members", "model", "needs_get", "pages", "parents", "waiting")

    def __init__(self, model: type[Model], parents: tuple[object, ...], *, needs_get: bool) -> None:
        self.model = model
        self.parents = parents
        self.needs_get = needs_get
        """Whether rows of lists lack what is wanted, so that each object needs its own GET."""
        self.members: list[Model] = []
        self.waiting: list[Model] = []
        self.pages = _UNKNOWN_PAGES

    @property
    def strategy(self) -> ReadStrategy:
        """How the objects are read: each by its GET, by a list filtered by id, or by the whole list."""
        mapper = self.model.__mapper__
        has_get = "get" in mapper.verbs
        # One object is read by its GET: the answer is smaller than a page, and a 404 says that the object is gone.
        if "list" not in mapper.verbs or (has_get and (self.needs_get or len(self.members) == 1)):
            return "items"
        if can_filter_by_id(self.model) and mapper.envelope == "page" and not mapper.reference_data:
            return "ids"
        # the whole list, as long as it has no more pages than objects are waited for
        return "items" if has_get and self.pages > len(self.waiting) else "list"

    @property
    def cost(self) -> int:
        """How many requests one reading takes, as far as is known."""
        return {"items": len(self.waiting), "ids": 1, "list": self.pages}[self.strategy]

    def listings(self) -> list[Listing]:
        """Return the lists that hold the objects still to be read."""
        if self.strategy == "list":
            return [listing_of(self.model, self.parents)]
        every = self._by_id(self.members)
        if len(every) > 1 and len(self.waiting) < len(self.members):
            fewer = self._by_id(self.waiting)
            # the others are read too, and stay fresh, where that costs no request
            return fewer if len(fewer) < len(every) else every
        return every

    def _by_id(self, objects: Iterable[Model]) -> list[Listing]:
        return listings_by_id(self.model, self.parents, [state_of(each).identity for each in objects])


def groups_of(objects: Iterable[Model], *, needs_get: frozenset[type[Model]]) -> list[RefreshGroup]:
    """Return objects by class and parents; those of the classes in `needs_get` are not read by lists."""
    found: dict[tuple[type[Model], tuple[object, ...]], RefreshGroup] = {}
    for each in objects:
        model, parents = type(each), state_of(each).parents
        # promise 17: the others are read in lists
        group = found.setdefault((model, parents), RefreshGroup(model, parents, needs_get=model in needs_get))
        group.members.append(each)
        group.waiting.append(each)
    return list(found.values())


def least_cost(model: type[Model], count: int, *, needs_get: bool) -> int:
    """Return how many requests it takes at least to read so many objects of one class below the same parents."""
    verbs = model.__mapper__.verbs
    if "list" not in verbs or ("get" in verbs and needs_get):
        return count
    return min(count, 1)


class RefreshResult:
    """The result of one reading: the objects that were read, those that are gone, and the failure that may pass."""

    def __init__(self) -> None:
        self.read: set[int] = set()
        """The `id()` of each object that was read."""
        self.gone: list[tuple[Model, NotFound]] = []
        self.failure: ApiError | TransportError | None = None

    def missing(self, group: RefreshGroup) -> list[Model]:
        """Return the objects of a group that were not read."""
        return [each for each in group.waiting if id(each) not in self.read]


class BulkRefresh:
    """Reads many objects again: by lists where these take fewer requests than objects, else by a GET of each."""

    def __init__(self, client: Client, loader: Loader, reader: Reader, relations: RelationReaders) -> None:
        self._client = client
        self._loader = loader
        self._reader = reader
        self._relations = relations

    def meeting(self, condition: Expression, model: type[Model], instances: Sequence[Model]) -> list[Model]:
        """Return those objects of a class that meet a condition, by what was last read of them.

        The lists of the relations that the condition follows are read; one that is refused is an error.
        """
        rows = [(state_of(each).parents, dict(state_of(each).body)) for each in instances]
        values = self._relations.of(model, condition, _raise).values(rows)
        return [each for each, value in zip(instances, values, strict=True) if value is True]

    def run(self, instances: Iterable[Model], needs_get: Iterable[Model] = ()) -> list[Model]:
        """Bring objects up to date, each once; pending changes stay. Returns those that are gone.

        Objects of one class below the same parents are read in one list filtered by id where the API can filter by it.
        Otherwise they are read in the whole list, where that takes fewer requests than GETs. The others, and those of
        the classes of `needs_get`, are read by a GET each, side by side. Raises the error that kept it from reading
        them.
        """
        once = {id(each): each for each in instances}
        result = self.read(groups_of(once.values(), needs_get=frozenset(map(type, needs_get))))
        if result.failure is not None:
            raise result.failure
        return [each for each, _ in result.gone]

    def read(self, groups: Sequence[RefreshGroup]) -> RefreshResult:
        """Read the objects of these groups again; those that are missing in a list are asked for by their own GETs."""
        result = RefreshResult()
        listed = [group for group in groups if group.strategy != "items"]
        readers = [(group, ListReader(self._client, listing)) for group in listed for listing in group.listings()]
        items = [each for group in groups if group.strategy == "items" for each in group.waiting]
        arrived = self._send([reader.opening for _, reader in readers], items)
        for group, reader in readers:
            self._take_rows(result, group, reader, next(arrived))
        for each in items:
            self._take_item(result, each, next(arrived))
        # after a failure a list may be incomplete, and what it lacks is not missing
        if result.failure is None:
            self._read_missing(result, listed)
        return result

    def _send(self, lists: list[Request], items: list[Model]) -> Iterator[Arrived]:
        requests = [*lists, *map(self._reader.request, items)]
        try:
            yield from send_in_order(self._client, requests)
        except TransportError as error:
            # the network is away: what was not answered yet is left for the next round
            yield error

    def _read_missing(self, result: RefreshResult, listed: Iterable[RefreshGroup]) -> None:
        """Ask for objects that no list showed: each may be gone, or too new for the list."""
        missing = [each for group in listed for each in result.missing(group)]
        single = [each for each in missing if "get" in each.__mapper__.verbs]
        result.gone += [(each, _not_found(each)) for each in missing if "get" not in each.__mapper__.verbs]
        for each, answer in zip(single, self._send([], single), strict=False):
            self._take_item(result, each, answer)

    # -- answers -----------------------------------------------------------------------------------------------------

    def _take_rows(self, result: RefreshResult, group: RefreshGroup, reader: ListReader, first: Arrived) -> None:
        """Take the rows of a list, until a GET of each object that is left takes fewer requests."""
        has_get = "get" in group.model.__mapper__.verbs
        try:
            for number, rows in enumerate(reader.after(first), 1):
                self._take(result, group, rows)
                left = len(result.missing(group))
                if not left or (has_get and reader.page_count - number > left):
                    break
        except NotFound:
            return  # the parent is gone, which the objects' own GETs confirm
        except (ApiError, TransportError) as error:
            _note_failure(result, error)
        if group.strategy == "list":
            group.pages = max(reader.page_count, 1)

    def _take(self, result: RefreshResult, group: RefreshGroup, rows: list[dict[str, Any]]) -> None:
        known = {state_of(each).identity: each for each in group.members}
        mapper = group.model.__mapper__
        loaded = Loaded.ROW if mapper.only_on_get else Loaded.WHOLE
        for row in rows:
            instance = known.get(identity_in(mapper, row))
            if instance is not None and id(instance) not in result.read:
                self._loader.take(instance, row, loaded)
                result.read.add(id(instance))

    def _take_item(self, result: RefreshResult, instance: Model, answer: Arrived) -> None:
        if isinstance(answer, NotFound):
            result.gone.append((instance, answer))
        elif isinstance(answer, Exception):
            _note_failure(result, answer)
        else:
            self._reader.take(instance, answer)
            result.read.add(id(instance))


def _raise(error: ApiError, path: str, parent: Model | None) -> bool:
    """Raise the error of a list: what it would tell is needed."""
    del path, parent
    raise error


def _note_failure(result: RefreshResult, error: Exception) -> None:
    """Keep a failure that may pass; raise every other one."""
    if not getattr(error, "retryable", False):
        raise error
    result.failure = cast("ApiError | TransportError", error)


def _not_found(instance: Model) -> NotFound:
    path = instance.__mapper__.collection_path(state_of(instance).parents)
    return NotFound(f"{instance.__describe__()} is not in GET {path}", status=404, method="GET", path=path)
