"""Tag: a label that groups objects of several kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Fixed, SessionBase, WriteOnly
from linode_orm.models.tags._extra import Tagged

if TYPE_CHECKING:
    from collections.abc import Sequence


class Tag(Tagged, path="/tags", id="label", verbs="list create delete"):
    """A label that groups objects of several kinds."""

    label: Fixed[str] = Fixed(required=True)
    domains: WriteOnly[list[int]] = WriteOnly(refers="Domain")
    linodes: WriteOnly[list[int]] = WriteOnly(refers="Instance")
    lke_clusters: WriteOnly[list[int]]
    nodebalancers: WriteOnly[list[int]] = WriteOnly(refers="NodeBalancer")
    reserved_ipv4_addresses: WriteOnly[list[str]]
    volumes: WriteOnly[list[int]] = WriteOnly(refers="Volume")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, label: str, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            domains: Sequence[int] = ...,
            linodes: Sequence[int] = ...,
            lke_clusters: Sequence[int] = ...,
            nodebalancers: Sequence[int] = ...,
            reserved_ipv4_addresses: Sequence[str] = ...,
            volumes: Sequence[int] = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
