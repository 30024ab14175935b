"""Progress of commits and waits: a bar on a terminal, a line for each change elsewhere."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from linode_orm._printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class ProgressEntry(Protocol):
    """What is shown of one operation of a commit, or of one object that is waited for."""

    @property
    def operation(self) -> str:
        """The request, or the object."""
        ...

    @property
    def status(self) -> str:
        """The outcome, or how far it is."""
        ...

    @property
    def note(self) -> str:
        """What is shown beside it."""
        ...


C = TypeVar("C", bound=ProgressEntry)


@contextmanager
def shown(
    progress: bool | Callable[[C, int, int], None] | None,  # noqa: FBT001  the option of commit() and wait()
    title: str,
) -> Iterator[Callable[[C, int, int], None] | None]:
    """Yield the function to call at each change: `progress` itself, or for True one that writes to standard error.

    The function takes the entry, how many operations or objects are done, and how many there are. For True it shows a
    bar with rich (of the extra `cli`) and on a terminal, otherwise a line for each change.
    """
    if progress is None or progress is False:
        yield None
    elif progress is not True:
        if not callable(progress):
            msg = f"progress is True, False or a function of (entry, done, total), not {progress!r}"
            raise TypeError(msg)
        yield progress
    else:
        with _bar(title) if _has_bars() else _lines(title) as tell:
            yield tell


def line(change: ProgressEntry, done: int, total: int, title: str) -> str:
    """Return one change as a line."""
    return f"{title} {done}/{total}: {_described(change)}"


def _described(change: ProgressEntry) -> str:
    """Return what a change says, in one line without control characters."""
    note = f" ({change.note})" if change.note else ""
    return printable(f"{change.operation} {change.status}{note}")


@contextmanager
def _lines(title: str) -> Iterator[Callable[[ProgressEntry, int, int], None]]:
    def tell(change: ProgressEntry, done: int, total: int) -> None:
        sys.stderr.write(line(change, done, total, title) + "\n")
        sys.stderr.flush()

    yield tell


def _has_bars() -> bool:
    if not sys.stderr.isatty():
        return False
    try:
        import rich.progress  # noqa: F401, PLC0415  an extra, and only for who asks for it
    except ImportError:
        return False
    return True


@contextmanager
def _bar(title: str) -> Iterator[Callable[[ProgressEntry, int, int], None]]:
    from rich.console import Console  # noqa: PLC0415  an extra, and only for who asks for it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    last = TextColumn("{task.fields[last]}", markup=False)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, last, console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None, last="")

        def tell(change: ProgressEntry, done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, last=_described(change))

        yield tell
