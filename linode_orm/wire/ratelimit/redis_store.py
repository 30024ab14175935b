"""The shared store in Redis, through the storage of the limits library."""

from __future__ import annotations

import re
from hashlib import sha256
from importlib import import_module
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from linode_orm.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from limits.storage import RedisStorage

_PREFIX: Final = "linode_orm"
_EXPIRY: Final = 600
_PROCESS_LIFETIME: Final = 90.0
_TIMEOUT: Final = 1.0


class RedisStore:
    """Counts and values in Redis, under a prefix of one account. Making one connects to nothing.

    Raises `ConfigError` for what is no address of a Redis, or if the limits library is not installed.
    """

    def __init__(self, uri: str, account: tuple[str, str | None]) -> None:
        self.name = redacted(uri)
        self.lock = Lock()
        self._storage = _storage(uri)
        errors = self._storage.base_exceptions
        # promise 41b: what Redis holds may be no text and no number
        self.errors: tuple[type[Exception], ...] = (ValueError, *(errors if isinstance(errors, tuple) else (errors,)))
        # A hash, so that Redis never sees the token.
        digest = sha256("\n".join([account[0], account[1] or ""]).encode()).hexdigest()[:16]
        self._prefix = f"{_PREFIX}:{digest}"

    def add(self, key: str, amount: int) -> int:
        """Add to a count; return the sum."""
        return self._storage.incr(self._key(key), _EXPIRY, amount)

    def acquire_sliding(self, key: str, limit: int, per: int) -> bool:
        """Count a request if there were fewer than `limit` in the last `per` seconds; return whether it was counted."""
        return self._storage.acquire_sliding_window_entry(self._key(key), limit, per)

    def clear_sliding(self, key: str, per: int) -> None:
        """Forget the requests that `acquire_sliding` has counted."""
        self._storage.clear_sliding_window(self._key(key), per)

    def first(self, keys: Sequence[str]) -> str | None:
        """Return the value of the first of these keys that has one."""
        found = next(
            (each for each in self._redis().mget([self._key(each) for each in keys]) if each is not None), None
        )
        return None if found is None else found.decode()

    def set_once(self, key: str, value: str) -> bool:
        """Set a value if the key has none; return whether it was set."""
        return bool(self._redis().set(self._key(key), value, nx=True, ex=_EXPIRY))

    def seconds(self, key: str, fields: Sequence[str]) -> list[float | None]:
        """Return the numbers in these fields of a key, None for each that is missing."""
        return [None if each is None else float(each) for each in self._redis().hmget(self._key(key), *fields)]

    def set_seconds(self, key: str, field: str, seconds: float) -> None:
        """Set a field of a key."""
        self._redis().hset(self._key(key), field, seconds)

    def claim(self, key: str, field: str) -> bool:
        """Set a field of a key if it is not set; return whether this process was the first."""
        redis = self._redis()
        is_first = bool(redis.hsetnx(self._key(key), field, 1))
        if is_first:
            redis.expire(self._key(key), _EXPIRY)
        return is_first

    def count_processes(self, identity: str) -> int:
        """Show the other processes that this one runs; return how many have done so in the last 90 seconds."""
        redis, key = self._redis(), self._key("processes")
        server_time = redis.time()[0]
        redis.zadd(key, {identity: server_time})
        redis.zremrangebyscore(key, "-inf", server_time - _PROCESS_LIFETIME)
        redis.expire(key, _EXPIRY)
        return max(int(redis.zcard(key)), 1)

    def ping(self) -> None:
        """Raise the error of the redis library if Redis cannot be reached."""
        self._redis().ping()

    def _redis(self) -> Any:  # noqa: ANN401  the client of the redis library
        return self._storage.get_connection()

    def _key(self, key: str) -> str:
        return f"{self._prefix}:{key}"


def _storage(uri: str) -> RedisStorage:
    try:
        storage: type[RedisStorage] = import_module("limits.storage").RedisStorage
        retry = import_module("redis.retry").Retry(import_module("redis.backoff").NoBackoff(), 0)
    except ImportError as error:
        msg = "budget='redis://...' needs the limits library: pip install 'linode_orm[redis]'"
        raise ConfigError(msg) from error
    options = {"socket_timeout": _TIMEOUT, "socket_connect_timeout": _TIMEOUT, "retry": retry}
    try:
        return storage(uri, key_prefix="", **options)
    except ValueError as error:
        reason = type(error).__name__
    # Raised outside of the handler: the context of the error may hold a part of the password.
    msg = f"{redacted(uri)} is no address of a Redis: {reason}"
    raise ConfigError(msg)


def redacted(uri: str) -> str:
    """Return an address without what may be secret in it."""
    scheme, _, rest = uri.partition("://")
    before, _, place = rest.rpartition("@")
    place = re.split(r"[?#]", place)[0]
    # The part before may hold a password that is not quoted as it should be.
    return f"{scheme}://{'...' if re.search(r'[?#]', before) else place}"
