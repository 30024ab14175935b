"""A wait is about what comes after an action of this session, and never about the state from before it."""

from __future__ import annotations

import gc
import json
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from linode_orm import Backup, Instance, Session, Volume, WaitFailed, WaitTimeout
from linode_orm.errors import Forbidden, TransportError
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import Loaded
from linode_orm.session.verbs.session import parts_of
from linode_orm.session.waiting.reachability import EVENTFUL
from linode_orm.session.waiting.started import JOBS, event_of
from linode_orm.simulator import Simulator
from linode_orm.wire import Client
from linode_orm.wire.messages import Request, Response
from tests.session.commit.reconcile.values import resources, sample
from tests.session.fake_api import Clock

if TYPE_CHECKING:
    from linode_orm.mapping.operations import Operation

EVENTS = "GET /account/events"
JOB = 20


def actions() -> list[Any]:
    """Return every action of every resource of which the account's events tell."""
    found = [
        pytest.param(model, operation, id=f"{model.__name__}.{operation.name}")
        for model in resources()
        for operation in model.__mapper__.operations.values()
        if operation.scope == "item"
        and not (operation.answers or "").startswith("query:")
        and has_event(model, operation)
    ]
    assert len(found) > 30
    assert {"Instance.rescue", "MySQLDatabase.patch"} <= {each.id for each in found}
    return found


def has_event(model: Any, operation: Operation) -> bool:
    return event_of(model(), operation) is not None


class Account:
    """An API of one object, whose state lags behind: it looks as before while a job runs that only an event tells of."""

    def __init__(self, model: Any, operation: Operation) -> None:
        self.clock, self.lines = Clock(), list[str]()
        self._model, self._operation = model, operation
        mapper = model.__mapper__
        self.body = {field.key: sample(field.codec, 1) for field in mapper.fields.values() if not field.is_write_only}
        self.parents = tuple(range(31, 31 + mapper.parent_count))
        self.path, self.began = "", None
        self.late, self.ends_as, self.is_forbidden, self.action = 0.0, "finished", False, ""

    def close(self) -> None:
        pass

    def send(self, request: Request, *, token: str | None, timeout: float) -> Response:
        self.lines.append(f"{request.method} {request.path}")
        answer: Any = deepcopy(self.body)
        if request.path == "/account/events":
            if self.is_forbidden:
                raise Forbidden("no", status=403, method="GET", path=request.path)
            is_there = self.began is not None and self.clock.monotonic() - self.began >= self.late
            answer = {"data": [self.event()] if is_there else [], "page": 1, "pages": 1, "results": 1}
        elif request.method != "GET":
            self.began = self.clock.monotonic()
            answer = self.answer()
        elif request.path != self.path:
            answer = {"data": [answer], "page": 1, "pages": 1, "results": 1}
        date = self.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        return Response(200, {"content-type": "application/json", "date": date}, json.dumps(answer).encode(), request)

    def answer(self) -> Any:
        kind = self._operation.answers
        if kind is None or kind in {"value", "bytes"}:
            return {}
        if kind in {"strings", "mixed"} or kind.startswith("list:"):
            return []
        made: Any = lookup(kind)
        return {each.key: sample(each.codec, 1) for each in made.__mapper__.fields.values() if not each.is_write_only}

    def event(self) -> dict[str, Any]:
        has_ended = self.clock.monotonic() - self.began >= JOB
        entity = {"id": 1, "type": "x", "url": f"/v4{self.path}", "label": "x"}
        action, created = (
            self.action or self._operation.event or f"{JOBS[self._model.__name__]}job",
            "2026-01-01T00:00:01",
        )
        status = self.ends_as if has_ended else "started"
        return {"id": 7, "action": action, "created": created, "entity": entity, "status": status}


@pytest.mark.parametrize(("model", "operation"), actions())
def test_every_action_is_waited_for(model, operation):
    """A condition that is true all the time is met when the job has ended that the action started, and not before."""
    account = Account(model, operation)
    with Session(client=Client(transport=account, clock=account.clock)) as session:
        parts = parts_of(session)
        instance = parts.loader.one(model, account.parents, deepcopy(account.body), Loaded.WHOLE)
        account.path = model.__mapper__.path_for(instance.__state__.identity, instance.__state__.parents)
        names = [*operation.required, *(name for name in ("id",) if f"{{{name}}}" in operation.path)]
        parts.actions.send(instance, operation, dict.fromkeys(names, "1"))
        attribute = model.__mapper__.fields[constant(model)].attribute(model)
        began = account.clock.monotonic()
        session.wait(instance, attribute.is_(None) | ~attribute.is_(None), timeout=100)
        assert account.clock.monotonic() - began >= JOB - 1
        assert EVENTS in account.lines


