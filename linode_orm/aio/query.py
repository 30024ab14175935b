"""Queries of an async session: as any query, and iterated by `async for`."""

from __future__ import annotations

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from attrs import field, frozen

from linode_orm._public import public_in
from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.query import Query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from typing import Self

    from linode_orm.aio.session import AsyncSession

M = TypeVar("M", bound=Model)

_MOST: Final = 256
"""How many objects are taken out of a query in one call, at most."""


@public_in("linode_orm.aio")
@frozen(eq=False, repr=False)
class AsyncQuery(Query[M]):
    """The objects of one class that meet conditions: a `Query` whose objects are awaited.

    Its methods are those of a `Query` and return an `AsyncQuery`. `await session.all(query)`, `.first`, `.one` and
    `.count` read it, and so does `async for`, which reads the next page when the loop has come to its end.
    """

    session: AsyncSession = field(kw_only=True)

    def __aiter__(self) -> AsyncIterator[M]:
        return Rows(self)


class Rows(Generic[M]):
    """The matches of a query for `async for`; each call takes twice as many as the one before: the first comes soon."""

    def __init__(self, query: AsyncQuery[M]) -> None:
        self._query, self._count = query, 1
        self._rows: Iterator[M] | None = None
        self._taken: deque[M] = deque()
        self._is_broken = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> M:
        if not self._taken:
            await self._query.session.run(self._take)
            self._count = min(2 * self._count, _MOST)
        if not self._taken:
            raise StopAsyncIteration
        return self._taken.popleft()

    def _take(self, _: object) -> None:
        """Take the next matches, on the session's thread; what is taken when the task is cancelled stays for later."""
        if self._is_broken:
            msg = f"this iteration of {self._query!r} was cut off by an error or a cancellation; begin another one"
            raise InvalidRequestError(msg)
        if self._rows is None:
            self._rows = iter(self._query)
        self._is_broken = True
        self._taken.extend(islice(self._rows, self._count))
        self._is_broken = False
