"""Waiting: objects are read again, with longer and longer pauses, until a condition is true of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from attrs import frozen

from linode_orm._options import check_seconds
from linode_orm._progress import shown
from linode_orm._public import public
from linode_orm.errors import ApiError, InvalidRequestError, ObjectGone, TransportError, WaitFailed, WaitTimeout
from linode_orm.mapping.state import state_of
from linode_orm.session.waiting.action_ends import ActionEnds
from linode_orm.session.waiting.bulk_refresh import RefreshGroup, groups_of
from linode_orm.session.waiting.events import EventFeed
from linode_orm.session.waiting.goals import goals_of
from linode_orm.session.waiting.reachability import unreachable
from linode_orm.session.waiting.read_selection import ReadSelection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linode_orm.mapping import Expression, Model
    from linode_orm.session.query.runner import QueryRunner
    from linode_orm.session.waiting.bulk_refresh import BulkRefresh, RefreshResult
    from linode_orm.session.waiting.goals import Goal
    from linode_orm.session.waiting.started import StartedActions
    from linode_orm.wire.client import Client
    from linode_orm.wire.clock import Clock

    Tell = Callable[["WaitEntry", int, int], None]

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 10.0
GROWTH: Final = 1.5
_ROUNDS_BEFORE_EVENTS: Final = 3
"""How many rounds read the objects before every other round asks for events alone, where one request reads them all."""
_ROUNDS_PER_READING: Final = (3, 6)
"""Where a reading takes several requests, one round of so many reads the objects, and the others ask for events.