def constant(model: Any) -> str:
    """Return an attribute that conditions may ask for."""
    return next(
        name for name, field in model.__mapper__.fields.items() if not field.is_write_only and not field.redacted
    )


@pytest.fixture
def sim():
    with Simulator(job_seconds=JOB) as simulator:
        yield simulator


@pytest.fixture
def session(sim):
    with Session(client=sim.client()) as opened:
        yield opened


def running(sim, session) -> Instance:
    sim.seed(instances=[{"label": "web", "status": "running"}])
    return session.query(Instance).one()


def path(instance) -> str:
    return f"/linode/instances/{instance.id}"


def test_a_state_that_was_false_since_the_action_is_after_it(sim, session):
    """A boot that was seen under way needs no event: nothing more is sent than before."""
    sim.seed(instances=[{"label": "web", "status": "offline"}])
    instance = session.query(Instance).one()
    instance.boot()
    before = len(sim.requests)
    instance.wait_until(Instance.status == "running", timeout=100)
    lines = sim.requests.lines[before:]
    assert lines[:3] == [f"GET {path(instance)}"] * 3
    assert len(lines) <= 12


def booted(account: Account, session: Session) -> Instance:
    """Give a Linode that was told to reboot, and looks as before."""
    instance = parts_of(session).loader.one(Instance, (), {**account.body, "status": "running"}, Loaded.WHOLE)
    account.path, account.body["status"] = f"/linode/instances/{instance.id}", "running"
    instance.reboot()
    return instance


@pytest.mark.parametrize(("late", "waited"), [(4.0, JOB), (1000.0, 10.0)])
def test_the_event_may_come_late(late, waited):
    """While none is there the old state is not taken, for ten seconds; then it counts as it is."""
    account = Account(Instance, Instance.__mapper__.operations["reboot"])
    account.late = late
    with Session(client=Client(transport=account, clock=account.clock)) as session:
        instance, began = booted(account, session), account.clock.monotonic()
        instance.wait_until(Instance.status == "running", timeout=100)
        assert waited - 1 <= account.clock.monotonic() - began <= waited + 15


def test_without_events_the_state_counts_after_a_while():
    """A token that may not read them waits as long as an event may be late, and takes the state as it is."""
    account = Account(Instance, Instance.__mapper__.operations["reboot"])
    account.is_forbidden = True
    with Session(client=Client(transport=account, clock=account.clock)) as session:
        instance, began = booted(account, session), account.clock.monotonic()
        instance.wait_until(Instance.status == "running", timeout=100)
        assert 9 <= account.clock.monotonic() - began <= 25
        assert account.lines.count(EVENTS) == 1


def test_an_action_that_failed_ends_the_wait_at_once():
    """The event of this session's own action is about this wait, although it is from before it."""
    account = Account(Instance, Instance.__mapper__.operations["reboot"])
    account.ends_as = "failed"
    with Session(client=Client(transport=account, clock=account.clock)) as session:
        instance = booted(account, session)
        account.clock.sleep(JOB)
        account.body["status"] = "offline"
        began = account.clock.monotonic()
        with pytest.raises(WaitFailed, match="linode_reboot failed"):
            instance.wait_until(Instance.status == "running", timeout=100)
        assert account.clock.monotonic() - began < 10


def test_a_second_wait_asks_for_no_event(sim, session):
    """Once an action has ended, the state counts as it is."""
    instance = running(sim, session)
    instance.reboot()
    instance.wait_until(Instance.status == "running", timeout=100)
    before = len(sim.requests)
    instance.wait_until(Instance.status == "running", timeout=100)
    assert sim.requests.lines[before:] == [f"GET {path(instance)}"]


def test_another_reference_to_the_object(sim, session):
    """The action is known by the key of its object, which its user need not hold."""
    instance = running(sim, session)
    identity, place = instance.id, path(instance)
    instance.reboot()
    sim.change(place, status="running")
    del instance
    gc.collect()
    began = sim.clock.monotonic()
    Instance(session, identity).wait_until(Instance.status == "running", timeout=100)
    assert sim.clock.monotonic() - began >= JOB - 1


def test_an_event_that_announces_a_job_is_not_its_end():
    """`linode_resize_create` is there at once; the resize has not begun."""
    account = Account(Instance, Instance.__mapper__.operations["resize"])
    account.action, account.ends_as = "linode_resize_create", "notification"
    with Session(client=Client(transport=account, clock=account.clock)) as session:
        instance = parts_of(session).loader.one(Instance, (), {**account.body, "type": "g6-b"}, Loaded.WHOLE)
        account.path, account.body["type"] = f"/linode/instances/{instance.id}", "g6-b"
        instance.resize("g6-b")
        started = parts_of(session).started.of(instance)
        with pytest.raises(WaitTimeout, match="resize has not ended"):
            instance.wait_until(Instance.type == "g6-b", timeout=5)
        assert (started.number, started.status) == (None, "")


