"""One budget for many processes, counted in Redis through the limits library."""

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
from linode_orm.wire.budget import Held
from linode_orm.wire.windows import Window

if TYPE_CHECKING:
    from linode_orm.wire.budget import Ticket
    from linode_orm.wire.clock import Clock
    from linode_orm.wire.sliding import Log

_log: Final = logging.getLogger("linode_orm.rates")
_PREFIX: Final = "linode_orm"
_KEPT: Final = 600
_ALIVE: Final = 90.0
_SHOWS: Final = 20.0
_TRIES_AGAIN: Final = 10.0
_TIMEOUT: Final = 1.0
_SLOW: Final = 0.5
"""Seconds over one request after which a Redis counts as gone."""
_NEAR: Final = 5.0
_STARVED: Final = 2
_UNKNOWN: Final = 4
"""How many processes are assumed where Redis never said."""


class _Storage(Protocol):
    """What is used of `limits.storage.RedisStorage`."""

    base_exceptions: type[Exception] | tuple[type[Exception], ...]

    def incr(self, key: str, expiry: int, amount: int = 1) -> int: ...

    def acquire_sliding_window_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool: ...

    def clear_sliding_window(self, key: str, expiry: int) -> None: ...

    def get_connection(self) -> Any: ...  # noqa: ANN401  the client of the redis library


