"""Drives a session at random against the simulator, beside a plain model of what should be true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from linode_orm import BadRequest, CommitError, Instance, NotFound, Session, Volume
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Mapping

TAGS = st.sampled_from(["a", "b", "c", "d"])
WHICH = st.integers(0, 3)
FAULTS = st.sampled_from(["reset_before", "html502", "timeout_after", "html502_after", 429])


LENGTHS: list[int] = []


class Model:
    """What one instance should be: what the session saw last, and what the user made of it."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.seen = self.of(body)
        self.mine: dict[str, Any] = {}
        self.tags = set(self.seen["tags"])
        self.exact = False

    @staticmethod
    def of(body: Mapping[str, Any]) -> dict[str, Any]:
        return {"label": body["label"], "tags": set(body["tags"]), "cpu": body["alerts"]["cpu"]}

    def see(self, body: Mapping[str, Any]) -> None:
        """Take a newer answer: pending values stay, and are clean where they are the same; tags are edited again."""
        before, self.seen = self.seen["tags"], self.of(body)
        if not self.exact:
            added, dropped = self.tags - before, before - self.tags
            self.tags = (self.seen["tags"] | added) - dropped
        self.exact = self.exact and self.tags != self.seen["tags"]
        self.mine = {key: value for key, value in self.mine.items() if self.seen[key] != value}

    def set(self, key: str, value: Any) -> None:
        self.mine.pop(key, None)
        if self.seen[key] != value:
            self.mine[key] = value

    def assign(self, tags: set[str]) -> None:
        """Take exactly these tags, whatever the account has, unless they are the same already."""
        self.tags = tags
        self.exact = tags != self.seen["tags"]

    def value(self, key: str) -> Any:
        return self.mine.get(key, self.seen[key])

    @property
    def is_dirty(self) -> bool:
        return bool(self.mine) or self.tags != self.seen["tags"]

    @property
    def body(self) -> dict[str, Any]:
        """The keys that a commit should send, with their values."""
        sent: dict[str, Any] = {}
        if "label" in self.mine:
            sent["label"] = self.mine["label"]
        if self.tags != self.seen["tags"]:
            sent["tags"] = self.tags
        if "cpu" in self.mine:
            sent["alerts"] = self.mine["cpu"]
        return sent

    def forget(self) -> None:
        self.mine, self.tags, self.exact = {}, set(self.seen["tags"]), False


