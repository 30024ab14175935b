"""A creation whose answer is lost is found, although the API writes what it was sent in another form (simulator)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest

from linode_orm import Client, CommitError, Domain, DomainRecord, Firewall, MySQLDatabase, PostgreSQLDatabase, Session
from linode_orm.errors import TransportError
from linode_orm.mapping.model import resource
from linode_orm.models._index import INDEX
from linode_orm.session.outcome.lookup import LookupCriteria, differences, has_other_name
from linode_orm.wire.api_time import ApiTime
from tests.ids import short
from tests.session.planning.test_unchanged import filled, wanted

SINCE = ApiTime(datetime(2026, 1, 1, tzinfo=UTC))
CREATED = [
    (name, key)
    for name in sorted(INDEX)
    if "create" in resource(name).__mapper__.verbs
    for key, field in resource(name).__mapper__.keys.items()
    if field.createable and not field.is_write_only and not field.redacted
]


@pytest.mark.parametrize(("name", "key"), CREATED, ids=short)
def test_in_another_form(name, key):
    """Of every attribute that a creation sends: what the API made of it counts as what was sent."""
    field = resource(name).__mapper__.keys[key]
    sent, row = {key: wanted(field, filled(field, form=1), verb="create")}, {key: filled(field)}
    criteria = LookupCriteria(resource(name), (1,) * resource(name).__mapper__.parent_count, sent, SINCE)
    assert differences(criteria, row) == []
    assert not has_other_name(criteria, row)


class Rewriting:
    """The simulator's transport, which loses the answer of a creation when what it made is written in another form."""

    def __init__(self, sim, path, **form):
        self.sim, self.path, self.form = sim, path, form
        self.sent = 0

    def send(self, request, *, token, timeout):
        response = self.sim.transport.send(request, token=token, timeout=timeout)
        if (request.method, request.path) != ("POST", self.path):
            return response
        self.sent += 1
        self.sim.change(f"{self.path}/{response.json()['id']}", **self.form)
        msg = "the answer is lost"
        raise TransportError(msg, sent=True)

    def close(self):
        """Leave the simulator open."""


RULES = {"inbound_policy": "DROP", "outbound": [], "outbound_policy": "ACCEPT"}


def rules(ports, *addresses):
    """Give the rules of a firewall with one that names these."""
    rule = {"action": "ACCEPT", "protocol": "TCP", "ports": ports, "addresses": {"ipv4": [*addresses]}, "label": "a"}
    return {**RULES, "inbound": [rule]}


def database(kind, engine):
    """Give a database that is made in a version."""
    return lambda _: kind(label="store", region="us-east", type="g6-nanode-1", engine=engine, allow_list=["192.0.2.1"])


CASES = {
    "mysql": (
        database(MySQLDatabase, "mysql/8"),
        "/databases/mysql/instances",
        {"engine": "mysql", "allow_list": ["192.0.2.1/32"]},
    ),
    "postgresql": (
        database(PostgreSQLDatabase, "postgresql/16"),
        "/databases/postgresql/instances",
        {"engine": "postgresql", "allow_list": ["192.0.2.1/32"]},
    ),
    "domain": (
        lambda _: Domain(domain="Sub.Example.org", type="master", soa_email="a@example.org", ttl_sec=3599),
        "/domains",
        {"domain": "sub.example.org", "ttl_sec": 3600},
    ),
    "record": (
        lambda zone: DomainRecord(domain=zone, type="A", name="www.example.org", target="192.0.2.1", ttl_sec=3599),
        "",
        {"name": "www", "ttl_sec": 3600},
    ),
    "address": (
        lambda zone: DomainRecord(domain=zone, type="AAAA", name="WWW", target="2001:DB8:0::1"),
        "",
        {"name": "www", "target": "2001:db8::1"},
    ),
    "firewall": (
        lambda _: Firewall(label="wall", rules=rules("22-24,80", "192.0.2.1")),
        "/networking/firewalls",
        {"rules": rules("22-24, 80", "192.0.2.1/32")},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_it_is_found(sim, case):
    """It was made once, the object has its id, and nothing is left to be sent."""
    make, path, form = CASES[case]
    zone = sim.add("/domains", domain="example.org", type="master", soa_email="a@example.org")
    transport = Rewriting(sim, path or f"/domains/{zone['id']}/records", **form)
    with Session(client=Client("any", transport=transport, clock=sim.clock)) as session:
        new = make(session.load(Domain, zone["id"]))
        session.add(new)
        for _ in range(2):
            with suppress(CommitError):
                session.commit()
        assert new.id
        assert not [*session.new]
        assert not session.plan()
    assert transport.sent == 1
