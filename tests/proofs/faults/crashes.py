"""Kills a process in the middle of a commit, cuts its power, and lets the journal be recovered by another."""

from __future__ import annotations

import copy
import json
import os
import queue
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import linode_orm
from linode_orm import CommitError, LinodeORMError
from tests.places import ROOT
from tests.proofs.faults import bulk, bundled
from tests.proofs.faults.child import FAILED, MARK, connect
from tests.proofs.faults.comparisons import difference, doubled
from tests.proofs.faults.disk import cut_power
from tests.proofs.faults.fake_account import FakeAccount
from tests.proofs.faults.server import Kind, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Self

    from tests.proofs.faults.server import Arrived

COUNT = 60
LATE = 0.4
MOST_RECOVERIES = 3
PATIENCE = 120.0
SIDE_BY_SIDE = 10
WAYS = ("arriving", "answering", "late")
"""A request at which the process is killed is not done, done, or done after recovery has begun."""


@dataclass(frozen=True)
class Crash:
    """Where a process ends.

    `at` is `request` (the n-th of the commit), `write` (the n-th write to the disk), `sync`, or `full` (the disk has
    room for n writes); `way` is one of `WAYS` or `interrupting` for a request, else `before` or `after`. With `power`
    only what was synced is left of the journal; with `chance` some files have more than that, by chance. With `again`
    the process that recovers is killed as well, at that request. With `undo` recovery goes back. With `bundled` the
    commit is one of two bundles instead of sixty operations.
    """

    at: str
    number: int
    way: str
    power: bool = False
    chance: bool = False
    again: int = 0
    undo: bool = False
    synchronous: str = ""
    bundled: bool = False

    def __str__(self) -> str:
        more = {
            "power cut": self.power,
            "some written by chance": self.chance,
            f"recovery killed at request {self.again}": self.again,
            "undone": self.undo,
            "bundled": self.bundled,
        }
        return ", ".join([f"{self.way} {self.at} {self.number}", *(text for text, is_so in more.items() if is_so)])


@dataclass
class Ending:
    """What became of it: `problems` is empty where all is well."""

    crash: Crash
    problems: list[str] = field(default_factory=list)
    died: bool = False
    begun: bool = False
    seconds: float = 0.0
    log: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n  ".join([str(self.crash), *self.problems, *self.log])


class ForkServer:
    """A process that forks others, one for each job, side by side: starting one anew would cost more than a crash."""

    def __enter__(self) -> Self:
        self._stderr = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.proofs.faults.child"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
        )
        self._lock = threading.Lock()
        self._ended: dict[int, queue.SimpleQueue[int]] = {}
        self._feed = threading.Thread(target=self._listen, daemon=True)
        self._feed.start()
        return self

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            number, status = map(int, line.split())
            self._ended[number].put(status)

    def run(self, job: dict[str, Any]) -> int:
        """Run a job to its end; give the exit status, negative where a signal ended it."""
        assert self._process.stdin is not None
        ended: queue.SimpleQueue[int] = queue.SimpleQueue()
        with self._lock:
            number = len(self._ended)
            self._ended[number] = ended
            self._process.stdin.write(f"{json.dumps({'job': number, **job})}\n")
            self._process.stdin.flush()
        return ended.get(timeout=PATIENCE)

    def run_all(self, crashes: Sequence[Crash]) -> list[Ending]:
        """Let processes end at these places, several at once: much of their time is waiting."""
        with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            return list(pool.map(lambda crash: run(crash, self), crashes))

    def said(self) -> str:
        """Give what children wrote to stderr."""
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")[-4000:]

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._feed.join(30)
        self._process.stdout.close()
        self._stderr.close()


class Killer:
    """Kills the process that sent the n-th request of a commit."""

    def __init__(self, crash: Crash) -> None:
        self._way, self._number = (crash.way, crash.number) if crash.at == "request" else ("", 0)
        self._lock = threading.Lock()
        self._begun, self._seen = False, 0
        self.chosen: Arrived | None = None

    def again(self, number: int) -> None:
        """Kill the next process as well."""
        self._way, self._number = "arriving", number
        self._begun, self._seen, self.chosen = False, 0, None

    def arriving(self, request: Arrived) -> None:
        """Count a request before it has its effect."""
        with self._lock:
            if request.path == MARK:
                self._begun = True
                return
            self._seen += self._begun
            if not self._begun or self.chosen is not None or self._seen != self._number:
                return
            self.chosen = request
        if self._way == "arriving":
            request.fault = Kind("reset", done=False)
        elif self._way == "late":
            request.fault = Kind("effect delayed", done=None)
        if self._way == "interrupting":
            kill(request, signal.SIGINT)
        elif self._way != "answering":
            kill(request)

    def answering(self, request: Arrived) -> None:
        """Kill after the effect."""
        if request is self.chosen and self._way == "answering":
            kill(request)


def kill(request: Arrived, number: signal.Signals = signal.SIGKILL) -> None:
    """End the process that sent a request, by a signal that no process can refuse unless another is named."""
    os.kill(int(request.token.removeprefix("pid-")), number)


