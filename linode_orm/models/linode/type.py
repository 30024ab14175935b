"""Type: a plan: the size and price of a Linode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class TypeAddons(Nested):
    """What stands under `addons` of a Type."""

    backups: ReadOnly[TypeAddonsBackups]


class TypeAddonsBackups(Nested):
    """What stands under `addons.backups` of a Type."""

    price: ReadOnly[TypeAddonsBackupsPrice]
    region_prices: ReadOnly[list[TypeAddonsBackupsRegionPrice]] = ReadOnly(rows_of="Region")


class TypeAddonsBackupsPrice(Nested):
    """What stands under `addons.backups.price` of a Type."""

    hourly: ReadOnly[float]
    monthly: ReadOnly[float]


class TypeAddonsBackupsRegionPrice(Nested):
    """What stands under `addons.backups.region_prices` of a Type."""

    id: ReadOnly[str]
    hourly: ReadOnly[float]
    monthly: ReadOnly[float]


class Type(Model, path="/linode/types", verbs="list get", reference_data=True):
    """A plan: the size and price of a Linode."""

    id: ReadOnly[str]
    label: ReadOnly[str] = ReadOnly(filterable=True)
    accelerated_devices: ReadOnly[int | None] = ReadOnly(filterable=True, absent=True)
    addons: ReadOnly[TypeAddons]
    class_: ReadOnly[Literal["nanode", "standard", "dedicated", "premium", "gpu", "accelerated", "highmem"] | str] = (
        ReadOnly(key="class", filterable=True)
    )
    disk: ReadOnly[int] = ReadOnly(filterable=True)
    gpus: ReadOnly[int] = ReadOnly(filterable=True)
    memory: ReadOnly[int] = ReadOnly(filterable=True)
    network_out: ReadOnly[int] = ReadOnly(filterable=True)
    price: ReadOnly[TypeAddonsBackupsPrice]
    region_prices: ReadOnly[list[TypeAddonsBackupsRegionPrice]] = ReadOnly(rows_of="Region")
    successor: ReadOnly[str | None]
    transfer: ReadOnly[int] = ReadOnly(filterable=True)
    vcpus: ReadOnly[int] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
