from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.models.object_storage.object_storage_bucket import ObjectStorageBucket
from linode_orm.models.object_storage.object_storage_cluster import ObjectStorageCluster
from linode_orm.models.object_storage.object_storage_endpoint import ObjectStorageEndpoint
from linode_orm.models.object_storage.object_storage_global_quota import ObjectStorageGlobalQuota
from linode_orm.models.object_storage.object_storage_key import (
    ObjectStorageKey,
    ObjectStorageKeyBucketAccess,
    ObjectStorageKeyRegion,
)
from linode_orm.models.object_storage.object_storage_quota import ObjectStorageQuota
from linode_orm.models.object_storage.object_storage_type import (
    ObjectStorageType,
    ObjectStorageTypePrice,
    ObjectStorageTypeRegionPrice,
)
from linode_orm.models.regions.region import Region

class ObjectStorageFactories:
    def object_storage_bucket(
        self,
        *,
        region: Region | str = ...,
        region_id: str = ...,
        label: str = ...,
        cluster: ObjectStorageCluster | str = ...,
        cluster_id: str = ...,
        created: datetime = ...,
        endpoint_type: Literal["E0", "E1", "E2", "E3"] | str | None = ...,
        hostname: str = ...,
        objects: int = ...,
        s3_endpoint: str | None = ...,
        size: int = ...,
    ) -> ObjectStorageBucket: ...
    def object_storage_cluster(
        self,
        *,
        id: str = ...,
        domain: str = ...,
        region: Region | str = ...,
        region_id: str = ...,
        static_site_domain: str = ...,
        status: Literal["available", "unavailable"] | str = ...,
    ) -> ObjectStorageCluster: ...
    def object_storage_endpoint(
        self,
        *,
        region: Region | str = ...,
        region_id: str = ...,
        endpoint_type: Literal["E0", "E1", "E2", "E3"] | str = ...,
        s3_endpoint: str | None = ...,
    ) -> ObjectStorageEndpoint: ...
    def object_storage_global_quota(
        self,
        *,
        quota_id: str = ...,
        description: str = ...,
        has_usage: bool = ...,
        quota_limit: int = ...,
        quota_name: str = ...,
        quota_type: str = ...,
        resource_metric: str = ...,
    ) -> ObjectStorageGlobalQuota: ...
    def object_storage_key(
        self,
        *,
        id: int = ...,
        label: str = ...,
        access_key: str = ...,
        bucket_access: Sequence[ObjectStorageKeyBucketAccess | Mapping[str, object]] | None = ...,
        limited: bool = ...,
        regions: Sequence[ObjectStorageKeyRegion | Mapping[str, object]] = ...,
        secret_key: str = ...,
    ) -> ObjectStorageKey: ...
    def object_storage_quota(
        self,
        *,
        quota_id: str = ...,
        description: str = ...,
        endpoint_type: Literal["E0", "E1", "E2", "E3"] | str = ...,
        has_usage: bool = ...,
        quota_limit: int = ...,
        quota_name: Literal[
            "Number of Objects",
            "Number of Buckets",
            "Total Capacity",
            "Egress Throughput (per IP)",
            "Egress Throughput (per endpoint)",
            "Ingress Throughput (per IP)",
            "Ingress Throughput (per endpoint)",
        ]
        | str = ...,
        quota_type: str = ...,
        resource_metric: Literal["bucket", "object", "byte", "byte_per_second"] | str = ...,
        s3_endpoint: str = ...,
    ) -> ObjectStorageQuota: ...
    def object_storage_type(
        self,
        *,
        id: str = ...,
        label: str = ...,
        price: ObjectStorageTypePrice | Mapping[str, object] = ...,
        region_prices: Sequence[ObjectStorageTypeRegionPrice | Mapping[str, object]] = ...,
        transfer: int = ...,
    ) -> ObjectStorageType: ...
