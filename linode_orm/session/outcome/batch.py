"""Batch requests: one POST in place of several is sent until it is known what it did; on a worker."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import evolve

from linode_orm.errors import ApiError, LinodeORMError, NotFound, RateLimited, TransportError, Unauthorized
from linode_orm.session.outcome.call import Answer
from linode_orm.session.outcome.nested import Applied, InnerOutcomes
from linode_orm.session.outcome.rebuild import RebuildRequest
from linode_orm.session.outcome.resolve import LookupResult, resolve
from linode_orm.session.planning.batch_rules import TAGGED
from linode_orm.wire.messages import Request
from linode_orm.wire.outcome import outcome_of

if TYPE_CHECKING:
    from linode_orm.session.outcome.call import RunContext
    from linode_orm.session.planning.plan import InDoubt, Key

_ROUNDS: Final = 4
"""How often a rebuild is sent at most."""


def send_batch(context: RunContext, attempt: InDoubt) -> Answer:
    """Send a batch request; where the API does not take it, the answer leaves its parts to be sent by themselves.

    `attempt.step` is the request with all ids filled into its parts; `attempt` also says whether an earlier run sent it
    without an answer.
    """
    batch_request = _BatchRequest(context, attempt)
    return batch_request.tag() if attempt.step.model == "Tag" else batch_request.rebuild()


class _BatchRequest:
    def __init__(self, context: RunContext, attempt: InDoubt) -> None:
        self._context, self._client, self._attempt, self._step = context, context.client, attempt, attempt.step
        self._lost: BaseException | None = TransportError(attempt.reason) if attempt.was_sent else None
        """The error of the first answer that was lost."""
        self._until = attempt.until
        self._tries = 0
        self._began = perf_counter()

    # -- a tag -------------------------------------------------------------------------------------------------------

    def tag(self) -> Answer:
        """Put a tag on objects; refused, or not answered, each gets it by its own PUT, which does no more than this."""
        body: dict[str, Any] = {"label": cast("Key", self._step.token).identity}
        for part in self._step.parts:
            body.setdefault(TAGGED[part.model], []).append(cast("Key", part.token).identity)
        try:
            self._send(Request("POST", self._step.path, version=self._step.version, body=body))
        except Exception as error:  # noqa: BLE001  whatever it is, it is told
            # Each PUT does no more than this request: it does not matter whether it was done before.
            if self._lost is not None or _is_refusal(error):
                return self._split(f"{self._step.method} {self._step.path}: {error}")
            return self._answer(error=error)
        return self._answer(
            inner=InnerOutcomes(tuple(Applied(part, part.parents, None, {}) for part in self._step.parts))
        )

    # -- a rebuild ---------------------------------------------------------------------------------------------------

    def rebuild(self) -> Answer:
        """Send the newest children with the changes in them; after a lost answer look what it did, and go on."""
        request = RebuildRequest(self._client, self._attempt)
        try:
            for _ in range(_ROUNDS):
                answer = self._round(request)
                if answer is not None:
                    return answer
        except NotFound as error:
            return self._split(str(error)) if self._lost is None else self._in_doubt(str(error))
        except LinodeORMError as error:
            unread = f"it could not be looked for: {error}"
            return self._answer(error=error) if self._lost is None else self._in_doubt(unread)
        return self._in_doubt("it was sent several times, and no answer arrived")

    def _round(self, rebuild: RebuildRequest) -> Answer | None:
        """Look, and send what is missing; None where the answer was lost."""
        # promise 34b: it is sent again when the lost one can no longer run
        until = 0.0 if self._lost is None else self._until
        looked_up = resolve(self._client, until, lambda: self._look(rebuild), self._context.stop.is_set)
        if looked_up.why:
            return self._in_doubt(looked_up.why)
        # An empty body stands for a rebuild of which every part is done.
        if looked_up.body is not None:
            note = "its answer was lost; what it does was looked for and found" if self._lost else "it was so already"
            return self._answer(note=note, inner=rebuild.outcomes())
        request = rebuild.request()
        if request is None:
            return self._answer(inner=rebuild.outcomes(), note="the API does not take these changes together")
        try:
            answer = self._send(request)
        except Exception as error:  # noqa: BLE001  whatever it is, it is told
            return self._failed(error)
        return self._answer(
            inner=rebuild.outcomes_after(answer), note="its first answer was lost" if self._lost else ""
        )

    def _look(self, rebuild: RebuildRequest) -> LookupResult:
        left = rebuild.look(may_have_run=self._lost is not None)
        return LookupResult(None if left else {})

    def _failed(self, error: Exception) -> Answer | None:
        if outcome_of(error).is_in_doubt:
            return None
        if self._lost is not None:
            return self._in_doubt(f"sent again, it was refused: {error}")
        if _is_refusal(error):
            return self._split(f"{self._step.method} {self._step.path}: {error}")
        return self._answer(error=error)

    # -- both --------------------------------------------------------------------------------------------------------

    def _send(self, request: Request) -> object:
        """Send a request; record until when it may be running where its answer is lost."""
        # Writes in flight are kept by object: a later PUT of one part has to wait for this request.
        alone = [Request(part.method, part.path, part.version, body=part.body) for part in self._step.parts]
        try:
            response = self._client.send(request, wanted=self._context.is_wanted, replaces=alone)
            self._tries += response.tries
            return response.decoded()
        except Exception as error:
            self._tries += getattr(error, "tries", 1 if isinstance(error, LinodeORMError) else 0)
            if outcome_of(error).is_in_doubt:
                self._lost = self._lost or error
                self._until = self._context.until()
            raise

    def _split(self, why: str) -> Answer:
        """Leave each part to be sent by itself."""
        return self._answer(inner=InnerOutcomes(left=self._step.parts), note=why)

    def _in_doubt(self, why: str) -> Answer:
        note = f"{self._step.method} {self._step.path} was sent and may have been done: {self._lost}; {why}"
        in_doubt = evolve(self._attempt, reason=note, until=self._context.until())
        return evolve(self._answer(error=self._lost, note=note), in_doubt=in_doubt)

    def _answer(
        self, *, error: BaseException | None = None, note: str = "", inner: InnerOutcomes | None = None
    ) -> Answer:
        return Answer({}, perf_counter() - self._began, self._tries, error, note, inner=inner)


def _is_refusal(error: BaseException) -> bool:
    """Whether an error is about what was sent together, and not about who sends or how fast."""
    # promise 33a: refused together, each goes by itself
    return isinstance(error, ApiError) and not isinstance(error, (RateLimited, Unauthorized))
