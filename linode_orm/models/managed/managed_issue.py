"""ManagedIssue: something that the managed service works on."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class ManagedIssueEntity(Nested):
    """What stands under `entity` of a ManagedIssue."""

    id: ReadOnly[int] = ReadOnly(refers="*")
    label: ReadOnly[str]
    type: ReadOnly[Literal["ticket"] | str]
    url: ReadOnly[str] = ReadOnly(format="url")


class ManagedIssue(Model, path="/managed/issues", verbs="list get"):
    """Something that the managed service works on."""

    id: ReadOnly[int]
    created: ReadOnly[datetime]
    entity: ReadOnly[ManagedIssueEntity]
    services: ReadOnly[list[int]] = ReadOnly(refers="ManagedService")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, /) -> None: ...
