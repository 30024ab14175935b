"""AccountEntity: an object of the account, whatever its class, as permissions name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, ReadOnly, SessionBase


class AccountEntity(Model, path="/entities", id=("type", "id"), verbs="list", version="v4beta"):
    """An object of the account, whatever its class, as permissions name it."""

    type: ReadOnly[
        Literal[
            "database",
            "domain",
            "firewall",
            "image",
            "linode",
            "lkecluster",
            "longview",
            "nodebalancer",
            "placement_group",
            "stackscript",
            "volume",
            "vpc",
        ]
        | str
    ]
    id: ReadOnly[int | str]
    label: ReadOnly[str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: tuple[str, int | str], /) -> None: ...
