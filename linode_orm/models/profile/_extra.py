"""What a user's preferences are: a document whose keys are the user's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, act, operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping import JSON


class FreeDocument(Model):
    """A document without declared keys, read and written whole."""

    @operation("GET", "", answers="value")
    def read(self) -> dict[str, JSON]:
        """Read the whole document."""
        return act(self, "read")

    @operation("PUT", "", body={"document": ""})
    def replace(self, document: Mapping[str, JSON]) -> None:
        """Put this document in the place of the old one."""
        act(self, "replace", locals())
