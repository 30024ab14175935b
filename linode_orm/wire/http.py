"""The transport over HTTP, by requests: one pool of connections for all threads."""

from __future__ import annotations

import json
import os
import ssl
import sys
from contextlib import contextmanager, nullcontext, suppress
from http import HTTPStatus
from threading import RLock
from time import monotonic
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import requests
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import LocationValueError, NameResolutionError, NewConnectionError

from linode_orm import _test_run
from linode_orm.errors import ConfigError, InvalidRequestError, LinodeORMError, ResponseError, TransportError
from linode_orm.wire.connections import BoundedAdapter
from linode_orm.wire.messages import JSON_TYPE, Request, Response
from linode_orm.wire.proxies import Proxies

if TYPE_CHECKING:
    from collections.abc import Iterator

USER_AGENT: Final = "linode_orm"
_CHUNK: Final = 1 << 16
_ENCODINGS: Final = frozenset({"", "identity", "gzip", "x-gzip", "deflate"})
"""The encodings that are read: one alone, for each one more may multiply the length by a thousand."""
_LARGEST: Final = 64 << 20
"""Bytes of the longest answer of the API that is read; files that are asked for may be longer."""


_recorded_turn: Final = RLock()


@contextmanager
def _turn() -> Iterator[None]:
    """Let one request at a time pass where vcrpy has put its connections in the place of urllib3's.

    While it records it takes them away for a moment, for all threads, and would miss what another thread sends then.
    The lock is taken before the look, because that moment belongs to a thread that holds it.
    """
    _recorded_turn.acquire()
    held = HTTPConnectionPool.ConnectionCls.__module__.partition(".")[0] != "urllib3"
    if held:
        _test_run.recorder_seen()
    else:
        _recorded_turn.release()
    try:
        yield
    finally:
        if held:
            _recorded_turn.release()


class HttpTransport:
    """Sends requests to one API; `connections` is how many at once.

    Redirects are not followed, `.netrc` is not read, cookies are not kept. Proxies and certificates are taken from the
    environment once. A request to this machine goes through no proxy: it may carry the token in the clear. After a fork
    the child opens connections of its own.
    """

    def __init__(self, base_url: str, *, connections: int = 8) -> None:
        self._base_url = base_url
        self._connections = connections
        self._proxies = Proxies(base_url)
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        self._verify: bool | str = bundle or True
        self._usable = ""
        self._process = os.getpid()
        self._adapter = self._opened()

    def _opened(self) -> BoundedAdapter:
        return BoundedAdapter(pool_connections=2, pool_maxsize=self._connections, max_retries=0, pool_block=True)

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        """Send one request once; raise `TransportError` where no whole answer arrives within `timeout` seconds.

        Raises `ResponseError` for an answer that is longer than any of the API, or in an encoding that was not asked
        for. Raises `InvalidRequestError` for a request that HTTP cannot carry. Raises `ConfigError` where the
        certificates or the proxy that the environment names cannot be used. Nothing was sent in the last two cases.
        """
        if os.getpid() != self._process:
            self._process, self._adapter = os.getpid(), self._opened()
        prepared = self._prepared(request, token)
        self._check_certificates(request, prepared.url or "")
        proxies = self._proxies.of(prepared.url or "", request.title)
        with _turn() if "vcr" in sys.modules else nullcontext():
            began = monotonic()
            outcome = self._sent(request, prepared, timeout, proxies)
            if not isinstance(outcome, requests.Response):
                raise outcome
            content = _read(outcome, request, began + timeout)
        if not isinstance(content, bytes):
            raise content
        headers = {name.lower(): value for name, value in outcome.headers.items()}
        return Response(outcome.status_code, headers, content, request, monotonic() - began)

    def _sent(
        self, request: Request, prepared: requests.PreparedRequest, timeout: float, proxies: dict[str, str]
    ) -> requests.Response | LinodeORMError:
        """Return the head of the answer, or the error that stands for whatever the libraries below raised.

        The error is returned, and raised outside of the handler, so that no frame that holds the headers of the request
        is part of its traceback.
        """
        try:
            return self._adapter.send(prepared, stream=True, timeout=timeout, verify=self._verify, proxies=proxies)
        except InvalidRequestError as error:  # of a test run
            error.args = (f"{request.title} is not sent: {error}",)
            return error
        except Exception as error:  # noqa: BLE001  a hostile answer raises what no library documents
            return _broken(request, error)

    def _check_certificates(self, request: Request, url: str) -> None:
        """Raise `ConfigError` where the bundle of certificates cannot be used: no other try would find it."""
        if not isinstance(self._verify, str) or self._verify == self._usable or not url.startswith("https"):
            return
        reason = _trouble_with(self._verify)
        if reason:
            msg = f"{request.title} is not sent: {reason}; correct REQUESTS_CA_BUNDLE or CURL_CA_BUNDLE"
            raise ConfigError(msg)
        self._usable = self._verify

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


def _trouble_with(bundle: str) -> str:
    """Return why a bundle of certificates cannot be used, an empty text where it can; a folder is searched later."""
    if not os.path.exists(bundle):  # noqa: PTH110  a path of any kind
        return f"there is no bundle of certificates at {bundle}"
    try:
        if not os.path.isdir(bundle):  # noqa: PTH112  the same
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(bundle)
    except OSError as error:
        return f"{bundle} is no bundle of certificates ({error.strerror or type(error).__name__})"
    return ""


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
