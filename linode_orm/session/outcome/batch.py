"""Carrying: a bundle is sent until it is known what it did, or that its parts go by themselves; on a worker."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, cast

from linode_orm.errors import ApiError, LinodeORMError, NotFound, RateLimited, Unauthorized
from linode_orm.session.outcome.call import Answer
from linode_orm.session.outcome.nested import Applied, InnerOutcomes
from linode_orm.session.outcome.pause import pause
from linode_orm.session.outcome.rebuild import RebuildRequest
from linode_orm.session.planning.batch_rules import TAGGED
from linode_orm.wire.messages import Request
from linode_orm.wire.outcome import outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from threading import Event

    from linode_orm.session.planning.plan import InDoubt, Key, Step
    from linode_orm.wire.client import Client

_ROUNDS: Final = 4
"""How often a rebuild is sent at most."""
_FIRST_PAUSE: Final = 0.25


def send_batch(
    client: Client, bundle: InDoubt, stop: Event, wanted: Callable[[], bool], lost: BaseException | None
) -> Answer:
    """Send a bundle; where the API does not take it, the answer leaves its parts to be sent by themselves.

    `bundle` is its step, its parts with all ids filled in, and what is known of an earlier try, whose end `lost` tells.
    """
    batch_request = _BatchRequest(client, bundle, stop, wanted, lost)
    return batch_request.tag() if bundle.step.model == "Tag" else batch_request.rebuild()


class _BatchRequest:
    def __init__(
        self, client: Client, bundle: InDoubt, stop: Event, wanted: Callable[[], bool], lost: BaseException | None
    ) -> None:
        self._client, self._bundle, self._step = client, bundle, bundle.step
        self._stop, self._wanted = stop, wanted
        self._lost, self._until = lost, bundle.until
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
            if self._lost is not None or _is_refusal(error):
                return self._apart(self._step.parts, f"{self._step.method} {self._step.path}: {error}")
            return self._answer(error=error)
        return self._answer(
            inner=InnerOutcomes(tuple(Applied(part, part.parents, None, {}) for part in self._step.parts))
        )

    # -- a rebuild ---------------------------------------------------------------------------------------------------

    def rebuild(self) -> Answer:
        """Send the newest children with the changes in them; after a lost answer look what it did, and go on."""
        way = RebuildRequest(self._client, self._bundle)
        try:
            for _ in range(_ROUNDS):
                answer = self._round(way)
                if answer is not None:
                    return answer
        except NotFound as error:
            return self._apart(self._step.parts, str(error)) if self._lost is None else self._doubt(str(error))
        except LinodeORMError as error:
            unread = f"it could not be looked for: {error}"
            return self._answer(error=error) if self._lost is None else self._doubt(unread)
        return self._doubt("it was sent several times, and no answer arrived")

    def _round(self, way: RebuildRequest) -> Answer | None:
        """Look, and send what is missing; None where the answer was lost."""
        left = way.look(may_have_run=self._lost is not None)
        step = _FIRST_PAUSE
        # promise 34b: it is sent again when the lost one can no longer run
        while left and self._lost is not None and self._until > self._client.clock.monotonic():
            if not pause(self._client, min(step, self._until - self._client.clock.monotonic()), self._stop.is_set):
                return self._doubt("it was not waited for")
            left, step = way.look(may_have_run=True), 2 * step
        if not left:
            note = "its answer was lost; what it does was looked for and found" if self._lost else "it was so already"
            return self._answer(note=note, inner=way.boarded())
        request = way.request(left)
        if request is None:
            return self._answer(inner=way.boarded(), note="the API does not take these changes together")
        try:
            answer = self._send(request)
        except Exception as error:  # noqa: BLE001  whatever it is, it is told
            return self._failed(error)
        return self._answer(inner=way.applied_steps(answer), note="its first answer was lost" if self._lost else "")

    def _failed(self, error: Exception) -> Answer | None:
        if outcome_of(error).is_in_doubt:
            return None
        if self._lost is not None:
            return self._doubt(f"sent again, it was refused: {error}")
        if _is_refusal(error):
            return self._apart(self._step.parts, f"{self._step.method} {self._step.path}: {error}")
        return self._answer(error=error)

    # -- both --------------------------------------------------------------------------------------------------------

    def _send(self, request: Request) -> object:
        """Send it; remember until when it may be running where the answer is lost."""
        alone = [Request(part.method, part.path, part.version, body=part.body) for part in self._step.parts]
        try:
            response = self._client.send(request, wanted=self._wanted, replaces=alone)
            self._tries += response.tries
            return response.decoded()
        except Exception as error:
            self._tries += getattr(error, "tries", 1 if isinstance(error, LinodeORMError) else 0)
            if outcome_of(error).is_in_doubt:
                self._lost = self._lost or error
                self._until = self._client.clock.monotonic() + self._client.max_request_lifetime
            raise

    def _apart(self, parts: Sequence[Step], why: str) -> Answer:
        return self._answer(inner=InnerOutcomes(left=tuple(parts)), note=why)

    def _doubt(self, why: str) -> Answer:
        note = f"{self._step.method} {self._step.path} was sent and may have been done: {self._lost}; {why}"
        return self._answer(error=self._lost, note=note, is_in_doubt=True)

    def _answer(
        self,
        *,
        error: BaseException | None = None,
        note: str = "",
        is_in_doubt: bool = False,
        inner: InnerOutcomes | None = None,
    ) -> Answer:
        seconds = perf_counter() - self._began
        return Answer({}, seconds, self._tries, error, note, is_in_doubt=is_in_doubt, inner=inner)


def _is_refusal(error: BaseException) -> bool:
    """Whether an error is about what was sent together, and not about who sends or how fast."""
    # promise 33a: refused together, each goes by itself
    return isinstance(error, ApiError) and not isinstance(error, (RateLimited, Unauthorized))
