"""The orders that the API refuses: each row of the table of ordering rules, and each place that only one may have."""

from __future__ import annotations

import json

import pytest

from linode_orm.session.planning.ordering_rules import HELD_BY, HOLDER_RULES
from linode_orm.simulator import Simulator

LINODE = {"region": "us-east", "type": "g6-nanode-1"}
POOL = {"type": "g6-standard-1", "count": 1}
PAIRS = [(rule.target, holder) for rule in HOLDER_RULES for holder in sorted(rule.holders)]


class Account:
    """An account in which requests are expected to work."""

    def __init__(self, sim):
        self.sim = sim

    def ask(self, method, path, body=None):
        """Give status and body."""
        reply = self.sim.exchange(method, path, version="v4beta", body=body)
        return reply.status, json.loads(reply.content or b"null")

    def do(self, method, path, body=None):
        """Give the body of an answer that is no refusal; jobs end after it."""
        status, said = self.ask(method, path, body)
        assert status == 200, (method, path, said)
        self.sim.clock.advance(5)
        return said

    def made(self, path, **body):
        """Create an object, and give its path."""
        return f"{path}/{self.do('POST', path, body)['id']}"

    def linode(self, **more):
        """Create a Linode, and give its path."""
        return self.made("/linode/instances", **LINODE, **more)

    def subnet(self):
        """Create a VPC with a subnet, and give both paths and both ids."""
        vpc = self.made("/vpcs", label="vpc", region="us-east")
        subnet = self.made(f"{vpc}/subnets", label="subnet", ipv4="10.0.0.0/24")
        return vpc, subnet, number(vpc), number(subnet)

    def cluster(self, **more):
        """Create a cluster with a pool, and give its path."""
        version = self.do("GET", "/lke/versions")["data"][0]["id"]
        return self.made(
            "/lke/clusters", label="cluster", region="us-east", k8s_version=version, node_pools=[POOL], **more
        )

    def nodes(self, cluster):
        """Give the ids of the Linodes of a cluster."""
        pools = self.do("GET", f"{cluster}/pools")["data"]
        return [node["instance_id"] for pool in pools for node in pool["nodes"]]


@pytest.fixture
def account():
    """Give an account with nothing in it."""
    with Simulator() as sim:
        yield Account(sim)


def number(path):
    """Give the id at the end of a path."""
    return int(path.rpartition("/")[2])


# -- what stands in a subnet -------------------------------------------------------------------------------------------


def _interface(subnet):
    return {"purpose": "vpc", "subnet_id": subnet}


def _in_subnet(account, holder, subnet, vpc):
    """Put an object of a class into a subnet; give the requests that take it out again."""
    if holder == "Instance":
        return [("DELETE", account.linode(interfaces=[_interface(subnet)]))]
    if holder in {"Config", "ConfigInterface"}:
        config = account.made(f"{account.linode()}/configs", label="c", devices={}, interfaces=[_interface(subnet)])
        (inside,) = account.do("GET", config)["interfaces"]
        return [("DELETE", config if holder == "Config" else f"{config}/interfaces/{inside['id']}")]
    if holder == "LinodeInterface":
        host = account.linode(interface_generation="linode", interfaces=[])
        return [("DELETE", account.made(f"{host}/interfaces", vpc={"subnet_id": subnet}))]
    if holder == "NodeBalancer":
        inside = {"subnet_id": subnet, "ipv4_range": "10.0.0.4/30"}
        return [("DELETE", account.made("/nodebalancers", region="us-east", vpcs=[inside]))]
    if holder in {"LKECluster", "LKENodePool"}:
        cluster = account.cluster(vpc_id=vpc, subnet_id=subnet, tier="enterprise")
        pool = account.do("GET", f"{cluster}/pools")["data"][0]["id"]
        pools = [("DELETE", f"{cluster}/pools/{pool}")] if holder == "LKENodePool" else []
        return [*pools, ("DELETE", cluster)]
    kind = {"MySQLDatabase": "mysql/8", "PostgreSQLDatabase": "postgresql/16"}[holder]
    inside = {"vpc_id": vpc, "subnet_id": subnet, "public_access": False}
    path = f"/databases/{kind.partition('/')[0]}/instances"
    body = {"label": "base", "region": "us-east", "type": "g6-nanode-1", "engine": kind, "private_network": inside}
    return [("DELETE", account.made(path, **body))]


def _subnet(account, holder):
    _, subnet, vpc, number_ = account.subnet()
    return subnet, _in_subnet(account, holder, number_, vpc)


