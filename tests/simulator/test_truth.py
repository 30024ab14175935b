"""What the simulator tells as the API does: consequences, first values, events, refusals."""

from __future__ import annotations

import json

import pytest

from linode_orm.simulator import Simulator
from linode_orm.simulator.first_values import FIRST_VALUES
from linode_orm.simulator.limits import problems
from linode_orm.simulator.schema import declared
from tests.proofs.recordings.corpus import lines, needed

LINODE = {"region": "us-east", "type": "g6-nanode-1"}
DEPLOYED = {**LINODE, "image": "linode/debian12", "root_pass": "aQ7-kk2_xx90"}


@pytest.fixture
def sim():
    """Give an account with nothing in it."""
    with Simulator() as made:
        yield made


def ask(sim, method, path, body=None, x_filter=None):
    """Give status and body of an answer."""
    reply = sim.exchange(method, path, version="v4beta", body=body, x_filter=x_filter)
    return reply.status, json.loads(reply.content or b"null")


def get(sim, path, x_filter=None):
    """Give the body of a GET that is not refused."""
    status, body = ask(sim, "GET", path, x_filter=x_filter)
    assert status == 200, body
    return body


# -- catalogues --------------------------------------------------------------------------------------------------------


def test_the_catalogues_agree_with_each_other(sim):
    """What one list names the others know: regions of availability and of endpoints."""
    regions = {row["id"] for row in get(sim, "/regions")["data"]}
    types = get(sim, "/linode/types")["data"]
    assert (len(regions), len(types)) == (65, 37)
    endpoints = {row["region"] for row in get(sim, "/object-storage/endpoints")["data"]}
    assert endpoints <= regions
    assert {row["region"] for row in get(sim, "/object-storage/clusters")["data"]} <= endpoints
    plans = sim.exchange("GET", "/regions/availability", query={"page_size": 500}).content
    assert {row["region"] for row in json.loads(plans)["data"]} <= regions
    for row in get(sim, "/regions")["data"]:
        body = {"label": f"b-{row['id']}", "region": row["id"]}
        status, bucket = ask(sim, "POST", "/object-storage/buckets", body)
        assert (status == 200) == (row["id"] in endpoints), bucket


def test_everybodys_rows_are_not_written_to(sim):
    """Images of everybody, StackScripts of others and alerts of the system answer a write with 403."""
    script = sim.make.stack_script(username="somebody")
    paths = ["/images/linode%2Fdebian12", f"/linode/stackscripts/{script.id}"]
    paths += ["/monitor/alert-channels/10000", "/monitor/services/dbaas/alert-definitions/10000"]
    assert [ask(sim, "DELETE", path)[0] for path in paths] == [403] * 4
    assert get(sim, paths[0])["label"] == "Debian 12"


# -- consequences ------------------------------------------------------------------------------------------------------


def test_a_linode_moves_between_placement_groups(sim):
    """A migration shows at both groups while it runs, and in their members when it has ended."""
    kind = {"placement_group_type": "anti_affinity:local", "placement_group_policy": "flexible"}
    old, new = (
        ask(sim, "POST", "/placement/groups", {"label": f"pg-{n}", "region": "us-east", **kind})[1] for n in "ab"
    )
    _, host = ask(sim, "POST", "/linode/instances", {**LINODE, "placement_group": {"id": old["id"]}})
    sim.clock.advance(5)
    body = {"region": "us-east", "placement_group": {"id": new["id"]}}
    assert ask(sim, "POST", f"/linode/instances/{host['id']}/migrate", body)[0] == 200
    group = get(sim, f"/placement/groups/{new['id']}")
    assert group["migrations"]["inbound"] == [{"linode_id": host["id"]}]
    sim.clock.advance(5)
    members = [get(sim, f"/placement/groups/{each['id']}")["members"] for each in (old, new)]
    assert [len(each) for each in members] == [0, 1]
    assert get(sim, f"/linode/instances/{host['id']}")["placement_group"]["label"] == "pg-b"


def test_one_to_one_addresses_are_the_linodes_own(sim):
    """`nat_1_1: any` is the Linode's public address, which tells of the VPC wherever it is shown."""
    subnet = {"label": "apps", "ipv4": "10.0.0.0/24"}
    _, vpc = ask(sim, "POST", "/vpcs", {"label": "inner", "region": "us-east", "subnets": [subnet]})
    face = {"purpose": "vpc", "subnet_id": vpc["subnets"][0]["id"], "ipv4": {"nat_1_1": "any"}}
    _, host = ask(sim, "POST", "/linode/instances", {**DEPLOYED, "interfaces": [face]})
    outside = host["ipv4"][0]
    shown = get(sim, f"/networking/ips/{outside}")["vpc_nat_1_1"]
    assert shown == {"address": "10.0.0.2", "subnet_id": face["subnet_id"], "vpc_id": vpc["id"]}
    (inside,) = get(sim, f"/linode/instances/{host['id']}/ips")["ipv4"]["vpc"]
    assert (inside["address"], inside["nat_1_1"], inside["prefix"]) == ("10.0.0.2", outside, 24)
    held = get(sim, f"/vpcs/{vpc['id']}/subnets/{face['subnet_id']}")["linodes"]
    assert [each["id"] for each in held] == [host["id"]]


