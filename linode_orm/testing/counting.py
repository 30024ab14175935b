"""Counting: how many requests a piece of a program sends."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from linode_orm.wire import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.session import Session


class Count:
    """The requests of a `with` block, tries counted one by one."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._before = client.requests_sent
        self._after: int | None = None

    @property
    def requests(self) -> int:
        """How many there were, until now or until the end of the block."""
        end = self._client.requests_sent if self._after is None else self._after
        return end - self._before

    def stop(self) -> None:
        """Count no further."""
        self._after = self._client.requests_sent


@contextmanager
def count_requests(of: Session | Client) -> Iterator[Count]:
    """Count what a client sends in a `with` block, a session's client where a session is given."""
    count = Count(of if isinstance(of, Client) else of.client)
    try:
        yield count
    finally:
        count.stop()
