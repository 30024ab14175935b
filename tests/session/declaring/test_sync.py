"""Syncs: members become exactly what is wanted, and the second run plans nothing (simulator)."""

from __future__ import annotations

import random

import pytest

from linode_orm import (
    Client,
    DetachedInstanceError,
    Disk,
    Domain,
    DomainRecord,
    Instance,
    InvalidRequestError,
    PartialResult,
    PartialResultError,
    Session,
    SyncResult,
    Volume,
)
from linode_orm.simulator import Simulator

REGION = "us-east"
KEY = ("type", "name", "target")


def record(name="www", target="192.0.2.1", **more):
    return DomainRecord(**{"type": "A", "name": name, "target": target, **more})


def volume(label="data", **more):
    return Volume(**{"label": label, "size": 20, "region": REGION, **more})


def test_members_become_what_is_wanted(session, sim, zone):
    """What is missing is added, what differs changed, what is not wanted removed, and the rest stays; one list."""
    zone.records.extend([record("a"), record("b"), record("c")])
    session.commit()
    sim.requests.clear()
    result = zone.records.sync([record("a"), record("b", ttl_sec=300), record("d")], key=KEY)
    assert isinstance(result, SyncResult)
    assert [
        [each.name for each in part] for part in (result.added, result.changed, result.removed, result.unchanged)
    ] == [
        ["d"],
        ["b"],
        ["c"],
        ["a"],
    ]
    assert sim.requests.lines == [f"GET /domains/{zone.id}/records"]
    assert sorted(each.name for each in zone.records) == ["a", "b", "d"]
    session.commit()
    assert len(sim.requests) == 1 + 3
    assert sorted(each.name for each in zone.records) == ["a", "b", "d"]
    assert sorted(each.name for each in zone.records.query()) == ["a", "b", "d"]


def test_the_second_run_plans_nothing(session, sim, zone):
    """The same wanted objects, made anew, are all unchanged."""

    def wanted():
        return [record(f"Host{number}.example.org", ttl_sec=250) for number in range(20)]

    zone.records.sync(wanted(), key=KEY)
    session.commit()
    sim.requests.clear()
    result = zone.records.sync(wanted(), key=KEY)
    assert len(result.unchanged) == 20
    assert not result
    assert not session.plan()
    assert len(sim.requests) == 1


def whole_zone():
    """Records of every type, as zone files have them: names in every form, full targets, quotes, other letters."""

    def of(kind, name, target, **more):
        return DomainRecord(**{"type": kind, "name": name, "target": target, **more})

    return [
        *(
            of("A", name, f"192.0.2.{at}")
            for at, name in enumerate(["", "@", "example.org", "Example.org.", "*", "a.b"])
        ),
        of("AAAA", "", "2001:DB8:0:0::1"),
        of("MX", "", "Mail.Example.org.", priority=10),
        of("MX", "", "mail2", priority=20),
        of("TXT", "", "v=spf1 include:_spf.example.net ~all"),
        of("TXT", "", 'site-verification="abc;def"'),
        of("TXT", "default._domainkey", "v=DKIM1; k=rsa; p=" + "A" * 400),
        of("TXT", "note", "\u00fcn\u00ef \u2603 \U0001f389"),
        of("CNAME", "WWW2", "www.example.org."),
        of("SRV", "", "sip.example.org", service="sip", protocol="tcp", priority=1, weight=2, port=5060),
        of("SRV", "_xmpp._tcp.chat", "chat", service="_xmpp", protocol="_tcp", priority=1, weight=2, port=5222),
        of("CAA", "", "letsencrypt.org", tag="issue"),
        of("NS", "sub", "ns1.example.net."),
        of("A", "slow", "192.0.2.9", ttl_sec=86401),
    ]


def test_a_zone_of_every_type(session, sim, zone):
    """Whatever form a zone file has its records in, each is made once, and the second run plans nothing."""
    zone.records.sync(whole_zone(), key=KEY)
    session.commit()
    assert len(sim.requests.writes) == len(whole_zone())
    result = zone.records.sync(whole_zone(), key=KEY)
    assert len(result.unchanged) == len(whole_zone())
    assert not session.plan()


def test_without_delete_the_rest_stays(session, zone):
    """`delete=False` adds and changes alone."""
    zone.records.append(record("a"))
    session.commit()
    result = zone.records.sync([record("b")], key=KEY, delete=False)
    assert (len(result.added), len(result.removed)) == (1, 0)
    assert len(zone.records) == 2
    assert not session.deleted


def test_a_new_parent_has_exactly_these(session, sim):
    """Below a parent that is new nothing is read, and a second sync before the commit takes the place of the first."""
    zone = session.upsert(Domain(domain="example.net", type="master", soa_email="h@example.net"))
    sim.requests.clear()
    zone.records.sync([record("a"), record("b")], key=KEY)
    result = zone.records.sync([record("b"), record("c")], key=KEY)
    assert not sim.requests
    assert [each.name for each in result.removed] == ["a"]
    assert sorted(each.name for each in zone.records) == ["b", "c"]
    session.commit()
    assert sorted(each.name for each in zone.records) == ["b", "c"]


