"""MySQLDatabase: a managed MySQL database."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import JSON, Field, Fixed, Model, Nested, One, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models._jobs import Job
    from linode_orm.models.databases.database_engine import DatabaseEngine
    from linode_orm.models.databases.database_type import DatabaseType
    from linode_orm.models.regions.region import Region


class MySQLDatabaseEngineConfig(Nested):
    """What stands under `engine_config` of a MySQLDatabase."""

    binlog_retention_period: Field[int]
    mysql: Field[MySQLDatabaseEngineConfigMysql]


class MySQLDatabaseEngineConfigMysql(Nested):
    """What stands under `engine_config.mysql` of a MySQLDatabase."""

    connect_timeout: Field[int]
    default_time_zone: Field[str]
    group_concat_max_len: Field[int]
    information_schema_stats_expiry: Field[int]
    innodb_change_buffer_max_size: Field[int] = Field(default=25)
    innodb_flush_neighbors: Field[int] = Field(default=1)
    innodb_ft_min_token_size: Field[int]
    innodb_ft_server_stopword_table: Field[str | None]
    innodb_lock_wait_timeout: Field[int] = Field(default=120)
    innodb_log_buffer_size: Field[int]
    innodb_online_alter_log_max_size: Field[int]
    innodb_read_io_threads: Field[int] = Field(default=4)
    innodb_rollback_on_timeout: Field[bool]
    innodb_thread_concurrency: Field[int] = Field(default=0)
    innodb_write_io_threads: Field[int] = Field(default=4)
    interactive_timeout: Field[int]
    internal_tmp_mem_storage_engine: Field[Literal["TempTable", "MEMORY"] | str]
    max_allowed_packet: Field[int] = Field(default=7108864)
    max_heap_table_size: Field[int] = Field(default=16777216)
    net_buffer_length: Field[int] = Field(default=16384)
    net_read_timeout: Field[int]
    net_write_timeout: Field[int]
    sort_buffer_size: Field[int]
    sql_mode: Field[str]
    sql_require_primary_key: Field[bool]
    tmp_table_size: Field[int] = Field(default=16777216)
    wait_timeout: Field[int]


class MySQLDatabaseFork(Nested):
    """What stands under `fork` of a MySQLDatabase."""

    restore_time: Fixed[datetime]
    source: Fixed[int] = Fixed(refers="MySQLDatabase")


class MySQLDatabaseHosts(Nested):
    """What stands under `hosts` of a MySQLDatabase."""

    endpoints: ReadOnly[list[MySQLDatabaseHostsEndpoint] | None] = ReadOnly(absent=True)
    primary: ReadOnly[str | None]
    secondary: ReadOnly[str | None] = ReadOnly(absent=True, nullable=True)
    standby: ReadOnly[str]


class MySQLDatabaseHostsEndpoint(Nested):
    """What stands under `hosts.endpoints` of a MySQLDatabase."""

    address: ReadOnly[str]
    port: ReadOnly[int]
    public_access: ReadOnly[bool]
    role: ReadOnly[str]


class MySQLDatabasePrivateNetwork(Nested):
    """What stands under `private_network` of a MySQLDatabase."""

    public_access: Field[bool]
    subnet_id: Field[int | None] = Field(refers="VPCSubnet")
    vpc_id: Field[int | None] = Field(refers="VPC")


class MySQLDatabaseUpdates(Nested):
    """What stands under `updates` of a MySQLDatabase."""

    day_of_week: Field[int] = Field(create=False)
    duration: Field[int] = Field(create=False)
    frequency: Field[Literal["weekly"] | str] = Field(create=False)
    hour_of_day: Field[int] = Field(create=False)
    pending: ReadOnly[list[MySQLDatabaseUpdatesPending]]


class MySQLDatabaseUpdatesPending(Nested):
    """What stands under `updates.pending` of a MySQLDatabase."""

    deadline: ReadOnly[datetime | None]
    description: ReadOnly[str]
    planned_for: ReadOnly[datetime | None]


class MySQLDatabase(Model, path="/databases/mysql/instances"):
    """A managed MySQL database."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True)
    allow_list: Field[list[str]] = Field(unordered=True, format="ipv4/prefix_length", normal="network")
    cluster_size: Field[Literal[1, 2, 3] | str] = Field(default=1)
    created: ReadOnly[datetime]
    encrypted: ReadOnly[bool]
    engine_id: Fixed[str] = Fixed(key="engine", filterable=True, normal="engine")
    engine: One[DatabaseEngine] = One("DatabaseEngine", via="engine_id")
    engine_config: Field[MySQLDatabaseEngineConfig | None] = Field(absent=True)
    fork: Fixed[MySQLDatabaseFork | None] = Fixed(absent=True)
    hosts: ReadOnly[MySQLDatabaseHosts | None] = ReadOnly(volatile=True)
    members: ReadOnly[dict[str, JSON]] = ReadOnly(volatile=True)
    oldest_restore_time: ReadOnly[datetime | None] = ReadOnly(absent=True)
    platform: ReadOnly[Literal["rdbms-legacy", "rdbms-default"] | str] = ReadOnly(filterable=True)
    port: ReadOnly[int]
    private_network: Field[MySQLDatabasePrivateNetwork | None] = Field(absent=True, nullable=True)
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
    updates: Field[MySQLDatabaseUpdates] = Field(create=False)
    used_disk_size_gb: ReadOnly[int | None] = ReadOnly(volatile=True)
    version: Field[str] = Field(filterable=True, create=False)

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
            engine_config: MySQLDatabaseEngineConfig | Mapping[str, object] | None = ...,
            fork: MySQLDatabaseFork | Mapping[str, object] | None = ...,
            private_network: MySQLDatabasePrivateNetwork | Mapping[str, object] | None = ...,
            region: Region | str = ...,
            ssl_connection: bool = ...,
            type: DatabaseType | str = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "patch", job="status=active")
    def patch(self) -> Job:
        """Patch a MySQL Managed Database."""
        return act(self, "patch")

    @operation("POST", "resume", event="database_resume", job="status=active")
    def resume(self) -> Job:
        """Resume a MySQL Managed Database."""
        return act(self, "resume")

    @operation("POST", "suspend", event="database_suspend", job="status=suspended")
    def suspend(self) -> Job:
        """Suspend a MySQL Managed Database."""
        return act(self, "suspend")
