"""ObjectStorageTransfer: the traffic of object storage this month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class ObjectStorageTransferRegionTransfer(Nested):
    """What stands under `region_transfers` of an ObjectStorageTransfer."""

    id: ReadOnly[str]
    billable: ReadOnly[int]
    quota: ReadOnly[int]
    used: ReadOnly[int] = ReadOnly(volatile=True)


class ObjectStorageTransfer(Model, path="/object-storage/transfer", id=None, verbs="get"):
    """The traffic of object storage this month."""

    region_transfers: ReadOnly[list[ObjectStorageTransferRegionTransfer]] = ReadOnly(rows_of="Region")
    used: ReadOnly[int] = ReadOnly(volatile=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
