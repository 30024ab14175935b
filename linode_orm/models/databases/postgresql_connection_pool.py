"""PostgreSQLConnectionPool: a pool of connections to a PostgreSQL database."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Fixed, Model, One, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.databases.postgresql_database import PostgreSQLDatabase


class PostgreSQLConnectionPool(
    Model,
    path="/databases/postgresql/instances/{postgresql_database}/connection-pools",
    id="label",
    parent="PostgreSQLDatabase",
):
    """A pool of connections to a PostgreSQL database."""

    label: Fixed[str] = Fixed(required=True)
    database: Field[str]
    mode: Field[str] = Field(required=True)
    size: Field[int] = Field(required=True)
    username: Field[str | None] = Field(required=True)
    postgresql_database: One[PostgreSQLDatabase] = One("PostgreSQLDatabase")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, label: str, parent: PostgreSQLDatabase | int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            mode: str,
            size: int,
            username: str | None,
            postgresql_database: PostgreSQLDatabase | int = ...,
            database: str = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
