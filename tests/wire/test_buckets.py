"""Rate algorithms: another one is one module, and the window that the server reports is a machine of four states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linode_orm.errors import RateLimited
from linode_orm.wire import Request, Response
from linode_orm.wire.ratelimit.bucket import NEVER, Completion, FirstReport
from linode_orm.wire.ratelimit.fixed_window import ReportedFixedWindow
from linode_orm.wire.ratelimit.headers import Observation, RateLimitHeaders
from linode_orm.wire.ratelimit.limiter import Algorithms, RateLimiter
from linode_orm.wire.ratelimit.server_window import WindowState
from linode_orm.wire.ratelimit.snapshot import BudgetRow
from linode_orm.wire.ratelimit.wait import BlockingRateLimiter
from tests.wire.limiter import Bucket, Limiter, Stage, best, work

if TYPE_CHECKING:
    from linode_orm.wire.ratelimit.bucket import Acquisition, Denial
    from linode_orm.wire.ratelimit.policy import EndpointPolicy
    from linode_orm.wire.ratelimit.sharing import SharedStore

COUNT = 2000


class TokenBucket:
    """A bucket of `limit` tokens that is refilled at a steady rate: all that another rate algorithm takes."""

    def __init__(self, limit: int, per: float) -> None:
        self.limit, self.per, self.blocked_until = limit, per, NEVER
        self.tokens, self.filled_at = float(limit), 0.0

    @classmethod
    def of_policy(cls, policy: EndpointPolicy) -> TokenBucket:
        """Return a bucket for a documented limit."""
        return cls(policy.limit, policy.per)

    @classmethod
    def of_report(cls, first: FirstReport) -> TokenBucket:
        """Return a bucket for a reported limit."""
        return cls(first.seen.headers.limit, first.per)

    @property
    def known_period(self) -> float | None:
        return None

    def _refill(self, now: float) -> None:
        grown = (now - self.filled_at) * self.limit / self.per
        self.tokens, self.filled_at = min(self.tokens + grown, self.limit), now

    def delay(self, now: float, share: float) -> float:
        self._refill(now)
        if now < self.blocked_until:
            return self.blocked_until - now
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) * self.per / (self.limit * share) + 1e-6

    def acquire(self, now: float, share: float) -> int:
        self.tokens -= 1
        return 0

    def cancel(self, probe: int, denial: Denial | None, now: float) -> float:
        self.tokens += 1
        return 0.0

    def complete(self, began: float, now: float, probe: int, completion: Completion) -> None:
        if completion is Completion.REFUSED:
            self.tokens = min(self.tokens, 0.0)

    def observe(self, seen: Observation) -> bool:
        # an answer on its way knows nothing of the requests behind it: only less is news
        if seen.headers.remaining is not None:
            self.tokens = min(self.tokens, seen.headers.remaining)
        return True

    def decrease(self, began: float, now: float) -> None:
        self.tokens = 0.0

    def least_time(self, count: int, now: float, share: float) -> float:
        return max(count - self.tokens, 0.0) * self.per / self.limit

    def row(self, name: str, source: str, now: float, share: float) -> BudgetRow:
        return BudgetRow(name, self.limit, self.per, int(self.tokens), None, 1.0, source)

    def count_shared(self, store: SharedStore, acquisition: Acquisition, now: float) -> Denial | None:
        return None

    def publish_probe(self, store: SharedStore, acquisition: Acquisition) -> None:
        pass


class Sender:
    """What the client does with a limiter, and no more: one try of each request."""

    def __init__(self, limiter: BlockingRateLimiter, api: Limiter) -> None:
        self.limiter, self.api = limiter, api

    def send(self, request: Request) -> Response:
        permit, _ = self.limiter.acquire(request, lambda: True)
        response = self.api.send(request, token=None, timeout=1)
        self.limiter.complete(permit, response)
        if response.status == 429:
            raise RateLimited("refused", status=429, method=request.method, path=request.path)
        return response


def test_another_algorithm_is_one_module() -> None:
    """A token bucket, given to the limiter and to nothing else, keeps the whole rate of an API that has one."""
    stage = Stage()
    api = Limiter(stage, Bucket(400, 60), ahead=0.0)
    algorithms = Algorithms(documented=TokenBucket.of_policy, reported=TokenBucket.of_report)
    limiter = BlockingRateLimiter(stage, RateLimiter(stage, algorithms=algorithms))
    ended = work(stage, Sender(limiter, api), [Request("PUT", f"/volumes/{n}", body={}) for n in range(COUNT)])
    assert ended.count(200) == COUNT
    assert [(each.limit, each.source) for each in limiter.snapshot()][-1] == (400, "its answers")
    assert limiter.least_time([("PUT", "/volumes/1")] * 400) > 0
    assert best(COUNT, 8, api.latency, Bucket(400, 60)) / stage.time > 0.95


def first(limit: int, remaining: int, reset: float | None, now: float = 0.0) -> FirstReport:
    """Give a first report, on a clock that is the API's."""
    seen = Observation(RateLimitHeaders(limit, remaining, reset), reset, now, now)
    return FirstReport(seen, per=60.0, sent=limit - remaining, in_flight=0, is_shared=False)


