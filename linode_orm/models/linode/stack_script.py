"""StackScript: a script that deploys software on a new Linode."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, overload

from linode_orm.mapping import Field, Model, Nested, ReadOnly, SessionBase

if TYPE_CHECKING:
    from collections.abc import Sequence


class StackScriptUserDefinedField(Nested):
    """What stands under `user_defined_fields` of a StackScript."""

    label: ReadOnly[str]
    default: ReadOnly[str | None] = ReadOnly(absent=True)
    example: ReadOnly[str | None] = ReadOnly(absent=True)
    header: ReadOnly[str | None] = ReadOnly(absent=True)
    manyOf: ReadOnly[str | None] = ReadOnly(absent=True)
    name: ReadOnly[str]
    oneOf: ReadOnly[str | None] = ReadOnly(absent=True)
    oneof: ReadOnly[str | None] = ReadOnly(absent=True)
    required: ReadOnly[str | None] = ReadOnly(absent=True)


class StackScript(Model, path="/linode/stackscripts"):
    """A script that deploys software on a new Linode."""

    id: ReadOnly[int]
    label: Field[str] = Field(filterable=True, required=True)
    created: ReadOnly[datetime] = ReadOnly(format="date-time")
    deployments_active: ReadOnly[int]
    deployments_total: ReadOnly[int] = ReadOnly(filterable=True)
    description: Field[str] = Field(filterable=True)
    images: Field[list[str]] = Field(required=True, unordered=True, refers="Image")
    is_public: Field[bool] = Field(filterable=True)
    logo_url: ReadOnly[str]
    mine: ReadOnly[bool] = ReadOnly(filterable=True)
    ordinal: ReadOnly[int]
    rev_note: Field[str] = Field(filterable=True)
    script: Field[str] = Field(required=True, format="file")
    updated: ReadOnly[datetime] = ReadOnly(volatile=True, format="date-time")
    user_defined_fields: ReadOnly[list[StackScriptUserDefinedField]]
    user_gravatar_id: ReadOnly[str]
    username: ReadOnly[str]

    if TYPE_CHECKING:

        @overload
        def __init__(self, session: SessionBase, id: int, /) -> None: ...
        @overload
        def __init__(
            self,
            *,
            label: str,
            images: Sequence[str],
            script: str,
            description: str = ...,
            is_public: bool = ...,
            rev_note: str = ...,
        ) -> None: ...
        def __init__(self, *args: object, **values: object) -> None: ...
