"""ObjectStorageQuota: a limit of object storage at an endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, ReadOnly, SessionBase


class ObjectStorageQuota(Model, path="/object-storage/quotas", id="quota_id", verbs="list get"):
    """A limit of object storage at an endpoint."""

    quota_id: ReadOnly[str]
    description: ReadOnly[str]
    endpoint_type: ReadOnly[Literal["E0", "E1", "E2", "E3"] | str]
    has_usage: ReadOnly[bool]
    quota_limit: ReadOnly[int]
    quota_name: ReadOnly[
        Literal[
            "Number of Objects",
            "Number of Buckets",
            "Total Capacity",
            "Egress Throughput (per IP)",
            "Egress Throughput (per endpoint)",
            "Ingress Throughput (per IP)",
            "Ingress Throughput (per endpoint)",
        ]
        | str
    ] = ReadOnly(filterable=True)
    quota_type: ReadOnly[str]
    resource_metric: ReadOnly[Literal["bucket", "object", "byte", "byte_per_second"] | str]
    s3_endpoint: ReadOnly[str] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, quota_id: str, /) -> None: ...
