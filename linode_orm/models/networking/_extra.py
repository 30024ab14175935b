"""What addresses have beyond their fields: a list that takes the API less time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, act, operation

if TYPE_CHECKING:
    from linode_orm.mapping import SessionBase
    from linode_orm.models.networking.ip_address import IPAddress


class Addresses(Model):
    """The list of addresses, with its one option."""

    @classmethod
    @operation("GET", "", answers="list:IPAddress", scope="collection")
    def listed(cls, session: SessionBase, /, *, skip_ipv6_rdns: bool) -> list[IPAddress]:
        """Read every address; without the names of IPv6 ones, which take the API long, if they are not wanted."""
        return act(cls, "listed", locals())
