"""Replay: requests are answered by recordings, offline, whatever the order in which they come."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from linode_orm import errors
from linode_orm.errors import CassetteError, LinodeORMError, TransportError
from linode_orm.testing.cassettes.accounts import Accounts
from linode_orm.testing.cassettes.difference import difference, nearest
from linode_orm.testing.cassettes.digest import Digest
from linode_orm.testing.cassettes.form import Parts, form, form_of
from linode_orm.testing.cassettes.matching import Matcher, first_read
from linode_orm.testing.cassettes.scrubbing import Scrubber
from linode_orm.testing.cassettes.stand_ins import StandIns
from linode_orm.testing.cassettes.timeline import Timelines
from linode_orm.testing.cassettes.writes import AnsweredWrite
from linode_orm.wire import Response
from linode_orm.wire.interceptor import Interceptor

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.testing.cassettes.file_format import CassetteFile
    from linode_orm.testing.cassettes.form import Form
    from linode_orm.testing.cassettes.interaction import Failure
    from linode_orm.testing.cassettes.matching import Recorded
    from linode_orm.testing.cassettes.scrubbing import KeyRule
    from linode_orm.testing.cassettes.timeline import Timeline
    from linode_orm.wire import Request
    from linode_orm.wire.interceptor import Attempt


class Replay(Interceptor):
    """An interceptor that replays; see `linode_orm.wire.interceptor.Interceptor`."""

    def __init__(self, file: CassetteFile, name: str, rule: KeyRule) -> None:
        self.length = len(file.interactions)
        self.played = 0
        self._name = name
        self._scrubber = Scrubber(rule, StandIns(numbered=False))
        self._matcher = Matcher(
            [(each, form_of(each.request, self._scrubber)) for each in file.interactions],
            Accounts(file.header.accounts, file.header.salt),
        )
        self._timelines = Timelines(file.header.began, self._matcher.first_left)
        self._lock = Lock()
        self._errors: list[CassetteError] = []

    @property
    def clock(self) -> Timelines:
        """The time of the recording, for each thread its own."""
        return self._timelines

    def carry(self, function: Callable[..., object], *, is_read: bool) -> Callable[..., object]:
        """Return a function for a worker that goes on with the time of this thread."""
        if is_read:
            self._timelines.settle()
        return self._timelines.carry(function)

    def enter(self, session: object) -> None:
        """Let the writes of a session count on this thread from now on."""
        self._timelines.enter(session)

    def send(self, attempt: Attempt) -> Response:
        """Answer a request by the first recording of it that was not played; raise `CassetteError` where none is."""
        request, token = attempt.request, attempt.token
        sent = self._form(request, token)
        with self._lock:
            recorded = self._found(sent, request, token)
            self._matcher.play(recorded, token)
            self.played += 1
        interaction = recorded.interaction
        self._timelines.play(interaction.span)
        if interaction.answer is None:
            raise _raised(interaction.failure)
        if not _is_read(request):
            self._timelines.current.writes.answered.append(AnsweredWrite(sent, interaction.span))
        answer = interaction.answer
        return Response(answer.status, dict(answer.headers), answer.content, request, interaction.span.took)

    def check(self) -> None:
        """Raise the first error that was raised at a request, for a program that went on all the same."""
        if self._errors:
            raise self._errors[0]

    def _form(self, request: Request, token: str | None) -> Form:
        body = request.body if request.content is None else Digest(request.content).read()
        url = request.url or f"/{request.version}{request.path}"
        parts = Parts(request.method, url, request.query, request.x_filter, body, request.secret_keys)
        with self._lock:
            if token is not None:
                self._scrubber.stand_ins.learn(token)
            return form(self._scrubber, parts)

    def _found(self, sent: Form, request: Request, token: str | None) -> Recorded:
        timeline = self._timelines.current
        self._timelines.settle()
        candidates = self._matcher.candidates(sent, token, timeline)
        found = first_read(candidates, timeline.writes) if _is_read(request) else next(iter(candidates), None)
        if found is None:
            error = self._error(sent, candidates, timeline)
            self._errors.append(error)
            raise error
        return found

    def _error(self, sent: Form, candidates: list[Recorded], timeline: Timeline) -> CassetteError:
        recordings = self._matcher.recordings
        left = [each for each in recordings if not each.is_played]
        head = f"{sent.title} is on no recording of {self._name} that is left ({len(left)} of {len(recordings)} are)"
        if candidates:
            write = next(candidates[0].overtaking(timeline.writes))
            msg = (
                f"{head}: recording {candidates[0].number} shows what was there before {write.form.title}, "
                "which was answered in this replay"
            )
            return CassetteError(msg)
        close = nearest(sent, left or recordings)
        lines = [] if close is None else difference(sent, close.form)
        if close is None or not lines:
            return CassetteError(f"{head}: {self._matcher.reason(sent)}")
        listed = "\n  ".join(lines)
        state = "left" if left else "played already"
        error = CassetteError(f"{head}; the nearest, {state}, is recording {close.number}:\n  {listed}")
        error.difference = tuple(lines)
        return error


def _is_read(request: Request) -> bool:
    """Whether a request changes nothing; some POSTs ask for metrics."""
    return request.method in {"GET", "HEAD", "OPTIONS"} or (request.method == "POST" and request.idempotent)


def _raised(failure: Failure | None) -> Exception:
    """Return the error that stands for what came in place of an answer."""
    if failure is None:
        return TransportError("the cassette has neither an answer nor an error here", sent=None)
    if failure.error == "TransportError":
        return TransportError(failure.message, sent=failure.sent, timed_out=failure.timed_out)
    kind = getattr(errors, failure.error, None)
    if isinstance(kind, type) and issubclass(kind, LinodeORMError):
        return kind(failure.message)
    return TransportError(f"{failure.message}; so it is on the cassette", sent=None)
