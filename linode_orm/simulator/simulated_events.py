"""Simulated events: a test lets anything happen that the API's events tell of, also what no request causes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from linode_orm._options import check_seconds
from linode_orm._suggestions import suggestion
from linode_orm.simulator.event_actions import EVENT_ACTIONS

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from linode_orm.mapping import Model
    from linode_orm.models import Event
    from linode_orm.simulator.account_state import AccountState
    from linode_orm.simulator.hooks import Call
    from linode_orm.simulator.row_objects import RowObjects
    from linode_orm.simulator.store import Row


class SimulatedEvents:
    """The events of a simulated account, as `sim.events`: `add` tells of what no request has caused."""

    def __init__(
        self, state: AccountState, objects: RowObjects, find: Callable[[str], Call], lock: threading.RLock
    ) -> None:
        self._state, self._objects, self._find, self._lock = state, objects, find, lock

    def add(  # noqa: PLR0913  what an event tells
        self,
        action: str,
        about: Model | str | Mapping[str, object] | None = None,
        *,
        secondary: Model | str | Mapping[str, object] | None = None,
        seconds: float = 0.0,
        failure: str | None = None,
        message: str | None = None,
    ) -> Event:
        """Add an event of any action that the API knows, and return it; nothing else changes.

        What it is about is an object, its path, or its entity as events show it, with `id`, `label`, `type` and `url`.
        With `seconds` it is the event of a job that takes so long, and that fails where `failure` says why. Raises
        `ValueError` for an action that the API does not have, and `LookupError` for an object that there is not.
        """
        check_seconds("seconds", seconds, may_be_zero=True)
        if action not in EVENT_ACTIONS:
            msg = f"the API has no event {action!r}{suggestion(action, EVENT_ACTIONS)}"
            raise ValueError(msg)
        with self._lock:
            self._state.jobs.settle()
            row, other = self._row(about), self._row(secondary)
            made = self._state.events.add(action, row, secondary=other, lasts=seconds, failure=failure)
            if made is None:
                msg = "the simulator serves no events: it was made without their class"
                raise LookupError(msg)
            for key, each in (("entity", about), ("secondary_entity", secondary)):
                if isinstance(each, Mapping):
                    made.change(**{key: dict(each)})
            if message is not None:
                made.change(message=message)
            shown: Any = self._objects.of(made)
            event: Event = shown
            return event

    def _row(self, named: Model | str | Mapping[str, object] | None) -> Row | None:
        if named is None or isinstance(named, Mapping):
            return None
        return self._find(named).item if isinstance(named, str) else self._objects.row_of(named)
