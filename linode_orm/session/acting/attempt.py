"""One action of a window: how far it is, from its place in the queue to the end of its job."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Literal

from linode_orm.session.planning.report import Entry

if TYPE_CHECKING:
    from linode_orm.mapping import Model
    from linode_orm.session.acting.action_plan import PlannedAction
    from linode_orm.session.planning.report import Outcome
    from linode_orm.session.waiting.started import StartedAction

Phase = Literal["waiting", "flying", "looking", "running", "ended"]


class Attempt:
    """What is known of one action.

    `phase` is `waiting` before it is started, `flying` while its request has no answer, and `looking` where the answer
    was lost and events are to tell whether it was done. It is `running` until its end is seen, and `ended` then.
    """

    def __init__(self, planned: PlannedAction) -> None:
        self.planned, self.step, self.target = planned, planned.step, planned.target
        self.phase: Phase = "waiting"
        self.started: StartedAction | None = None
        self.near: tuple[Model, ...] = ()
        self.tries = 0
        self.lost: BaseException | None = None
        """What its request ended with that may have been done all the same."""
        self.until = 0.0
        """When no request of it can be running, by the monotonic clock."""
        self.deadline = 0.0
        """Until when its end is waited for, by the monotonic clock."""
        self.entry: Entry | None = None
        self._began = 0.0

    @property
    def is_unfinished(self) -> bool:
        """Whether it takes a place of the window."""
        return self.phase in {"flying", "looking", "running"}

    def begin(self) -> None:
        """Note that its request is handed to a worker."""
        self.phase, self.tries = "flying", self.tries + 1
        self._began = self._began or perf_counter()

    def end(self, status: Outcome, error: BaseException | None = None, note: str = "") -> Entry:
        """Note what became of it, and return that."""
        self.phase = "ended"
        seconds = perf_counter() - self._began if self._began else 0.0
        self.entry = Entry(self.step, self.target, status, error, seconds, self.tries, note)
        return self.entry
