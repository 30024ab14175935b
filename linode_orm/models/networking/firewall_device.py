"""FirewallDevice: what a firewall is attached to."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import JSON, Fixed, Model, Nested, One, ReadOnly, SessionBase, WriteOnly

if TYPE_CHECKING:
    from linode_orm.models.networking.firewall import Firewall


class FirewallDeviceEntity(Nested):
    """What stands under `entity` of a FirewallDevice."""

    id: ReadOnly[int] = ReadOnly(refers="*")
    label: ReadOnly[str | None]
    parent_entity: ReadOnly[FirewallDeviceEntityParentEntity | None]
    type: ReadOnly[Literal["linode", "nodebalancer", "interface"] | str]
    url: ReadOnly[str] = ReadOnly(format="url")


class FirewallDeviceEntityParentEntity(Nested):
    """What stands under `entity.parent_entity` of a FirewallDevice."""

    id: ReadOnly[int] = ReadOnly(refers="*")
    label: ReadOnly[str | None]
    parent_entity: ReadOnly[str | None]
    type: ReadOnly[str]
    url: ReadOnly[str]


class FirewallDevice(
    Model, path="/networking/firewalls/{firewall}/devices", parent="Firewall", verbs="list get create delete"
):
    """What a firewall is attached to."""

    id: Fixed[int] = Fixed(filterable=True, required=True, refers="*")
    label: ReadOnly[str | None] = ReadOnly(absent=True, nullable=True)
    created: ReadOnly[datetime] = ReadOnly(filterable=True)
    entity: ReadOnly[FirewallDeviceEntity]
    parent_entity: ReadOnly[dict[str, JSON] | None] = ReadOnly(absent=True, nullable=True)
    type: WriteOnly[Literal["linode", "nodebalancer", "interface"] | str] = WriteOnly(required=True)
    updated: ReadOnly[datetime] = ReadOnly(filterable=True, volatile=True)
    url: ReadOnly[str] = ReadOnly(format="url")
    firewall: One[Firewall] = One("Firewall")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, parent: Firewall | int, /) -> None: ...
        @overload
        def __init__(
            self, *, id: int, type: Literal["linode", "nodebalancer", "interface"] | str, firewall: Firewall | int = ...
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
