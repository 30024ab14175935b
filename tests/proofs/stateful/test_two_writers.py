"""Two writers at the same objects, request by request: what the other one writes is lost only between a read and its PUT."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from linode_orm import Instance, Session
from linode_orm.errors import CommitError, ConflictError
from linode_orm.simulator import Simulator
from tests.session.fake_api import Dock, FakeApi, Rule
from tests.session.fake_api import Session as FakeSession

if TYPE_CHECKING:
    from linode_orm.wire.messages import Request

RUNS = 1000
"""How many interleavings a whole run has; the usual one takes a seeded tenth of them."""


class SharedApi(FakeApi):
    """An API that another writer uses too: before a request of ours, it may write one of its own."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(workers=1)
        self._chance = chance
        self._number = 0
        self.events: defaultdict[str, list[tuple[str, Any]]] = defaultdict(list)
        """What happened to each object, in order: `read`, `put`, and what the other writer `wrote`."""
        self.often = 0.5

    def send(self, request: Request, *, token: str | None, timeout: float) -> Any:
        while self._chance.random() < self.often:
            self.write()
        response = super().send(request, token=token, timeout=timeout)
        path = request.path.removesuffix("/rules")
        if request.method == "PUT":
            self.events[path].append(("put", None))
        elif path in self.objects:
            self.events[path].append(("read", None))
        else:
            for row in response.json()["data"]:
                self.events[f"{path}/{row['id']}"].append(("read", None))
        return response

    def write(self) -> None:
        """Change one part of one object as the other writer does."""
        path = self._chance.choice(sorted(self.objects))
        body = deepcopy(self.objects[path])
        self._number += 1
        kind = self._chance.choice(["tag", "tag", "io", "rule", "label", "cpu"])
        if kind == "tag":
            body["tags"].append(f"theirs-{self._number}")
        elif kind == "rule":
            body["rules"]["inbound"].append({"action": f"theirs-{self._number}"})
        elif kind in {"io", "cpu"}:
            body["limits"][kind] = self._number
        else:
            body["place"] = f"theirs-{self._number}"
        self.objects[path] = body
        if kind != "cpu":  # both may change that, and then it is a conflict
            self.events[path].append(("wrote", (kind, self._number)))

    def lost(self) -> list[tuple[str, Any]]:
        """Return what the other writer wrote and what is not there, but for writes between a read and its PUT."""
        return [
            (path, write)
            for path, events in self.events.items()
            for write in _safe(events)
            if not self._is_there(path, write)
        ]

    def _is_there(self, path: str, write: tuple[str, int]) -> bool:
        (kind, number), body = write, self.objects[path]
        if kind == "tag":
            return f"theirs-{number}" in body["tags"]
        if kind == "rule":
            return {"action": f"theirs-{number}"} in body["rules"]["inbound"]
        return body["limits"]["io"] >= number if kind == "io" else True


def _safe(events: list[tuple[str, Any]]) -> list[tuple[str, int]]:
    """Return the writes of the other writer that no PUT of ours followed without a read of the object between them."""
    safe: list[tuple[str, int]] = []
    for at, (kind, write) in enumerate(events):
        if kind == "wrote":
            after = [each for each, _ in events[at + 1 :] if each != "wrote"]
            if not after or after[0] == "read":
                safe.append(write)
    return safe


def seeded(api: SharedApi, count: int) -> None:
    for identity in range(1, count + 1):
        body = {
            "id": identity,
            "label": f"d{identity}",
            "place": "x",
            "tags": ["p", "q"],
            "limits": {"cpu": 1, "io": 0},
        }
        api.seed(f"/docks/{identity}", {**body, "rules": {"inbound": [{"action": "first"}], "version": 1}})


def edit(dock: Dock, chance: random.Random, number: int) -> None:
    """Change a part of an object as a program does."""
    kind = chance.choice(["tag", "tag", "off", "cpu", "rule", "label"])
    if kind == "tag":
        dock.tags.add(f"mine-{number}")
    elif kind == "off":
        dock.tags.discard("q")
    elif kind == "cpu":
        dock.limits.cpu = -number
    elif kind == "rule":
        dock.rules.inbound.append(Rule(action=f"mine-{number}"))
    else:
        dock.label = f"mine-{number}-{dock.id}"


def commit(session: FakeSession, chance: random.Random) -> None:
    """Commit until it is done; what both sides changed is settled as people do."""
    for _ in range(20):
        try:
            session.commit(on_error=chance.choice(["stop", "continue", "undo"]))
        except ConflictError as error:
            clashes = error.conflicts
        except CommitError as error:
            clashes = [each for entry in error.failed for each in getattr(entry.error, "conflicts", ())]
        else:
            return
        for clash in clashes:
            session.resolve(clash.object, chance.choice(["mine", "theirs"]), clash.attribute)
    session.api.often = 0.0
    session.commit()


def interleaved(seed: int, *, count: int, edits: int) -> list[tuple[str, Any]]:
    """Run one interleaving; return what was lost."""
    chance = random.Random(seed)
    api = SharedApi(chance)
    seeded(api, count)
    session = FakeSession(api)
    for round_ in range(1, 4):
        docks = session.query(Dock).all()
        for number in range(edits):
            edit(chance.choice(docks), chance, 100 * round_ + number)
        commit(session, chance)
    return api.lost()


@pytest.mark.slow
def test_nothing_of_another_writer_is_lost(full, record_property):
    """With the options as they are by default, over random edits and random writes of the other one between requests."""
    runs = range(RUNS) if full else range(0, RUNS, 10)
    lost = {seed: found for seed in runs if (found := interleaved(seed, count=4, edits=6))}
    assert not lost, lost
    record_property("interleavings", len(runs))


@pytest.mark.slow
def test_nothing_is_lost_in_a_commit_that_reads_again(full):
    """So too where a commit is so long that it reads several times."""
    for seed in range(10 if full else 2):
        assert not interleaved(seed, count=150, edits=400)


@pytest.mark.slow
def test_the_gap_of_many_objects(record_property):
    """Six hundred objects at 50 ms a request: no value is older than 5 s when it is written."""
    with Simulator(latency=0.05) as sim:
        sim.seed(instances=600)
        began = time.monotonic()
        with Session(client=sim.client(workers=8)) as session:
            for each in session.query(Instance):
                each.tags.add("edge")
            before = len(sim.requests)
            report = session.commit()
            reads = sum(each.method == "GET" for each in sim.requests[before:])
    assert len(report.applied) == 600
    assert report.window <= 5, report.window
    assert reads <= 2 + 8, reads
    record_property("window", report.window)
    record_property("seconds", time.monotonic() - began)
