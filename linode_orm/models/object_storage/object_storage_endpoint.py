"""ObjectStorageEndpoint: an address under which buckets live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.regions.region import Region


class ObjectStorageEndpoint(Model, path="/object-storage/endpoints", id=("region_id", "endpoint_type"), verbs="list"):
    """An address under which buckets live."""

    region_id: ReadOnly[str] = ReadOnly(key="region")
    region: One[Region] = One("Region", via="region_id")
    endpoint_type: ReadOnly[Literal["E0", "E1", "E2", "E3"] | str]
    s3_endpoint: ReadOnly[str | None]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: tuple[str, str], /) -> None: ...
