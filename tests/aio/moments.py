"""An account at which a task is cancelled at a chosen moment: before or after the API does a request."""

from __future__ import annotations

import asyncio
import inspect
import time
from functools import wraps
from threading import Event, Lock

import anyio
import pytest
from anyio import from_thread, lowlevel

from linode_orm import Client

PAUSE = 0.005
"""How long a worker waits after a cancellation, so that the loop has told the task of it."""


def on_each(test):
    """Run an async test on both event loops."""

    @pytest.mark.parametrize("backend", ["asyncio", "trio"])
    @wraps(test)
    def run(backend, **fixtures):
        async def main():
            await test(**fixtures)

        anyio.run(main, backend=backend)

    signature = inspect.signature(test)
    backend = inspect.Parameter("backend", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    run.__signature__ = signature.replace(parameters=[backend, *signature.parameters.values()])
    return run


class CancellingTransport:
    """Passes requests on to a simulator; calls a function before or after the one with a number."""

    def __init__(self, simulator, pause) -> None:
        self.simulator, self.sent, self._pause, self._lock = simulator, 0, pause, Lock()
        self.at, self.is_after, self._cancel = 0, False, lambda: None
        self._is_begun, self._is_cancelled = False, Event()

    def arm(self, at, cancel, *, is_after) -> None:
        """Cancel at the request with a number, counted from now on, or with a query; 0 for never."""
        self._is_cancelled.clear()
        self._is_begun = False
        self.sent, self.at, self._cancel, self.is_after = 0, at, cancel, is_after

    def send(self, request, *, token, timeout):
        """Let the simulator answer, in some time; what begins after the moment waits until the task was cancelled."""
        with self._lock:
            self.sent += 1
            is_moment = self.at in (self.sent, request.query)
            is_later = self._is_begun
            self._is_begun |= is_moment
        if is_moment and not self.is_after:
            self.cancel()
        elif is_later and self._is_cancelled.wait(0 if self.is_after else 1):
            time.sleep(self._pause / 10)
        time.sleep(self._pause if is_moment else PAUSE / 10)
        answer = self.simulator.transport.send(request, token=token, timeout=timeout)
        if is_moment and self.is_after:
            self.cancel()
            time.sleep(self._pause)
        return answer

    def cancel(self) -> None:
        """Cancel the task."""
        self._cancel()
        self._is_cancelled.set()

    def close(self) -> None:
        """Nothing to close."""


def cancelling_client(simulator, pause=PAUSE, **options) -> Client:
    """Give a client on the machine's clock that can be told when to cancel; what is sent then takes a pause longer."""
    return Client("a-token", transport=CancellingTransport(simulator, pause), budget=None, **options)


async def cancelled_at(client, at, call, *, is_after, natively=False) -> bool:
    """Await a call whose task is cancelled at a request; return whether that came before its end."""
    token, transport = lowlevel.current_token(), client.transport
    if natively:  # asyncio's own cancellation, which knows no shield
        task = asyncio.ensure_future(call())
        transport.arm(at, lambda: from_thread.run_sync(task.cancel, token=token), is_after=is_after)
        await asyncio.wait([task])
        transport.arm(0, None, is_after=False)
        if not task.cancelled():
            task.result()
        return task.cancelled()
    with anyio.CancelScope() as scope:
        transport.arm(at, lambda: from_thread.run_sync(scope.cancel, token=token), is_after=is_after)
        await call()
    transport.arm(0, None, is_after=False)
    return scope.cancelled_caught
