"""One HTTP request as it arrives at the simulator's server: its bytes are read within bounds, or it is refused."""

from __future__ import annotations

import re
from io import RawIOBase
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Never
from urllib.parse import parse_qsl, urlsplit

from attrs import frozen

from linode_orm.simulator.files import PLACES, SIGNED, described, is_file
from linode_orm.simulator.strict_json import parse_json

if TYPE_CHECKING:
    import socket
    from email.message import Message
    from io import BufferedIOBase

VERSIONS: Final = ("/v4beta", "/v4", "/v2beta")
LARGEST_BODY: Final = 8 << 20
"""Bytes of the longest JSON that is read."""
LARGEST_FILE: Final = 1 << 30
"""Bytes of the longest file that is read."""
_FORM: Final = "application/x-www-form-urlencoded"
_LONGEST_LINE: Final = 1 << 12
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_BAD_REQUEST: Final = 400
_TOO_LARGE: Final = 413


class BadRequest(Exception):  # noqa: N818  it becomes an answer
    """A request that is no request of HTTP, or none that is read: `status` and `reason` answer it."""

    def __init__(self, reason: str, status: int = _BAD_REQUEST) -> None:
        super().__init__(reason)
        self.reason, self.status = reason, status


class TimedReader(RawIOBase):
    """Reads a socket until a deadline, which `allow` sets, so that no slow client holds a thread for ever."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._end = 0.0

    def allow(self, seconds: float) -> None:
        """Let the next request take so many seconds."""
        self._end = monotonic() + seconds

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401  as the base class has it
        """Read what has arrived; raise `TimeoutError` after the deadline."""
        left = self._end - monotonic()
        if left <= 0:
            msg = "the request did not end in time"
            raise TimeoutError(msg)
        self._connection.settimeout(left)
        try:
            return self._connection.recv_into(buffer)
        finally:
            self._connection.settimeout(None)


@frozen
class HttpRequest:
    """A request that was read: `path` is the one below the version, which is empty where files lie."""

    path: str
    version: str
    query: dict[str, str]
    x_filter: str | None
    body: object
    token: str | None


def read_request(target: str, headers: Message, stream: BufferedIOBase) -> HttpRequest | None:
    """Read the rest of a request after its head; None where no API lies at its path. Raise `BadRequest`."""
    try:
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        _refuse("Invalid URL")
    version = next((each for each in VERSIONS if parts.path.startswith(f"{each}/")), None)
    if parts.path.startswith(PLACES):
        version = ""
    kind = headers.get("Content-Type") or ""
    raw = _content(headers, stream, LARGEST_FILE if is_file(kind) or version == "" else LARGEST_BODY)
    if version is None:
        return None
    holds_file = is_file(kind) or (bool(raw) and not version)  # whatever is put where files lie
    scheme, _, token = (headers.get("Authorization") or "").partition(" ")
    has_token = scheme.lower() == "bearer" and token.strip()
    return HttpRequest(
        path=parts.path.removeprefix(version),
        version=version,
        query=query,
        x_filter=headers.get("X-Filter"),
        body=_described(kind, raw) if holds_file else _parsed(kind, raw),
        token=token.strip() if has_token else None if version else SIGNED,
    )


def _refuse(reason: str, status: int = _BAD_REQUEST) -> Never:
    raise BadRequest(reason, status)


def _content(headers: Message, stream: BufferedIOBase, largest: int) -> bytes:
    """Return the bytes of the body, by its length or chunk by chunk."""
    lengths, codings = headers.get_all("Content-Length", []), headers.get_all("Transfer-Encoding", [])
    if codings:
        if lengths or len(codings) > 1 or codings[0].strip().lower() != "chunked":
            _refuse("Invalid Transfer-Encoding")
        return _chunks(stream, largest)
    if not lengths:
        return b""
    if len({each.strip() for each in lengths}) > 1 or not _LENGTH.fullmatch(lengths[0].strip()):
        _refuse("Invalid Content-Length")
    return _exactly(stream, int(lengths[0]), largest)


def _exactly(stream: BufferedIOBase, length: int, largest: int) -> bytes:
    if length > largest:
        _refuse("Request body is too large", _TOO_LARGE)
    content = stream.read(length)
    if len(content) < length:
        _refuse("Request body is not complete")
    return content


def _chunks(stream: BufferedIOBase, largest: int) -> bytes:
    found, left = [], largest
    while length := _next_length(stream):
        found.append(_exactly(stream, length, left))
        left -= length
        if stream.readline(3).strip(b"\r\n"):
            _refuse("Invalid chunk")
    for _ in range(_LONGEST_LINE):  # trailers say nothing here
        if not stream.readline(_LONGEST_LINE).strip(b"\r\n"):
            return b"".join(found)
    _refuse("Invalid trailer")


def _next_length(stream: BufferedIOBase) -> int:
    match = _CHUNK.fullmatch(stream.readline(_LONGEST_LINE))
    if match is None:
        _refuse("Invalid chunk")
    return int(match[1], 16)


def _described(kind: str, raw: bytes) -> object:
    try:
        return described(kind, raw)
    except (ValueError, LookupError):
        _refuse("Invalid file")


def _parsed(kind: str, raw: bytes) -> object:
    """Return a body of JSON, whatever the client calls it; one that is called a form, and is no JSON, is none.

    So `@linode/api-v4` asks for the token of a child account, and Cloud Manager gets one.
    """
    if not raw.strip():
        return None
    try:
        return parse_json(raw)
    except ValueError:
        if kind.lower().startswith(_FORM):
            return None
        _refuse("Invalid JSON")
