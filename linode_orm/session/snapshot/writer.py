"""The writer: reads every list of a snapshot, side by side and page by page, and writes the rows as they arrive."""

from __future__ import annotations

from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast
from urllib.parse import unquote

from linode_orm._public import public
from linode_orm.errors import ApiError, BadRequest, Busy, Forbidden, NotFound, Unauthorized
from linode_orm.mapping.identity import identity_in
from linode_orm.output.cells import iso
from linode_orm.session.loading.account import NO_ACCOUNT, account_of
from linode_orm.session.loading.lists.listing import Listing
from linode_orm.session.loading.lists.pagination import ListReader
from linode_orm.session.snapshot.classes import typed_key
from linode_orm.session.snapshot.file import new_file
from linode_orm.session.snapshot.layout import FORMAT, count_of, key_text, layout_of, sql_name
from linode_orm.version import VERSION
from linode_orm.wire.api_time import ApiTime
from linode_orm.wire.messages import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from sqlite3 import Connection

    from linode_orm.mapping import Model
    from linode_orm.session.snapshot.layout import Layout
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Response

    Body = dict[str, Any]
    Key = tuple[object, ...]
    Tell = Callable[["SnapshotEntry", int, int], None]

_PORTION: Final = 256
"""How many lists are asked for side by side; their answers wait here until they are written."""
_PAGES: Final = 1
"""How many further pages of one list are asked for at once: each waits here parsed, which takes ten times its bytes."""
_REFUSED: Final = (BadRequest, Unauthorized, Forbidden, NotFound)


@public
class SnapshotEntry(NamedTuple):
    """One list of a snapshot: its request, `read` or `skipped`, and how many rows it had, or why it was refused."""

    operation: str
    status: str
    note: str


class _Place(NamedTuple):
    """One list, or one single object, of a class below some parents."""

    layout: Layout
    parents: Key

    @property
    def path(self) -> str:
        mapper = self.layout.model.__mapper__
        return mapper.path_for(None, self.parents) if mapper.singleton else mapper.collection_path(self.parents)


