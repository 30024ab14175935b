"""The worker of an async session: the one thread on which all of its calls are made, one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from threading import get_ident
from typing import TYPE_CHECKING, TypeVar, cast

from anyio import CancelScope, Event, RunFinishedError, from_thread, get_cancelled_exc_class, lowlevel

if TYPE_CHECKING:
    from collections.abc import Callable

    from anyio.lowlevel import EventLoopToken


R = TypeVar("R")


class Worker:
    """A thread that makes calls for an event loop, which goes on meanwhile."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="linode_orm.aio")
        self.thread = self.call_now(get_ident)
        """The thread's number."""

    def call_now(self, function: Callable[[], R]) -> R:
        """Make a short call, and wait for it as any function is waited for."""
        return self._pool.submit(function).result()

    async def call(self, function: Callable[[], R], cancel: Callable[[], None]) -> R:
        """Make a call; where the task is cancelled meanwhile, call `cancel`, and raise when the thread has ended it."""
        done, ended = Event(), list[tuple[object, BaseException | None]]()
        self._pool.submit(copy_context().run, _made, function, ended, done, lowlevel.current_token())
        try:
            await done.wait()
        except get_cancelled_exc_class():
            cancel()
            await _ended(done)
            raise
        [(value, error)] = ended
        if error is not None:
            try:
                raise error
            finally:
                del error  # its traceback holds this frame
        return cast("R", value)

    def close(self) -> None:
        """Let the thread end when it has nothing more to do."""
        self._pool.shutdown(wait=False)


def _made(
    function: Callable[[], object], ended: list[tuple[object, BaseException | None]], done: Event, token: EventLoopToken
) -> None:
    try:
        ended.append((function(), None))
    except BaseException as error:  # noqa: BLE001  it is raised where the call is awaited
        ended.append((None, error))
    with suppress(RunFinishedError):  # nobody waits any more
        from_thread.run_sync(done.set, token=token)


async def _ended(done: Event) -> None:
    """Wait until a call has ended, however often the task that waits is cancelled."""
    with CancelScope(shield=True):
        while not done.is_set():
            # asyncio's own cancellation knows no shield; it was raised before.
            with suppress(get_cancelled_exc_class()):
                await done.wait()
