"""LKETieredVersion: a Kubernetes version of one tier."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, ReadOnly, SessionBase


class LKETieredVersion(Model, path="/lke/tiers/{tier}/versions", verbs="list get", version="v4beta"):
    """A Kubernetes version of one tier."""

    id: ReadOnly[str]
    tier: ReadOnly[Literal["standard", "enterprise"] | str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
