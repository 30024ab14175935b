"""Volume: a block storage device that one Linode at a time may mount."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import (
    UNSET,
    Field,
    Fixed,
    Model,
    One,
    ReadOnly,
    SessionBase,
    TagList,
    Unset,
    WriteOnly,
    act,
    operation,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.models._jobs import Job
    from linode_orm.models.linode.config import Config
    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.regions.region import Region


class Volume(Model, path="/volumes"):
    """A block storage device that one Linode at a time may mount."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True, required=True, unique=True)
    config_id: WriteOnly[int] = WriteOnly(changed_by="attach")
    config: One[Config | None] = One("Config", via="config_id")
    created: ReadOnly[datetime]
    encryption: Fixed[Literal["enabled", "disabled"] | str | None] = Fixed(absent=True, default="disabled")
    filesystem_path: ReadOnly[str]
    hardware_type: ReadOnly[Literal["hdd", "nvme"] | str]
    io_ready: ReadOnly[bool | None] = ReadOnly(volatile=True, absent=True)
    linode_id: Fixed[int | None] = Fixed(changed_by="attach, detach")
    linode: One[Instance | None] = One("Instance", via="linode_id")
    linode_label: ReadOnly[str | None]
    locks: ReadOnly[list[str] | None] = ReadOnly(absent=True, unordered=True)
    region_id: Fixed[str | None] = Fixed(key="region")
    region: One[Region | None] = One("Region", via="region_id")
    size: Fixed[int] = Fixed(changed_by="resize", default=20)
    status: ReadOnly[Literal["creating", "active", "resizing", "key_rotating"] | str] = ReadOnly(volatile=True)
    tags: Field[TagList] = Field(filterable=True)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            config: Config | int = ...,
            config_id: int = ...,
            encryption: Literal["enabled", "disabled"] | str | None = ...,
            linode: Instance | int | None = ...,
            linode_id: int | None = ...,
            region: Region | str | None = ...,
            size: int = ...,
            tags: Iterable[str] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation(
        "POST",
        "attach",
        answers="Volume",
        body={"linode": "linode_id", "config": "config_id"},
        event="volume_attach",
        job="linode_id={linode_id}",
    )
    def attach(
        self,
        linode: Instance | int,
        *,
        config: Config | int | Unset = UNSET,
        config_id: int | Unset = UNSET,
        persist_across_boots: bool | Unset = UNSET,
    ) -> Volume:
        """Attach the volume to a Linode, to its last configuration profile unless another is given."""
        return act(self, "attach", locals())

    @operation("POST", "clone", answers="Volume", event="volume_clone", job="status=active")
    def clone(self, *, label: str) -> Volume:
        """Copy the volume."""
        return act(self, "clone", locals())

    @operation("POST", "detach", event="volume_detach", job="linode_id=null")
    def detach(self) -> Job:
        """Detach the volume from its Linode."""
        return act(self, "detach")

    @operation("POST", "resize", answers="Volume", event="volume_resize", job="size={size}")
    def resize(self, *, size: int) -> Volume:
        """Make the volume larger, to this many GB; it never shrinks."""
        return act(self, "resize", locals())
