"""Conditions on the labels of what a list holds, and lists behind roads that take filters."""

from __future__ import annotations

import pytest

from linode_orm import VPC, Config, Instance


def test_the_label_of_an_item(sim, session):
    """The server is asked for it (TestVLANs_GetIPAMAddress#5), and here only the same label counts."""
    instance = sim.seed(instances=1)["instances"][0]["id"]
    for label, vlan in [("a", "net"), ("b", "Net"), ("c", "net-2")]:
        interfaces = [{"purpose": "vlan", "label": vlan}]
        sim.add(f"/linode/instances/{instance}/configs", label=label, devices={}, interfaces=interfaces)
    query = Instance(session, instance).configs.query().filter(Config.interfaces.contains("net"))
    assert [each.label for each in query] == ["a"]
    assert [each.x_filter for each in sim.requests] == [{"interfaces": "net"}]


def test_not_the_label(sim, session):
    """There is no operator for the opposite: it is evaluated here."""
    query = session.query(Config).filter(~Config.interfaces.contains("net"))
    assert query.x_filter == {}


def test_a_text_is_no_item_of_other_lists(session):
    """Where the objects have no label, a text is refused."""
    with pytest.raises(TypeError, match=r"Instance\.ipv4"):
        Instance.ipv4.contains(5)


def test_a_road_that_takes_filters(sim, session):
    """The addresses of one VPC are filtered by the server (TestVPC_ListIPAddresses#5)."""
    vpc = VPC(session, sim.add("/vpcs", label="net", region="us-east")["id"])
    model = VPC.ips.model
    assert vpc.ips.query().filter(model.linode_id == 5).x_filter == {"linode_id": 5}
    other = Instance(session, 5).volumes.query()
    assert other.filter(other.model.label == "x").x_filter == {}
