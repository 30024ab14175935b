"""Drives every operation of the API's description against one simulated account, with bodies made from its schema."""

from __future__ import annotations

import json
import re
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from linode_orm.simulator import Simulator
from linode_orm.simulator.effects.holders import IN_SUBNETS
from linode_orm.wire import Request
from tests.places import SHARED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.schema import Resource
    from linode_orm.simulator.store import Row

FOLDER = SHARED / "spec"
needed = pytest.mark.skipif(not FOLDER.exists(), reason="the description as data is not on this machine")

Described = dict[str, Any]

# What a body's key names, whatever the operation: an object that has to be there.
NAMED = {
    "linode_id": "Instance",
    "linodes": "Instance",
    "linode": "Instance",
    "disk_id": "Disk",
    "volume_id": "Volume",
    "vpc_id": "VPC",
    "subnet_id": "VPCSubnet",
    "backend_vpc_subnet_id": "VPCSubnet",
    "frontend_vpc_subnet_id": "VPCSubnet",
    "firewall_id": "Firewall",
    "firewall_ids": "Firewall",
    "placement_group.id": "PlacementGroup",
    "destinations": "StreamDestination",
    "channel_ids": "AlertChannel",
    "valid_for_sharegroup_uuid": "ImageShareGroup",
    "domains": "Domain",
    "volumes": "Volume",
    "nodebalancers": "NodeBalancer",
    "domain_id": "Domain",
    "nodebalancer_id": "NodeBalancer",
    "stackscript_id": "StackScript",
    "credentials": "ManagedCredential",
    "region": "Region",
    "regions": "Region",
    "image": "Image",
    "config_id": "Config",
    "firewalls": "Firewall",
}
FORMATS = {
    "date-time": "2026-03-01T00:00:00",
    "ip": "192.0.2.1",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "email": "someone@example.com",
    "url": "https://example.com/",
    "ip/netmask": "192.0.2.0/24",
    "ipv4/prefix_length": "10.0.0.0/24",
    "ipv4|ipv6/prefix_length": "192.0.2.0/24",
    "ipv6/128": "2001:db8::1/128",
    "phone": "5555555555",
}
TEXTS = {
    "type": "g6-nanode-1",
    "engine": "mysql/8",
    "k8s_version": "1.33",
    "target": "192.0.2.7",
    "address": "192.0.2.9:80",
    "range": "10.0.1.0/24",
    "domain": "zone.example.org",
    "maintenance_policy": "linode/migrate",
}


