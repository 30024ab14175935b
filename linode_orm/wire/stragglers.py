"""Stragglers: updates that were never answered, and may take effect after a newer one."""

from __future__ import annotations

from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from linode_orm.errors import ServerError, TransportError

if TYPE_CHECKING:
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
        self._lock = Lock()

    def note(self, request: Request, error: Exception) -> None:
        """Remember an update that failed in a way that leaves it running, perhaps."""
        if request.method != "PUT" or not _may_be_running(error):
            return
        now = self._clock.monotonic()
        with self._lock:
            alive = {path: [each for each in those if each.end > now] for path, those in self._by_path.items()}
            alive.setdefault(request.path, []).append(_Straggler(request.body, now + self._settle))
            self._by_path = {path: those for path, those in alive.items() if those}

    def pause(self, request: Request) -> float:
        """Give the seconds to wait before sending an update, lest an older one that says otherwise come after it."""
        if request.method != "PUT" or request.path not in self._by_path:
            return 0.0
        now = self._clock.monotonic()
        those = self._by_path.get(request.path, ())
        return max(
            (max(0.0, each.end - now) for each in those if _says_otherwise(each.body, request.body)), default=0.0
        )


def _may_be_running(error: Exception) -> bool:
    if isinstance(error, TransportError):
        return error.sent is not False
    return isinstance(error, ServerError) and error.status == HTTPStatus.GATEWAY_TIMEOUT


def _says_otherwise(old: object, new: object) -> bool:
    if isinstance(old, dict) and isinstance(new, dict):
        return any(key in old and old[key] != value for key, value in new.items())
    return old != new
