"""The count of retries: how many there are of each kind of failure, and the pauses before them."""

from __future__ import annotations

from unittest import mock

import pytest

from linode_orm.errors import Busy, TransportError
from linode_orm.wire import Request
from linode_orm.wire.retry import Retries

GET = Request("GET", "/volumes/1")
POST = Request("POST", "/volumes", body={})
BROKEN = TransportError("no answer", sent=None)
BUSY = Busy("Linode busy.", status=400, method="POST", path="/volumes")


def pauses(request: Request, error: Exception, most: int) -> list[float]:
    """Give the pauses before the retries of a request that always ends so, without jitter."""
    found: list[float] = []
    retries: Retries | None = Retries()
    with mock.patch("linode_orm.wire.retry.random", return_value=0.0):
        while retries is not None and len(found) < most:
            retries = retries.after(request, error)
            if retries is not None:
                found.append(retries.pause(error))
    return found


def test_what_broke_is_retried_four_times() -> None:
    """The first retry follows at once, the pauses of the others grow."""
    assert pauses(GET, BROKEN, 9) == [0.0, 0.5, 1.0, 2.0]


def test_what_may_be_done_is_not_repeated() -> None:
    """A creation whose answer is lost is no request to send again."""
    assert pauses(POST, BROKEN, 9) == []


@pytest.mark.parametrize("most", [9, 2000])
def test_refusals_for_a_while_are_not_counted(most: int) -> None:
    """Refusals are retried until the deadline, however many there are, and pauses end to grow at ten seconds."""
    found = pauses(POST, BUSY, most)
    assert found[:8] == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    assert len(found) == most
    assert max(found) == 10.0
