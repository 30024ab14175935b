"""The sender: one request until it has an answer, with its turn, its retries, its hooks and its time limits."""

from __future__ import annotations

from http import HTTPStatus
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from attrs import evolve

from linode_orm.errors import ApiError, ResponseError, TransportError, Unauthorized
from linode_orm.wire.api_clock import ApiClock
from linode_orm.wire.api_errors import raise_for_status
from linode_orm.wire.interceptor import INSTALLED, Attempt
from linode_orm.wire.messages import JSON_TYPE, Request, Response, given_up
from linode_orm.wire.outcome import mark_not_sent, outcome_of
from linode_orm.wire.request_hooks import log_retry
from linode_orm.wire.retry import Retries, asks_for_the_shortest_pause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linode_orm.wire.interceptor import ClientClock
    from linode_orm.wire.ratelimit.limiter import Permit
    from linode_orm.wire.ratelimit.wait import BlockingRateLimiter
    from linode_orm.wire.request_hooks import RequestHooks
    from linode_orm.wire.tokens import Token
    from linode_orm.wire.transport import Transport
    from linode_orm.wire.writes_in_flight import WritesInFlight

_SHORTEST_TIMEOUT = 0.001


class TimeLimits(NamedTuple):
    """The seconds that one try of a request may take (`timeout`), and all its tries together (`deadline`)."""

    timeout: float
    deadline: float


class Sender:
    """Sends requests, each until it has an answer or is given up; thread-safe."""

    def __init__(  # noqa: PLR0913  what a client has
        self,
        *,
        transport: Transport,
        clock: ClientClock,
        token: Token,
        hooks: RequestHooks,
        rate_limiter: BlockingRateLimiter | None,
        writes_in_flight: WritesInFlight,
        limits: TimeLimits,
    ) -> None:
        self.transport, self.clock, self.token, self.hooks = transport, clock, token, hooks
        self.rate_limiter, self.writes_in_flight, self.limits = rate_limiter, writes_in_flight, limits
        self.api_clock = ApiClock(clock)
        self.closed, self.sent, self._lock = False, 0, Lock()

    def send(
        self, request: Request, wanted: Callable[[], bool] | None, new_path: str | None, replaces: Sequence[Request]
    ) -> Response:
        """Send one request, again if that is safe and useful; see `Client.send`."""
        clock, retries, tries, doubtful, may_renew = self.clock, Retries(), 1, False, self.token.renew is not None
        self._wait_for_older_writes((request, *replaces), new_path)
        end = clock.monotonic() + self.limits.deadline
        while True:
            permit, waited = self._acquire(request, None if doubtful else wanted)
            # The wait for a turn does not use up the deadline.
            end += waited
            used = self.token.value
            try:
                return self._try(request, tries, end - clock.monotonic(), permit)
            except (ApiError, TransportError, ResponseError) as error:
                # Doubtful is the call if an earlier try may have been done, whatever this one ended with.
                error.tries, error.doubtful = tries, doubtful
                if may_renew and isinstance(error, Unauthorized) and self.token.is_renewed(used):
                    may_renew, tries = False, tries + 1
                    continue
                doubtful = doubtful or outcome_of(error).is_in_doubt
                self.writes_in_flight.record_all((request, *replaces), error)
                following = retries.after(request, error)
                pause = following.pause(error) if following is not None else 0.0
                if following is None or clock.monotonic() + pause >= end:
                    raise
                retries = following
                if self._is_probe_refused(permit, error):
                    # The limiter knows when to probe again. A probe uses up a part of the deadline, so that an API
                    # whose window never ends is not asked for ever.
                    end, pause = end - pause / 4, 0.0
                log_retry(request, error, pause, tries)
            if pause:
                clock.sleep(pause)
            tries += 1

    def _wait_for_older_writes(self, requests: Iterable[Request], new_path: str | None) -> None:
        if delay := max(self.writes_in_flight.delay(each, new_path) for each in requests):
            self.clock.sleep(delay)

    def _acquire(self, request: Request, wanted: Callable[[], bool] | None) -> tuple[Permit | None, float]:
        """Wait for a request's turn; return its permit, None if no budget holds for it, and the seconds waited."""
        # A replay sends nothing, so that there is nothing to count.
        if self.rate_limiter is None or request.url or INSTALLED.clock is not None:
            if wanted is not None and not wanted():
                raise given_up(request)
            return None, 0.0
        return self.rate_limiter.acquire(request, lambda: not self.closed and (wanted is None or wanted()))

    def _is_probe_refused(self, permit: Permit | None, error: Exception) -> bool:
        """Whether the limiter asked too early, and knows when to ask again; of a replay, it did while recording."""
        if permit is not None:
            return permit.explains(error)
        return self.rate_limiter is not None and INSTALLED.clock is not None and asks_for_the_shortest_pause(error)

    def _try(self, request: Request, tries: int, left: float, permit: Permit | None) -> Response:
        try:
            response = self._send_once(request, tries, left)
        except BaseException:
            # A hook may have raised, or the program is being ended: the buckets must not wait for the answer.
            self._complete(permit, None)
            raise
        self._complete(permit, response)
        self.api_clock.observe(response)
        self._check(response, tries)
        return response if tries == 1 else evolve(response, tries=tries)

    def _complete(self, permit: Permit | None, response: Response | None) -> None:
        if permit is not None and self.rate_limiter is not None:
            self.rate_limiter.complete(permit, response)

    def _send_once(self, request: Request, tries: int, left: float) -> Response:
        try:
            self.hooks.before(request)
        except Exception as error:
            mark_not_sent(error)
            raise
        request.encoded_body()  # promise 10d: what cannot be written is refused here, whatever the transport does
        with self._lock:
            self.sent += 1
        began = self.clock.monotonic()
        # The token of this client goes to its own API and to no other address.
        token = request.token if request.url else self.token.value
        timeout = min(self.limits.timeout, max(left, _SHORTEST_TIMEOUT))
        try:
            response = self._pass_on(request, token, timeout)
        except BaseException as error:
            if isinstance(error, TransportError) and error.timed_out:
                # What was left of the deadline for this try says nothing to a reader: the limit that was set does.
                limit = self.limits.timeout if timeout == self.limits.timeout else self.limits.deadline
                error.args = (f"{error.args[0]} within {limit:g} s",)
            self.hooks.after(request, error, self.clock.monotonic() - began, tries)
            raise
        self.hooks.after(request, response, self.clock.monotonic() - began, tries)
        return response

    def _pass_on(self, request: Request, token: str | None, timeout: float) -> Response:
        interceptor = INSTALLED.interceptor
        if interceptor is None:
            return self.transport.send(request, token=token, timeout=timeout)
        return interceptor.send(Attempt(request, self.transport, token, timeout, self.clock.own))

    def _check(self, response: Response, tries: int) -> None:
        """Raise the error that an answer stands for; learn from an answer about tokens when this client's own ends."""
        refused = response.status >= HTTPStatus.BAD_REQUEST
        status = self.token.status(self.clock.now()) if refused else None
        secrets = [each for each in (self.token.value, response.request.token) if each is not None]
        raise_for_status(response, tries, secrets, status, now=self.clock.now())
        if response.request.idempotent and response.request.accept == JSON_TYPE:
            # A page to sign in on, in place of an answer, is an error while the request can still be sent again.
            response.decoded()
        self.token.learn(response)
