"""ManagedSSHKey: the managed service's public key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase


class ManagedSSHKey(Model, path="/managed/credentials/sshkey", id=None, verbs="get"):
    """The managed service's public key."""

    ssh_key: ReadOnly[str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
