"""LinodeInterfaceSettings: settings of all of a Linode's interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Field, Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.linode.instance import Instance


class LinodeInterfaceSettingsDefaultRoute(Nested):
    """What stands under `default_route` of a LinodeInterfaceSettings."""

    ipv4_eligible_interface_ids: ReadOnly[list[int]] = ReadOnly(refers="LinodeInterface")
    ipv4_interface_id: Field[int | None] = Field(refers="LinodeInterface", create=False)
    ipv6_eligible_interface_ids: ReadOnly[list[int]] = ReadOnly(refers="LinodeInterface")
    ipv6_interface_id: Field[int | None] = Field(refers="LinodeInterface", create=False)


class LinodeInterfaceSettings(
    Model, path="/linode/instances/{instance}/interfaces/settings", id=None, parent="Instance"
):
    """Settings of all of a Linode's interfaces."""

    default_route: Field[LinodeInterfaceSettingsDefaultRoute]
    network_helper: Field[bool]
    instance: One[Instance] = One("Instance")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: Instance | int, /) -> None: ...