# What a body needs beside what its schema says is required: values that depend on what is there.
ALSO: dict[str, Callable[[Driver], dict[str, Any]]] = {
    "POST /volumes": lambda _: {"region": "us-east"},
    "POST /object-storage/buckets": lambda _: {"region": "us-east"},
    "POST /domains": lambda driver: {"domain": f"zone-{next(driver.numbers)}.example.org"},
    "POST /domains/{}/clone": lambda driver: {"domain": f"zone-{next(driver.numbers)}.example.org"},
    "POST /domains/import": lambda driver: {"domain": f"zone-{next(driver.numbers)}.example.org"},
    "POST /domains/{}/records": lambda _: {"type": "A", "target": "192.0.2.7"},
    "POST /linode/stackscripts": lambda _: {"images": ["linode/debian12"]},
    "POST /monitor/alert-channels": lambda _: {"channel_type": "email"},
    "POST /networking/ips": lambda driver: {"linode_id": driver.one("Instance"), "type": "ipv4", "public": True},
    "POST /networking/ipv6/ranges": lambda driver: {"linode_id": driver.one("Instance"), "prefix_length": 64},
    "POST /networking/ips/assign": lambda driver: driver.assignments(),
    "POST /networking/ipv4/assign": lambda driver: driver.assignments(),
    "POST /networking/ips/share": lambda driver: {"ips": [driver.address()], "linode_id": driver.one("Instance")},
    "POST /networking/ipv4/share": lambda driver: {"ips": [driver.address()], "linode_id": driver.one("Instance")},
    "POST /networking/firewalls": lambda _: {"rules": {"inbound_policy": "DROP", "outbound_policy": "ACCEPT"}},
    "POST /networking/firewalls/{}/devices": lambda driver: {"type": "linode", "id": driver.spare("Instance")},
    "POST /nodebalancers/{}/configs": lambda driver: {"port": 1000 + next(driver.numbers)},
    "POST /linode/instances/{}/resize": lambda _: {"type": "g6-standard-4"},
    "POST /linode/instances/{}/configs": lambda driver: {"interfaces": [driver.vpc_interface()]},
    "POST /linode/instances/{}/configs/{}/interfaces": lambda driver: driver.vpc_interface(),
    "POST /linode/instances/{}/configs/{}/interfaces/order": lambda driver: driver.order(),
    "POST /linode/instances/{}/interfaces": lambda driver: {"public": {}, "firewall_id": driver.one("Firewall")},
    "PUT /linode/instances/{}/ips/{}": lambda _: {"rdns": "a.example.com"},
    "PUT /networking/ips/{}": lambda _: {"rdns": "a.example.com"},
    "POST /account/betas": lambda _: {"id": "example_open_beta"},
    "PUT /account/tfa-optional-users": lambda _: {"usernames": ["simulated"]},
    "POST /account/payments": lambda _: {"usd": "10.00"},
    "POST /nodebalancers/{}/configs/{}/nodes": lambda driver: {"address": f"{driver.address()}:80"},
    "POST /locks": lambda driver: {
        "entity_type": "nodebalancer",
        "entity_id": driver.spare("NodeBalancer"),
        "lock_type": "cannot_delete",
    },
    "PUT /longview/plan": lambda _: {"longview_subscription": "longview-3"},
    "POST /monitor/services/{}/token": lambda driver: {"entity_ids": [driver.one("MySQLDatabase")]},
    "POST /monitor/services/{}/alert-definitions": lambda driver: {"entity_ids": [str(driver.one("MySQLDatabase"))]},
    "POST /monitor/streams/destinations": lambda driver: {"type": "akamai_object_storage", "details": driver.details()},
    "PUT /monitor/streams/destinations/{}": lambda driver: {"details": driver.details()},
    "POST /images/sharegroups": lambda driver: {"images": [{"id": driver.own_image()}]},
    "POST /images/sharegroups/{}/images": lambda driver: {"images": [{"id": driver.own_image()}]},
    "POST /images/sharegroups/tokens": lambda driver: {"valid_for_sharegroup_uuid": driver.uuid(), "label": "token"},
    "POST /lke/clusters/{}/pools": lambda _: {"type": "g6-standard-1", "count": 1},
    "POST /databases/mysql/instances": lambda _: {"engine": "mysql/8"},
    "POST /databases/postgresql/instances": lambda _: {"engine": "postgresql/16"},
    "POST /profile/security-questions": lambda _: {"security_questions": [{"question_id": 1, "response": "Rex"}]},
    "POST /account/service-transfers": lambda driver: {"entities": {"linodes": [driver.spare("Instance")]}},
    "POST /account/entity-transfers": lambda driver: {"entities": {"linodes": [driver.spare("Instance")]}},
    "POST /tags": lambda driver: {"linodes": [driver.one("Instance")]},
    "POST /vpcs/{}/subnets": lambda driver: {"ipv4": f"10.77.{next(driver.networks)}.0/24"},
}
# What has to happen before an operation.
FIRST = {
    "POST /linode/instances/{}/password": ("POST /linode/instances/{}/shutdown",),
    "POST /linode/instances/{}/disks/{}/password": ("POST /linode/instances/{}/shutdown",),
    "POST /linode/instances/{}/backups": ("POST /linode/instances/{}/backups/enable",),
    "POST /volumes/{}/attach": ("POST /volumes/{}/detach",),
    "DELETE /monitor/streams/destinations/{}": ("POST /monitor/streams/destinations",),
    "DELETE /account/service-transfers/{}": ("POST /account/service-transfers",),
    "DELETE /account/entity-transfers/{}": ("POST /account/entity-transfers",),
    "POST /support/tickets/{}/close": ("POST /support/tickets",),
}
# What another account has done before an operation.
ELSEWHERE: dict[str, Callable[[AccountState], object]] = {
    "POST /account/service-transfers/{}/accept": lambda state: state.make("ServiceTransfer", (), is_sender=False),
    "POST /account/entity-transfers/{}/accept": lambda state: state.make("EntityTransfer", (), is_sender=False),
}
# Deletions that are refused while the object holds others: the account lets go of them first.
EMPTIED = {"DELETE /vpcs/{}", "DELETE /vpcs/{}/subnets/{}", "DELETE /placement/groups/{}"}
# Classes of which an operation takes the object that was made last: earlier ones are used up.
NEWEST = {"ServiceTransfer", "EntityTransfer", "StreamDestination", "SupportTicket"}
# What happens in the account before it is looked at.
SCENE = (
    "POST /linode/instances/{}/interfaces",
    "PUT /linode/instances/{}/firewalls",
    "PUT /nodebalancers/{}/firewalls",
    "POST /volumes/{}/attach",
    "POST /nodebalancers/{}/configs/{}/nodes",
    "POST /images/sharegroups/{}/images",
    "POST /images/sharegroups/tokens",
    "POST /networking/reserved/ips",
    "PUT /account/tfa-optional-users",
    "POST /tags",
    "PUT /longview/plan",
    "PUT /account/oauth-clients/{}/thumbnail",
)


