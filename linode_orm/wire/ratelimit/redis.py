"""The counter of requests that processes share: Redis, through the limits library."""

from __future__ import annotations

import logging
import os
import re
from hashlib import sha256
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol, cast
from uuid import uuid4

from linode_orm.errors import ConfigError
from linode_orm.wire.ratelimit.fixed_window import ReportedFixedWindow
from linode_orm.wire.ratelimit.limiter import Denial

if TYPE_CHECKING:
    from linode_orm.wire.clock import Clock
    from linode_orm.wire.ratelimit.limiter import Permit
    from linode_orm.wire.ratelimit.sliding_log import SlidingLog

_log: Final = logging.getLogger("linode_orm.rates")
_PREFIX: Final = "linode_orm"
_EXPIRY: Final = 600
_PROCESS_LIFETIME: Final = 90.0
_HEARTBEAT: Final = 20.0
_RECONNECT_AFTER: Final = 10.0
_TIMEOUT: Final = 1.0
_SLOW: Final = 0.5
"""Seconds over one request after which a Redis counts as unreachable."""
_PLAUSIBLE: Final = 5.0
_STARVED_PERIODS: Final = 2
_ASSUMED_PROCESSES: Final = 4
"""How many processes are assumed if Redis was never reached."""


class _Storage(Protocol):
    """What is used of `limits.storage.RedisStorage`."""

    base_exceptions: type[Exception] | tuple[type[Exception], ...]

    def incr(self, key: str, expiry: int, amount: int = 1) -> int: ...

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool: ...

    def clear_sliding_window(self, key: str, expiry: int) -> None: ...

    def get_connection(self) -> Any: ...  # noqa: ANN401  the client of the redis library


