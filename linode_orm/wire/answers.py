"""Refusals: which error an answer with a bad status is, and what its message says."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

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
from linode_orm.wire.messages import MASK
from linode_orm.wire.tokens import judged
from linode_orm.wire.told import pause_in

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from linode_orm.wire.messages import Response
    from linode_orm.wire.tokens import Standing, Verdict

_CLASSES: Final[dict[int, type[ApiError]]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    412: Conflict,
    429: RateLimited,
}
_BUSY: Final = "Linode busy."
_ANSWERED: Final = range(200, 300)
_MOVED: Final = range(300, 400)
_BROKEN: Final = 500
_UNAUTHORIZED: Final = 401
_UNAVAILABLE: Final = 503


def check(
    response: Response,
    tries: int,
    secrets: Iterable[str] = (),
    standing: Standing | None = None,
    *,
    now: datetime,
) -> None:
    """Raise the error that an answer stands for, if it is one; `secrets` are left out of what is shown.

    `standing` is what is known of the token that was sent, None where none was; it is `now` where a pause is asked for
    as a date.
    """
    if response.status in _ANSWERED:
        return
    request = response.request
    if response.status in _MOVED:
        msg = f"{request.title}: {response.status} leads elsewhere, and redirects are not followed; check base_url"
        raise ResponseError(msg)
    details = tuple(_details(response.content, (*secrets, *request.secrets())))
    kind = _class_of(response.status, details)
    verdict = judged(response.headers, standing)
    error = kind(
        _message(response, details) + _hint(response.status, verdict, standing),
        status=response.status,
        method=request.method,
        path=request.path,
        errors=details,
        body=request.shown_body,
        tries=tries,
    )
    if isinstance(error, RateLimited) or (isinstance(error, ServerError) and response.status == _UNAVAILABLE):
        error.retry_after = pause_in(response.headers, now.timestamp())
    error.needed_scopes, error.token_scopes, error.missing_scopes = verdict
    error.token_expiry = standing.expiry if standing else None
    raise error


def _class_of(status: int, details: tuple[Detail, ...]) -> type[ApiError]:
    if status >= _BROKEN:
        return ServerError
    if status == HTTPStatus.BAD_REQUEST and any(each.reason == _BUSY for each in details):
        return Busy
    return _CLASSES.get(status, BadRequest)


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
                reason = reason.replace(secret, MASK)
            yield Detail(reason, str(field) if field is not None else None)


def _message(response: Response, details: tuple[Detail, ...]) -> str:
    said = "; ".join(f"{each.field}: {each.reason}" if each.field else each.reason for each in details)
    if not said:
        kind = response.headers.get("content-type", "no content type")
        said = f"{_phrase(response.status)} ({kind}, {len(response.content)} bytes)"
    return f"{response.request.title}: {response.status} {said}"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no reason given"


def _hint(status: int, verdict: Verdict, standing: Standing | None) -> str:
    """Say what is wrong with the token: it lacks a scope, it has ended, or it is none."""
    if status not in {_UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return ""
    if verdict.missing:
        needed, has = ", ".join(verdict.needed), ", ".join(verdict.has)
        return (
            f"; the call needs the scope {needed}, the token has {has}: use one that has {', '.join(verdict.missing)}"
        )
    if status == _UNAUTHORIZED:
        return f"; {_state_of(standing)}: make a new one, and pass it or set LINODE_TOKEN"
    if verdict.has:
        return "; the token has the scope that the call needs, so its user lacks a grant, or the object is not theirs"
    return ""


def _state_of(standing: Standing | None) -> str:
    if standing is None:
        return "no token was sent"
    if standing.expiry is None:
        return "the token is unknown, expired or revoked"
    moment = f"{standing.expiry:%Y-%m-%d %H:%M} UTC"
    if standing.expiry <= standing.now:
        return f"the token expired at {moment}"
    return f"the token would end at {moment} only, so it was revoked"
