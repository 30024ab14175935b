"""Kernel: a kernel that a Linode may boot."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from linode_orm.mapping import Model, ReadOnly, SessionBase


class Kernel(Model, path="/linode/kernels", verbs="list get", reference_data=True):
    """A kernel that a Linode may boot."""

    id: ReadOnly[str]
    label: ReadOnly[str] = ReadOnly(filterable=True)
    architecture: ReadOnly[Literal["x86_64", "i386"] | str] = ReadOnly(filterable=True)
    built: ReadOnly[datetime | None]
    deprecated: ReadOnly[bool] = ReadOnly(filterable=True)
    kvm: ReadOnly[bool] = ReadOnly(filterable=True)
    pvops: ReadOnly[bool] = ReadOnly(filterable=True)
    version: ReadOnly[str] = ReadOnly(filterable=True)

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, id: str, /) -> None: ...
