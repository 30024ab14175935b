"""ObjectStorageGlobalQuotaUsage: how much of a limit is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.object_storage.object_storage_global_quota import ObjectStorageGlobalQuota


class ObjectStorageGlobalQuotaUsage(
    Model,
    path="/object-storage/global-quotas/{object_storage_global_quota}/usage",
    id=None,
    parent="ObjectStorageGlobalQuota",
    verbs="get",
):
    """How much of a limit is used."""

    quota_limit: ReadOnly[int]
    usage: ReadOnly[int] = ReadOnly(volatile=True)
    object_storage_global_quota: One[ObjectStorageGlobalQuota] = One("ObjectStorageGlobalQuota")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: ObjectStorageGlobalQuota | str, /) -> None: ...
