"""PlacementGroup: a group of Linodes that are kept apart, or together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import UNSET, Field, Fixed, Model, Nested, One, ReadOnly, SessionBase, Unset, act, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.regions.region import Region


class PlacementGroupMember(Nested):
    """What stands under `members` of a PlacementGroup."""

    is_compliant: ReadOnly[bool] = ReadOnly(volatile=True)
    linode_id: ReadOnly[int] = ReadOnly(refers="Instance")


class PlacementGroupMigrations(Nested):
    """What stands under `migrations` of a PlacementGroup."""

    inbound: ReadOnly[list[PlacementGroupMigrationsInbound]]
    outbound: ReadOnly[list[PlacementGroupMigrationsInbound]]


class PlacementGroupMigrationsInbound(Nested):
    """What stands under `migrations.inbound` of a PlacementGroup."""

    linode_id: ReadOnly[int] = ReadOnly(refers="Instance")


class PlacementGroup(Model, path="/placement/groups"):
    """A group of Linodes that are kept apart, or together."""

    id: ReadOnly[int] = ReadOnly(filterable=True)
    label: Field[str] = Field(filterable=True, required=True, unique=True)
    is_compliant: ReadOnly[bool] = ReadOnly(volatile=True)
    members: ReadOnly[list[PlacementGroupMember]] = ReadOnly(volatile=True)
    migrations: ReadOnly[PlacementGroupMigrations | None] = ReadOnly(volatile=True)
    placement_group_policy: Fixed[Literal["strict", "flexible"] | str] = Fixed(required=True)
    placement_group_type: Fixed[Literal["anti_affinity:local"] | str] = Fixed(filterable=True, required=True)
    region_id: Fixed[str] = Fixed(key="region", filterable=True, required=True)
    region: One[Region] = One("Region", via="region_id")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            placement_group_policy: Literal["strict", "flexible"] | str,
            placement_group_type: Literal["anti_affinity:local"] | str,
            region: Region | str,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "assign", answers="PlacementGroup", event="placement_group_assign")
    def assign(
        self, *, compliant_only: bool | Unset = UNSET, linodes: Sequence[Instance | int] | Unset = UNSET
    ) -> PlacementGroup:
        """Add Linodes to the group."""
        return act(self, "assign", locals())

    @operation("POST", "unassign", answers="PlacementGroup", event="placement_group_unassign")
    def unassign(self, *, linodes: Sequence[Instance | int] | Unset = UNSET) -> PlacementGroup:
        """Take Linodes out of the group."""
        return act(self, "unassign", locals())
