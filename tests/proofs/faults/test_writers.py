"""Tests of `conflicts="check"` over real sockets: two writers at the same two hundred objects."""

from __future__ import annotations

import threading
import time

import pytest

from linode_orm import Client, ConflictError, Session
from linode_orm.models import Instance
from tests.proofs.faults.fake_account import FakeAccount
from tests.proofs.faults.server import Server

pytestmark = pytest.mark.slow

COUNT = 200


@pytest.fixture
def server():
    """Serve two hundred Linodes."""
    account = FakeAccount()
    for number in range(COUNT):
        account.seed("/linode/instances", label=f"linode-{number}", group="", tags=["old"])
    with Server(account) as server:
        yield server


@pytest.fixture
def client(server):
    """Connect to them."""
    with Client("token", base_url=server.url, workers=8, timeout=5.0) as client:
        yield client


@pytest.fixture
def session(client):
    """Make a session that looks before it writes."""
    with Session(client=client, conflicts="check") as session:
        yield session


class Other:
    """Another writer, who changes the account at a moment of our choice."""

    def __init__(self, account: FakeAccount) -> None:
        self._account = account
        self._lock = threading.Lock()
        self.done = False
        self.changes: dict[int, dict] = {}

    def change(self, row: dict, **values) -> None:
        """Write something down to be changed."""
        self.changes[row["id"]] = values

    def write(self) -> None:
        """Change everything, once."""
        with self._lock:
            if self.done:
                return
            self.done = True
            for identity, values in self.changes.items():
                status, _ = self._account.handle("PUT", f"/linode/instances/{identity}", {}, None, values)
                assert status == 200

    def before(self, method: str):
        """Give a hook that writes when the first request with that method comes, before it has its effect."""
        return lambda request: self.write() if request.method == method else None


def rows(server) -> list[dict]:
    """Give the Linodes as they are there."""
    return list(server.account.rows["/linode/instances"].values())


def test_what_was_changed_before_our_look_is_not_lost(server, session):
    """The other write lands before our check: nothing is written, and the conflicts are named with all three values."""
    mine = list(session.query(Instance))
    other = Other(server.account)
    for at, instance in enumerate(mine):
        instance.label = f"mine-{at}"
        if at % 4 == 0:
            other.change({"id": instance.id}, label=f"theirs-{at}")
        elif at % 4 == 1:
            other.change({"id": instance.id}, group="theirs")
    read = len(server.arrived)
    server.arriving = other.before("GET")
    with pytest.raises(ConflictError) as caught:
        session.commit()
    assert server.writes == []
    assert len(server.arrived) - read <= 2
    assert [each.object for each in caught.value.conflicts] == mine[::4]
    assert {each.attribute for each in caught.value.conflicts} == {"label"}
    first = caught.value.conflicts[0]
    assert (first.base, first.theirs, first.mine) == ("linode-0", "theirs-0", "mine-0")
    assert sum(row["label"].startswith("theirs-") for row in rows(server)) == COUNT // 4

    for clash in caught.value.conflicts:
        session.refresh(clash.object, keep=True)
    session.commit()
    assert [row["label"] for row in rows(server)] == [f"mine-{at}" for at in range(COUNT)]
    assert sum(row["group"] == "theirs" for row in rows(server)) == COUNT // 4


def test_both_keep_their_tags(server, session):
    """Set edits are made again on the newest value: two who add tags both keep theirs, and what one removes is gone."""
    mine = list(session.query(Instance))
    other = Other(server.account)
    for at, instance in enumerate(mine):
        instance.tags.add(f"mine-{at}")
        if at % 2:
            instance.tags.discard("old")
        other.change({"id": instance.id}, tags=["old", f"theirs-{at}"])
    server.arriving = other.before("GET")
    session.commit()
    for at, row in enumerate(rows(server)):
        assert row["tags"] == sorted({f"mine-{at}", f"theirs-{at}", *(() if at % 2 else ("old",))})
    assert [list(each.tags) for each in mine] == [row["tags"] for row in rows(server)]


def test_the_same_on_both_sides_is_no_conflict(server, session):
    """Where both wrote the same value there is nothing to decide."""
    mine = list(session.query(Instance))
    other = Other(server.account)
    for instance in mine:
        instance.group = "both"
        other.change({"id": instance.id}, group="both")
    server.arriving = other.before("GET")
    session.commit()
    assert {row["group"] for row in rows(server)} == {"both"}


def test_the_window_that_remains(server, session, tell):
    """A write between our check and our own write is overwritten: the window is stated, and not shorter than it was."""
    mine = list(session.query(Instance))
    for at, instance in enumerate(mine):
        instance.label = f"mine-{at}"
    moments: dict[str, float] = {}

    def answering(request):
        if request.method == "GET":
            moments["looked"] = time.monotonic()
        else:
            moments["wrote"] = time.monotonic()

    server.answering = answering
    report = session.commit()
    window = moments["wrote"] - moments["looked"]
    tell(f"window of {COUNT} objects between check and write: {report.window:.3f} s stated, {window:.3f} s seen there")
    assert report.window >= window


def test_two_sessions_at_once(server, client, tell):
    """Two sessions that check add tags to the same objects side by side: what is lost was written inside the window."""
    lost: list[str] = []
    windows: list[float] = []
    ready = threading.Barrier(2)

    def work(name: str) -> None:
        with Session(client=client, conflicts="check") as session:
            for instance in session.query(Instance):
                instance.tags.add(name)
            ready.wait()
            windows.append(session.commit().window)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lost = [row["label"] for row in rows(server) if not {"one", "two"} <= set(row["tags"])]
    tell(f"two sessions at once: {len(lost)} of {COUNT} tags lost in windows of {max(windows):.3f} s")
    assert len(windows) == 2
    assert all({"one", "two"} & set(row["tags"]) for row in rows(server))


def test_what_lands_in_the_window_is_reported(server, session, tell):
    """What the answer to a PUT shows of another write, made after our look, is in the report."""
    mine = list(session.query(Instance))
    for instance in mine:
        instance.group = "mine"
    other = Other(server.account)
    for at, instance in enumerate(mine):
        other.change({"id": instance.id}, label=f"theirs-{at}")
    server.arriving = other.before("PUT")
    report = session.commit()
    tell(f"{sum(bool(entry.note) for entry in report)} of {COUNT} notes on what another writer did in the window")
    assert all(row["group"] == "mine" and row["label"].startswith("theirs-") for row in rows(server))
    assert [each.label for each in mine] == [row["label"] for row in rows(server)]
    assert all("label" in entry.note for entry in report)
