"""ObjectStorageQuotaUsage: how much of a limit is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.object_storage.object_storage_quota import ObjectStorageQuota


class ObjectStorageQuotaUsage(
    Model, path="/object-storage/quotas/{object_storage_quota}/usage", id=None, parent="ObjectStorageQuota", verbs="get"
):
    """How much of a limit is used."""

    quota_limit: ReadOnly[int]
    usage: ReadOnly[int | None] = ReadOnly(volatile=True)
    object_storage_quota: One[ObjectStorageQuota] = One("ObjectStorageQuota")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: ObjectStorageQuota | str, /) -> None: ...
