"""ProfileGrants: what the token's user may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class ProfileGrantsDatabase(Nested):
    """What stands under `database` of a ProfileGrants."""

    id: ReadOnly[int] = ReadOnly(changed_as="UserGrants", refers="*")
    label: ReadOnly[str]
    permissions: ReadOnly[Literal["read_only", "read_write"] | str | None] = ReadOnly(changed_as="UserGrants")


class ProfileGrantsGlobal(Nested):
    """What stands under `global` of a ProfileGrants."""

    account_access: ReadOnly[Literal["read_only", "read_write"] | str | None] = ReadOnly(changed_as="UserGrants")
    add_databases: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")
    add_domains: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")
    add_firewalls: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")
    add_images: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")
    add_linodes: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")
    add_longview: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")
    add_nodebalancers: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")
    add_stackscripts: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")
    add_volumes: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")
    add_vpcs: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")
    cancel_account: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")
    child_account_access: ReadOnly[bool | None] = ReadOnly(changed_as="UserGrants")
    longview_subscription: ReadOnly[bool] = ReadOnly(changed_as="UserGrants")


class ProfileGrants(Model, path="/profile/grants", id=None, verbs="get"):
    """What the token's user may do."""

    database: ReadOnly[list[ProfileGrantsDatabase]] = ReadOnly(changed_as="UserGrants", rows_of="Database")
    domain: ReadOnly[list[ProfileGrantsDatabase]] = ReadOnly(changed_as="UserGrants", rows_of="Domain")
    firewall: ReadOnly[list[ProfileGrantsDatabase]] = ReadOnly(changed_as="UserGrants", rows_of="Firewall")
    global_: ReadOnly[ProfileGrantsGlobal] = ReadOnly(key="global", changed_as="UserGrants")
    image: ReadOnly[list[ProfileGrantsDatabase]] = ReadOnly(changed_as="UserGrants", rows_of="Image")
    linode: ReadOnly[list[ProfileGrantsDatabase]] = ReadOnly(changed_as="UserGrants", rows_of="Instance")
    longview: ReadOnly[list[ProfileGrantsDatabase]] = ReadOnly(changed_as="UserGrants", rows_of="LongviewClient")
    nodebalancer: ReadOnly[list[ProfileGrantsDatabase]] = ReadOnly(changed_as="UserGrants", rows_of="NodeBalancer")
    stackscript: ReadOnly[list[ProfileGrantsDatabase]] = ReadOnly(changed_as="UserGrants", rows_of="StackScript")
    volume: ReadOnly[list[ProfileGrantsDatabase]] = ReadOnly(changed_as="UserGrants", rows_of="Volume")
    vpc: ReadOnly[list[ProfileGrantsDatabase]] = ReadOnly(changed_as="UserGrants", rows_of="VPC")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
