"""The network guard: no test reaches the real API, unless it is marked."""

from __future__ import annotations

import http.client
import re
import socket
import threading
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from linode_orm import _test_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from linode_orm.errors import InvalidRequestError

API_HOST: Final = re.compile(r"(?:[\w-]+\.)*(?:[\w-]*api|login)(?:\.[\w-]+)*\.linode\.com\.?", re.IGNORECASE)
"""The names of the API: `api.linode.com`, `api.dev.linode.com`, `monitor-api.linode.com`, `login.linode.com`."""

WAYS: Final = (
    "use the fixture linode_session or linode_client (a simulated account), use linode_cassette (recorded answers), "
    "or mark the test with @pytest.mark.linode_real"
)
_ASKED: Final = (
    (socket, "getaddrinfo"),
    (socket, "gethostbyname"),
    (socket, "gethostbyname_ex"),
    (http.client.HTTPConnection, "set_tunnel"),  # through a proxy, which looks the name up itself
)
"""The functions of the standard library that take the name of a host; a method's first argument is its object."""


class NetworkGuard(_test_run.TestRun):
    """Refuses connections to the real API, and remembers what it has refused.

    A client asks it before it connects, also through a proxy, and before each request on a connection that is open. Of
    other libraries it sees the names that they look up in `socket`, and those that `http.client` gives to a proxy. A
    program in another process, and a resolver that is no part of Python, it does not see.
    """

    def __init__(self) -> None:
        self._refused: list[InvalidRequestError] = []
        self._open = 0
        self._has_recorder = False
        self._originals: list[tuple[object, str, Callable[..., object]]] = []
        self._lock = threading.Lock()

    # -- in and out --------------------------------------------------------------------------------------------------

    def install(self) -> None:
        """Begin to refuse."""
        _test_run.install(self)
        for owner, name in _ASKED:
            original = getattr(owner, name)
            self._originals.append((owner, name, original))
            setattr(owner, name, self._guarded(original, at=1 if isinstance(owner, type) else 0))

    def uninstall(self) -> None:
        """End, and restore what was there."""
        _test_run.uninstall(self)
        while self._originals:
            setattr(*self._originals.pop())

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Refuse nothing in a `with` block."""
        with self._lock:
            self._open += 1
        try:
            yield
        finally:
            with self._lock:
                self._open -= 1

    def _guarded(self, function: Callable[..., object], *, at: int) -> Callable[..., object]:
        @wraps(function)
        def guarded(*arguments: Any, **options: Any) -> object:  # noqa: ANN401  as the library has it
            host = arguments[at] if len(arguments) > at else options.get("host")
            name = host.decode("ascii", "replace") if isinstance(host, (bytes, bytearray)) else host
            if isinstance(name, str) and API_HOST.fullmatch(name):
                self.check_host(name)
            return function(*arguments, **options)

        return guarded

    # -- what the client asks ----------------------------------------------------------------------------------------

    def check_host(self, host: str) -> None:
        """Raise `InvalidRequestError`, and remember it, unless the guard is open."""
        if self._open:
            return
        from linode_orm.errors import InvalidRequestError  # noqa: PLC0415  most test runs refuse nothing

        error = InvalidRequestError(f"no test may reach the real API ({host}); {WAYS}")
        with self._lock:
            self._refused.append(error)
        raise error

    def recorder_seen(self) -> None:
        """Remember that a recorder is at work."""
        self._has_recorder = True

    # -- what the run asks -------------------------------------------------------------------------------------------

    def take_refused(self) -> list[InvalidRequestError]:
        """Return what was refused since the last call."""
        with self._lock:
            refused, self._refused = self._refused, []
        return refused

    def take_recorder(self) -> bool:
        """Whether a recorder was at work since the last call."""
        seen, self._has_recorder = self._has_recorder, False
        return seen
