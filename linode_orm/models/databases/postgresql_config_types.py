"""The objects inside the body of a PostgreSQLConfig."""

from __future__ import annotations

from linode_orm.mapping import JSON, Nested, ReadOnly


class PostgreSQLConfigPg(Nested):
    """What stands under `pg` of a PostgreSQLConfig."""

    autovacuum_analyze_scale_factor: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeScaleFactor]
    autovacuum_analyze_threshold: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    autovacuum_max_workers: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    autovacuum_naptime: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    autovacuum_vacuum_cost_delay: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    autovacuum_vacuum_cost_limit: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    autovacuum_vacuum_scale_factor: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeScaleFactor]
    autovacuum_vacuum_threshold: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    bgwriter_delay: ReadOnly[PostgreSQLConfigPgBgwriterDelay]
    bgwriter_flush_after: ReadOnly[PostgreSQLConfigPgBgwriterDelay]
    bgwriter_lru_maxpages: ReadOnly[PostgreSQLConfigPgBgwriterDelay]
    bgwriter_lru_multiplier: ReadOnly[PostgreSQLConfigPgBgwriterLruMultiplier]
    deadlock_timeout: ReadOnly[PostgreSQLConfigPgBgwriterDelay]
    default_toast_compression: ReadOnly[PostgreSQLConfigPgDefaultToastCompression]
    idle_in_transaction_session_timeout: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    jit: ReadOnly[PostgreSQLConfigPgJit]
    max_files_per_process: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_locks_per_transaction: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_logical_replication_workers: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_parallel_workers: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_parallel_workers_per_gather: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_pred_locks_per_transaction: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_replication_slots: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_slot_wal_keep_size: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_stack_depth: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_standby_archive_delay: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_standby_streaming_delay: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_wal_senders: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    max_worker_processes: ReadOnly[PostgreSQLConfigPgAutovacuumAnalyzeThreshold]
    password_encryption: ReadOnly[PostgreSQLConfigPgPasswordEncryption]
    pg_partman_bgw_interval: ReadOnly[PostgreSQLConfigPgBgwriterDelay] = ReadOnly(key="pg_partman_bgw.interval")
    pg_partman_bgw_role: ReadOnly[PostgreSQLConfigPgTimezone] = ReadOnly(key="pg_partman_bgw.role")
    pg_stat_monitor_pgsm_enable_query_plan: ReadOnly[PostgreSQLConfigPgJit] = ReadOnly(
        key="pg_stat_monitor.pgsm_enable_query_plan"
    )
    pg_stat_monitor_pgsm_max_buckets: ReadOnly[PostgreSQLConfigPgBgwriterDelay] = ReadOnly(
        key="pg_stat_monitor.pgsm_max_buckets"
    )
    pg_stat_statements_track: ReadOnly[PostgreSQLConfigPgTrackFunctions] = ReadOnly(key="pg_stat_statements.track")
    temp_file_limit: ReadOnly[PostgreSQLConfigPgBgwriterDelay]
    timezone: ReadOnly[PostgreSQLConfigPgTimezone]
    track_activity_query_size: ReadOnly[PostgreSQLConfigPgBgwriterDelay]
    track_commit_timestamp: ReadOnly[PostgreSQLConfigPgDefaultToastCompression]
    track_functions: ReadOnly[PostgreSQLConfigPgTrackFunctions]
    track_io_timing: ReadOnly[PostgreSQLConfigPgDefaultToastCompression]
    wal_sender_timeout: ReadOnly[PostgreSQLConfigPgWalSenderTimeout]
    wal_writer_delay: ReadOnly[PostgreSQLConfigPgBgwriterDelay]


class PostgreSQLConfigPgAutovacuumAnalyzeScaleFactor(Nested):
    """What stands under `pg.autovacuum_analyze_scale_factor` of a PostgreSQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[int | None] = ReadOnly(absent=True)
    maximum: ReadOnly[float]
    minimum: ReadOnly[float]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigPgAutovacuumAnalyzeThreshold(Nested):
    """What stands under `pg.autovacuum_analyze_threshold` of a PostgreSQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[int | None] = ReadOnly(absent=True)
    maximum: ReadOnly[int]
    minimum: ReadOnly[int]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigPgBgwriterDelay(Nested):
    """What stands under `pg.bgwriter_delay` of a PostgreSQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[int]
    maximum: ReadOnly[int]
    minimum: ReadOnly[int]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigPgBgwriterLruMultiplier(Nested):
    """What stands under `pg.bgwriter_lru_multiplier` of a PostgreSQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[float]
    maximum: ReadOnly[int]
    minimum: ReadOnly[int]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigPgDefaultToastCompression(Nested):
    """What stands under `pg.default_toast_compression` of a PostgreSQLConfig."""

    description: ReadOnly[str]
    enum: ReadOnly[list[JSON]]
    example: ReadOnly[str]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigPgJit(Nested):
    """What stands under `pg.jit` of a PostgreSQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[bool]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigPgPasswordEncryption(Nested):
    """What stands under `pg.password_encryption` of a PostgreSQLConfig."""

    default: ReadOnly[str]
    description: ReadOnly[str]
    enum: ReadOnly[list[JSON]]
    example: ReadOnly[str]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigPgTimezone(Nested):
    """What stands under `pg.timezone` of a PostgreSQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[str]
    maxLength: ReadOnly[int]
    pattern: ReadOnly[str]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigPgTrackFunctions(Nested):
    """What stands under `pg.track_functions` of a PostgreSQLConfig."""

    description: ReadOnly[str]
    enum: ReadOnly[list[JSON]]
    example: ReadOnly[str | None] = ReadOnly(absent=True)
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigPgWalSenderTimeout(Nested):
    """What stands under `pg.wal_sender_timeout` of a PostgreSQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[int]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigPgStatMonitorEnable(Nested):
    """What stands under `pg_stat_monitor_enable` of a PostgreSQLConfig."""

    default: ReadOnly[bool]
    description: ReadOnly[str]
    example: ReadOnly[str | None] = ReadOnly(absent=True)
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigPglookout(Nested):
    """What stands under `pglookout` of a PostgreSQLConfig."""

    max_failover_replication_time_lag: ReadOnly[PostgreSQLConfigPglookoutMaxFailoverReplicationTimeLag]


class PostgreSQLConfigPglookoutMaxFailoverReplicationTimeLag(Nested):
    """What stands under `pglookout.max_failover_replication_time_lag` of a PostgreSQLConfig."""

    default: ReadOnly[int]
    description: ReadOnly[str]
    example: ReadOnly[int | None] = ReadOnly(absent=True)
    maximum: ReadOnly[int]
    minimum: ReadOnly[int]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigSharedBuffersPercentage(Nested):
    """What stands under `shared_buffers_percentage` of a PostgreSQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[float]
    maximum: ReadOnly[float]
    minimum: ReadOnly[float]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class PostgreSQLConfigSynchronousReplication(Nested):
    """What stands under `synchronous_replication` of a PostgreSQLConfig."""

    description: ReadOnly[str]
    enum: ReadOnly[list[str]]
    example: ReadOnly[str]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]
