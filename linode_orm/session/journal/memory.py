"""The journal in memory: it knows the last commits of a session, and is gone with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm.session.journal.journal import Journal, StepResult, StoredCommit, StoredRequest, all_steps, as_sent

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from linode_orm.session.journal.journal import NewCommit
    from linode_orm.session.planning.plan import Step
    from linode_orm.wire.api_time import ApiTime

_KEPT: Final = 100
"""How many commits are remembered, for `session.undo()`."""


class MemoryJournal(Journal):
    """The last commits of a session. None of them is unfinished: the session holds what is not done."""

    is_lasting = False

    def __init__(self) -> None:
        self._commits: dict[str, tuple[NewCommit, dict[int, StepResult]]] = {}

    def begin(self, commit: NewCommit) -> None:
        """Remember a commit, and forget the oldest one if there are too many."""
        self._commits[commit.id] = commit, {}
        while len(self._commits) > _KEPT:
            del self._commits[next(iter(self._commits))]

    def intend(self, name: str, steps: Sequence[Step], moment: ApiTime, there: Mapping[int, Iterable[object]]) -> None:
        """Do nothing: no other process reads this memory."""

    def settle(self, name: str, result: StepResult) -> None:
        """Remember what became of a step."""
        self._commits[name][1][result.number] = result

    def end(self, name: str, state: str) -> None:
        """Do nothing: no commit in memory is carried on."""

    def close(self) -> None:
        """Do nothing: memory goes with its session."""

    def unfinished(self) -> list[str]:
        """Return no names."""
        return []

    def find(self, name: str) -> StoredCommit | None:
        """Return a commit by its name, None if it is not known or was forgotten."""
        if name not in self._commits:
            return None
        commit, results = self._commits[name]
        nothing = StepResult(0, "pending", None, "", {})
        found = ((step, results.get(step.number, nothing)) for step in all_steps(commit.plan))
        requests = [StoredRequest(step, None, *result[1:]) for step, result in found]
        return StoredCommit(name, commit.base_url, commit.on_error, commit.conflicts, "", tuple(as_sent(requests)))
