"""The commit log: one commit in a journal, as its run writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.session.journal.journal import StepResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.session.journal.journal import Journal
    from linode_orm.session.planning.plan import Step
    from linode_orm.wire.api_time import ApiTime


class CommitLog:
    """Writes what one run does into a journal, under the name of its commit."""

    def __init__(self, journal: Journal, name: str) -> None:
        self._journal, self.name = journal, name

    def intend(self, steps: Sequence[Step], moment: ApiTime, there: Mapping[int, Iterable[object]]) -> None:
        """Write down that these steps may be sent from now on; durable when this returns.

        `there` are the ids in the collections of creations, by the number of the step, as far as they were read.
        """
        self._journal.intend(self.name, steps, moment, there)

    def settle(self, step: Step, status: str, identity: object, note: str, inner_ids: Mapping[str, object]) -> None:
        """Write down what became of a step, and the ids of its object and its nested creates."""
        self._journal.settle(self.name, StepResult(step.number, status, identity, note, inner_ids))

    def undo(self) -> None:
        """Write down that the commit is being undone from now on."""
        self._journal.end(self.name, "undoing")
