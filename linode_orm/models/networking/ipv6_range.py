"""IPv6Range: a range of IPv6 addresses that is routed to a Linode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, overload

from linode_orm.mapping import Fixed, Model, One, ReadOnly, SessionBase, WriteOnly

if TYPE_CHECKING:
    from linode_orm.models.linode.instance import Instance
    from linode_orm.models.regions.region import Region


class IPv6Range(Model, path="/networking/ipv6/ranges", id="range", verbs="list get create delete"):
    """A range of IPv6 addresses that is routed to a Linode."""

    range: ReadOnly[str] = ReadOnly(format="ipv6/prefix_length")
    is_bgp: ReadOnly[bool | None] = ReadOnly(absent=True)
    linode_id: WriteOnly[int]
    linode: One[Instance | None] = One("Instance", via="linode_id")
    linodes: ReadOnly[list[int] | None] = ReadOnly(absent=True, unordered=True, refers="Instance")
    prefix: ReadOnly[int | None] = ReadOnly(absent=True)
    prefix_length: WriteOnly[Literal[56, 64] | str] = WriteOnly(required=True)
    region_id: ReadOnly[str] = ReadOnly(key="region", filterable=True)
    region: One[Region] = One("Region", via="region_id")
    route_target: Fixed[str | None] = Fixed(absent=True, nullable=True, format="ipv6")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, range: str, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            prefix_length: Literal[56, 64] | str,
            linode: Instance | int = ...,
            linode_id: int = ...,
            route_target: str | None = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
