"""The objects inside the body of a PostgreSQLDatabase."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from linode_orm.mapping import Field, Fixed, Nested, ReadOnly


class PostgreSQLDatabaseEngineConfig(Nested):
    """What stands under `engine_config` of a PostgreSQLDatabase."""

    pg: Field[PostgreSQLDatabaseEngineConfigPg]
    pg_stat_monitor_enable: Field[bool]
    pglookout: Field[PostgreSQLDatabaseEngineConfigPglookout]
    shared_buffers_percentage: Field[float]
    synchronous_replication: Field[str]
    work_mem: Field[int]


class PostgreSQLDatabaseEngineConfigPg(Nested):
    """What stands under `engine_config.pg` of a PostgreSQLDatabase."""

    autovacuum_analyze_scale_factor: Field[float] = Field(default=0.2)
    autovacuum_analyze_threshold: Field[int] = Field(default=50)
    autovacuum_max_workers: Field[int] = Field(default=3)
    autovacuum_naptime: Field[int] = Field(default=60)
    autovacuum_vacuum_cost_delay: Field[int] = Field(default=20)
    autovacuum_vacuum_cost_limit: Field[int] = Field(default=-1)
    autovacuum_vacuum_scale_factor: Field[float] = Field(default=0.2)
    autovacuum_vacuum_threshold: Field[int] = Field(default=50)
    bgwriter_delay: Field[int] = Field(default=200)
    bgwriter_flush_after: Field[int] = Field(default=512)
    bgwriter_lru_maxpages: Field[int] = Field(default=100)
    bgwriter_lru_multiplier: Field[float] = Field(default=2.5)
    deadlock_timeout: Field[int]
    default_toast_compression: Field[Literal["lz4", "pglz"] | str] = Field(default="lz4")
    idle_in_transaction_session_timeout: Field[int]
    io_combine_limit: Field[int | None] = Field(absent=True)
    io_max_combine_limit: Field[int | None] = Field(absent=True)
    io_max_concurrency: Field[int | None] = Field(absent=True)
    io_method: Field[str | None] = Field(absent=True)
    io_workers: Field[int | None] = Field(absent=True)
    jit: Field[bool]
    max_files_per_process: Field[int]
    max_locks_per_transaction: Field[int]
    max_logical_replication_workers: Field[int]
    max_parallel_workers: Field[int]
    max_parallel_workers_per_gather: Field[int]
    max_pred_locks_per_transaction: Field[int]
    max_replication_slots: Field[int]
    max_slot_wal_keep_size: Field[int] = Field(default=-1)
    max_stack_depth: Field[int]
    max_standby_archive_delay: Field[int]
    max_standby_streaming_delay: Field[int]
    max_wal_senders: Field[int]
    max_worker_processes: Field[int]
    password_encryption: Field[Literal["scram-sh-256", "md5"] | str] = Field(default="md5")
    pg_partman_bgw_interval: Field[int] = Field(key="pg_partman_bgw.interval")
    pg_partman_bgw_role: Field[str] = Field(key="pg_partman_bgw.role")
    pg_stat_monitor_pgsm_enable_query_plan: Field[bool] = Field(key="pg_stat_monitor.pgsm_enable_query_plan")
    pg_stat_monitor_pgsm_max_buckets: Field[int] = Field(key="pg_stat_monitor.pgsm_max_buckets")
    pg_stat_statements_track: Field[str] = Field(key="pg_stat_statements.track")
    synchronous_replication: Field[str]
    temp_file_limit: Field[int]
    timezone: Field[str]
    track_activity_query_size: Field[int]
    track_commit_timestamp: Field[Literal["on", "off"] | str]
    track_functions: Field[Literal["all", "pl", "none"] | str] = Field(default="none")
    track_io_timing: Field[Literal["on", "off"] | str] = Field(default="off")
    wal_sender_timeout: Field[int]
    wal_writer_delay: Field[int] = Field(default=200)


class PostgreSQLDatabaseEngineConfigPglookout(Nested):
    """What stands under `engine_config.pglookout` of a PostgreSQLDatabase."""

    max_failover_replication_time_lag: Field[int]


class PostgreSQLDatabaseFork(Nested):
    """What stands under `fork` of a PostgreSQLDatabase."""

    restore_time: Fixed[datetime]
    source: Fixed[int] = Fixed(refers="PostgreSQLDatabase")


class PostgreSQLDatabaseHosts(Nested):
    """What stands under `hosts` of a PostgreSQLDatabase."""

    endpoints: ReadOnly[list[PostgreSQLDatabaseHostsEndpoint] | None] = ReadOnly(absent=True)
    primary: ReadOnly[str | None]
    secondary: ReadOnly[str | None] = ReadOnly(absent=True, nullable=True)
    standby: ReadOnly[str]


class PostgreSQLDatabaseHostsEndpoint(Nested):
    """What stands under `hosts.endpoints` of a PostgreSQLDatabase."""

    address: ReadOnly[str]
    port: ReadOnly[int]
    public_access: ReadOnly[bool]
    role: ReadOnly[str]


class PostgreSQLDatabasePrivateNetwork(Nested):
    """What stands under `private_network` of a PostgreSQLDatabase."""

    public_access: Field[bool]
    subnet_id: Field[int | None] = Field(refers="VPCSubnet")
    vpc_id: Field[int | None] = Field(refers="VPC")


class PostgreSQLDatabaseUpdates(Nested):
    """What stands under `updates` of a PostgreSQLDatabase."""

    day_of_week: Field[int] = Field(create=False)
    duration: Field[int] = Field(create=False)
    frequency: Field[Literal["weekly"] | str] = Field(create=False)
    hour_of_day: Field[int] = Field(create=False)
    pending: ReadOnly[list[PostgreSQLDatabaseUpdatesPending]]


class PostgreSQLDatabaseUpdatesPending(Nested):
    """What stands under `updates.pending` of a PostgreSQLDatabase."""

    deadline: ReadOnly[datetime | None]
    description: ReadOnly[str]
    planned_for: ReadOnly[datetime | None]