def window(remaining: int = 0, reset: float | None = 30.0) -> ReportedFixedWindow:
    """Give a window of ten requests that was reported at the time 0."""
    start = first(10, remaining, reset)
    made = ReportedFixedWindow(start)
    made.observe(start.seen)
    return made


def report(of: ReportedFixedWindow, remaining: int, reset: float, began: float, now: float) -> bool:
    """Let a window learn from an answer."""
    return of.observe(Observation(RateLimitHeaders(10, remaining, reset), reset, began, now))


def probing() -> tuple[ReportedFixedWindow, int]:
    """Give a window that is used up, and its probe."""
    made = window()
    assert made.delay(29.0, 1.0) == pytest.approx(1.0)
    assert made.delay(30.0, 1.0) == 0.0
    probe = made.acquire(30.0, 1.0)
    assert (probe, made.window.state) == (1, WindowState.PROBING)
    return made, probe


class TestStates:
    """The transitions of the window that the server reports."""

    def test_a_limit_without_a_reset_is_unknown(self) -> None:
        """Where no answer says when the window ends, it lasts for the documented time, and is never probed."""
        made = window(reset=None)
        assert made.window.state is WindowState.UNKNOWN
        assert made.delay(59.0, 1.0) == pytest.approx(2.0)
        assert made.delay(61.0, 1.0) == 0.0
        assert made.window.state is WindowState.UNKNOWN

    def test_a_first_reset(self) -> None:
        """A reset that only a later answer reports ends the wait for the documented time."""
        made = window(reset=None)
        assert made.delay(1.0, 1.0) == pytest.approx(60.0)
        report(made, 0, 30.0, 1.0, 1.1)
        assert made.window.state is WindowState.REPORTED
        assert made.delay(1.1, 1.0) == pytest.approx(28.9)

    def test_a_reset_is_reported(self) -> None:
        """A report says when the window ends; with room in it nothing waits."""
        made = window(remaining=3)
        assert made.window.state is WindowState.REPORTED
        assert made.delay(1.0, 1.0) == 0.0

    def test_one_probe_at_a_time(self) -> None:
        """While a probe is on its way, the others look again soon and send none."""
        made, _ = probing()
        assert 0 < made.delay(30.0, 1.0) < 0.1

    def test_a_refused_probe(self) -> None:
        """A refusal, and the report that it brings, say that the window had not ended when the probe was sent."""
        made, probe = probing()
        made.complete(30.0, 30.1, probe, Completion.REFUSED)
        assert made.window.state is WindowState.REPORTED
        assert report(made, 0, 30.0, 30.0, 30.1)
        assert made.window.boundary.earliest == 0.0
        assert 0 < made.delay(30.1, 1.0) <= 0.5

    def test_a_probe_that_was_taken(self) -> None:
        """A probe that the API took has ended the window, whatever its answer reports."""
        made, probe = probing()
        made.complete(30.0, 30.1, probe, Completion.ACCEPTED)
        assert made.window.state is WindowState.ENDED
        assert made.window.boundary.latest == pytest.approx(0.1)
        assert made.remaining(30.1, 1.0) == 9

    def test_a_report_of_the_next_window(self) -> None:
        """The answer of a probe that reports the next window opens it, and tells the period."""
        made, probe = probing()
        made.complete(30.0, 30.1, probe, Completion.REPORTED)
        report(made, 9, 45.0, 30.0, 30.1)
        assert made.window.state is WindowState.REPORTED
        assert (made.known_period, made.remaining(30.1, 1.0)) == (15.0, 9)

    def test_a_probe_that_is_lost(self) -> None:
        """Without an answer the latest possible end decides."""
        made, probe = probing()
        made.complete(30.0, 30.5, probe, Completion.NO_ANSWER)
        assert made.window.state is WindowState.PROBING
        assert made.delay(31.0, 1.0) == 0.0
        assert made.window.state is WindowState.ENDED

    def test_an_end_without_a_report(self) -> None:
        """A window that must have ended rolls over, and a report of the next one confirms it."""
        made = window()
        assert made.delay(31.0, 1.0) == 0.0
        assert (made.acquire(31.0, 1.0), made.window.state) == (0, WindowState.ENDED)
        made.complete(31.0, 31.1, 0, Completion.REPORTED)
        report(made, 9, 90.0, 31.0, 31.1)
        assert (made.window.state, made.remaining(31.1, 1.0)) == (WindowState.REPORTED, 9)

    def test_an_end_that_was_taken_too_early(self) -> None:
        """A report of the old window takes the roll-over back: what was sent since then counts in it."""
        made = window()
        assert made.delay(31.0, 1.0) == 0.0
        made.acquire(31.0, 1.0)
        made.complete(31.0, 31.1, 0, Completion.REFUSED)
        report(made, 0, 30.0, 31.0, 31.1)
        assert (made.window.state, made.remaining(31.1, 1.0)) == (WindowState.REPORTED, 0)
        assert made.window.boundary.earliest == pytest.approx(1.0)
