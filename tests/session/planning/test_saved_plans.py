"""A saved plan is applied once, to what it was made for, and sends nothing but what it shows."""

from __future__ import annotations

import copy
import json
import os
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from linode_orm import (
    ConflictError,
    Domain,
    DomainRecord,
    Instance,
    InvalidRequestError,
    NodeBalancer,
    Plan,
    Session,
    Volume,
)
from linode_orm.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator() as simulator:
        simulator.seed(domains=[{"domain": "example.org"}], volumes=2, instances=2)
        yield simulator


@pytest.fixture
def session(sim) -> Iterator[Session]:
    with Session(client=sim.client()) as opened:
        yield opened


@pytest.fixture
def file(tmp_path):
    return tmp_path / "plan.json"


def saved(session: Session, file) -> None:
    session.plan().save(file)
    session.rollback()


def records(sim: Simulator) -> int:
    with Session(client=sim.client()) as session:
        (zone,) = session.query(Domain).all()
        return len(zone.records)


class TestOnce:
    @pytest.fixture
    def plan(self, session, file):
        """Save a plan that creates what may be there several times."""
        session.query(Domain).one().records.append(DomainRecord(type="TXT", name="once", target="x"))
        saved(session, file)
        return file

    def test_the_second_time_is_refused(self, sim, plan):
        """Whether it was loaded again or not, and under whatever policy for conflicts."""
        loaded = Plan.load(plan)
        loaded.apply(sim.client())
        for again in (loaded, Plan.load(plan)):
            for conflicts in ("check", "ignore"):
                with pytest.raises(InvalidRequestError, match=r"plan\.json\.applied is there.*nothing was sent"):
                    again.apply(sim.client(), conflicts=conflicts)
        assert records(sim) == 1

    def test_the_mark_is_there_before_the_first_write(self, sim, plan):
        """A process that ends in the middle leaves a plan that counts as applied."""
        seen = []

        def look(request):
            if request.method == "POST":
                seen.append(os.path.lexists(f"{plan}.applied"))

        Plan.load(plan).apply(sim.client(before=[look]))
        assert seen == [True]

    def test_a_copy_is_known_by_what_it_would_make(self, sim, plan, tmp_path):
        """What the first one made is looked for, and nothing is sent."""
        other = shutil.copy(plan, tmp_path / "copy.json")
        Plan.load(plan).apply(sim.client())
        with pytest.raises(InvalidRequestError, match="DomainRecord that the plan creates was made since"):
            Plan.load(other).apply(sim.client())
        assert records(sim) == 1
        assert not os.path.lexists(f"{other}.applied")

    def test_what_was_alike_before_is_no_copy(self, sim, session, file):
        """An object that is as old as the plan is another one, and two alike may be wanted."""
        zone = session.query(Domain).one()
        zone.records.append(DomainRecord(type="TXT", name="once", target="x"))
        session.commit()
        sim.clock.advance(3600)
        zone.records.append(DomainRecord(type="TXT", name="once", target="x"))
        saved(session, file)
        Plan.load(file).apply(sim.client())
        assert records(sim) == 2

    def test_a_mark_is_never_written_through_a_link(self, sim, plan, tmp_path):
        """A link that somebody laid counts as a mark, and what it leads to stays as it is."""
        (tmp_path / "other").write_text("theirs")
        (tmp_path / "plan.json.applied").symlink_to(tmp_path / "other")
        with pytest.raises(InvalidRequestError, match="applied is there"):
            Plan.load(plan).apply(sim.client())
        assert (tmp_path / "other").read_text() == "theirs"

    def test_where_no_mark_can_be_made_nothing_is_sent(self, sim, plan, tmp_path):
        """A folder that is gone is said."""
        loaded = Plan.load(plan)
        shutil.rmtree(tmp_path)
        with pytest.raises(InvalidRequestError, match=r"cannot be created.*nothing was sent"):
            loaded.apply(sim.client())
        assert records(sim) == 0

    def test_a_refusal_before_the_first_write_leaves_no_mark(self, sim, session, file):
        """What was not begun may be applied when the reason is gone."""
        instance = session.query(Instance).first()
        before, instance.label = instance.label, "mine"
        saved(session, file)
        sim.change(f"/linode/instances/{instance.id}", label="theirs")
        for conflicts in ("check", "ignore"):  # a plan from a file is always checked
            with pytest.raises(ConflictError):
                Plan.load(file).apply(sim.client(), conflicts=conflicts)
        sim.change(f"/linode/instances/{instance.id}", label=before)
        assert Plan.load(file).apply(sim.client()).counts == {"applied": 1}


