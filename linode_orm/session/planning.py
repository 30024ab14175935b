"""Planning: from new, changed and deleted objects to a plan; decides everything and sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping import Model
    from linode_orm.session.plan import Plan


class Members(Protocol):
    """What planning needs of a session: its new, touched and deleted objects, each in the order of the user's calls."""

    @property
    def new(self) -> Mapping[int, Model]:
        """Objects to be created, by `id()`."""
        ...

    @property
    def touched(self) -> Mapping[int, Model]:
        """Persistent objects that may have changed, by `id()`."""
        ...

    @property
    def deleted(self) -> Mapping[int, Model]:
        """Objects marked for deletion, by `id()`."""
        ...

    @property
    def in_doubt(self) -> Mapping[int, object]:
        """What is known of new objects whose creation was sent and never answered, by `id()`."""
        ...

    def token(self, instance: Model) -> str:
        """Give the name by which a plan speaks of a new object: `new:3`."""
        ...


def plan(members: Members, *, only: Model | None = None) -> Plan:
    """Plan what a commit would send; with `only`, that object and what it cannot exist without."""
    raise NotImplementedError
