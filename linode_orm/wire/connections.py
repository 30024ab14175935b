"""Connections of urllib3 whose answers have a deadline, and which count as dropped when they were idle for long."""

from __future__ import annotations

from functools import cache
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, cast

from requests.adapters import HTTPAdapter

from linode_orm import _test_run
from linode_orm.wire.config import is_loopback

if TYPE_CHECKING:
    import socket

    import urllib3
    from urllib3.connection import HTTPConnection as _Connection
    from urllib3.connectionpool import HTTPConnectionPool as _ConnectionPool
else:
    # mixed in when it is needed: a recorder of cassettes may have put another class under the name by now
    _Connection = _ConnectionPool = object

IDLE_SECONDS: Final = 20.0
"""How long an unused connection counts as alive: servers and routers drop older ones without a word."""


class _DeadlineReader(RawIOBase):
    """Reads a socket until a deadline: its own timeout starts anew with each byte, and an answer may drip for hours."""

    def __init__(self, raw: RawIOBase, sock: socket.socket) -> None:
        self._raw, self._sock = raw, sock
        self._timeout = sock.gettimeout()
        self._end = float("inf") if self._timeout is None else monotonic() + self._timeout

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401  as the base class has it
        left = self._end - monotonic()
        if left <= 0:
            msg = "the answer did not end in time"
            raise TimeoutError(msg)
        self._sock.settimeout(None if self._timeout is None else left)
        try:
            return cast("int | None", self._raw.readinto(buffer))
        finally:
            self._sock.settimeout(self._timeout)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _DeadlineResponse(HTTPResponse):
    """An answer whose head and body together have the time of one request."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  http.client's
        super().__init__(sock, *arguments, **options)
        self.fp = BufferedReader(_DeadlineReader(self.fp.detach(), sock))


class _Bounded(_Connection):
    """What is added to a connection of urllib3: its answers have a deadline, and idle for long, it counts as dropped.

    urllib3 opens a dropped connection anew before it sends. A POST on one that a router has forgotten would be lost
    unseen. The idle time counts from the head of the last answer, since a connection does not know when its body ended.
    """

    response_class = _DeadlineResponse
    _answered_at = float("inf")

    def connect(self) -> None:
        self._check_host()
        super().connect()

    def request(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  as urllib3's class has it
        self._check_host()  # once more: the connection may be open since a test that was allowed to open it
        super().request(*arguments, **options)

    def _check_host(self) -> None:
        """Let a test run refuse the API before a name is looked up; behind a proxy the API is the tunnel's end."""
        host = getattr(self, "_tunnel_host", None) or self.host
        if not is_loopback(host):
            _test_run.check_host(host)

    def getresponse(self) -> urllib3.HTTPResponse:  # type: ignore[override]  # as urllib3's class has it
        response = super().getresponse()
        self._answered_at = monotonic()
        return response

    @property
    def is_connected(self) -> bool:
        return super().is_connected and monotonic() - self._answered_at <= IDLE_SECONDS


@cache
def _bounded(connection_class: type[Any]) -> type[Any]:
    """Return a connection class of urllib3 with these bounds; that of a recorder of cassettes stays as it is."""
    if connection_class.__module__.partition(".")[0] != "urllib3":
        return connection_class
    return type(connection_class.__name__, (_Bounded, connection_class), {})


class _BoundedPool(_ConnectionPool):
    """What is added to a pool of urllib3: bounded connections.

    The class of its connections is looked up each time, for a recorder puts its own there meanwhile.
    """

    @property
    def ConnectionCls(self) -> type[Any]:  # type: ignore[override]  # noqa: N802  a variable, and the name, of urllib3
        return _bounded(super().ConnectionCls)


@cache
def _bounded_pool(pool_class: type[Any]) -> type[Any]:
    """Return a class of pools with bounded connections, whatever they lead through."""
    if issubclass(pool_class, _BoundedPool):
        return pool_class
    return type(pool_class.__name__, (_BoundedPool, pool_class), {})


def _bound(manager: urllib3.PoolManager) -> None:
    classes = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _bounded_pool(each) for scheme, each in classes.items()}


class BoundedAdapter(HTTPAdapter):
    """requests' adapter over such pools; it retries nothing by itself."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  as the adapter has it
        """Make the pools for requests without a proxy."""
        super().init_poolmanager(*arguments, **options)
        _bound(self.poolmanager)

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  as the adapter has it
        """Return the pools for requests through a proxy."""
        manager = super().proxy_manager_for(*arguments, **options)
        _bound(manager)
        return manager