def test_a_second_sync_takes_the_place_of_the_first(session, zone):
    """What the first one marked for deletion stays where the second one wants it, and the other way round."""
    zone.records.extend([record("a"), record("b")])
    session.commit()
    zone.records.sync([record("a")], key=KEY)
    result = zone.records.sync([record("b"), record("c")], key=KEY)
    assert [each.name for each in result.unchanged] == ["b"]
    assert [each.name for each in result.removed] == ["a"]
    assert [each.name for each in session.deleted] == ["a"]
    session.commit()
    assert sorted(each.name for each in zone.records) == ["b", "c"]


def test_matches_of_a_query_become_what_is_wanted(session, sim):
    """A query says which objects it is about, and others stay."""
    session.add_all([volume("web-1"), volume("web-2"), volume("other")])
    session.commit()
    sim.requests.clear()
    mine = session.query(Volume).filter(Volume.label.startswith("web"))
    result = mine.sync([volume("web-2"), volume("web-3")])
    assert [each.label for each in result.added] == ["web-3"]
    assert [each.label for each in result.removed] == ["web-1"]
    assert len(sim.requests) == 2
    session.commit()
    assert sorted(each.label for each in session.query(Volume)) == ["other", "web-2", "web-3"]
    sim.requests.clear()
    assert not mine.sync([volume("web-2"), volume("web-3")])
    assert len(sim.requests) == 1
    assert not session.plan()


def test_a_wanted_key_outside_of_the_query_is_refused(session):
    """An object that has the key and is no match is named, and nothing is pending."""
    session.add(volume("web", region="eu-west"))
    session.commit()
    with pytest.raises(InvalidRequestError, match="'web'> has the label 'web', and is no match"):
        session.query(Volume).filter(Volume.region == REGION).sync([volume("web")])
    assert not session.new


def test_what_would_be_no_match_is_refused(session):
    """A wanted object outside of the query would be made anew by each run."""
    with pytest.raises(InvalidRequestError, match="would be no match"):
        session.query(Volume).filter(Volume.region == REGION).sync([volume("web", region="eu-west")])
    session.add(volume("web", tags=["prod"]))
    session.commit()
    tagged = session.query(Volume).filter(Volume.tags.contains("prod"))
    with pytest.raises(InvalidRequestError, match="would be no match"):
        tagged.sync([volume("web", tags=[])])
    assert not session.dirty
    assert tagged.sync([volume("web", tags=["prod"])]).unchanged


def test_a_part_of_the_matches_is_refused(session, sim):
    """Exactly these of the first ten is no statement about the account."""
    for query in (session.query(Volume).limit(10), session.query(Volume).offset(1)):
        with pytest.raises(InvalidRequestError, match="limit and offset"):
            query.sync([volume()])
    assert not sim.requests


def test_a_list_that_was_refused_is_no_reason_to_delete(session, sim):
    """Where a list could not be read, nothing is compared unless `partial` says so."""
    for name in ("example.net", "example.com"):
        session.add(Domain(domain=name, type="master", soa_email="h@example.net"))
    session.commit()
    one, other = session.query(Domain).order_by(Domain.domain)
    one.records.append(record())
    session.commit()
    sim.faults.add("GET", f"/domains/{other.id}/records", 1, 403)
    with pytest.warns(PartialResult), pytest.raises(PartialResultError):
        session.query(DomainRecord).sync([], key=KEY)
    assert not session.deleted


def test_children_of_many_parents_are_synced_by_one_query(session, zone):
    """A query over all zones is about the records of all of them; the wanted ones name their zone."""
    other = Domain(domain="example.net", type="master", soa_email="h@example.net")
    session.add(other)
    zone.records.extend([record("a"), record("b")])
    other.records.append(record("a"))
    session.commit()
    result = session.query(DomainRecord).sync([record("a", domain=zone), record("c", domain=other)], key=KEY)
    assert [len(part) for part in (result.added, result.removed, result.unchanged)] == [1, 2, 1]


def test_children_of_another_parent_are_refused(session, zone):
    """A collection takes no objects that lie below another parent."""
    other = Domain(domain="example.net", type="master", soa_email="h@example.net")
    session.add(other)
    session.commit()
    for wanted in (record(domain=other), record(domain=other.id)):
        with pytest.raises(InvalidRequestError, match="another Domain"):
            zone.records.sync([wanted], key=KEY)
    with pytest.raises(InvalidRequestError, match="takes objects of DomainRecord"):
        zone.records.sync([volume()], key=KEY)
    assert not session.new


def test_two_and_many_are_refused(session, zone):
    """Two wanted objects with one key, and a key that several members have, are refused by name."""
    zone.records.extend([record("a", "192.0.2.1"), record("a", "192.0.2.2")])
    session.commit()
    with pytest.raises(InvalidRequestError, match="2 have the name 'a'"):
        zone.records.sync([record("a")], key=("name",))
    with pytest.raises(InvalidRequestError, match="have the same"):
        zone.records.sync([record("A"), record("a")], key=KEY)
    with pytest.raises(InvalidRequestError, match=r"key=\("):
        zone.records.sync([record("a")])
    assert not session.deleted