class TestDeletions:
    def test_what_has_changed_is_not_deleted(self, sim, session, file):
        """An object that somebody changed since the plan was made is another decision."""
        volume = session.query(Volume).first()
        session.delete(volume)
        saved(session, file)
        sim.change(f"/volumes/{volume.id}", label="precious")
        for conflicts in (None, "check", "merge", "ignore"):  # merging says nothing of deletions
            with pytest.raises(ConflictError, match="precious") as caught:
                Plan.load(file).apply(sim.client(), conflicts=conflicts)
            assert [each.attribute for each in caught.value.conflicts] == ["label"]
            assert len(caught.value.report.pending) == 1
        assert not sim.requests.matching("DELETE")

    def test_what_moves_by_itself_is_no_change(self, sim, session, file):
        """The status of an object, and the order of its tags, are not what somebody decided."""
        instance = session.query(Instance).first()
        instance.tags = ["one", "two"]
        session.commit()
        session.delete(instance)
        saved(session, file)
        sim.change(f"/linode/instances/{instance.id}", status="offline", tags=["two", "one"])
        assert Plan.load(file).apply(sim.client()).counts == {"applied": 1}

    def test_what_only_an_action_changes_is_a_change(self, sim, session, file):
        """A volume that was attached since is another decision, although no PUT sets its Linode."""
        volume, instance = session.query(Volume).first(), session.query(Instance).first()
        session.delete(volume)
        saved(session, file)
        sim.change(f"/volumes/{volume.id}", linode_id=instance.id)
        with pytest.raises(ConflictError, match=r"linode"):
            Plan.load(file).apply(sim.client())
        assert not sim.requests.matching("DELETE")

    def test_what_is_gone_is_deleted(self, sim, session, file):
        """Somebody else was faster."""
        volume = session.query(Volume).first()
        session.delete(volume)
        saved(session, file)
        volume.delete()
        assert Plan.load(file).apply(sim.client()).counts == {"applied": 1}


# -- forged files ----------------------------------------------------------------------------------------------------


def everything(session: Session) -> None:
    """Plan a step of every kind: all operations, nested creates, a rebuild, a tag on many objects."""
    first, second = session.query(Instance).all()
    first.label = "renamed"
    session.query(Domain).one().records.append(DomainRecord(type="TXT", name="once", target="x"))
    balancer = NodeBalancer(region="us-east", label="new")
    session.add(balancer)
    for each in session.query(Volume):
        each.tags.add("edge")
    session.delete(second)


