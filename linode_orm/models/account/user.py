"""User: a user of the account."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Model, Nested, ReadOnly, SessionBase


class UserLastLogin(Nested):
    """What stands under `last_login` of a User."""

    login_datetime: ReadOnly[datetime]
    status: ReadOnly[Literal["successful", "failed"] | str] = ReadOnly(volatile=True)


class User(Model, path="/account/users", id="username"):
    """A user of the account."""

    username: Field[str] = Field(filterable=True, required=True, unique=True)
    email: Field[str] = Field(required=True, format="email")
    last_login: ReadOnly[UserLastLogin | None] = ReadOnly(volatile=True)
    password_created: ReadOnly[datetime | None] = ReadOnly(format="date-time")
    restricted: Field[bool]
    ssh_keys: ReadOnly[list[str]]
    tfa_enabled: ReadOnly[bool]
    tfa_enforced: Field[bool | None] = Field(absent=True)
    user_type: ReadOnly[Literal["parent", "child", "proxy", "default"] | str]
    verified_phone_number: ReadOnly[str | None] = ReadOnly(format="phone")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, username: str, /) -> None: ...
        @overload
        def __init__(
            self, *, username: str, email: str, restricted: bool = ..., tfa_enforced: bool | None = ...
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
