"""UserGrants: what a restricted user may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Field, Model, Nested, One, ReadOnly, SessionBase

if TYPE_CHECKING:
    from linode_orm.models.account.user import User


class UserGrantsDatabase(Nested):
    """What stands under `database` of a UserGrants."""

    id: Field[int] = Field(refers="*", create=False)
    label: ReadOnly[str]
    permissions: Field[Literal["read_only", "read_write"] | str | None] = Field(create=False)


class UserGrantsGlobal(Nested):
    """What stands under `global` of a UserGrants."""

    account_access: Field[Literal["read_only", "read_write"] | str | None] = Field(create=False)
    add_databases: Field[bool] = Field(create=False)
    add_domains: Field[bool] = Field(create=False)
    add_firewalls: Field[bool] = Field(create=False)
    add_images: Field[bool] = Field(create=False)
    add_linodes: Field[bool] = Field(create=False)
    add_longview: Field[bool] = Field(create=False)
    add_nodebalancers: Field[bool] = Field(create=False)
    add_stackscripts: Field[bool] = Field(create=False)
    add_volumes: Field[bool] = Field(create=False)
    add_vpcs: Field[bool] = Field(create=False)
    cancel_account: Field[bool] = Field(create=False)
    child_account_access: Field[bool | None] = Field(create=False)
    longview_subscription: Field[bool] = Field(create=False)


class UserGrants(Model, path="/account/users/{user}/grants", id=None, parent="User"):
    """What a restricted user may do."""

    database: Field[list[UserGrantsDatabase]] = Field(rows_of="Database")
    domain: Field[list[UserGrantsDatabase]] = Field(rows_of="Domain")
    firewall: Field[list[UserGrantsDatabase]] = Field(rows_of="Firewall")
    global_: Field[UserGrantsGlobal] = Field(key="global")
    image: Field[list[UserGrantsDatabase]] = Field(rows_of="Image")
    linode: Field[list[UserGrantsDatabase]] = Field(rows_of="Instance")
    longview: Field[list[UserGrantsDatabase]] = Field(rows_of="LongviewClient")
    nodebalancer: Field[list[UserGrantsDatabase]] = Field(rows_of="NodeBalancer")
    stackscript: Field[list[UserGrantsDatabase]] = Field(rows_of="StackScript")
    volume: Field[list[UserGrantsDatabase]] = Field(rows_of="Volume")
    vpc: Field[list[UserGrantsDatabase]] = Field(rows_of="VPC")
    user: One[User] = One("User")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: User | str, /) -> None: ...
