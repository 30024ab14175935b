"""PostgreSQLConfig: the settings that PostgreSQL databases take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase
from linode_orm.models.databases.postgresql_config_types import (
    PostgreSQLConfigPg,
    PostgreSQLConfigPgBgwriterDelay,
    PostgreSQLConfigPglookout,
    PostgreSQLConfigPgStatMonitorEnable,
    PostgreSQLConfigSharedBuffersPercentage,
    PostgreSQLConfigSynchronousReplication,
)


class PostgreSQLConfig(Model, path="/databases/postgresql/config", id=None, verbs="get"):
    """The settings that PostgreSQL databases take."""

    pg: ReadOnly[PostgreSQLConfigPg]
    pg_stat_monitor_enable: ReadOnly[PostgreSQLConfigPgStatMonitorEnable]
    pglookout: ReadOnly[PostgreSQLConfigPglookout]
    shared_buffers_percentage: ReadOnly[PostgreSQLConfigSharedBuffersPercentage]
    synchronous_replication: ReadOnly[PostgreSQLConfigSynchronousReplication | None] = ReadOnly(absent=True)
    work_mem: ReadOnly[PostgreSQLConfigPgBgwriterDelay]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
