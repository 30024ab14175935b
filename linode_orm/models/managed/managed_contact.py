"""ManagedContact: whom the managed service calls."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Model, Nested, ReadOnly, SessionBase

if TYPE_CHECKING:
    from collections.abc import Mapping


class ManagedContactPhone(Nested):
    """What stands under `phone` of a ManagedContact."""

    primary: Field[str | None] = Field(format="phone")
    secondary: Field[str | None] = Field(format="phone")


class ManagedContact(Model, path="/managed/contacts"):
    """Whom the managed service calls."""

    id: ReadOnly[int]
    email: Field[str] = Field(format="email")
    group: Field[str | None] = Field(filterable=True)
    name: Field[str]
    phone: Field[ManagedContactPhone]
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            email: str = ...,
            group: str | None = ...,
            name: str = ...,
            phone: ManagedContactPhone | Mapping[str, object] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
