"""The client: the connection to one account, shared by sessions and threads."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from queue import SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, Final, NoReturn

from attrs import evolve, frozen

from linode_orm._public import public
from linode_orm.errors import ApiError, InvalidRequestError, LinodeORMError, ResponseError, TransportError
from linode_orm.wire.api_errors import raise_for_status
from linode_orm.wire.clock import SystemClock
from linode_orm.wire.config import DEFAULT_URL, check_token, check_url, discover
from linode_orm.wire.messages import JSON_TYPE, Request, Response
from linode_orm.wire.outcome import mark_not_sent, outcome_of
from linode_orm.wire.ratelimit.snapshot import BudgetSnapshot
from linode_orm.wire.ratelimit.wait import rate_limiter_for
from linode_orm.wire.reference_data import ReferenceDataCache
from linode_orm.wire.request_hooks import RequestHooks, log_retry
from linode_orm.wire.retry import POLICY, another
from linode_orm.wire.tokens import TOKENS, TokenStatus, parse_expiry
from linode_orm.wire.writes_in_flight import WritesInFlight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from datetime import datetime
    from types import TracebackType
    from typing import Self

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import JSON
    from linode_orm.wire.ratelimit.limiter import Permit
    from linode_orm.wire.request_hooks import AfterHook, BeforeHook
    from linode_orm.wire.transport import Transport

_READS: Final = frozenset({"GET", "HEAD"})


@frozen
class Outcome:
    """What became of one of several requests: its answer, or the error it ended with."""

    index: int
    response: Response | None
    error: Exception | None


@public
class Client:
    """The connection to one account: pool, retries, time limits, and the cache of reference data.

    `token` and `base_url` are looked for as `Session` describes unless they are given (raises `ConfigError`).
    `workers` is how many requests run at once; `timeout` the seconds that one request may take, `deadline` those of
    one call with all its retries, `max_request_lifetime` those for which a request without an answer may still run at
    the API (twice the timeout by default). `read_only` refuses everything but GET. `catalogue_ttl` is how many
    seconds lists of regions, types and kernels are kept. `transport` and `clock` replace the network and the time.

    `budget` keeps from sending more than the API allows: True counts here, `redis://host` together with all processes
    that name the same place (`processes` of them, counted in Redis by default), None or False not at all. A request
    that waits for its turn does not use up its deadline.

    `before` and `after` are called around each try, on the thread that sends it, with the same `Request`. What a
    `before` raises keeps the request from being sent; what an `after` raises is logged, and the answer is kept.

    Thread-safe. Making one sends nothing.
    """

    _pool: ThreadPoolExecutor | None = None
    _closed = False
    _sent = 0
    _expiry: datetime | None = None
    _dated: tuple[str, datetime, float] | None = None

    def __init__(  # noqa: PLR0913  the options of the contract
        self,
        token: str | None = None,
        *,
        base_url: str | None = None,
        workers: int = 8,
        timeout: float = 30.0,
        deadline: float = 60.0,
        max_request_lifetime: float | None = None,
        read_only: bool = False,
        profile: str | None = None,
        transport: Transport | None = None,
        clock: Clock | None = None,
        catalogue_ttl: float = 900.0,
        before: Sequence[BeforeHook] = (),
        after: Sequence[AfterHook] = (),
        budget: bool | str | None = True,
        processes: int | None = None,
    ) -> None:
        _check_limits(workers=workers, timeout=timeout, deadline=deadline, catalogue_ttl=catalogue_ttl)
        self.workers = workers
        self.timeout = timeout
        self.deadline = deadline
        self.max_request_lifetime = _lifetime(max_request_lifetime, timeout)
        self.read_only = read_only
        self.clock: Clock = clock if clock is not None else SystemClock()
        self.reference_data = ReferenceDataCache(catalogue_ttl, self.clock)
        self._hooks = RequestHooks(before, after)
        self.base_url, self._token = _place(token, base_url, profile, looks=transport is None)
        self.transport = transport or _over_http(self.base_url, workers)
        self.writes_in_flight = WritesInFlight(self.clock, self.max_request_lifetime)
        self._rate_limiter = rate_limiter_for(budget, processes, self.clock, (self.base_url, self._token))
        self._lock = Lock()
        self._process = os.getpid()

    # -- sending -----------------------------------------------------------------------------------------------------

    def send(
        self,
        request: Request,
        *,
        wanted: Callable[[], bool] | None = None,
        new_path: str | None = None,
        replaces: Sequence[Request] = (),
    ) -> Response:
        """Send one request, again where that is safe and useful, and give its answer.

        An update waits while an older write of the same object may still take effect. Raises `ApiError` for a refusal,
        `TransportError` if no answer came, `ResponseError` for a redirect, and `InvalidRequestError` for a write of a
        read-only client, before anything is sent. While the request waits for its turn, and no try of it may have been
        done, `wanted()` is asked: once it is false, the request is given up unsent (`CancelledError`). `new_path` is
        the path that it gives its object, `replaces` the requests that it stands for.
        """
        self._check(request)
        clock, policy, tries, doubtful = self.clock, POLICY, 1, False
        self._wait_for_older_writes((request, *replaces), new_path)
        end = clock.monotonic() + self.deadline
        while True:
            permit, waited = self._acquire(request, None if doubtful else wanted)
            end += waited
            try:
                return self._attempt(request, tries, end - clock.monotonic(), permit)
            except (ApiError, TransportError, ResponseError) as error:
                error.tries, error.doubtful = tries, doubtful
                doubtful = doubtful or outcome_of(error).is_in_doubt
                self.writes_in_flight.record_all((request, *replaces), error)
                following = another(policy, request, error)
                if following is None or clock.monotonic() + following[1] >= end:
                    raise
                policy, pause = following
                if permit is not None and permit.explains(error):
                    # the budget knows when to ask again; it counts for a little, so that there is an end to it
                    end, pause = end - pause / 4, 0.0
                log_retry(request, error, pause, tries)
            if pause:
                clock.sleep(pause)
            tries += 1

    def _wait_for_older_writes(self, requests: Iterable[Request], new_path: str | None) -> None:
        if delay := max(self.writes_in_flight.delay(each, new_path) for each in requests):
            self.clock.sleep(delay)

    def _acquire(self, request: Request, wanted: Callable[[], bool] | None) -> tuple[Permit | None, float]:
        if self._rate_limiter is None or request.url:
            return None, 0.0
        return self._rate_limiter.acquire(request, lambda: not self._closed and (wanted is None or wanted()))

    def _attempt(self, request: Request, tries: int, left: float, permit: Permit | None) -> Response:
        try:
            response = self._sent_once(request, tries, left)
        except BaseException:
            self._complete(permit, None)
            raise
        self._complete(permit, response)
        if "date" in response.headers:
            self._dated = response.headers["date"], self.clock.now(), self.clock.monotonic()
        self._judge(response, tries)
        return response if tries == 1 else evolve(response, tries=tries)

    def _complete(self, permit: Permit | None, response: Response | None) -> None:
        if permit is not None and self._rate_limiter is not None:
            self._rate_limiter.complete(permit, response)

    def _sent_once(self, request: Request, tries: int, left: float) -> Response:
        try:
            self._hooks.before(request)
        except Exception as error:
            mark_not_sent(error)
            raise
        with self._lock:
            self._sent += 1
        clock = self.clock
        began = clock.monotonic()
        token = request.token if request.url else self._token
        try:
            response = self.transport.send(request, token=token, timeout=min(self.timeout, max(left, 0.001)))
        except BaseException as error:
            self._hooks.after(request, error, clock.monotonic() - began, tries)
            if not isinstance(error, LinodeORMError):
                _check_encodable(request, error)
            raise
        self._hooks.after(request, response, clock.monotonic() - began, tries)
        return response

    def _judge(self, response: Response, tries: int) -> None:
        """Raise the error that an answer stands for; learn from one about tokens when this client's own ends."""
        token = self._token
        refused = response.status >= HTTPStatus.BAD_REQUEST
        status = TokenStatus(self._expiry, self.clock.now()) if refused and token is not None else None
        secrets = [each for each in (token, response.request.token) if each is not None]
        raise_for_status(response, tries, secrets, status, now=self.clock.now())
        if response.request.idempotent and response.request.accept == JSON_TYPE:
            response.decoded()
        if token is not None and response.request.path.startswith(TOKENS):
            self._expiry = parse_expiry(response, token) or self._expiry

    def send_all(self, requests: Iterable[Request]) -> Iterator[Outcome]:
        """Send requests side by side, `workers` at a time; give what becomes of each as it ends.

        Nothing more is started when the iterator is closed.
        """
        waiting = list(requests)
        if len(waiting) == 1:
            yield self._outcome(0, waiting[0])
            return
        pool, arrived = self.pool, SimpleQueue[Outcome]()

        def work(index: int, request: Request) -> None:
            arrived.put(self._outcome(index, request))

        futures: list[Future[None]] = [pool.submit(work, index, request) for index, request in enumerate(waiting)]
        try:
            for _ in futures:
                yield arrived.get()
        finally:
            for future in futures:
                future.cancel()

    def _outcome(self, index: int, request: Request) -> Outcome:
        try:
            return Outcome(index, self.send(request), None)
        except Exception as error:  # noqa: BLE001  it is raised, or not, where the outcome is read
            return Outcome(index, None, error)

    def request(  # noqa: PLR0913  the parts of a request
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str | int] | None = None,
        x_filter: Mapping[str, object] | None = None,
        version: str = "v4",
        secret_keys: Iterable[str] = (),
    ) -> JSON:
        """Send a request that no model covers; give the parsed answer. `path` is quoted and begins with `/`."""
        if not path.startswith("/"):
            msg = f"a path begins with /, without the version: {path!r}"
            raise InvalidRequestError(msg)
        request = Request(
            method.upper(), path, version, query or {}, x_filter, body, secret_keys=frozenset(secret_keys)
        )
        return self.send(request).json()

    def _check(self, request: Request) -> None:
        if self._closed:
            msg = f"{request.title} is not sent: the client is closed"
            raise InvalidRequestError(msg)
        if self.read_only and request.method not in _READS:
            msg = f"{request.title} is not sent: the client is read-only"
            raise InvalidRequestError(msg)

    @property
    def skew(self) -> timedelta | None:
        """How far the clock of the API is ahead of this one, by its last answer; None where no answer had a date."""
        dated = self._dated
        theirs = _moment(dated[0]) if dated is not None else None
        return theirs - dated[1] if dated is not None and theirs is not None else None

    @property
    def api_now(self) -> datetime | None:
        """The moment by the clock of the API, or one before it; None where no answer had a date.

        It is counted on from the last answer, so that no jump of this machine's clock moves it.
        """
        dated = self._dated
        theirs = _moment(dated[0]) if dated is not None else None
        if dated is None or theirs is None:
            return None
        return theirs + timedelta(seconds=self.clock.monotonic() - dated[2])

    # -- its state ---------------------------------------------------------------------------------------------------

    @property
    def requests_sent(self) -> int:
        """How many requests this client sent, tries counted one by one."""
        return self._sent

    @property
    def budget(self) -> BudgetSnapshot:
        """What is left of the requests that the API allows: print it, iterate its rows, or take `to_dict()`."""
        return self._rate_limiter.snapshot() if self._rate_limiter is not None else BudgetSnapshot(kept=False)

    def least_time(self, requests: Iterable[tuple[str, str]]) -> float:
        """Give the least seconds that requests (method, path) take from now on, under what is left of the budgets."""
        return self._rate_limiter.least_time(requests) if self._rate_limiter is not None else 0.0

    @property
    def token_expiry(self) -> datetime | None:
        """When the token ends; known once an answer about `/profile/tokens` has shown it, None before."""
        return self._expiry

    @property
    def pool(self) -> ThreadPoolExecutor:
        """The threads that send side by side; a process that was forked has its own."""
        with self._lock:
            if self._pool is None or os.getpid() != self._process:
                self._process = os.getpid()
                self._pool = ThreadPoolExecutor(self.workers, thread_name_prefix="linode_orm")
            return self._pool

    def close(self) -> None:
        """Let threads and connections go; calls in flight end first."""
        self._closed = True
        if self._pool is not None and os.getpid() == self._process:
            self._pool.shutdown(wait=True, cancel_futures=True)
        with suppress(OSError):
            self.transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        limits = ", read-only" if self.read_only else ""
        return f"<Client of {self.base_url}{limits}>"

    def __reduce__(self) -> NoReturn:
        msg = "a Client cannot be pickled: it holds connections and a token; make one in each process"
        raise TypeError(msg)


