"""Attempts: an action whose answer is lost is looked for among the account's events before it is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from linode_orm.errors import LinodeORMError
from linode_orm.mapping.mapper import quoted
from linode_orm.mapping.query import Query
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import state_of
from linode_orm.session.loading.api_time import ApiTime
from linode_orm.wire.outcome import outcome_of

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.mapping.operations import Operation
    from linode_orm.session.query.runner import QueryRunner
    from linode_orm.wire.client import Client
    from linode_orm.wire.messages import Request, Response

_ROUNDS: Final = 3
"""How often an action is sent at most."""
_FIRST_PAUSE: Final = 0.5


class Tries(Protocol):
    """What attempts need of a session."""

    client: Client

    @property
    def runner(self) -> QueryRunner:
        """What answers queries."""
        ...


def send_once(session: Tries, target: Model, operation: Operation, request: Request) -> Response | None:
    """Send an action until it is known to be done; give its answer, None where that was lost and an event tells.

    After a lost answer the account's events are read: one of this action about the object (or the Linode that it is
    part of) says that it was done. Where there is none when no request that began then can still be running
    (`Client.max_request_lifetime`), it is sent again; one that makes something new never is, since its event may be
    about that.
    Raises the error of the request where nothing tells.
    """
    since = ApiTime.now(session.client)
    lost: LinodeORMError | None = None
    for _ in range(1 if makes_something(target, operation) else _ROUNDS):
        try:
            response = session.client.send(request)
            response.decoded()
        except LinodeORMError as error:
            if not outcome_of(error).is_in_doubt:
                if lost is not None and _has_happened(session, target, operation, since):
                    return None
                raise
            lost = error
        else:
            return response
        if _settled(session, target, operation, since):
            return None
    raise lost or AssertionError


def makes_something(target: Model, operation: Operation) -> bool:
    """Whether an action answers another object than the one it works on: a clone, an address."""
    return operation.answers is not None and (operation.answers != type(target).__name__ or operation.name == "clone")


def _settled(session: Tries, target: Model, operation: Operation, since: ApiTime) -> bool:
    """Whether an action turns out to be done, before no request can be running any more."""
    clock, pause = session.client.clock, _FIRST_PAUSE
    end = clock.monotonic() + session.client.max_request_lifetime
    while not _has_happened(session, target, operation, since):
        left = end - clock.monotonic()
        if left <= 0:
            return False
        clock.sleep(min(pause, left))
        pause *= 2
    return True


def _has_happened(session: Tries, target: Model, operation: Operation, since: ApiTime) -> bool:
    """Whether the account has an event of that action about that object since then; 1 GET."""
    event: Any = lookup("Event")
    state = state_of(target)
    about = state.parents[0] if state.parents else state.identity
    query: Query[Any] = Query(event, session.runner.lenient).filter(
        event.action == operation.event, event.created >= since.earliest(session.client)
    )
    if isinstance(about, int):
        query = query.filter(event.entity.id == about)
    else:  # the entity's id is a number in its declaration, and its address has any
        query = query.filter(event.entity.url.contains(quoted(about)))
    return any(each.created >= since.earliest(session.client) for each in query)  # by what the answer tells of clocks
