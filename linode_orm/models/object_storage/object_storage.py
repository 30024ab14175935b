"""ObjectStorage: the object storage service of the account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.mapping import Model, SessionBase, act, operation


class ObjectStorage(Model, path="/object-storage", id=None, verbs=""):
    """The object storage service of the account."""

    if TYPE_CHECKING:

        def __init__(self, session: SessionBase, /) -> None: ...

    @classmethod
    @operation("POST", "/object-storage/cancel", scope="collection")
    def cancel(cls, session: SessionBase, /) -> None:
        """Cancel object storage; it takes no more buckets, and is not paid for any more."""
        act(cls, "cancel", locals())
