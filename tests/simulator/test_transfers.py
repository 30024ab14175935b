"""Transfers of Linodes between the accounts of an estate: asked for, seen, accepted, cancelled, and over."""

from __future__ import annotations

import json

import pytest

from linode_orm import Instance, ServiceTransfer, Session
from linode_orm.simulator import Estate, Simulator

BOTH = pytest.mark.parametrize("place", ["/account/service-transfers", "/account/entity-transfers"])


def ask(account, method, path, body=None):
    """Give status and body of an answer."""
    reply = account.exchange(method, path, body=body, token=account.name)
    return reply.status, json.loads(reply.content or b"null")


class Account:
    """An account of an estate, with the token of its owner."""

    def __init__(self, estate, name, **options):
        self.sim = estate.account(name, **options)
        self.name, self.exchange, self.make = name, estate.exchange, self.sim.make

    def actions(self):
        """Give what the newest events of transfers tell, oldest first."""
        rows = (row.body["action"] for row in self.sim.state.rows("Event"))
        return [each for each in rows if each.startswith("entity_transfer")]


@pytest.fixture
def estate():
    """Give an estate on a clock of its own."""
    with Estate() as made:
        yield made


@pytest.fixture
def giver(estate):
    """Give the account that has something."""
    return Account(estate, "giver")


@pytest.fixture
def taker(estate, giver):
    """Give the account that wants it."""
    return Account(estate, "taker")


def offered(account, place, *hosts):
    """Ask for a transfer, and give its body."""
    status, body = ask(account, "POST", place, {"entities": {"linodes": [each.id for each in hosts]}})
    assert status == 200, body
    return body


@BOTH
def test_a_linode_changes_its_account(estate, giver, taker, place):
    """It is accepted with the token, and moves with its disks, profiles and addresses when the job ends."""
    host = giver.make.instance(label="web")
    disk = giver.make.disk(instance=host)
    path = f"/linode/instances/{host.id}"
    body = offered(giver, place, host)
    assert (body["status"], body["is_sender"], body["expiry"]) == ("pending", True, "2026-01-02T00:00:00")
    assert ask(taker, "GET", f"{place}/{body['token']}")[1] == {**body, "is_sender": False}
    assert ask(taker, "GET", place)[1]["results"] == 0
    assert ask(taker, "POST", f"{place}/{body['token']}/accept") == (200, {})
    assert [ask(each, "GET", f"{place}/{body['token']}")[1]["status"] for each in (giver, taker)] == ["accepted"] * 2
    assert [ask(each, "GET", path)[0] for each in (giver, taker)] == [200, 404]
    addresses = ask(giver, "GET", f"{path}/ips")[1]
    estate.clock.advance(2)
    assert [ask(each, "GET", path)[0] for each in (giver, taker)] == [404, 200]
    assert ask(taker, "GET", path)[1]["label"] == "web"
    assert ask(taker, "GET", f"{path}/disks/{disk.id}")[0] == 200
    assert ask(taker, "GET", f"{path}/ips")[1] == addresses
    (shown,) = addresses["ipv4"]["public"]
    found = [ask(each, "GET", f"/networking/ips/{shown['address']}")[0] for each in (giver, taker)]
    assert found == [404, 200]
    ends = [ask(each, "GET", place)[1]["data"] for each in (giver, taker)]
    assert [(row["status"], row["is_sender"]) for (row,) in ends] == [("completed", True), ("completed", False)]
    assert giver.actions() == ["entity_transfer_create", "entity_transfer_accept"]
    assert taker.actions() == ["entity_transfer_accept_recipient"]
    estate.clock.advance(2)
    assert ask(taker, "POST", f"{path}/reboot")[0] == 200


@BOTH
def test_who_may_do_what(estate, giver, taker, place):
    """Nobody accepts the own transfer, or one twice; only who asked for it can cancel it."""
    token = offered(giver, place, giver.make.instance())["token"]
    taker.make.user(username="guest", restricted=True)
    ask(taker, "PUT", "/account/users/guest/grants", {"global": {"account_access": "read_write"}})
    guest = taker.sim.token("guest")
    assert taker.exchange("GET", f"{place}/{token}", token=guest).status == 403
    assert taker.exchange("POST", f"{place}/{token}/accept", token=guest).status == 403
    assert ask(giver, "POST", f"{place}/{token}/accept")[0] == 400
    assert ask(taker, "DELETE", f"{place}/{token}")[0] == 404
    assert ask(giver, "DELETE", f"{place}/{token}")[0] == 200
    assert ask(giver, "GET", f"{place}/{token}")[1]["status"] == "canceled"
    assert [ask(taker, *each)[0] for each in (("GET", f"{place}/{token}"), ("POST", f"{place}/{token}/accept"))] == [
        404,
        404,
    ]
    assert giver.actions() == ["entity_transfer_create", "entity_transfer_cancel"]
    other = offered(giver, place, giver.make.instance())["token"]
    third = Account(estate, "third")
    assert ask(taker, "POST", f"{place}/{other}/accept")[0] == 200
    assert [ask(third, "GET", f"{place}/{other}")[0], ask(third, "POST", f"{place}/{other}/accept")[0]] == [404, 404]
    assert ask(taker, "POST", f"{place}/{other}/accept")[0] == 400
    assert ask(giver, "DELETE", f"{place}/{other}")[0] == 400


