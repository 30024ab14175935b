"""AuthorizedApp: an application that may act for the user."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase


class AuthorizedApp(Model, path="/profile/apps", verbs="list get delete"):
    """An application that may act for the user."""

    id: ReadOnly[int]
    label: ReadOnly[str] = ReadOnly(filterable=True)
    created: ReadOnly[datetime] = ReadOnly(filterable=True)
    expiry: ReadOnly[datetime | None] = ReadOnly(filterable=True)
    scopes: ReadOnly[str] = ReadOnly(format="oauth-scopes")
    thumbnail_url: ReadOnly[str | None] = ReadOnly(format="url")
    website: ReadOnly[str] = ReadOnly(format="url")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, /) -> None: ...