def writes(account: FakeAccount) -> int:
    """Count what was changed."""
    return len(account.effects)


def run(crash: Crash, fork_server: ForkServer) -> Ending:
    """Let one process die there, recover its journal here, and look at the account."""
    ending, began = Ending(crash), time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        (place / "durable").mkdir()
        killer = Killer(crash)
        account = bundled.start() if crash.bundled else bulk.start(COUNT)
        before = copy.deepcopy(account.rows)

        def deleted() -> dict[str, list[str]]:
            """Give the account as it was, without what was deleted: that cannot be brought back."""
            was = FakeAccount(rows=copy.deepcopy(before))
            for effect in account.effects:
                if effect.method == "DELETE":
                    was.rows.get(effect.collection, {}).pop(effect.id, None)
            return was.snapshot()

        server = Server(account, late=LATE, arriving=killer.arriving, answering=killer.answering)
        with server:
            status = fork_server.run(job(crash, place, server))
            ending.died = status == -signal.SIGKILL
            asked = FAILED if crash.at == "full" or crash.way == "interrupting" else 0
            if not ending.died and status not in {0, asked}:
                ending.problems.append(f"the process ended with {status}: {fork_server.said()}")
            if crash.way != "late":
                server.settled()
            if crash.power:
                cut_power(place / "journal", place / "durable", by_chance(crash, place))
            ending.begun = any(each.method != "GET" for each in server.arrived)
            if crash.again:
                killer.again(crash.again)
                fork_server.run({"url": server.url, "journal": str(place / "journal"), "recovers": True})
            recover(ending, place / "journal", server, deleted if crash.undo else None)
            ending.log = [str(each) for each in server.arrived[6:]]
    ending.seconds = time.monotonic() - began
    return ending


def job(crash: Crash, place: Path, server: Server) -> dict[str, Any]:
    """Say what the process is to do."""
    found: dict[str, Any] = {
        "url": server.url,
        "journal": str(place / "journal"),
        "durable": str(place / "durable"),
        "count": 0 if crash.bundled else COUNT,
        "die_after": crash.way == "after",
        "synchronous": crash.synchronous,
    }
    names = {"write": "die_at", "sync": "die_at_sync", "full": "full_after"}
    if crash.at in names:
        found[names[crash.at]] = crash.number
    return found


def by_chance(crash: Crash, place: Path) -> frozenset[str]:
    """Choose the files whose unsynced part got to the disk as well."""
    names = sorted(path.name for path in place.glob("journal*"))
    chooser = random.Random(crash.number)
    return frozenset(name for name in names if crash.chance and chooser.random() < 0.5)


def recover(
    ending: Ending, journal: Path, server: Server, back: Callable[[], dict[str, list[str]]] | None = None
) -> None:
    """Recover until all is done, or undone; then once more, which must send no write."""
    account = server.account
    with connect(server.url, "recovery") as client:
        try:
            finished = attempt(journal, client, undo=back is not None)
        except LinodeORMError as error:
            # no journal, or one in which nothing stands yet: right where nothing was sent
            if ending.begun or writes(account):
                ending.problems.append(f"recover(): {error!r}")
            return
        server.settled()
        ending.problems += [f"doubled: {each}" for each in doubled(account)]
        if not finished and back is None:
            ending.problems.append("recover() did not end")
        if not (ending.begun or writes(account)):
            return
        plan = bundled.planned if ending.crash.bundled else planned
        wanted = plan() if back is None else back()
        ending.problems += [f"lost: {each}" for each in difference(account.snapshot(), wanted)]
        before = len(server.writes)
        attempt(journal, client)
        if len(server.writes) != before:
            ending.problems.append(f"the second recover() sent {len(server.writes) - before} writes")


def attempt(journal: Path, client: linode_orm.Client, *, undo: bool = False) -> bool:
    """Call recover() until it has nothing left; say whether it came to that."""
    for _ in range(MOST_RECOVERIES):
        try:
            linode_orm.recover(journal, client=client, undo=undo)
        except CommitError:
            continue
        return True
    return False


_planned: dict[str, list[str]] = {}


def planned() -> dict[str, list[str]]:
    """Give the account as it is to be, by names."""
    if not _planned:
        _planned.update(bulk.finish(COUNT).snapshot())
    return _planned


def measured(fork_server: ForkServer, crash: Crash = Crash("", 0, "")) -> tuple[int, int, int]:
    """Let one commit end; give its requests, its writes to the disk and its syncs."""
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        (place / "durable").mkdir()
        with Server(bundled.start() if crash.bundled else bulk.start(COUNT)) as server:
            counts = place / "counts.json"
            status = fork_server.run(job(crash, place, server) | {"counts": str(counts)})
            assert status == 0, fork_server.said()
            assert difference(server.account.snapshot(), bundled.planned() if crash.bundled else planned()) == []
            requests = len(server.arrived) - next(each.number for each in server.arrived if each.path == MARK)
        found = json.loads(counts.read_text(encoding="utf-8"))
        return requests, len(found["events"]), found["syncs"]
