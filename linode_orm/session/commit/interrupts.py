"""Ctrl-C during a commit: it ends in good order, whatever line it would have interrupted."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from linode_orm.session.commit.executor import Executor

_OF_A_RUN = "__of_a_run__"
"""What marks the handler of a run."""


@contextmanager
def interruptible(running: Executor) -> Iterator[None]:
    """Let Ctrl-C end a run in good order, where its handler would interrupt the run anywhere."""
    theirs = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(theirs):
        yield
        return

    def ours(number: int, frame: FrameType | None) -> None:
        try:
            theirs(number, frame)
        except BaseException as error:  # noqa: BLE001  raised when the answers on their way are in
            running.interrupt(None if isinstance(error, KeyboardInterrupt) else error)
        else:
            if getattr(theirs, _OF_A_RUN, False):  # the run that this one undoes heard it, and keeps it to itself
                running.interrupt()

    vars(ours)[_OF_A_RUN] = True
    signal.signal(signal.SIGINT, ours)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, theirs)
