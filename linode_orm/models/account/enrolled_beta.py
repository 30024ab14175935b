"""EnrolledBeta: a beta programme that the account takes part in."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Fixed, Model, ReadOnly, SessionBase


class EnrolledBeta(Model, path="/account/betas", verbs="list get create"):
    """A beta programme that the account takes part in."""

    id: Fixed[str] = Fixed(required=True)
    label: ReadOnly[str] = ReadOnly(filterable=True)
    description: ReadOnly[str | None]
    ended: ReadOnly[datetime | None] = ReadOnly(filterable=True)
    enrolled: ReadOnly[datetime] = ReadOnly(filterable=True)
    started: ReadOnly[datetime] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: str, /) -> None: ...
        @overload
        def __init__(self, *, id: str) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
