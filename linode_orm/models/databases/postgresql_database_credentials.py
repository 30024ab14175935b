"""PostgreSQLDatabaseCredentials: the root credentials of a PostgreSQL database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from linode_orm.models.databases.postgresql_database import PostgreSQLDatabase


class PostgreSQLDatabaseCredentials(
    Model,
    path="/databases/postgresql/instances/{postgresql_database}/credentials",
    id=None,
    parent="PostgreSQLDatabase",
    verbs="get",
):
    """The root credentials of a PostgreSQL database."""

    password: ReadOnly[str]
    username: ReadOnly[str]
    postgresql_database: One[PostgreSQLDatabase] = One("PostgreSQLDatabase")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: PostgreSQLDatabase | int, /) -> None: ...

    @operation("POST", "reset", event="database_credentials_reset")
    def reset(self) -> None:
        """Reset PostgreSQL Managed Database credentials."""
        act(self, "reset")
