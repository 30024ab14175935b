"""Queries of an async session: as any query, and iterated by `async for`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from attrs import field, frozen

from linode_orm._public import public
from linode_orm.mapping import Model
from linode_orm.mapping.query import Query

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from linode_orm.aio.session import AsyncSession

M = TypeVar("M", bound=Model)

_MOST: Final = 256
"""How many objects are taken out of a query in one call, at most."""


@public
@frozen(eq=False, repr=False)
class AsyncQuery(Query[M]):
    """The objects of one class that meet conditions: a `Query` whose objects are awaited.

    Its methods are those of a `Query` and return an `AsyncQuery`. `await session.all(query)`, `.first`, `.one` and
    `.count` read it, and so does `async for`, which reads the next page when the loop has come to its end.
    """

    session: AsyncSession = field(kw_only=True)

    def __aiter__(self) -> AsyncIterator[M]:
        return self._stream()

    async def _stream(self) -> AsyncIterator[M]:
        """Yield the matches; each call takes twice as many as the one before, so that the first comes soon."""
        rows, count = await self.session.run(lambda _: iter(self)), 1
        while taken := await self._taken(rows, count):
            for each in taken:
                yield each
            count = min(2 * count, _MOST)

    async def _taken(self, rows: Iterator[M], count: int) -> list[M]:
        return await self.session.run(lambda _: list(islice(rows, count)))
