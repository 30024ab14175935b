"""ImageShareGroupToken: a token with which this account takes part in a share group."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Fixed, Many, Model, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from linode_orm.models.images.image_share_group import ImageShareGroup
    from linode_orm.models.images.image_share_group_image import ImageShareGroupImage


class ImageShareGroupToken(Model, path="/images/sharegroups/tokens", id="token_uuid"):
    """A token with which this account takes part in a share group."""

    token_uuid: ReadOnly[str]
    label: Field[str] = Field(filterable=True, put_required=True)
    created: ReadOnly[datetime]
    expiry: ReadOnly[str | None]
    sharegroup_label: ReadOnly[str] = ReadOnly(filterable=True)
    sharegroup_uuid: ReadOnly[str] = ReadOnly(filterable=True)
    status: ReadOnly[str] = ReadOnly(filterable=True, volatile=True)
    token: ReadOnly[str]
    updated: ReadOnly[datetime | None] = ReadOnly(volatile=True)
    valid_for_sharegroup_uuid: Fixed[str] = Fixed(filterable=True, required=True)
    sharegroup_images: Many[ImageShareGroupImage] = Many("ImageShareGroupImage", path="sharegroup/images")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, token_uuid: str, /) -> None: ...
        @overload
        def __init__(self, *, valid_for_sharegroup_uuid: str, label: str = ...) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("GET", "sharegroup", answers="ImageShareGroup")
    def sharegroup(self) -> ImageShareGroup:
        """Get a token's share group."""
        return act(self, "sharegroup")
