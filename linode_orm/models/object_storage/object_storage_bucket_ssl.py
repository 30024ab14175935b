"""ObjectStorageBucketSSL: the certificate of a bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Model, One, ReadOnly, Secret, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.object_storage.object_storage_bucket import ObjectStorageBucket


class ObjectStorageBucketSSL(
    Model,
    path="/object-storage/buckets/{region_id}/{label}/ssl",
    id=None,
    parent="ObjectStorageBucket",
    verbs="get create delete",
):
    """The certificate of a bucket."""

    certificate: Secret[str] = Secret(required=True)
    private_key: Secret[str] = Secret(required=True)
    ssl: ReadOnly[bool | None]
    object_storage_bucket: One[ObjectStorageBucket] = One("ObjectStorageBucket")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, parent: ObjectStorageBucket | tuple[str, str], /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            certificate: str,
            private_key: str,
            object_storage_bucket: ObjectStorageBucket | tuple[str, str] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
