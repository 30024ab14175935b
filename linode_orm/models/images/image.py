"""Image: an image that disks are made from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import (
    UNSET,
    Field,
    Many,
    Nested,
    One,
    ReadOnly,
    SessionBase,
    TagList,
    Unset,
    WriteOnly,
    act,
    operation,
)
from linode_orm.models.images._extra import ImageFiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from linode_orm.models.images.image_share_group import ImageShareGroup
    from linode_orm.models.linode.disk import Disk


class ImageImageSharing(Nested):
    """What stands under `image_sharing` of an Image."""

    shared_by: ReadOnly[ImageImageSharingSharedBy | None]
    shared_with: ReadOnly[ImageImageSharingSharedWith | None]


class ImageImageSharingSharedWith(Nested):
    """What stands under `image_sharing.shared_with` of an Image."""

    sharegroup_count: ReadOnly[int]
    sharegroup_list_url: ReadOnly[str]


class ImageImageSharingSharedBy(Nested):
    """What stands under `image_sharing.shared_by` of an Image."""

    sharegroup_id: ReadOnly[int]
    sharegroup_label: ReadOnly[str]
    sharegroup_uuid: ReadOnly[str]
    source_image_id: ReadOnly[str]


class ImageRegion(Nested):
    """What stands under `regions` of an Image."""

    region: ReadOnly[str]
    status: ReadOnly[
        Literal["available", "creating", "pending", "pending deletion", "pending replication", "replicating"] | str
    ] = ReadOnly(volatile=True)


class Image(ImageFiles, path="/images"):
    """An image that disks are made from."""

    id: ReadOnly[str]
    label: Field[str] = Field(filterable=True)
    capabilities: ReadOnly[list[str] | None] = ReadOnly(absent=True, unordered=True)
    cloud_init: WriteOnly[bool]
    created: ReadOnly[datetime]
    created_by: ReadOnly[str | None]
    deprecated: ReadOnly[bool] = ReadOnly(filterable=True)
    description: Field[str | None]
    disk_id: WriteOnly[int] = WriteOnly(required=True)
    disk: One[Disk | None] = One("Disk", via="disk_id")
    eol: ReadOnly[datetime | None]
    expiry: ReadOnly[datetime | None]
    image_sharing: ReadOnly[ImageImageSharing | None] = ReadOnly(absent=True, nullable=True)
    is_public: ReadOnly[bool] = ReadOnly(filterable=True)
    is_shared: ReadOnly[bool | None] = ReadOnly(filterable=True, absent=True)
    regions: ReadOnly[list[ImageRegion] | None] = ReadOnly(absent=True, unordered=True)
    size: ReadOnly[int] = ReadOnly(filterable=True)
    status: ReadOnly[Literal["creating", "pending_upload", "available"] | str] = ReadOnly(
        filterable=True, volatile=True
    )
    tags: Field[TagList | None] = Field(filterable=True, absent=True)
    total_size: ReadOnly[int | None] = ReadOnly(volatile=True, absent=True)
    type: ReadOnly[Literal["manual", "automatic"] | str] = ReadOnly(filterable=True)
    updated: ReadOnly[datetime] = ReadOnly(volatile=True)
    vendor: ReadOnly[str | None] = ReadOnly(filterable=True)
    sharegroups: Many[ImageShareGroup] = Many("ImageShareGroup", path="sharegroups")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: str, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str = ...,
            cloud_init: bool = ...,
            description: str | None = ...,
            disk: Disk | int = ...,
            disk_id: int = ...,
            tags: Iterable[str] | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "regions", answers="Image")
    def replicate(self, *, regions: Sequence[str] | Unset = UNSET) -> Image:
        """Keep copies of the image in exactly these regions."""
        return act(self, "replicate", locals())
