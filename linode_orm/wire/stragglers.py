"""Stragglers: updates and deletions that were never answered, and may take effect after a newer request."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from linode_orm.wire.outcome import outcome_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import Request


class _Straggler(NamedTuple):
    body: object
    end: float


class Stragglers:
    """What may still be running at the API: a newer update of the same object has to wait for it, or would be lost."""

    def __init__(self, clock: Clock, settle: float) -> None:
        self._clock, self._settle = clock, settle
        self._by_path: dict[str, list[_Straggler]] = {}
        self._held: dict[str, tuple[frozenset[str], float]] = {}
        self._lock = Lock()

    def note(self, request: Request, error: Exception) -> None:
        """Remember an update or a deletion that failed in a way that leaves it running, perhaps."""
        if request.method not in {"PUT", "DELETE"} or not outcome_of(error).may_be_running:
            return
        now = self._clock.monotonic()
        with self._lock:
            alive = {path: [each for each in those if each.end > now] for path, those in self._by_path.items()}
            alive.setdefault(request.path, []).append(_Straggler(request.body, now + self._settle))
            self._by_path = {path: those for path, those in alive.items() if those}

    def note_all(self, requests: Iterable[Request], error: Exception) -> None:
        """Remember the updates that one request stands for, which failed so."""
        for request in requests:
            self.note(request, error)

    def hold(self, path: str, keys: Collection[str]) -> None:
        """Remember an object of which a second creation may be running, refused as long as this one has these keys."""
        with self._lock:
            self._held[path] = frozenset(keys), self._clock.monotonic() + self._settle

    def left(self, path: str) -> float:
        """Give the seconds for which an update of that path, which was never answered, may still be running."""
        now = self._clock.monotonic()
        return max([0.0, *(each.end - now for each in self._by_path.get(path, ()))])

    def pause(self, request: Request, takes: str | None = None) -> float:
        """Give the seconds to wait before sending what an older request, still running, would spoil.

        That is an update where an older one says otherwise, what frees the key of an object that was sent twice, and
        what gives its object the path `takes`, where an older update, or a deletion, would find it.
        """
        now = self._clock.monotonic()
        keys, end = self._held.get(request.path, (frozenset[str](), now))
        frees = request.method == "DELETE" or (isinstance(request.body, dict) and not keys.isdisjoint(request.body))
        ends = [end] if frees and request.method in {"PUT", "DELETE"} else []
        if request.method == "PUT":
            older = self._by_path.get(request.path, ())
            ends += [each.end for each in older if _says_otherwise(each.body, request.body)]
        if takes is not None:
            ends += [each.end for each in self._by_path.get(takes, ())]
        return max([0.0, *(each - now for each in ends)])


def _says_otherwise(old: object, new: object) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return any(key in old and old[key] != value for key, value in new.items())
    return old != new
