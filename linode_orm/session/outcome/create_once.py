"""Certainty: a create is made exactly once though its answer may be lost, on a worker that sees values only."""

from __future__ import annotations

from concurrent.futures import CancelledError
from threading import Event, Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import evolve

from linode_orm.errors import BadRequest, LinodeORMError, ResponseError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.model import resource
from linode_orm.session.outcome.call import Answer
from linode_orm.session.outcome.lookup import LookupResult, has_other_name, look
from linode_orm.session.outcome.nested import match_nested
from linode_orm.session.outcome.pause import pause
from linode_orm.wire.outcome import outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from linode_orm.mapping import Model
    from linode_orm.session.outcome.lookup import LookupCriteria
    from linode_orm.session.planning.plan import InDoubt
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Request

_ROUNDS: Final = 4
"""How often a create is sent at most."""
_FIRST_PAUSE: Final = 0.25


class ClaimedIds:
    """The ids that creations of one run were answered with, by collection: no lost one is taken for one of these."""

    def __init__(self) -> None:
        self._ids: dict[tuple[object, ...], set[object]] = {}
        self._lock = Lock()

    def add(self, model: type[Model], parents: tuple[object, ...], identity: object) -> None:
        """Note that an id belongs to somebody."""
        with self._lock:
            self._ids.setdefault((model, parents), set()).add(identity)

    def of(self, criteria: LookupCriteria) -> frozenset[object]:
        """Give the ids that cannot be that of an object that is sought."""
        with self._lock:
            return frozenset(self._ids.get((criteria.model, criteria.parents), ()))


def create(  # noqa: PLR0913, PLR0917  what a worker is given
    client: Client,
    request: Request,
    criteria: LookupCriteria,
    claims: ClaimedIds,
    stop: Event,
    wanted: Callable[[], bool],
    lost: BaseException | None = None,
    outer: InDoubt | None = None,
) -> Answer:
    """Send a POST until it is known what became of it: done once, refused, or nobody can tell.

    After a lost answer the object is looked for. Where the API refuses a second one with the same key, it is sent
    again at once; else only when no request that began then can still be running, and nothing new is like it. `lost`
    is what became of it in an earlier commit; `wanted` is asked while it waits for its turn. `carrier` is given where
    others ride in the body: they are found then.
    """
    return _CreateOnce(client, request, criteria, claims, stop, wanted, lost, outer).run()


