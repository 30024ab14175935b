"""Requests and responses as values: what transports take and give."""

from __future__ import annotations

import json
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import Factory, field, frozen

from linode_orm.errors import ResponseError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
"""Any value of JSON."""

JSON_TYPE: Final = "application/json"
MASK: Final = "***"
"""What stands where a secret was."""

_REPEATABLE: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
_NOTHING: Final[dict[str, str | int]] = {}


@frozen(eq=False)
class Content:
    """What a request carries that is no JSON: its type, its length, and its bytes, given anew for each try."""

    kind: str
    length: int
    chunks: Callable[[], Iterator[bytes]]


@frozen(eq=False, repr=False)
class Request:
    """One request to the API.

    `path` is quoted already and begins behind the version: `/volumes/1`. `body` is JSON, None for none. `x_filter`
    goes into the header of that name. Values under `secret_keys`, at any depth, are shown to nobody. `idempotent`
    says whether sending it twice does the same as once; unless told, that is so for all methods but POST.

    `content` stands in place of a body. `url` is a whole address elsewhere, such as the one that takes an image: the
    client's token is not sent there, `token` is where there is one. `accept` is the type of the answer.
    """

    method: str
    path: str
    version: str = "v4"
    query: Mapping[str, str | int] = _NOTHING
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
        return f"{self.method} {self.path}"

    @property
    def shown_body(self) -> object:
        """The body without its secrets."""
        return masked(self.body, self.secret_keys) if self.secret_keys else self.body

    def secrets(self) -> tuple[str, ...]:
        """Give the texts that must not be shown."""
        return tuple(_texts_at(self.body, self.secret_keys)) if self.secret_keys else ()

    def __repr__(self) -> str:
        body = f" {self.shown_body!r}" if self.body is not None else ""
        asked = f" {dict(self.query)!r}" if self.query else ""
        filtered = f" X-Filter {dict(self.x_filter)!r}" if self.x_filter else ""
        return f"<Request {self.title}{asked}{filtered}{body}>"


@frozen(eq=False, repr=False)
class Response:
    """One answer: `headers` have lower-case names, `elapsed` is in seconds, `tries` counts how often it was asked."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    request: Request
    elapsed: float = 0.0
    tries: int = 1
    _parsed: list[JSON] = field(factory=list, init=False)

    def json(self) -> JSON:
        """Give the content, parsed; None where there is none; raise `ResponseError` where it is no JSON."""
        if not self.content:
            return None
        if self._parsed:
            return self._parsed[0]
        with suppress(ValueError, RecursionError):
            self._parsed.append(json.loads(self.content))
            return self._parsed[0]
        kind = self.headers.get("content-type", "no content type")
        msg = f"{self.request.title}: the answer ({self.status}, {kind}, {len(self.content)} bytes) is no JSON"
        raise garbled(msg)  # the decoder's error holds the answer, and there may be a secret in it

    def told(self) -> object:
        """Give the answer, parsed; raise `ResponseError` where there is none: the API sends `{}` at least.

        What stands between this machine and the API may answer 200 for it, with nothing or a page to sign in on.
        """
        if not self.content and self.status != HTTPStatus.NO_CONTENT:
            msg = f"{self.request.title}: the answer ({self.status}) is empty, which no answer of the API is"
            raise garbled(msg)
        return self.json() if self.content else {}

    def __repr__(self) -> str:
        return f"<Response {self.status} to {self.request.title}, {len(self.content)} bytes>"


def garbled(message: str) -> ResponseError:
    """Give the error for an answer that cannot be read, and that may be whole when it is asked for again."""
    error = ResponseError(message)
    error.retryable = True
    return error


def masked(value: object, keys: frozenset[str]) -> object:
    """Give a copy of a body with what stands under secret keys masked."""
    if isinstance(value, dict):
        return {key: MASK if key in keys else masked(each, keys) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each, keys) for each in value]
    return value


def _texts_at(value: object, keys: frozenset[str], *, hidden: bool = False) -> list[str]:
    if isinstance(value, dict):
        return [text for key, each in value.items() for text in _texts_at(each, keys, hidden=hidden or key in keys)]
    if isinstance(value, (list, tuple)):
        return [text for each in value for text in _texts_at(each, keys, hidden=hidden)]
    return [value] if hidden and isinstance(value, str) and value else []
