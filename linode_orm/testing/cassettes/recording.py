"""Recording: every try of every client is passed on, kept with its place in the order, and scrubbed at the end."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from attrs import define, evolve, field

from linode_orm.errors import CassetteError, LinodeORMError, ResponseError, TransportError
from linode_orm.testing.cassettes.accounts import digest, new_salt
from linode_orm.testing.cassettes.digest import Digest
from linode_orm.testing.cassettes.file_format import FORMAT, CassetteFile, Header
from linode_orm.testing.cassettes.form import Parts, form
from linode_orm.testing.cassettes.interaction import Failure, Interaction, RecordedAnswer, RecordedRequest, Span
from linode_orm.testing.cassettes.layout import laid_out
from linode_orm.testing.cassettes.scrubbing import KeyRule, Scrubber
from linode_orm.testing.cassettes.stand_ins import StandIns
from linode_orm.version import VERSION
from linode_orm.wire.config import DEFAULT_URL
from linode_orm.wire.interceptor import Interceptor
from linode_orm.wire.messages import JSON_TYPE

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.wire import Request, Response
    from linode_orm.wire.interceptor import Attempt

_KEPT_HEADERS: Final = frozenset({"content-type", "date"})
_KEPT_OF_REFUSALS: Final = frozenset({"retry-after", "x-oauth-scopes", "x-accepted-oauth-scopes", "location"})
"""Headers that a client reads of refusals alone."""
_FIRST_REFUSAL: Final = 300


@define(eq=False)
class _Try:
    """One try of a request, as it was sent: the body is copied, for a program may change what it was made of."""

    attempt: Attempt
    begin: int
    body: str | None = field(init=False)
    x_filter: str | None = field(init=False)
    file: Digest | None = field(init=False)
    at: datetime = field(init=False)
    began: float = field(init=False)
    end: int | None = None
    took: float = 0.0
    response: Response | None = None
    failure: Failure | None = None

    def __attrs_post_init__(self) -> None:
        request, clock = self.attempt.request, self.attempt.clock
        self.body = None if request.body is None else json.dumps(request.body)
        self.x_filter = json.dumps(request.x_filter) if request.x_filter else None
        self.file = Digest(request.content) if request.content is not None else None
        self.at, self.began = clock.now(), clock.monotonic()

    @property
    def request(self) -> Request:
        """The request."""
        return self.attempt.request

    @property
    def token(self) -> str | None:
        """The token that is sent with it."""
        return self.attempt.token

    @property
    def sent(self) -> Request:
        """The request as it is passed on: what it carries is read through its digest."""
        return self.request if self.file is None else evolve(self.request, content=self.file.content)


class Recording(Interceptor):
    """An interceptor that records; see `linode_orm.wire.interceptor.Interceptor`."""

    def __init__(self, rule: KeyRule) -> None:
        self._rule = rule
        self._lock, self._ticks = Lock(), count(1)
        self._process = os.getpid()
        self._tries: list[_Try] = []

    def length(self) -> int:
        """How many interactions there are by now."""
        return len(self._tries)

    def enter(self, session: object) -> None:
        """Do nothing: while recording, nothing depends on the session."""

    def carry(self, function: Callable[..., object], *, is_read: bool) -> Callable[..., object]:  # noqa: ARG002  nothing to carry
        """Return the function as it is: while recording, nothing depends on the thread."""
        return function

    def send(self, attempt: Attempt) -> Response:
        """Pass one try on, and keep what became of it; what is cut off by a signal is kept without an answer."""
        request, clock = attempt.request, attempt.clock
        if os.getpid() != self._process:
            msg = f"{request.title} is not sent: a process that was forked while recording has no cassette to record on"
            raise CassetteError(msg)
        tried = self._begun(attempt)
        try:
            tried.response = attempt.pass_on(tried.sent)
        except BaseException as error:
            tried.failure = _failure(error)
            raise
        finally:
            tried.took, tried.end = clock.monotonic() - tried.began, next(self._ticks)
        return tried.response if tried.file is None else evolve(tried.response, request=request)

    def _begun(self, attempt: Attempt) -> _Try:
        with self._lock:
            tried = _Try(attempt, next(self._ticks))
            self._tries.append(tried)
        return tried

    # -- at the end --------------------------------------------------------------------------------------------------

    def finish(self) -> CassetteFile:
        """Return the cassette, scrubbed; raise `CassetteError` where a field looks like a secret that is not known."""
        tries = list(self._tries)
        stand_ins = StandIns(numbered=True)
        tokens = list(dict.fromkeys(each for tried in tries for each in _tokens(tried)))
        for token in tokens:
            stand_ins.learn(token)
        began = min((each.at for each in tries), default=datetime.now(UTC))
        accounts = list(dict.fromkeys(each.token for each in tries if each.token is not None and not each.request.url))
        made = _Cut(Scrubber(self._rule, stand_ins), began, accounts)
        once = [(stand_ins.known, made.interaction(tried)) for tried in tries]
        # once more, because a secret may stand somewhere before it is known to be one
        interactions = tuple(
            found if known == stand_ins.known else made.interaction(tried)
            for tried, (known, found) in zip(tries, once, strict=True)
        )
        _check(made.scrubber)
        salt = new_salt() if len(accounts) > 1 else ""
        header = Header(
            format=FORMAT,
            version=VERSION,
            made=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            began=began.isoformat(),
            salt=salt,
            accounts=tuple(digest(each, salt) for each in accounts) if salt else (),
        )
        return CassetteFile(header, interactions)


@define(eq=False)
class _Cut:
    """Makes interactions of tries."""

    scrubber: Scrubber
    began: datetime
    accounts: list[str]
    _names: dict[int, str] = field(factory=dict)

    def interaction(self, tried: _Try) -> Interaction:
        """Return the interaction of a try, without secrets."""
        end = tried.end if tried.end is not None else tried.begin
        span = Span(tried.begin, end, round((tried.at - self.began).total_seconds(), 6), round(tried.took, 6))
        request, answer = self._request(tried), None
        if tried.response is not None:
            answer = self._answer(tried, tried.response)
        failure = tried.failure
        if failure is None and answer is None:
            failure = Failure("Interrupted", "the recording ended before the answer came")
        if failure is not None:
            failure = evolve(failure, message=self.scrubber.text(failure.message, ""))
        account = self.accounts.index(tried.token) + 1 if tried.token in self.accounts else 1
        return Interaction(0, request, span, answer, failure, account)

    def _request(self, tried: _Try) -> RecordedRequest:
        request = tried.request
        address = urlsplit(request.url or f"{DEFAULT_URL}/{request.version}{request.path}")
        parts = Parts(
            method=request.method,
            url=request.url or address.geturl(),
            query=request.query,
            x_filter=None if tried.x_filter is None else json.loads(tried.x_filter),
            body=None if tried.body is None else json.loads(tried.body),
            secret_keys=request.secret_keys,
        )
        shown = form(self.scrubber, parts, f"{request.title}, request: ")
        query = urlencode(shown.query, safe="*:/")
        host = address.netloc.rpartition("@")[2]
        url = urlunsplit((address.scheme, host, shown.path, query, ""))
        file = tried.file
        if file is not None:
            return RecordedRequest(request.method, url, None, file.description, file.kind)
        body = None if tried.body is None else laid_out(shown.body)
        x_filter = None if shown.x_filter is None else json.dumps(shown.x_filter, sort_keys=True)
        return RecordedRequest(request.method, url, x_filter, body)

    def _answer(self, tried: _Try, response: Response) -> RecordedAnswer:
        kept = _KEPT_HEADERS | (_KEPT_OF_REFUSALS if response.status >= _FIRST_REFUSAL else frozenset())
        headers = {
            name.lower(): self.scrubber.string(each) for name, each in response.headers.items() if name.lower() in kept
        }
        if headers.get("content-type", "").partition(";")[0].strip() == JSON_TYPE:
            del headers["content-type"]
        written = laid_out if tried.request.accept == JSON_TYPE else None
        where = f"{tried.request.title}, answer: body"
        content = self.scrubber.content(response.content, where, tried.request.secret_keys, written)
        return RecordedAnswer(response.status, headers, content)


def _tokens(tried: _Try) -> list[str]:
    return [each for each in (tried.token, tried.request.token) if each is not None]


def _failure(error: BaseException) -> Failure:
    """Describe what came in place of an answer; an error that a signal raised is no answer at all."""
    if isinstance(error, TransportError):
        return Failure("TransportError", str(error), error.sent, error.timed_out)
    if isinstance(error, LinodeORMError):
        return Failure(type(error).__name__, str(error), sent=isinstance(error, ResponseError) or None)
    return Failure("Interrupted", f"no answer was waited for ({type(error).__name__})")


def _check(scrubber: Scrubber) -> None:
    """Raise `CassetteError` where something looks like a secret that nothing declares."""
    if scrubber.suspects:
        places = "\n  ".join(scrubber.suspects)
        msg = (
            "the cassette is not written: these look like secrets, and nothing declares them\n"
            f"  {places}\n"
            "name their keys in recorder(secret_keys=[...]), or in recorder(plain_keys=[...]) where they are none"
        )
        raise CassetteError(msg)
