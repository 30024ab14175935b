"""UserRolePermissions: the roles of one user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import UNSET, Field, Model, Nested, One, SessionBase, Unset, act, operation

if TYPE_CHECKING:
    from linode_orm.models.account.user import User
    from linode_orm.models.iam.account_entity import AccountEntity


class UserRolePermissionsEntityAccess(Nested):
    """What stands under `entity_access` of a UserRolePermissions."""

    id: Field[int | str] = Field(refers="*", create=False)
    roles: Field[list[str]] = Field(create=False)
    type: Field[str] = Field(create=False)


class UserRolePermissions(Model, path="/iam/users/{user}/role-permissions", id=None, parent="User", version="v4beta"):
    """The roles of one user."""

    account_access: Field[list[str]]
    entity_access: Field[list[UserRolePermissionsEntityAccess]]
    user: One[User] = One("User")

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, parent: User | str, /) -> None: ...

    @operation("GET", "/iam/users/{user}/entities/{type}", answers="list:AccountEntity")
    def entities(self, *, type: str, permission: str | Unset = UNSET) -> list[AccountEntity]:
        """The entities of one type that the user may use, or those on which one permission is granted."""
        return act(self, "entities", locals())

    @operation("GET", "/iam/users/{user}/permissions/account", answers="strings")
    def account_permissions(self) -> list[str]:
        """What the user may do on the account, as a list of names."""
        return act(self, "account_permissions")

    @operation("GET", "/iam/users/{user}/permissions/{type}/{id}", answers="strings")
    def entity_permissions(self, *, type: str, id: str) -> list[str]:
        """What the user may do with one entity, as a list of names."""
        return act(self, "entity_permissions", locals())
