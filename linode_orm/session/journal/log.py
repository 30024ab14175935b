"""Ledgers: where a run writes down what it is about to do, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.session.loading.api_time import ApiTime
    from linode_orm.session.planning.plan import Step


class CommitLog:
    """One that keeps nothing: what a commit without a journal writes to."""

    def intend(self, steps: Sequence[Step], moment: ApiTime, there: Mapping[int, Iterable[object]]) -> None:
        """Write down that these steps may be sent from now on; on disk when it returns.

        `there` are the ids in the collections where some of them create something, as far as they were read.
        """

    def settle(self, step: Step, status: str, identity: object, note: str, inner_ids: Mapping[str, object]) -> None:
        """Write down what became of a step, and which ids its object and its riders got.

        It is on disk with the next `flush()` or intent.
        """

    def flush(self) -> None:
        """Bring everything to the disk that was written down."""

    def undo(self) -> None:
        """Write down that what was done is being put back from now on."""
