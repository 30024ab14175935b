"""Database: a managed database of any engine."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import JSON, Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.databases.database_type import DatabaseType
    from linode_orm.models.regions.region import Region


class DatabaseFork(Nested):
    """What stands under `fork` of a Database."""

    restore_time: ReadOnly[datetime]
    source: ReadOnly[int]


class DatabaseHosts(Nested):
    """What stands under `hosts` of a Database."""

    endpoints: ReadOnly[list[DatabaseHostsEndpoint] | None] = ReadOnly(absent=True)
    primary: ReadOnly[str | None]
    secondary: ReadOnly[str | None] = ReadOnly(absent=True, nullable=True)
    standby: ReadOnly[str | None] = ReadOnly(absent=True)


class DatabaseHostsEndpoint(Nested):
    """What stands under `hosts.endpoints` of a Database."""

    address: ReadOnly[str]
    port: ReadOnly[int]
    public_access: ReadOnly[bool]
    role: ReadOnly[str]


class DatabasePrivateNetwork(Nested):
    """What stands under `private_network` of a Database."""

    public_access: ReadOnly[bool] = ReadOnly(changed_as="MySQLDatabase, PostgreSQLDatabase")
    subnet_id: ReadOnly[int] = ReadOnly(changed_as="MySQLDatabase, PostgreSQLDatabase", refers="VPCSubnet")
    vpc_id: ReadOnly[int] = ReadOnly(changed_as="MySQLDatabase, PostgreSQLDatabase", refers="VPC")


class DatabaseUpdates(Nested):
    """What stands under `updates` of a Database."""

    day_of_week: ReadOnly[int] = ReadOnly(changed_as="MySQLDatabase, PostgreSQLDatabase")
    duration: ReadOnly[int] = ReadOnly(changed_as="MySQLDatabase, PostgreSQLDatabase")
    frequency: ReadOnly[Literal["weekly"] | str] = ReadOnly(changed_as="MySQLDatabase, PostgreSQLDatabase")
    hour_of_day: ReadOnly[int] = ReadOnly(changed_as="MySQLDatabase, PostgreSQLDatabase")
    pending: ReadOnly[list[DatabaseUpdatesPending]]


class DatabaseUpdatesPending(Nested):
    """What stands under `updates.pending` of a Database."""

    deadline: ReadOnly[datetime | None]
    description: ReadOnly[str]
    planned_for: ReadOnly[datetime | None]


class Database(Model, path="/databases/instances", verbs="list"):
    """A managed database of any engine."""

    id: ReadOnly[int]
    label: ReadOnly[str] = ReadOnly(filterable=True, changed_as="MySQLDatabase, PostgreSQLDatabase")
    allow_list: ReadOnly[list[str]] = ReadOnly(
        changed_as="MySQLDatabase, PostgreSQLDatabase", format="ipv4/prefix_length"
    )
    available_restore_times: ReadOnly[list[str] | None] = ReadOnly(absent=True)
    cluster_size: ReadOnly[Literal[1, 2, 3] | str] = ReadOnly(changed_as="MySQLDatabase, PostgreSQLDatabase")
    created: ReadOnly[datetime]
    encrypted: ReadOnly[bool]
    engine: ReadOnly[Literal["mysql", "postgresql"] | str] = ReadOnly(filterable=True)
    engine_config: ReadOnly[dict[str, JSON] | None] = ReadOnly(
        absent=True, changed_as="MySQLDatabase, PostgreSQLDatabase"
    )
    fork: ReadOnly[DatabaseFork | None] = ReadOnly(absent=True)
    hosts: ReadOnly[DatabaseHosts | None] = ReadOnly(volatile=True)
    instance_uri: ReadOnly[str | None] = ReadOnly(absent=True)
    members: ReadOnly[dict[str, JSON]] = ReadOnly(volatile=True)
    oldest_restore_time: ReadOnly[datetime]
    platform: ReadOnly[Literal["rdbms-legacy", "rdbms-default"] | str] = ReadOnly(filterable=True)
    port: ReadOnly[int]
    private_network: ReadOnly[DatabasePrivateNetwork | None] = ReadOnly(
        absent=True, nullable=True, changed_as="MySQLDatabase, PostgreSQLDatabase"
    )
    region_id: ReadOnly[str] = ReadOnly(key="region", filterable=True)
    region: One[Region] = One("Region", via="region_id")
    ssl_connection: ReadOnly[bool]
    status: ReadOnly[
        Literal[
            "provisioning",
            "active",
            "suspending",
            "suspended",
            "resuming",
            "failed",
            "degraded",
            "updating",
            "resizing",
        ]
        | str
    ] = ReadOnly(filterable=True, volatile=True)
    total_disk_size_gb: ReadOnly[int]
    type_id: ReadOnly[str] = ReadOnly(key="type", filterable=True, changed_as="MySQLDatabase, PostgreSQLDatabase")
    type: One[DatabaseType] = One("DatabaseType", via="type_id")
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    updates: ReadOnly[DatabaseUpdates] = ReadOnly(changed_as="MySQLDatabase, PostgreSQLDatabase")
    used_disk_size_gb: ReadOnly[int] = ReadOnly(volatile=True)
    version: ReadOnly[str] = ReadOnly(filterable=True, changed_as="MySQLDatabase, PostgreSQLDatabase")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, /) -> None: ...
