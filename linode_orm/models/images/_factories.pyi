from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.models.images.image import Image, ImageImageSharing, ImageRegion
from linode_orm.models.images.image_share_group import ImageShareGroup
from linode_orm.models.images.image_share_group_image import (
    ImageShareGroupImage,
    ImageShareGroupImageImageSharing,
    ImageShareGroupImageRegion,
)
from linode_orm.models.images.image_share_group_member import ImageShareGroupMember
from linode_orm.models.images.image_share_group_token import ImageShareGroupToken

class ImagesFactories:
    def image(
        self,
        *,
        id: str = ...,
        label: str = ...,
        capabilities: Sequence[str] | None = ...,
        created: datetime = ...,
        created_by: str | None = ...,
        deprecated: bool = ...,
        description: str | None = ...,
        eol: datetime | None = ...,
        expiry: datetime | None = ...,
        image_sharing: ImageImageSharing | Mapping[str, object] | None = ...,
        is_public: bool = ...,
        is_shared: bool | None = ...,
        regions: Sequence[ImageRegion | Mapping[str, object]] | None = ...,
        size: int = ...,
        status: Literal["creating", "pending_upload", "available"] | str = ...,
        tags: Iterable[str] | None = ...,
        total_size: int | None = ...,
        type: Literal["manual", "automatic"] | str = ...,
        updated: datetime = ...,
        vendor: str | None = ...,
    ) -> Image: ...
    def image_share_group(
        self,
        *,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        description: str = ...,
        expiry: str | None = ...,
        images_count: int = ...,
        is_suspended: bool = ...,
        members_count: int = ...,
        updated: datetime | None = ...,
        uuid: str = ...,
    ) -> ImageShareGroup: ...
    def image_share_group_image(
        self,
        *,
        image_share_group: ImageShareGroup | int = ...,
        id: str = ...,
        label: str = ...,
        capabilities: Sequence[str] = ...,
        created: datetime = ...,
        created_by: str | None = ...,
        deprecated: bool = ...,
        description: str = ...,
        eol: datetime | None = ...,
        expiry: str | None = ...,
        image_sharing: ImageShareGroupImageImageSharing | Mapping[str, object] = ...,
        is_public: bool = ...,
        is_shared: str | None = ...,
        regions: Sequence[ImageShareGroupImageRegion | Mapping[str, object]] = ...,
        size: int = ...,
        status: str = ...,
        tags: Iterable[str] = ...,
        total_size: int = ...,
        type: str = ...,
        updated: datetime | None = ...,
        vendor: str | None = ...,
    ) -> ImageShareGroupImage: ...
    def image_share_group_member(
        self,
        *,
        image_share_group: ImageShareGroup | int = ...,
        token_uuid: str = ...,
        label: str = ...,
        created: datetime = ...,
        expiry: str | None = ...,
        status: str = ...,
        updated: datetime | None = ...,
    ) -> ImageShareGroupMember: ...
    def image_share_group_token(
        self,
        *,
        token_uuid: str = ...,
        label: str = ...,
        created: datetime = ...,
        expiry: str | None = ...,
        sharegroup_label: str = ...,
        sharegroup_uuid: str = ...,
        status: str = ...,
        token: str = ...,
        updated: datetime | None = ...,
        valid_for_sharegroup_uuid: str = ...,
    ) -> ImageShareGroupToken: ...
