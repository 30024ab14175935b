"""Intents: what is about to be sent is written down before it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.wire.api_time import ApiTime

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from linode_orm.session.commit.collection_ids import CollectionIds
    from linode_orm.session.journal.log import CommitLog
    from linode_orm.session.planning.plan import InDoubt, Step
    from linode_orm.wire.client import Client

AHEAD: Final = 64
"""How many steps that may be repeated are written down together: each write waits for the disk."""


class Intents:
    """The steps of a run that a log knows to be sent; the log has them on disk before `write` returns."""

    moment: ApiTime
    """A moment before the newest steps were sent, by the clock of the API; known once something was written."""

    def __init__(self, log: CommitLog, client: Client, collections: CollectionIds) -> None:
        self._log, self._client, self._collections = log, client, collections
        self._written: set[int] = set()

    def write(self, going: Sequence[Step], coming: Iterable[Step]) -> None:
        """Write down what is about to be sent, with the steps that follow soon, if they may be repeated.

        For a creation, the ids in its collection are read first if nothing else would identify the new object.
        """
        missing = [step for step in going if step.number not in self._written]
        if not missing:
            return
        there = {step.number: self._collections.read_before(step) for step in missing if step.operation in _ONCE}
        # After the lists: an object that appeared before them is in them, so that `since` need not cover it.
        self.moment = ApiTime.now(self._client)
        ahead = [step for step in coming if step.number not in self._written and step.operation not in _ONCE]
        listed = {number: ids for number, ids in there.items() if ids is not None}
        self._log.intend([*missing, *ahead], self.moment, listed)
        self._written.update(step.number for step in (*missing, *ahead))

    def write_in_doubt(self, in_doubt: InDoubt) -> None:
        """Write down since when a step is in doubt that was not sent by itself in this run."""
        there = {in_doubt.step.number: in_doubt.known} if in_doubt.is_listed else {}
        self._log.intend([in_doubt.step], in_doubt.since, there)

    def split(self, step: Step, note: str) -> None:
        """Write down that the parts of a batch request are sent in its place."""
        self._log.settle(step, "apart", None, note, {})
        self._written.discard(step.number)

    def withdraw(self, steps: Mapping[int, Step], ended: Collection[int]) -> None:
        """Write down which steps were not sent after all."""
        # Without this line a recovery would look for what was never sent.
        for number in self._written - set(ended):
            self._log.settle(steps[number], "pending", None, "", {})


_ONCE: Final = frozenset({"create", "bundle"})
"""The operations that must not be sent twice."""
