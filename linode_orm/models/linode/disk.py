"""Disk: storage inside a Linode."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import JSON, Field, Fixed, Model, One, ReadOnly, Secret, SessionBase, WriteOnly, act, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.models._jobs import Job
    from linode_orm.models.images.image import Image
    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.linode.stack_script import StackScript


class Disk(Model, path="/linode/instances/{instance}/disks", parent="Instance"):
    """Storage inside a Linode."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True)
    authorized_keys: WriteOnly[list[str]]
    authorized_users: WriteOnly[list[str]] = WriteOnly(refers="User")
    created: ReadOnly[datetime]
    disk_encryption: ReadOnly[str]
    filesystem: Fixed[Literal["raw", "swap", "ext2", "ext3", "ext4", "initrd"] | str]
    image_id: WriteOnly[str | None] = WriteOnly(key="image")
    image: One[Image | None] = One("Image", via="image_id")
    root_pass: Secret[str] = Secret(format="password")
    size: Fixed[int] = Fixed(filterable=True, required=True, changed_by="resize")
    stackscript_data: Secret[dict[str, JSON]]
    stackscript_id: WriteOnly[int]
    stackscript: One[StackScript | None] = One("StackScript", via="stackscript_id")
    status: ReadOnly[Literal["ready", "not ready", "deleting"] | str] = ReadOnly(volatile=True)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    instance: One[Instance] = One("Instance")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: Instance | int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            size: int,
            instance: Instance | int = ...,
            label: str = ...,
            authorized_keys: Sequence[str] = ...,
            authorized_users: Sequence[str] = ...,
            filesystem: Literal["raw", "swap", "ext2", "ext3", "ext4", "initrd"] | str = ...,
            image: Image | str | None = ...,
            root_pass: str = ...,
            stackscript_data: dict[str, JSON] = ...,
            stackscript: StackScript | int = ...,
            stackscript_id: int = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "clone", answers="Disk", event="disk_duplicate", job="status=ready")
    def clone(self) -> Disk:
        """Copy the disk inside its Linode."""
        return act(self, "clone")

    @operation("POST", "password", event="password_reset")
    def password(self, *, password: str) -> None:
        """Give root on the disk another password."""
        act(self, "password", locals())

    @operation("POST", "resize", event="disk_resize", job="size={size}")
    def resize(self, *, size: int) -> Job:
        """Give the disk another size in MB; its Linode must be shut down."""
        return act(self, "resize", locals())
