"""TFAOptionalUsers: which users may do without a second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase, WriteOnly


class TFAOptionalUsers(Model, path="/account/tfa-optional-users", id=None):
    """Which users may do without a second factor."""

    tfa_optional_users_count: ReadOnly[int]
    url: ReadOnly[str]
    username: ReadOnly[str]
    usernames: WriteOnly[list[str]] = WriteOnly(put_required=True, update=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
