"""What the public calls of a session have in common: the session they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping.owner import SessionBase

if TYPE_CHECKING:
    from linode_orm.session.commit.policy import Policy
    from linode_orm.session.parts.owner import SessionOwner
    from linode_orm.session.parts.parts import Parts
    from linode_orm.session.planning.changes import Changes
    from linode_orm.wire.client import Client


class SessionVerbs(SessionBase):
    """The base of all that has calls of a session; `Session` makes what they use."""

    client: Client
    """What sends the requests."""
    _parts: Parts
    _owner: SessionOwner
    _changes: Changes
    _policy: Policy
