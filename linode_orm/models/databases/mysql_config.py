"""MySQLConfig: the settings that MySQL databases take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import JSON, Model, Nested, ReadOnly, SessionBase


class MySQLConfigBinlogRetentionPeriod(Nested):
    """What stands under `binlog_retention_period` of a MySQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[int]
    maximum: ReadOnly[int]
    minimum: ReadOnly[int]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class MySQLConfigMysql(Nested):
    """What stands under `mysql` of a MySQLConfig."""

    connect_timeout: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    default_time_zone: ReadOnly[MySQLConfigMysqlDefaultTimeZone]
    group_concat_max_len: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    information_schema_stats_expiry: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    innodb_change_buffer_max_size: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    innodb_flush_neighbors: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    innodb_ft_min_token_size: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    innodb_ft_server_stopword_table: ReadOnly[MySQLConfigMysqlInnodbFtServerStopwordTable | None]
    innodb_lock_wait_timeout: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    innodb_log_buffer_size: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    innodb_online_alter_log_max_size: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    innodb_read_io_threads: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    innodb_rollback_on_timeout: ReadOnly[MySQLConfigMysqlInnodbRollbackOnTimeout]
    innodb_thread_concurrency: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    innodb_write_io_threads: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    interactive_timeout: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    internal_tmp_mem_storage_engine: ReadOnly[MySQLConfigMysqlInternalTmpMemStorageEngine]
    max_allowed_packet: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    max_heap_table_size: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    net_buffer_length: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    net_read_timeout: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    net_write_timeout: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    sort_buffer_size: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    sql_mode: ReadOnly[MySQLConfigMysqlSqlMode]
    sql_require_primary_key: ReadOnly[MySQLConfigMysqlInnodbRollbackOnTimeout]
    tmp_table_size: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    wait_timeout: ReadOnly[MySQLConfigBinlogRetentionPeriod]


class MySQLConfigMysqlDefaultTimeZone(Nested):
    """What stands under `mysql.default_time_zone` of a MySQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[str]
    maxLength: ReadOnly[int]
    minLength: ReadOnly[int]
    pattern: ReadOnly[str]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class MySQLConfigMysqlInnodbFtServerStopwordTable(Nested):
    """What stands under `mysql.innodb_ft_server_stopword_table` of a MySQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[str]
    maxLength: ReadOnly[int]
    pattern: ReadOnly[str]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[list[JSON]]


class MySQLConfigMysqlInnodbRollbackOnTimeout(Nested):
    """What stands under `mysql.innodb_rollback_on_timeout` of a MySQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[bool]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class MySQLConfigMysqlInternalTmpMemStorageEngine(Nested):
    """What stands under `mysql.internal_tmp_mem_storage_engine` of a MySQLConfig."""

    description: ReadOnly[str]
    enum: ReadOnly[list[JSON]]
    example: ReadOnly[str]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class MySQLConfigMysqlSqlMode(Nested):
    """What stands under `mysql.sql_mode` of a MySQLConfig."""

    description: ReadOnly[str]
    example: ReadOnly[str]
    maxLength: ReadOnly[int]
    pattern: ReadOnly[str]
    requires_restart: ReadOnly[bool]
    type: ReadOnly[str]


class MySQLConfig(Model, path="/databases/mysql/config", id=None, verbs="get"):
    """The settings that MySQL databases take."""

    binlog_retention_period: ReadOnly[MySQLConfigBinlogRetentionPeriod]
    mysql: ReadOnly[MySQLConfigMysql]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
