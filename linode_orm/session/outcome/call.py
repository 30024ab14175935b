"""Calls: one request and what became of it, on a worker that sees values only."""

from __future__ import annotations

from concurrent.futures import CancelledError
from time import perf_counter
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linode_orm.errors import NotFound
from linode_orm.mapping.model import resource
from linode_orm.session.planning.plan import Key
from linode_orm.wire.outcome import outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from threading import Event

    from linode_orm.session.outcome.claimed_ids import ClaimedIds
    from linode_orm.session.outcome.nested import InnerOutcomes
    from linode_orm.session.planning.plan import InDoubt, Step
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Request


@frozen(eq=False)
class RunContext:
    """What the workers of one run share.

    `is_wanted` is asked before a request is sent, and while it waits for its turn: once it is false, the request is
    given up unsent. `stop` is set when nothing is to be waited for any more. `claims` are the ids that creations were
    answered with, `freed` those whose deletion was answered.
    """

    client: Client
    is_wanted: Callable[[], bool]
    stop: Event
    claims: ClaimedIds
    freed: ClaimedIds

    def until(self) -> float:
        """Return when a request that is sent now has surely ended, by the monotonic clock."""
        return self.client.clock.monotonic() + self.client.max_request_lifetime


@frozen(eq=False)
class Answer:
    """What became of a request: its body or its error, how long it took, how often it was sent, what else there is.

    `identity` is the id that a creation brought. `in_doubt` is set if the request may have been done although it
    failed. `inner` is what became of the other objects of the request. `ended` is when an update ended, by the
    monotonic clock: the session's thread takes its answer later.
    """

    body: object = None
    seconds: float = 0.0
    tries: int = 1
    error: BaseException | None = None
    note: str = ""
    identity: object = None
    in_doubt: InDoubt | None = None
    inner: InnerOutcomes | None = None
    ended: float | None = None

    @property
    def was_given_up(self) -> bool:
        """Whether the request was not sent, because nobody wanted it any more: its step stays pending."""
        return isinstance(self.error, CancelledError)

    def splits(self, step: Step) -> bool:
        """Whether the parts of a batch request are steps of their own now; what was done whole needs no split."""
        return bool(step.parts and self.inner is not None and (self.inner.left or self.inner.in_doubt))

    def failed_steps(self, step: Step) -> tuple[int, ...]:
        """Return the numbers of the steps that were not done, the parts of a batch request among them.

        In doubt counts as a failure: what depends on the step must not be sent.
        """
        in_doubt = self.inner.in_doubt if self.inner is not None else ()
        if self.splits(step):
            return tuple(each.step.number for each in in_doubt)
        has_failed = (self.error is not None and not self.was_given_up) or in_doubt
        return (step.number,) if has_failed else ()


def call(context: RunContext, attempt: InDoubt, request: Request, new_path: str | None = None) -> Answer:
    """Send a PUT or a DELETE; the client repeats it if its answer is lost or unreadable.

    `new_path` is the path that it gives its object.
    """
    began = perf_counter()
    try:
        response = context.client.send(request, wanted=context.is_wanted, new_path=new_path)
        _free(context, attempt)
        return Answer(response.decoded(), perf_counter() - began, response.tries)
    except BaseException as error:  # noqa: BLE001  whatever it is, the session's thread decides
        answer = Answer(None, perf_counter() - began, getattr(error, "tries", 1), error)
        # Gone is as good as deleted: whoever deleted it, the API may give its number to a new object.
        if isinstance(error, NotFound):
            _free(context, attempt)
    if not outcome_of(answer.error).is_in_doubt:
        return answer
    note = f"{request.title} may have been done: {answer.error}"
    return evolve(answer, note=note, in_doubt=evolve(attempt, reason=note, until=context.until()))


def _free(context: RunContext, attempt: InDoubt) -> None:
    """Record that an object is deleted: the API may give its number again."""
    step = attempt.step
    if step.operation == "delete" and isinstance(step.token, Key):
        context.freed.add(resource(step.model), step.token.parents, step.token.identity)


def call_renaming(context: RunContext, attempt: InDoubt, request: Request, there: Request) -> Answer:
    """Send a PUT that gives its object another key; if the old one is unknown, an earlier try may have done it.

    `there` reads the object by its new key.
    """
    answer = call(context, attempt, request, there.path)
    if not isinstance(answer.error, NotFound):
        return answer
    began = perf_counter()
    try:
        found = context.client.send(there).decoded()
    except Exception:  # noqa: BLE001  whatever it is, the first error stands
        return answer
    # Another object may have had the new key all along: only one that has everything that was sent is this one.
    sent = request.body if isinstance(request.body, dict) else {}
    if not isinstance(found, dict) or any(found.get(key) != value for key, value in sent.items()):
        return answer
    return Answer(found, answer.seconds + perf_counter() - began, answer.tries, note="it had that key already")
