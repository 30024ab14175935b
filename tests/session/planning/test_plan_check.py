"""A plan file is refused where a step sends anything that it does not show, whatever its checksum (simulator)."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from linode_orm import (
    Disk,
    Firewall,
    Instance,
    InvalidRequestError,
    NodeBalancer,
    NodeBalancerConfig,
    Plan,
    Session,
    Volume,
)
from linode_orm.simulator import Simulator

RULES = {"inbound": [], "inbound_policy": "DROP", "outbound": [], "outbound_policy": "ACCEPT"}


class TestWhatIsShownIsSent:
    """A file is refused where a step sends anything that it does not show, whatever its checksum."""

    @pytest.fixture
    def stored(self, tmp_path):
        """Give a plan of every operation as a file holds it, and a function that loads it after a change."""
        with Simulator(job_seconds=0) as sim, Session(client=sim.client(), fold_tags=True) as session:
            rows = sim.seed(instances=3, volumes=1)
            wall = sim.add("/networking/firewalls", label="wall", rules=RULES)["id"]
            for linode in session.query(Instance).all():
                linode.tags.add("edge")
            session.query(Instance).first().label = "other"
            session.query(Firewall).one().rules.inbound_policy = "ACCEPT"
            session.delete(Volume(session, rows["volumes"][0]["id"]))
            front = NodeBalancer(label="front", region="us-east")
            front.configs.append(NodeBalancerConfig(port=80, protocol="http"))
            session.add_all([front, Volume(label="new", size=20, linode=session.query(Instance).first())])
            new = Instance(label="n", region="us-east", type="g6-nanode-1", root_pass="s3cret-and-long", firewall=wall)
            session.add_all([new, Disk(label="d", size=500, instance=new)])
            session.plan().save(tmp_path / "plan.json")
        content = json.loads((tmp_path / "plan.json").read_text(encoding="utf-8"))

        def load(change):
            other = json.loads(json.dumps(content))
            change(other)
            del other["checksum"]
            other["checksum"] = sha256(json.dumps(other, sort_keys=True).encode()).hexdigest()
            (tmp_path / "plan.json").write_text(json.dumps(other), encoding="utf-8")
            return Plan.load(tmp_path / "plan.json")

        return content, load

    def test_it_loads_as_it_is(self, stored):
        """A file that nobody changed is read, and holds every operation."""
        content, load = stored
        assert {step.operation for step in load(lambda _: None)} == {"create", "update", "replace", "delete", "bundle"}
        assert any(step["riders"] for step in content["steps"])

    @pytest.mark.parametrize("key", ["method", "path", "operation", "version", "body", "changes", "parents"])
    def test_each_part_of_each_step(self, stored, key):
        """Whatever is changed in a step alone, the file is refused."""
        content, load = stored
        for at, step in enumerate(content["steps"]):
            for other in OTHERS[key]:
                if other == step[key] or (key in {"changes", "body"} and not step[key] and not other):
                    continue
                with pytest.raises(InvalidRequestError):
                    load(lambda plan, at=at, other=other: plan["steps"][at].update({key: other}))

    def test_each_value_of_each_body(self, stored):
        """A value that is changed, added or taken away in a body is refused, nested ones too."""
        content, load = stored
        places = [place for at, step in enumerate(content["steps"]) for place in leaves(step["body"], (at,))]
        assert len(places) > 15
        for at, *path in (place for place in places if len(place) > 1):
            for change in (replaced, removed, added):
                try:
                    load(lambda plan, at=at, path=path, change=change: change(plan["steps"][at], ["body", *path]))
                except InvalidRequestError:
                    continue
                pytest.fail(
                    f"{change.__name__} {path} of {content['steps'][at]['object']} was not noticed: {content['steps'][at]['body']}"
                )


OTHERS = {
    "method": ["DELETE", "PUT", "POST", "PATCH"],
    "path": ["/linode/instances/1", "/account/cancel", "/volumes/1", "/linode/instances/1/shutdown"],
    "operation": ["create", "update", "replace", "delete", "bundle"],
    "version": ["v4beta", "v5"],
    "body": [None, {}, {"label": "x"}],
    "changes": [[]],
    "parents": [[1]],
}


def leaves(value, path):
    """Give the places of the plain values of a body."""
    if isinstance(value, dict) and value.keys().isdisjoint({"$new", "$secret"}):
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    elif isinstance(value, list):
        for at, each in enumerate(value):
            yield from leaves(each, (*path, at))
    else:
        yield path


def replaced(step, path):
    """Put another value in a place."""
    inner(step, path[:-1])[path[-1]] = "another"


def removed(step, path):
    """Take a value away."""
    del inner(step, path[:-1])[path[-1]]


def added(step, path):
    """Put another value beside it."""
    above = inner(step, path[:-1])
    above.append("another") if isinstance(above, list) else above.update({"watchdog_enabled": False})


def inner(value, path):
    """Give what stands at a place."""
    for key in path:
        value = value[key]
    return value
