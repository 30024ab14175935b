"""The rate limiter of one client: whether a request may be sent now, by documented and by reported limits."""

from __future__ import annotations

import os
from collections import Counter
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from linode_orm.errors import RateLimited
from linode_orm.wire.ratelimit.aimd import NEVER
from linode_orm.wire.ratelimit.clock_offset import ClockOffset
from linode_orm.wire.ratelimit.fixed_window import ReportedFixedWindow
from linode_orm.wire.ratelimit.headers import parse_http_date, parse_rate_limit, parse_retry_after
from linode_orm.wire.ratelimit.policy import EndpointPolicy, documented_policies, endpoint_of, policy_of
from linode_orm.wire.ratelimit.sliding_log import POLL, SlidingLog
from linode_orm.wire.ratelimit.snapshot import BudgetRow, BudgetSnapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import Response
    from linode_orm.wire.ratelimit.headers import RateLimitHeaders

_TOO_MANY_REQUESTS: Final = 429
_DEFAULT_PAUSE: Final = 1.0
_LONGEST_BLOCK: Final = 120.0
_FORGET_AFTER: Final = 600.0
_MAX_ENDPOINTS: Final = 1024


@define(eq=False)
class Endpoint:
    """The buckets of one endpoint: one for each limit that its answers reported, and that of its policy until then."""

    name: str
    policy: EndpointPolicy
    documented: SlidingLog
    windows: dict[int, ReportedFixedWindow] = field(factory=dict)
    blocked_until: float = NEVER
    in_flight: int = 0
    started: int = 0

    def buckets(self) -> list[SlidingLog] | list[ReportedFixedWindow]:
        """Return the buckets that a request counts in."""
        return list(self.windows.values()) if self.windows else [self.documented]


@frozen(eq=False)
class Permit:
    """The permit to send one request: its endpoint, the buckets that it counts in, and which of them it probes."""

    endpoint: Endpoint
    buckets: tuple[SlidingLog | ReportedFixedWindow, ...]
    probes: tuple[int, ...]
    began: float
    claimed_probes: list[tuple[ReportedFixedWindow, int, str]] = field(factory=list)
    """The probes that it alone makes among all processes: the window, its number, and the key of the result."""

    def explains(self, refusal: Exception) -> bool:
        """Whether a refusal is the result of its probe: it asks for no more than one second, the least that it can."""
        return any(self.probes) and isinstance(refusal, RateLimited) and (refusal.retry_after or 0.0) <= _DEFAULT_PAUSE


@frozen
class Denial:
    """Why other processes keep a request from being sent: a window that is used up, or the result of their probe."""

    bucket: SlidingLog | ReportedFixedWindow
    window: str = ""
    earliest: float | None = None
    latest: float | None = None


def least_time(requests: Iterable[tuple[str, str]]) -> float:
    """Return the least seconds that requests (method, path) take under the documented limits."""
    counts = Counter(policy_of(endpoint_of(method, path)) for method, path in requests)
    return max((_full_periods(count, each.limit) * each.per for each, count in counts.items()), default=0.0)


def _full_periods(count: int, limit: int) -> int:
    """Return how many periods pass before the last of `count` requests may be sent."""
    return max(ceil(count / limit) - 1, 0)


