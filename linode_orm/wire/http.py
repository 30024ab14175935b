"""The transport over HTTP: the one module that knows requests, one pool of connections for all threads."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from functools import cache
from http import HTTPStatus
from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlencode, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import LocationValueError, NameResolutionError, NewConnectionError

from linode_orm.errors import ConfigError, InvalidRequestError, LinodeORMError, ResponseError, TransportError
from linode_orm.wire.config import is_loopback
from linode_orm.wire.messages import JSON_TYPE, Request, Response

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    import urllib3
    from urllib3.connection import HTTPConnection as _Connection
else:
    # mixed in when it is needed: a recorder of cassettes may have put another class under the name by now
    _Connection = object

USER_AGENT: Final = "linode_orm"
IDLE_SECONDS: Final = 20.0
"""How long an unused connection counts as alive: servers and routers drop older ones without a word."""
_CHUNK: Final = 1 << 16
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
"""The encodings that are read: one alone, for each one more may multiply the length by a thousand."""
_LARGEST: Final = 64 << 20
"""Bytes of the longest answer of the API that is read; files that are asked for may be longer."""


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


class _Pool(HTTPConnectionPool):
    """A pool of bounded connections. The class is looked up each time, for a recorder puts its own there meanwhile."""

    @property
    def ConnectionCls(self) -> type[Any]:  # type: ignore[override]  # noqa: N802  a variable, and the name, of urllib3
        return _bounded(HTTPConnectionPool.ConnectionCls)


class _SecurePool(HTTPSConnectionPool):
    """The same over TLS."""

    @property
    def ConnectionCls(self) -> type[Any]:  # type: ignore[override]  # noqa: N802  the same
        return _bounded(HTTPSConnectionPool.ConnectionCls)


_POOLS: Final = {"http": _Pool, "https": _SecurePool}


class _Adapter(HTTPAdapter):
    """requests' adapter over such pools; it retries nothing by itself."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  as the adapter has it
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> Any:  # noqa: ANN401  as the adapter has it
        manager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class HttpTransport:
    """Sends requests to one API; `connections` is how many at once.

    Redirects are not followed, `.netrc` is not read, cookies are not kept. Proxies and certificates are taken from the
    environment once. A request to this machine goes through no proxy: it may carry the token in the clear. After a fork
    the child opens connections of its own.
    """

    def __init__(self, base_url: str, *, connections: int = 8) -> None:
        self._base_url = base_url
        self._connections = connections
        self._proxies = dict(requests.utils.get_environ_proxies(base_url))
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        self._verify: bool | str = bundle or True
        self._process = os.getpid()
        self._adapter = self._opened()

    def _opened(self) -> _Adapter:
        return _Adapter(pool_connections=2, pool_maxsize=self._connections, max_retries=0, pool_block=True)

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        """Send one request once; raise `TransportError` where no whole answer arrives within `timeout` seconds.

        Raises `ResponseError` for an answer that is longer than any of the API, or in an encoding that was not asked
        for, `InvalidRequestError` for a request that HTTP cannot carry, and `ConfigError` where the bundle of
        certificates that the environment names is not there. Nothing was sent in the last two cases.
        """
        if os.getpid() != self._process:
            self._process, self._adapter = os.getpid(), self._opened()
        prepared = self._prepared(request, token)
        self._check_certificates(request, prepared.url or "")
        began = monotonic()
        outcome = self._sent(request, prepared, timeout)
        if not isinstance(outcome, requests.Response):
            raise outcome
        content = _read(outcome, request, began + timeout)
        if not isinstance(content, bytes):
            raise content
        headers = {name.lower(): value for name, value in outcome.headers.items()}
        return Response(outcome.status_code, headers, content, request, monotonic() - began)

    def _sent(
        self, request: Request, prepared: requests.PreparedRequest, timeout: float
    ) -> requests.Response | LinodeORMError:
        """Return the head of the answer, or the error that stands for whatever the libraries below raised.

        The error is returned, and raised outside of the handler, so that no frame that holds the headers of the request
        is part of its traceback.
        """
        try:
            proxies = {} if is_loopback(urlsplit(prepared.url or "").hostname or "") else self._proxies
            return self._adapter.send(prepared, stream=True, timeout=timeout, verify=self._verify, proxies=proxies)
        except Exception as error:  # noqa: BLE001  a hostile answer raises what no library documents
            return _broken(request, error)

    def _check_certificates(self, request: Request, url: str) -> None:
        """Raise `ConfigError` where the bundle of certificates is not there: no other try would find it."""
        if isinstance(self._verify, str) and url.startswith("https") and not os.path.exists(self._verify):  # noqa: PTH110  a path of any kind
            msg = (
                f"{request.title} is not sent: there is no bundle of certificates at {self._verify}; "
                "correct REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
            )
            raise ConfigError(msg)

    def _prepared(self, request: Request, token: str | None) -> requests.PreparedRequest:
        """Make requests' own value; its `prepare` would undo the quoting of the path."""
        try:
            return self._encoded(request, token)
        except (TypeError, ValueError, RecursionError) as error:
            reason = type(error).__name__  # its text may show the filter
        msg = f"{request.title} is not sent: its address or its filter cannot be encoded ({reason})"
        raise InvalidRequestError(msg)

    def _encoded(self, request: Request, token: str | None) -> requests.PreparedRequest:
        prepared = requests.PreparedRequest()
        prepared.method = request.method
        prepared.url = request.url or f"{self._base_url}/{request.version}{request.path}"
        if request.query:
            prepared.url += "?" + urlencode(request.query)
        prepared.url.encode("ascii")
        headers = {"User-Agent": USER_AGENT, "Accept": request.accept, "Accept-Encoding": "gzip, deflate"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if request.x_filter:
            headers["X-Filter"] = json.dumps(request.x_filter)
        if request.content is not None:
            prepared.body = request.content.chunks()  # type: ignore[assignment]  # an iterator, as urllib3 takes it
            headers["Content-Type"] = request.content.kind
            headers["Content-Length"] = str(request.content.length)
        elif request.body is not None:
            prepared.body = request.encoded_body()
            headers["Content-Type"] = "application/json"
            headers["Content-Length"] = str(len(prepared.body))
        elif request.method in {"POST", "PUT"}:
            headers["Content-Length"] = "0"
        prepared.headers = CaseInsensitiveDict(headers)
        return prepared

    def close(self) -> None:
        """Let connections go."""
        self._adapter.close()


def _read(answer: requests.Response, request: Request, end: float) -> bytes | LinodeORMError:
    """Return the content of an answer, or the error that stands for whatever the libraries below raised."""
    try:
        _check_head(answer, request)
        return b"".join(_content(answer, request, end))
    except LinodeORMError as error:
        return error
    except Exception as error:  # noqa: BLE001  a hostile answer raises what no library documents
        return TransportError(f"{request.title}: the answer broke off ({type(error).__name__})", sent=True)
    finally:
        with suppress(Exception):
            answer.close()


def _check_head(answer: requests.Response, request: Request) -> None:
    """Raise an error for an answer that none follows, and for one that may unpack to any length."""
    if answer.status_code < HTTPStatus.OK:
        msg = f"{request.title}: only an interim answer ({answer.status_code}) came"
        raise TransportError(msg, sent=True)
    encoding = answer.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        msg = f"{request.title}: the answer ({answer.status_code}) is encoded as {encoding!r}, which was not asked for"
        raise ResponseError(msg)


def _content(answer: requests.Response, request: Request, end: float) -> Iterator[bytes]:
    length = 0
    for chunk in answer.iter_content(_CHUNK):
        length += len(chunk)
        if length > _LARGEST and request.accept == JSON_TYPE:
            msg = f"{request.title}: the answer ({answer.status_code}) is longer than {_LARGEST >> 20} MiB"
            raise ResponseError(msg)
        if monotonic() > end:
            msg = f"{request.title}: the answer did not end"
            raise TransportError(msg, sent=True, timed_out=True)
        yield chunk


def _broken(request: Request, error: Exception) -> TransportError:
    """Say what happened, and whether the API can have seen the request; the error's own text may hold the address."""
    if isinstance(error, requests.ConnectTimeout):
        return TransportError(f"{request.title}: no connection", sent=False, timed_out=True)
    if isinstance(error, requests.Timeout):
        return TransportError(f"{request.title}: no answer", sent=None, timed_out=True)
    if isinstance(error, requests.exceptions.SSLError):
        return TransportError(f"{request.title}: no secure connection: {_reason(error)}", sent=False)
    if isinstance(error, requests.exceptions.ProxyError):
        return TransportError(f"{request.title}: the proxy could not be reached", sent=False)
    if isinstance(error, (requests.exceptions.InvalidURL, LocationValueError)):
        return TransportError(f"{request.title}: the address names no host", sent=False)
    reason = _reason(error)
    if isinstance(reason, NameResolutionError):
        return TransportError(f"{request.title}: the API's host name is unknown", sent=False)
    if isinstance(reason, NewConnectionError):
        return TransportError(f"{request.title}: the connection was refused", sent=False)
    return TransportError(f"{request.title}: the connection broke ({type(error).__name__})", sent=None)


def _reason(error: Exception) -> object:
    inner = error.args[0] if error.args else None
    return getattr(inner, "reason", inner)
