"""The simulator's rate limits: off until one is added, then fixed windows and 429s as the API sends them."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from attrs import define, field

from linode_orm.simulator.errors import Refused

if TYPE_CHECKING:
    from linode_orm.simulator.clock import VirtualClock

TOO_MANY_REQUESTS: Final = 429
# What the API reports of endpoints without a smaller limit (docs/api-notes.md#rate-limit-headers).
DEFAULT_LIMIT: Final = 1840
PERIOD: Final = 60.0


@define(eq=False)
class Limit:
    """A limit of fixed windows: each token has `requests` of a method and path pattern in `per` seconds."""

    method: str
    path: str
    requests: int
    per: float
    _windows: dict[str | None, tuple[float, int]] = field(factory=dict)

    def acquire(self, now: float, token: str | None = None) -> tuple[int, float]:
        """Count a request of a token; return how many remain (-1: refused) and the seconds until the window ends."""
        start, used = self._windows.get(token, (-1e9, 0))
        if now - start >= self.per:
            start, used = now, 0
        wait = start + self.per - now
        if used >= self.requests:
            return -1, wait
        self._windows[token] = start, used + 1
        return self.requests - used - 1, wait


class RateLimits:
    """The limits in force, and the headers that every answer carries."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._limits: list[Limit] = []

    def add(self, method: str = "*", path: str = "*", requests: int = 5, per: float = PERIOD) -> Limit:
        """Allow each token `requests` of a method and path pattern in each window of `per` seconds."""
        limit = Limit(method.upper(), path, requests, per)
        self._limits.append(limit)
        return limit

    def clear(self) -> None:
        """Lift all limits."""
        self._limits.clear()

    def headers(self, method: str, path: str, token: str | None = None) -> dict[str, str]:
        """Count a request of a token in every limit that matches; raise the 429 if one is used up.

        Every answer carries `Retry-After`, as at the API; it has a meaning on a 429 only.
        """
        now = self._clock.monotonic()
        limit, remaining, wait = DEFAULT_LIMIT, DEFAULT_LIMIT - 1, PERIOD - now % PERIOD
        for each in self._limits:
            if fnmatchcase(method, each.method) and fnmatchcase(path, each.path):
                left, seconds = each.acquire(now, token)
                if left < remaining:
                    limit, remaining, wait = each.requests, left, seconds
        reset = self._clock.now().timestamp() + wait
        headers = {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(remaining, 0)),
            "x-ratelimit-reset": str(int(reset)),
            "retry-after": str(max(1, round(wait))),
        }
        if remaining < 0:
            raise Refused(("Too many requests", None), status=TOO_MANY_REQUESTS, headers=headers)
        return headers
