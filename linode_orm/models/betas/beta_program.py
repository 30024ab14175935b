"""BetaProgram: a beta programme that is offered."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase


class BetaProgram(Model, path="/betas", verbs="list get"):
    """A beta programme that is offered."""

    id: ReadOnly[str]
    label: ReadOnly[str] = ReadOnly(filterable=True)
    description: ReadOnly[str | None]
    ended: ReadOnly[datetime | None] = ReadOnly(filterable=True)
    greenlight_only: ReadOnly[bool] = ReadOnly(filterable=True)
    more_info: ReadOnly[str | None]
    started: ReadOnly[datetime] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
