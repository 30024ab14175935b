"""Events of the simulator: each action that the API knows can be seen, with the object that it is about."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from linode_orm import Event, Instance, Session
from linode_orm.simulator import Simulator
from linode_orm.simulator.event_actions import CAUSED, EVENT_ACTIONS, WITHOUT_OPERATION
from tests.places import ROOT
from tests.simulator.driver import FOLDER, Driver, described, key_of, needed

LINODE = {"region": "us-east", "type": "g6-nanode-1"}
DATABASE = {"label": "base", "region": "us-east", "type": "g6-nanode-1", "engine": "mysql/8"}
ORDER = {"GET": 0, "PUT": 1, "POST": 2, "DELETE": 3}


@pytest.fixture
def sim():
    """Give an account with nothing in it."""
    with Simulator() as made:
        yield made


def ask(sim, method, path, body=None):
    """Give the body of an answer that is no refusal."""
    reply = sim.exchange(method, path, version="v4beta", body=body)
    assert reply.status == 200, reply.content
    return json.loads(reply.content or b"null")


def seen_of(sim, since=0):
    """Give what events tell, in order: action, type of the entity, status."""
    rows = [row.body for row in sim.state.rows("Event") if row.id > since]
    return [(row["action"], (row["entity"] or {}).get("type"), row["status"]) for row in rows]


def newest(sim):
    """Give the id of the newest event."""
    return max((row.id for row in sim.state.rows("Event")), default=0)


def _linodes(sim):
    host = ask(sim, "POST", "/linode/instances", LINODE)
    sim.clock.advance(5)
    path = f"/linode/instances/{host['id']}"
    ask(sim, "POST", f"{path}/resize", {"type": "g6-standard-1", "migration_type": "warm"})
    sim.clock.advance(5)
    ask(sim, "POST", f"{path}/migrate", {"region": "us-ord"})
    sim.clock.advance(5)
    vlan = {"purpose": "vlan", "label": "blue"}
    config = ask(sim, "POST", f"{path}/configs", {"label": "c", "devices": {}, "interfaces": [vlan]})
    ask(sim, "PUT", f"{path}/configs/{config['id']}", {"interfaces": []})


def _databases(sim):
    made = ask(sim, "POST", "/databases/mysql/instances", DATABASE)
    sim.clock.advance(5)
    path = f"/databases/mysql/instances/{made['id']}"
    for change in ({"type": "g6-standard-1"}, {"cluster_size": 3}, {"version": "8.4"}):
        ask(sim, "PUT", path, change)
        sim.clock.advance(5)
    sim.fail_job("database_update")
    ask(sim, "POST", f"{path}/patch")
    fork = {"source": made["id"], "restore_time": "2026-01-01T00:00:00"}
    ask(sim, "POST", "/databases/mysql/instances", {**DATABASE, "label": "copy", "fork": fork})
    sim.fail_job("database_create")
    ask(sim, "POST", "/databases/mysql/instances", {**DATABASE, "label": "other"})
    sim.clock.advance(5)


def _account(sim):
    ask(sim, "PUT", "/account", {"tax_id": "ATU99999999"})
    ask(sim, "POST", "/account/agreements", {"eu_model": True})
    ask(sim, "POST", "/domains/import", {"domain": "zone.example.org", "remote_nameserver": "ns.example.net"})
    script = sim.make.stack_script(label="s", script="#!/bin/sh", images=["linode/debian12"])
    ask(sim, "PUT", f"/linode/stackscripts/{script.id}", {"is_public": True, "script": "#!/bin/bash"})
    rules = {"inbound_policy": "DROP", "outbound_policy": "DROP"}
    wall = ask(sim, "POST", "/networking/firewalls", {"label": "wall", "rules": rules})
    for status in ("disabled", "enabled"):
        ask(sim, "PUT", f"/networking/firewalls/{wall['id']}", {"status": status})
    up = ask(sim, "POST", "/images/upload", {"label": "disk", "region": "us-east"})
    place = quote(up["image"]["id"], safe="")
    ask(sim, "PUT", f"/uploads/{place}", {"size": 1})
    control = {"acl": {"enabled": True, "addresses": {"ipv4": ["192.0.2.1/32"]}}}
    pool = {"type": "g6-standard-1", "count": 1}
    version = ask(sim, "GET", "/lke/versions")["data"][0]["id"]
    cluster = {"label": "cluster", "region": "us-east", "k8s_version": version, "node_pools": [pool]}
    ask(sim, "POST", "/lke/clusters", {**cluster, "control_plane": control})


def _transfers(sim):
    offered = [sim.state.make("ServiceTransfer", (), is_sender=False) for _ in range(2)]
    sim.fail_job("entity_transfer_accept")
    for row in offered:
        ask(sim, "POST", f"/account/service-transfers/{row.id}/accept")
    host = sim.make.instance()
    ask(sim, "POST", "/account/service-transfers", {"entities": {"linodes": [host.id]}})
    sim.clock.advance(25 * 3600)
    ask(sim, "GET", "/account/events")


@needed
def test_each_action_occurs():
    """All operations, and what follows from them, raise each action but those that none causes."""
    driver = Driver()

    def turn(operation):
        return ORDER[operation["method"]], -operation["path"].count("{") * (operation["method"] == "DELETE")

    for operation in sorted(driver.operations, key=turn):
        driver.run(operation)
    seen = {row.body["action"] for row in driver.sim.state.rows("Event")}
    for scene in (_linodes, _databases, _account, _transfers):
        with Simulator() as sim:
            scene(sim)
            sim.clock.advance(5)
            ask(sim, "GET", "/account/events")
            seen |= {row.body["action"] for row in sim.state.rows("Event")}
    # what the giving side is told is seen in an estate: test_transfers.py
    assert seen | {"entity_transfer_accept"} == CAUSED


@needed
def test_the_table_has_every_action_of_the_description():
    """The table names all of the enumeration, and one that only newer descriptions have."""
    resources = json.loads((FOLDER / "resources.json").read_text(encoding="utf-8"))["resources"]
    event = next(each for each in resources if each["resource"] == "Event")
    assert set(event["fields"]["action"]["enum"]) == EVENT_ACTIONS - {"linode_poweroff_on"}
    assert not CAUSED & WITHOUT_OPERATION.keys()
    assert {key_of(each) for each in described()} >= {"GET /account/events", "POST /account/events/{}/seen"}


def test_a_resize_is_announced(sim):
    """A notification comes before the job of a resize, a migration and an upgrade of a Linode."""
    host = sim.make.instance(type="g6-nanode-1")
    path = f"/linode/instances/{host.id}"
    for verb, body, action, kind in (
        ("resize", {"type": "g6-standard-1"}, "linode_resize_create", "linode_resize"),
        ("resize", {"type": "g6-standard-2", "migration_type": "warm"}, "linode_resize_warm_create", "linode_resize"),
        ("migrate", {"region": "us-ord"}, "linode_migrate_datacenter_create", "linode_migrate_datacenter"),
        ("mutate", {}, "linode_mutate_create", "linode_mutate"),
    ):
        before = newest(sim)
        ask(sim, "POST", f"{path}/{verb}", body)
        assert seen_of(sim, before) == [(action, "linode", "notification"), (kind, "linode", "scheduled")]
        sim.clock.advance(5)


def test_a_database_that_fails_says_so_twice(sim):
    """The event of the job fails, and a notification follows it."""
    sim.fail_job("database_create")
    ask(sim, "POST", "/databases/mysql/instances", DATABASE)
    assert seen_of(sim) == [("database_create", "database", "scheduled")]
    sim.clock.advance(5)
    ask(sim, "GET", "/account/events")
    wanted = [("database_create", "database", "failed"), ("database_create_failed", "database", "notification")]
    assert seen_of(sim) == wanted


def test_vlans_are_attached_and_detached(sim):
    """A VLAN tells of the Linode that an interface attaches, and of its end; what stays is not told again."""
    host = ask(sim, "POST", "/linode/instances", LINODE)
    sim.clock.advance(5)
    path, before = f"/linode/instances/{host['id']}", newest(sim)
    blue, red = ({"purpose": "vlan", "label": each} for each in ("blue", "red"))
    config = ask(sim, "POST", f"{path}/configs", {"label": "c", "devices": {}, "interfaces": [blue]})
    ask(sim, "PUT", f"{path}/configs/{config['id']}", {"interfaces": [blue, red]})
    ask(sim, "PUT", f"{path}/configs/{config['id']}", {"interfaces": [red]})
    ask(sim, "DELETE", path)
    rows = [row.body for row in sim.state.rows("Event") if row.id > before and row.body["action"].startswith("vlan")]
    assert [(row["action"], row["entity"]["label"]) for row in rows] == [
        ("vlan_attach", "blue"),
        ("vlan_attach", "red"),
        ("vlan_detach", "blue"),
        ("vlan_detach", "red"),
    ]
    assert {row["secondary_entity"]["id"] for row in rows} == {host["id"]}


def test_seeded_vlans_are_no_news(sim):
    """What a test has seeded is not told at the first request."""
    host = sim.make.instance()
    path = f"/linode/instances/{host.id}"
    config = sim.add(f"{path}/configs", label="c", devices={}, interfaces=[{"purpose": "vlan", "label": "blue"}])
    before = newest(sim)
    ask(sim, "PUT", f"{path}/configs/{config['id']}", {"label": "d"})
    assert [action for action, _, _ in seen_of(sim, before)] == ["linode_config_update"]


class TestAdd:
    """`sim.events.add` tells of what no request causes."""

    @pytest.mark.parametrize("action", sorted(EVENT_ACTIONS))
    def test_each_action(self, sim, action):
        """Any action can be about a Linode, and a client finds it."""
        host = sim.make.instance(label="web")
        event = sim.events.add(action, host)
        with Session(client=sim.client()) as session:
            found = session.query(Event).where(Event.action == action).one()
            assert (found.id, found.entity.id, found.entity.label) == (event.id, host.id, "web")
            assert (found.status, event.status) == ("notification", "notification")

    def test_a_job(self, sim):
        """With seconds it starts and ends; a failure says why."""
        host = sim.make.instance()
        event = sim.events.add("lassie_reboot", f"/linode/instances/{host.id}", seconds=10)
        failed = sim.events.add("host_reboot", host, seconds=10, failure="no power")
        states = []
        for _ in range(3):
            states.append((sim.read(event).status, sim.read(failed).status))
            sim.clock.advance(5)
        assert states == [("scheduled", "scheduled"), ("started", "started"), ("finished", "failed")]
        assert sim.read(failed).message == "no power"

    def test_an_entity_as_it_is_shown(self, sim):
        """What has no class here is given as events show it."""
        thread = {"id": 7, "label": "How?", "type": "community", "url": "https://www.linode.com/community/questions/7"}
        sim.events.add("community_question_reply", thread, message="Like this.")
        (shown,) = ask(sim, "GET", "/account/events")["data"]
        assert (shown["entity"], shown["message"]) == (thread, "Like this.")
        sim.events.add("managed_disabled")
        assert ask(sim, "GET", "/account/events")["data"][0]["entity"] is None

    def test_what_is_refused(self, sim):
        """An action that the API does not have, and an object that is not there."""
        with pytest.raises(ValueError, match="did you mean 'linode_reboot'"):
            sim.events.add("linode_rebooot")
        with pytest.raises(LookupError):
            sim.events.add("host_reboot", "/linode/instances/1")
        with Session(client=sim.client()) as session, pytest.raises(LookupError):
            sim.events.add("host_reboot", Instance(session, 1))


def test_the_documentation_has_the_table():
    """The page about the simulator lists each action that no operation causes, with what does."""
    page = (ROOT / "docs" / "simulator.md").read_text(encoding="utf-8")
    assert [name for name, why in WITHOUT_OPERATION.items() if f"| `{name}` | {why} |" not in page] == []