def test_a_lost_answer_may_be_an_action(session, sim):
    """The state from before an action in doubt is not taken, either."""
    instance = running(sim, session)
    sim.faults.add("POST", f"{path(instance)}/rescue", None, "timeout_after")
    with pytest.raises(TransportError):
        instance.rescue()
    sim.faults.clear()
    assert parts_of(session).started.of(instance).name == "rescue"


def test_an_action_of_nobody_is_not_waited_for(sim, session):
    """What another session started does not hold a condition back that is true."""
    instance = running(sim, session)
    with Session(client=sim.client()) as other:
        other.get(Instance, instance.id).reboot()
    sim.change(path(instance), status="running")
    before = len(sim.requests)
    instance.wait_until(Instance.status == "running", timeout=100)
    assert sim.requests.lines[before:] == [f"GET {path(instance)}"]


def test_the_time_limit_says_what_has_not_ended(sim, session):
    """The message names the action whose end was not seen."""
    instance = running(sim, session)
    instance.reboot()
    sim.change(path(instance), status="running")
    with pytest.raises(WaitTimeout, match="reboot has not ended within 5 s"):
        instance.wait_until(Instance.status == "running", timeout=5)


def test_many_at_once(sim, session):
    """Fifty reboots are waited for in one list and one request for events a round."""
    sim.seed(instances=[{"label": f"m{at}", "status": "running"} for at in range(50)])
    fleet = session.query(Instance).all()
    for each in fleet:
        each.reboot()
        sim.change(path(each), status="running")
    before, began = len(sim.requests), sim.clock.monotonic()
    session.wait(fleet, Instance.status == "running", timeout=100)
    assert sim.clock.monotonic() - began >= JOB
    assert len(sim.requests) - before < 25


@pytest.mark.parametrize("count", [3, 10, 20])
def test_children_of_many_parents(count):
    """Snapshots of many Linodes cost a request each and a few a round: events tell when to look again."""
    with Simulator(job_seconds=240) as sim, Session(client=sim.client()) as session:
        sim.seed(instances=[{"label": f"web-{n}"} for n in range(count)])
        for each in session.query(Instance).all():
            sim.change(path(each), backups={**sim.read(path(each))["backups"], "enabled": True})
        shots = [Backup(instance=each, label="nightly") for each in session.query(Instance)]
        session.add_all(shots)
        session.commit()
        before, began = len(sim.requests), sim.clock.monotonic()
        session.wait(shots, Backup.status == "successful", timeout=3600)
        lines = sim.requests.lines[before:]
        rounds = 4 + (sim.clock.monotonic() - began) / 10
        assert EVENTS in lines
        assert len(lines) <= 2 * count + rounds * (1 + max(2, count / 6)), len(lines)


@pytest.mark.slow
def test_a_hundred_snapshots_of_four_minutes():
    """Waiting for a hundred snapshots costs at most 130 requests and one a round, not one for each at every look."""
    with Simulator(job_seconds=240) as sim, Session(client=sim.client()) as session:
        sim.seed(instances=[{"label": f"web-{n}"} for n in range(100)])
        fleet = session.query(Instance).all()
        for each in fleet:
            sim.change(path(each), backups={**sim.read(path(each))["backups"], "enabled": True})
        report = session.act(fleet, Instance.snapshot, arguments={"label": "nightly"}, timeout=3600)
        assert report.counts == {"applied": 100}
        reads = [each for each in sim.requests if each.method == "GET"]
        rounds = sum(each.path == "/account/events" for each in reads)
        assert len(reads) <= 130 + rounds, len(reads)


@pytest.mark.slow
def test_a_hundred_new_snapshots_of_four_minutes():
    """The same where the snapshots are new objects that are waited for by a condition."""
    with Simulator(job_seconds=240) as sim, Session(client=sim.client()) as session:
        sim.seed(instances=[{"label": f"web-{n}"} for n in range(100)])
        for each in session.query(Instance).all():
            sim.change(path(each), backups={**sim.read(path(each))["backups"], "enabled": True})
        shots = [Backup(instance=each, label="nightly") for each in session.query(Instance)]
        session.add_all(shots)
        session.commit()
        before = len(sim.requests)
        session.wait(shots, Backup.status == "successful", timeout=3600)
        lines = sim.requests.lines[before:]
        rounds = lines.count(EVENTS)
        assert len(lines) <= 130 + rounds, (len(lines), rounds)


def test_the_classes_of_whose_changes_events_tell():
    """Each is declared, and those with jobs of their own are among them."""
    assert {each.__name__ for each in resources()} >= EVENTFUL
    assert {Volume.__name__, Instance.__name__, Backup.__name__} <= EVENTFUL
