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
    """What became of one step; `object` is None if only a journal was read.

    `status` is `applied`, `failed` (the API refused it, nothing changed), `pending` (not sent) or `in doubt` (sent, and
    no answer says whether it was done). After compensation it is `undone`, or `not undone` where that could not be
    done. `duration` is in seconds and includes retries. `tries` is how often the request was sent. `note` says what
    else there is to know.
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
        """Return the entry as JSON can hold it."""
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
    """A value that did not persist: the API answered `wrote`, and shows `found` when it is read back."""

    object: Model
    attribute: str
    wrote: builtins.object
    found: builtins.object

    def __str__(self) -> str:
        return f"{self.object.__describe__()}.{self.attribute}: {self.wrote!r} was written, {self.found!r} is there"


@public
@frozen(eq=False)
class CommitReport:
    """What a commit did, operation by operation, in the order of its plan; it prints as a table.

    `id` names the commit. `window` is the largest number of seconds between the read of an object and its write, in
    which a write of another client went unseen (0 where nothing was read). `not_held` are the values that did not
    persist (`verify=True`); `unread` says why they could not be read back.
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
        """Return the entries with a status."""
        return [entry for entry in self.entries if entry.status == status]

    @property
    def applied(self) -> list[Entry]:
        """The operations that were done."""
        return self.having("applied")

    @property
    def failed(self) -> list[Entry]:
        """The operations that the API refused."""
        return self.having("failed")

    @property
    def pending(self) -> list[Entry]:
        """The operations that were not sent."""
        return self.having("pending")

    @property
    def in_doubt(self) -> list[Entry]:
        """The operations that were sent and may have been done."""
        return self.having("in doubt")

    @property
    def undone(self) -> list[Entry]:
        """The operations that were done and undone."""
        return self.having("undone")

    @property
    def not_undone(self) -> list[Entry]:
        """The operations that were done and could not be undone."""
        return self.having("not undone")

    @property
    def counts(self) -> dict[str, int]:
        """How many operations have each status that occurs."""
        return dict(Counter(entry.status for entry in self.entries))

    def to_dict(self) -> dict[str, object]:
        """Return the report as JSON can hold it, for logs."""
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

    def _repr_html_(self) -> str:
        from linode_orm.output.html import html_table  # noqa: PLC0415  only notebooks need it

        return html_table(_HEAD, map(_row, self.entries), title=repr(self))

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