FORGERIES: dict[str, Callable[[dict[str, Any]], None]] = {
    "method DELETE": lambda step: step.update(method="DELETE"),
    "method PUT": lambda step: step.update(method="PUT"),
    "method POST": lambda step: step.update(method="POST"),
    "method PATCH": lambda step: step.update(method="PATCH"),
    "another path": lambda step: step.update(path="/account"),
    "a path below": lambda step: step.update(path=step["path"] + "/1"),
    "a path with a query": lambda step: step.update(path=step["path"] + "?a=1"),
    "another version": lambda step: step.update(version="v4beta" if step["version"] == "v4" else "v4"),
    "operation delete": lambda step: step.update(operation="delete"),
    "operation update": lambda step: step.update(operation="update"),
    "operation create": lambda step: step.update(operation="create"),
    "operation replace": lambda step: step.update(operation="replace"),
    "operation bundle": lambda step: step.update(operation="bundle"),
    "another key in its body": lambda step: step.update(body={**(step["body"] or {}), "watchdog_enabled": False}),
    "no body": lambda step: step.update(body=None),
    "a body that is a list": lambda step: step.update(body=[step["body"]]),
    "no changes": lambda step: step.update(changes=[]),
    "another value shown": lambda step: [each.update(new="shown") for each in step["changes"]],
    "another key shown": lambda step: [each.update(key="group") for each in step["changes"]],
    "another object": lambda step: step["object"].update(identity=99),
    "a new object": lambda step: step["object"].update(new="new:7"),
    "other parents": lambda step: step.update(parents=[7]),
    "no parts": lambda step: step.update(parts=[]),
    "a part elsewhere": lambda step: [each.update(path="/account/cancel") for each in step["parts"]],
    "a part that deletes": lambda step: [each.update(method="DELETE", operation="delete") for each in step["parts"]],
    "a part that changes more": lambda step: [each["body"].update(label="x") for each in step["parts"]],
    "another tag": lambda step: step["object"].update(identity="other"),
    "another read": lambda step: step.update(looks=["/account"]),
    "a nested part": lambda step: step.update(parts=[copy.deepcopy(step)]),
    "a secret shown to logs": lambda step: step.update(secret_keys=[]),
}
HARMLESS = {("create", "a new object")}  # another name for the same one
"""Forgeries that show what they send, of the operations that they are made to."""


def forged(content: dict[str, Any]) -> str:
    content.pop("checksum", None)
    return json.dumps(content | {"checksum": sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()})


def is_same(file, plan: Plan) -> bool:
    """Whether a file is read as the plan that it was made from."""
    try:
        return Plan.load(file) == plan
    except InvalidRequestError:
        return False


@pytest.mark.parametrize("name", FORGERIES)
def test_a_step_that_sends_what_it_does_not_show(sim, session, file, name):
    """A file is refused where method, path, body, operation and changes do not agree, whatever its checksum."""
    session._policy = session._policy.__class__(fold_tags=True)
    everything(session)
    saved(session, file)
    content = json.loads(file.read_text())
    operations = {step["operation"] for step in content["steps"]}
    assert operations == {"create", "update", "delete", "bundle"}
    plan, tried = Plan.load(file), 0
    for at, step in enumerate(content["steps"]):
        spoilt = copy.deepcopy(content)
        FORGERIES[name](spoilt["steps"][at])
        file.write_text(forged(spoilt))
        is_read_otherwise = spoilt != content and not is_same(file, plan)
        if not is_read_otherwise or (step["operation"], name) in HARMLESS:
            continue
        tried += 1
        with pytest.raises(InvalidRequestError, match="is damaged"):
            Plan.load(file)
    assert tried or name == "a secret shown to logs"
    file.write_text(forged(content))
    assert len(Plan.load(file)) == len(content["steps"])


def test_what_a_creation_sends_is_shown(sim, session, file):
    """A key that the file shows nowhere is refused, and one that it shows is a line of the plan."""
    session.add(Volume(label="v", region="us-east", size=20))
    saved(session, file)
    content = json.loads(file.read_text())
    content["steps"][0]["body"]["linode_id"] = 7
    file.write_text(forged(content))
    with pytest.raises(InvalidRequestError, match="linode_id is sent, and not shown"):
        Plan.load(file)
    content["steps"][0]["changes"].append({"attribute": "linode_id", "key": "linode_id", "new": 7})
    file.write_text(forged(content))
    assert "linode_id: 7" in str(Plan.load(file))


def test_a_secret_that_is_not_marked_as_one(session, file):
    """A body with a secret is masked in logs by the keys that the step names."""
    session.add(Instance(region="us-east", type="g6-nanode-1", image="linode/debian12", root_pass="a-secret-of-mine"))
    saved(session, file)
    content = json.loads(file.read_text())
    content["steps"][0]["secret_keys"] = []
    file.write_text(forged(content))
    with pytest.raises(InvalidRequestError, match="a secret in its body is not marked as one"):
        Plan.load(file)
