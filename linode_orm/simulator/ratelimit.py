"""Budgets of requests: off until a limit is added, then 429 as the API sends it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from attrs import define, field

from linode_orm.simulator.errors import Refused

if TYPE_CHECKING:
    from linode_orm.simulator.clock import VirtualClock

TOO_MANY: Final = 429
# What the API says where nothing smaller is known of the endpoint (FACTS 4).
USUAL: Final = 1840
WINDOW: Final = 60.0


@define(eq=False)
class Limit:
    """So many requests of a method and path pattern in so many seconds."""

    method: str
    path: str
    requests: int
    per: float
    _began: float = field(default=-1e9)
    _used: int = field(default=0)

    def take(self, now: float) -> tuple[int, float]:
        """Use one up; give how many are left (-1: refused) and the seconds until there are new ones."""
        if now - self._began >= self.per:
            self._began, self._used = now, 0
        wait = self._began + self.per - now
        if self._used >= self.requests:
            return -1, wait
        self._used += 1
        return self.requests - self._used, wait


class RateLimits:
    """The limits in force, and the headers that every answer carries."""

    def __init__(self, clock: VirtualClock) -> None:
        self._clock = clock
        self._limits: list[Limit] = []

    def add(self, method: str = "*", path: str = "*", requests: int = 5, per: float = WINDOW) -> Limit:
        """Allow `requests` of a method and path pattern in each window of `per` seconds."""
        limit = Limit(method.upper(), path, requests, per)
        self._limits.append(limit)
        return limit

    def clear(self) -> None:
        """Lift all limits."""
        self._limits.clear()

    def headers(self, method: str, path: str) -> dict[str, str]:
        """Take one request from every budget it counts in; raise the 429 where one is used up.

        `Retry-After` stands on every answer, and means something on a 429 alone.
        """
        now = self._clock.monotonic()
        limit, left, wait = USUAL, USUAL - 1, WINDOW - now % WINDOW
        for each in self._limits:
            if fnmatchcase(method, each.method) and fnmatchcase(path, each.path):
                remaining, seconds = each.take(now)
                if remaining < left:
                    limit, left, wait = each.requests, remaining, seconds
        moment = self._clock.now().timestamp() + wait
        reported = {
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(left, 0)),
            "x-ratelimit-reset": str(int(moment)),
            "retry-after": str(max(1, round(wait))),
        }
        if left < 0:
            raise Refused(("Too many requests", None), status=TOO_MANY, headers=reported)
        return reported
