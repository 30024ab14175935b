"""DatabaseType: a plan for managed databases and its price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class DatabaseTypeEngines(Nested):
    """What stands under `engines` of a DatabaseType."""

    mysql: ReadOnly[list[DatabaseTypeEnginesMysql]]
    postgresql: ReadOnly[list[DatabaseTypeEnginesMysql]]


class DatabaseTypeEnginesMysql(Nested):
    """What stands under `engines.mysql` of a DatabaseType."""

    price: ReadOnly[DatabaseTypeEnginesMysqlPrice]
    quantity: ReadOnly[Literal[1, 2, 3] | str]


class DatabaseTypeEnginesMysqlPrice(Nested):
    """What stands under `engines.mysql.price` of a DatabaseType."""

    hourly: ReadOnly[float]
    monthly: ReadOnly[float]


class DatabaseType(Model, path="/databases/types", verbs="list get"):
    """A plan for managed databases and its price."""

    id: ReadOnly[str]
    label: ReadOnly[str]
    class_: ReadOnly[str] = ReadOnly(key="class")
    disk: ReadOnly[int]
    engines: ReadOnly[DatabaseTypeEngines]
    memory: ReadOnly[int]
    vcpus: ReadOnly[int]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
