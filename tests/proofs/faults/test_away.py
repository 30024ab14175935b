"""Tests of an API that goes away in the middle of a commit and comes back."""

from __future__ import annotations

import socket
import threading
import time

import pytest

from linode_orm import Client, Session
from linode_orm.models import Instance, SSHKey
from tests.proofs.faults.fake_account import FakeAccount
from tests.proofs.faults.server import Server
from tests.proofs.faults.test_alike import SETTLE, TIMEOUT, keep_on

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("seconds", [0.5, 3.0])
def test_an_api_that_is_away(seconds):
    """The API goes away in the middle of a commit, for less or more than the deadline, and comes back."""
    account = FakeAccount()
    for number in range(20):
        account.seed("/linode/instances", label=f"linode-{number}")
    first = Server(account)
    with (
        first,
        Client(
            "token", base_url=first.url, workers=4, timeout=TIMEOUT, deadline=2.0, max_request_lifetime=SETTLE
        ) as client,
    ):
        port = int(first.url.rpartition(":")[2])
        session = Session(client=client)
        for instance in session.query(Instance):
            instance.tags.add("new")
        session.add_all([SSHKey(label=f"key-{number}", ssh_key="ssh-ed25519 AAAA") for number in range(10)])
        gone = threading.Event()

        def arriving(request):
            if request.method != "GET" and len(account.effects) > 8 and not gone.is_set():
                gone.set()
                first._door.shutdown(socket.SHUT_RDWR)
                first._door.close()
                for connection in list(first._connections):
                    connection.shutdown(socket.SHUT_RDWR)

        first.arriving = arriving

        def come_back() -> Server:
            gone.wait(10)
            time.sleep(seconds)
            second = Server(account, port=port)
            second.__enter__()
            return second

        back: list[Server] = []
        thread = threading.Thread(target=lambda: back.append(come_back()))
        thread.start()
        doubts = keep_on(session, 8)
        thread.join()
        back[0].__exit__()
        assert doubts == []
        assert [row["tags"] for row in account.rows["/linode/instances"].values()] == [["new"]] * 20
        assert sorted(row["label"] for row in account.rows["/profile/sshkeys"].values()) == sorted(
            f"key-{n}" for n in range(10)
        )
        session.close()
