"""ObjectStorageGlobalQuota: a limit of object storage for the whole account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase


class ObjectStorageGlobalQuota(Model, path="/object-storage/global-quotas", id="quota_id", verbs="list get"):
    """A limit of object storage for the whole account."""

    quota_id: ReadOnly[str]
    description: ReadOnly[str]
    has_usage: ReadOnly[bool]
    quota_limit: ReadOnly[int]
    quota_name: ReadOnly[str] = ReadOnly(filterable=True)
    quota_type: ReadOnly[str]
    resource_metric: ReadOnly[str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, quota_id: str, /) -> None: ...
