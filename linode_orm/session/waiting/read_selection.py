"""The read selection: which objects of a costly wait are read, because no event will tell of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.mapping.state import Loaded, state_of
from linode_orm.session.waiting.started import LATEST_EVENT_DELAY

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from linode_orm.mapping import Model
    from linode_orm.session.waiting.bulk_refresh import RefreshGroup
    from linode_orm.session.waiting.events import EventFeed
    from linode_orm.session.waiting.goals import Goal
    from linode_orm.wire.clock import Clock

COSTLY: Final = 6
"""From how many requests on a reading of all objects is spared where events tell."""
_ROUNDS_FOR_EVENTS: Final = 3
"""How many rounds the event of an object may take to come that was read just before the wait."""
_MOST_ROUNDS: Final = 6
"""One round of so many reads the objects of which no event tells."""


class ReadSelection:
    """Chooses the groups that a round reads: those with news, and now and then those that no running job concerns.

    An object whose job runs by an event is not read before the event says more, unless its condition was true at first.
    After its news an object is read in each round until its state has had the time to follow.
    """

    def __init__(
        self, clock: Clock, feed: EventFeed, goals: Mapping[type[Model], Goal], met: Callable[[list[Model]], set[int]]
    ) -> None:
        self._clock, self._feed, self._goals, self._met = clock, feed, goals, met
        self._hot: dict[int, float] = {}
        self._met_at_first: set[int] | None = None

    def applies(self, groups: Iterable[RefreshGroup]) -> bool:
        """Whether a reading of all these groups is costly, and events tell of them."""
        if self._feed.is_disabled or any(goal.follows_relations for goal in self._goals.values()):
            return False
        return sum(group.cost for group in groups) >= COSTLY

    def chosen(self, number: int, groups: list[RefreshGroup], news: Collection[int]) -> list[RefreshGroup]:
        """Return the groups to be read in a round; `news` are the `id()` of the objects of which events tell."""
        now = self._clock.monotonic()
        self._hot.update(dict.fromkeys(news, now + LATEST_EVENT_DELAY))
        if self._met_at_first is None:
            loaded = [each for group in groups for each in group.waiting if state_of(each).loaded is not Loaded.NOTHING]
            self._met_at_first = self._met(loaded)
        is_reading = number in {0, _ROUNDS_FOR_EVENTS} or number % _MOST_ROUNDS == 0
        return [
            group
            for group in groups
            if any(self._hot.get(id(each), -1.0) >= now for each in group.waiting)
            or (is_reading and not all(self._is_spared(each, number, now) for each in group.waiting))
        ]

    def _is_spared(self, instance: Model, number: int, now: float) -> bool:
        if id(instance) in (self._met_at_first or ()) and not number:
            return False
        known = self._feed.job_of_event(instance, self._goals[type(instance)].names)
        fresh_until = state_of(instance).fresh_until
        was_just_read = fresh_until is not None and fresh_until > now and number < _ROUNDS_FOR_EVENTS
        return known == "runs" or (not known and was_just_read)