class SnapshotWriter:
    """Writes one snapshot; memory does not grow with the number of rows."""

    def __init__(self, client: Client, connection: Connection, tell: Tell | None) -> None:
        self._client = client
        self._connection = connection
        self._tell = tell
        self._done = 0
        self._planned = 0
        self._refused: list[ApiError] = []

    def write(self, classes: Sequence[type[Model]]) -> None:
        """Read and write every class, those of the parents first; raise the first refusal where nothing can be read."""
        layouts = [layout_of(model) for model in classes]
        for each in layouts:
            self._connection.execute(each.definition)
        for depth in sorted({each.model.__mapper__.parent_count for each in layouts}):
            level = [each for each in layouts if each.model.__mapper__.parent_count == depth]
            self._planned += sum(map(self._number_of_places, level))
            self._read(place for layout in level for place in self._places(layout))
        if self._refused and self._done == len(self._refused):
            raise self._refused[0]
        for each in layouts:
            self._finish(each)

    def _finish(self, layout: Layout) -> None:
        for statement in layout.indexes:
            self._connection.execute(statement)
        row = (layout.name, layout.model.__mapper__.path, count_of(self._connection, layout.name))
        self._connection.execute("INSERT INTO _classes VALUES (?, ?, ?)", row)

    def _number_of_places(self, layout: Layout) -> int:
        parent = layout.model.__mapper__.parent
        return 1 if parent is None else count_of(self._connection, str(parent))

    def _places(self, layout: Layout) -> Iterator[_Place]:
        """Yield the lists of a class: one, or one below each parent that was read before."""
        mapper = layout.model.__mapper__
        if mapper.parent is None:
            yield _Place(layout, ())
            return
        parent = cast("type[Model]", mapper.relations[str(mapper.parent_attribute)].model)
        rows = self._connection.execute(f"SELECT _key FROM {sql_name(str(mapper.parent))} WHERE _key IS NOT NULL")  # noqa: S608  a quoted name
        while portion := rows.fetchmany(_PORTION):
            for (key,) in portion:
                segments = tuple(map(unquote, key.split("/"))) if key else ()
                yield _Place(layout, typed_key(parent, segments))

    def _read(self, places: Iterable[_Place]) -> None:
        """Read lists, a portion side by side: the answers are written in the order in which they come."""
        rest = iter(places)
        while portion := list(islice(rest, _PORTION)):
            readers = [self._reader(each) for each in portion]
            for outcome in self._client.send_all([self._opening(*each) for each in zip(portion, readers, strict=True)]):
                place, reader = portion[outcome.index], readers[outcome.index]
                first = [outcome.response or outcome.error]
                del outcome  # what is taken out of the list is then held by nobody else
                self._take(place, reader, first)

    def _reader(self, place: _Place) -> ListReader:
        mapper = place.layout.model.__mapper__
        listing = Listing(place.layout.model, place.path, place.parents, envelope=mapper.envelope)
        return ListReader(self._client, listing, pages_ahead=_PAGES)

    @staticmethod
    def _opening(place: _Place, reader: ListReader) -> Request:
        mapper = place.layout.model.__mapper__
        return Request("GET", place.path, version=mapper.version) if mapper.singleton else reader.opening

    def _take(self, place: _Place, reader: ListReader, first: list[Response | Exception | None]) -> None:
        """Write the rows of one list; note a list that is refused, whether at its start or at a later page."""
        count = 0
        try:
            for bodies in self._pages(place, reader, first):
                self._insert(place, bodies)
                count += len(bodies)
        except _REFUSED as error:
            if isinstance(error, Busy):
                raise
            self._skip(place, error)
            return
        self._report(place, "read", f"{count} rows")

    @staticmethod
    def _pages(place: _Place, reader: ListReader, first: list[Response | Exception | None]) -> Iterator[list[Body]]:
        if not place.layout.model.__mapper__.singleton:
            yield from reader.after(cast("Response | Exception", first.pop()))
            return
        answer = first.pop()
        if isinstance(answer, Exception):
            raise answer
        if answer is None or answer.status == HTTPStatus.NO_CONTENT:
            return  # an unrestricted user has no grants
        body = answer.json()
        identity_in(place.layout.model.__mapper__, body)  # raises where the answer is no object of the class
        yield [cast("Body", body)]

    def _insert(self, place: _Place, bodies: list[Body]) -> None:
        mapper = place.layout.model.__mapper__
        identities = [identity_in(mapper, body) if mapper.id_names else None for body in bodies]
        self._connection.executemany(place.layout.insertion, place.layout.rows(place.parents, identities, bodies))

    def _skip(self, place: _Place, error: ApiError) -> None:
        self._refused.append(error)
        row = (place.layout.name, key_text(place.parents), place.path, error.status, str(error))
        self._connection.execute("INSERT INTO _skipped VALUES (?, ?, ?, ?, ?)", row)
        self._report(place, "skipped", str(error))

    def _report(self, place: _Place, status: str, note: str) -> None:
        self._done += 1
        if self._tell is not None:
            self._tell(SnapshotEntry(f"GET {place.path}", status, note), self._done, self._planned)


def write_snapshot(client: Client, path: Path, classes: Sequence[type[Model]], tell: Tell | None) -> None:
    """Write what a client may read of some classes to a file, which appears whole or not at all."""
    try:
        account = account_of(client)
    except (Unauthorized, Forbidden):
        account = NO_ACCOUNT  # a restricted token may read neither account nor profile
    with new_file(path) as connection:
        SnapshotWriter(client, connection, tell).write(classes)
        about = {"format": str(FORMAT), "version": VERSION, "made": iso(ApiTime.now(client).at), "account": account}
        connection.executemany("INSERT INTO _snapshot VALUES (?, ?)", about.items())
