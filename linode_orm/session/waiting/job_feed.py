"""The job feed: the events of all running jobs in one request, and the states of objects where no event tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.errors import ApiError, LinodeORMError, ResponseError, TransportError
from linode_orm.mapping.expressions import or_
from linode_orm.mapping.lifecycle import expire
from linode_orm.mapping.query import Query
from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import state_of
from linode_orm.session.waiting.bulk_refresh import groups_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from linode_orm.mapping import Expression, Model
    from linode_orm.mapping.operators import Attribute
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.query.runner import QueryRunner
    from linode_orm.session.waiting.bulk_refresh import BulkRefresh
    from linode_orm.session.waiting.started import ObjectKey, StartedAction, StartedActions
    from linode_orm.wire.client import Client

_MOST_BY_ID: Final = 200
"""How many running jobs are asked for by id; more of them are asked for by the range from the first."""
_MOST_FAILURES: Final = 3
"""After how many failures in a row states tell instead of events."""


class JobFeed:
    """Finds the events of jobs, and says which jobs have ended.

    Events may be shown late, and not in the order of their ids: as long as the event of a job is not known, all events
    since its request are asked for. Of a job whose event is known that event alone is asked for.
    """

    def __init__(
        self, client: Client, runner: QueryRunner, loader: Loader, refresh: BulkRefresh, started: StartedActions
    ) -> None:
        self._client, self._runner, self._loader = client, runner.lenient, loader
        self._refresh, self._started = refresh, started
        self._failures = 0
        self.failure: LinodeORMError | None = None
        """What kept the last look from telling, where it may pass."""

    def look(self, actions: Sequence[StartedAction], ripe: Collection[StartedAction] = ()) -> None:
        """Take what is new of these jobs: 1 request for events, and one or more for states where no event tells.

        The states of those in `ripe` are read too, since they may be shown before the event.
        """
        now, self.failure = self._client.clock.monotonic(), None
        running = [each for each in actions if not each.is_over]
        for each in running:
            each.asked = now
        if running and not self._started.are_events_refused:
            self._take_events(running)
        is_blind = self._started.are_events_refused or self._failures >= _MOST_FAILURES
        left = [each for each in running if not each.is_over]
        self._take_states([each for each in left if is_blind or each.needs_state or each in ripe])
        for each in running:
            if each.is_over:
                self._started.end(each)
                if each.subject != each.key:
                    expire(self.reference(each.subject))

    # -- events ------------------------------------------------------------------------------------------------------

    def _take_events(self, running: Sequence[StartedAction]) -> None:
        event: Any = lookup("Event")
        unknown = [each for each in running if each.number is None and each.event_name is not None]
        # a notification says nothing more: the state is to tell
        known = sorted(each.number for each in running if each.number is not None and not each.needs_state)
        if not unknown and not known:
            return
        query: Query[Any] = Query(event, self._runner).filter(self._wanted(unknown, known))
        try:
            found = query.all()
        except (ApiError, ResponseError, TransportError) as error:
            if isinstance(error, ApiError) and not error.retryable:
                self._started.are_events_refused = True
            self._failures, self.failure = self._failures + 1, error
            return
        self._failures = 0
        self._match(unknown, sorted(found, key=_number, reverse=True))
        by_id = {_number(each): each for each in found}
        for action in running:
            shown = by_id.get(action.number or 0)
            if shown is not None:
                action.take(state_of(shown).body, shown)

    def _wanted(self, unknown: Sequence[StartedAction], known: Sequence[int]) -> Expression:
        event: Any = lookup("Event")
        event_id: Attribute[int] = event.id
        parts: list[Expression] = []
        if unknown:
            parts.append(event.created >= min(each.since.earliest(self._client) for each in unknown))
        if len(known) > _MOST_BY_ID:
            parts.append(event_id >= known[0])
        elif known:
            parts.append(event_id.in_(known))
        return or_(*parts)

    def _match(self, unknown: Sequence[StartedAction], events: Sequence[Model]) -> None:
        """Give each job the newest event that fits it, the jobs that were started last first."""
        for action in sorted(unknown, key=lambda each: each.age):
            for shown in events:
                body = state_of(shown).body
                if action.fits(body) and self._started.claim(action, int(body["id"])):
                    action.take(body, shown)
                    break

    # -- states ------------------------------------------------------------------------------------------------------

    def _take_states(self, actions: Sequence[StartedAction]) -> None:
        subjects = [(each, self.reference(each.subject)) for each in actions if each.end is not None]
        if not subjects:
            return
        once = {id(each): each for _, each in subjects}
        try:
            result = self._refresh.read(groups_of(once.values(), needs_get=frozenset()))
        except (ApiError, TransportError) as error:
            if not error.retryable:
                raise
            self.failure = error
            return
        self.failure = result.failure or self.failure
        gone = {id(each) for each, _ in result.gone}
        for action, subject in subjects:
            if id(subject) in gone:
                action.lose(f"{subject.__describe__()} does not exist (any more)")
            if id(subject) in result.read:
                action.observe(state_of(subject).body)

    def reference(self, key: ObjectKey) -> Model:
        """Return the object with a key, without a request."""
        model: Any = lookup(key[0])
        instance: Model = self._loader.reference(model, key[1], key[2], None)
        return instance

    def refresh(self, instances: Iterable[Model]) -> list[Model]:
        """Read objects again, each once; return those that are gone."""
        return self._refresh.run(instances)


def _number(event: Model) -> int:
    return int(state_of(event).body["id"])
