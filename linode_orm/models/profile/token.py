"""Token: a personal access token of the token's user."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Fixed, Model, ReadOnly, SessionBase


class Token(Model, path="/profile/tokens"):
    """A personal access token of the token's user."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True)
    created: ReadOnly[datetime] = ReadOnly(filterable=True)
    expiry: Fixed[datetime | None]
    scopes: Fixed[str] = Fixed(format="oauth-scopes")
    token: ReadOnly[str] = ReadOnly(redacted=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(self, *, label: str = ..., expiry: datetime | None = ..., scopes: str = ...) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
