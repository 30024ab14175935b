"""The errors of the API: the exception that an answer stands for, and its message."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from linode_orm._printable import printable
from linode_orm._secrets import MASK
from linode_orm.errors import (
    ApiError,
    BadRequest,
    Busy,
    Conflict,
    Detail,
    Forbidden,
    NotFound,
    RateLimited,
    ResponseError,
    ServerError,
    Unauthorized,
)
from linode_orm.wire.tokens import compare_scopes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from linode_orm.wire.messages import Response
    from linode_orm.wire.tokens import ScopeCheck, TokenStatus

_EXCEPTIONS: Final[dict[int, type[ApiError]]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    429: RateLimited,
}
_BUSY: Final = "Linode busy."
_SUCCESS: Final = range(200, 300)
_REDIRECT: Final = range(300, 400)
_BROKEN: Final = 500
_UNAUTHORIZED: Final = 401
_UNAVAILABLE: Final = 503


def raise_for_status(
    response: Response,
    tries: int,
    secrets: Iterable[str] = (),
    token_status: TokenStatus | None = None,
    *,
    now: datetime,
) -> None:
    """Raise the error that an answer stands for, if it is one; no message shows `secrets`.

    `token_status` is None if no token was sent. A date in `Retry-After` counts from `now` if the answer has no `Date`.
    """
    if response.status in _SUCCESS:
        return
    request = response.request
    if response.status in _REDIRECT:
        msg = f"{request.title}: {response.status} leads elsewhere, and redirects are not followed; check base_url"
        raise ResponseError(msg)
    details = tuple(_details(response.content, (*secrets, *request.secrets())))
    exception = _exception_for(response.status, details)
    scopes = compare_scopes(response.headers, token_status)
    error = exception(
        _message(response, details) + _hint(response.status, scopes, token_status),
        status=response.status,
        method=request.method,
        path=request.path,
        errors=details,
        body=request.shown_body,
        tries=tries,
    )
    if isinstance(error, RateLimited) or (isinstance(error, ServerError) and response.status == _UNAVAILABLE):
        from linode_orm.wire.ratelimit.headers import parse_retry_after  # noqa: PLC0415  few scripts meet a limit

        error.retry_after = parse_retry_after(response.headers, now.timestamp())
    error.needed_scopes, error.token_scopes, error.missing_scopes = scopes
    error.token_expiry = token_status.expiry if token_status else None
    raise error


def _exception_for(status: int, details: tuple[Detail, ...]) -> type[ApiError]:
    if status >= _BROKEN:
        return ServerError
    if status == HTTPStatus.BAD_REQUEST and any(each.reason == _BUSY for each in details):
        return Busy
    return _EXCEPTIONS.get(status, BadRequest)


def _details(content: bytes, secrets: Iterable[str]) -> Iterable[Detail]:
    try:
        body: Any = json.loads(content)
    except (ValueError, RecursionError):
        return
    errors = body.get("errors") if isinstance(body, dict) else None
    for each in errors if isinstance(errors, list) else ():
        if isinstance(each, dict):
            reason, field = str(each.get("reason", "no reason given")), each.get("field")
            for secret in secrets:
                for form in {secret, repr(secret)[1:-1], json.dumps(secret)[1:-1]}:
                    reason = reason.replace(form, MASK)
            yield Detail(reason, str(field) if field is not None else None)


def _message(response: Response, details: tuple[Detail, ...]) -> str:
    said = printable("; ".join(f"{each.field}: {each.reason}" if each.field else each.reason for each in details))
    if not said:
        kind = printable(response.headers.get("content-type", "no content type"))
        said = f"{_phrase(response.status)} ({kind}, {len(response.content)} bytes)"
    return f"{response.request.title}: {response.status} {said}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason given"


def _hint(status: int, scopes: ScopeCheck, token_status: TokenStatus | None) -> str:
    """Return what is wrong with the token: it lacks a scope, it has ended, or it is unknown."""
    if status not in {_UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return ""
    if scopes.missing:
        needed, has, lacks = (printable(", ".join(each)) for each in scopes)
        return f"; the call needs the scope {needed}, the token has {has}: use one that has {lacks}"
    if status == _UNAUTHORIZED:
        return f"; {_describe(token_status)}: make a new one, and pass it or set LINODE_TOKEN"
    if scopes.granted:
        return "; the token has the scope that the call needs, so its user lacks a grant, or the object is not theirs"
    return ""


def _describe(token_status: TokenStatus | None) -> str:
    if token_status is None:
        return "no token was sent"
    if token_status.expiry is None:
        return "the token is unknown, expired or revoked"
    ends = f"{token_status.expiry:%Y-%m-%d %H:%M} UTC"
    if token_status.expiry <= token_status.now:
        return f"the token expired at {ends}"
    return f"the token would end at {ends} only, so it was revoked"
