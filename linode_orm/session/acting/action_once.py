"""Exactly-once action: one whose answer is lost is looked for among the account's events before it is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.errors import LinodeORMError
from linode_orm.mapping.addressing import quoted
from linode_orm.mapping.query import Query
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import state_of
from linode_orm.session.outcome.resolve import LookupResult, resolve
from linode_orm.wire.api_time import ApiTime
from linode_orm.wire.outcome import outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from linode_orm.mapping import Model
    from linode_orm.mapping.operations import Operation
    from linode_orm.session.query.runner import QueryRunner
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Request, Response

_ROUNDS: Final = 3
"""How often an action is sent at most."""
_FIRST_PAUSE: Final = 0.5


def send_once(  # noqa: PLR0913, PLR0917  what an action is, and how its event is told from others
    client: Client,
    runner: QueryRunner,
    target: Model,
    operation: Operation,
    request: Request,
    is_event: Callable[[Mapping[str, Any]], bool] | None = None,
) -> Response | None:
    """Send an action until it is known to be done; return its answer, None if the answer was lost and an event tells.

    After a lost answer the account's events are read: an event of this action about the object (or the Linode that it
    is part of) says that it was done. Without one it is sent again as soon as no earlier request can be running
    (`Client.max_request_lifetime`). An action that makes something new is never repeated, because its event may be
    about that. `is_event` says whether an event is that of the action, where it may name an object among the arguments.
    Raises the error of the request if no event tells.
    """
    return _ActionOnce(client, runner, target, operation, is_event).send(request)


def makes_something(target: Model, operation: Operation) -> bool:
    """Whether an action answers another object than its own: a clone, an address."""
    return operation.answers is not None and (operation.answers != type(target).__name__ or operation.name == "clone")


class _ActionOnce:
    def __init__(
        self,
        client: Client,
        runner: QueryRunner,
        target: Model,
        operation: Operation,
        is_event: Callable[[Mapping[str, Any]], bool] | None,
    ) -> None:
        self._client, self._runner, self._target, self._operation = client, runner, target, operation
        self._is_event = is_event
        self._since = ApiTime.now(client)

    def send(self, request: Request) -> Response | None:
        client, lost = self._client, None
        for _ in range(1 if makes_something(self._target, self._operation) else _ROUNDS):
            try:
                response = client.send(request)
                response.decoded()
            except LinodeORMError as error:
                if not outcome_of(error).is_in_doubt:
                    if lost is not None and self._look().is_known:
                        return None
                    raise
                lost = error
            else:
                return response
            until = client.clock.monotonic() + client.max_request_lifetime
            if resolve(client, until, self._look, first_pause=_FIRST_PAUSE).is_known:
                return None
        # No event tells, however long it was waited for.
        raise lost or AssertionError

    def _look(self) -> LookupResult:
        """Look whether the account has an event of that action about that object since then; 1 GET."""
        event: Any = lookup("Event")
        client = self._client
        state = state_of(self._target)
        about = state.parents[0] if state.parents else state.identity
        query: Query[Any] = Query(event, self._runner.lenient).filter(
            event.action == self._operation.event, event.created >= self._since.earliest(client)
        )
        if self._is_event is not None:  # the event of a restore names the Linode that it goes to
            is_event = self._is_event
            return LookupResult({} if any(is_event(state_of(each).body) for each in query) else None)
        if isinstance(about, int):
            query = query.filter(event.entity.id == about)
        else:  # the entity's id is a number in its declaration, and its address has any
            query = query.filter(event.entity.url.contains(quoted(about)))
        # asked again of each event: by the answer more may be known of the clocks
        has_happened = any(each.created >= self._since.earliest(client) for each in query)
        return LookupResult({} if has_happened else None)