class RateLimiter:
    """The buckets of one client in one process. It never waits: it returns how long to wait. Thread-safe."""

    def __init__(self, clock: Clock, *, is_shared: bool = False) -> None:
        self._clock = clock
        self._is_shared = is_shared
        self._offset = ClockOffset()
        self._lock = Lock()
        self._process = os.getpid()
        self._documented: dict[EndpointPolicy, SlidingLog] = {}
        self._endpoints: dict[str, Endpoint] = {}
        self.share = 1.0
        """The part of every budget that this process may use."""

    def acquire(self, method: str, path: str) -> Permit | float:
        """Count a request that is sent at once, or return the seconds after which to ask again."""
        if os.getpid() != self._process:
            self._process, self._lock = os.getpid(), Lock()
        now, share = self._clock.monotonic(), self.share
        with self._lock:
            endpoint = self._endpoint(endpoint_of(method, path))
            if now < endpoint.blocked_until:
                return endpoint.blocked_until - now
            buckets = endpoint.buckets()
            delay = max(each.delay(now, share) for each in buckets)
            if delay > 0:
                return delay
            endpoint.in_flight += 1
            endpoint.started += 1
            return Permit(endpoint, tuple(buckets), tuple(each.acquire(now, share) for each in buckets), now)

    def cancel(self, permit: Permit, denial: Denial) -> float:
        """Take back a permit that other processes denied; return the seconds after which to ask again."""
        with self._lock:
            permit.endpoint.in_flight -= 1
            for each, probe in zip(permit.buckets, permit.probes, strict=True):
                # Another thread may have seen the next window meanwhile, so that the names are compared.
                each.cancel(
                    probe,
                    full=each is denial.bucket and isinstance(each, ReportedFixedWindow) and each.name == denial.window,
                )
            denied = denial.bucket
            if (
                denial.earliest is None
                or not isinstance(denied, ReportedFixedWindow)
                or denied.number not in permit.probes
            ):
                return POLL
            denied.learn_probe(denial.earliest, denial.latest, self._clock.monotonic())
        return 0.0

    def complete(self, permit: Permit, response: Response | None) -> None:
        """Learn from the answer of a request, None if no answer came."""
        now, endpoint = self._clock.monotonic(), permit.endpoint
        report = parse_rate_limit(response.headers) if response is not None else None
        with self._lock:
            endpoint.in_flight -= 1
            for each in permit.buckets:
                each.complete(permit.began, now, refused=response is not None and response.status == _TOO_MANY_REQUESTS)
            if response is None:
                return
            window = self._observe(endpoint, report, response, permit.began, now) if report is not None else None
            if response.status == _TOO_MANY_REQUESTS:
                is_explained = window is not None and report is not None and window.explains(report)
                self._refused(permit, window, response, now, is_explained=is_explained)
                return
            for each, probe in zip(permit.buckets, permit.probes, strict=True):
                if probe and isinstance(each, ReportedFixedWindow) and each is not window:
                    each.probe_accepted(now, probe)

    def _observe(
        self, endpoint: Endpoint, report: RateLimitHeaders, response: Response, began: float, now: float
    ) -> ReportedFixedWindow:
        window = endpoint.windows.get(report.limit)
        per = window.per if window is not None and window.period_known else None
        date = parse_http_date(response.headers.get("date", ""))
        ends_at = self._offset.to_monotonic(report.reset, date, began, now, self._clock, per=per)
        if window is None:
            for limit, each in list(endpoint.windows.items()):
                if each.last_seen < now - _FORGET_AFTER:
                    del endpoint.windows[limit]
            per = endpoint.documented.per
            window = ReportedFixedWindow(
                report.limit, per, report.reset if ends_at is not None else None, now + per, now
            )
            window.ends_at = ends_at if ends_at is not None else window.ends_at
            counted = report.limit - (report.limit if report.remaining is None else report.remaining)
            window.used = min(endpoint.started, counted + 2 * endpoint.in_flight)
            window.uncounted, window.uncounted_on_join = counted, endpoint.in_flight
            # The other processes have used the rest, until the shared counter says otherwise.
            window.shared_usage = counted if self._is_shared else 0
            window.name = f"={window.reset}"
            endpoint.windows[report.limit] = window
        window.observe(report, ends_at, began, now)
        return window

    def _refused(
        self, permit: Permit, window: ReportedFixedWindow | None, response: Response, now: float, *, is_explained: bool
    ) -> None:
        """Decrease the rate after a 429, unless a header explains it or it is the result of a probe."""
        retry_after = parse_retry_after(response.headers, self._clock.now().timestamp())
        if any(permit.probes):
            # One second is the least that the header can say.
            retry_after = None if retry_after is None or retry_after <= _DEFAULT_PAUSE else retry_after
        elif not is_explained:
            for each in (window,) if window is not None else permit.buckets:
                each.decrease(permit.began, now)
        if retry_after is None and window is not None:
            return
        until = now + min(_DEFAULT_PAUSE if retry_after is None else retry_after, _LONGEST_BLOCK)
        if window is not None:
            window.blocked_until = max(window.blocked_until, until)
        else:
            permit.endpoint.blocked_until = max(permit.endpoint.blocked_until, until)

    def _endpoint(self, name: str) -> Endpoint:
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            if len(self._endpoints) >= _MAX_ENDPOINTS:
                self._endpoints = {key: each for key, each in self._endpoints.items() if each.in_flight}
            policy = policy_of(name)
            endpoint = self._endpoints[name] = Endpoint(name, policy, self._documented_bucket(policy))
        return endpoint

    def _documented_bucket(self, policy: EndpointPolicy) -> SlidingLog:
        if policy not in self._documented:
            self._documented[policy] = SlidingLog(policy.limit, policy.per)  # promise 35: the documented limits
        return self._documented[policy]

    # -- what remains ------------------------------------------------------------------------------------------------

    def snapshot(self, shared: str | None = None) -> BudgetSnapshot:
        """Return what remains of every budget."""
        now, share = self._clock.monotonic(), self.share
        with self._lock:
            rows = [_documented_row(each, self._documented.get(each), now, share) for each in documented_policies()]
            for endpoint in self._endpoints.values():
                rows += [_reported_row(endpoint.name, each, now, share) for each in endpoint.windows.values()]
        return BudgetSnapshot(tuple(rows), shared=shared, share=share)

    def least_time(self, requests: Iterable[tuple[str, str]]) -> float:
        """Return the least seconds that requests (method, path) take from now on, under all known limits."""
        counts = Counter(endpoint_of(method, path) for method, path in requests)
        now, share, longest = self._clock.monotonic(), self.share, 0.0
        unreported = Counter[EndpointPolicy]()
        with self._lock:
            for name, count in counts.items():
                endpoint = self._endpoints.get(name)
                if endpoint is None or not endpoint.windows:
                    unreported[policy_of(name)] += count
                    continue
                for each in endpoint.windows.values():
                    longest = max(longest, _time(count, each.remaining(now, share), each, each.ends_at - now))
            for policy, count in unreported.items():
                log = self._documented.get(policy) or SlidingLog(policy.limit, policy.per)
                longest = max(longest, _time(count, log.remaining(now, share), log, log.per))
        return longest


def _time(count: int, remaining: int, bucket: SlidingLog | ReportedFixedWindow, resets_in: float) -> float:
    if count <= remaining:
        return 0.0
    return max(resets_in, 0.0) + _full_periods(count - remaining, bucket.limit) * bucket.per


def _documented_row(policy: EndpointPolicy, log: SlidingLog | None, now: float, share: float) -> BudgetRow:
    log = log or SlidingLog(policy.limit, policy.per)
    left = log.remaining(now, share)
    return BudgetRow(policy.name, policy.limit, policy.per, left, None, log.aimd.factor(now), policy.source)


def _reported_row(name: str, window: ReportedFixedWindow, now: float, share: float) -> BudgetRow:
    resets_in = max(window.ends_at - now, 0.0)
    left = window.remaining(now, share) if now < window.ends_at + window.latest else window.limit
    return BudgetRow(name, window.limit, window.per, left, resets_in, window.aimd.factor(now), "its answers")
