"""Upserts: a wanted object is found by its key, in one list, and what is there already is no change (simulator)."""

from __future__ import annotations

import warnings

import pytest

from linode_orm import (
    VPC,
    Domain,
    DomainRecord,
    Firewall,
    FirewallDevice,
    Instance,
    InvalidRequestError,
    NodeBalancer,
    NodeBalancerConfig,
    ReadOnlyAttribute,
    Tag,
    User,
    Volume,
    VPCSubnet,
    inspect,
)

REGION, TYPE = "us-east", "g6-nanode-1"
BY_NAME = ("type", "name")


def volume(label="data", **more):
    return Volume(**{"label": label, "size": 20, "region": REGION, **more})


def records(zone, changed=0, count=500):
    """Give wanted records in another spelling than the API's, the first ones with another target."""
    return [
        DomainRecord(
            domain=zone,
            type="A",
            name=f"Host{number}.Example.org.",
            target=f"192.0.2.{250 if number < changed else number % 200}",
            ttl_sec=250,
        )
        for number in range(count)
    ]


def pages(count):
    return max(1, -(-count // 500))


def test_a_new_object_is_pending(session, sim):
    """What the account does not have becomes pending, after one list."""
    wanted = volume()
    assert session.upsert(wanted) is wanted
    assert session.new == (wanted,)
    assert sim.requests.lines == ["GET /volumes"]


def test_an_object_that_exists_takes_the_values(session, sim):
    """The answer is the object that the account has, with the given values as pending changes."""
    session.add(volume(tags=["old"]))
    session.commit()
    (there,) = session.query(Volume)
    found = session.upsert(volume(tags=["new"]))
    assert found is there
    assert session.dirty == (there,)
    assert not session.new
    assert there.tags == ["new"]
    assert inspect(there).history["tags"].base == ["old"]


def test_five_hundred_records_cost_a_list_and_the_changes(session, sim, zone):
    """500 records of which 10 changed cost the pages of the zone and 10 requests; the second run plans nothing."""
    session.upsert_all(records(zone), key=BY_NAME)
    session.commit()
    sim.requests.clear()
    answers = session.upsert_all(records(zone, changed=10), key=BY_NAME)
    assert len(answers) == 500
    assert len(sim.requests) == pages(500)
    session.commit()
    assert len(sim.requests) == pages(500) + 10
    sim.requests.clear()
    assert session.upsert_all(records(zone, changed=10), key=BY_NAME) == answers
    assert len(sim.requests) == pages(500)
    assert str(session.plan()) == "nothing to commit"


def test_one_of_many_is_asked_for_by_its_key(session, sim):
    """One wanted object costs one filtered list, however many there are."""
    session.add_all(volume(f"data-{number}") for number in range(600))
    session.commit()
    sim.requests.clear()
    session.upsert(volume("data-599"))
    assert [each.x_filter for each in sim.requests] == [{"label": "data-599"}]
    assert not session.plan()


SAME = {
    "rounded seconds": ({"ttl_sec": 3600}, {"ttl_sec": 3000}),
    "case of the target": ({"type": "CNAME", "target": "a.example.net"}, {"type": "CNAME", "target": "a.example.net"}),
    "an IPv6 address": ({"type": "AAAA", "target": "2001:db8::1"}, {"type": "AAAA", "target": "2001:0DB8:0:0::1"}),
    "the zone itself": ({"name": ""}, {"name": "Example.ORG"}),
    "the sign of the zone": ({"name": ""}, {"name": "@"}),
    "no name": ({"name": ""}, {"name": None}),
    "emoji": ({"name": "🦄-☎️"}, {"name": "🦄-☎️.example.org."}),
}


@pytest.mark.parametrize("name", SAME)
def test_another_spelling_is_no_change(session, zone, name):
    """What the API writes in another form than it was given is found, and is no change."""
    first, second = SAME[name]
    usual = {"type": "A", "name": "www", "target": "192.0.2.1"}
    session.add(DomainRecord(domain=zone, **usual | first))
    session.commit()
    given = {key: value for key, value in (usual | second).items() if value is not None}
    session.upsert(DomainRecord(domain=zone, **given), key=("type", "name", "target"))
    assert not session.plan(), name


def test_rules_of_a_firewall_are_compared_as_the_api_keeps_them(session):
    """A single address is a network of its own, and the read-only keys beside the rules are no difference."""

    def wanted():
        rule = {"action": "ACCEPT", "protocol": "TCP", "ports": "22,80", "addresses": {"ipv4": ["192.0.2.1"]}}
        rules = {"inbound": [rule], "inbound_policy": "DROP", "outbound": [], "outbound_policy": "ACCEPT"}
        return Firewall(label="edge", rules=rules)

    session.upsert(wanted())
    session.commit()
    session.upsert(wanted())
    assert not session.plan()


def test_a_domain_is_found_in_any_case(session, zone):
    """The key of a zone knows no case and no dot at the end."""
    assert session.upsert(Domain(domain="EXAMPLE.org.", type="master", soa_email="host@example.org")) is zone
    assert not session.plan()


def test_what_only_a_create_takes_counts_only_for_new_ones(session):
    """A password and the image say how an instance is made, and nothing of one that exists."""

    def wanted(image):
        return Instance(label="web", region=REGION, type=TYPE, image=image, root_pass="hunter2-Hunter2", booted=False)

    session.upsert(wanted("linode/debian12"))
    session.commit()
    session.upsert(wanted("linode/debian11"))
    assert not session.plan()


def test_what_cannot_be_changed_is_named_before_anything_is_pending(session):
    """Each attribute that differs and cannot be changed stands in one error, with the action that changes it."""
    session.add_all([volume("a"), volume("b")])
    session.commit()
    wanted = [volume("new"), volume("a", size=30), volume("b", region="eu-west")]
    with pytest.raises(InvalidRequestError, match=r"(?s)'a'>.size .*resize\(\).*'b'>.region") as caught:
        session.upsert_all(wanted)
    assert isinstance(caught.value, (ReadOnlyAttribute, InvalidRequestError))
    assert not session.new
    assert not session.dirty


def test_two_wanted_objects_with_one_key_are_refused(session, sim, zone):
    """Keys collide in any spelling, and nothing is sent."""
    sim.requests.clear()
    wanted = [DomainRecord(domain=zone, type="A", name=name, target="192.0.2.1") for name in ("www", "WWW.example.org")]
    with pytest.raises(InvalidRequestError, match="the same type 'A', name"):
        session.upsert_all(wanted, key=BY_NAME)
    assert not sim.requests
    assert not session.new


def test_a_pending_object_with_the_key_is_refused(session):
    """Two objects that the next commit would create with one key are refused, the later one."""
    first = session.upsert(volume())
    with pytest.raises(InvalidRequestError, match="is pending and has the label 'data'"):
        session.upsert(volume())
    assert session.upsert(first) is first
    assert session.new == (first,)


def test_a_key_that_several_have_is_refused(session, zone):
    """Where the key does not tell one from another, nothing is chosen."""
    for target in ("192.0.2.1", "192.0.2.2"):
        session.add(DomainRecord(domain=zone, type="A", name="www", target=target))
    session.commit()
    with pytest.raises(InvalidRequestError, match="2 have the type 'A', name 'www'"):
        session.upsert(DomainRecord(domain=zone, type="A", name="www", target="192.0.2.3"), key=BY_NAME)
    found = session.upsert(
        DomainRecord(domain=zone, type="A", name="www", target="192.0.2.2"), key=("type", "name", "target")
    )
    assert found.target == "192.0.2.2"
    assert not session.plan()


def test_a_key_is_needed_where_none_is_declared(session, sim, zone):
    """Several records of one type and name are usual, so that their class declares no key."""
    sim.requests.clear()
    with pytest.raises(InvalidRequestError, match=r"key=\("):
        session.upsert(DomainRecord(domain=zone, type="A", name="www", target="192.0.2.1"))
    assert not sim.requests


@pytest.mark.parametrize("key", ["label", (), (1,), 5])
def test_a_key_is_a_tuple_of_names(session, sim, key):
    """A string, which is a sequence of letters, is no key."""
    with pytest.raises(InvalidRequestError, match="key is a tuple of attribute names"):
        session.upsert(volume(), key=key)
    assert not sim.requests


def test_an_unknown_name_in_a_key_is_refused_with_what_comes_closest(session):
    """A typo in a key is told like any other."""
    with pytest.raises(AttributeError, match="label"):
        session.upsert(volume(), key=("lable",))


def test_what_is_no_new_object_is_refused(session, zone):
    """Objects that exist are changed, not upserted; and nothing but objects is taken."""
    for wrong in (zone, "web", None):
        with pytest.raises(InvalidRequestError, match="upsert"):
            session.upsert(wrong)
    with pytest.raises(InvalidRequestError, match="a list of new objects"):
        session.upsert_all(volume())
    same = volume()
    with pytest.raises(InvalidRequestError, match="twice"):
        session.upsert_all([same, same])


def test_a_key_that_is_not_given_is_asked_for(session, sim):
    """An object without its key could be any."""
    with pytest.raises(InvalidRequestError, match="has no label"):
        session.upsert(Volume(size=20, region=REGION))
    assert not sim.requests


def test_a_key_holds_within_its_parent(session, sim):
    """Children of other parents with the same key are others; one list is read for each parent."""
    session.add_all([NodeBalancer(label=label, region=REGION) for label in ("lb-1", "lb-2")])
    session.commit()
    one, other = session.query(NodeBalancer).order_by(NodeBalancer.label)
    session.upsert(NodeBalancerConfig(node_balancer=one, port=80))
    session.commit()
    sim.requests.clear()
    wanted = [NodeBalancerConfig(node_balancer=each, port=80, algorithm="leastconn") for each in (one, other)]
    first, second = session.upsert_all(wanted)
    assert first is not wanted[0]
    assert second is wanted[1]
    assert len(sim.requests) == 2


def test_children_of_new_parents_are_upserted_with_them(session, sim):
    """Parents and children of one call are found together, and the second run plans nothing."""

    def wanted():
        vpc = VPC(label="net", region=REGION)
        return [VPCSubnet(vpc=vpc, label=f"s{number}", ipv4=f"10.{number}.0.0/24") for number in range(3)], vpc

    subnets, vpc = wanted()
    session.upsert_all([vpc, *subnets])
    assert len(session.new) == 4
    session.commit()
    sim.requests.clear()
    subnets, vpc = wanted()
    answers = session.upsert_all([*subnets, vpc])
    assert [each.label for each in answers] == ["s0", "s1", "s2", "net"]
    assert not session.new
    assert not session.plan()
    assert len(sim.requests) == 2


def test_references_follow_the_answers(session):
    """A wanted object that refers to another one refers to what stands for that."""

    def wanted():
        web = Instance(label="web", region=REGION, type=TYPE)
        return [Volume(label="data", size=20, region=REGION, linode=web), web]

    session.upsert_all(wanted())
    session.commit()
    data, web = session.upsert_all(wanted())
    assert data.linode is web
    assert not session.plan()


def test_a_renamed_object_has_its_pending_key(session):
    """An object is found by what the commit will make of it: a pending rename counts."""
    session.add(volume("old"))
    session.commit()
    (there,) = session.query(Volume)
    there.label = "new"
    assert session.upsert(volume("new")) is there
    assert session.upsert(volume("old")) is not there


def test_an_object_that_is_to_be_deleted_stays(session):
    """What is wanted is not deleted."""
    session.add(volume())
    session.commit()
    (there,) = session.query(Volume)
    session.delete(there)
    assert session.upsert(volume()) is there
    assert not session.deleted
    assert not session.plan()


def test_children_of_their_own_are_refused_with_the_way(session, sim):
    """Nothing compares them: each run would create them again."""
    wanted = Domain(domain="example.net", type="master", soa_email="host@example.net")
    wanted.records.append(DomainRecord(type="A", name="www", target="192.0.2.1"))
    with pytest.raises(InvalidRequestError, match=r"sync\(\) of the answer's .records"):
        session.upsert(wanted)
    assert not sim.requests


def test_chosen_ids_are_keys(session):
    """Where the user chooses the id, that is the key."""
    for make in (lambda: Tag(label="edge"), lambda: User(username="ann", email="a@example.org", restricted=True)):
        first = session.upsert(make())
        session.commit()
        assert session.upsert(make()) is first or not session.new
        assert not session.plan()


def test_names_of_any_letters(session):
    """Emoji, right-to-left names and quotes are keys like others, and are shown in messages."""
    names = ["🦄", "👩‍👩‍👧‍👦", "مرحبا", 'it\'s "x"', "a" * 32]
    wanted = [volume(name) for name in names]
    session.upsert_all(wanted)
    with pytest.raises(InvalidRequestError, match="🦄"):
        session.upsert_all([volume("🦄"), volume("🦄")])


def test_a_value_that_is_documented_nowhere_warns_once(session):
    """The constructor warns of it; the comparison warns of nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wanted = volume(encryption="odd")
    session.upsert(wanted)


def test_a_strict_session_upserts(sim):
    """What the session itself looks for is no filter of the user's."""
    from linode_orm import Client, Session

    client = Client("any", transport=sim.transport, clock=sim.clock)
    with Session(client=client, strict_filters=True) as strict:
        strict.upsert(volume(), key=("label", "region"))
        assert len(strict.new) == 1


def test_what_the_api_gives_or_hides_is_no_key(session, sim):
    """A key consists of what a user gives to an object and every list shows: no id of the API's, and no password."""
    for wanted, name in ((volume(), "id"), (Instance(label="web"), "root_pass"), (volume(), "status")):
        with pytest.raises(InvalidRequestError, match="no part of a key"):
            session.upsert(wanted, key=("label", name))
    with pytest.raises(InvalidRequestError, match="no part of a key"):
        session.upsert(FirewallDevice(firewall=1, id=5, type="linode"), key=("id",))
    assert not sim.requests
