"""Connections to each API, shared by the accounts of a process: a token belongs to a request, not to a connection."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from threading import Lock
from typing import TYPE_CHECKING, Final

from linode_orm.wire.config import address_of
from linode_orm.wire.http import HttpTransport

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST: Final = 1024
"""How many connections to one API are open at most; threads open as many as they use."""
_SETTINGS: Final = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class SharedTransport(HttpTransport):
    """A transport that stays open when one of its clients is closed."""

    def close(self) -> None:
        """Do nothing: other accounts use the connections."""

    def let_go(self) -> None:
        """Let connections go."""
        super().close()


class _Shared:
    """The transports of this process, by address and by what the environment says of proxies and certificates."""

    def __init__(self) -> None:
        self._lock, self._runs = Lock(), 0
        self._transports: dict[tuple[str, ...], SharedTransport] = {}

    def get(self, url: str) -> SharedTransport:
        names = [each for name in _SETTINGS for each in (name, name.lower())]
        key = (url, *(os.environ.get(name, "") for name in names))
        with self._lock:
            if key not in self._transports:
                self._transports[key] = SharedTransport(url, connections=_MOST)
            return self._transports[key]

    def begin(self) -> None:
        with self._lock:
            self._runs += 1

    def end(self) -> None:
        with self._lock:
            self._runs -= 1
            transports = [] if self._runs else [*self._transports.values()]
            if transports:
                self._transports = {}
        for each in transports:
            with suppress(OSError):
                each.let_go()


_shared: Final = _Shared()


def transport_to(url: str | None) -> tuple[str, SharedTransport]:
    """Return the address of an API, the usual one for None, and the connections to it."""
    address = address_of(url)
    return address, _shared.get(address)


@contextmanager
def kept_connections() -> Iterator[None]:
    """Let connections go at the end of the last run of this process; a worker process keeps them between items."""
    _shared.begin()
    try:
        yield
    finally:
        _shared.end()
