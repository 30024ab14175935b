"""The wait for a request's turn: the rate limiter, the clock and the counter that processes share."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final, Protocol

from linode_orm._options import check_count
from linode_orm.errors import InvalidRequestError
from linode_orm.wire.messages import given_up
from linode_orm.wire.ratelimit.limiter import Permit, RateLimiter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import Request, Response
    from linode_orm.wire.ratelimit.bucket import Acquisition, Denial
    from linode_orm.wire.ratelimit.snapshot import BudgetSnapshot

_log: Final = logging.getLogger("linode_orm.rates")
SCHEMES: Final = ("redis://", "rediss://", "redis+unix://")
_LONGEST_SLEEP: Final = 1.0
_SHORTEST_SLEEP: Final = 0.001
_LOGGED_DELAY: Final = 1.0


class SharedCounter(Protocol):
    """A counter of requests that several processes share, for as long as it can be reached."""

    name: str

    @property
    def part(self) -> float:
        """The part of every budget that this process may use alone, as last known."""
        ...

    def share(self) -> float:
        """Return the part of every budget that this process may use alone: 1 while the counter is reached."""
        ...

    def deny(self, acquisitions: Sequence[Acquisition]) -> Denial | None:
        """Count a request for all processes; return what keeps it from being sent, None if nothing does."""
        ...

    def publish_probes(self, acquisitions: Sequence[Acquisition]) -> None:
        """Tell the other processes the results of the probes that this process claimed."""
        ...


class BlockingRateLimiter:
    """Lets each request wait until its buckets have room, for all processes that share them."""

    def __init__(self, clock: Clock, limiter: RateLimiter, shared: SharedCounter | None = None) -> None:
        self._clock = clock
        self._limiter = limiter
        self._shared = shared

    def acquire(self, request: Request, wanted: Callable[[], bool]) -> tuple[Permit, float]:
        """Wait for a request's turn; return the permit to send it and the seconds waited.

        Raises `CancelledError` as soon as `wanted()` is false; nothing was sent then.
        """
        began = self._clock.monotonic()
        is_logged = False
        # Asked before each look at the buckets: a permit is for a request that is sent.
        while wanted():
            turn = self._try_acquire(request)
            waited = self._clock.monotonic() - began
            if isinstance(turn, Permit):
                return turn, waited
            if turn >= _LOGGED_DELAY and not is_logged:
                is_logged = True
                _log.info("%s waits %.1f s: its budget is used up", request.title, turn, extra=_extra(request, turn))
            # In short sleeps, so that a request that is no longer wanted need not wait for the end of a window.
            self._clock.sleep(min(max(turn, _SHORTEST_SLEEP), _LONGEST_SLEEP))
        raise given_up(request)

    def _try_acquire(self, request: Request) -> Permit | float:
        if self._shared is not None:
            self._limiter.share = self._shared.share()
        # The buckets of this process first, for they cost no round trip. What the shared counter denies is taken back.
        turn = self._limiter.acquire(request.method, request.path)
        if self._shared is None or not isinstance(turn, Permit):
            return turn
        denial = self._shared.deny(turn.acquisitions)
        return turn if denial is None else self._limiter.cancel(turn, denial)

    def complete(self, permit: Permit, response: Response | None) -> None:
        """Learn from the answer of a request, None if no answer came."""
        self._limiter.complete(permit, response)
        if self._shared is not None and permit.is_probe:
            self._shared.publish_probes(permit.acquisitions)

    def snapshot(self) -> BudgetSnapshot:
        """Return what remains of every budget."""
        if self._shared is None:
            return self._limiter.snapshot()
        # A look at the budget sends nothing, not even to the shared counter.
        self._limiter.share = self._shared.part
        return self._limiter.snapshot(self._shared.name)

    def least_time(self, requests: Iterable[tuple[str, str]]) -> float:
        """Return the least seconds that requests (method, path) take from now on."""
        return self._limiter.least_time(requests)


def rate_limiter_for(
    budget: object,
    processes: int | None,
    clock: Clock,
    account: tuple[str, str | None],
) -> BlockingRateLimiter | None:
    """Return the limiter that `Client(budget=..., processes=...)` asks for, None for none.

    Processes share a budget by `account`: address and token. Raises `InvalidRequestError` for any other value.
    """
    check_count("processes", processes, least=1, or_none=True)
    if budget is None or budget is False:
        return None
    if budget is True:
        return BlockingRateLimiter(clock, RateLimiter(clock))
    if not isinstance(budget, str) or not budget.startswith(SCHEMES):
        shown = budget.partition(":")[0] if isinstance(budget, str) else repr(budget)
        msg = f"budget is True, False, None or the redis:// address of a shared one, not {shown}"
        raise InvalidRequestError(msg)
    from linode_orm.wire.ratelimit.redis import RedisCounter  # noqa: PLC0415  needs an extra
    from linode_orm.wire.ratelimit.redis_store import RedisStore  # noqa: PLC0415  needs an extra

    counter = RedisCounter(RedisStore(budget, account), clock, processes=processes)
    return BlockingRateLimiter(clock, RateLimiter(clock, is_shared=True), counter)


def _extra(request: Request, pause: float) -> dict[str, object]:
    return {"method": request.method, "path": request.path, "pause": pause}
