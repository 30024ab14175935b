"""The client: the connection to one account, shared by sessions and threads."""

from __future__ import annotations

import os
from contextlib import suppress
from queue import SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, Final, NoReturn

from linode_orm._options import check_count, check_flags, check_limit, check_seconds
from linode_orm._public import public
from linode_orm._secrets import SecretText, forgets_locals
from linode_orm.errors import InvalidRequestError
from linode_orm.wire.clock import SystemClock
from linode_orm.wire.config import DEFAULT_URL, check_token, check_url, discover
from linode_orm.wire.interceptor import ClientClock
from linode_orm.wire.messages import Request, Response
from linode_orm.wire.reference_data import ReferenceDataCache
from linode_orm.wire.request_hooks import RequestHooks
from linode_orm.wire.sender import Sender, TimeLimits
from linode_orm.wire.tokens import Token
from linode_orm.wire.workers import Workers
from linode_orm.wire.writes_in_flight import WritesInFlight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta
    from types import TracebackType
    from typing import Self

    from linode_orm.wire.clock import Clock
    from linode_orm.wire.messages import JSON
    from linode_orm.wire.ratelimit.snapshot import BudgetSnapshot
    from linode_orm.wire.ratelimit.wait import BlockingRateLimiter
    from linode_orm.wire.request_hooks import AfterHook, BeforeHook
    from linode_orm.wire.transport import Transport

_READS: Final = frozenset({"GET", "HEAD"})


def observed(client: Client, before: BeforeHook) -> AbstractContextManager[None]:
    """Call one more hook before each try of a client, on every thread, in a `with` block."""
    return client._sender.hooks.added(before)  # noqa: SLF001  its own module


def renewed_by(client: Client, renew: Callable[[], str]) -> None:
    """Let a client ask for another token when the API says that its own is none; a request is sent again once then.

    `renew` returns the token, and is called on the thread whose request was refused.
    """
    client._sender.token.renew = renew  # noqa: SLF001  its own module


class Outcome:
    """What became of one of several requests: its answer, or the error it ended with."""

    __slots__ = ("error", "index", "response")

    def __init__(self, index: int, response: Response | None, error: Exception | None) -> None:
        self.index, self.response, self.error = index, response, error


