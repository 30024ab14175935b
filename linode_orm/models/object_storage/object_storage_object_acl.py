"""ObjectStorageObjectACL: who may reach an object in a bucket; `bucket.object_acl(name=...)` reads it, `set_object_acl` changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Field, Model, One, ReadOnly, SessionBase, WriteOnly

if TYPE_CHECKING:
    from linode_orm.models.object_storage.object_storage_bucket import ObjectStorageBucket


class ObjectStorageObjectACL(
    Model,
    path="/object-storage/buckets/{region_id}/{label}/object-acl",
    id=None,
    parent="ObjectStorageBucket",
    read_by="bucket.object_acl(name=...)",
):
    """Who may reach an object in a bucket; `bucket.object_acl(name=...)` reads it, `set_object_acl` changes it."""

    acl: Field[Literal["private", "public-read", "authenticated-read", "public-read-write", "custom"] | str | None] = (
        Field(put_required=True)
    )
    acl_xml: ReadOnly[str | None]
    name: WriteOnly[str] = WriteOnly(put_required=True, update=True)
    object_storage_bucket: One[ObjectStorageBucket] = One("ObjectStorageBucket")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: ObjectStorageBucket | tuple[str, str], /) -> None: ...
