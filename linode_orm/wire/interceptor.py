"""The interceptor: while one is installed, each request of every client passes through it before the transport."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from operator import attrgetter
from threading import Lock, get_ident
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakSet

from linode_orm.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import Request, Response
    from linode_orm.wire.transport import Transport


class Attempt:
    """One try of a request, as a client is about to make it; `clock` is the client's own."""

    __slots__ = ("clock", "request", "timeout", "token", "transport")

    def __init__(self, request: Request, transport: Transport, token: str | None, timeout: float, clock: Clock) -> None:
        self.request, self.transport, self.token, self.timeout, self.clock = request, transport, token, timeout, clock

    def pass_on(self, request: Request) -> Response:
        """Send the request, or one that stands for it, by the client's transport."""
        return self.transport.send(request, token=self.token, timeout=self.timeout)


class Interceptor(ABC):
    """Sees each try of each request, passes it on or answers it; called from several threads at once."""

    @property
    def clock(self) -> Clock | None:
        """The clock in place of every client's own, None for none; where there is one, nothing is sent."""
        return None

    @abstractmethod
    def send(self, attempt: Attempt) -> Response:
        """Give the answer of one try, as a transport does."""

    @abstractmethod
    def enter(self, session: object) -> None:
        """Note which session is at work on this thread from now on; any object stands for it."""

    @abstractmethod
    def carry(self, function: Callable[..., object], *, is_read: bool) -> Callable[..., object]:
        """Return a function for a worker of a client that is called on behalf of this thread; `is_read`: it reads."""


class _Installed:
    """The interceptor of the process, and its clock beside it, which is asked at each read of a volatile attribute."""

    interceptor: Interceptor | None = None
    clock: Clock | None = None
    thread: int | None = None

    def enter(self, session: object) -> None:
        """Tell the interceptor, if there is one, which session is at work on this thread."""
        if self.interceptor is not None:
            self.interceptor.enter(session)


INSTALLED: Final = _Installed()
_LOCK: Final = Lock()


@contextmanager
def intercepted(interceptor: Interceptor) -> Iterator[None]:
    """Install an interceptor for a `with` block, in place of one that is installed.

    It is one for the whole process, since a client's workers are threads of their own. Raises `InvalidRequestError`
    where one is installed by another thread.
    """
    before = _install(interceptor, get_ident())
    try:
        yield
    finally:
        with _LOCK:
            _set(*before)


def _install(interceptor: Interceptor, thread: int) -> tuple[Interceptor | None, int | None]:
    with _LOCK:
        before = INSTALLED.interceptor, INSTALLED.thread
        if before[0] is not None and before[1] != thread:
            msg = "a cassette is in use on another thread: one of them would answer the requests of both"
            raise InvalidRequestError(msg)
        _set(interceptor, thread)
        return before


def _set(interceptor: Interceptor | None, thread: int | None) -> None:
    """Install an interceptor, None for none, and let every client go by its clock; called with the lock."""
    INSTALLED.interceptor, INSTALLED.thread = interceptor, thread
    INSTALLED.clock = interceptor.clock if interceptor is not None else None
    for each in list(_CLOCKS):
        each.current = INSTALLED.clock or each.own


class ClientClock:
    """The clock of a client: its own, or that of the interceptor while one with a clock is installed.

    `current` is the one of them that holds now. Whatever else its own clock can do, such as `advance`, it can do too.
    """

    __slots__ = ("__weakref__", "current", "own")

    def __init__(self, own: Clock) -> None:
        self.own = own
        with _LOCK:
            self.current: Clock = INSTALLED.clock or own
            _CLOCKS.add(self)

    if TYPE_CHECKING:

        def monotonic(self) -> float:
            """Give seconds that only grow."""
            ...

        def now(self) -> datetime:
            """Give the moment, aware, in UTC."""
            ...

        def sleep(self, seconds: float) -> None:
            """Wait."""
            ...

    else:
        # Each request reads the time seven times: a getter in C adds no call of ours to any of them.
        monotonic = property(attrgetter("current.monotonic"))
        now = property(attrgetter("current.now"))
        sleep = property(attrgetter("current.sleep"))

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the clock has beyond the protocol
        if name in self.__slots__:
            raise AttributeError(name)  # a copy that is not made yet
        return getattr(self.own, name)


_CLOCKS: Final[WeakSet[ClientClock]] = WeakSet()
"""The clocks of all clients, which follow the installed interceptor."""
