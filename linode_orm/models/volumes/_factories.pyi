from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from linode_orm.models.linode.instance import Instance
from linode_orm.models.regions.region import Region
from linode_orm.models.volumes.volume import Volume
from linode_orm.models.volumes.volume_type import VolumeType, VolumeTypePrice, VolumeTypeRegionPrice

class VolumesFactories:
    def volume(
        self,
        *,
        id: int = ...,
        label: str = ...,
        created: datetime = ...,
        encryption: Literal["enabled", "disabled"] | str | None = ...,
        filesystem_path: str = ...,
        hardware_type: Literal["hdd", "nvme"] | str = ...,
        io_ready: bool | None = ...,
        linode: Instance | int | None = ...,
        linode_id: int | None = ...,
        linode_label: str | None = ...,
        locks: Sequence[str] | None = ...,
        region: Region | str | None = ...,
        region_id: str | None = ...,
        size: int = ...,
        status: Literal["creating", "active", "resizing", "key_rotating"] | str = ...,
        tags: Iterable[str] = ...,
        updated: datetime = ...,
    ) -> Volume: ...
    def volume_type(
        self,
        *,
        id: str = ...,
        label: str = ...,
        price: VolumeTypePrice | Mapping[str, object] = ...,
        region_prices: Sequence[VolumeTypeRegionPrice | Mapping[str, object]] = ...,
        transfer: int = ...,
    ) -> VolumeType: ...
