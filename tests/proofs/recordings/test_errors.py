"""Proves on real refusals that each becomes the right exception, with every reason and field."""

from __future__ import annotations

import json

import pytest

from linode_orm import (
    ApiError,
    BadRequest,
    Busy,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
    ServerError,
    Unauthorized,
)
from linode_orm.wire import Client, Request, Response
from tests.proofs.recordings.corpus import Line, lines, name, needed
from tests.proofs.recordings.figures import note

pytestmark = needed

CLASSES = {401: Unauthorized, 403: Forbidden, 404: NotFound, 409: Conflict, 412: Conflict, 429: RateLimited}


def expected(line: Line) -> type[ApiError]:
    """Give the class of a refusal, by its status and text alone."""
    if line["status"] >= 500:
        return ServerError
    reasons = [each["reason"] for each in line["response"]["errors"]]
    return Busy if reasons == ["Linode busy."] else CLASSES.get(line["status"], BadRequest)


class Recorded:
    """A transport that gives one recorded answer."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        headers = {key.lower(): value for key, value in self.line["headers"].items()}
        return Response(self.line["status"], headers, json.dumps(self.line["response"]).encode(), request)

    def close(self) -> None:
        pass


def raised(line: Line) -> ApiError:
    """Send a recorded request, and give what its answer raises."""
    client = Client("secret", transport=Recorded(line), deadline=0.001)
    request = Request(line["method"], line["path"], body=line["request"], x_filter=line["x_filter"])
    with pytest.raises(ApiError) as caught:
        client.send(request)
    return caught.value


def wrong(line: Line) -> str:
    """Say in what an error differs from what was answered; empty where in nothing."""
    error = raised(line)
    reasons = [(each["reason"], each.get("field")) for each in line["response"]["errors"]]
    if type(error) is not expected(line):
        return f"{type(error).__name__}, not {expected(line).__name__}"
    if list(error.errors) != reasons or error.status != line["status"]:
        return f"{error.status} {error.errors}"
    where = f"{line['method']} {line['path']}"
    return "" if where in str(error) and all(reason in str(error) for reason, _ in reasons) else str(error)


def test_every_recorded_refusal_becomes_its_exception():
    """Class, status, reasons, fields and message are those of the answer."""
    refusals = [line for line in lines() if line["status"] >= 400]
    rest = [f"{name(line)}: {why}" for line in refusals for why in [wrong(line)] if why]
    figure = note("errors become the right exception", len(refusals), rest)
    assert figure.total >= 70
    assert figure.share >= 0.99, figure


def test_what_is_not_ready_yet_is_worth_another_try():
    """The 503 of LKE is an expected state (docs/api-notes.md#lke-readiness): retryable, with its text."""
    early = [line for line in lines() if line["status"] == 503]
    assert early
    for line in early:
        error = raised(line)
        assert error.retryable
        assert "Please try again later." in str(error)


def test_the_error_of_a_bad_token_says_what_the_call_needs():
    """The recorded 401s name the scope of the call, and none of the token."""
    unknown = [raised(line) for line in lines() if line["status"] == 401]
    assert unknown
    for error in unknown:
        assert isinstance(error, Unauthorized)
        assert error.needed_scopes[0].startswith("ips:read_")
        assert error.token_scopes == error.missing_scopes == ()
        assert "Invalid Token" in str(error)
        assert "unknown, expired or revoked" in str(error)