def _vpc(account, holder):
    path, _, vpc, number_ = account.subnet()
    return path, _in_subnet(account, holder, number_, vpc)


# -- other holders -----------------------------------------------------------------------------------------------------


def _group(account, holder):
    kind = {"placement_group_type": "anti_affinity:local", "placement_group_policy": "flexible"}
    group = account.made("/placement/groups", label="group", region="us-east", **kind)
    if holder == "Instance":
        return group, [("DELETE", account.linode(placement_group={"id": number(group)}))]
    cluster = account.cluster()
    account.do("POST", f"{group}/assign", {"linodes": account.nodes(cluster)})
    pool = account.do("GET", f"{cluster}/pools")["data"][0]["id"]
    return group, [("DELETE", cluster if holder == "LKECluster" else f"{cluster}/pools/{pool}")]


def _vlan(account, holder):
    wired = {"purpose": "vlan", "label": "blue"}
    if holder == "Instance":
        free = account.linode(
            interfaces=[{"purpose": "public"}, wired], image="linode/debian12", root_pass="aQ7-kk2_xx9"
        )
    elif holder == "LinodeInterface":
        host = account.linode(interface_generation="linode", interfaces=[])
        free = account.made(f"{host}/interfaces", vlan={"vlan_label": "blue"})
    else:
        config = account.made(f"{account.linode()}/configs", label="c", devices={}, interfaces=[wired])
        inside = account.do("GET", config)["interfaces"][0]["id"]
        free = config if holder == "Config" else f"{config}/interfaces/{inside}"
    return "/networking/vlans/us-east/blue", [("DELETE", free)]


def _firewall(account, _):
    rules = {"inbound_policy": "DROP", "outbound_policy": "DROP"}
    one, other = (account.made("/networking/firewalls", label=f"wall-{each}", rules=rules) for each in "ab")
    names = ("linode", "nodebalancer", "public_interface", "vpc_interface")

    def used(wall):
        return "/networking/firewalls/settings", {"default_firewall_ids": dict.fromkeys(names, number(wall))}

    account.do("PUT", *used(one))
    return one, [("PUT", *used(other))]


def _destination(account, _):
    bucket = account.do("POST", "/object-storage/buckets", {"label": "logs", "region": "us-east"})
    keys = {"access_key_id": "1", "access_key_secret": "2", "path": "logs"}
    details = {**keys, "bucket_name": "logs", "host": bucket["hostname"]}
    kind = {"type": "akamai_object_storage", "details": details}
    path = account.made("/monitor/streams/destinations", label="place", **kind)
    stream = account.made("/monitor/streams", label="stream", type="audit_logs", destinations=[number(path)])
    return path, [("DELETE", stream)]


def _volume(account, _):
    host = account.linode()
    volume = account.made("/volumes", label="disk", region="us-east", size=20)
    account.do("POST", f"{volume}/attach", {"linode_id": number(host)})
    return volume, [("DELETE", host)]


def _locked(target):
    def scene(account, _):
        kind, lock = "linode", "cannot_delete"
        if target == "Volume":
            kind, host = "volume", account.made("/volumes", label="disk", region="us-east", size=20)
        elif target == "NodeBalancer":
            kind, host = "nodebalancer", account.made("/nodebalancers", region="us-east")
        elif target == "LKECluster":
            kind, host = "lkecluster", account.cluster()
        else:
            host = account.linode()
        path = host
        if target == "Disk":
            path = account.made(f"{host}/disks", label="disk", size=500)
        elif target in {"Config", "ConfigInterface"}:
            path = account.made(f"{host}/configs", label="c", devices={}, interfaces=[{"purpose": "public"}])
            if target == "ConfigInterface":
                path += f"/interfaces/{account.do('GET', path)['interfaces'][0]['id']}"
        if path != host:
            lock = "cannot_delete_with_subresources"
        body = {"entity_type": kind, "entity_id": number(host), "lock_type": lock}
        return path, [("DELETE", account.made("/locks", **body))]

    return scene


SCENES = {
    "VPC": _vpc,
    "VPCSubnet": _subnet,
    "PlacementGroup": _group,
    "VLAN": _vlan,
    "Firewall": _firewall,
    "StreamDestination": _destination,
}


def scene_of(target, holder):
    """Give what makes an object that another holds."""
    if holder == "ResourceLock":
        return _locked(target)
    return _volume if target == "Volume" else SCENES[target]


