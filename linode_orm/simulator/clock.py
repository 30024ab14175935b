"""Simulated time: it stands still unless a client sleeps, a test advances it, or it is set running."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Final

_SECONDS: Final = len("2026-01-01T00:00:00")
EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


class VirtualClock:
    """A clock that client and simulator share: `sleep` returns at once and moves the time on.

    A running clock (`running=True`, as under HTTP) also follows real time, and its `sleep` takes that time.
    """

    def __init__(self, start: datetime = EPOCH, *, running: bool = False) -> None:
        self._start = start
        self._elapsed = 0.0
        self._lock = threading.Lock()
        self._since = time.monotonic() if running else None
        self._elapsed_before: float | None = None

    @property
    def running(self) -> bool:
        """Whether the clock follows real time."""
        return self._since is not None

    def run(self) -> None:
        """Follow the machine's clock from now on, its date too, because clients compare it with their own.

        What `advance` adds from now on is added to the machine's time.
        """
        if self._since is None:
            self._since = time.monotonic()
        self._elapsed_before = self._elapsed

    def monotonic(self) -> float:
        """Return the seconds since the clock was made."""
        real = time.monotonic() - self._since if self._since is not None else 0.0
        return self._elapsed + real

    def now(self) -> datetime:
        """Return the simulated moment, in UTC."""
        if self._elapsed_before is not None:
            return datetime.now(UTC) + timedelta(seconds=self._elapsed - self._elapsed_before)
        return self._start + timedelta(seconds=self.monotonic())

    def advance(self, seconds: float) -> None:
        """Move the time on."""
        if seconds < 0:
            msg = f"time does not go back: advance({seconds})"
            raise ValueError(msg)
        with self._lock:
            self._elapsed += seconds

    def sleep(self, seconds: float) -> None:
        """Wait in real time if the clock runs; move the time on otherwise."""
        if self.running:
            time.sleep(seconds)
        else:
            self.advance(max(seconds, 0.0))


def text(moment: datetime) -> str:
    """Return an API timestamp: UTC, whole seconds, no zone (docs/api-notes.md#timestamps)."""
    return moment.isoformat(timespec="seconds")[:_SECONDS]