def test_no_two_interfaces_have_one_address(sim):
    """Addresses of a subnet are given out once."""
    _, vpc = ask(sim, "POST", "/vpcs", {"label": "inner", "region": "us-east"})
    _, subnet = ask(sim, "POST", f"/vpcs/{vpc['id']}/subnets", {"label": "apps", "ipv4": "10.0.0.0/29"})
    face = {"vpc": {"subnet_id": subnet["id"]}}
    found = []
    for _ in range(5):
        body = {**LINODE, "interface_generation": "linode", "interfaces": [face]}
        status, host = ask(sim, "POST", "/linode/instances", body)
        assert status == 200, host
        (one,) = get(sim, f"/linode/instances/{host['id']}/interfaces")["interfaces"]
        found.append(one["vpc"]["ipv4"]["addresses"][0]["address"])
    assert len(set(found)) == 5


def test_a_vlan_outlives_its_interface(sim):
    """A VLAN names the Linodes that are attached, and can be deleted when none is."""
    faces = [{"purpose": "vlan", "label": "inner"}]
    _, host = ask(sim, "POST", "/linode/instances", {**DEPLOYED, "interfaces": faces})
    assert get(sim, "/networking/vlans")["data"][0]["linodes"] == [host["id"]]
    assert ask(sim, "DELETE", "/networking/vlans/us-east/inner")[0] == 400
    assert ask(sim, "DELETE", f"/linode/instances/{host['id']}")[0] == 200
    assert get(sim, "/networking/vlans")["data"][0]["linodes"] == []
    assert ask(sim, "DELETE", "/networking/vlans/us-east/inner")[0] == 200


def test_nodes_of_a_cluster_are_linodes(sim):
    """The `instance_id` of a node is that of a Linode, which goes with the node."""
    pool = {"type": "g6-standard-1", "count": 2}
    body = {"label": "kitchen", "region": "us-east", "k8s_version": "1.35", "node_pools": [pool]}
    _, cluster = ask(sim, "POST", "/lke/clusters", body)
    sim.clock.advance(5)
    (shown,) = get(sim, f"/lke/clusters/{cluster['id']}/pools")["data"]
    for node in shown["nodes"]:
        assert get(sim, f"/linode/instances/{node['instance_id']}")["lke_cluster_id"] == cluster["id"]
    assert ask(sim, "DELETE", f"/lke/clusters/{cluster['id']}")[0] == 200
    assert get(sim, "/linode/instances")["data"] == []


# -- events and jobs ---------------------------------------------------------------------------------------------------


def test_a_boot_follows_the_creation(sim):
    """`linode_boot` is scheduled from the beginning, and starts when `linode_create` has ended."""
    ask(sim, "POST", "/linode/instances", DEPLOYED)
    seen = {}
    for _ in range(12):
        for row in get(sim, "/account/events")["data"]:
            seen.setdefault(row["action"], []).append(row["status"])
        sim.clock.advance(0.1)
    assert seen["linode_create"][0] == seen["linode_boot"][0] == "scheduled"
    assert seen["linode_create"].index("finished") <= seen["linode_boot"].index("started") + 1
    assert seen["linode_boot"][-1] == "finished"


def test_a_job_can_be_made_to_fail(sim):
    """A job that fails leaves the object as it was, and its event says so; the next one is done."""
    host = sim.make.instance(region="us-east", type="g6-nanode-1")
    sim.fail_job("linode_resize")
    path = f"/linode/instances/{host.id}"
    for status, plan in (("failed", "g6-nanode-1"), ("finished", "g6-standard-1")):
        assert ask(sim, "POST", f"{path}/resize", {"type": "g6-standard-1"})[0] == 200
        sim.clock.advance(5)
        assert get(sim, "/account/events")["data"][0]["status"] == status
        shown = get(sim, path)
        assert (shown["type"], shown["status"]) == (plan, "running")


# -- first values ------------------------------------------------------------------------------------------------------


def test_first_values_are_of_keys_that_there_are():
    """The table names classes and keys of the declarations."""
    fields = {resource.name: resource.fields for resource in declared()}
    assert not [(name, key) for name, table in FIRST_VALUES.items() for key in table if key not in fields[name]]


# -- limits ------------------------------------------------------------------------------------------------------------


