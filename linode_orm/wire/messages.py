"""Requests and responses as values: what transports take and give."""

from __future__ import annotations

import json
from concurrent.futures import CancelledError
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import Factory, field, frozen

from linode_orm._printable import printable
from linode_orm._secrets import masked, secret_strings
from linode_orm.errors import InvalidRequestError, ResponseError
from linode_orm.wire.json_content import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
"""Any value of JSON."""

JSON_TYPE: Final = "application/json"
_REPEATABLE: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_NO_QUERY: Final[dict[str, str | int]] = {}


@frozen(eq=False)
class Content:
    """The content of a request that is no JSON: its type, its length, and its bytes, read anew for each try."""

    kind: str
    length: int
    chunks: Callable[[], Iterator[bytes]]


@frozen(eq=False, repr=False)
class Request:
    """One request to the API.

    `path` is quoted already and begins behind the version: `/volumes/1`. `body` is JSON, None for none. `x_filter`
    goes into the header of that name. Values under `secret_keys`, at any depth, are shown to nobody. `idempotent`
    says whether sending it twice does the same as once; by default that holds for all methods but POST.

    `content` stands in place of a body. `url` is a whole address elsewhere, such as the one that takes an image: the
    client's token is not sent there, `token` is where there is one. `accept` is the type of the answer.
    """

    method: str
    path: str
    version: str = "v4"
    query: Mapping[str, str | int] = _NO_QUERY
    x_filter: Mapping[str, object] | None = None
    body: object = None
    secret_keys: frozenset[str] = frozenset()
    idempotent: bool = Factory(lambda self: self.method in _REPEATABLE, takes_self=True)
    content: Content | None = None
    url: str = ""
    token: str | None = None
    accept: str = JSON_TYPE

    @property
    def title(self) -> str:
        """The method and path, as messages name a request."""
        return printable(f"{self.method} {self.path}")

    @property
    def shown_body(self) -> object:
        """The body with its secrets masked: those under `secret_keys`, and those that their keys name."""
        return masked(self.body, self.secret_keys)

    def encoded_body(self) -> bytes:
        """Return the body as JSON; raise `InvalidRequestError`, before a byte is sent, if it cannot be written so."""
        try:
            return json.dumps(self.body, separators=(",", ":"), allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            reason = type(error).__name__  # its text may show the body
        msg = f"{self.title} is not sent: its body cannot be written as JSON ({reason})"
        raise InvalidRequestError(msg)

    def secrets(self) -> tuple[str, ...]:
        """Return the strings that must not be shown."""
        return tuple(secret_strings([self.body, dict(self.query)], self.secret_keys))

    def __repr__(self) -> str:
        body = f" {self.shown_body!r}" if self.body is not None else ""
        query = f" {masked(dict(self.query), self.secret_keys)!r}" if self.query else ""
        filtered = f" X-Filter {masked(dict(self.x_filter), self.secret_keys)!r}" if self.x_filter else ""
        return f"<Request {self.title}{query}{filtered}{body}>"


@frozen(eq=False, repr=False)
class Response:
    """One answer: `headers` have lower-case names, `elapsed` is in seconds, `tries` counts the times it was sent."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    request: Request
    elapsed: float = 0.0
    tries: int = 1
    _parsed: list[JSON] = field(factory=list, init=False)

    def json(self) -> JSON:
        """Return the parsed content, None if it is empty; raise `ResponseError` if it is no JSON."""
        if not self.content:
            return None
        if self._parsed:
            return self._parsed[0]
        with suppress(ValueError, RecursionError):
            self._parsed.append(parse_json(self.content))
            return self._parsed[0]
        kind = printable(self.headers.get("content-type", "no content type"))
        msg = f"{self.request.title}: the answer ({self.status}, {kind}, {len(self.content)} bytes) is no JSON"
        raise unreadable(msg)  # not chained: the decoder's error holds the answer, which may hold a secret

    def decoded(self) -> object:
        """Return the parsed content, {} for 204; raise `ResponseError` if it is empty or no JSON.

        The API sends `{}` at least. A proxy may answer 200 in its place, with nothing or a page to sign in on.
        """
        if self._parsed:
            return self._parsed[0]
        if not self.content and self.status != HTTPStatus.NO_CONTENT:
            msg = f"{self.request.title}: the answer ({self.status}) is empty, which no answer of the API is"
            raise unreadable(msg)
        return self.json() if self.content else {}

    def __repr__(self) -> str:
        return f"<Response {self.status} to {self.request.title}, {len(self.content)} bytes>"


def given_up(request: Request) -> CancelledError:
    """Return the error for a request that nobody wants any more; nothing of it was sent."""
    return CancelledError(f"{request.title} was not sent: it was given up before its turn came")


def unreadable(message: str) -> ResponseError:
    """Return the error for an answer that cannot be parsed; the request may be sent again."""
    error = ResponseError(message)
    error.retryable = True
    return error
