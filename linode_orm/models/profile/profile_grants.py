"""ProfileGrants: what the token's user may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class ProfileGrantsDatabase(Nested):
    """What stands under `database` of a ProfileGrants."""

    id: ReadOnly[int]
    label: ReadOnly[str]
    permissions: ReadOnly[Literal["read_only", "read_write"] | str | None]


class ProfileGrantsGlobal(Nested):
    """What stands under `global` of a ProfileGrants."""

    account_access: ReadOnly[Literal["read_only", "read_write"] | str | None]
    add_databases: ReadOnly[bool]
    add_domains: ReadOnly[bool]
    add_firewalls: ReadOnly[bool]
    add_images: ReadOnly[bool]
    add_linodes: ReadOnly[bool]
    add_longview: ReadOnly[bool]
    add_nodebalancers: ReadOnly[bool]
    add_stackscripts: ReadOnly[bool]
    add_volumes: ReadOnly[bool]
    add_vpcs: ReadOnly[bool]
    cancel_account: ReadOnly[bool]
    child_account_access: ReadOnly[bool | None]
    longview_subscription: ReadOnly[bool]


class ProfileGrants(Model, path="/profile/grants", id=None, verbs="get"):
    """What the token's user may do."""

    database: ReadOnly[list[ProfileGrantsDatabase]]
    domain: ReadOnly[list[ProfileGrantsDatabase]]
    firewall: ReadOnly[list[ProfileGrantsDatabase]]
    global_: ReadOnly[ProfileGrantsGlobal] = ReadOnly(key="global")
    image: ReadOnly[list[ProfileGrantsDatabase]]
    linode: ReadOnly[list[ProfileGrantsDatabase]]
    longview: ReadOnly[list[ProfileGrantsDatabase]]
    nodebalancer: ReadOnly[list[ProfileGrantsDatabase]]
    stackscript: ReadOnly[list[ProfileGrantsDatabase]]
    volume: ReadOnly[list[ProfileGrantsDatabase]]
    vpc: ReadOnly[list[ProfileGrantsDatabase]]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
