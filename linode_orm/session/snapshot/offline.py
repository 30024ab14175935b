"""The transport over a snapshot: answers the requests of reading sessions from the file, and sends nothing."""

from __future__ import annotations

import json
import re
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Never
from urllib.parse import quote, unquote
from weakref import finalize

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.model import resource
from linode_orm.mapping.relations import Many
from linode_orm.session.query.routes import inverse_relation
from linode_orm.session.snapshot.layout import layout_of, sql_name
from linode_orm.session.snapshot.sql_filter import ALL, SQLExpression, SQLFilter
from linode_orm.wire.messages import Response

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from sqlite3 import Connection

    from linode_orm.mapping import Model
    from linode_orm.wire.messages import Request

_PLACEHOLDER: Final = re.compile(r"\\\{\w+\\\}")
_PAGE: Final = 100
"""Rows of a page where the request names no size."""
_HEADERS: Final = {"content-type": "application/json"}


class _Route(NamedTuple):
    """What a path leads to: a list of a class, one object of it, or a list at another path."""

    model: type[Model]
    kind: str
    envelope: str
    via: str = ""
    """The key by which the rows of a list at another path name the object that the path names."""


class SnapshotTransport:
    """Answers GETs from a snapshot as the API would have answered them when it was made."""

    largest_page = _PAGE

    def __init__(self, connection: Connection, path: Path, names: list[str]) -> None:
        self._counted: dict[tuple[object, ...], int] = {}
        self._connection = connection
        self._path = path
        self._names = names
        self._lock = Lock()
        finalize(self, connection.close)  # a session does not close a client that it was given

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        """Answer one request; raise `InvalidRequestError` where the snapshot does not hold what it asks for."""
        del token, timeout
        if request.method != "GET" or request.url:
            self._refuse(request, "a snapshot is read, and nothing is written or sent")
        for pattern, route in self._routes:
            match = pattern.fullmatch(request.path)
            if match is not None:
                key = "/".join(quote(unquote(each), safe="") for each in match.groups())
                with self._lock:
                    return self._answer(request, route, key)
        return self._refuse(
            request,
            f"the snapshot {self._path} has nothing of it: what it holds stands in snapshot.models, and "
            "session.snapshot() leaves time series, public catalogues and credentials out unless they are named",
        )

    @staticmethod
    def _refuse(request: Request, why: str) -> Never:
        msg = f"{request.title} is not answered: {why}"
        raise InvalidRequestError(msg)

    @cached_property
    def _routes(self) -> list[tuple[re.Pattern[str], _Route]]:
        """The paths that are answered, those with fewer placeholders first: `/vpcs/ips` before `/vpcs/{id}`."""
        found = [(path, route) for name in self._names for path, route in _routes_of(resource(name), self._names)]
        found.sort(key=lambda each: each[0].count("{"))
        return [(_pattern(path), route) for path, route in found]

    def _answer(self, request: Request, route: _Route, key: str) -> Response:
        refused = self._refusal(request, route, key)
        if refused is not None:
            return refused
        table = sql_name(route.model.__name__)
        if route.kind == "item":
            found = self._connection.execute(f"SELECT _body FROM {table} WHERE _key = ?", (key,)).fetchone()  # noqa: S608  a quoted name
            return _response(request, 200, found[0].encode()) if found else _not_found(request)
        condition = self._below(route, key)
        if condition is None:
            return _not_found(request)
        return self._listed(request, route, table, condition)

    def _refusal(self, request: Request, route: _Route, key: str) -> Response | None:
        """Return the answer to a list that the API refused when the snapshot was made; None where it gave it."""
        mapper = route.model.__mapper__
        own = len(mapper.id_names) if route.kind == "item" else 0
        below = "" if route.via else "/".join(key.split("/")[: len(key.split("/")) - own])
        row = self._connection.execute(
            "SELECT status, reason FROM _skipped WHERE class = ? AND parents = ?", (route.model.__name__, below)
        ).fetchone()
        if row is None:
            return None
        status, reason = row
        return _response(request, status, json.dumps({"errors": [{"reason": reason}]}).encode())

    def _below(self, route: _Route, key: str) -> SQLExpression | None:
        """Return the condition on the rows of a list; None where what the list lies below is not there."""
        mapper = route.model.__mapper__
        if route.via:
            column = next(each for each in layout_of(route.model).columns if each.path[0].key == route.via)
            return SQLExpression(f"CAST({sql_name(column.name)} AS TEXT) = ?", (unquote(key.rpartition("/")[2]),))
        if not mapper.placeholders:
            return ALL
        parent = sql_name(str(mapper.parent))
        there = self._connection.execute(f"SELECT 1 FROM {parent} WHERE _key = ?", (key,)).fetchone()  # noqa: S608  a quoted name
        return SQLExpression("_parents = ?", (key,)) if there else None

    def _listed(self, request: Request, route: _Route, table: str, below: SQLExpression) -> Response:
        written = SQLFilter(layout_of(route.model))
        where = written.where(request.x_filter)
        condition, values = f"{below.text} AND {where.text}", (*below.values, *where.values)
        if route.envelope != "page":
            rows = self._connection.execute(f"SELECT _body FROM {table} WHERE {condition} ORDER BY rowid", values)  # noqa: S608  quoted names
            return _response(request, 200, _whole(route.envelope, [body for (body,) in rows]))
        page, size = int(request.query.get("page", 1)), int(request.query.get("page_size", _PAGE))
        order = written.order(request.x_filter)
        select = f"SELECT _body FROM {table} WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608  quoted names
        bodies = [body for (body,) in self._connection.execute(select, (*values, size, (page - 1) * size))]
        results = len(bodies)
        if page > 1 or results == size:
            results = self._count(table, condition, values)
        pages = max(1, -(-results // size))
        if page > pages:
            return _not_found(request)
        envelope = f'{{"data": [{", ".join(bodies)}], "page": {page}, "pages": {pages}, "results": {results}}}'
        return _response(request, 200, envelope.encode())

    def _count(self, table: str, condition: str, values: tuple[object, ...]) -> int:
        """Return how many rows meet a condition; nothing writes the file, so that each is counted once."""
        key = (table, condition, *values)
        if key not in self._counted:
            counted = self._connection.execute(f"SELECT count(*) FROM {table} WHERE {condition}", values)  # noqa: S608  quoted names
            (self._counted[key],) = counted.fetchone()
        return self._counted[key]

    def close(self) -> None:
        """Let the file go."""
        with self._lock:
            self._connection.close()


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(_PLACEHOLDER.sub("([^/]+)", re.escape(path)))


def _routes_of(model: type[Model], names: list[str]) -> Iterator[tuple[str, _Route]]:
    mapper = model.__mapper__
    if not mapper.singleton:
        yield mapper.path, _Route(model, "list", mapper.envelope)
    yield mapper.item_path, _Route(model, "item", "")
    for relation in mapper.relations.values():
        if isinstance(relation, Many) and relation.path and relation.target in names:
            back = inverse_relation(relation)
            target: Any = relation.model
            if back is not None:
                envelope = relation.envelope or target.__mapper__.envelope
                key = target.__mapper__.fields[back.via].key
                yield f"{mapper.item_path}/{relation.path}", _Route(target, "list", envelope, key)


def _whole(envelope: str, bodies: list[str]) -> bytes:
    """Return all rows as an answer that is no page holds them; of several places the first one takes them all."""
    rows = f"[{', '.join(bodies)}]"
    if envelope == "array":
        return rows.encode()
    place = envelope.removeprefix("rows:").split()[0] if envelope.startswith("rows:") else envelope.partition(":")[2]
    for key in reversed((place or "data").split(".")):
        rows = f'{{"{key}": {rows}}}'
    return rows.encode()


def _response(request: Request, status: int, content: bytes) -> Response:
    return Response(status, _HEADERS, content, request)


def _not_found(request: Request) -> Response:
    return _response(request, 404, b'{"errors": [{"reason": "Not found"}]}')
