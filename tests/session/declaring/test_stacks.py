"""Declared stacks: what wanted objects refer to is looked for as well, so that a second run makes nothing (simulator)."""

from __future__ import annotations

import pytest

from linode_orm import (
    Domain,
    DomainRecord,
    Firewall,
    Instance,
    InvalidRequestError,
    LinodeInterface,
    NodeBalancer,
    PlacementGroup,
    SSHKey,
    Volume,
    later,
)

REGION = "us-east"
KEY = ("type", "name")


def balancer():
    return NodeBalancer(label="entry", region=REGION)


def web(**more):
    return Instance(**{"label": "web", "region": REGION, "type": "g6-nanode-1", **more})


def name_of(entry, zone=None):
    """A record whose address only the answer of a balancer tells."""
    record = DomainRecord(type="A", name="www", target=later(entry, "ipv4"))
    if zone is not None:
        record.domain = zone
    return record


def declared(session):
    """Declare what wanted objects refer to with them; return the answers."""
    entry, zone = balancer(), Domain(domain="example.net", type="master", soa_email="h@example.net")
    return [*session.upsert_all([entry, zone]), session.upsert(name_of(entry, zone), key=KEY)]


def referred(session):
    """Name the record alone: its zone and its balancer come with it."""
    zone = Domain(domain="example.net", type="master", soa_email="h@example.net")
    return [session.upsert(name_of(balancer(), zone), key=KEY)]


def answered(session):
    """Wait for a value of the answer of an upsert, which exists in the second run."""
    zone = session.upsert(Domain(domain="example.net", type="master", soa_email="h@example.net"))
    return [session.upsert(name_of(session.upsert(balancer()), zone), key=KEY)]


def synced(session):
    """Sync a record whose address only an answer tells."""
    zone = session.upsert(Domain(domain="example.net", type="master", soa_email="h@example.net"))
    return [*zone.records.sync([name_of(balancer())], key=KEY).unchanged, *zone.records]


def keyed(session):
    """Find the record by the value that only an answer tells."""
    zone = Domain(domain="example.net", type="master", soa_email="h@example.net")
    return [session.upsert(name_of(balancer(), zone), key=("type", "name", "target"))]


def attached(session):
    """Attach a volume to a Linode that nobody wanted by itself."""
    return [session.upsert(Volume(label="data", size=20, region=REGION, linode=web()))]


def nested(session):
    """Refer to objects inside nested values and given children."""
    wall = Firewall(
        label="wall", rules={"inbound": [], "outbound": [], "inbound_policy": "DROP", "outbound_policy": "ACCEPT"}
    )
    group = PlacementGroup(
        label="group", region=REGION, placement_group_type="anti_affinity:local", placement_group_policy="strict"
    )
    server = web(placement_group={"id": group})
    server.interfaces.append(LinodeInterface(public={}, firewall=wall))
    return [session.upsert(server)]


@pytest.mark.parametrize(
    "stack", [declared, referred, answered, synced, keyed, attached, nested], ids=lambda f: f.__name__
)
def test_a_stack_twice(session, sim, stack):
    """The first run makes it in one commit, and the second one finds all of it and plans nothing."""
    stack(session)
    assert session.new
    session.commit()
    writes = len(sim.requests.writes)
    answers = stack(session)
    assert answers
    assert not session.new
    assert str(session.plan()) == "nothing to commit"
    session.commit()
    assert len(sim.requests.writes) == writes


def test_what_has_no_key_is_made(session):
    """A new object that is only referred to, and whose class declares no key, is made each time, as add() makes it."""
    session.upsert(web(authorized_keys=[]))
    assert len(session.new) == 1
    session.rollback()
    record = DomainRecord(
        type="A", name="a", target=later(key := SSHKey(label="k", ssh_key="ssh-ed25519 AAAA"), "label")
    )
    record.domain = session.upsert(Domain(domain="example.net", type="master", soa_email="h@example.net"))
    session.upsert(record, key=KEY)
    assert key in session.new


def test_what_is_referred_to_and_differs_is_named(session):
    """What cannot be changed is an error before anything is pending, in what a wanted object refers to as well."""
    session.add(web())
    session.commit()
    with pytest.raises(InvalidRequestError, match=r"'web'>\.type"):
        session.upsert(Volume(label="data", size=20, linode=web(type="g6-standard-1")))
    with pytest.raises(InvalidRequestError, match=r"'web'>\.type"):
        session.query(Volume).sync([Volume(label="data", size=20, linode=web(type="g6-standard-1"))])
    assert not [*session.new, *session.dirty]


def test_a_value_that_an_object_does_not_have(session):
    """Where the object exists and has no such value, the error names both, and nothing is pending."""
    session.add(web())
    zone = session.upsert(Domain(domain="example.net", type="master", soa_email="h@example.net"))
    session.commit()
    with pytest.raises(InvalidRequestError, match=r"'web'> exists and has no ipv4\[7\]"):
        zone.records.sync([DomainRecord(type="A", name="www", target=later(web(), "ipv4", 7))], key=KEY)
    assert not session.new
