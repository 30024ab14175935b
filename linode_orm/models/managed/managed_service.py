"""ManagedService: a service that is watched."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Model, One, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.models.regions.region import Region


class ManagedService(Model, path="/managed/services"):
    """A service that is watched."""

    id: ReadOnly[int]
    label: Field[str] = Field(required=True)
    address: Field[str] = Field(required=True, format="url")
    body: Field[str | None]
    consultation_group: Field[str]
    created: ReadOnly[datetime]
    credentials: Field[list[int]]
    notes: Field[str | None]
    region_id: Field[str | None] = Field(key="region")
    region: One[Region | None] = One("Region", via="region_id")
    service_type: Field[Literal["url", "tcp"] | str] = Field(required=True)
    status: ReadOnly[Literal["disabled", "pending", "ok", "problem"] | str] = ReadOnly(volatile=True)
    timeout: Field[int] = Field(required=True)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            address: str,
            service_type: Literal["url", "tcp"] | str,
            timeout: int,
            body: str | None = ...,
            consultation_group: str = ...,
            credentials: Sequence[int] = ...,
            notes: str | None = ...,
            region: Region | str | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "disable", answers="ManagedService")
    def disable(self) -> ManagedService:
        """Disable a managed service monitor."""
        return act(self, "disable")

    @operation("POST", "enable", answers="ManagedService")
    def enable(self) -> ManagedService:
        """Enable a managed service monitor."""
        return act(self, "enable")