@pytest.mark.parametrize(("target", "holder"), PAIRS, ids=[f"{holder} holds {target}" for target, holder in PAIRS])
def test_a_row_of_the_table(account, target, holder):
    """While it is held its deletion is 400 and changes nothing; once it is free its deletion is done."""
    path, frees = scene_of(target, holder)(account, holder)
    status, said = account.ask("DELETE", path)
    assert (status, bool(said["errors"][0]["reason"])) == (400, True), said
    assert account.ask("GET", path)[0] in {200, 405}
    for request in frees:
        account.do(*request)
    account.do("DELETE", path)
    assert account.ask("GET", path)[0] in {404, 405}


def test_objects_name_who_holds_them(account):
    """What a subnet, a group and a VLAN show of their holders is there while these are, and gone with them."""
    assert {name for name, _ in HELD_BY} == {"VPCSubnet", "PlacementGroup", "VLAN"}
    keys = {
        "VPCSubnet": ("linodes", "nodebalancers", "databases"),
        "PlacementGroup": ("members",),
        "VLAN": ("linodes",),
    }
    for target, holder in (
        ("VPCSubnet", "Config"),
        ("VPCSubnet", "LinodeInterface"),
        ("VPCSubnet", "NodeBalancer"),
        ("VPCSubnet", "MySQLDatabase"),
        ("PlacementGroup", "Instance"),
        ("VLAN", "Config"),
    ):
        with Simulator() as sim:
            inside = Account(sim)
            path, frees = SCENES[target](inside, holder)

            def held(inside=inside, path=path, target=target):
                place = path if target != "VLAN" else "/networking/vlans"
                shown = inside.do("GET", place)
                row = shown["data"][0] if target == "VLAN" else shown
                return [key for key in keys[target] if row.get(key)]

            assert len(held()) == 1, (target, holder)
            for request in frees:
                inside.do(*request)
            assert held() == [], (target, holder)


# -- places that one object may have -----------------------------------------------------------------------------------

ZONE = {"domain": "zone.example.org", "type": "master", "soa_email": "a@example.org"}


def _records(account):
    zone = account.made("/domains", **ZONE)
    return (
        f"{zone}/records",
        {"type": "CNAME", "name": "www", "target": "a.example.net"},
        {
            "type": "A",
            "name": "WWW.zone.example.org",
            "target": "192.0.2.1",
        },
    )


def _ports(account):
    balancer = account.made("/nodebalancers", region="us-east")
    return f"{balancer}/configs", {}, {"port": 80, "protocol": "tcp"}


def _subnets(account):
    vpc = account.made("/vpcs", label="vpc", region="us-east")
    return f"{vpc}/subnets", {"label": "a", "ipv4": "10.0.0.0/24"}, {"label": "b", "ipv4": "10.0.0.128/25"}


def _labels(account):
    del account
    return "/linode/instances", {**LINODE, "label": "web"}, {**LINODE, "label": "web"}


def _addresses(account):
    *_, subnet = account.subnet()
    inside = {"label": "c", "devices": {}, "interfaces": [{**_interface(subnet), "ipv4": {"vpc": "10.0.0.9"}}]}
    one, other = (f"{account.linode()}/configs" for _ in range(2))
    return (one, other), inside, inside


def _zones(account):
    del account
    return "/domains", ZONE, ZONE


@pytest.mark.parametrize("scene", [_records, _ports, _subnets, _labels, _addresses, _zones])
def test_a_place_that_is_taken(account, scene):
    """The second object is refused with 400 while the first has the place, and made when that is gone."""
    paths, first, second = scene(account)
    one, other = paths if isinstance(paths, tuple) else (paths, paths)
    held = account.made(one, **first)
    status, said = account.ask("POST", other, second)
    assert status == 400, said
    account.do("DELETE", held)
    account.made(other, **second)


def test_a_lock_keeps_more_than_its_object(account):
    """A locked Linode is not rebuilt, nor transferred; with all below it, its addresses and interfaces stay too."""
    host = account.linode()
    account.do("POST", f"{host}/ips", {"type": "ipv4", "public": True})
    address = account.do("GET", host)["ipv4"][-1]
    lock = {"entity_type": "linode", "entity_id": number(host), "lock_type": "cannot_delete"}
    rebuilt = ("POST", f"{host}/rebuild", {"image": "linode/debian12", "root_pass": "aQ7-kk2_xx90"})
    path = account.made("/locks", **lock)
    assert account.ask(*rebuilt)[0] == 400
    account.do("DELETE", path)
    path = account.made("/locks", **{**lock, "lock_type": "cannot_delete_with_subresources"})
    assert account.ask("DELETE", f"{host}/ips/{address}")[0] == 400
    account.do("DELETE", path)
    account.do(*rebuilt)
    account.do("DELETE", f"{host}/ips/{address}")
