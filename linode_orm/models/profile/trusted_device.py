"""TrustedDevice: a device that needs no second factor."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase


class TrustedDevice(Model, path="/profile/devices", verbs="list get delete"):
    """A device that needs no second factor."""

    id: ReadOnly[int]
    created: ReadOnly[datetime]
    expiry: ReadOnly[datetime]
    last_authenticated: ReadOnly[datetime] = ReadOnly(volatile=True)
    last_remote_addr: ReadOnly[str] = ReadOnly(volatile=True)
    user_agent: ReadOnly[str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, /) -> None: ...
