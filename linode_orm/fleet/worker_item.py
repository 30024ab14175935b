"""The work item that a thread works on."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.fleet.item import WorkItem

_CURRENT: ContextVar[WorkItem | None] = ContextVar("linode_orm.fleet.worker_item", default=None)


def current_item() -> WorkItem | None:
    """Return the item whose function runs on this thread; None outside of a run."""
    return _CURRENT.get()


@contextmanager
def working_on(item: WorkItem) -> Iterator[None]:
    """Name the item that this thread works on, in a `with` block."""
    before = _CURRENT.set(item)
    try:
        yield
    finally:
        _CURRENT.reset(before)
