"""DomainZoneFile: the zone file that the name servers use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.domains.domain import Domain


class DomainZoneFile(Model, path="/domains/{domain}/zone-file", id=None, parent="Domain", verbs="get"):
    """The zone file that the name servers use."""

    zone_file: ReadOnly[list[str]]
    domain: One[Domain] = One("Domain")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: Domain | int, /) -> None: ...
