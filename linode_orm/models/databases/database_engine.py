"""DatabaseEngine: an engine and version that databases run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase


class DatabaseEngine(Model, path="/databases/engines", verbs="list get"):
    """An engine and version that databases run."""

    id: ReadOnly[str]
    engine: ReadOnly[str] = ReadOnly(filterable=True)
    version: ReadOnly[str] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
