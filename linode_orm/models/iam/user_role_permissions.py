"""UserRolePermissions: the roles of one user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import JSON, Field, Model, Nested, One, SessionBase, act, operation

if TYPE_CHECKING:
    from linode_orm.models.account.user import User


class UserRolePermissionsEntityAccess(Nested):
    """What stands under `entity_access` of a UserRolePermissions."""

    id: Field[int | str] = Field(create=False)
    roles: Field[list[str]] = Field(create=False)
    type: Field[str] = Field(create=False)


class UserRolePermissions(Model, path="/iam/users/{user}/role-permissions", id=None, parent="User", version="v4beta"):
    """The roles of one user."""

    account_access: Field[list[str]]
    entity_access: Field[list[UserRolePermissionsEntityAccess]]
    user: One[User] = One("User")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: User | str, /) -> None: ...

    @operation("GET", "/iam/users/{user}/permissions/account", answers="value")
    def account_permissions(self) -> JSON:
        """What the user may do on the account, as a list of names."""
        return act(self, "account_permissions")

    @operation("GET", "/iam/users/{user}/permissions/{type}/{id}", answers="value")
    def entity_permissions(self, *, type: str, id: str) -> JSON:
        """What the user may do with one entity, as a list of names."""
        return act(self, "entity_permissions", locals())
