"""The rate limiter of one client: whether a request may be sent now, by documented and by reported limits."""

from __future__ import annotations

import os
from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Final, NamedTuple

from linode_orm.errors import RateLimited
from linode_orm.wire.ratelimit.bucket import NEVER, Acquisition, Bucket, Completion, FirstReport
from linode_orm.wire.ratelimit.clock_offset import ClockOffset
from linode_orm.wire.ratelimit.fixed_window import ReportedFixedWindow
from linode_orm.wire.ratelimit.headers import (
    Observation,
    RateFeedback,
    parse_http_date,
    parse_rate_limit,
    parse_retry_after,
)
from linode_orm.wire.ratelimit.policy import EndpointPolicy, documented_policies, endpoint_of, policy_of
from linode_orm.wire.ratelimit.sliding_log import SlidingLog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import Response
    from linode_orm.wire.ratelimit.bucket import Denial
    from linode_orm.wire.ratelimit.headers import RateLimitHeaders
    from linode_orm.wire.ratelimit.snapshot import BudgetSnapshot

_TOO_MANY_REQUESTS: Final = 429
_DEFAULT_PAUSE: Final = 1.0
_LONGEST_BLOCK: Final = 120.0
"""Seconds: no window of the API is longer, and a later end may be a mistake of a proxy or a clock."""
_FORGET_AFTER: Final = 600.0
"""Seconds without a report after which a limit no longer holds."""
_MAX_ENDPOINTS: Final = 1024


class Algorithms(NamedTuple):
    """The rate algorithm of documented limits, and that of limits that answers report."""

    documented: Callable[[EndpointPolicy], Bucket] = SlidingLog.of_policy
    reported: Callable[[FirstReport], Bucket] = ReportedFixedWindow


class Endpoint:
    """The buckets of one endpoint: one for each limit that its answers reported, and that of its policy until then."""

    __slots__ = (
        "blocked_until",
        "buckets",
        "documented",
        "in_flight",
        "last_report",
        "name",
        "policy",
        "reported",
        "started",
    )

    def __init__(self, name: str, policy: EndpointPolicy, documented: Bucket, buckets: dict[str, Bucket]) -> None:
        self.name, self.policy, self.documented = name, policy, documented
        self.buckets = buckets
        """The buckets that a request counts in, by their keys at a shared counter."""
        self.reported: dict[int, Bucket] = {}
        self.last_report: dict[int, float] = {}
        self.blocked_until, self.in_flight, self.started = NEVER, 0, 0

    def add_reported(self, limit: int, bucket: Bucket, now: float) -> None:
        """Keep a bucket that was reported for the first time, and none that was not reported for ten minutes."""
        for each, seen_at in list(self.last_report.items()):
            if seen_at < now - _FORGET_AFTER:
                # The API has changed its limits.
                del self.reported[each], self.last_report[each]
        self.reported[limit] = bucket
        self.buckets = {f"{self.name}:{each}": kept for each, kept in self.reported.items()}


class Permit:
    """The permit to send one request: its endpoint, and what it has acquired of each bucket, at `began`."""

    __slots__ = ("acquisitions", "began", "endpoint")

    def __init__(self, endpoint: Endpoint, acquisitions: tuple[Acquisition, ...], began: float) -> None:
        self.endpoint, self.acquisitions, self.began = endpoint, acquisitions, began

    @property
    def is_probe(self) -> bool:
        """Whether the request tests if a window has ended."""
        return any(each.probe for each in self.acquisitions)

    def explains(self, refusal: Exception) -> bool:
        """Whether a refusal is the result of its probe: it asks for no more than one second, the least that it can."""
        return self.is_probe and isinstance(refusal, RateLimited) and (refusal.retry_after or 0.0) <= _DEFAULT_PAUSE


