"""MySQLDatabaseCredentials: the root credentials of a MySQL database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from linode_orm.models.databases.mysql_database import MySQLDatabase


class MySQLDatabaseCredentials(
    Model, path="/databases/mysql/instances/{mysql_database}/credentials", id=None, parent="MySQLDatabase", verbs="get"
):
    """The root credentials of a MySQL database."""

    password: ReadOnly[str]
    username: ReadOnly[str]
    mysql_database: One[MySQLDatabase] = One("MySQLDatabase")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: MySQLDatabase | int, /) -> None: ...

    @operation("POST", "reset", event="database_credentials_reset")
    def reset(self) -> None:
        """Reset MySQL Managed Database credentials."""
        act(self, "reset")
