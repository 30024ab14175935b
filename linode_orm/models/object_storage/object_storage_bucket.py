"""ObjectStorageBucket: a bucket of objects."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Fixed, Model, One, Owner, ReadOnly, Secret

if TYPE_CHECKING:
    from linode_orm.models.object_storage.object_storage_cluster import ObjectStorageCluster
    from linode_orm.models.regions.region import Region


class ObjectStorageBucket(
    Model, path="/object-storage/buckets", id=("region_id", "label"), verbs="list get create delete"
):
    """A bucket of objects."""

    region_id: Fixed[str] = Fixed(key="region")
    region: One[Region] = One("Region", via="region_id")
    label: Fixed[str] = Fixed(required=True)
    acl: Secret[Literal["private", "public-read", "authenticated-read", "public-read-write"] | str] = Secret(
        default="private"
    )
    cluster_id: Fixed[str] = Fixed(key="cluster", deprecated=True)
    cluster: One[ObjectStorageCluster] = One("ObjectStorageCluster", via="cluster_id")
    cors_enabled: Secret[bool]
    created: ReadOnly[datetime]
    endpoint_type: Fixed[Literal["E0", "E1", "E2", "E3"] | str | None] = Fixed(absent=True)
    hostname: ReadOnly[str]
    objects: ReadOnly[int] = ReadOnly(volatile=True)
    s3_endpoint: Fixed[str | None] = Fixed(absent=True)
    size: ReadOnly[int] = ReadOnly(volatile=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: Owner, id: tuple[str, str], /) -> None: ...
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