def described() -> list[Described]:
    """Give the 463 operations and the 39 older ones."""
    names = ("operations.json", "operations_extra.json")
    return [each for name in names for each in json.loads((FOLDER / name).read_text(encoding="utf-8"))]


def key_of(operation: Described) -> str:
    """Give method and path of an operation, parameters nameless."""
    return f"{operation['method']} {re.sub(r'{[a-zA-Z]+}', '{}', operation['path'])}"


def let_go(state: AccountState) -> None:
    """Take everything out of the subnets and placement groups of an account."""
    for name in IN_SUBNETS:
        for row in list(state.rows(name)):
            if name == "Instance":
                row.hidden.pop("subnets", None)
                row.change(placement_group=None)
            else:
                state.remove(row)
    for group in state.rows("PlacementGroup"):
        group.change(members=[])


class Driver:
    """One account, in which whatever a path or body names is there when it is needed."""

    def __init__(self) -> None:
        self.networks = count()
        self.sim = Simulator()
        self.numbers = count(1)
        self.operations = described()
        self.known = {key_of(each): each for each in self.operations}
        self.settle()

    def settle(self) -> None:
        """Let every list have something in it."""
        resources = self.sim.state.store.resources.values()
        for resource in sorted(resources, key=lambda each: each.depth):
            self.row(resource)
        for key in SCENE:
            status, body = self.run(self.known[key])
            assert status == 200, (key, body)

    # -- requests ----------------------------------------------------------------------------------------------------

    def run(self, operation: Described, *, whole: bool = False) -> tuple[int, Any]:
        """Send one operation over the transport; give the status and the body."""
        values, body = self.prepare(operation, whole=whole)
        rest = iter(values)
        path = re.sub(r"\{\w+\}", lambda _: quote(str(next(rest)), safe=""), operation["path"])
        request = Request(operation["method"], path, body=body, version=operation["api_version"])
        response = self.sim.transport.send(request, token="good", timeout=10)
        self.sim.clock.advance(20)
        if operation["envelope"] == "binary":
            return response.status, response.content
        return response.status, json.loads(response.content) if response.content else None

    def prepare(self, operation: Described, *, whole: bool = False) -> tuple[list[object], dict[str, Any] | None]:
        """Give the values of an operation's path and its body, when all that it needs is there."""
        for key in FIRST.get(key_of(operation), ()):
            self.run(self.known[key])
        ELSEWHERE.get(key_of(operation), lambda _: None)(self.sim.state)
        if key_of(operation) in EMPTIED:
            let_go(self.sim.state)
        names = re.findall(r"\{(\w+)\}", operation["path"])
        values: list[object] = [*self.named(operation["path"])]
        values += [self.parameter(name, operation["path"]) for name in names[len(values) :]]
        body = self.body(operation, whole=whole) if operation["method"] in {"POST", "PUT"} else None
        if body is not None:
            body |= ALSO.get(key_of(operation), lambda _: {})(self)
        return values, body

    def named(self, path: str) -> tuple[str, ...]:
        """Give the ids of the innermost object that a path goes through."""
        segments = path.split("/")
        for end in range(len(segments), 1, -1):
            place = re.sub(r"\{\w+\}", "{}", "/".join(segments[:end]))
            for resource in self.sim.state.store.resources.values():
                if not resource.singleton and re.sub(r"\{\w+\}", "{}", resource.item_path) == place and "{}" in place:
                    return self.row(resource).chain[: place.count("{}")]
        return ()

    def parameter(self, name: str, path: str) -> object:
        """Give a value for a parameter that names no object of a class."""
        if name == "address" and "reserved" in path:
            request = Request("POST", "/networking/reserved/ips", body={"region": "us-east"}, version="v4beta")
            return json.loads(self.sim.transport.send(request, token="good", timeout=10).content)["address"]
        if name == "address":
            return self.row(self.resource("Instance")).body["ipv4"][0]
        return {"year": 2026, "month": 1, "version": 1, "tier": "standard", "regionId": "us-east"}.get(name, 1)

    # -- objects -----------------------------------------------------------------------------------------------------

    def resource(self, name: str) -> Resource:
        return self.sim.state.store.resources[name]

    def row(self, resource: Resource) -> Row:
        """Give an object of a class, made where there is none."""
        state = self.sim.state
        rows = state.rows(resource.name)
        found = [each for each in rows if not each.body.get("is_public") and each.body.get("type") != "system"]
        if found:
            return found[-1 if resource.name in NEWEST else 0]
        if resource.singleton:
            above = state.store.resources.get(resource.parent or "")
            return state.singleton(resource, self.row(above).chain if above is not None else ())
        operation = self.known.get(f"POST {resource.template}")
        if operation is not None and "create" in resource.verbs:
            self.run(operation)
            found = list(state.rows(resource.name))
            if found:
                return found[0]
        above = state.store.resources.get(resource.parent or "")
        parents = self.row(above).chain if above is not None else ("standard",) * resource.depth
        return state.make(resource.name, parents)

    def one(self, name: str) -> Any:
        """Give the id of an object of a class."""
        return self.row(self.resource(name)).id

    def spare(self, name: str) -> Any:
        """Give the id of an object that was just made."""
        status, body = self.run(self.known[f"POST {self.resource(name).template}"])
        assert status == 200, body
        return body["id"]

    def address(self) -> str:
        return str(self.row(self.resource("Instance")).body["ipv4"][0])

    def assignments(self) -> dict[str, Any]:
        host = self.row(self.resource("Instance"))
        return {"region": host.body["region"], "assignments": [{"address": self.address(), "linode_id": host.id}]}

    def vpc_interface(self) -> dict[str, Any]:
        return {"purpose": "vpc", "subnet_id": self.one("VPCSubnet"), "ipv6": {"slaac": [{"range": "auto"}]}}

    def order(self) -> dict[str, Any]:
        config = self.row(self.resource("Config"))
        return {"ids": [row.id for row in self.sim.state.below(config, "ConfigInterface")]}

    def details(self) -> dict[str, Any]:
        bucket = self.row(self.resource("ObjectStorageBucket")).body
        secret = {"access_key_id": "1", "access_key_secret": "2", "path": "/"}
        return {**secret, "bucket_name": bucket["label"], "host": bucket["hostname"]}

    def own_image(self) -> str:
        return str(self.one("Image"))

    def uuid(self) -> str:
        return str(self.row(self.resource("ImageShareGroup")).body["uuid"])

    # -- bodies ------------------------------------------------------------------------------------------------------

    def body(self, operation: Described, *, whole: bool) -> dict[str, Any]:
        """Give a body with the required keys, or with every key of the schema's first variant."""
        request: Mapping[str, Described] = operation["request"]
        roots = {key: facts for key, facts in request.items() if "." not in key and "[" not in key and "{" not in key}
        return {
            key: self.value(request, key, facts, whole=whole)
            for key, facts in roots.items()
            if not facts.get("read_only") and (facts.get("required") or facts.get("required_for") or whole)
        }

    def value(self, request: Mapping[str, Described], path: str, facts: Described, *, whole: bool) -> Any:
        kind, last = facts.get("type"), re.split(r"\.|\[\]\.?|\{\}\.?", path.removesuffix("[]"))[-1]
        if kind == "array":
            item = self.below(request, f"{path}[].", whole=whole)
            return [item] if item is not None else [self.leaf(path, last, {**facts, "type": facts.get("items")})]
        if kind == "map":
            return {"some": "value"}
        if kind == "object":
            return self.below(request, f"{path}.", whole=whole) or {}
        return self.leaf(path, last, facts)

    def below(self, request: Mapping[str, Described], prefix: str, *, whole: bool) -> dict[str, Any] | None:
        inside = {
            key: facts
            for key, facts in request.items()
            if key.startswith(prefix) and not re.search(r"[.\[{]", key.removeprefix(prefix))
        }
        if not inside:
            return None
        wanted = {key for key, facts in inside.items() if facts.get("required")}
        return {
            key.removeprefix(prefix): self.value(request, key, facts, whole=whole)
            for key, facts in inside.items()
            if not facts.get("read_only") and (whole or not wanted or key in wanted)
        }

    def leaf(self, path: str, last: str, facts: Described) -> Any:
        """Give one value of a type, an id that is there where the key names something."""
        kind = facts.get("type")
        named = NAMED.get(path) or NAMED.get(last)
        if named == "Region":
            return "us-east"  # where all that the account has lies
        if named is not None and not facts.get("enum") and kind in {"string", "integer"}:
            found = self.row(self.resource(named)).id
            return found if kind == "integer" or isinstance(found, str) else str(found)
        if facts.get("enum"):
            return facts["enum"][0]
        if kind == "integer":
            return facts.get("default") or next(self.numbers)
        if kind == "number":
            return facts.get("default") or 1.5
        if kind == "boolean":
            return bool(facts.get("default"))
        if kind == "object":
            return {}
        if facts.get("format") in FORMATS:
            return FORMATS[facts["format"]]
        return facts.get("default") or TEXTS.get(last) or f"{last}-{next(self.numbers)}"
