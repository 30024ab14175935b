"""The report of a commit: what became of each of its operations."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, Literal
from uuid import uuid4

from attrs import field, frozen

from linode_orm._printable import printable
from linode_orm._public import public

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterator

    from linode_orm.mapping import Model
    from linode_orm.session.planning.plan import Step

Outcome = Literal["applied", "failed", "pending", "in doubt", "undone", "not undone"]

_HEAD: Final = ("operation", "object", "status", "seconds", "tries", "note")
_ROOM: Final = 60


@public
@frozen(eq=False)
class Entry:
    """What became of one step; `object` is None where a journal was only read.

    `status` is `applied`; `failed` (the API refused, nothing was changed); `pending` (not sent); `in doubt` (sent, and
    no answer tells whether it was done); `undone` (applied, and put back); or `not undone` (applied, and it could not
    be put back). `duration` is in seconds, retries included; `tries` is how often the
    request was sent, 0 where it was not; `note` says what else there is to know.
    """

    step: Step
    object: Model | None
    status: Outcome
    error: BaseException | None = None
    duration: float = 0.0
    tries: int = 0
    note: str = ""

    @property
    def operation(self) -> str:
        """The request: `PUT /linode/instances/5`."""
        return f"{self.step.method} {self.step.path}"

    def to_dict(self) -> dict[str, builtins.object]:
        """Give the entry as JSON can hold it."""
        return {
            "operation": self.step.operation,
            "method": self.step.method,
            "path": self.step.path,
            "object": self.step.title,
            "status": self.status,
            "error": None if self.error is None else f"{type(self.error).__name__}: {self.error}",
            "duration": round(self.duration, 6),
            "tries": self.tries,
            "note": self.note,
        }


@public
@frozen(eq=False)
class Unheld:
    """A value that was not there when it was read back: the API answered `wrote`, and shows `found`."""

    object: Model
    attribute: str
    wrote: builtins.object
    found: builtins.object

    def __str__(self) -> str:
        return f"{self.object.__describe__()}.{self.attribute}: {self.wrote!r} was written, {self.found!r} is there"


@public
@frozen(eq=False)
class CommitReport:
    """What a commit did, operation by operation, in the order of its plan; prints as a table.

    `id` names the commit. `window` is for how many seconds at most a write of somebody else's between our look and our
    write went unseen (`conflicts="check"`). `not_held` is what was not there when it was read back (`verify=True`);
    `unread` says why it could not be read back, where that failed.
    """

    entries: tuple[Entry, ...] = ()
    duration: float = 0.0
    window: float = 0.0
    not_held: tuple[Unheld, ...] = ()
    unread: str = ""
    id: str = field(factory=lambda: uuid4().hex)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, index: int) -> Entry:
        return self.entries[index]

    def having(self, status: Outcome) -> list[Entry]:
        """Give the entries with that status."""
        return [entry for entry in self.entries if entry.status == status]

    @property
    def applied(self) -> list[Entry]:
        """What was done."""
        return self.having("applied")

    @property
    def failed(self) -> list[Entry]:
        """What the API refused."""
        return self.having("failed")

    @property
    def pending(self) -> list[Entry]:
        """What was not sent."""
        return self.having("pending")

    @property
    def in_doubt(self) -> list[Entry]:
        """What was sent without an answer that tells whether it was done."""
        return self.having("in doubt")

    @property
    def undone(self) -> list[Entry]:
        """What was done and put back."""
        return self.having("undone")

    @property
    def not_undone(self) -> list[Entry]:
        """What was done and could not be put back."""
        return self.having("not undone")

    @property
    def counts(self) -> dict[str, int]:
        """How many operations ended how; only what occurred."""
        return dict(Counter(entry.status for entry in self.entries))

    def to_dict(self) -> dict[str, object]:
        """Give the report as JSON can hold it, for logs."""
        return {
            "id": self.id,
            "duration": round(self.duration, 6),
            "window": round(self.window, 6),
            "counts": self.counts,
            "not_held": [str(each) for each in self.not_held],
            "unread": self.unread,
            "operations": [entry.to_dict() for entry in self.entries],
        }

    def __repr__(self) -> str:
        return f"<CommitReport {self.id[:8]}: {self._summary()}>"

    def _summary(self) -> str:
        return ", ".join(f"{count} {status}" for status, count in self.counts.items()) or "nothing to commit"

    def __str__(self) -> str:
        rows = [_HEAD, *map(_row, self.entries)] if self.entries else []
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
        held = [f"not held: {each}" for each in self.not_held]
        held += [printable(f"not read back: {self.unread}")] if self.unread else []
        return "\n".join([*lines, *held, f"{self._summary()} in {self.duration:.2f} s"])


def _row(entry: Entry) -> tuple[str, ...]:
    note = entry.note or ("" if entry.error is None else str(entry.error))
    note = note.replace("\n", " ")
    short = note if len(note) <= _ROOM else note[: _ROOM - 3] + "..."
    cells = entry.operation, entry.step.title, entry.status, f"{entry.duration:.3f}", str(entry.tries), short
    return tuple(map(printable, cells))
