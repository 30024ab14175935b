"""What became of a request is decided in one place, by the error that it ended with."""

from __future__ import annotations

import json
from concurrent.futures import CancelledError

import pytest

from linode_orm.errors import (
    ApiError,
    BadRequest,
    InvalidRequestError,
    RateLimited,
    ResponseError,
    ServerError,
    TransportError,
)
from linode_orm.wire import Client
from linode_orm.wire.messages import Request, Response
from linode_orm.wire.outcome import Outcome, mark_not_sent, outcome_of


def after_a_lost_try(error: ApiError | TransportError | ResponseError) -> Exception:
    """Give an error of the last try of a request of which an earlier one is in doubt."""
    error.doubtful = True
    return error


def before_the_first_byte() -> Exception:
    """Give an error of a hook."""
    error = RuntimeError("the hook refuses")
    mark_not_sent(error)
    return error


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (None, Outcome.DONE),
        (CancelledError(), Outcome.NOT_SENT),
        (TransportError(sent=False), Outcome.NOT_SENT),
        (InvalidRequestError(), Outcome.NOT_SENT),
        (before_the_first_byte(), Outcome.NOT_SENT),
        (BadRequest(status=400), Outcome.REFUSED),
        (RateLimited(status=429), Outcome.REFUSED),
        (BadRequest(status=408, method="PUT"), Outcome.REFUSED),
        (BadRequest(status=408, method="POST"), Outcome.IN_DOUBT),
        (ServerError(status=500), Outcome.IN_DOUBT),
        (ResponseError(), Outcome.IN_DOUBT),
        (RuntimeError("of another library"), Outcome.IN_DOUBT),
        (after_a_lost_try(BadRequest(status=400)), Outcome.IN_DOUBT),
        (after_a_lost_try(TransportError(sent=False)), Outcome.IN_DOUBT),
        (TransportError(sent=None), Outcome.UNANSWERED),
        (TransportError(sent=True), Outcome.UNANSWERED),
        (ServerError(status=504), Outcome.UNANSWERED),
        (after_a_lost_try(ServerError(status=504)), Outcome.UNANSWERED),
    ],
    ids=lambda each: each.name if isinstance(each, Outcome) else f"{type(each).__name__}{getattr(each, 'status', '')}",
)
def test_outcome(error: BaseException | None, outcome: Outcome) -> None:
    """Bytes left, or they did not; an answer says what was done, or it does not."""
    assert outcome_of(error) is outcome
    assert outcome.is_in_doubt == (outcome in {Outcome.IN_DOUBT, Outcome.UNANSWERED})
    assert outcome.may_be_running == (outcome is Outcome.UNANSWERED)


class Encoding:
    """A transport that writes bodies as JSON, as any does before it sends a byte."""

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        return Response(200, {}, json.dumps(request.body, allow_nan=False).encode(), request)

    def close(self) -> None:
        """Nothing to close."""


@pytest.mark.parametrize("value", [object(), float("nan"), {1, 2}])
def test_a_body_that_is_no_json_is_not_sent(value: object) -> None:
    """A body that cannot be written as JSON is refused by name, and is never in doubt."""
    with pytest.raises(InvalidRequestError, match="POST /volumes is not sent: its body cannot be written") as caught:
        Client("t", transport=Encoding()).send(Request("POST", "/volumes", body={"a": value}))
    assert outcome_of(caught.value) is Outcome.NOT_SENT
