"""LKEVersion: a Kubernetes version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase


class LKEVersion(Model, path="/lke/versions", verbs="list get"):
    """A Kubernetes version."""

    id: ReadOnly[str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
