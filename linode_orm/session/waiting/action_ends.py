"""Whether a state comes after the action that this session started, or is still the one from before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.session.waiting.started import LATEST_EVENT_DELAY

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.session.waiting.events import EventFeed
    from linode_orm.session.waiting.started import StartedActions


class ActionEnds:
    """Decides for the objects of one wait whether a condition that is true of one is so after its action.

    It is if the action's event says that it has ended before the state was read, or if the condition was seen to be
    false since the action: then something has happened. Where no event of it is known for long enough, or events cannot
    be read, the state counts as it is.
    """

    def __init__(self, started: StartedActions, feed: EventFeed) -> None:
        self._started, self._feed = started, feed
        self._seen_false: set[int] = set()
        self.held: set[int] = set()
        """The `id()` of each object whose condition is true, and whose action may still be about to change that."""

    def counts(self, instance: Model, *, is_met: bool) -> bool:
        """Take what was read of an object; return whether it has met its condition for good."""
        key, started = id(instance), self._started.of(instance)
        self.held.discard(key)
        if not is_met:
            self._seen_false.add(key)
            return False
        if started is None:
            return True
        knows_nothing = started.number is None and started.age >= LATEST_EVENT_DELAY
        if key in self._seen_false or started.has_ended or knows_nothing:
            self._started.forget(instance)
            return True
        self.held.add(key)
        return False

    def ask(self) -> set[int]:
        """Ask for events where objects are held, in 1 request; return the `id()` of each object that is to be read."""
        if not self.held or self._feed.is_disabled:
            return set()
        return self._feed.poll() | self._feed.ended(self.held)

    def running(self, instance: Model) -> str:
        """Return the name of the action that an object is held for; empty where it is not."""
        started = self._started.of(instance)
        return started.name if started is not None and id(instance) in self.held else ""
