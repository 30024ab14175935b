"""The blocks of an async session: `with` blocks of a session, entered and left on its thread."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

from anyio import CancelScope

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractContextManager

    from linode_orm.aio.session import AsyncSession
    from linode_orm.session.verbs.session import Session

T = TypeVar("T")


@asynccontextmanager
async def awaited_block(session: AsyncSession, block: AbstractContextManager[T]) -> AsyncIterator[T]:
    """Enter a block of the session, and leave it with what the `async with` block raises, also a cancellation."""
    entered: list[T] = []

    def enter(_: Session) -> None:
        entered.append(block.__enter__())

    try:
        await session.run(enter)
        yield entered[0]
    except BaseException as error:
        raised = error
        if entered:  # also where the task was cancelled when the block had just been entered
            with CancelScope(shield=True):
                await session.run(lambda _: block.__exit__(type(raised), raised, raised.__traceback__))
        raise
    await session.run(lambda _: block.__exit__(None, None, None))