class RateLimiter:
    """The buckets of one client in one process. It never waits: it returns how long to wait. Thread-safe."""

    def __init__(self, clock: Clock, *, algorithms: Algorithms | None = None, is_shared: bool = False) -> None:
        self._clock = clock
        self._algorithms = algorithms or Algorithms()
        self._is_shared = is_shared
        self._offset = ClockOffset(clock)
        self._lock = Lock()
        self._process = os.getpid()
        self._documented: dict[EndpointPolicy, Bucket] = {}
        self._endpoints: dict[str, Endpoint] = {}
        self.share = 1.0
        """The part of every budget that this process may use."""

    # -- before a request ----------------------------------------------------------------------------------------------

    def acquire(self, method: str, path: str) -> Permit | float:
        """Count a request that is sent at once, or return the seconds after which to ask again."""
        if os.getpid() != self._process:
            # A fork may have copied the lock while another thread held it.
            self._process, self._lock = os.getpid(), Lock()
        now, share = self._clock.monotonic(), self.share
        with self._lock:
            endpoint = self._endpoint(endpoint_of(method, path))
            if now < endpoint.blocked_until:
                return endpoint.blocked_until - now
            buckets = endpoint.buckets
            # All or nothing: no bucket counts a request that another one holds back.
            delay = max(each.delay(now, share) for each in buckets.values())
            if delay > 0:
                return delay
            endpoint.in_flight += 1
            endpoint.started += 1
            # The buckets are those of now. A limit that is reported meanwhile counts the request as one in flight.
            acquired = tuple(Acquisition(each, key, each.acquire(now, share)) for key, each in buckets.items())
            return Permit(endpoint, acquired, now)

    def cancel(self, permit: Permit, denial: Denial) -> float:
        """Take back a permit that other processes denied; return the seconds after which to ask again."""
        now = self._clock.monotonic()
        with self._lock:
            permit.endpoint.in_flight -= 1
            # Only the bucket that denied it is full; each other one gives its room back, and has no wait of its own.
            return max(
                each.bucket.cancel(each.probe, denial if each.bucket is denial.bucket else None, now)
                for each in permit.acquisitions
            )

    # -- after a request -----------------------------------------------------------------------------------------------

    def complete(self, permit: Permit, response: Response | None) -> None:
        """Learn from the answer of a request, None if no answer came."""
        now = self._clock.monotonic()
        feedback = self._feedback(response, permit.began, now) if response is not None else None
        with self._lock:
            permit.endpoint.in_flight -= 1
            headers = feedback.headers if feedback is not None else None
            reported = permit.endpoint.reported.get(headers.limit) if headers is not None else None
            # Before the report is read: that asks how many requests are in flight, and this one is not any more.
            for each in permit.acquisitions:
                completion = _completion(feedback, is_reported=each.bucket is reported)
                each.bucket.complete(permit.began, now, each.probe, completion)
            if feedback is None:
                return
            is_explained = False
            if headers is not None:
                reported, is_explained = self._observe(permit.endpoint, headers, feedback)
            if feedback.is_refused:
                # The refusal of a probe was expected, and an explained one needs no other rate: only time passes.
                if not permit.is_probe and not is_explained:
                    _decrease(permit, reported, now)
                _block(permit, reported, feedback)

    def _feedback(self, response: Response, began: float, now: float) -> RateFeedback:
        headers, is_refused = response.headers, response.status == _TOO_MANY_REQUESTS
        return RateFeedback(
            began,
            now,
            is_refused,
            parse_rate_limit(headers),
            parse_http_date(headers.get("date", "")),
            # Every answer of the API carries the header; it has a meaning on a refusal only.
            parse_retry_after(headers, self._clock.now().timestamp()) if is_refused else None,
        )

    def _observe(self, endpoint: Endpoint, headers: RateLimitHeaders, feedback: RateFeedback) -> tuple[Bucket, bool]:
        """Let the bucket learn that an answer reports; return it, and whether it explains a refusal."""
        # An endpoint may have several limits, and an answer reports one of them: the limit says which.
        bucket = endpoint.reported.get(headers.limit)
        ends_at = self._offset.to_monotonic(feedback, bucket.known_period if bucket is not None else None)
        seen = Observation(headers, ends_at, feedback.began, feedback.now)
        if bucket is None:
            first = FirstReport(
                seen, endpoint.documented.per, endpoint.started, endpoint.in_flight, is_shared=self._is_shared
            )
            bucket = self._algorithms.reported(first)
            endpoint.add_reported(headers.limit, bucket, feedback.now)
        endpoint.last_report[headers.limit] = feedback.now
        return bucket, bucket.observe(seen)

    def _endpoint(self, name: str) -> Endpoint:
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            if len(self._endpoints) >= _MAX_ENDPOINTS:
                # A name in a path that looks like no id makes an endpoint of its own. What is idle is learnt again.
                self._endpoints = {key: each for key, each in self._endpoints.items() if each.in_flight}
            policy = policy_of(name)
            if policy not in self._documented:
                self._documented[policy] = self._algorithms.documented(policy)
            bucket = self._documented[policy]
            endpoint = self._endpoints[name] = Endpoint(name, policy, bucket, {f"class:{policy.name}": bucket})
        return endpoint

    # -- what remains --------------------------------------------------------------------------------------------------

    def snapshot(self, shared: str | None = None) -> BudgetSnapshot:
        """Return what remains of every budget; `shared` names the counter that processes share."""
        from linode_orm.wire.ratelimit.snapshot import BudgetSnapshot  # noqa: PLC0415  only who looks at budgets needs it

        now, share = self._clock.monotonic(), self.share
        with self._lock:
            rows = [self._bucket(each).row(each.name, each.source, now, share) for each in documented_policies()]
            for endpoint in self._endpoints.values():
                rows += [each.row(endpoint.name, "its answers", now, share) for each in endpoint.reported.values()]
        return BudgetSnapshot(tuple(rows), shared=shared, share=share)

    def least_time(self, requests: Iterable[tuple[str, str]]) -> float:
        """Return the least seconds that requests (method, path) take from now on, under all known limits."""
        counts = Counter(endpoint_of(method, path) for method, path in requests)
        now, share, longest = self._clock.monotonic(), self.share, 0.0
        unreported = Counter[EndpointPolicy]()
        with self._lock:
            for name, count in counts.items():
                endpoint = self._endpoints.get(name)
                # A reported limit is of one endpoint; those without a report share the documented one of their group.
                if endpoint is None or not endpoint.reported:
                    unreported[policy_of(name)] += count
                    continue
                for each in endpoint.reported.values():
                    longest = max(longest, each.least_time(count, now, share))
            for policy, count in unreported.items():
                longest = max(longest, self._bucket(policy).least_time(count, now, share))
        return longest

    def _bucket(self, policy: EndpointPolicy) -> Bucket:
        """Return the bucket of a policy; a look at it alone keeps no new one."""
        return self._documented.get(policy) or self._algorithms.documented(policy)


