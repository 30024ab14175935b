"""SSHKey: a public SSH key of the token's user."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Fixed, Model, ReadOnly, SessionBase


class SSHKey(Model, path="/profile/sshkeys"):
    """A public SSH key of the token's user."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True)
    created: ReadOnly[datetime]
    ssh_key: Fixed[str] = Fixed(format="ssh-key")

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(self, *, label: str = ..., ssh_key: str = ...) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
