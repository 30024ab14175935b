"""ImageShareGroup: a group of images that other accounts may use."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Many, Model, ReadOnly, SessionBase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models.images.image_share_group_image import ImageShareGroupImage
    from linode_orm.models.images.image_share_group_member import ImageShareGroupMember


class ImageShareGroup(Model, path="/images/sharegroups"):
    """A group of images that other accounts may use."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True, required=True)
    created: ReadOnly[datetime]
    description: Field[str]
    expiry: ReadOnly[str | None]
    images_count: ReadOnly[int]
    is_suspended: ReadOnly[bool]
    members_count: ReadOnly[int]
    updated: ReadOnly[datetime | None] = ReadOnly(volatile=True)
    uuid: ReadOnly[str]
    images: Many[ImageShareGroupImage] = Many("ImageShareGroupImage", create_key="images")
    members: Many[ImageShareGroupMember] = Many("ImageShareGroupMember")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            description: str = ...,
            images: Sequence[ImageShareGroupImage] | Sequence[Mapping[str, object]] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
