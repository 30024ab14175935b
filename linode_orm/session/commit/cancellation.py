"""Cancellation: whether a run starts nothing more, and why; set and asked on workers and in signal handlers too."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linode_orm.session.commit.failure_policy import FailurePolicy


class Cancellation:
    """The cancellation token of one run.

    Nothing takes a lock here, because a signal handler may run between any two lines; each flag is only ever set.
    `is_set` is asked before a request is sent. `hurry` is set when nothing is to be waited for any more. `interrupts`
    counts the times that Ctrl-C was pressed, and `crash` is what else ended the run.
    """

    def __init__(self, policy: FailurePolicy) -> None:
        self._policy = policy
        self._failed: set[int] = set()
        self.is_set = False
        self.hurry = Event()
        self.interrupts = 0
        self.crash: BaseException | None = None

    def is_wanted(self) -> bool:
        """Whether a request that waits for its turn is still to be sent; asked on workers."""
        return not self.is_set

    def interrupt(self, crash: BaseException | None = None) -> None:
        """Start nothing more, and let the workers end their pauses; `crash` is None for Ctrl-C."""
        if crash is None:
            self.interrupts += 1  # promise 9: pressed once, answers are waited for
        self.stop_for(crash)
        self.hurry.set()

    def stop_for(self, crash: BaseException | None) -> None:
        """Start nothing more, because of what a hook raised, or because it cannot be written down."""
        self.crash = self.crash or crash
        self.is_set = True

    def fail(self, numbers: tuple[int, ...]) -> None:
        """Count steps that were not done; start nothing more if the policy stops at so many."""
        self._failed.update(numbers)
        try:
            is_enough = self._policy.stops(len(self._failed))  # promise 5: with "continue" the rest is done
            if is_enough:  # promise 4: nothing starts after a failure
                self.is_set = True
        except Exception as crash:  # noqa: BLE001  the user's code: it must not lose the answer that is counted here
            self.stop_for(crash)

    @property
    def is_interrupted(self) -> bool:
        """Whether Ctrl-C, or what a handler or a hook raised, ended the run."""
        return bool(self.interrupts) or self.crash is not None

    @property
    def ending(self) -> tuple[bool, BaseException | None]:
        """Whether Ctrl-C ended the run, and what else did that a handler or a hook raised."""
        return bool(self.interrupts), self.crash
