"""Interrupts: what signal handlers raise during a commit is kept until the answers of its requests are taken in."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, cast

from linode_orm.errors import CommitError, CommitInterrupted
from linode_orm.session.planning.report import CommitReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import FrameType, TracebackType
    from typing import Self

    Handler = Callable[[int, FrameType | None], object]
    Interrupt = Callable[[BaseException | None], None]
    """Ends a run in good order; given what a handler raised, None for a KeyboardInterrupt."""

_SIGNALS: Final = tuple(map(int, signal.valid_signals()))
_NOTHING_SENT: Final = "commit interrupted: nothing was sent by it; the session holds what is not done"
_ALL_ENDED: Final = "commit interrupted when it had ended: the report says what became of it"


class Interrupts:
    """What signal handlers written in Python raise, from the first line of a commit or recovery to its last.

    A handler runs at once, when its signal comes. What it raises would end the commit between any two lines, and
    answers would be lost: it is kept, and raised when everything in flight has been answered. Python runs handlers on
    the main thread alone; on another thread only `cancel_thread` lets something be raised.
    """

    def __init__(self) -> None:
        self.raised: list[BaseException] = []
        """What was raised and no user has seen yet."""
        self.report: CommitReport | None = None
        """What the commit did, for an interrupt that comes when it has ended."""
        self.session: object = None
        self._interrupts: list[Interrupt] = []
        self._theirs: dict[int, Handler] = {}
        self._keeps = False
        self.is_cleanup = False
        """Whether it takes back what was made for a time: no cancellation ends that."""

    def is_raised(self) -> bool:
        """Whether something was raised that its user has not seen."""
        return bool(self.raised)

    def check(self, report: Callable[[], CommitReport] = CommitReport) -> None:
        """Raise what arrived: `CommitInterrupted` with a report for a KeyboardInterrupt, or else the error itself."""
        if self.raised:
            raised = self.take()
            self._raise(first_crash(raised) or raised[0], _NOTHING_SENT, report())

    def take(self) -> list[BaseException]:
        """Return what was raised since the last report: the commit itself raises it now."""
        # A handler that runs between the two halves of this line adds to the list that is returned.
        new, self.raised = self.raised, []
        return new

    def _raise(self, error: BaseException, message: str, report: CommitReport) -> None:
        if not isinstance(error, KeyboardInterrupt):
            raise error
        raise CommitInterrupted(message, report=report, session=self.session) from error

    @contextmanager
    def interrupting(self, interrupt: Interrupt, *, anew: bool = False) -> Iterator[None]:
        """Let a run be interrupted by what is raised, and by what was raised already, unless it begins `anew`."""
        with _cancelling:  # or a cancellation on another thread would be told twice
            self._interrupts.append(interrupt)
            is_due = bool(self.raised) and not anew
        try:
            if is_due:
                interrupt(first_crash(self.raised))
            yield
        finally:
            self._interrupts.remove(interrupt)

    # -- handlers ----------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            # Most signals have no handler in Python: the system's action is a number, and it raises nothing here.
            handlers = {number: signal.getsignal(number) for number in _SIGNALS}
            for number, handler in handlers.items():
                if callable(handler):
                    self._theirs[number] = _unwrapped(number, handler)
                    signal.signal(number, self._handle)
            self._keeps = True
        return self

    def _handle(self, number: int, frame: FrameType | None) -> None:
        """Run the handler that this one stands for, and keep what it raises."""
        if not self._keeps:  # it was left in place, because a signal came while the handlers were put back
            self._theirs[number](number, frame)
            return
        try:
            self._theirs[number](number, frame)
        except BaseException as error:  # noqa: BLE001  raised when the answers in flight are in
            self.keep(error)

    def keep(self, error: BaseException) -> None:
        """Let runs start nothing more, and raise the error when everything in flight has been answered."""
        self.raised.append(error)
        for interrupt in (*self._interrupts,):
            interrupt(None if isinstance(error, KeyboardInterrupt) else error)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeps = False
        self._put_back([*self._theirs])
        if self.raised:
            report, message = self.report or CommitReport(), _ALL_ENDED if self.report else _NOTHING_SENT
            if isinstance(error, CommitError):
                report, message = cast("CommitReport", error.report), str(error)
            self._raise(first_crash(self.raised) or self.raised[0], message, report)

    def _put_back(self, numbers: list[int]) -> None:
        """Put the handlers back, each although a signal comes while another one is put back."""
        try:
            while numbers:
                number = numbers.pop()
                if signal.getsignal(number) == self._handle:  # a handler that was installed meanwhile stays
                    signal.signal(number, self._theirs[number])
        finally:
            # What is left is left by a handler that raised: its error goes on when the others are back in their places.
            if numbers:
                self._put_back(numbers)


def first_crash(raised: Iterable[BaseException]) -> BaseException | None:
    """Return the first error that is no KeyboardInterrupt."""
    return next((each for each in raised if not isinstance(each, KeyboardInterrupt)), None)


def _unwrapped(number: int, handler: Handler) -> Handler:
    """Give the handler that one of ours stands for which was left in place."""
    owner = getattr(handler, "__self__", None)
    while isinstance(owner, Interrupts):
        handler = owner._theirs[number]  # noqa: SLF001  one of the same class
        owner = getattr(handler, "__self__", None)
    return handler


_open: Final[dict[int, Interrupts]] = {}
"""The one of each thread, as long as a commit or a recovery is being made on it."""


_cancelled: Final[set[int]] = set()
"""The threads whose call was cancelled, until `renew_thread`."""
_cancelling: Final = threading.RLock()


def cancel_thread(thread: int) -> None:
    """End the commit or recovery that a thread makes as Ctrl-C does, and keep it from another one; safe elsewhere.

    What takes back temporary objects goes on.
    """
    with _cancelling:
        _cancelled.add(thread)
        interrupts = _open.get(thread)
        if interrupts is not None and not interrupts.is_cleanup:
            interrupts.keep(KeyboardInterrupt())


def renew_thread(thread: int) -> None:
    """Forget that a call of a thread was cancelled: another one begins."""
    _cancelled.discard(thread)


def is_kept(thread: int) -> bool:
    """Whether a thread makes a commit or a recovery, which ends in good order by itself."""
    return thread in _open


@contextmanager
def kept_interrupts(session: object = None, *, is_cleanup: bool = False) -> Iterator[Interrupts]:
    """Keep what signal handlers raise inside; a commit inside another one (of a hook) keeps it with that one.

    `session` is what a `CommitInterrupted` names as the session to carry on with. On a thread whose call was cancelled
    before, it begins interrupted, unless it `is_cleanup`.
    """
    thread = threading.get_ident()
    if thread in _open:
        if session is not None:
            _open[thread].session = session
        yield _open[thread]
        return
    with Interrupts() as interrupts:
        interrupts.session, interrupts.is_cleanup = session, is_cleanup
        with _cancelling:
            if thread in _cancelled and not is_cleanup:
                interrupts.raised.append(KeyboardInterrupt())
            _open[thread] = interrupts
        try:
            yield interrupts
        finally:
            del _open[thread]
