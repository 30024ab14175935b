"""Tests of creates that others are like, and of writes that come late, over real sockets."""

from __future__ import annotations

import pytest

from linode_orm import Client, CommitError, Session
from linode_orm.models import Instance, SSHKey, Volume
from tests.proofs.faults.fake_account import FakeAccount
from tests.proofs.faults.server import KINDS, Server

pytestmark = pytest.mark.slow

BY_NAME = {str(kind): kind for kind in KINDS}
LOST = ["reset, done", "timeout, done", "reset, not done", "timeout, not done", "effect delayed, late"]
TIMEOUT, LATE, SETTLE = 0.3, 0.5, 1.0


@pytest.fixture
def server():
    """Serve a small account."""
    account = FakeAccount()
    account.seed("/linode/instances", label="web")
    account.seed("/profile/sshkeys", label="ci", ssh_key="ssh-ed25519 AAAA")
    with Server(account, late=LATE) as server:
        yield server


@pytest.fixture
def session(server):
    """Connect with little patience."""
    with (
        Client(
            "token", base_url=server.url, workers=4, timeout=TIMEOUT, deadline=2.0, max_request_lifetime=SETTLE
        ) as client,
        Session(client=client) as session,
    ):
        yield session


def keep_on(session: Session, most: int = 4) -> list:
    """Commit until all is done; give what stays in doubt."""
    doubts: list = []
    for _ in range(most):
        try:
            session.commit()
        except CommitError as error:
            doubts = list(error.in_doubt)
        else:
            return []
    return doubts


def keys(server: Server, label: str) -> list[int]:
    """Give the ids of the SSH keys with that label."""
    server.settled()
    return [row["id"] for row in server.account.rows["/profile/sshkeys"].values() if row["label"] == label]


@pytest.mark.parametrize("name", LOST)
@pytest.mark.parametrize("nth", [1, 2])
def test_two_alike_in_one_commit(server, session, name, nth):
    """Two equal objects without a key, one of whose replies is lost, end as two: neither one nor three."""
    one, two = (SSHKey(label="same", ssh_key="ssh-ed25519 AAAA") for _ in range(2))
    session.add_all([one, two])
    server.add(BY_NAME[name], "POST", "/profile/sshkeys", nth)
    doubts = keep_on(session)
    there = keys(server, "same")
    assert len(there) <= 2
    if not doubts:
        assert sorted([one.id, two.id]) == sorted(there)
        assert len(there) == 2


@pytest.mark.parametrize("name", LOST)
def test_two_alike_both_lost(server, session, name):
    """Where both replies are lost nothing tells one from the other, and there are never three."""
    one, two = (SSHKey(label="same", ssh_key="ssh-ed25519 AAAA") for _ in range(2))
    session.add_all([one, two])
    server.add(BY_NAME[name], "POST", "/profile/sshkeys", 1, times=2)
    doubts = keep_on(session)
    there = keys(server, "same")
    assert len(there) <= 2
    if not doubts:
        assert sorted([one.id, two.id]) == sorted(there)
        assert len(there) == 2


@pytest.mark.parametrize("name", LOST)
def test_another_writer_makes_one_alike(server, session, name):
    """Another writer makes an equal object at the same moment: ours is not sent twice, and not mixed up with theirs."""
    mine = SSHKey(label="same", ssh_key="ssh-ed25519 AAAA")
    session.add(mine)
    fault = server.add(BY_NAME[name], "POST", "/profile/sshkeys")

    def arriving(request):
        if request.method == "POST" and fault.hit == 1 and not hasattr(server, "theirs"):
            server.theirs = None
            _, body = server.account.handle(
                "POST", "/profile/sshkeys", {}, None, {"label": "same", "ssh_key": "ssh-ed25519 AAAA"}
            )
            server.theirs = body["id"]

    server.arriving = arriving
    doubts = keep_on(session)
    there = keys(server, "same")
    ours = [identity for identity in there if identity != server.theirs]
    assert len(ours) <= 1
    # one that comes after theirs was taken for ours cannot be told from it
    if not doubts and name in {"reset, done", "timeout, done"}:
        assert [mine.id] == ours


@pytest.mark.parametrize("name", LOST)
def test_a_key_that_another_writer_takes(server, session, name):
    """Another writer takes the label while our reply is lost, for another thing: theirs is not taken for ours."""
    mine = Volume(label="same", region="us-east", size=30)
    session.add(mine)
    server.add(BY_NAME[name], "POST", "/volumes")
    server.answering = lambda request: (
        server.account.handle("POST", "/volumes", {}, None, {"label": "same", "region": "eu-west", "size": 99})
        if request.method == "POST"
        else None
    )
    keep_on(session)
    server.settled()
    [there] = server.account.rows["/volumes"].values()
    if there["size"] == 99:
        assert mine in session.new
    else:
        assert mine.id == there["id"]


def test_a_late_update_does_not_undo_a_newer_one(server, session):
    """A PUT that was never answered takes effect late: a newer value, committed meanwhile, is not lost."""
    web = session.get(Instance, server.account.named("/linode/instances", "web")["id"])
    web.group = "first"
    server.add(BY_NAME["effect delayed, late"], "PUT", r"/linode/instances/\d+")
    keep_on(session)
    web.group = "second"
    keep_on(session)
    server.settled()
    assert server.account.named("/linode/instances", "web")["group"] == "second"
    assert web.group == "second"
