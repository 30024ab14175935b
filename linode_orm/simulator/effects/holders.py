"""Objects in use: none of them can be deleted, and no new object can take what they hold."""

from __future__ import annotations

from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.effects.locks import refuse_below_lock
from linode_orm.simulator.errors import bad
from linode_orm.simulator.hooks import after, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call

IN_SUBNETS: Final = (
    "Instance",
    "ConfigInterface",
    "LinodeInterface",
    "NodeBalancerVPCConfig",
    "LKECluster",
    "MySQLDatabase",
    "PostgreSQLDatabase",
)
"""Classes whose objects lie in subnets."""


# -- VPCs ------------------------------------------------------------------------------------------------------------


@after("POST /linode/instances")
def _in_vpc(call: Call) -> None:
    """Remember the subnets of the interfaces in the body, whichever generation they are of."""
    call.item.hidden["subnets"] = [{"subnet_id": each} for each in _subnets({"given": call.given("interfaces")})]


def _subnets(value: Any) -> Iterator[object]:  # noqa: ANN401  JSON
    """Yield the ids of the subnets that stand anywhere in a value."""
    if isinstance(value, dict):
        if value.get("subnet_id") is not None:
            yield value["subnet_id"]
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _subnets(each)


def _held(state: AccountState) -> set[object]:
    return {
        subnet
        for name in IN_SUBNETS
        for row in state.rows(name)
        for subnet in _subnets([row.body, row.hidden.get("subnets")])
    }


@check("DELETE /vpcs/{}", "DELETE /vpcs/{}/subnets/{}")
def _empty(call: Call) -> None:
    """Refuse while a subnet holds anything (API reference, "Delete a VPC")."""
    item = call.item
    inside = [item] if item.resource.name == "VPCSubnet" else call.state.below(item, "VPCSubnet")
    if not _held(call.state).isdisjoint(row.id for row in inside):
        raise bad("Cannot delete while resources are attached to a subnet")


@check("POST /vpcs/{}/subnets")
def _overlaps(call: Call) -> None:
    """Refuse a range that overlaps with that of another subnet (API reference, "Create a VPC subnet")."""
    wanted = _network(call.given("ipv4"))
    for row in call.state.below(call.parent, "VPCSubnet"):
        other = _network(row.body.get("ipv4"))
        if wanted is not None and other is not None and wanted.overlaps(other):
            raise bad("IPv4 range overlaps with another subnet of the VPC", "ipv4")


def _network(value: object) -> Any:  # noqa: ANN401  a network
    try:
        return ip_network(str(value), strict=False) if value else None
    except ValueError:
        return None


# -- other holders ---------------------------------------------------------------------------------------------------


@check("DELETE /placement/groups/{}")
def _has_members(call: Call) -> None:
    """Refuse while Linodes are in the group (API reference, "Delete a placement group")."""
    groups = (row.body.get("placement_group") or {} for row in call.state.rows("Instance"))
    if call.item.body.get("members") or any(each.get("id") == call.item.id for each in groups):
        raise bad("Placement group has Linodes assigned to it")


@check(
    "DELETE /linode/instances/{}/disks/{}",
    "DELETE /linode/instances/{}/configs/{}",
    "DELETE /linode/instances/{}/configs/{}/interfaces/{}",
    "DELETE /linode/instances/{}/interfaces/{}",
)
def _locked_above(call: Call) -> None:
    """Refuse below a Linode with such a lock (API reference, "Delete a disk")."""
    refuse_below_lock(call.state.get("Instance", call.values[0]))


# -- what excludes another -------------------------------------------------------------------------------------------


@check("POST /domains/{}/records", "PUT /domains/{}/records/{}")
def _beside_cname(call: Call) -> None:
    """Refuse another record beside a CNAME of its name (kubernetes-sigs/external-dns#3761 and #2499)."""
    record = {**(call.row.body if call.row is not None else {}), **call.body}
    for row in call.state.below(call.parent, "DomainRecord"):
        is_other = call.row is None or row.id != call.row.id
        same = str(row.body["name"]).casefold() == str(record.get("name") or "").casefold()
        if is_other and same and "CNAME" in {row.body["type"], record.get("type")}:
            raise bad("Record conflict - CNAMES must be unique", "name")


@check("PUT /nodebalancers/{}/configs/{}")
def _other_port(call: Call) -> None:
    """Refuse the port of another configuration (linode/linode-cloud-controller-manager#51 and #55)."""
    port = call.given("port")
    for row in call.state.below(call.parent, "NodeBalancerConfig"):
        if port is not None and row.id != call.item.id and row.body["port"] == port:
            raise bad("Port must be unique", "port")


@check("POST /object-storage/keys")
def _known_buckets(call: Call) -> None:
    """Refuse a key that is limited to a bucket that there is not."""
    labels = {row.body["label"] for row in call.state.rows("ObjectStorageBucket")}
    for each in call.given("bucket_access") or ():
        if isinstance(each, dict) and each.get("bucket_name") not in labels:
            raise bad("Bucket not found", "bucket_access")
