"""The usage of a fixed window: how many of its requests this client has sent, and how many others have."""

from __future__ import annotations


class WindowUsage:
    """What is used of `limit` requests in the current window.

    `own` counts the requests of this client, in flight or not. `foreign` counts those that it did not send, as far as
    answers show; `shared` are those of them that other processes have sent through a shared counter.
    `lowest_remaining` is the lowest report of the window: reports arrive out of order, and the lowest is the newest.
    """

    __slots__ = ("foreign", "limit", "lowest_remaining", "own", "previous_own", "shared")

    def __init__(self, limit: int, *, own: int = 0, shared: int = 0) -> None:
        self.limit = self.lowest_remaining = limit
        self.own, self.shared = own, shared
        self.foreign = self.previous_own = 0

    def remaining(self, allowance: int) -> int:
        """Return how many requests may be sent now, if this client may use `allowance` of them."""
        return max(min(allowance, self.limit - self.foreign) - self.own, 0)

    def uncount(self, count: int = 1) -> None:
        """Take back requests that did not count in this window."""
        self.own = max(self.own - count, 0)

    def fill(self) -> None:
        """Note that the window is used up, by this client and others together."""
        self.foreign = max(self.foreign, self.limit - self.own)

    def restart(self, own: int) -> None:
        """Begin a window in which this client has `own` requests already."""
        self.previous_own, self.own, self.foreign, self.shared = self.own, own, 0, 0
        self.lowest_remaining = self.limit

    def restore(self) -> None:
        """Undo a restart that came too early: the requests of both count in one window."""
        self.own += self.previous_own

    def observe(self, remaining: int, in_flight: int) -> None:
        """Learn from a report of this window."""
        self.lowest_remaining = min(self.lowest_remaining, remaining)
        # A request in flight may have counted in this window or in the one before: each is counted twice at most.
        self.own = min(self.own, self.limit - self.lowest_remaining + 2 * in_flight)
        if in_flight:
            self.foreign = max(self.foreign, self.limit - remaining - self.own)
        else:
            # With nothing in flight, the lowest report is exact.
            self.foreign = max(self.limit - self.lowest_remaining - self.own, 0)
