"""The counter of requests that processes share through Redis, as long as it can be reached."""

from __future__ import annotations

import logging
import os
from threading import Lock
from typing import TYPE_CHECKING, Final
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Sequence

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.ratelimit.bucket import Acquisition, Denial
    from linode_orm.wire.ratelimit.redis_store import RedisStore

_log: Final = logging.getLogger("linode_orm.rates")
_HEARTBEAT: Final = 20.0
_RECONNECT_AFTER: Final = 10.0
_SLOW: Final = 0.5
"""Seconds over one request after which a Redis counts as unreachable."""
_ASSUMED_PROCESSES: Final = 4
"""How many processes are assumed if Redis was never reached."""


class RedisCounter:
    """Counts requests in Redis, together with every process that has the same account and the same address of Redis.

    If Redis is unreachable, is slow or holds something else under a key of ours, this process keeps to its part of
    every budget, and tries Redis again every ten seconds. `processes` is how many share the budget, None to count them.
    """

    def __init__(self, store: RedisStore, clock: Clock, *, processes: int | None = None) -> None:
        self.name = store.name
        self._store = store
        self._clock = clock
        self._given_processes = processes
        self._seen_processes: int | None = None
        self._identity = (os.getpid(), uuid4().hex)
        self._lock = Lock()
        self._unreachable_until: float | None = None
        self._warned = False
        self._last_heartbeat = float("-inf")

    def share(self) -> float:
        """Return the part of every budget that this process may use alone: 1 while Redis counts for all."""
        until = self._unreachable_until
        if until is not None and self._clock.monotonic() >= until:
            self._reconnect()
        return self.part

    @property
    def part(self) -> float:
        """The same, without trying Redis."""
        return 1.0 if self._unreachable_until is None else 1 / self.processes  # promise 41a: each process has its part

    @property
    def processes(self) -> int:
        """How many processes share the budget, as given or as last seen."""
        return self._given_processes or self._seen_processes or _ASSUMED_PROCESSES

    def deny(self, acquisitions: Sequence[Acquisition]) -> Denial | None:
        """Count a request for all processes; return what keeps it from being sent, None if nothing does."""
        if self._unreachable_until is not None:
            return None
        if self._identity[0] != os.getpid():
            # A fork may have copied the locks while another thread held them.
            self._identity = (os.getpid(), uuid4().hex)
            self._lock, self._store.lock = Lock(), Lock()
        now = self._clock.monotonic()
        try:
            self._heartbeat(now)
            denial = self._count(acquisitions, now)
        except self._store.errors as error:
            self._mark_unreachable(type(error).__name__)  # promise 41c: the request is sent all the same
            return None
        # Every request waits for this counter: a smaller budget of its own is quicker than a slow shared one.
        if self._clock.monotonic() - now > _SLOW:
            self._mark_unreachable("slow")
        elif self._warned and self._unreachable_until is None:
            self._warned = False
            _log.info("the shared budget at %s is back", self.name)
        return denial

    def _count(self, acquisitions: Sequence[Acquisition], now: float) -> Denial | None:
        for each in acquisitions:
            denial = each.bucket.count_shared(self._store, each, now)
            if denial is not None:
                # All or nothing, as in one process: what was counted before the denial is taken back.
                for counted in acquisitions:
                    if counted.counted_key:
                        self._store.add(counted.counted_key, -1)
                return denial
        return None

    def publish_probes(self, acquisitions: Sequence[Acquisition]) -> None:
        """Tell the other processes the results of the probes that this process claimed."""
        try:
            for each in acquisitions:
                if each.claimed_key:
                    each.bucket.publish_probe(self._store, each)
        except self._store.errors as error:
            self._mark_unreachable(type(error).__name__)

    def _heartbeat(self, now: float) -> None:
        """Show the other processes every 20 seconds that this one runs, and count them."""
        if self._given_processes is not None or now < self._last_heartbeat + _HEARTBEAT:
            return
        self._last_heartbeat = now
        self._seen_processes = self._store.count_processes(self._identity[1])

    def _mark_unreachable(self, why: str) -> None:
        with self._lock:
            is_first, self._warned = not self._warned, True
            self._unreachable_until = self._clock.monotonic() + _RECONNECT_AFTER
        if is_first:
            # The message of an error may hold the address, with its password.
            _log.warning(
                "the shared budget at %s cannot be used (%s): this process keeps to 1/%d of every budget",
                self.name,
                why,
                self.processes,
            )

    def _reconnect(self) -> None:
        with self._lock:
            # One thread tries, the others go on meanwhile.
            self._unreachable_until = self._clock.monotonic() + _RECONNECT_AFTER
        try:
            self._store.ping()
        except self._store.errors:
            return
        self._unreachable_until = None
