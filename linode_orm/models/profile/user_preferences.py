"""UserPreferences: settings that the user's programs keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import SessionBase
from linode_orm.models.profile._extra import FreeDocument


class UserPreferences(FreeDocument, path="/profile/preferences", id=None, verbs="get"):
    """Settings that the user's programs keep."""

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
