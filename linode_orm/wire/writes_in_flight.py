"""Writes in flight: updates and deletions without an answer, which may take effect after a newer request."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from linode_orm.wire.outcome import outcome_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import Request


class _Write(NamedTuple):
    body: object
    ends_at: float


class WritesInFlight:
    """The writes that may still run at the API: a newer update of the same object waits, or the older one undoes it.

    A request without an answer runs for no longer than `max_request_lifetime` seconds. Thread-safe.
    """

    def __init__(self, clock: Clock, max_request_lifetime: float) -> None:
        self._clock, self._max_request_lifetime = clock, max_request_lifetime
        self._by_path: dict[str, list[_Write]] = {}
        self._held: dict[str, tuple[frozenset[str], float]] = {}
        self._lock = Lock()

    def record(self, request: Request, error: Exception) -> None:
        """Record an update or a deletion whose failure does not show that it has ended."""
        # promise 14b: a deletion may still run, too
        if request.method not in {"PUT", "DELETE"} or not outcome_of(error).may_be_running:
            return
        now = self._clock.monotonic()
        with self._lock:
            running = {path: [each for each in those if each.ends_at > now] for path, those in self._by_path.items()}
            running.setdefault(request.path, []).append(_Write(request.body, now + self._max_request_lifetime))
            self._by_path = {path: those for path, those in running.items() if those}

    def record_all(self, requests: Iterable[Request], error: Exception) -> None:
        """Record each of the requests that one request, which failed so, replaces."""
        for request in requests:
            self.record(request, error)

    def hold(self, path: str, keys: Collection[str]) -> None:
        """Let nothing free these keys of an object for a request's lifetime: a second creation of it may be running.

        The API refuses that creation for as long as the object at `path` has these keys.
        """
        with self._lock:
            self._held[path] = frozenset(keys), self._clock.monotonic() + self._max_request_lifetime

    def seconds_left(self, path: str) -> float:
        """Return the seconds for which a write of that path may still take effect, 0 if none may."""
        now = self._clock.monotonic()
        return max([0.0, *(each.ends_at - now for each in self._by_path.get(path, ()))])

    def delay(self, request: Request, new_path: str | None = None) -> float:
        """Return the seconds to wait before a request that an older write, still running, would undo.

        That is an update where an older one sets another value, or a write that frees the key of an object that was
        created twice. It is also one that gives its object the path `new_path`, where an older write would reach it.
        """
        now = self._clock.monotonic()
        keys, held_until = self._held.get(request.path, (frozenset[str](), now))
        frees_key = request.method == "DELETE" or (isinstance(request.body, dict) and not keys.isdisjoint(request.body))
        ends = [held_until] if frees_key and request.method in {"PUT", "DELETE"} else []
        if request.method == "PUT":
            older = self._by_path.get(request.path, ())
            # promise 11: the older update ends first
            ends += [each.ends_at for each in older if _differs(each.body, request.body)]
        if new_path is not None:
            ends += [each.ends_at for each in self._by_path.get(new_path, ())]
        return max([0.0, *(each - now for each in ends)])


def _differs(old: object, new: object) -> bool:
    """Whether an older body sets another value for something that the newer one sets."""
    if isinstance(old, dict) and isinstance(new, dict):
        return any(key in old and old[key] != value for key, value in new.items())
    return old != new
