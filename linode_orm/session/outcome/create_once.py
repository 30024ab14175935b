"""Exactly-once create: a POST is done once although its answer may be lost, on a worker that sees values only.

HTTP gives a POST no idempotency key at this API, so that sending it again after a lost answer could make a second
object. The worker looks for the first one instead, and repeats only what cannot be done twice.
"""

from __future__ import annotations

from concurrent.futures import CancelledError
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import evolve

from linode_orm.errors import BadRequest, LinodeORMError, ResponseError, TransportError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.model import resource
from linode_orm.session.outcome.call import Answer
from linode_orm.session.outcome.lookup import has_other_name, look
from linode_orm.session.outcome.nested import match_nested
from linode_orm.session.outcome.resolve import FIRST_PAUSE, NOT_WAITED, LookupResult, resolve
from linode_orm.wire.messages import Request
from linode_orm.wire.outcome import outcome_of
from linode_orm.wire.pause import pause

if TYPE_CHECKING:
    from linode_orm.session.outcome.call import RunContext
    from linode_orm.session.outcome.lookup import LookupCriteria
    from linode_orm.session.planning.plan import InDoubt

_ROUNDS: Final = 4
"""How often a create is sent at most."""


def create(context: RunContext, attempt: InDoubt, request: Request, criteria: LookupCriteria) -> Answer:
    """Send a POST until it is known what became of it: done once, refused, or in doubt.

    After a lost answer the object is looked for. The POST is sent again at once if the API refuses a second object with
    the same key. Otherwise it is sent again only when no earlier request can be running, and no new object is like it.
    `attempt` is what is sent and since when; it may be in doubt from an earlier commit. Objects that are nested in the
    body are matched with the rows that are there then.
    """
    return _CreateOnce(context, attempt, request, criteria).run()


