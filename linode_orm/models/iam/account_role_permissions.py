"""AccountRolePermissions: the roles that users of the account may have, on all of it or on single entities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, Nested, ReadOnly, SessionBase


class AccountRolePermissionsAccountAccess(Nested):
    """What stands under `account_access` of an AccountRolePermissions."""

    roles: ReadOnly[list[AccountRolePermissionsAccountAccessRole]]
    type: ReadOnly[str]


class AccountRolePermissionsAccountAccessRole(Nested):
    """What stands under `account_access.roles` of an AccountRolePermissions."""

    description: ReadOnly[str]
    name: ReadOnly[str]
    permissions: ReadOnly[list[str]]


class AccountRolePermissions(Model, path="/iam/role-permissions", id=None, verbs="get", version="v4beta"):
    """The roles that users of the account may have, on all of it or on single entities."""

    account_access: ReadOnly[list[AccountRolePermissionsAccountAccess]]
    entity_access: ReadOnly[list[AccountRolePermissionsAccountAccess]]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