class _CreateOnce:
    def __init__(  # noqa: PLR0913, PLR0917  what a worker is given
        self,
        client: Client,
        request: Request,
        criteria: LookupCriteria,
        claims: ClaimedIds,
        stop: Event,
        wanted: Callable[[], bool],
        lost: BaseException | None,
        outer: InDoubt | None,
    ) -> None:
        self._client, self._request, self._criteria = client, request, criteria
        self._claims, self._stop, self._wanted = claims, stop, wanted
        self._tries = 0
        self._lost = lost
        self._outer = outer
        self._unanswered = self._running = 0 if lost is None else 1
        self._began = perf_counter()
        self._takes = criteria.path if criteria.has_chosen_id else None

    def run(self) -> Answer:
        for turn in range(_ROUNDS):
            answer = self._send()
            if answer is not None:
                return answer
            if turn == _ROUNDS - 1:
                break
            looked_up = self._settle(turn)
            if looked_up.body is not None:
                return self._adopt(looked_up.body)
            if looked_up.why:
                return self._doubt(looked_up.why)
        return self._doubt("it was sent several times, and no answer arrived", may_repeat=bool(self._criteria.key))

    def _send(self) -> Answer | None:
        """Send it once; None where the answer was lost."""
        try:
            response = self._client.send(self._request, wanted=self._wanted, new_path=self._takes)
            self._tries += response.tries
            body = response.json() if response.content else {}
            identity = identity_in(self._criteria.model.__mapper__, body, self._criteria.key, may_be_empty=True)
            self._check(identity, body)
        except Exception as error:  # noqa: BLE001  whatever it is, it is told
            self._tries += getattr(error, "tries", 1 if isinstance(error, LinodeORMError) else 0)
            outcome = outcome_of(error)
            if outcome.is_in_doubt:
                self._lost = self._lost or error
                self._unanswered += 1
                self._running += outcome.may_be_running
                return None
            return self._refused(error)
        self._hold(identity)
        return self._done(body, identity, note="its first answer was lost" if self._lost else "")

    def _check(self, identity: object, body: object) -> None:
        """Raise `ResponseError` where an answer is about another object: one that was there, or has another key."""
        criteria = self._criteria
        if criteria.has_chosen_id:
            ids = identity if isinstance(identity, tuple) else (identity,)
            is_other = [str(each).casefold() for each in ids] != [
                str(each).casefold() for each in criteria.key.values()
            ]
        else:  # a number is given once, or again when what had it is gone
            known = (
                frozenset[object]()
                if criteria.key
                else (criteria.known - criteria.to_be_deleted) | self._claims.of(criteria)
            )
            is_other = (isinstance(identity, int) and identity in known) or has_other_name(criteria, cast("Any", body))
        if is_other:  # promise 31b: another object is no answer
            msg = f"{self._request.title}: the answer is about another {criteria.model.__mapper__.name}, {identity!r}"
            raise ResponseError(msg)

    def _refused(self, error: BaseException) -> Answer:
        """Take a refusal as it is, or for what an earlier try has done: its key is taken now."""
        if self._lost is None:
            return self._answer(error=error)
        if isinstance(error, CancelledError):
            return self._doubt("it was not waited for")
        if isinstance(error, BadRequest) and self._criteria.key:  # promise 13: an earlier try may have taken the key
            looked_up = self._look()
            if looked_up.body is not None:
                return self._adopt(looked_up.body)
            if looked_up.why:
                return self._doubt(looked_up.why)
        return self._doubt(f"sent again, it was refused: {error}")

    def _settle(self, turn: int) -> LookupResult:
        """Look for it; wait before it may be sent again where two could come of that."""
        if self._criteria.key:
            looked_up = self._look()
            if (
                not looked_up.body
                and not looked_up.why
                and not pause(self._client, _FIRST_PAUSE * 2**turn, self._stop.is_set)
            ):
                return LookupResult(why="it was not waited for")
            return looked_up
        clock, step = self._client.clock, _FIRST_PAUSE
        end = clock.monotonic() + self._client.max_request_lifetime
        while True:
            looked_up = self._look()
            left = end - clock.monotonic()
            if looked_up.body is not None or looked_up.why or left <= 0:
                return looked_up
            if not pause(self._client, min(step, left), self._stop.is_set):
                return LookupResult(why="it was not waited for")
            step *= 2

    def _look(self) -> LookupResult:
        try:
            return look(self._client, self._criteria, self._claims.of(self._criteria))
        except LinodeORMError as error:
            return LookupResult(why=f"it could not be looked for: {error}")

    def _hold(self, identity: object) -> None:
        """Let nobody free the key while a creation of the same may be running, which it keeps from being done."""
        if self._running and self._criteria.key:  # promise 14a: its key is not freed too early
            mapper = self._criteria.model.__mapper__
            keys = {mapper.fields[name].key for name in self._criteria.key}
            self._client.writes_in_flight.hold(mapper.path_for(identity, self._criteria.parents), keys)

    def _adopt(self, body: dict[str, Any]) -> Answer:
        identity = identity_in(self._criteria.model.__mapper__, body, self._criteria.key)
        if self._unanswered > 1:
            self._hold(identity)
        return self._done(body, identity, note="its answer was lost; it was looked for and found")

    def _done(self, body: object, identity: object, *, note: str) -> Answer:
        """Take its id for itself, and find what rode in it."""
        self._claims.add(self._criteria.model, self._criteria.parents, identity)
        inner = None
        if self._outer is not None:
            inner = match_nested(self._client, self._outer, self._criteria.parents, identity, body)
            for each in inner.found:
                self._claims.add(resource(each.step.model), each.parents, each.identity)
        return evolve(self._answer(body, note=note), inner=inner)

    def _doubt(self, why: str, *, may_repeat: bool = False) -> Answer:
        error = self._lost
        note = f"{self._request.title} was sent and may have been done: {error}; {why}"
        return self._answer(error=error, note=note, is_in_doubt=True, may_repeat=may_repeat)

    def _answer(
        self,
        body: object = None,
        *,
        error: BaseException | None = None,
        note: str = "",
        is_in_doubt: bool = False,
        may_repeat: bool = False,
    ) -> Answer:
        return Answer(body, perf_counter() - self._began, self._tries, error, note, is_in_doubt, may_repeat)
