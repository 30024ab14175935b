"""The bucket: one budget of requests, kept by one rate algorithm."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from linode_orm.wire.ratelimit.headers import Observation
    from linode_orm.wire.ratelimit.sharing import SharedStore
    from linode_orm.wire.ratelimit.snapshot import BudgetRow

NEVER: Final = float("-inf")
"""A time that has passed in any case."""
POLL: Final = 0.05
"""Seconds between looks where the answer of a request in flight decides."""


class Completion(Enum):
    """How a request ended, as one of its buckets sees it."""

    NO_ANSWER = "no answer"
    REFUSED = "refused"
    """The API answered 429: the request does not count."""
    REPORTED = "reported"
    """The API took it, and its answer reports this bucket: `observe` follows."""
    ACCEPTED = "accepted"
    """The API took it, and its answer reports another bucket, or none."""


class Bucket(Protocol):
    """A budget of `limit` requests in `per` seconds, kept by one rate algorithm.

    A request counts in one bucket or in several, and is sent when all of them have room. It may be a *probe*: it is
    sent though the bucket cannot know that there is room, because the answer will show it. `acquire` numbers the
    probes from 1; 0 is a request that is none.

    Times are seconds of the client's monotonic clock. `share` is the part of the budget that this process may use. The
    limiter calls every method under its lock, but for the two that speak with other processes.
    """

    limit: int
    per: float
    blocked_until: float

    @property
    def known_period(self) -> float | None:
        """The seconds between two resets, None as long as no two of them were reported."""
        ...

    def delay(self, now: float, share: float) -> float:
        """Return the seconds until the next request may be sent, 0 if it may be sent now."""
        ...

    def acquire(self, now: float, share: float) -> int:
        """Count a request that is sent now, after `delay` returned 0; return the number of its probe."""
        ...

    def cancel(self, probe: int, denial: Denial | None, now: float) -> float:
        """Uncount a request that was not sent; return the seconds after which to ask again.

        `denial` is what other processes have shown of this bucket, None if another bucket denied the request.
        """
        ...

    def complete(self, began: float, now: float, probe: int, completion: Completion) -> None:
        """Learn how a request ended that was sent at `began`."""
        ...

    def observe(self, seen: Observation) -> bool:
        """Learn from an answer that reports this bucket; return whether the report explains a refusal.

        A refusal is explained if the budget is used up by this client, or by those that share it. Then the rate is
        right, and only the end has to be waited for.
        """
        ...

    def decrease(self, began: float, now: float) -> None:
        """Lower the rate after an unexplained refusal of a request that was sent at `began`."""
        ...

    def least_time(self, count: int, now: float, share: float) -> float:
        """Return the least seconds that `count` more requests take."""
        ...

    def row(self, name: str, source: str, now: float, share: float) -> BudgetRow:
        """Return the state of the bucket as a row of the budget snapshot."""
        ...

    def count_shared(self, store: SharedStore, acquisition: Acquisition, now: float) -> Denial | None:
        """Count an acquired request for all processes; return why it must not be sent, None if it may be."""
        ...

    def publish_probe(self, store: SharedStore, acquisition: Acquisition) -> None:
        """Tell the other processes what a probe has shown that this process claimed."""
        ...


class FirstReport(NamedTuple):
    """What is known when an endpoint reports a limit for the first time: all that a bucket for it is made of.

    `per` is the documented period in seconds. The endpoint has sent `sent` requests so far, of which `in_flight` have
    no answer yet. `is_shared` says that other processes send to it too, and that a shared counter knows how many.
    """

    seen: Observation
    per: float
    sent: int
    in_flight: int
    is_shared: bool


class Acquisition:
    """One bucket that a request counts in, and the number of its probe there.

    `key` names the bucket at a shared counter. `counted_key` is what the request was counted under there, `claimed_key`
    where the result of its probe is published; both are empty if that was not done.
    """

    __slots__ = ("bucket", "claimed_key", "counted_key", "key", "probe")

    def __init__(self, bucket: Bucket, key: str, probe: int) -> None:
        self.bucket, self.key, self.probe = bucket, key, probe
        self.counted_key = self.claimed_key = ""


class Denial:
    """Why other processes keep a request from being sent; `bucket` is the one that has no room."""

    __slots__ = ("bucket",)

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