class SessionMachine(RuleBasedStateMachine):
    """The session, the account behind it, and the model beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.sim = Simulator()
        self.session = Session(
            client=self.sim.client(), volatile_ttl=None, conflicts="ignore"
        )  # merges have a test of two writers
        self.models: dict[int, Model] = {}
        self.held: dict[int, Instance] = {}
        self.new: list[Volume] = []
        self.deleted: set[int] = set()
        self.labels = 0
        self.steps = -1

    @initialize()
    def account(self) -> None:
        self.sim.seed(instances=4)
        self.read_all()

    def path(self, identity: int) -> str:
        return f"/linode/instances/{identity}"

    def pick(self, at: int) -> int | None:
        ids = sorted(set(self.held) - self.deleted)
        return ids[at % len(ids)] if ids else None

    # -- reading -----------------------------------------------------------------------------------------------------

    @rule()
    def read_all(self) -> None:
        """A query takes the newest values of every object."""
        before = len(self.sim.requests)
        found = {each.id: each for each in self.session.query(Instance)}
        assert len(self.sim.requests) == before + 1
        bodies = {row.id: row.body for row in self.sim.state.rows("Instance")}
        assert set(found) == set(bodies)
        for identity, instance in found.items():
            self._meet(identity, instance, bodies[identity])

    @rule(at=WHICH)
    def get(self, at: int) -> None:
        """An object that is loaded costs nothing, and is the same."""
        identity = self.pick(at)
        if identity is None:
            return
        before = len(self.sim.requests)
        assert self.session.get(Instance, identity) is self.held[identity]
        assert len(self.sim.requests) == before

    @rule(
        tag=TAGS, fault=st.none() | st.sampled_from(["html502", "reset_before", "timeout_after", 429, "half_json", 400])
    )
    def filtered(self, tag: str, fault: str | int | None) -> None:
        """A filter asks about the account; what passes is asked again, what stays wrong is raised and changes nothing."""
        if fault is not None:
            self.sim.faults.add("GET", "/linode/instances", nth=1, action=fault)
        try:
            found = {each.id: each for each in self.session.query(Instance).filter(Instance.tags.contains(tag))}
        except BadRequest:
            assert fault == 400
            return
        finally:
            self.sim.faults.clear()
        assert fault != 400
        bodies = {row.id: row.body for row in self.sim.state.rows("Instance") if tag in row.body["tags"]}
        assert set(found) == set(bodies)
        for identity, instance in found.items():
            self._meet(identity, instance, bodies[identity])

    def _meet(self, identity: int, instance: Instance, body: Mapping[str, Any]) -> None:
        assert self.held.setdefault(identity, instance) is instance
        if identity in self.models:
            self.models[identity].see(body)
        else:
            self.models[identity] = Model(body)

    @rule(at=WHICH)
    def expire(self, at: int) -> None:
        """An expired object sends nothing before it is read, then one GET; pending changes stay."""
        identity = self.pick(at)
        if identity is None:
            return
        before = len(self.sim.requests)
        self.session.expire(self.held[identity])
        assert len(self.sim.requests) == before
        assert self.held[identity].region_id
        assert self.sim.requests.lines[before:] == [f"GET {self.path(identity)}"]
        self.models[identity].see(self.sim.read(self.path(identity)))

    @rule(at=WHICH)
    @precondition(lambda self: len(self.held) - len(self.deleted) > 1)
    def forget(self, at: int) -> None:
        """An expunged object leaves with its changes; `get` then reads another one, by one GET."""
        identity = self.pick(at)
        assert identity is not None
        old = self.held[identity]
        self.session.expunge(old)
        before = len(self.sim.requests)
        found = self.session.get(Instance, identity)
        assert found is not None
        assert found is not old
        assert len(self.sim.requests) == before + 1
        self.held[identity], self.models[identity] = found, Model(self.sim.read(self.path(identity)))

    @rule(at=WHICH)
    def refresh(self, at: int) -> None:
        """A refresh keeps pending changes."""
        identity = self.pick(at)
        if identity is None:
            return
        self.session.refresh(self.held[identity])
        self.models[identity].see(self.sim.read(self.path(identity)))

    # -- changing ----------------------------------------------------------------------------------------------------

    @rule(at=WHICH, again=st.booleans())
    def rename(self, at: int, again: bool) -> None:
        """A new label, or the one that it has already."""
        identity = self.pick(at)
        if identity is None:
            return
        self.labels += 1
        label = self.models[identity].seen["label"] if again else f"label-{self.labels}"
        self.held[identity].label = label
        self.models[identity].set("label", label)

    @rule(at=WHICH, cpu=st.integers(80, 84))
    def nested(self, at: int, cpu: int) -> None:
        """A value inside a nested object."""
        identity = self.pick(at)
        if identity is None:
            return
        self.held[identity].alerts.cpu = cpu
        self.models[identity].set("cpu", cpu)

    @rule(at=WHICH, tag=TAGS, put=st.booleans())
    def tag(self, at: int, tag: str, put: bool) -> None:
        """A tag put on or taken off."""
        identity = self.pick(at)
        if identity is None:
            return
        if put:
            self.held[identity].tags.add(tag)
            self.models[identity].tags.add(tag)
        else:
            self.held[identity].tags.discard(tag)
            self.models[identity].tags.discard(tag)

    @rule(at=WHICH, tags=st.sets(TAGS, max_size=3))
    def assign(self, at: int, tags: set[str]) -> None:
        """Tags assigned as a whole."""
        identity = self.pick(at)
        if identity is None:
            return
        self.held[identity].tags = sorted(tags)
        self.models[identity].assign(tags)

    @rule()
    def add(self) -> None:
        """A new volume."""
        self.labels += 1
        volume = Volume(label=f"volume-{self.labels}", region="us-east", size=20)
        self.session.add(volume)
        self.new.append(volume)

    @rule(at=WHICH)
    @precondition(lambda self: len(self.held) - len(self.deleted) > 1)
    def delete(self, at: int) -> None:
        """An object marked for deletion."""
        identity = self.pick(at)
        assert identity is not None
        self.session.delete(self.held[identity])
        self.deleted.add(identity)

    # -- behind the session's back -----------------------------------------------------------------------------------

    @rule(at=WHICH, tag=TAGS, cpu=st.integers(80, 84))
    def others(self, at: int, tag: str, cpu: int) -> None:
        """Somebody else changes an object."""
        identity = self.pick(at)
        if identity is None:
            return
        body = self.sim.read(self.path(identity))
        self.labels += 1
        self.sim.change(
            self.path(identity),
            label=f"theirs-{self.labels}",
            tags=sorted({*body["tags"], tag}),
            alerts={**body["alerts"], "cpu": cpu},
        )

    @rule()
    @precondition(lambda self: len(self.held) < 8)
    def appear(self) -> None:
        """Somebody else creates an object, which the next query finds."""
        self.labels += 1
        self.sim.add("/linode/instances", label=f"appeared-{self.labels}", region="us-east", type="g6-nanode-1")
        self.sim.clock.advance(60)

    @rule(at=WHICH)
    @precondition(lambda self: len(self.held) - len(self.deleted) > 2)
    def vanish(self, at: int) -> None:
        """Somebody else deletes an object: it keeps its values, cannot be read again, and is None once it has left."""
        identity = self.pick(at)
        assert identity is not None
        gone = self.held.pop(identity)
        label = self.models.pop(identity).value("label")
        self.sim.remove(self.path(identity))
        with pytest.raises(NotFound):
            self.session.refresh(gone)
        assert gone.label == label
        self.session.expunge(gone)
        assert self.session.get(Instance, identity) is None
        assert gone.label == label

    # -- the end of a unit of work -----------------------------------------------------------------------------------

    @rule()
    def rollback(self) -> None:
        """Everything pending is taken back, and nothing is sent."""
        before = len(self.sim.requests)
        self.session.rollback()
        assert len(self.sim.requests) == before
        for model in self.models.values():
            model.forget()
        self.deleted.clear()
        self.new.clear()

    @rule(fault=st.none() | FAULTS)
    def commit(self, fault: str | int | None) -> None:
        """Exactly the plan is sent, whatever the network does to requests that may be repeated."""
        expected = {
            f"PUT {self.path(key)}" for key, each in self.models.items() if each.is_dirty and key not in self.deleted
        }
        expected |= {f"DELETE {self.path(key)}" for key in self.deleted}
        planned = [f"{step.method} {step.path}" for step in self.session.plan()]
        assert sorted(planned) == sorted([*expected, *(["POST /volumes"] * len(self.new))])
        if fault is not None:
            self.sim.faults.add("PUT", "/linode/instances/*", nth=1, action=fault)
        before = len(self.sim.requests)
        self.session.commit()
        self.sim.faults.clear()
        sent = [each for each in self.sim.requests[before:] if each.method != "GET"]
        assert {f"{each.method} {each.path}" for each in sent} == set(planned)
        self._applied(sent)

    @rule()
    @precondition(lambda self: any(each.is_dirty for key, each in self.models.items() if key not in self.deleted))
    def refused(self) -> None:
        """What the API refuses stays pending, and the next commit sends it alone."""
        dirty = [key for key, each in sorted(self.models.items()) if each.is_dirty and key not in self.deleted]
        self.sim.faults.add("PUT", self.path(dirty[0]), nth=1, action=400)
        before = len(self.sim.requests)
        with pytest.raises(CommitError) as caught:
            self.session.commit(on_error="continue")
        assert [each.operation for each in caught.value.failed] == [f"PUT {self.path(dirty[0])}"]
        sent = [each for each in self.sim.requests[before:] if each.method != "GET" and each.status == 200]
        self._applied(sent)
        assert [f"{step.method} {step.path}" for step in self.session.plan()] == [f"PUT {self.path(dirty[0])}"]

    @rule(at=WHICH)
    def save(self, at: int) -> None:
        """One object is sent alone, and nothing for a clean one."""
        identity = self.pick(at)
        if identity is None:
            return
        model, before = self.models[identity], len(self.sim.requests)
        body = model.body
        self.held[identity].save()
        arrived = self.sim.requests[before:]
        assert self.sim.requests.lines[before:] == ([f"PUT {self.path(identity)}"] if body else [])
        for each in arrived:
            self._compare(each, model)

    @rule(fault=st.sampled_from(["timeout_after", "html502_after", "timeout_before", "reset_after"]))
    @precondition(lambda self: self.new)
    def lost(self, fault: str) -> None:
        """A create whose answer is lost is found, or sent again, by this commit or the next, and none is doubled."""
        self.sim.faults.add("POST", "/volumes", nth=1, action=fault)
        before = len(self.sim.requests)
        try:
            self.session.commit(on_error="continue")
        except CommitError as error:
            assert [each.operation for each in error.in_doubt] == ["POST /volumes"]  # noqa: PT017  it may have been found
            assert not error.failed  # noqa: PT017
            self.sim.faults.clear()
            self.session.commit()
        self.sim.faults.clear()
        self._applied([each for each in self.sim.requests[before:] if each.method != "GET"])
        labels = [row.body["label"] for row in self.sim.state.rows("Volume")]
        assert len(labels) == len(set(labels))

    def _compare(self, arrived: Any, model: Model) -> None:
        """Compare a PUT that was answered with what the model says that it should hold, and let the model know."""
        body = dict(arrived.body)
        if "tags" in body:
            body["tags"] = set(body["tags"])
        if "alerts" in body:
            body["alerts"] = body["alerts"]["cpu"]
        if model.is_dirty:
            assert body == model.body
        model.see(self.sim.read(arrived.path))

    def _applied(self, sent: list[Any]) -> None:
        """Compare what arrived with the model, and let the model know."""
        for each in sent:
            identity = int(each.path.rpartition("/")[2]) if "/instances/" in each.path else 0
            if each.method == "PUT" and each.status == 200:
                self._compare(each, self.models[identity])
        for identity in self.deleted:
            assert self.sim.state.get("Instance", identity) is None
            del self.models[identity], self.held[identity]
        self.deleted.clear()
        for volume in self.new:
            assert self.sim.state.get("Volume", volume.id) is not None
        self.new.clear()

    # -- always ------------------------------------------------------------------------------------------------------

    @invariant()
    def values_are_as_expected(self) -> None:
        """Each object shows what the user made of it, and counts as changed exactly where it is."""
        self.steps += 1
        before = len(self.sim.requests)
        for identity, instance in self.held.items():
            model = self.models[identity]
            assert instance.label == model.value("label")
            assert set(instance.tags) == model.tags
            assert instance.alerts.cpu == model.value("cpu")
            if identity not in self.deleted:
                assert self.session.is_modified(instance) is model.is_dirty
        assert len(self.sim.requests) == before
        assert {each.label for each in self.session.new} == {each.label for each in self.new}
        assert {each.id for each in self.session.deleted} == self.deleted

    def teardown(self) -> None:
        self.session.close()
        LENGTHS.append(self.steps)


TestSession = pytest.mark.slow(SessionMachine.TestCase)
TestSession.__doc__ = "A session does what a plain model of it does, through fifty steps at random."
TestSession.settings = settings(
    max_examples=80, stateful_step_count=50, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.slow
def test_the_runs_were_long():
    """The random runs had twenty steps or more on average, or they would prove little."""
    if not LENGTHS:
        TestSession("runTest").runTest()
    assert sum(LENGTHS) / len(LENGTHS) >= 20
