"""ObjectStorageBucketAccess: who may reach a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.object_storage.object_storage_bucket import ObjectStorageBucket


class ObjectStorageBucketAccess(
    Model,
    path="/object-storage/buckets/{region_id}/{label}/access",
    id=None,
    parent="ObjectStorageBucket",
    verbs="get create update",
):
    """Who may reach a bucket."""

    acl: Field[Literal["private", "public-read", "authenticated-read", "public-read-write", "custom"] | str]
    acl_xml: ReadOnly[str]
    cors_enabled: Field[bool | None]
    cors_xml: ReadOnly[str | None]
    object_storage_bucket: One[ObjectStorageBucket] = One("ObjectStorageBucket")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, parent: ObjectStorageBucket | tuple[str, str], /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            object_storage_bucket: ObjectStorageBucket | tuple[str, str] = ...,
            acl: Literal["private", "public-read", "authenticated-read", "public-read-write", "custom"] | str = ...,
            cors_enabled: bool | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