class _CreateOnce:
    def __init__(self, context: RunContext, attempt: InDoubt, request: Request, criteria: LookupCriteria) -> None:
        self._context, self._client, self._attempt = context, context.client, attempt
        self._request, self._criteria = request, criteria
        self._tries = 0
        self._lost: BaseException | None = TransportError(attempt.reason) if attempt.was_sent else None
        """The error of the first answer that was lost."""
        # An attempt of an earlier commit counts: two answers lost may be two creations that still run.
        self._unanswered = self._running = int(attempt.was_sent)
        self._began = perf_counter()
        self._new_path = criteria.path if criteria.has_chosen_id else None

    def run(self) -> Answer:
        for turn in range(_ROUNDS):
            answer = self._send()
            if answer is not None:
                return answer
            # The last look would tell nothing that the next commit does not look for anyway.
            if turn == _ROUNDS - 1:
                break
            looked_up = self._look_before_repeating(turn)
            if looked_up.body is not None:
                return self._adopt(looked_up.body)
            if looked_up.why:
                return self._in_doubt(looked_up.why)
        return self._in_doubt("it was sent several times, and no answer arrived", may_repeat=bool(self._criteria.key))

    def _send(self) -> Answer | None:
        """Send the POST once; return None if its answer was lost."""
        try:
            response = self._client.send(self._request, wanted=self._context.is_wanted, new_path=self._new_path)
            self._tries += response.tries
            # Some creations answer nothing at all; `may_be_empty` says below whether that is one.
            body = response.json() if response.content else {}
            identity = identity_in(self._criteria.model.__mapper__, body, self._criteria.key)
            self._check(identity, body)
        except Exception as error:  # noqa: BLE001  whatever it is, it is told
            self._tries += getattr(error, "tries", 1 if isinstance(error, LinodeORMError) else 0)
            # Also an answer that could not be read, or was about another object: the POST was done, or was not.
            outcome = outcome_of(error)
            if not outcome.is_in_doubt:
                return self._refused(error)
            self._lost = self._lost or error
            self._unanswered += 1
            self._running += outcome.may_be_running
            return None
        self._hold(identity)
        return self._done(body, identity, note="its first answer was lost" if self._lost else "")

    def _check(self, identity: object, body: object) -> None:
        """Raise `ResponseError` if an answer is about another object: one that was there, or has another key."""
        criteria = self._criteria
        # The API may write the id in another case.
        if criteria.has_chosen_id:
            ids = identity if isinstance(identity, tuple) else (identity,)
            is_other = [str(each).casefold() for each in ids] != [
                str(each).casefold() for each in criteria.key.values()
            ]
        else:  # a number is given once, or again when what had it is gone
            freed = self._context.freed.of(criteria)
            known = criteria.to_be_deleted - freed
            if not criteria.key:
                known |= (criteria.known - freed) | self._context.claims.of(criteria)
            is_other = (isinstance(identity, int) and identity in known) or has_other_name(criteria, cast("Any", body))
            is_other = is_other or (identity in freed and not self._is_there(identity))
        if is_other:  # promise 31b: another object is no answer
            msg = f"{self._request.title}: the answer is about another {criteria.model.__mapper__.name}, {identity!r}"
            raise ResponseError(msg)

    def _is_there(self, identity: object) -> bool:
        """Whether an object is there whose number this run freed: it was given again, then; 1 GET."""
        mapper = self._criteria.model.__mapper__
        if "get" not in mapper.verbs:
            return True
        path = mapper.path_for(identity, self._criteria.parents)
        try:
            self._client.send(Request("GET", path, version=mapper.version))
        except LinodeORMError:
            return False  # it is looked for then
        return True

    def _refused(self, error: BaseException) -> Answer:
        """Return the refusal, or what an earlier try has done: the key may be taken by it."""
        # Only this attempt was made: a refusal is the truth.
        if self._lost is None:
            return self._answer(error=error)
        # Given up before it was sent again; what the earlier attempt did is not known.
        if isinstance(error, CancelledError):
            return self._in_doubt(NOT_WAITED.why)
        if isinstance(error, BadRequest) and self._criteria.key:  # promise 13a: an earlier try may have taken the key
            looked_up = self._look()
            if looked_up.body is not None:
                return self._adopt(looked_up.body)
            if looked_up.why:
                return self._in_doubt(looked_up.why)
        return self._in_doubt(f"sent again, it was refused: {error}")

    def _look_before_repeating(self, turn: int) -> LookupResult:
        """Look for the object, until the POST may be sent again."""
        if not self._criteria.key:
            return resolve(self._client, self._context.until(), self._look, self._context.stop.is_set)
        # the API refuses a second object with this key: the POST may go at once, and the pause only spares the API
        looked_up = self._look()
        if looked_up.is_known or pause(self._client, FIRST_PAUSE * 2**turn, self._context.stop.is_set):
            return looked_up
        return NOT_WAITED

    def _look(self) -> LookupResult:
        try:
            criteria, freed = self._criteria, self._context.freed.of(self._criteria)
            criteria = evolve(criteria, known=criteria.known - freed, to_be_deleted=criteria.to_be_deleted - freed)
            return look(self._client, criteria, self._context.claims.of(self._criteria))
        except LinodeORMError as error:
            return LookupResult(why=f"it could not be looked for: {error}")

    def _hold(self, identity: object) -> None:
        """Let nothing free the key while a second creation may be running.

        The API refuses that creation for as long as the key is taken.
        """
        if self._running and self._criteria.key:  # promise 14a: its key is not freed too early
            mapper = self._criteria.model.__mapper__
            keys = {mapper.fields[name].key for name in self._criteria.key}
            self._client.writes_in_flight.hold(mapper.path_for(identity, self._criteria.parents), keys)

    def _adopt(self, body: dict[str, Any]) -> Answer:
        """Return the object that was found as the one that was created."""
        identity = identity_in(self._criteria.model.__mapper__, body, self._criteria.key)
        # The object is there. A second creation, also unanswered, may still come as soon as the key is free.
        if self._unanswered > 1:
            self._hold(identity)
        return self._done(body, identity, note="its answer was lost; it was looked for and found")

    def _done(self, body: object, identity: object, *, note: str) -> Answer:
        """Claim the id, and match what was nested in the body."""
        claims, criteria, inner = self._context.claims, self._criteria, None
        claims.add(criteria.model, criteria.parents, identity)
        if self._attempt.step.nested_creates:
            inner = match_nested(self._client, self._attempt, criteria.parents, identity, body)
            for each in inner.found:
                claims.add(resource(each.step.model), each.parents, each.identity)
        return evolve(self._answer(body, note=note), identity=identity, inner=inner)

    def _in_doubt(self, why: str, *, may_repeat: bool = False) -> Answer:
        note = f"{self._request.title} was sent and may have been done: {self._lost}; {why}"
        in_doubt = evolve(self._attempt, reason=note, may_repeat=may_repeat, until=self._context.until())
        return evolve(self._answer(error=self._lost, note=note), in_doubt=in_doubt)

    def _answer(self, body: object = None, *, error: BaseException | None = None, note: str = "") -> Answer:
        return Answer(body, perf_counter() - self._began, self._tries, error, note)