@BOTH
def test_a_day_later_it_is_stale(estate, giver, taker, place):
    """What nobody accepts within 24 hours can neither be accepted nor cancelled, nor seen by others."""
    host = giver.make.instance()
    token = offered(giver, place, host)["token"]
    estate.clock.advance(24 * 3600 - 1)
    assert ask(taker, "GET", f"{place}/{token}")[0] == 200
    estate.clock.advance(1)
    assert ask(taker, "POST", f"{place}/{token}/accept")[0] == 404
    assert ask(giver, "GET", f"{place}/{token}")[1]["status"] == "stale"
    assert ask(giver, "DELETE", f"{place}/{token}")[0] == 400
    assert giver.actions() == ["entity_transfer_create", "entity_transfer_stale"]
    assert offered(giver, place, host)["status"] == "pending"


def test_what_is_held_stays(estate, giver):
    """Linodes that something holds are refused, each with its reason."""
    place, sim = "/account/service-transfers", giver.sim
    held = {}
    for reason in ("volume", "firewall", "VLAN", "NodeBalancer", "lock", "another", "IPv6", "reserved", "shared"):
        held[reason] = giver.make.instance()
    paths = {reason: f"/linode/instances/{host.id}" for reason, host in held.items()}
    giver.make.volume(linode_id=held["volume"].id)
    wall = giver.make.firewall()
    ask(giver, "POST", f"/networking/firewalls/{wall.id}/devices", {"id": held["firewall"].id, "type": "linode"})
    wired = {"label": "c", "devices": {}, "interfaces": [{"purpose": "vlan", "label": "blue"}]}
    assert ask(giver, "POST", f"{paths['VLAN']}/configs", wired)[0] == 200
    _, private = ask(giver, "POST", f"{paths['NodeBalancer']}/ips", {"type": "ipv4", "public": False})
    balancer = giver.make.node_balancer(region=held["NodeBalancer"].region.id)
    config = sim.add(f"/nodebalancers/{balancer.id}/configs", port=80)
    node = {"label": "node", "address": f"{private['address']}:80"}
    assert ask(giver, "POST", f"/nodebalancers/{balancer.id}/configs/{config['id']}/nodes", node)[0] == 200
    lock = {"entity_type": "linode", "entity_id": held["lock"].id, "lock_type": "cannot_delete"}
    assert estate.exchange("POST", "/locks", version="v4beta", body=lock, token="giver").status == 200
    offered(giver, place, held["another"])
    ranged = {"linode_id": held["IPv6"].id, "prefix_length": 64}
    assert ask(giver, "POST", "/networking/ipv6/ranges", ranged)[0] == 200
    kept = {"linode_id": held["reserved"].id, "type": "ipv4", "public": True, "reserved": True}
    assert ask(giver, "POST", "/networking/ips", kept)[0] == 200
    free = giver.make.instance()
    public = ask(giver, "GET", f"/linode/instances/{free.id}/ips")[1]["ipv4"]["public"][0]["address"]
    assert ask(giver, "POST", "/networking/ips/share", {"linode_id": held["shared"].id, "ips": [public]})[0] == 200
    for reason, host in held.items():
        status, body = ask(giver, "POST", place, {"entities": {"linodes": [host.id]}})
        assert (status, reason in body["errors"][0]["reason"]) == (400, True), (reason, body)
    status, body = ask(giver, "POST", place, {"entities": {"linodes": [giver.make.instance().id, 5]}})
    assert (status, body["errors"][0]["field"]) == (400, "entities.linodes[1]")


def test_a_transfer_can_fail(estate, giver, taker):
    """A job that a test lets fail leaves the Linode where it was, and says so in both accounts."""
    host = giver.make.instance()
    token = offered(giver, "/account/service-transfers", host)["token"]
    taker.sim.fail_job("entity_transfer_accept")
    assert ask(taker, "POST", f"/account/service-transfers/{token}/accept")[0] == 200
    estate.clock.advance(2)
    assert [ask(each, "GET", f"/linode/instances/{host.id}")[0] for each in (giver, taker)] == [200, 404]
    assert ask(giver, "GET", f"/account/service-transfers/{token}")[1]["status"] == "failed"
    assert giver.actions()[-1] == taker.actions()[-1] == "entity_transfer_fail"


def test_sessions_transfer(estate, giver, taker):
    """Two sessions do it: one creates, one reads by the token and accepts."""
    giver.make.instance(label="web")
    with Session(client=estate.client("giver")) as mine, Session(client=estate.client("taker")) as theirs:
        transfer = ServiceTransfer(entities={"linodes": [mine.query(Instance).one().id]})
        mine.add(transfer)
        mine.commit()
        theirs.load(ServiceTransfer, transfer.token).accept()
        estate.clock.advance(2)
        assert [each.label for each in theirs.query(Instance)] == ["web"]
        assert mine.query(Instance).count() == 0
        assert [each.is_sender for each in theirs.query(ServiceTransfer)] == [False]


def test_one_account_alone():
    """Without an estate a test says what another account has offered."""
    with Simulator() as sim:
        offer = sim.make.service_transfer(is_sender=False)
        with Session(client=sim.client()) as session:
            session.load(ServiceTransfer, offer.token).accept()
            sim.clock.advance(2)
            assert sim.read(offer).status == "completed"
