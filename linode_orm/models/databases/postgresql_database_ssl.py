"""PostgreSQLDatabaseSSL: the certificate of a PostgreSQL database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.databases.postgresql_database import PostgreSQLDatabase


class PostgreSQLDatabaseSSL(
    Model,
    path="/databases/postgresql/instances/{postgresql_database}/ssl",
    id=None,
    parent="PostgreSQLDatabase",
    verbs="get",
):
    """The certificate of a PostgreSQL database."""

    ca_certificate: ReadOnly[str] = ReadOnly(format="base64")
    postgresql_database: One[PostgreSQLDatabase] = One("PostgreSQLDatabase")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: PostgreSQLDatabase | int, /) -> None: ...