As many as requests, within these bounds: so a round takes one or two requests, and what no event tells is seen soon.
"""
_SHOWN: Final = 5


@public
@frozen(eq=False)
class WaitEntry:
    """What is known of one object that is waited for: `status` is `waiting` or `reached`.

    `note` says what was last read. `percent` says how far its job has come by the account's events; None where nothing
    tells. `seconds` is how long the wait has lasted.
    """

    object: Model
    status: str
    note: str
    percent: int | None
    seconds: float

    @property
    def operation(self) -> str:
        """The object, as messages name it."""
        return self.object.__describe__()


class Waiting:
    """Waits for the objects of a session."""

    def __init__(self, client: Client, runner: QueryRunner, refresh: BulkRefresh, started: StartedActions) -> None:
        self._client = client
        self._started = started
        self._runner = runner
        self._refresh = refresh

    def wait(
        self,
        objects: Iterable[Model],
        conditions: Sequence[Expression],
        timeout: float,
        progress: bool | Tell | None = None,  # noqa: FBT001  the option of session.wait()
    ) -> None:
        """Read objects until each has met the conditions about its class; see `Session.wait`."""
        check_seconds("timeout", timeout, may_be_zero=True)
        waited = list({id(each): each for each in objects}.values())
        for each in waited:
            if state_of(each).is_new:
                msg = f"{each.__describe__()} cannot be waited for: it is not created yet; session.commit() comes first"
                raise InvalidRequestError(msg)
        goals = goals_of({type(each): None for each in waited}, conditions)
        if waited:
            feed = EventFeed(self._client, self._runner, waited, self._started)
            ended = ActionEnds(self._started, feed)
            with shown(progress, "wait") as tell:
                _Wait(self._client.clock, self._refresh, feed, ended, waited, goals, timeout, tell).run()


class _Wait:
    """One wait for some objects.

    A round reads the objects that are left, or asks for events alone and reads those that have news. Events are cheap
    where many objects are waited for, and may be missing; so every few rounds read the objects whatever events say.
    """

    def __init__(  # noqa: PLR0913, PLR0917  the parts of a wait, and what it is for
        self,
        clock: Clock,
        refresh: BulkRefresh,
        feed: EventFeed,
        ended: ActionEnds,
        objects: list[Model],
        goals: dict[type[Model], Goal],
        timeout: float,
        tell: Tell | None,
    ) -> None:
        self._clock, self._refresh, self._feed, self._ended = clock, refresh, feed, ended
        self._objects, self._goals, self._timeout, self._tell = objects, goals, timeout, tell
        self._groups = groups_of(objects, needs_get=frozenset(model for model in goals if goals[model].needs_get))
        self._waiting = {id(each): each for each in objects}
        self._selection = ReadSelection(clock, feed, goals, self._met)
        self._shown: dict[int, tuple[str, int | None]] = {}
        self._began = clock.monotonic()
        self._has_read = False
        self._failure: Exception | None = None

    def run(self) -> None:
        """Run rounds with longer and longer pauses; the last one reads every object when the time is over."""
        number, pause = 0, FIRST_PAUSE
        while True:
            left = self._began + self._timeout - self._clock.monotonic()
            # The last round reads every object, so that a timeout is never reported from events alone.
            self._round(number, is_last=left <= 0)
            if not self._waiting:
                return
            left = self._began + self._timeout - self._clock.monotonic()
            if left <= 0 and self._has_read:
                raise self._late()
            self._clock.sleep(max(0.0, min(pause, left)))
            number, pause = number + 1, min(pause * GROWTH, LONGEST_PAUSE)

    # -- one round ---------------------------------------------------------------------------------------------------

    def _round(self, number: int, *, is_last: bool) -> None:
        groups = [group for group in self._groups if group.waiting]
        if self._selection.applies(groups) and not is_last:
            self._has_read = False
            groups = self._selection.chosen(number, groups, self._feed.poll() | self._feed.ended(self._ended.held))
        elif not (is_last or not self._asks_for_events(number, groups)):
            self._has_read = False
            news = self._feed.poll() | self._feed.ended(self._ended.held)
            groups = [group for group in groups if any(id(each) in news for each in group.waiting)]
        else:
            self._has_read = True
        if groups:
            self._read(groups)
            # Actions that have ended by now did so before what is read from here on.
            self._read_those(self._ended.ask())
        elif self._tell is not None:
            self._show(self._waiting.values())

    def _read_those(self, wanted: set[int]) -> None:
        groups = [group for group in self._groups if any(id(each) in wanted for each in group.waiting)]
        if groups:
            self._read(groups)

    def _read(self, groups: list[RefreshGroup]) -> None:
        result = self._refresh.read(groups)
        self._failure = result.failure
        self._take(result)

    def _asks_for_events(self, number: int, groups: list[RefreshGroup]) -> bool:
        """Whether a round asks for events instead of reading every object."""
        # the first round reads the objects: a condition may be true already, and no event will come then
        if self._feed.is_disabled or not number or any(goal.follows_relations for goal in self._goals.values()):
            return False
        if self._waiting.keys() <= self._ended.held:  # their conditions are true, and only events can tell more
            return number % _ROUNDS_PER_READING[0] != 0
        cost = sum(group.cost for group in groups)
        if cost > 1:
            least, most = _ROUNDS_PER_READING
            return number % min(max(cost, least), most) != 0
        return number >= _ROUNDS_BEFORE_EVENTS and (number - _ROUNDS_BEFORE_EVENTS) % 2 == 0

    def _take(self, result: RefreshResult) -> None:
        """Drop the objects that have met their goal; raise where one is gone or can never meet it."""
        # Those that have arrived are taken out before anything raises, because the error says who has.
        read = [each for key, each in self._waiting.items() if key in result.read]
        met = self._met(read)
        for each in read:
            if self._ended.counts(each, is_met=id(each) in met):
                del self._waiting[id(each)]
        for group in self._groups:
            group.waiting = [each for each in group.waiting if id(each) in self._waiting]
        self._show(read)
        if result.gone:
            raise self._gone(*result.gone[0])
        for each in read:
            if id(each) in self._waiting:
                state, goal = state_of(each), self._goals[type(each)]
                why = unreachable(goal.condition, type(each), state.body, state.parents, self._feed.failed(each))
                if why:
                    raise self._failed(each, why)

    def _met(self, objects: list[Model]) -> set[int]:
        """Return the `id()` of the objects that meet their goal; a list that could not be read now tells of none."""
        met: set[int] = set()
        for model, goal in self._goals.items():
            try:
                mine = [each for each in objects if type(each) is model]
                met.update(map(id, self._refresh.meeting(goal.condition, model, mine)))
            except (ApiError, TransportError) as error:
                if not error.retryable:
                    raise
                self._failure = error
        return met

    def _show(self, objects: Iterable[Model]) -> None:
        """Report every object that has changed since it was reported last."""
        if self._tell is None:
            return
        total, seconds = len(self._objects), self._clock.monotonic() - self._began
        for each in list(objects):
            is_met = id(each) not in self._waiting
            seen, percent = self._goals[type(each)].seen(each), self._feed.percent(each)
            if is_met or self._shown.get(id(each)) != (seen, percent):
                self._shown[id(each)] = seen, percent
                note = f"{seen}, {percent} %" if percent and not is_met else seen
                entry = WaitEntry(each, "reached" if is_met else "waiting", note, percent, seconds)
                self._tell(entry, total - len(self._waiting), total)

    # -- errors ------------------------------------------------------------------------------------------------------

    def _reached_and_waiting(self) -> dict[str, Any]:
        reached = tuple(each for each in self._objects if id(each) not in self._waiting)
        return {"reached": reached, "waiting": tuple(self._waiting.values())}

    def _late(self) -> WaitTimeout:
        late = list(self._waiting.values())
        failure = f"; the last look failed: {self._failure}" if self._failure is not None else ""
        if len(self._objects) == 1:
            goal, within = self._goals[type(late[0])], f"within {self._timeout:g} s"
            running = self._ended.running(late[0])
            what = f"{running} has not ended" if running else f"{goal.condition} was not true"
            msg = f"{late[0].__describe__()}: {what} {within}; last seen {goal.seen(late[0])}"
        else:
            wanted = "; ".join(str(goal.condition) for goal in self._goals.values())
            lines = [f"  {each.__describe__()}: {self._goals[type(each)].seen(each)}" for each in late[:_SHOWN]]
            lines += [f"  and {len(late) - _SHOWN} more"] if len(late) > _SHOWN else []
            msg = f"{len(late)} of {len(self._objects)} objects are not there after {self._timeout:g} s ({wanted}):"
            msg = "\n".join([msg, *lines])
        error = WaitTimeout(msg + failure, **self._reached_and_waiting())
        error.__cause__ = self._failure
        return error

    def _failed(self, instance: Model, why: str) -> WaitFailed:
        msg = (
            f"{instance.__describe__()}: {self._goals[type(instance)].condition} cannot come true: {why}; "
            "error.waiting holds what can still be waited for, and this object"
        )
        return WaitFailed(msg, object=instance, **self._reached_and_waiting())

    def _gone(self, instance: Model, cause: Exception) -> ObjectGone:
        request = cast("Any", cause).request
        msg = f"{instance.__describe__()} does not exist (any more), and was waited for: {cause}"
        error = ObjectGone(
            msg, object=instance, method=request.method, path=request.path, **self._reached_and_waiting()
        )
        error.__cause__ = cause
        return error
