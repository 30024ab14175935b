"""Records of a window: what became of each action, as its journal, its user and its report learn it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from linode_orm.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from linode_orm.mapping import Expression, Model
    from linode_orm.session.acting.attempt import Attempt
    from linode_orm.session.journal.log import CommitLog
    from linode_orm.session.planning.action_terms import ActionTerms
    from linode_orm.session.planning.report import Entry, Outcome
    from linode_orm.session.waiting.started import StartedActions

    Tell = Callable[[Entry, int, int], None]

STARTED: Final = "started; its end is not seen yet"
"""The note that a journal has of an action that was answered, and whose end was not seen."""
_BAD: Final = frozenset({"failed", "in doubt"})


@frozen
class WindowOptions:
    """The options of a window of actions: its terms, its log, and what ends it."""

    terms: ActionTerms
    log: CommitLog
    goes_on: bool = False
    """Whether failures stop nothing (`on_error="continue"`)."""
    until: Expression | None = None
    tell: Tell | None = None
    starts: bool = True
    """Whether what was not started is started; else it is only found out what was."""


class Records:
    """What is open and what has ended, how often it failed, and whether the window was ended from outside."""

    def __init__(self, attempts: Sequence[Attempt], options: WindowOptions, started: StartedActions) -> None:
        self.attempts, self._options, self._started = attempts, options, started
        self.open = [each for each in attempts if each.is_unfinished]
        self.failures = sum(each.entry is not None and each.entry.status in _BAD for each in attempts)
        self.is_interrupted = False
        self.crash: BaseException | None = None
        """What was raised in the user's own code, or by the journal."""

    @property
    def is_ended(self) -> bool:
        """Whether the window was ended from outside."""
        return self.is_interrupted or self.crash is not None

    @property
    def is_stopped(self) -> bool:
        """Whether too many have failed for another one to be started."""
        return self.failures > self._options.terms.max_failed and not self._options.goes_on

    @property
    def applied(self) -> list[Model]:
        """The objects whose actions were done, and whose jobs have ended."""
        return [each.target for each in self.attempts if each.entry is not None and each.entry.status == "applied"]

    def interrupt(self, crash: BaseException | None = None) -> None:
        """Note what ended the window: Ctrl-C, or what was raised."""
        self.is_interrupted, self.crash = self.is_interrupted or crash is None, self.crash or crash

    def running(self, attempt: Attempt) -> None:
        """Write into the log that an action was done, and that its end was not seen."""
        self._options.log.settle(attempt.step, "applied", None, STARTED, {})

    def withdraw(self, attempt: Attempt) -> None:
        """Let nobody wait for an action that was not done, or starts no job."""
        if attempt.started is not None:
            self._started.withdraw(attempt.started)

    def end(self, attempt: Attempt, status: Outcome, error: BaseException | None = None, note: str = "") -> None:
        """Record what became of an action, write it down, and report it to the user."""
        if attempt in self.open:
            self.open.remove(attempt)
        entry = attempt.end(status, error, note)
        self.failures += status in _BAD
        self._options.log.settle(attempt.step, status, None, note or ("" if error is None else str(error)), {})
        if self._options.tell is not None:
            try:
                done = sum(each.phase == "ended" for each in self.attempts)
                self._options.tell(entry, done, len(self.attempts))
            except KeyboardInterrupt:
                self.interrupt()
            except Exception as crash:  # noqa: BLE001  raised when the answers on their way are in
                self.interrupt(crash)

    def close(self) -> None:
        """Give what is left an entry: what runs was started, and its end was not seen; what waits is pending."""
        for each in self.open:
            error = each.lost or TransportError("it was started, and its end was not waited for")
            is_running = each.phase == "running"
            each.end("in doubt", error, STARTED if is_running else "")
            if not is_running:
                self._options.log.settle(each.step, "in doubt", None, str(error), {})
        self.open = []
        for each in self.attempts:
            if each.entry is None:
                each.end("pending")
