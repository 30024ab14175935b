"""Waiting: looking at objects again and again until conditions are true of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from attrs import frozen

from linode_orm._public import public
from linode_orm.errors import InvalidRequestError, ObjectGone, WaitFailed, WaitTimeout
from linode_orm.mapping.expressions import And, Comparison, Expression, and_
from linode_orm.mapping.relations import leaves
from linode_orm.mapping.state import state_of
from linode_orm.session.progress import shown
from linode_orm.session.query.evaluate import compile_condition
from linode_orm.session.query.planner import never
from linode_orm.session.waiting.bulk_refresh import BulkRefresh, Group, groups_of
from linode_orm.session.waiting.events import EventFeed
from linode_orm.session.waiting.reachability import unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.loading.loader import Loader
    from linode_orm.session.loading.reader import Reader
    from linode_orm.session.query.evaluate import Test
    from linode_orm.session.query.runner import QueryRunner
    from linode_orm.session.waiting.bulk_refresh import RefreshResult
    from linode_orm.wire.client import Client
    from linode_orm.wire.clock import Clock

FIRST_PAUSE: Final = 1.0
LONGEST_PAUSE: Final = 10.0
GROWTH: Final = 1.5
_PROMPT: Final = 3
"""How many rounds look at the objects before rounds in between only listen, where one request reads them all."""
_CYCLE: Final = 3
"""Where a look takes several requests, one round of so many looks at everything, and the others listen."""
_SHOWN: Final = 5


class Waits(Protocol):
    """What waiting needs of a session."""

    clock: Clock
    client: Client
    loader: Loader
    reader: Reader
    runner: QueryRunner


@public
@frozen(eq=False)
class WaitEntry:
    """What is known of one object that is waited for: `status` is `waiting` or `reached`.

    `note` says what was last seen; `percent` how far its job is by the account's events, None where nothing tells;
    `seconds` how long the wait has lasted.
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


def wait(
    session: Waits,
    objects: Iterable[Model],
    conditions: Sequence[Expression],
    timeout: float,
    progress: bool | Callable[[WaitEntry, int, int], None] | None = None,  # noqa: FBT001  the option of session.wait()
) -> None:
    """Look at objects until each has met what the conditions say of its class; see `Session.wait`."""
    waited = list({id(each): each for each in objects}.values())
    goals = _goals({type(each): None for each in waited}, conditions)
    if waited:
        with shown(progress, "wait") as tell:
            _Wait(session, waited, goals, timeout, tell).run()


class Goal:
    """What objects of one class are to be."""

    def __init__(self, model: type[Model], condition: Expression) -> None:
        self.condition = condition
        self.holds: Test = compile_condition(model, condition)
        comparisons = [each for each in leaves(condition) if isinstance(each, Comparison)]
        shown_ = (each.attribute for each in comparisons if not any(part.redacted for part in each.attribute.path))
        self.attributes = list({str(each): each for each in shown_}.values())
        self.needs_get = any(each.attribute.path[0].only_on_get for each in comparisons)

    def is_met(self, instance: Model) -> bool:
        """Whether an object is what it is to be, by the last answer of the API."""
        state = state_of(instance)
        return self.holds(state.body, state.parents) is True

    def seen(self, instance: Model) -> str:
        """Say what an object shows where the condition looks."""
        return ", ".join(f"{attribute} = {_value(instance, attribute.keys)!r}" for attribute in self.attributes)


def _value(instance: Model, keys: Iterable[str]) -> object:
    value: object = state_of(instance).body
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _goals(models: Iterable[type[Model]], conditions: Sequence[Expression]) -> dict[type[Model], Goal]:
    """Part conditions by the class that they are about; refuse what no look could ever show, before any request."""
    for each in conditions:
        _check(each)
    whole = and_(*conditions)
    parts = whole.parts if isinstance(whole, And) else (whole,)
    fitting = {model: [part for part in parts if _is_about(part, model)] for model in models}
    for model, fit in fitting.items():
        if parts and not fit:
            msg = f"no condition is about {model.__name__}, which is among the objects; got {whole}"
            raise InvalidRequestError(msg)
    for part in parts:
        if fitting and not any(part in fit for fit in fitting.values()):
            msg = f"the condition {part} is about none of the objects ({', '.join(each.__name__ for each in fitting)})"
            raise InvalidRequestError(msg)
    return {model: Goal(model, and_(*fit)) for model, fit in fitting.items()}


def _check(condition: object) -> None:
    if not isinstance(condition, Expression):
        msg = f"a condition such as Instance.status == 'running' is needed, of the class, not {condition!r}"
        raise TypeError(msg)
    if never(condition):
        msg = f"{condition} is never true: there is nothing to wait for"
        raise InvalidRequestError(msg)
    for leaf in leaves(condition):
        if isinstance(leaf, Comparison) and any(each.is_write_only for each in leaf.attribute.path):
            msg = f"{leaf}: no answer of the API shows {leaf.attribute}; wait for something that it shows"
            raise InvalidRequestError(msg)


def _is_about(part: Expression, model: type[Model]) -> bool:
    about = (getattr(getattr(leaf, "attribute", leaf), "model", model) for leaf in leaves(part))
    return all(issubclass(model, each) for each in about)


