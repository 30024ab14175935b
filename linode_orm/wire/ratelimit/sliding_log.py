"""The sliding log: a budget whose windows are unknown, kept in every span of its period."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from linode_orm.wire.ratelimit.aimd import Aimd
from linode_orm.wire.ratelimit.bucket import NEVER, POLL, Completion, Denial
from linode_orm.wire.ratelimit.policy import full_periods

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.wire.ratelimit.bucket import Acquisition
    from linode_orm.wire.ratelimit.headers import Observation
    from linode_orm.wire.ratelimit.policy import EndpointPolicy
    from linode_orm.wire.ratelimit.sharing import SharedStore
    from linode_orm.wire.ratelimit.snapshot import BudgetRow

_MARGIN: Final = 0.001
_STARVED_PERIODS: Final = 2


class SlidingLog:
    """A budget of unknown windows: never more than `limit` requests in any `per` seconds (a sliding-window log).

    It keeps the time of each answer of the last period. That holds any fixed window of that length too, whatever its
    phase, at the price of some room: the log cannot know that the API has forgotten a request already.
    """

    __slots__ = (
        "aimd",
        "blocked_until",
        "completed_at",
        "denied_since",
        "in_flight",
        "limit",
        "per",
        "shortest_round_trip",
    )

    def __init__(
        self,
        limit: int,
        per: float,
        in_flight: int = 0,
        *,
        aimd: Aimd | None = None,
        completed_at: Iterable[float] = (),
    ) -> None:
        self.limit, self.per, self.in_flight = limit, per, in_flight
        self.blocked_until, self.shortest_round_trip = NEVER, float("inf")
        self.aimd = Aimd(per) if aimd is None else aimd
        self.completed_at = deque(completed_at)
        self.denied_since: float | None = None

    @classmethod
    def of_policy(cls, policy: EndpointPolicy) -> SlidingLog:
        """Return a bucket for a documented limit."""
        return cls(policy.limit, policy.per)  # promise 35: the documented limits

    @property
    def known_period(self) -> float | None:
        """None: the log knows no resets."""
        return None

    def delay(self, now: float, share: float) -> float:
        """Return the seconds until the next request may be sent, 0 if it may be sent now."""
        if now < self.blocked_until:
            return self.blocked_until - now
        span = self._span()
        # They were added as they came, so that the oldest stands first.
        while self.completed_at and self.completed_at[0] + span < now:
            self.completed_at.popleft()
        excess = len(self.completed_at) + self.in_flight - self.allowance(now, share)
        if excess < 0:
            return 0.0
        if excess >= len(self.completed_at):
            # Requests in flight fill the budget. Their time is not known before their answers are here.
            return POLL
        # One more fits as soon as `excess + 1` of the oldest answers have left the span.
        return max(self.completed_at[excess] + span + _MARGIN - now, _MARGIN)

    def acquire(self, now: float, share: float) -> int:  # noqa: ARG002  as the protocol has it
        """Count a request that is sent now; none of them is a probe."""
        self.in_flight += 1
        return 0

    def cancel(self, probe: int, denial: Denial | None, now: float) -> float:  # noqa: ARG002  as the protocol has it
        """Uncount a request that was not sent; return the seconds after which to ask again."""
        self.in_flight -= 1
        return 0.0 if denial is None else POLL

    def complete(self, began: float, now: float, probe: int, completion: Completion) -> None:  # noqa: ARG002  as above
        """Count a request whose end is known, unless the API refused it."""
        self.in_flight -= 1
        self.shortest_round_trip = min(self.shortest_round_trip, now - began)
        # Without an answer it counts as well: the API may have taken it.
        if completion is not Completion.REFUSED:
            self.completed_at.append(now)

    def observe(self, seen: Observation) -> bool:  # noqa: ARG002  as above
        """Learn nothing: the log needs no word of a window. A refusal is never explained."""
        return False

    def decrease(self, began: float, now: float) -> None:
        """Halve the rate after a refusal; what the API took in one period is the ceiling."""
        self.aimd.decrease(began, now, self._recent(now) / self.limit)

    def remaining(self, now: float, share: float) -> int:
        """Return how many requests may be sent now."""
        return max(self.allowance(now, share) - self._recent(now) - self.in_flight, 0)

    def allowance(self, now: float, share: float) -> int:
        """Return how many requests may be sent in any `per` seconds, after what refusals took away."""
        return max(int(self.limit * self.aimd.factor(now) * share), 1)

    def least_time(self, count: int, now: float, share: float) -> float:
        """Return the least seconds that `count` more requests take."""
        remaining = self.remaining(now, share)
        return 0.0 if count <= remaining else self.per + full_periods(count - remaining, self.limit) * self.per

    def row(self, name: str, source: str, now: float, share: float) -> BudgetRow:
        """Return the state of the bucket as a row of the budget snapshot."""
        from linode_orm.wire.ratelimit.snapshot import BudgetRow  # noqa: PLC0415  only who looks at budgets needs it

        return BudgetRow(name, self.limit, self.per, self.remaining(now, share), None, self.aimd.factor(now), source)

    def _recent(self, now: float) -> int:
        span = self._span()
        return sum(1 for each in self.completed_at if each + span >= now)

    def _span(self) -> float:
        """Return how long an answer counts.

        The API counted a request somewhere between its start and its answer. The next one is counted a round trip
        before its own answer at the earliest, so that the shortest round trip seen can be taken off the period.
        """
        return max(self.per - self.shortest_round_trip, 0.0) if self.completed_at else self.per

    # -- shared by processes -------------------------------------------------------------------------------------------

    def count_shared(self, store: SharedStore, acquisition: Acquisition, now: float) -> Denial | None:
        """Count a request in a sliding log that all processes share; return why it must not be sent."""
        per = int(self.per)
        if store.acquire_sliding(acquisition.key, self.allowance(now, 1), per):
            self.denied_since = None
            return None
        if self.denied_since is None:
            self.denied_since = now
        elif now - self.denied_since > _STARVED_PERIODS * per:
            # No log of ours is full for two periods: something else stands under the key.
            store.clear_sliding(acquisition.key, per)
        return Denial(self)

    def publish_probe(self, store: SharedStore, acquisition: Acquisition) -> None:
        """Publish nothing, for there are no probes."""
