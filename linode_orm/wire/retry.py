"""Retries: the failures that are worth another try, and the pause before it."""

from __future__ import annotations

from random import random
from typing import TYPE_CHECKING, Final, NamedTuple

from linode_orm.errors import ApiError, Busy, RateLimited, ResponseError, ServerError, TransportError

if TYPE_CHECKING:
    from linode_orm.wire.messages import Request

_MAX_RETRIES: Final = 4
_BACKOFF: Final = 0.25
_LONGEST_BACKOFF: Final = 10.0
_LARGEST_EXPONENT: Final = 6
_JITTER: Final = 0.25
_REQUEST_TIMEOUT: Final = 408
_NOT_IMPLEMENTED: Final = 501
_DEFAULT_PAUSE: Final = 1.0
_SHORTEST_PAUSE: Final = 0.05


class Retries(NamedTuple):
    """The failed tries of one call so far: all of them, and those that four retries at most follow."""

    failures: int = 0
    counted: int = 0

    def after(self, request: Request, error: Exception) -> Retries | None:
        """Return the retries after one more failure; None if the request must not be sent again.

        A refusal that had no effect (429, `Linode busy.`) is tried again whatever the method, until the deadline. So is
        a request that cannot have arrived, four times. All else is tried again only if sending it twice does the same
        as once, four times too.
        """
        if not _is_retryable(request, error):
            return None
        counted = self.counted + (not isinstance(error, (RateLimited, Busy)))
        return Retries(self.failures + 1, counted) if counted <= _MAX_RETRIES else None

    def pause(self, error: Exception) -> float:
        """Return the seconds before the next try: exponential backoff with jitter, or what the API asks for.

        The first retry follows at once; the pauses then grow from 0.5 s to 10 s. The jitter keeps clients that failed
        together from trying again together.
        """
        # Bounded, for the refusals of a long deadline may be more than a float has powers of two.
        exponent = min(self.failures - 1, _LARGEST_EXPONENT)
        growing = _BACKOFF * 2**exponent + random() * _JITTER if exponent else 0.0  # noqa: S311  no secret
        return _pause(min(growing, _LONGEST_BACKOFF), error)


def asks_for_the_shortest_pause(error: Exception) -> bool:
    """Whether a refusal is that of a request which came too early: the API asks for no more than one second."""
    return isinstance(error, RateLimited) and (error.retry_after or 0.0) <= _DEFAULT_PAUSE


def _pause(backoff: float, error: Exception) -> float:
    """Return the pause that the API asks for, or the backoff; a pause of hardly any length starts no rush."""
    asked = error.retry_after if isinstance(error, (RateLimited, ServerError)) else None
    if asked is None:
        return max(backoff, _DEFAULT_PAUSE) if isinstance(error, RateLimited) else backoff
    # promise 38: Retry-After counts
    return asked if asked >= _DEFAULT_PAUSE else max(asked, backoff, _SHORTEST_PAUSE)


def _is_retryable(request: Request, error: Exception) -> bool:
    if isinstance(error, (RateLimited, Busy)):
        return True
    if isinstance(error, ResponseError):
        return request.idempotent and error.retryable
    if isinstance(error, TransportError):
        return request.idempotent or error.sent is False
    if isinstance(error, ServerError):
        return request.idempotent and error.status != _NOT_IMPLEMENTED
    return isinstance(error, ApiError) and error.status == _REQUEST_TIMEOUT and request.idempotent
