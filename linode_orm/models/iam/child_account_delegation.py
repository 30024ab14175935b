"""ChildAccountDelegation: a child account, and the users of this account who may work in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, ReadOnly, SessionBase, act, operation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.mapping.query import Query
    from linode_orm.models.account.user import User


class ChildAccountDelegation(Model, path="/iam/delegation/child-accounts", id="euuid", verbs="list"):
    """A child account, and the users of this account who may work in it."""

    euuid: ReadOnly[str] = ReadOnly(format="uuid")
    company: ReadOnly[str]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, euuid: str, /) -> None: ...

    @operation("GET", "users", answers="strings")
    def users(self) -> list[str]:
        """Read the names of the users who may work in the child account."""
        return act(self, "users")

    @operation("PUT", "users", answers="strings")
    def replace_users(self, *, users: Sequence[User | str]) -> list[str]:
        """Let exactly these users work in the child account."""
        return act(self, "replace_users", locals())

    @classmethod
    @operation(
        "GET",
        "/iam/delegation/users/{username}/child-accounts",
        answers="query:ChildAccountDelegation",
        scope="collection",
    )
    def of_user(cls, session: SessionBase, /, *, username: str) -> Query[ChildAccountDelegation]:
        """Give a query over the child accounts in which a user may work."""
        return act(cls, "of_user", locals())
