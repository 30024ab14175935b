"""ManagedLinodeSettings: how the managed service reaches a Linode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Field, Model, Nested, ReadOnly, SessionBase


class ManagedLinodeSettingsSsh(Nested):
    """What stands under `ssh` of a ManagedLinodeSettings."""

    access: Field[bool] = Field(create=False)
    ip: Field[str] = Field(format="ip", create=False)
    port: Field[int | None] = Field(create=False)
    user: Field[str | None] = Field(create=False)


class ManagedLinodeSettings(Model, path="/managed/linode-settings", verbs="list get update"):
    """How the managed service reaches a Linode."""

    id: ReadOnly[int] = ReadOnly(refers="Instance")
    label: ReadOnly[str]
    group: ReadOnly[str] = ReadOnly(deprecated=True)
    ssh: Field[ManagedLinodeSettingsSsh]

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: int, /) -> None: ...
