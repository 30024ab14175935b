"""The events of an async session: the feed of a session, for `async for`."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Self

    from linode_orm.aio.session import AsyncSession
    from linode_orm.session.verbs.session import Session


class Feed:
    """Events and their objects, as they come; what came while its task was cancelled is kept for the next one."""

    def __init__(self, session: AsyncSession, watch: Callable[[Session], Iterator[tuple[Any, Any]]]) -> None:
        self._session, self._watch = session, watch
        self._events: Iterator[tuple[Any, Any]] | None = None
        self._come: deque[tuple[Any, Any]] = deque()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[Any, Any]:
        if not self._come:
            await self._session.run(self._take)
        if not self._come:
            raise StopAsyncIteration
        return self._come.popleft()

    def _take(self, session: Session) -> None:
        """Wait for the next event, on the session's thread; the first call asks where the feed begins."""
        if self._events is None:
            self._events = self._watch(session)
        for each in self._events:
            self._come.append(each)
            return