@public
class Client:
    """The connection to one account: pool, retries, time limits, and the cache of reference data.

    `token` and `base_url` are looked for as `Session` describes unless they are given (raises `ConfigError`). `workers`
    is how many requests run at once. `timeout` is the seconds that one request may take, and `deadline` those of one
    call with all its retries. `max_request_lifetime` are the seconds for which a request without an answer may still
    run at the API: twice the timeout by default (`settle` is its former name). `read_only` refuses everything but GET.
    `catalogue_ttl` is how many seconds lists of regions, types and kernels are kept. `transport` and `clock` replace
    the network and the time.

    `budget` keeps from sending more than the API allows. True counts here. `redis://host` counts together with all
    processes that name the same place (`processes` of them, counted in Redis by default). None or False does not count
    at all. A request that waits for its turn does not use up its deadline.

    `before` and `after` are called around each try, on the thread that sends it, with the same `Request`. What a
    `before` raises keeps the request from being sent; what an `after` raises is logged, and the answer is kept.

    Thread-safe. Making one sends nothing.
    """

    _pool: Workers | None = None
    _closed = False
    base_url = ""
    """The address of the API, without its version."""
    read_only = False
    """Whether everything but GET is refused."""

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
        settle: float | None = None,
    ) -> None:
        token = SecretText(token) if isinstance(token, str) else token
        _check_numbers(workers, timeout, deadline, catalogue_ttl)
        check_flags(read_only=read_only)
        self.workers, self.timeout, self.deadline = workers, timeout, deadline
        self.max_request_lifetime = _lifetime(max_request_lifetime, settle, timeout)
        self.read_only, self.clock = read_only, ClientClock(clock if clock is not None else SystemClock())
        self.reference_data = ReferenceDataCache(catalogue_ttl, self.clock)
        self.base_url, value = _place(token, base_url, profile, looks=transport is None)
        self.transport = transport or _over_http(self.base_url, workers)
        self.writes_in_flight = WritesInFlight(self.clock, self.max_request_lifetime)
        self._sender = Sender(
            transport=self.transport,
            clock=self.clock,
            token=Token(value),
            hooks=RequestHooks(before, after),
            rate_limiter=_rate_limiter(budget, processes, self.clock.own, (self.base_url, value)),
            writes_in_flight=self.writes_in_flight,
            limits=TimeLimits(timeout, deadline),
        )
        self._lock, self._process = Lock(), os.getpid()

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
        read-only client, before anything is sent. `wanted()` is asked before the request is sent and while it waits for
        its turn, as long as no try of it may have been done. Once it is false, the request is given up unsent
        (`CancelledError`). `new_path` is the path that it gives its object, `replaces` the requests that it stands for.
        """
        self._check(request)
        return self._sender.send(request, wanted, new_path, replaces)

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

        futures: list[Future[None]] = [pool.submit_read(work, index, request) for index, request in enumerate(waiting)]
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

    @forgets_locals
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
        return self._sender.api_clock.skew

    @property
    def api_now(self) -> datetime | None:
        """The moment by the clock of the API, or one before it; None where no answer had a date.

        It is counted on from the last answer, so that no jump of this machine's clock moves it.
        """
        return self._sender.api_clock.now

    # -- its state ---------------------------------------------------------------------------------------------------

    @property
    def largest_page(self) -> int | None:
        """How many rows of a list are asked for at once, at most; None for as many as the list gives.

        A transport says so by an attribute of that name: where no request takes time, the first rows come sooner.
        """
        return getattr(self.transport, "largest_page", None)

    @property
    def requests_sent(self) -> int:
        """How many requests this client sent, tries counted one by one."""
        return self._sender.sent

    @property
    def budget(self) -> BudgetSnapshot:
        """What is left of the requests that the API allows: print it, iterate its rows, or take `to_dict()`."""
        from linode_orm.wire.ratelimit.snapshot import BudgetSnapshot  # noqa: PLC0415  see _rate_limiter

        limiter = self._sender.rate_limiter
        return limiter.snapshot() if limiter is not None else BudgetSnapshot(kept=False)

    def least_time(self, requests: Iterable[tuple[str, str]]) -> float:
        """Give the least seconds that requests (method, path) take from now on, under what is left of the budgets."""
        limiter = self._sender.rate_limiter
        return limiter.least_time(requests) if limiter is not None else 0.0

    @property
    def token_expiry(self) -> datetime | None:
        """When the token ends; known once an answer about `/profile/tokens` has shown it, None before."""
        return self._sender.token.expiry

    @property
    def pool(self) -> Workers:
        """The threads that send side by side; a process that was forked has its own."""
        with self._lock:
            if self._pool is None or os.getpid() != self._process:
                self._process = os.getpid()
                self._pool = Workers(self.workers, thread_name_prefix="linode_orm")
            return self._pool

    def close(self) -> None:
        """Let threads and connections go; calls in flight end first."""
        self._closed = self._sender.closed = True
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
        return f"<Client of {self.base_url or 'no address'}{limits}>"

    def __reduce__(self) -> NoReturn:
        msg = "a Client cannot be pickled: it holds connections and a token; make one in each process"
        raise TypeError(msg)


def _place(token: str | None, base_url: str | None, profile: str | None, *, looks: bool) -> tuple[str, str | None]:
    """Give address and token; looked for where they are not given, unless a transport stands for the network."""
    if looks:
        found = discover(token, base_url, profile)
        return found.base_url, found.token
    return check_url(base_url or DEFAULT_URL), None if token is None else check_token(token, "token=")


def _rate_limiter(
    budget: object,
    processes: int | None,
    clock: Clock,
    account: tuple[str, str | None],
) -> BlockingRateLimiter | None:
    # Its classes take as long to import as all others of a client: who only names the client need not wait for them.
    from linode_orm.wire.ratelimit.wait import rate_limiter_for  # noqa: PLC0415

    return rate_limiter_for(budget, processes, clock, account)


def _over_http(base_url: str, workers: int) -> Transport:
    from linode_orm.wire.http import HttpTransport  # noqa: PLC0415  requests is slow to import

    return HttpTransport(base_url, connections=workers)


def _lifetime(max_request_lifetime: float | None, settle: float | None, timeout: float) -> float:
    if max_request_lifetime is not None and settle is not None:
        msg = "max_request_lifetime and settle are two names of one option: give one of them"
        raise InvalidRequestError(msg)
    given = settle if max_request_lifetime is None else max_request_lifetime
    if given is None:
        return 2 * timeout
    check_limit("max_request_lifetime", given)
    return given


def _check_numbers(workers: object, timeout: object, deadline: object, catalogue_ttl: object) -> None:
    check_count("workers", workers, least=1)
    check_limit("timeout", timeout)
    check_limit("deadline", deadline)
    check_seconds("catalogue_ttl", catalogue_ttl)
