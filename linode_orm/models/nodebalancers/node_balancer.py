"""NodeBalancer: a load balancer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import (
    Field,
    Fixed,
    Many,
    Model,
    Nested,
    One,
    ReadOnly,
    SessionBase,
    TagList,
    WriteOnly,
    act,
    operation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.models.networking.firewall import Firewall
    from linode_orm.models.nodebalancers.node_balancer_config import NodeBalancerConfig
    from linode_orm.models.nodebalancers.node_balancer_vpc_config import NodeBalancerVPCConfig
    from linode_orm.models.regions.region import Region


class NodeBalancerLkeCluster(Nested):
    """What stands under `lke_cluster` of a NodeBalancer."""

    id: ReadOnly[int] = ReadOnly(refers="LKECluster")
    label: ReadOnly[str]
    type: ReadOnly[str]
    url: ReadOnly[str]


class NodeBalancerTransfer(Nested):
    """What stands under `transfer` of a NodeBalancer."""

    in_: ReadOnly[float | None] = ReadOnly(key="in")
    out: ReadOnly[float | None]
    total: ReadOnly[float | None]


class NodeBalancer(Model, path="/nodebalancers"):
    """A load balancer."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True, unique=True)
    backend_connectivity: Fixed[Literal["legacy", "ipv6", "vpc", "undefined"] | str | None] = Fixed(absent=True)
    backend_ipv6_prefix: ReadOnly[str | None] = ReadOnly(absent=True, nullable=True)
    client_conn_throttle: Field[int]
    client_udp_sess_throttle: Field[int]
    created: ReadOnly[datetime]
    firewall_id: WriteOnly[int]
    firewall: One[Firewall | None] = One("Firewall", via="firewall_id")
    frontend_address_type: ReadOnly[str | None] = ReadOnly(absent=True)
    frontend_vpc_subnet_id: ReadOnly[int | None] = ReadOnly(absent=True, nullable=True, refers="VPCSubnet")
    hostname: ReadOnly[str] = ReadOnly(format="hostname")
    ipv4: Fixed[str] = Fixed(filterable=True, format="ip")
    ipv6: ReadOnly[str | None] = ReadOnly(format="ip")
    lke_cluster: ReadOnly[NodeBalancerLkeCluster | None]
    locks: ReadOnly[list[str] | None] = ReadOnly(filterable=True, absent=True, nullable=True, unordered=True)
    region_id: Fixed[str] = Fixed(key="region", filterable=True, required=True)
    region: One[Region] = One("Region", via="region_id")
    tags: Field[TagList] = Field(filterable=True)
    transfer: ReadOnly[NodeBalancerTransfer]
    type: Fixed[Literal["common", "premium"] | str]
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    configs: Many[NodeBalancerConfig] = Many("NodeBalancerConfig", create_key="configs")
    vpcs: Many[NodeBalancerVPCConfig] = Many("NodeBalancerVPCConfig", create_key="vpcs")
    firewalls: Many[Firewall] = Many("Firewall", path="firewalls", named_in="entities", named_as=("nodebalancer",))

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            region: Region | str,
            label: str = ...,
            backend_connectivity: Literal["legacy", "ipv6", "vpc", "undefined"] | str | None = ...,
            client_conn_throttle: int = ...,
            client_udp_sess_throttle: int = ...,
            firewall: Firewall | int = ...,
            firewall_id: int = ...,
            ipv4: str = ...,
            tags: Iterable[str] = ...,
            type: Literal["common", "premium"] | str = ...,
            configs: Sequence[NodeBalancerConfig] | Sequence[Mapping[str, object]] = ...,
            vpcs: Sequence[NodeBalancerVPCConfig] | Sequence[Mapping[str, object]] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("PUT", "firewalls", answers="list:Firewall", body={"firewalls": "firewall_ids"})
    def replace_firewalls(self, *, firewalls: Sequence[Firewall | int]) -> list[Firewall]:
        """Assign exactly these firewalls."""
        return act(self, "replace_firewalls", locals())