def test_collections_are_like_lists(session, zone):
    """`append`, `extend`, `in`, slices, `remove` and `clear` do what they do with lists; nothing is sent."""
    records = zone.records
    records.append(record("a"))
    records.extend(record(name) for name in "bcd")
    session.commit()
    first, *rest = records
    assert first in records
    assert records[1:3] == rest[:2]
    records.remove(first)
    assert first not in records
    assert session.deleted == (first,)
    with pytest.raises(ValueError, match="is not in"):
        records.remove(first)
    pending = record("e")
    records.append(pending)
    records.remove(pending)
    assert pending not in session
    records.clear()
    assert not len(records)
    assert len(session.deleted) == 4
    session.rollback()
    assert len(records) == 4
    records.clear()
    session.commit()
    assert not session.query(DomainRecord).filter(DomainRecord.domain == zone).all()


def test_collections_of_what_exists_alone_name_the_action(session):
    """A volume is detached, not removed; the error says so, and `in` and slices work."""
    session.add(Instance(label="web", region=REGION, type="g6-nanode-1"))
    session.commit()
    (web,) = session.query(Instance)
    for call in (
        web.volumes.clear,
        lambda: web.volumes.sync([volume()]),
        lambda: web.volumes.remove(volume()),
    ):
        with pytest.raises(InvalidRequestError, match=r"volume\.detach\(\)"):
            call()
    with pytest.raises(InvalidRequestError, match=r"firewall\.devices\.remove"):
        web.firewalls.clear()
    with pytest.raises(InvalidRequestError, match="exist without it"):
        web.volumes.query().sync([volume()])
    assert volume() not in web.volumes
    assert web.volumes[:2] == []


def test_what_the_api_cannot_delete_is_only_added(session):
    """A class without deletion refuses `sync` before it reads, unless nothing is to be deleted."""
    session.add(Instance(label="web", region=REGION, type="g6-nanode-1"))
    session.commit()
    (web,) = session.query(Instance)
    with pytest.raises(InvalidRequestError, match="cannot delete a Backup"):
        web.backup_list.sync([])


def test_a_transient_parent_has_lists_alone():
    """Before an object is in a session there is nothing to compare with; its children are taken out as from a list."""
    web = Instance(label="web")
    disk = Disk(size=100)
    web.disks.extend([disk, Disk(size=200)])
    web.disks.remove(disk)
    assert len(web.disks) == 1
    web.disks.clear()
    assert not len(web.disks)
    with pytest.raises(DetachedInstanceError, match="sync"):
        web.disks.sync([disk])


# -- figures ---------------------------------------------------------------------------------------------------------


def wanted_zone(rng, count):
    """Give a random wanted zone: names in any spelling, several records of one name, emoji."""
    names = [f"{rng.choice(['h', 'Web', '🦄', 'x-'])}{number % (count // 2)}" for number in range(count)]
    given = {}
    for name in names:
        kind = rng.choice(["A", "AAAA", "TXT"])
        target = {"A": "192.0.2.%d", "AAAA": "2001:0DB8::%d", "TXT": "v=%d"}[kind] % rng.randint(1, 200)
        given[kind, name.casefold(), target] = DomainRecord(
            type=kind,
            name=rng.choice([name, f"{name}.example.org"]),
            target=target,
            ttl_sec=rng.choice([300, 400, 3600]),
        )
    return list(given.values())


def run(seed, count):
    """Sync a zone of random records to a random wanted state, and again; give what the first run planned."""
    rng = random.Random(seed)
    with Simulator(job_seconds=0) as sim:
        client = Client("any", transport=sim.transport, clock=sim.clock)
        with Session(client=client) as session:
            zone = Domain(domain="example.org", type="master", soa_email="h@example.org")
            session.add(zone)
            zone.records.sync(wanted_zone(rng, count), key=KEY)
            session.commit()
            state = rng.getstate()
            wanted = wanted_zone(rng, count)
            zone.records.sync(wanted, key=KEY)
            planned = len(session.plan())
            session.commit()
        with Session(client=client) as session:
            (zone,) = session.query(Domain)
            rng.setstate(state)
            again = wanted_zone(rng, count)
            result = zone.records.sync(again, key=KEY)
            assert not result, f"seed {seed}: {result}"
            assert len(result.unchanged) == len(again)
            assert str(session.plan()) == "nothing to commit", f"seed {seed}"
            assert len(zone.records) == len(again)
    return planned


def test_a_random_zone_becomes_a_random_zone():
    """A zone becomes the wanted one, and the second run plans nothing."""
    assert sum(run(seed, 60) for seed in range(5)) > 100


@pytest.mark.slow
def test_zones_of_real_size(full, tell):
    """Zones of 1,000 records become random wanted ones, 200 times; the second runs are equal, and plan nothing."""
    runs = 200 if full else 4
    planned = sum(run(seed, 1000) for seed in range(runs))
    tell(f"sync of zones of 1,000 records: {runs} runs, {planned} requests planned, second runs planned 0")