def _place(token: str | None, base_url: str | None, profile: str | None, *, looks: bool) -> tuple[str, str | None]:
    """Give address and token; looked for where they are not given, unless a transport stands for the network."""
    if looks:
        found = discover(token, base_url, profile)
        return found.base_url, found.token
    return check_url(base_url or DEFAULT_URL), None if token is None else check_token(token, "token=")


def _moment(date: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(date)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _check_encodable(request: Request, error: BaseException) -> None:
    """Raise `InvalidRequestError` where an error came of a body that is no JSON: then nothing of it was sent."""
    try:
        json.dumps(request.body, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as reason:
        msg = f"{request.title} is not sent: its body cannot be written as JSON ({reason})"
        raise InvalidRequestError(msg) from error


def _over_http(base_url: str, workers: int) -> Transport:
    from linode_orm.wire.http import HttpTransport  # noqa: PLC0415  requests is slow to import

    return HttpTransport(base_url, connections=workers)


def _check_limits(**limits: object) -> None:
    for name, value in limits.items():
        kinds = (int,) if name == "workers" else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds) or not value > 0:
            msg = f"{name} is a number above 0, not {value!r}"
            raise InvalidRequestError(msg)


def _lifetime(max_request_lifetime: float | None, timeout: float) -> float:
    if max_request_lifetime is None:
        return 2 * timeout
    _check_limits(max_request_lifetime=max_request_lifetime)
    return max_request_lifetime
