"""The change feed: the account's events as they come, each with the object that it is about."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self

from linode_orm.errors import ApiError, ResponseError, TransportError
from linode_orm.mapping.expressions import or_
from linode_orm.mapping.lifecycle import expire
from linode_orm.mapping.query import Query
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import state_of
from linode_orm.session.waiting.entities import named_by
from linode_orm.session.waiting.started import ENDED, created_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linode_orm.mapping import Expression, Model
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.query.runner import QueryRunner
    from linode_orm.wire.client import Client

_LATEST: Final = timedelta(seconds=60)
"""How long after it was made an event may come that was not listed before."""
_LOOKS_FOR_LATE: Final = 10.0
"""After how many seconds events are asked for again that come late."""
_MOST_OPEN: Final = 200
"""How many running jobs are asked for by id; of more, all events since the first are."""


class ChangeFeed:
    """An iterator of events and their objects.

    Each event comes once when it is seen, and once more when its job has ended.

    A failure that may pass is waited out: the next look asks from where the last one that was answered ended. What came
    is kept until it is taken, so that a loop that was left can be entered again.
    """

    def __init__(  # noqa: PLR0913  the parts of a session, and what is watched
        self,
        client: Client,
        runner: QueryRunner,
        loader: Loader,
        check: Callable[[], None],
        models: Sequence[type[Model]],
        *,
        since: int | datetime | None,
        timeout: float | None,
        every: float,
    ) -> None:
        self._client, self._runner, self._loader, self._check = client, runner.lenient, loader, check
        self._models, self._every = tuple(models), every
        now = client.clock.monotonic()
        self._until = None if timeout is None else now + timeout
        self._next_look = self._looked_for_late = now
        self._coming: deque[tuple[Model, Model | None]] = deque()
        self._seen: dict[int, datetime] = {}
        """The events above the floor that were seen, and when they were made."""
        self._open: set[int] = set()
        """The events whose jobs run."""
        self._newest = self._floor = since if isinstance(since, int) else 0
        self._begin = since if isinstance(since, datetime) else None
        if since is None:
            self._newest = self._floor = self._last()

    def _last(self) -> int:
        """Return the id of the newest event; 1 request."""
        event: Any = lookup("Event")
        found = Query(event, self._runner).order_by(event.id.desc()).limit(1).all()
        return _number(found[0]) if found else 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> tuple[Any, Any]:
        self._check()
        while not self._coming:
            now = self._client.clock.monotonic()
            if now >= self._next_look:
                self._look()
                self._next_look = self._client.clock.monotonic() + self._every
            elif self._until is not None and now >= self._until:
                raise StopIteration
            else:
                left = self._next_look if self._until is None else min(self._next_look, self._until)
                self._client.clock.sleep(left - now)
        event, instance = self._coming.popleft()
        is_gone = str(state_of(event).body.get("action")).endswith("_delete")
        if instance is not None and not is_gone:
            expire(instance)  # the next read shows what has changed
        return event, instance

    # -- looking -----------------------------------------------------------------------------------------------------

    def _look(self) -> None:
        """Ask for what is new, in 1 request for each page; take all of it, or nothing where that fails for now."""
        now = self._client.clock.monotonic()
        is_for_late = now - self._looked_for_late >= _LOOKS_FOR_LATE
        try:
            query: Query[Any] = Query(lookup("Event"), self._runner)
            found = query.filter(self._wanted(is_for_late=is_for_late)).all()
        except (ApiError, ResponseError, TransportError) as error:
            if not error.retryable:
                raise
            return
        if is_for_late:
            self._looked_for_late = now
        for event in sorted(found, key=_number):
            self._take(event)
        if is_for_late:
            self._raise_floor()

    def _wanted(self, *, is_for_late: bool) -> Expression:
        event: Any = lookup("Event")
        if self._begin is not None and not self._newest:
            return event.created >= self._begin  # type: ignore[no-any-return]  # a condition
        above = self._floor if is_for_late else self._newest
        running = sorted(self._open)
        if len(running) > _MOST_OPEN:
            return event.id >= min(running[0], above + 1)  # type: ignore[no-any-return]  # a condition
        parts = [event.id > above, *([event.id.in_(running)] if running else [])]
        return or_(*parts)

    def _take(self, event: Model) -> None:
        """Take one event where it is new, or its job has ended since it was seen."""
        body, number = state_of(event).body, _number(event)
        has_ended = body.get("status") in ENDED
        if number > self._floor and number not in self._seen:
            self._seen[number] = created_of(body) or datetime.now(UTC)
            self._newest = max(self._newest, number)
        elif number not in self._open or not has_ended:
            return
        (self._open.discard if has_ended else self._open.add)(number)
        named = named_by(body, self._models)
        if named is not None:
            self._coming.append((event, self._loader.reference(*named, None)))
        elif not self._models:
            self._coming.append((event, None))

    def _raise_floor(self) -> None:
        """Forget the events that are so old that none before them can come any more."""
        now = self._client.api_now or self._client.clock.now()
        old = [number for number, made in self._seen.items() if made < now - _LATEST]
        self._floor = max([self._floor, *old])
        self._seen = {number: made for number, made in self._seen.items() if number > self._floor}


def _number(event: Model) -> int:
    return int(state_of(event).body["id"])
