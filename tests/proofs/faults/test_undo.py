"""Tests of `on_error="undo"` over real sockets: a commit of forty operations that fails at each of them in turn."""

from __future__ import annotations

import copy
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from linode_orm import Client, CommitError, Session
from tests.proofs.faults import bulk
from tests.proofs.faults.comparisons import difference, left_over
from tests.proofs.faults.server import KINDS, REFUSAL, Kind, Server

if TYPE_CHECKING:
    from tests.proofs.faults.fake_account import FakeAccount
    from tests.proofs.faults.server import Arrived

pytestmark = pytest.mark.slow

COUNT = 40
FAILURES = (REFUSAL, *(kind for kind in KINDS if str(kind) in {"500, not done", "500, done"}))
"""A refusal, and an API that answers one request with an error for ever, without and with its effect."""


@dataclass
class Poison:
    """Breaks the n-th write, and the same one whenever it comes again."""

    number: int
    kind: Kind
    seen: int = 0
    chosen: Arrived | None = None
    ended: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Arrived) -> None:
        if request.method == "GET" or self.ended:
            return
        with self._lock:
            self.seen += 1
            if self.seen == self.number:
                self.chosen = request
        mine = self.chosen
        if mine is not None and (mine.method, mine.path, mine.body) == (request.method, request.path, request.body):
            request.fault = self.kind


def without(account: FakeAccount, paths: list[str]) -> dict[str, list[str]]:
    """Give an account by names, without the objects at some paths."""
    left = copy.copy(account)
    left.rows = {collection: dict(rows) for collection, rows in account.rows.items()}
    for path in paths:
        collection, _, identity = path.rpartition("/")
        del left.rows[collection][int(identity)]
    return left.snapshot()


def failing(number: int, kind: Kind) -> list[str]:
    """Let a commit fail at one of its operations; give what is wrong after its undoing, and after the next commit."""
    account = bulk.start(COUNT)
    before = copy.deepcopy(account.rows)
    poison = Poison(number, kind)
    with (
        Server(account, arriving=poison) as server,
        Client("token", base_url=server.url, workers=4, timeout=1.0, deadline=3.0, max_request_lifetime=0.3) as client,
        Session(client=client) as session,
    ):
        bulk.edit(session, COUNT)
        try:
            session.commit(on_error="undo")
        except CommitError as error:
            problems = judge(error, poison, account, before)
        else:
            # an effect that an error hid was found, and counts as done
            return difference(account.snapshot(), bulk.finish(COUNT).snapshot()) if kind.done else ["nothing failed"]
        poison.ended = True
        session.commit()
        problems += [f"afterwards: {each}" for each in difference(account.snapshot(), bulk.finish(COUNT).snapshot())]
        problems += [f"still to send: {each}" for each in left_over(session)]
        return [f"write {number}, {kind}: {each}" for each in problems]


def judge(error: CommitError, poison: Poison, account: FakeAccount, before: dict) -> list[str]:
    """Say what is otherwise than before, beside what is reported."""
    assert poison.chosen is not None
    # of the one that is answered with errors for ever nobody can tell
    problems = [f"in doubt: {entry}" for entry in error.in_doubt if entry.step.method != poison.chosen.method]
    problems += ["more than one in doubt"] if len(error.in_doubt) > 1 else []
    problems += [f"not undone: {entry}" for entry in error.not_undone if entry.step.operation != "delete"]
    lasting = [entry.step.path for entry in error.not_undone if entry.step.operation == "delete"]
    lasting += [entry.step.path for entry in error.in_doubt if entry.step.operation == "delete" and poison.kind.done]
    was = copy.copy(account)
    was.rows = before
    problems += difference(account.snapshot(), without(was, lasting))
    if lasting and any(entry.step.operation != "delete" for entry in (*error.failed, *error.pending)):
        problems.append("what cannot be undone was done before all else had succeeded")
    return problems


def test_a_failure_at_each_operation(full, tell):
    """The account is as before, apart from the deletions that are reported; the next commit does all of it."""
    every = [(number, kind) for number in range(1, COUNT + 1) for kind in FAILURES]
    chosen = every if full else every[:: len(every) // 12]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda pair: failing(*pair), chosen))
    tell(f"undo: {len(chosen)} commits of {COUNT} operations failed, {sum(map(bool, found))} not as before")
    assert not any(found), "\n".join(each for problems in found for each in problems)
