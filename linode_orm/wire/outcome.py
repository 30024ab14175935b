"""What became of a request: the one decision, by the error that it ended with."""

from __future__ import annotations

from concurrent.futures import CancelledError
from enum import Enum
from http import HTTPStatus
from typing import Final

from linode_orm.errors import ApiError, LinodeORMError, ResponseError, TransportError


class Outcome(Enum):
    """What became of a request.

    A request is in doubt, as a participant of two-phase commit is, when it was sent and no answer says whether it was
    done. Where no answer came at all it may take effect later on, too.
    """

    NOT_SENT = "not sent"
    REFUSED = "refused"
    DONE = "done"
    IN_DOUBT = "in doubt"
    UNANSWERED = "unanswered"

    @property
    def is_in_doubt(self) -> bool:
        """Whether the request may have been done, and may not."""
        return self in _IN_DOUBT

    @property
    def may_be_running(self) -> bool:
        """Whether the request may take effect later on."""
        return self is Outcome.UNANSWERED


_IN_DOUBT: Final = frozenset({Outcome.IN_DOUBT, Outcome.UNANSWERED})


def outcome_of(error: BaseException | None) -> Outcome:
    """Return what became of a request that ended with an error, or with None where it was answered.

    `error.doubtful` says that an earlier try of the same request is in doubt: then no refusal of the last try counts.
    An error of another library is in doubt, unless it was raised before the first byte left.
    """
    if error is None:
        return Outcome.DONE
    if isinstance(error, CancelledError):
        return Outcome.NOT_SENT
    last = _outcome_of_last_try(error)
    if last.is_in_doubt or not getattr(error, "doubtful", False):
        return last
    return Outcome.IN_DOUBT  # promise 10a: an earlier try may have been done


def _outcome_of_last_try(error: BaseException) -> Outcome:
    if getattr(error, "sent", None) is False:
        return Outcome.NOT_SENT
    if isinstance(error, TransportError):
        return Outcome.UNANSWERED
    if isinstance(error, ApiError):
        return _outcome_of_refusal(error)
    if isinstance(error, LinodeORMError) and not isinstance(error, ResponseError):
        return Outcome.NOT_SENT  # the client itself refused the request
    return Outcome.IN_DOUBT


def _outcome_of_refusal(error: ApiError) -> Outcome:
    if error.status == HTTPStatus.GATEWAY_TIMEOUT:
        return Outcome.UNANSWERED  # what stands before the API gave up; the API may go on
    is_timeout = error.status == HTTPStatus.REQUEST_TIMEOUT and error.request.method == "POST"
    # 501 says that the server cannot do it at all (RFC 9110, 15.6.2)
    is_broken = error.status >= HTTPStatus.INTERNAL_SERVER_ERROR and error.status != HTTPStatus.NOT_IMPLEMENTED
    return Outcome.IN_DOUBT if is_broken or is_timeout else Outcome.REFUSED


def mark_not_sent(error: BaseException) -> None:
    """Note on an error that it was raised before the first byte of a request left."""
    vars(error)["sent"] = False
