"""Retries: which failures are worth another try, and after which pause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from urllib3.exceptions import HTTPError, MaxRetryError
from urllib3.util.retry import Retry

from linode_orm.errors import ApiError, Busy, RateLimited, ResponseError, ServerError, TransportError

if TYPE_CHECKING:
    from linode_orm.wire.messages import Request

POLICY: Final = Retry(total=None, other=4, backoff_factor=0.25, backoff_max=10.0, backoff_jitter=0.25)
"""The usual one: a refusal for a while is tried again until the deadline, what broke four times."""

_REQUEST_TIMEOUT: Final = 408
_NOT_IMPLEMENTED: Final = 501
_DEFAULT_PAUSE: Final = 1.0
_SHORTEST: Final = 0.05


def another(policy: Retry, request: Request, error: Exception) -> tuple[Retry, float] | None:
    """Give what is left of a policy and the seconds to wait before the next try; None where there must be none.

    A refusal that had no effect (429, `Linode busy.`) is tried again whatever the method; so is a request that
    cannot have arrived. All else is only where sending it twice does the same as once.
    """
    if not _worthwhile(request, error):
        return None
    for_a_while = isinstance(error, (RateLimited, Busy))
    try:
        rest = policy.increment(request.method, request.path, error=None if for_a_while else HTTPError())
    except MaxRetryError:
        return None
    return rest, _pause(rest.get_backoff_time(), error)


def _pause(backoff: float, error: Exception) -> float:
    """Give what the API asks for, or else the usual pause; asking for hardly any starts no rush."""
    asked = error.retry_after if isinstance(error, (RateLimited, ServerError)) else None
    if asked is None:
        return max(backoff, _DEFAULT_PAUSE) if isinstance(error, RateLimited) else backoff
    return asked if asked >= _DEFAULT_PAUSE else max(asked, backoff, _SHORTEST)  # promise 38: Retry-After counts


def _worthwhile(request: Request, error: Exception) -> bool:
    if isinstance(error, (RateLimited, Busy)):
        return True
    if isinstance(error, ResponseError):
        return request.idempotent and error.retryable
    if isinstance(error, TransportError):
        return request.idempotent or error.sent is False
    if isinstance(error, ServerError):
        return request.idempotent and error.status != _NOT_IMPLEMENTED
    return isinstance(error, ApiError) and error.status == _REQUEST_TIMEOUT and request.idempotent