class _Wait:
    """One wait."""

    def __init__(
        self,
        session: Waits,
        objects: list[Model],
        goals: dict[type[Model], Goal],
        timeout: float,
        tell: Callable[[WaitEntry, int, int], None] | None,
    ) -> None:
        self._clock, self._timeout, self._tell = session.clock, timeout, tell
        self._refresh, self._feed = BulkRefresh(session), EventFeed(session, objects)
        self._objects, self._goals = objects, goals
        self._groups = groups_of(objects, whole=frozenset(model for model in goals if goals[model].needs_get))
        self._waiting = {id(each): each for each in objects}
        self._seen: dict[int, tuple[str, int | None]] = {}
        self._began = session.clock.monotonic()
        self._trouble: Exception | None = None

    def run(self) -> None:
        """Look, pause longer and longer, look again; the last look is made when the time is over."""
        number, pause = 0, FIRST_PAUSE
        while True:
            left = self._began + self._timeout - self._clock.monotonic()
            self._round(number, is_last=left <= 0)
            if not self._waiting:
                return
            left = self._began + self._timeout - self._clock.monotonic()
            if left <= 0 and self._looked:
                raise self._late()
            self._clock.sleep(max(0.0, min(pause, left)))
            number, pause = number + 1, min(pause * GROWTH, LONGEST_PAUSE)

    # -- one round ---------------------------------------------------------------------------------------------------

    def _round(self, number: int, *, is_last: bool) -> None:
        groups = [group for group in self._groups if group.waiting]
        self._looked = is_last or not self._only_listens(number, groups)
        if not self._looked:
            news = self._feed.poll()
            groups = [group for group in groups if any(id(each) in news for each in group.waiting)]
        if groups:
            refreshed = self._refresh.look(groups)
            self._trouble = refreshed.trouble
            self._judge(refreshed)
        elif self._tell is not None:
            self._show(self._waiting.values())

    def _only_listens(self, number: int, groups: list[Group]) -> bool:
        """Whether one request for events takes the place of a look at everything."""
        if self._feed.is_disabled or not number:
            return False
        if sum(group.cost for group in groups) > 1:
            return number % _CYCLE != 0
        return number >= _PROMPT and (number - _PROMPT) % 2 == 0

    def _judge(self, refreshed: RefreshResult) -> None:
        """Part what was read into what is reached and what is not; raise where something never will be."""
        read = [each for key, each in self._waiting.items() if key in refreshed.read]
        for each in read:
            if self._goals[type(each)].is_met(each):
                del self._waiting[id(each)]
        for group in self._groups:
            group.waiting = [each for each in group.waiting if id(each) in self._waiting]
        self._show(read)
        if refreshed.gone:
            raise self._gone(*refreshed.gone[0])
        for each in read:
            if id(each) in self._waiting:
                state, goal = state_of(each), self._goals[type(each)]
                why = unreachable(goal.condition, type(each), state.body, state.parents, self._feed.failed(each))
                if why:
                    raise self._failed(each, why)

    def _show(self, objects: Iterable[Model]) -> None:
        """Tell of every object what has changed since it was told of last."""
        if self._tell is None:
            return
        total, seconds = len(self._objects), self._clock.monotonic() - self._began
        for each in list(objects):
            is_met = id(each) not in self._waiting
            seen, percent = self._goals[type(each)].seen(each), self._feed.percent(each)
            if is_met or self._seen.get(id(each)) != (seen, percent):
                self._seen[id(each)] = seen, percent
                note = f"{seen}, {percent} %" if percent and not is_met else seen
                entry = WaitEntry(each, "reached" if is_met else "waiting", note, percent, seconds)
                self._tell(entry, total - len(self._waiting), total)

    # -- the ends that are none --------------------------------------------------------------------------------------

    def _parted(self) -> dict[str, Any]:
        reached = tuple(each for each in self._objects if id(each) not in self._waiting)
        return {"reached": reached, "waiting": tuple(self._waiting.values())}

    def _late(self) -> WaitTimeout:
        late = list(self._waiting.values())
        trouble = f"; the last look failed: {self._trouble}" if self._trouble is not None else ""
        if len(self._objects) == 1:
            goal, within = self._goals[type(late[0])], f"within {self._timeout:g} s"
            msg = f"{late[0].__describe__()}: {goal.condition} was not true {within}; last seen {goal.seen(late[0])}"
        else:
            wanted = "; ".join(str(goal.condition) for goal in self._goals.values())
            lines = [f"  {each.__describe__()}: {self._goals[type(each)].seen(each)}" for each in late[:_SHOWN]]
            lines += [f"  and {len(late) - _SHOWN} more"] if len(late) > _SHOWN else []
            msg = f"{len(late)} of {len(self._objects)} objects are not there after {self._timeout:g} s ({wanted}):"
            msg = "\n".join([msg, *lines])
        error = WaitTimeout(msg + trouble, **self._parted())
        error.__cause__ = self._trouble
        return error

    def _failed(self, instance: Model, why: str) -> WaitFailed:
        msg = (
            f"{instance.__describe__()}: {self._goals[type(instance)].condition} cannot come true: {why}; "
            "error.waiting holds what can still be waited for, and this object"
        )
        return WaitFailed(msg, object=instance, **self._parted())

    def _gone(self, instance: Model, cause: Exception) -> ObjectGone:
        request = cast("Any", cause).request
        msg = f"{instance.__describe__()} does not exist (any more), and was waited for: {cause}"
        error = ObjectGone(msg, object=instance, method=request.method, path=request.path, **self._parted())
        error.__cause__ = cause
        return error
