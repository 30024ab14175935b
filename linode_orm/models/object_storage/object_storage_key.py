"""ObjectStorageKey: a key with which programs reach buckets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Field, Fixed, Model, Nested, ReadOnly, SessionBase

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from linode_orm.models.regions.region import Region


class ObjectStorageKeyBucketAccess(Nested):
    """What stands under `bucket_access` of an ObjectStorageKey."""

    bucket_name: Fixed[str] = Fixed(refers="ObjectStorageBucket")
    cluster: Fixed[str]
    permissions: Fixed[Literal["read_write", "read_only"] | str]
    region: Fixed[str]


class ObjectStorageKeyRegion(Nested):
    """What stands under `regions` of an ObjectStorageKey."""

    id: ReadOnly[str]
    endpoint_type: ReadOnly[Literal["E0", "E1", "E2", "E3"] | str]
    s3_endpoint: ReadOnly[str]


class ObjectStorageKey(Model, path="/object-storage/keys"):
    """A key with which programs reach buckets."""

    id: ReadOnly[int]
    label: Field[str]
    access_key: ReadOnly[str]
    bucket_access: Fixed[list[ObjectStorageKeyBucketAccess] | None]
    limited: ReadOnly[bool]
    regions: Field[list[ObjectStorageKeyRegion]] = Field(unordered=True, rows_of="Region")
    secret_key: ReadOnly[str] = ReadOnly(redacted=True)

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str = ...,
            bucket_access: Sequence[ObjectStorageKeyBucketAccess | Mapping[str, object]] | None = ...,
            regions: Sequence[ObjectStorageKeyRegion | Mapping[str, object] | Region | str] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
