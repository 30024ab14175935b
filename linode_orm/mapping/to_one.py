"""The protocol of a to-one relation, for the modules that read its objects: they import no relations."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from linode_orm.mapping.registry import lookup

if TYPE_CHECKING:
    from linode_orm.mapping.record import Record


class ReferenceFacts:
    """A to-one relation: `via` names the raw id, and is empty for the parent of a child."""

    name: str
    owner: type
    target: str
    via: str

    @property
    def model(self) -> type[Record]:
        """The class referred to."""
        return cast("type[Record]", lookup(self.target))
