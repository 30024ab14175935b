"""ManagedCredential: a credential that the managed service uses."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import UNSET, Field, Model, ReadOnly, Secret, SessionBase, Unset, WriteOnly, act, operation

if TYPE_CHECKING:
    from linode_orm.models.account.user import User


class ManagedCredential(Model, path="/managed/credentials", verbs="list get create update"):
    """A credential that the managed service uses."""

    id: ReadOnly[int]
    label: Field[str] = Field(required=True)
    last_decrypted: ReadOnly[datetime | None] = ReadOnly(volatile=True)
    password: Secret[str] = Secret(required=True)
    username: WriteOnly[str]

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(self, *, label: str, password: str, username: str = ...) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...

    @operation("POST", "revoke")
    def revoke(self) -> None:
        """Delete a managed credential."""
        act(self, "revoke")

    @operation("POST", "update")
    def update(self, *, password: str, username: User | str | Unset = UNSET) -> None:
        """Update a managed credential's username and password."""
        act(self, "update", locals())
