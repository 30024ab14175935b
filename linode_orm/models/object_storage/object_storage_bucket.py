"""ObjectStorageBucket: a bucket of objects."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import UNSET, Fixed, Nested, One, ReadOnly, SessionBase, Unset, WriteOnly, act, operation
from linode_orm.models.object_storage._extra import BucketFiles

if TYPE_CHECKING:
    from linode_orm.mapping.query import Query
    from linode_orm.models.object_storage.object_storage_cluster import ObjectStorageCluster
    from linode_orm.models.regions.region import Region


class ObjectStorageURL(Nested):
    """What `object_url()` of an ObjectStorageBucket answers."""

    exists: ReadOnly[bool | None] = ReadOnly(absent=True)
    url: ReadOnly[str] = ReadOnly(secret=True)


class ObjectStorageBucket(
    BucketFiles, path="/object-storage/buckets", id=("region_id", "label"), verbs="list get create delete"
):
    """A bucket of objects."""

    region_id: Fixed[str] = Fixed(key="region")
    region: One[Region] = One("Region", via="region_id")
    label: Fixed[str] = Fixed(required=True)
    acl: WriteOnly[Literal["private", "public-read", "authenticated-read", "public-read-write"] | str] = WriteOnly(
        default="private"
    )
    cluster_id: Fixed[str] = Fixed(key="cluster", deprecated=True)
    cluster: One[ObjectStorageCluster] = One("ObjectStorageCluster", via="cluster_id")
    cors_enabled: WriteOnly[bool]
    created: ReadOnly[datetime]
    endpoint_type: Fixed[Literal["E0", "E1", "E2", "E3"] | str | None] = Fixed(absent=True)
    hostname: ReadOnly[str]
    objects: ReadOnly[int] = ReadOnly(volatile=True)
    s3_endpoint: Fixed[str | None] = Fixed(absent=True)
    size: ReadOnly[int] = ReadOnly(volatile=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: tuple[str, str], /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            region: Region | str = ...,
            acl: Literal["private", "public-read", "authenticated-read", "public-read-write"] | str = ...,
            cluster: ObjectStorageCluster | str = ...,
            cors_enabled: bool = ...,
            endpoint_type: Literal["E0", "E1", "E2", "E3"] | str | None = ...,
            s3_endpoint: str | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @classmethod
    @operation("GET", "/object-storage/buckets/{region}", answers="query:ObjectStorageBucket", scope="collection")
    def in_region(cls, session: SessionBase, /, *, region: str) -> Query[ObjectStorageBucket]:
        """Give a query over the buckets of one region."""
        return act(cls, "in_region", locals())

    @operation("POST", "object-url", answers="value", gives=ObjectStorageURL)
    def object_url(
        self,
        *,
        method: str,
        name: str,
        content_disposition: str | None | Unset = UNSET,
        content_type: str | None | Unset = UNSET,
        expires_in: int | None | Unset = UNSET,
    ) -> ObjectStorageURL:
        """Sign an address with which anybody may read, write or delete one object for a while."""
        return act(self, "object_url", locals())
