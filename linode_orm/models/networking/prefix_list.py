"""PrefixList: a named list of address ranges."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase


class PrefixList(Model, path="/networking/prefixlists", verbs="list get"):
    """A named list of address ranges."""

    id: ReadOnly[int]
    created: ReadOnly[datetime]
    deleted: ReadOnly[str | None]
    description: ReadOnly[str]
    ipv4: ReadOnly[list[str]]
    ipv6: ReadOnly[list[str]]
    name: ReadOnly[str] = ReadOnly(filterable=True)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    version: ReadOnly[int]
    visibility: ReadOnly[str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, /) -> None: ...
