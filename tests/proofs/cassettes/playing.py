"""What the tests of cassettes share: programs that are recorded on a served account and replayed without one."""

from __future__ import annotations

import json
from contextlib import contextmanager

import pytest

from linode_orm import Client
from linode_orm.simulator import Simulator, serve
from linode_orm.testing import recorder
from linode_orm.wire import Response

NOWHERE = "http://127.0.0.1:9"
"""An address at which nobody listens."""
TOKEN = "a-secret-token-0123456789"


@contextmanager
def served(**options):
    """Serve an account; give the simulator and the address."""
    with Simulator(**options) as sim, serve(sim, port=0) as server:
        yield sim, server.url


def recorded(folder, program, url, *, workers=8, name="x", **options):
    """Record a program that takes a client; give what it returns and the number of interactions."""
    with (
        recorder(folder, record=True).use_cassette(name) as cassette,
        Client(TOKEN, base_url=url, workers=workers, **options) as client,
    ):
        result = program(client)
    return result, len(cassette)


def replayed(folder, program, *, workers=8, name="x", token="another", **options):
    """Replay a program that takes a client; give what it returns, and whether every interaction was played."""
    with (
        recorder(folder).use_cassette(name) as cassette,
        Client(token, base_url=NOWHERE, workers=workers, **options) as client,
    ):
        result = program(client)
    return result, cassette.all_played


@contextmanager
def ending(error, match=None):
    """Expect the error at the end of a block, of a cassette in it too."""
    with pytest.raises(error, match=match) as caught:
        yield caught


class Canned:
    """A transport that answers by a function of method, path and body, and counts; it stands for the API in process."""

    def __init__(self, answer) -> None:
        self.answer, self.sent = answer, []

    def send(self, request, *, token, timeout):
        """Answer with JSON, or raise what the function returns."""
        self.sent.append(f"{request.method} {request.path}")
        given = self.answer(request)
        if isinstance(given, BaseException):
            raise given
        status, content = given if isinstance(given, tuple) else (200, given)
        data = content if isinstance(content, bytes) else json.dumps(content).encode()
        return Response(status, {"content-type": "application/json"}, data, request)

    def close(self):
        """Nothing to close."""


def page(*rows):
    """Give one page of a list."""
    return {"data": list(rows), "page": 1, "pages": 1, "results": len(rows)}
