"""Consequences in the simulated account: what a request changes beside the object that it names."""

from __future__ import annotations

import json

import pytest

from linode_orm import CommitError, Session, Volume
from linode_orm.simulator import Simulator

INSTANCE = {"region": "us-east", "type": "g6-nanode-1"}


@pytest.fixture
def sim():
    with Simulator(job_seconds=0.0) as simulator:
        yield simulator


def ask(sim, method, path, **body):
    """Send a request that is not refused; give its answer."""
    reply = sim.exchange(method, path, body=body or None, version="v4beta")
    assert reply.status == 200, reply.content
    return json.loads(reply.content)


def refusal(sim, method, path, **body):
    reply = sim.exchange(method, path, body=body or None, version="v4beta")
    assert reply.status >= 400
    return json.loads(reply.content)["errors"][0]["reason"]


def test_what_there_is_one_of_keeps_what_was_put(sim):
    """Settings and profile are there again as they were left."""
    ask(sim, "PUT", "/account/settings", network_helper=True)
    ask(sim, "PUT", "/profile", timezone="Europe/Berlin")
    assert ask(sim, "GET", "/account/settings")["network_helper"] is True
    assert ask(sim, "GET", "/profile")["timezone"] == "Europe/Berlin"


def test_a_reserved_address_outlives_its_linode(sim):
    """It is the account's again when the Linode is gone, which other addresses are not."""
    address = ask(sim, "POST", "/networking/reserved/ips", region="us-east")["address"]
    host = ask(sim, "POST", "/linode/instances", **INSTANCE, ipv4=[address])
    assert host["ipv4"] == [address]
    other = ask(sim, "POST", f"/linode/instances/{host['id']}/ips", type="ipv4", public=True)["address"]
    assert "must be currently unassigned" in refusal(sim, "POST", "/linode/instances", **INSTANCE, ipv4=[address])
    ask(sim, "DELETE", f"/linode/instances/{host['id']}")
    kept = ask(sim, "GET", f"/networking/reserved/ips/{address}")
    assert (kept["linode_id"], kept["assigned_entity"]) == (None, None)
    assert refusal(sim, "GET", f"/networking/ips/{other}") == "Not found"


def test_a_lock_keeps_what_it_is_on(sim):
    """What is locked shows that, and goes when the lock is gone."""
    host = ask(sim, "POST", "/linode/instances", **INSTANCE)
    lock = ask(sim, "POST", "/locks", entity_type="linode", entity_id=host["id"], lock_type="cannot_delete")
    assert ask(sim, "GET", f"/linode/instances/{host['id']}")["locks"] == ["cannot_delete"]
    assert "locked" in refusal(sim, "DELETE", f"/linode/instances/{host['id']}")
    ask(sim, "DELETE", f"/locks/{lock['id']}")
    ask(sim, "DELETE", f"/linode/instances/{host['id']}")


def test_interfaces_of_a_profile_are_objects(sim):
    """Those in the body of a profile have ids, an order, and addresses in their VPC."""
    vpc = ask(sim, "POST", "/vpcs", label="net", region="us-east", subnets=[{"label": "a", "ipv4": "10.0.4.0/24"}])
    host = ask(sim, "POST", "/linode/instances", **INSTANCE)
    path = f"/linode/instances/{host['id']}/configs"
    wanted = [{"purpose": "public"}, {"purpose": "vpc", "subnet_id": vpc["subnets"][0]["id"]}]
    config = ask(sim, "POST", path, label="boot", devices={}, interfaces=wanted)
    first, second = (each["id"] for each in config["interfaces"])
    ask(sim, "POST", f"{path}/{config['id']}/interfaces/order", ids=[second, first])
    assert [each["id"] for each in ask(sim, "GET", f"{path}/{config['id']}/interfaces")] == [second, first]
    (address,) = ask(sim, "GET", f"/vpcs/{vpc['id']}/ips")["data"]
    assert (address["address"], address["linode_id"]) == ("10.0.4.2", host["id"])


def test_rules_of_a_firewall_have_a_history(sim):
    """Each change is a version, and the earlier ones can be read."""
    firewall = ask(sim, "POST", "/networking/firewalls", label="wall", rules={"inbound_policy": "DROP"})
    path = f"/networking/firewalls/{firewall['id']}"
    rules = {"inbound": [], "inbound_policy": "ACCEPT", "outbound": [], "outbound_policy": "ACCEPT"}
    assert ask(sim, "PUT", f"{path}/rules", **rules)["version"] == 2
    assert [each["rules"]["version"] for each in ask(sim, "GET", f"{path}/history")["data"]] == [2, 1]
    assert ask(sim, "GET", f"{path}/history/rules/1")["inbound_policy"] == "DROP"


def test_a_cluster_is_ready_before_its_kubeconfig():
    """The answer of the create says ready; the kubeconfig takes its time, and the nodes too."""
    with Simulator(job_seconds=60.0) as sim:
        pools = [{"type": "g6-standard-1", "count": 2}]
        cluster = ask(sim, "POST", "/lke/clusters", label="k", region="us-east", k8s_version="1.33", node_pools=pools)
        path = f"/lke/clusters/{cluster['id']}"
        assert cluster["status"] == "ready"
        assert "not yet available" in refusal(sim, "GET", f"{path}/kubeconfig")
        (pool,) = ask(sim, "GET", f"{path}/pools")["data"]
        assert [each["status"] for each in pool["nodes"]] == ["not_ready"] * 2
        sim.clock.advance(60)
        assert ask(sim, "GET", f"{path}/kubeconfig")["kubeconfig"]
        assert [each["status"] for each in ask(sim, "GET", f"{path}/pools/{pool['id']}")["nodes"]] == ["ready"] * 2


def test_an_image_waits_for_its_file(sim):
    """The address that takes it is the account's own, and the image is there when the file has come."""
    made = ask(sim, "POST", "/images/upload", label="disk", region="us-east")
    path = f"/images/{made['image']['id'].replace('/', '%2F')}"
    assert ask(sim, "GET", path)["status"] == "pending_upload"
    place = made["upload_to"].removeprefix(sim.state.base).replace("private/", "private%2F")
    ask(sim, "PUT", place, size=3_000_000)
    assert ask(sim, "GET", path)["status"] == "available"
    assert ask(sim, "GET", path)["size"] == 2


def test_guesses_are_off_unless_asked_for():
    """What no recording and no description states is refused with `strict="guesses"`, and nowhere else."""
    for strict, status in ((False, 200), (True, 200), ("guesses", 400)):
        with Simulator(strict=strict) as sim:
            for path, body in (
                ("/domains", {"domain": "example.org", "type": "master"}),
                ("/tags", {"label": "x"}),
                ("/linode/instances", {"region": "us-east", "type": "g6-nanode-1", "label": "x"}),
                ("/volumes", {"region": "us-east", "label": "disk", "size": 20, "tags": ["x"]}),
            ):
                assert sim.exchange("POST", path, body=body).status == status


def test_labels_that_are_unique_follow_their_rows(sim):
    """A label is taken while an object has it: not after another name, nor after the object went."""
    with Session(client=sim.client()) as session:
        first, second = (Volume(label=label, size=10, region="us-east") for label in ("a", "b"))
        session.add_all([first, second])
        session.commit()
        sim.change(f"/volumes/{first.id}", label="c")
        second.label = "a"
        session.commit()
        second.label = "a"
        assert second.save() is None
        second.label = "c"
        with pytest.raises(CommitError, match="label"):
            session.commit()
        session.rollback()
        first.delete()
        second.label = "c"
        session.commit()
        assert second.label == "c"
