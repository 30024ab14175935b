"""UserPreferences: settings that the user's programs keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Owner, ReadOnly


class UserPreferences(Model, path="/profile/preferences", id=None):
    """Settings that the user's programs keep."""

    key1: ReadOnly[str]
    key2: ReadOnly[str]

    if TYPE_CHECKING:

        def __init__(self, session: Owner, /) -> None: ...
