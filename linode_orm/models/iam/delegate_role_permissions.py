"""DelegateRolePermissions: the roles that new delegate users of this account are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Field, Model, Nested, SessionBase


class DelegateRolePermissionsEntityAccess(Nested):
    """What stands under `entity_access` of a DelegateRolePermissions."""

    id: Field[int | str] = Field(refers="*", create=False)
    roles: Field[list[str]] = Field(create=False)
    type: Field[str] = Field(create=False)


class DelegateRolePermissions(Model, path="/iam/delegation/default-role-permissions", id=None):
    """The roles that new delegate users of this account are given."""

    account_access: Field[list[str]] = Field(put_required=True)
    entity_access: Field[list[DelegateRolePermissionsEntityAccess]] = Field(put_required=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...
