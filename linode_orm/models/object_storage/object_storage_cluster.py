"""ObjectStorageCluster: a place of buckets, in its older form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.regions.region import Region


class ObjectStorageCluster(Model, path="/object-storage/clusters", verbs="list get"):
    """A place of buckets, in its older form."""

    id: ReadOnly[str]
    domain: ReadOnly[str]
    region_id: ReadOnly[str] = ReadOnly(key="region")
    region: One[Region] = One("Region", via="region_id")
    static_site_domain: ReadOnly[str]
    status: ReadOnly[Literal["available", "unavailable"] | str] = ReadOnly(volatile=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
