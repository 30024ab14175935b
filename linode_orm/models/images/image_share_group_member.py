"""ImageShareGroupMember: an account that may use a share group."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Model, One, ReadOnly, Secret, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.images.image_share_group import ImageShareGroup


class ImageShareGroupMember(
    Model, path="/images/sharegroups/{image_share_group}/members", id="token_uuid", parent="ImageShareGroup"
):
    """An account that may use a share group."""

    token_uuid: ReadOnly[str] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, required=True, put_required=True)
    created: ReadOnly[datetime]
    expiry: ReadOnly[str | None]
    status: ReadOnly[str] = ReadOnly(filterable=True, volatile=True)
    token: Secret[str] = Secret(required=True)
    updated: ReadOnly[datetime | None] = ReadOnly(volatile=True)
    image_share_group: One[ImageShareGroup] = One("ImageShareGroup")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, token_uuid: str, parent: ImageShareGroup | int, /) -> None: ...
        @overload
        def __init__(self, *, label: str, token: str, image_share_group: ImageShareGroup | int = ...) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
