"""LongviewClient: a machine that Longview watches."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Model, Nested, ReadOnly, SessionBase


class LongviewClientApps(Nested):
    """What stands under `apps` of a LongviewClient."""

    apache: ReadOnly[bool | int]
    mysql: ReadOnly[bool | int]
    nginx: ReadOnly[bool | int]


class LongviewClient(Model, path="/longview/clients"):
    """A machine that Longview watches."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True)
    api_key: ReadOnly[str] = ReadOnly(redacted=True)
    apps: ReadOnly[LongviewClientApps]
    created: ReadOnly[datetime] = ReadOnly(format="date-time")
    install_code: ReadOnly[str] = ReadOnly(redacted=True)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True, format="date-time")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(self, *, label: str = ...) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