class RedisCounter:
    """Counts requests in Redis, together with every process that has the same account and the same address of Redis.

    If Redis is unreachable, is slow or holds something else under a key of ours, this process keeps to its part of
    every budget, and tries Redis again every ten seconds. Making one connects to nothing.
    """

    def __init__(
        self, uri: str, account: tuple[str, str | None], clock: Clock, *, processes: int | None = None
    ) -> None:
        self.name = _redacted(uri)
        self._storage = _storage(uri)
        errors = self._storage.base_exceptions
        # promise 41b: what Redis holds may be no text and no number
        self._errors: tuple[type[Exception], ...] = (ValueError, *(errors if isinstance(errors, tuple) else (errors,)))
        self._clock = clock
        # A hash, so that Redis never sees the token.
        self._account = sha256("\n".join([account[0], account[1] or ""]).encode()).hexdigest()[:16]
        self._given_processes = processes
        self._seen_processes = processes or 1
        self._are_processes_known = processes is not None
        self._identity = (os.getpid(), uuid4().hex)
        self._lock = Lock()
        self._unreachable_until: float | None = None
        self._warned = False
        self._last_heartbeat = float("-inf")
        self._refused_since: dict[str, float] = {}

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
        return self._seen_processes if self._are_processes_known else _ASSUMED_PROCESSES

    def deny(self, permit: Permit) -> Denial | None:
        """Count a request for all processes; return what keeps it from being sent, None if nothing does."""
        if self._unreachable_until is not None:
            return None
        if self._identity[0] != os.getpid():
            self._identity, self._lock = (os.getpid(), uuid4().hex), Lock()
        now = self._clock.monotonic()
        try:
            self._heartbeat(now)
            denial = self._count(permit, now)
        except self._errors as error:
            self._mark_unreachable(type(error).__name__)  # promise 41c: the request is sent all the same
            return None
        if self._clock.monotonic() - now > _SLOW:
            self._mark_unreachable("slow")
        elif self._warned and self._unreachable_until is None:
            self._warned = False
            _log.info("the shared budget at %s is back", self.name)
        return denial

    def _count(self, permit: Permit, now: float) -> Denial | None:
        counted: list[str] = []
        for bucket, probe in zip(permit.buckets, permit.probes, strict=True):
            if isinstance(bucket, ReportedFixedWindow):
                prefix = f"{permit.endpoint.name}:{bucket.limit}"
                # A probe is counted in the window that it opens.
                if probe:
                    denial = self._claim_probe(prefix, bucket, probe, permit)
                else:
                    denial = self._count_in_window(prefix, bucket, counted, now)
            else:
                key = self._key("class", permit.endpoint.policy.name)
                denial = None if self._acquire_sliding(key, bucket, now) else Denial(bucket)
            if denial is not None:
                for each in counted:
                    self._storage.incr(each, _EXPIRY, -1)
                return denial
        return None

    def _acquire_sliding(self, key: str, log: SlidingLog, now: float) -> bool:
        """Count in a sliding log; a key that refuses for longer than two periods holds no count of ours."""
        per = int(log.per)
        is_counted = self._storage.acquire_sliding_window_entry(key, log.allowance(now, 1), per)
        if is_counted:
            self._refused_since.pop(key, None)
        elif now - self._refused_since.setdefault(key, now) > _STARVED_PERIODS * per:
            self._storage.clear_sliding_window(key, per)
        return is_counted

    def _count_in_window(
        self, prefix: str, window: ReportedFixedWindow, counted: list[str], now: float
    ) -> Denial | None:
        with self._lock:
            if window.confirmed and window.name_agreed_for != window.reset:
                self._agree_on_name(prefix, window)
            name, uncounted, window.uncounted = window.name, window.uncounted, 0
        counted.append(self._key(prefix, name))
        total = self._storage.incr(counted[-1], _EXPIRY, 1 + uncounted)
        window.shared_usage = max(total - window.used, 0)
        return None if total <= window.allowance(now, 1) else Denial(window, name)  # promise 40: all processes share it

    def _claim_probe(self, prefix: str, window: ReportedFixedWindow, probe: int, permit: Permit) -> Denial | None:
        """Let one process at a time probe the end of a window; the others learn the result."""
        if not window.confirmed:
            return None
        earliest, redis = window.earliest, self._storage.get_connection()
        key = self._key(prefix, f"end@{round(window.reset or 0)}")
        latest, theirs = (None if each is None else float(each) for each in redis.hmget(key, "late", "early"))
        if not all(each is None or abs(each - earliest) <= _PLAUSIBLE for each in (latest, theirs)):
            msg = "these seconds cannot be the result of a probe"
            raise ValueError(msg)
        if latest is not None or (theirs is not None and theirs > earliest):
            return Denial(window, earliest=theirs or earliest, latest=latest)
        if not redis.hsetnx(key, f"{earliest:.2f}", 1):
            return Denial(window)
        redis.expire(key, _EXPIRY)
        permit.claimed_probes.append((window, probe, key))
        return None

    def publish_probes(self, permit: Permit) -> None:
        """Tell the other processes the results of its probes."""
        try:
            for window, probe, key in permit.claimed_probes:
                has_ended = window.number != probe
                self._storage.get_connection().hset(
                    key, "late" if has_ended else "early", window.latest if has_ended else window.earliest
                )
        except self._errors as error:
            self._mark_unreachable(type(error).__name__)

    def _agree_on_name(self, prefix: str, window: ReportedFixedWindow) -> None:
        """Agree with the other processes on the name of a window: the first that sees its reset has named it."""
        reset = round(window.reset or 0)
        redis = self._storage.get_connection()
        keys = [self._key(prefix, f"@{each}") for each in (reset, reset - 1, reset + 1)]
        known = next((each for each in redis.mget(keys) if each is not None), None)
        is_first = known is None and bool(redis.set(keys[0], window.name, nx=True, ex=_EXPIRY))
        name = window.name if is_first else (known or redis.get(keys[0]) or b"").decode()
        if not is_first and window.uncounted_on_join is not None:
            window.uncounted = window.uncounted_on_join
        elif name != window.name:
            # All but the one that is being counted.
            window.uncounted = window.used - 1
        window.name = name
        window.name_agreed_for = window.reset

    def _key(self, prefix: str, name: str) -> str:
        return f"{_PREFIX}:{self._account}:{prefix}:{name}"

    # -- the processes that share it -----------------------------------------------------------------------------------

    def _heartbeat(self, now: float) -> None:
        """Show the other processes every 20 seconds that this one runs, and count them."""
        if self._given_processes is not None or now < self._last_heartbeat + _HEARTBEAT:
            return
        self._last_heartbeat = now
        redis = self._storage.get_connection()
        key, server_time = f"{_PREFIX}:{self._account}:processes", redis.time()[0]
        redis.zadd(key, {self._identity[1]: server_time})
        redis.zremrangebyscore(key, "-inf", server_time - _PROCESS_LIFETIME)
        redis.expire(key, _EXPIRY)
        self._seen_processes, self._are_processes_known = max(int(redis.zcard(key)), 1), True

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
            self._storage.get_connection().ping()
        except self._errors:
            return
        self._unreachable_until = None


def _storage(uri: str) -> _Storage:
    try:
        storage = import_module("limits.storage").RedisStorage
        retry = import_module("redis.retry").Retry(import_module("redis.backoff").NoBackoff(), 0)
    except ImportError as error:
        msg = "budget='redis://...' needs the limits library: pip install 'linode_orm[redis]'"
        raise ConfigError(msg) from error
    options = {"socket_timeout": _TIMEOUT, "socket_connect_timeout": _TIMEOUT, "retry": retry}
    try:
        return cast("_Storage", storage(uri, key_prefix="", **options))
    except ValueError as error:
        reason = type(error).__name__
    # Raised outside of the handler: the context of the error may hold a part of the password.
    msg = f"{_redacted(uri)} is no address of a Redis: {reason}"
    raise ConfigError(msg)


def _redacted(uri: str) -> str:
    """Return an address without what may be secret in it."""
    scheme, _, rest = uri.partition("://")
    before, _, place = rest.rpartition("@")
    place = re.split(r"[?#]", place)[0]
    # The part before may hold a password that is not quoted as it should be.
    return f"{scheme}://{'...' if re.search(r'[?#]', before) else place}"
