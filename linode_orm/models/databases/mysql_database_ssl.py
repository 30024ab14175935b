"""MySQLDatabaseSSL: the certificate of a MySQL database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.databases.mysql_database import MySQLDatabase


class MySQLDatabaseSSL(
    Model, path="/databases/mysql/instances/{mysql_database}/ssl", id=None, parent="MySQLDatabase", verbs="get"
):
    """The certificate of a MySQL database."""

    ca_certificate: ReadOnly[str] = ReadOnly(format="base64")
    mysql_database: One[MySQLDatabase] = One("MySQLDatabase")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: MySQLDatabase | int, /) -> None: ...
