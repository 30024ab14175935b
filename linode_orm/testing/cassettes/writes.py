"""The writes that a session has had answered in a replay, and the recorded reads that do not show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.testing.cassettes.form import Form
    from linode_orm.testing.cassettes.interaction import Span


@define(eq=False)
class AnsweredWrite:
    """A write that was answered in the replay."""

    form: Form
    span: Span


@define(eq=False)
class Writes:
    """The writes of one session, or of one call on a worker.

    `answered` came before all that follows. `beside` are those of workers that the session's thread has not waited for
    together. What another worker reads need not show them, as long as it is not from before they were sent.
    """

    answered: list[AnsweredWrite] = field(factory=list)
    beside: list[AnsweredWrite] = field(factory=list)

    def begun(self) -> Writes:
        """Return the writes for a call on a worker that begins now."""
        return Writes(list(self.answered), list(self.beside))

    def join(self, ended: Writes) -> None:
        """Take over the writes of a call on a worker."""
        known = {id(each) for each in (*self.answered, *self.beside)}
        self.beside += [each for each in (*ended.answered, *ended.beside) if id(each) not in known]

    def settle(self) -> None:
        """Let the writes of workers come before what follows."""
        self.answered += self.beside
        self.beside = []

    @property
    def end(self) -> int:
        """Where the last of them ended: a read that began later shows all of them."""
        return max((each.span.end for each in self.answered), default=0)

    def overtaking(self, read: Form, span: Span) -> Iterator[AnsweredWrite]:
        """Yield the writes that a recorded read does not show.

        It ended before they were sent; or it ran beside them, and they are about what it reads.
        """
        yield from (each for each in self.beside if span.end < each.span.begin)
        for each in self.answered:
            is_beside = span.end > each.span.begin
            if span.begin < each.span.end and not (is_beside and not _is_related(read.place, each.form.place)):
                yield each


def _is_related(one: str, other: str) -> bool:
    """Whether two paths are the same, or one leads to what lies below the other."""
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")
