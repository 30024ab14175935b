"""The gate between a session and its client: requests pass it in an awaited call alone, until that is cancelled."""

from __future__ import annotations

import time
from concurrent.futures import CancelledError
from threading import Event
from typing import TYPE_CHECKING, Any

from linode_orm.errors import InvalidRequestError
from linode_orm.session.commit.interrupts import cancel_thread, is_kept, renew_thread
from linode_orm.wire.clock import SystemClock
from linode_orm.wire.messages import given_up

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from linode_orm.wire.client import Client, Outcome
    from linode_orm.wire.interceptor import ClientClock
    from linode_orm.wire.messages import Request, Response


class Gate:
    """Whether the requests of one session may pass; opened and shut by the event loop, asked on workers.

    `thread` is the session's. A commit that it makes when the call is cancelled ends by itself, as after Ctrl-C: what
    it still asks passes.
    """

    def __init__(self, thread: int) -> None:
        self.is_open, self._thread = False, thread
        self._cancelled = Event()

    def open(self) -> None:
        """Let requests pass: an awaited call begins."""
        self._cancelled.clear()
        renew_thread(self._thread)
        self.is_open = True

    def shut(self) -> None:
        """Let nothing pass: the call has ended."""
        self.is_open = False
        renew_thread(self._thread)

    def cancel(self) -> None:
        """Let the call end: a commit as Ctrl-C ends it, everything else before its next request or in its pause."""
        cancel_thread(self._thread)
        self._cancelled.set()

    def wanted(self) -> bool:
        """Whether a request that waits for its turn is still to be sent."""
        return not self._cancelled.is_set() or is_kept(self._thread)

    def pause(self, seconds: float) -> None:
        """Wait, and no longer than until the call is cancelled; raise `CancelledError` then."""
        if self._cancelled.wait(seconds):
            if is_kept(self._thread):
                time.sleep(seconds)
                return
            msg = "the call was cancelled while it waited"
            raise CancelledError(msg)

    def check(self, request: Request) -> None:
        """Raise `InvalidRequestError` outside of an awaited call, and `CancelledError` once it was cancelled."""
        if not self.is_open:
            msg = (
                f"{request.title} is not sent: it would block the event loop; await session.load(), .refresh() or "
                ".all() before, with selectin(...) for relations, or do it in await session.run(function)"
            )
            raise InvalidRequestError(msg)
        if not self.wanted():
            raise given_up(request)


class GatedClock:
    """The clock of a client, on which a pause ends when the call is cancelled that makes it."""

    def __init__(self, clock: ClientClock, gate: Gate) -> None:
        self._clock, self._gate = clock, gate

    def monotonic(self) -> float:
        """Give seconds that only grow."""
        return self._clock.monotonic()

    def now(self) -> datetime:
        """Give the moment, aware, in UTC."""
        return self._clock.now()

    def sleep(self, seconds: float) -> None:
        """Wait; a clock that is not the machine's waits in its own way."""
        if isinstance(self._clock.current, SystemClock):
            self._gate.pause(seconds)
        else:
            self._clock.sleep(seconds)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the clock has beyond the protocol
        return getattr(self._clock, name)


class GatedClient:
    """A client whose requests pass a gate; in everything else it is the client that it stands for."""

    def __init__(self, client: Client, gate: Gate) -> None:
        self._client, self._gate = client, gate
        self.clock = GatedClock(client.clock, gate)

    def send(
        self,
        request: Request,
        *,
        wanted: Callable[[], bool] | None = None,
        new_path: str | None = None,
        replaces: Sequence[Request] = (),
    ) -> Response:
        """Send one request as the client does, and give it up unsent if its call is cancelled before its turn."""
        self._gate.check(request)
        passes = self._gate.wanted

        def is_wanted() -> bool:
            return passes() and (wanted is None or wanted())

        return self._client.send(request, wanted=is_wanted, new_path=new_path, replaces=replaces)

    def send_all(self, requests: Iterable[Request]) -> Iterator[Outcome]:
        """Send requests side by side as the client does, and start nothing more once their call is cancelled."""
        waiting = list(requests)
        if waiting:
            self._gate.check(waiting[0])
        for number, outcome in enumerate(self._client.send_all(waiting), 1):
            yield outcome
            if number < len(waiting) and not self._gate.wanted():
                raise given_up(waiting[-1])

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever a client has
        return getattr(self._client, name)

    def __repr__(self) -> str:
        return repr(self._client)
