"""PostgreSQLDatabase: a managed PostgreSQL database."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import JSON, Field, Fixed, Many, Model, One, ReadOnly, SessionBase, act, operation
from linode_orm.models.databases.postgresql_database_types import (
    PostgreSQLDatabaseEngineConfig,
    PostgreSQLDatabaseFork,
    PostgreSQLDatabaseHosts,
    PostgreSQLDatabasePrivateNetwork,
    PostgreSQLDatabaseUpdates,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models._jobs import Job
    from linode_orm.models.databases.database_engine import DatabaseEngine
    from linode_orm.models.databases.database_type import DatabaseType
    from linode_orm.models.databases.postgresql_connection_pool import PostgreSQLConnectionPool
    from linode_orm.models.regions.region import Region


class PostgreSQLDatabase(Model, path="/databases/postgresql/instances"):
    """A managed PostgreSQL database."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True)
    allow_list: Field[list[str]] = Field(unordered=True, format="ipv4/prefix_length", normal="network")
    cluster_size: Field[Literal[1, 2, 3] | str] = Field(default=1)
    connection_pool_port: ReadOnly[int | None] = ReadOnly(absent=True)
    created: ReadOnly[datetime]
    encrypted: ReadOnly[bool]
    engine_id: Fixed[str] = Fixed(key="engine", filterable=True, normal="engine")
    engine: One[DatabaseEngine] = One("DatabaseEngine", via="engine_id")
    engine_config: Field[PostgreSQLDatabaseEngineConfig | None] = Field(absent=True)
    fork: Fixed[PostgreSQLDatabaseFork | None] = Fixed(absent=True)
    hosts: ReadOnly[PostgreSQLDatabaseHosts | None] = ReadOnly(volatile=True)
    members: ReadOnly[dict[str, JSON]] = ReadOnly(volatile=True)
    oldest_restore_time: ReadOnly[datetime | None] = ReadOnly(absent=True)
    platform: ReadOnly[Literal["rdbms-legacy", "rdbms-default"] | str] = ReadOnly(filterable=True)
    port: ReadOnly[int]
    private_network: Field[PostgreSQLDatabasePrivateNetwork | None] = Field(absent=True, nullable=True)
    region_id: Fixed[str] = Fixed(key="region", filterable=True)
    region: One[Region] = One("Region", via="region_id")
    ssl_connection: Fixed[bool] = Fixed(default=True)
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
    type_id: Field[str] = Field(key="type", filterable=True)
    type: One[DatabaseType] = One("DatabaseType", via="type_id")
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    updates: Field[PostgreSQLDatabaseUpdates] = Field(create=False)
    used_disk_size_gb: ReadOnly[int | None] = ReadOnly(volatile=True)
    version: Field[str] = Field(filterable=True, create=False)
    connection_pools: Many[PostgreSQLConnectionPool] = Many("PostgreSQLConnectionPool")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str = ...,
            allow_list: Sequence[str] = ...,
            cluster_size: Literal[1, 2, 3] | str = ...,
            engine: DatabaseEngine | str = ...,
            engine_config: PostgreSQLDatabaseEngineConfig | Mapping[str, object] | None = ...,
            fork: PostgreSQLDatabaseFork | Mapping[str, object] | None = ...,
            private_network: PostgreSQLDatabasePrivateNetwork | Mapping[str, object] | None = ...,
            region: Region | str = ...,
            ssl_connection: bool = ...,
            type: DatabaseType | str = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "patch", job="status=active")
    def patch(self) -> Job:
        """Patch a PostgreSQL Managed Database."""
        return act(self, "patch")

    @operation("POST", "resume", event="database_resume", job="status=active")
    def resume(self) -> Job:
        """Resume a PostgreSQL Managed Database."""
        return act(self, "resume")

    @operation("POST", "suspend", event="database_suspend", job="status=suspended")
    def suspend(self) -> Job:
        """Suspend a PostgreSQL Managed Database."""
        return act(self, "suspend")
