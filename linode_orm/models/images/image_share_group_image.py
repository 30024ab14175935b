"""ImageShareGroupImage: an image in a share group."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Fixed, Model, Nested, One, ReadOnly, SessionBase, TagList, WriteOnly

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models.images.image_share_group import ImageShareGroup


class ImageShareGroupImageImageSharing(Nested):
    """What stands under `image_sharing` of an ImageShareGroupImage."""

    shared_by: ReadOnly[ImageShareGroupImageImageSharingSharedBy]


class ImageShareGroupImageImageSharingSharedBy(Nested):
    """What stands under `image_sharing.shared_by` of an ImageShareGroupImage."""

    sharegroup_id: ReadOnly[int] = ReadOnly(refers="ImageShareGroup")
    sharegroup_label: ReadOnly[str]
    sharegroup_uuid: ReadOnly[str]
    source_image_id: ReadOnly[str] = ReadOnly(refers="Image")
    source_image_label: ReadOnly[str]


class ImageShareGroupImageImage(Nested):
    """What stands under `images` of an ImageShareGroupImage."""

    id: Fixed[str] = Fixed(required=True, refers="Image")
    label: Fixed[str]
    description: Fixed[str]


class ImageShareGroupImageRegion(Nested):
    """What stands under `regions` of an ImageShareGroupImage."""

    region: ReadOnly[str]
    status: ReadOnly[str] = ReadOnly(volatile=True)


class ImageShareGroupImage(
    Model,
    path="/images/sharegroups/{image_share_group}/images",
    parent="ImageShareGroup",
    verbs="list create update delete",
):
    """An image in a share group."""

    id: ReadOnly[str]
    label: Field[str] = Field(filterable=True, create=False)
    capabilities: ReadOnly[list[str]] = ReadOnly(unordered=True)
    created: ReadOnly[datetime]
    created_by: ReadOnly[str | None]
    deprecated: ReadOnly[bool]
    description: Field[str] = Field(create=False)
    eol: ReadOnly[datetime | None]
    expiry: ReadOnly[str | None]
    image_sharing: ReadOnly[ImageShareGroupImageImageSharing]
    images: WriteOnly[list[ImageShareGroupImageImage]]
    is_public: ReadOnly[bool]
    is_shared: ReadOnly[str | None]
    regions: ReadOnly[list[ImageShareGroupImageRegion]]
    size: ReadOnly[int]
    status: ReadOnly[str] = ReadOnly(volatile=True)
    tags: ReadOnly[TagList] = ReadOnly(filterable=True)
    total_size: ReadOnly[int] = ReadOnly(volatile=True)
    type: ReadOnly[str] = ReadOnly(filterable=True)
    updated: ReadOnly[datetime | None] = ReadOnly(volatile=True)
    vendor: ReadOnly[str | None]
    image_share_group: One[ImageShareGroup] = One("ImageShareGroup")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: str, parent: ImageShareGroup | int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            image_share_group: ImageShareGroup | int = ...,
            images: Sequence[ImageShareGroupImageImage | Mapping[str, object]] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