class SharedBudget:
    """Counts requests in Redis, together with every process that has the same account and the same place.

    Where Redis is gone, is slow or holds what is no count of ours, this process keeps to its part of every budget, and
    looks for Redis again every ten seconds. Making one connects to nothing.
    """

    def __init__(
        self, uri: str, account: tuple[str, str | None], clock: Clock, *, processes: int | None = None
    ) -> None:
        self.name = _shown(uri)
        self._storage = _storage(uri)
        found = self._storage.base_exceptions
        # promise 41b: what Redis holds may be no text and no number
        self._errors: tuple[type[Exception], ...] = (ValueError, *(found if isinstance(found, tuple) else (found,)))
        self._clock = clock
        # the token itself stays here
        self._account = sha256("\n".join([account[0], account[1] or ""]).encode()).hexdigest()[:16]
        self._told = processes
        self._found = processes or 1
        self._met = processes is not None
        self._identity = (os.getpid(), uuid4().hex)
        self._lock = Lock()
        self._gone_until: float | None = None
        self._warned = False
        self._shown_at = float("-inf")
        self._waits: dict[str, float] = {}

    def share(self) -> float:
        """Give the part of every budget that is this process's alone: 1 while Redis counts for all."""
        gone = self._gone_until
        if gone is not None and self._clock.monotonic() >= gone:
            self._reach()
        return self.part

    @property
    def part(self) -> float:
        """The same, without looking for Redis."""
        return 1.0 if self._gone_until is None else 1 / self.processes  # promise 41a: each process has its part

    @property
    def processes(self) -> int:
        """How many processes share the budget, as told or as last seen."""
        return self._found if self._met else _UNKNOWN

    def refuses(self, ticket: Ticket) -> Held | None:
        """Count a request for all processes; say what keeps it from being sent, if anything does."""
        if self._gone_until is not None:
            return None
        if self._identity[0] != os.getpid():
            self._identity, self._lock = (os.getpid(), uuid4().hex), Lock()
        now = self._clock.monotonic()
        try:
            self._show(now)
            held = self._refused(ticket, now)
        except self._errors as error:
            self._lost(type(error).__name__)  # promise 41c: the request is sent all the same
            return None
        if self._clock.monotonic() - now > _SLOW:
            self._lost("slow")
        elif self._warned and self._gone_until is None:
            self._warned = False
            _log.info("the shared budget at %s is back", self.name)
        return held

    def _refused(self, ticket: Ticket, now: float) -> Held | None:
        counted: list[str] = []
        for budget, trial in zip(ticket.budgets, ticket.trials, strict=True):
            if isinstance(budget, Window):
                kind = f"{ticket.endpoint.name}:{budget.limit}"
                # a trial is counted in the window that it opens
                held = self._tries(kind, budget, trial, ticket) if trial else self._counted(kind, budget, counted, now)
            else:
                key = self._key("class", ticket.endpoint.kind.name)
                held = None if self._fits(key, budget, now) else Held(budget)
            if held is not None:
                for each in counted:
                    self._storage.incr(each, _KEPT, -1)
                return held
        return None

    def _fits(self, key: str, budget: Log, now: float) -> bool:
        """Count in a budget of unknown windows; what refuses for longer than any window is no count."""
        per = int(budget.per)
        fits = self._storage.acquire_sliding_window_entry(key, budget.allowed(now, 1), per)
        if fits:
            self._waits.pop(key, None)
        elif now - self._waits.setdefault(key, now) > _STARVED * per:
            self._storage.clear_sliding_window(key, per)
        return fits

    def _counted(self, kind: str, budget: Window, counted: list[str], now: float) -> Held | None:
        with self._lock:
            if budget.confirmed and budget.resolved != budget.reset:
                self._resolve(kind, budget)
            name, debt, budget.debt = budget.name, budget.debt, 0
        counted.append(self._key(kind, name))
        together = self._storage.incr(counted[-1], _KEPT, 1 + debt)
        budget.friends = max(together - budget.used, 0)
        return None if together <= budget.allowed(now, 1) else Held(budget, name)  # promise 40: all processes share it

    def _tries(self, kind: str, budget: Window, trial: int, ticket: Ticket) -> Held | None:
        """Let one process at a time try whether a window has ended; the others hear what came of it."""
        if not budget.confirmed:
            return None
        early, redis = budget.early, self._storage.get_connection()
        key = self._key(kind, f"end@{round(budget.reset or 0)}")
        late, theirs = (None if each is None else float(each) for each in redis.hmget(key, "late", "early"))
        if not all(each is None or abs(each - early) <= _NEAR for each in (late, theirs)):
            msg = "no seconds that a trial can have told"
            raise ValueError(msg)
        if late is not None or (theirs is not None and theirs > early):
            return Held(budget, early=theirs or early, late=late)
        if not redis.hsetnx(key, f"{early:.2f}", 1):
            return Held(budget)
        redis.expire(key, _KEPT)
        ticket.claims.append((budget, trial, key))
        return None

    def landed(self, ticket: Ticket) -> None:
        """Tell the others what came of a trial."""
        try:
            for budget, trial, key in ticket.claims:
                ended = budget.number != trial
                self._storage.get_connection().hset(
                    key, "late" if ended else "early", budget.late if ended else budget.early
                )
        except self._errors as error:
            self._lost(type(error).__name__)

    def _resolve(self, kind: str, budget: Window) -> None:
        """Agree with the others on the name of a window: the first that sees when it ends has named it for all."""
        reset = round(budget.reset or 0)
        redis = self._storage.get_connection()
        keys = [self._key(kind, f"@{each}") for each in (reset, reset - 1, reset + 1)]
        named = next((each for each in redis.mget(keys) if each is not None), None)
        first = named is None and bool(redis.set(keys[0], budget.name, nx=True, ex=_KEPT))
        name = budget.name if first else (named or redis.get(keys[0]) or b"").decode()
        if not first and budget.joins is not None:
            budget.debt = budget.joins
        elif name != budget.name:
            # all but the one that is being counted
            budget.debt = budget.used - 1
        budget.name = name
        budget.resolved = budget.reset

    def _key(self, kind: str, name: str) -> str:
        return f"{_PREFIX}:{self._account}:{kind}:{name}"

    # -- who shares --------------------------------------------------------------------------------------------------

    def _show(self, now: float) -> None:
        """Tell the others now and then that this process is there, and count them."""
        if self._told is not None or now < self._shown_at + _SHOWS:
            return
        self._shown_at = now
        redis = self._storage.get_connection()
        key, moment = f"{_PREFIX}:{self._account}:processes", redis.time()[0]
        redis.zadd(key, {self._identity[1]: moment})
        redis.zremrangebyscore(key, "-inf", moment - _ALIVE)
        redis.expire(key, _KEPT)
        self._found, self._met = max(int(redis.zcard(key)), 1), True

    def _lost(self, why: str) -> None:
        with self._lock:
            first, self._warned = not self._warned, True
            self._gone_until = self._clock.monotonic() + _TRIES_AGAIN
        if first:
            # the text of an error may hold the address, with its password
            _log.warning(
                "the shared budget at %s cannot be used (%s): this process keeps to 1/%d of every budget",
                self.name,
                why,
                self.processes,
            )

    def _reach(self) -> None:
        with self._lock:
            # one thread looks, the others go on meanwhile
            self._gone_until = self._clock.monotonic() + _TRIES_AGAIN
        try:
            self._storage.get_connection().ping()
        except self._errors:
            return
        self._gone_until = None


def _storage(uri: str) -> _Storage:
    try:
        kind = import_module("limits.storage").RedisStorage
        retry = import_module("redis.retry").Retry(import_module("redis.backoff").NoBackoff(), 0)
    except ImportError as error:
        msg = "budget='redis://...' needs the limits library: pip install 'linode_orm[redis]'"
        raise ConfigError(msg) from error
    options = {"socket_timeout": _TIMEOUT, "socket_connect_timeout": _TIMEOUT, "retry": retry}
    try:
        return cast("_Storage", kind(uri, key_prefix="", **options))
    except ValueError as error:
        reason = type(error).__name__
    # raised out here: what the error says may hold a part of the password
    msg = f"{_shown(uri)} is no address of a Redis: {reason}"
    raise ConfigError(msg)


def _shown(uri: str) -> str:
    """Give an address without what may be secret in it."""
    scheme, _, rest = uri.partition("://")
    before, _, place = rest.rpartition("@")
    place = re.split(r"[?#]", place)[0]
    # a part of a password that is not quoted as it should be
    return f"{scheme}://{'...' if re.search(r'[?#]', before) else place}"
