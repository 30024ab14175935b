"""SupportTicket: a question to the support."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Fixed, Many, Nested, One, ReadOnly, SessionBase, WriteOnly, act, operation
from linode_orm.models.support._extra import TicketFiles

if TYPE_CHECKING:
    from linode_orm.models.databases.database import Database
    from linode_orm.models.domains.domain import Domain
    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.lke.lke_cluster import LKECluster
    from linode_orm.models.longview.longview_client import LongviewClient
    from linode_orm.models.networking.firewall import Firewall
    from linode_orm.models.nodebalancers.node_balancer import NodeBalancer
    from linode_orm.models.regions.region import Region
    from linode_orm.models.support.support_ticket_reply import SupportTicketReply
    from linode_orm.models.volumes.volume import Volume
    from linode_orm.models.vpcs.vpc import VPC


class SupportTicketEntity(Nested):
    """What stands under `entity` of a SupportTicket."""

    id: ReadOnly[int] = ReadOnly(refers="*")
    label: ReadOnly[str | None]
    type: ReadOnly[
        Literal[
            "database",
            "domain",
            "firewall",
            "linode",
            "lkecluster",
            "managed_service",
            "nodebalancer",
            "vlan",
            "volume",
            "vpc",
        ]
        | str
    ]
    url: ReadOnly[str]


class SupportTicket(TicketFiles, path="/support/tickets", verbs="list get create"):
    """A question to the support."""

    id: ReadOnly[int]
    attachments: ReadOnly[list[str]]
    bucket: WriteOnly[str | None]
    closable: ReadOnly[bool]
    closed: ReadOnly[datetime | None] = ReadOnly(filterable=True)
    database_id: WriteOnly[int | None]
    database: One[Database | None] = One("Database", via="database_id")
    description: Fixed[str] = Fixed(required=True)
    domain_id: WriteOnly[int | None]
    domain: One[Domain | None] = One("Domain", via="domain_id")
    entity: ReadOnly[SupportTicketEntity | None]
    firewall_id: WriteOnly[int | None]
    firewall: One[Firewall | None] = One("Firewall", via="firewall_id")
    gravatar_id: ReadOnly[str]
    linode_id: WriteOnly[int | None]
    linode: One[Instance | None] = One("Instance", via="linode_id")
    lkecluster_id: WriteOnly[int | None]
    lkecluster: One[LKECluster | None] = One("LKECluster", via="lkecluster_id")
    longviewclient_id: WriteOnly[int | None]
    longviewclient: One[LongviewClient | None] = One("LongviewClient", via="longviewclient_id")
    managed_issue: WriteOnly[bool] = WriteOnly(default=False)
    nodebalancer_id: WriteOnly[int | None]
    nodebalancer: One[NodeBalancer | None] = One("NodeBalancer", via="nodebalancer_id")
    opened: ReadOnly[datetime] = ReadOnly(filterable=True)
    opened_by: ReadOnly[str] = ReadOnly(filterable=True)
    region_id: WriteOnly[str | None] = WriteOnly(key="region")
    region: One[Region | None] = One("Region", via="region_id")
    severity: Fixed[int | None]
    status: ReadOnly[Literal["closed", "new", "open"] | str] = ReadOnly(filterable=True, volatile=True)
    summary: Fixed[str] = Fixed(required=True)
    updated: ReadOnly[datetime] = ReadOnly(filterable=True, volatile=True)
    updated_by: ReadOnly[str | None]
    vlan: WriteOnly[str | None]
    volume_id: WriteOnly[int | None]
    volume: One[Volume | None] = One("Volume", via="volume_id")
    vpc_id: WriteOnly[int | None]
    vpc: One[VPC | None] = One("VPC", via="vpc_id")
    replies: Many[SupportTicketReply] = Many("SupportTicketReply")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            description: str,
            summary: str,
            bucket: str | None = ...,
            database: Database | int | None = ...,
            database_id: int | None = ...,
            domain: Domain | int | None = ...,
            domain_id: int | None = ...,
            firewall: Firewall | int | None = ...,
            firewall_id: int | None = ...,
            linode: Instance | int | None = ...,
            linode_id: int | None = ...,
            lkecluster: LKECluster | int | None = ...,
            lkecluster_id: int | None = ...,
            longviewclient: LongviewClient | int | None = ...,
            longviewclient_id: int | None = ...,
            managed_issue: bool = ...,
            nodebalancer: NodeBalancer | int | None = ...,
            nodebalancer_id: int | None = ...,
            region: Region | str | None = ...,
            severity: int | None = ...,
            vlan: str | None = ...,
            volume: Volume | int | None = ...,
            volume_id: int | None = ...,
            vpc: VPC | int | None = ...,
            vpc_id: int | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "close")
    def close(self) -> None:
        """Close a support ticket."""
        act(self, "close")
