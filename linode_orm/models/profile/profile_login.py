"""ProfileLogin: a login of the token's user."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, ReadOnly, SessionBase


class ProfileLogin(Model, path="/profile/logins", verbs="list get"):
    """A login of the token's user."""

    id: ReadOnly[int]
    datetime: ReadOnly[datetime]
    ip: ReadOnly[str] = ReadOnly(format="ip")
    restricted: ReadOnly[bool]
    status: ReadOnly[Literal["successful", "failed"] | str] = ReadOnly(volatile=True)
    username: ReadOnly[str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, /) -> None: ...