@needed
def test_recorded_writes_are_within_the_limits():
    """No limit refuses what the real API took."""
    sim = Simulator()
    wrong = []
    for line in lines():
        match = sim.router.match(line["method"], line["path"])
        route = match.route if match is not None else None
        taken = line["status"] == 200 and isinstance(line["request"], dict)
        if taken and route is not None and route.verb in {"create", "update"}:
            wrong += [(line["cassette"], *each) for each in problems(route.resource.name, line["request"])]
    assert not wrong


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/volumes", {"label": "a b c", "size": 20, "region": "us-east"}, "label"),
        ("/volumes", {"label": "data", "size": 5, "region": "us-east"}, "size"),
        ("/linode/instances", {**LINODE, "label": "!!Invalid!!"}, "label"),
        ("/linode/instances", {**LINODE, "root_pass": "x"}, "root_pass"),
        ("/linode/instances", {**LINODE, "region": "us-nowhere"}, "region"),
        ("/domains", {"domain": "example.org", "type": "master", "soa_email": "nobody"}, "soa_email"),
        ("/profile/sshkeys", {"label": "mine", "ssh_key": "not a key"}, "ssh_key"),
        (
            "/vpcs",
            {"label": "inner", "region": "us-east", "subnets": [{"label": "s", "ipv4": "10.0.0.0"}]},
            "subnets[0].ipv4",
        ),
        (
            "/networking/firewalls",
            {"label": "wall", "rules": {"inbound": [{"protocol": "TCP", "action": "DROP", "ports": "22-"}]}},
            "rules.inbound[0].ports",
        ),
    ],
)
def test_what_is_outside_of_a_limit_is_refused(path, body, field):
    """The refusal names the key, and `strict=False` leaves limits out."""
    with Simulator() as strict, Simulator(strict=False) as loose:
        status, said = ask(strict, "POST", path, body)
        assert status == 400
        assert field in {each.get("field") for each in said["errors"]}
        known = {"region is not valid", "Must be an IPv4 network"}  # refused by effects, whatever the strictness
        if not known & {each["reason"] for each in said["errors"]}:
            assert ask(loose, "POST", path, body)[0] == 200


def test_a_backup_that_is_not_there_is_refused(sim):
    """A Linode is restored from a backup of the account, and from no other."""
    status, said = ask(sim, "POST", "/linode/instances", {**LINODE, "backup_id": 5})
    assert (status, said["errors"][0]["field"]) == (400, "backup_id")
    _, host = ask(sim, "POST", "/linode/instances", {**LINODE, "backups_enabled": True})
    sim.clock.advance(5)
    _, backup = ask(sim, "POST", f"/linode/instances/{host['id']}/backups", {"label": "before"})
    sim.clock.advance(5)
    assert ask(sim, "POST", "/linode/instances", {**LINODE, "backup_id": backup["id"]})[0] == 200


def test_strictness_is_one_of_three():
    """Another value is refused by name."""
    with pytest.raises(TypeError, match="strict is True, False or 'guesses'"):
        Simulator(strict="all")


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        (
            "/vpcs",
            {"label": "vpc", "region": "us-east", "subnets": [{"label": "a", "ipv6": ["x"]}]},
            "subnets[0].ipv6[0]",
        ),
        ("/vpcs", {"label": "vpc", "region": "us-east", "subnets": [5]}, "subnets[0]"),
        ("/nodebalancers", {"region": "us-east", "configs": [{"nodes": [{"label": 5}]}]}, "configs[0].nodes[0].label"),
        ("/profile/tokens", {"label": "token", "expiry": "soon"}, "expiry"),
        (
            "/monitor/services/dbaas/alert-definitions/10000/clone",
            {"label": "copy", "rule_criteria": {"rules": [{"dimension_filters": ["x"]}]}},
            "rule_criteria.rules[0].dimension_filters[0]",
        ),
    ],
)
def test_what_lies_deep_in_a_body_is_looked_at(sim, path, body, field):
    """Children in the body of their parent, and objects that an action changes in a copy, have their types."""
    status, said = ask(sim, "POST", path, body)
    assert (status, [each["field"] for each in said["errors"]]) == (400, [field])


def test_the_end_of_a_token_is_a_moment(sim):
    """An end with an offset is that moment, whatever the offset."""
    _, made = ask(sim, "POST", "/profile/tokens", {"label": "token", "expiry": "2026-01-01T03:00:00+02:00"})
    assert sim.exchange("GET", "/profile", token=made["token"]).status == 200
    sim.clock.advance(3600)
    assert sim.exchange("GET", "/profile", token=made["token"]).status == 401


def test_a_large_pool_goes_at_once(sim):
    """The Linode of each node is found by its name; others stay."""
    version = get(sim, "/lke/versions")["data"][0]["id"]
    pools = [{"type": "g6-standard-1", "count": count} for count in (100, 1)]
    body = {"label": "cluster", "region": "us-east", "k8s_version": version, "node_pools": pools}
    _, cluster = ask(sim, "POST", "/lke/clusters", body)
    large, small = get(sim, f"/lke/clusters/{cluster['id']}/pools")["data"]
    assert get(sim, "/linode/instances")["results"] == large["count"] + small["count"] == 101
    assert ask(sim, "DELETE", f"/lke/clusters/{cluster['id']}/pools/{large['id']}")[0] == 200
    assert get(sim, "/linode/instances")["results"] == 1