def _completion(feedback: RateFeedback | None, *, is_reported: bool) -> Completion:
    if feedback is None:
        return Completion.NO_ANSWER
    if feedback.is_refused:
        return Completion.REFUSED
    return Completion.REPORTED if is_reported else Completion.ACCEPTED


def _decrease(permit: Permit, reported: Bucket | None, now: float) -> None:
    """Lower the rate of the bucket that a refusal reports, or of all if it reports none."""
    for bucket in (reported,) if reported is not None else (each.bucket for each in permit.acquisitions):
        bucket.decrease(permit.began, now)


def _block(permit: Permit, reported: Bucket | None, feedback: RateFeedback) -> None:
    """Block what a refusal reports for as long as it asks for, two minutes at most."""
    pause = feedback.retry_after
    if permit.is_probe and pause is not None and pause <= _DEFAULT_PAUSE:
        # One second is the least that the header can say. It is no pause to make: the next probe is due before.
        pause = None
    if pause is None and reported is not None:
        return
    # A refusal that reports no limit may be about any of them, or be a proxy's: then the whole endpoint pauses.
    target = permit.endpoint if reported is None else reported
    until = feedback.now + min(_DEFAULT_PAUSE if pause is None else pause, _LONGEST_BLOCK)
    target.blocked_until = max(target.blocked_until, until)
