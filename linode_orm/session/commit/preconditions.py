"""Preconditions: what a commit reads before its first write, and what must hold of it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from linode_orm.errors import Clash, LinodeORMError
from linode_orm.mapping.record import changes as changes_of
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.commit import guards
from linode_orm.session.commit.reconcile import conflicts, deletions
from linode_orm.session.planning.rebasing import can_be_read, is_read_first
from linode_orm.session.planning.steps import key_of
from linode_orm.session.waiting.bulk_refresh import groups_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from linode_orm.mapping import Model
    from linode_orm.session.commit.policy import Policy
    from linode_orm.session.planning.changes import Changes, DeletionMark
    from linode_orm.session.planning.plan import Token
    from linode_orm.session.waiting.bulk_refresh import BulkRefresh
    from linode_orm.wire.client import Client


class Preconditions:
    """The preconditions of one commit, or of saving the object `only`.

    `folded` are the objects that get a tag by one POST for all of them, which takes nothing from their lists.
    """

    def __init__(
        self, changes: Changes, policy: Policy, only: Model | None = None, folded: Container[Token] = frozenset()
    ) -> None:
        self._changes, self._policy, self._only, self._folded = changes, policy, only, folded
        self._checks = policy.conflicts == "check"
        self.read_at: float | None = None
        """When the values were read that updates are built on, by the monotonic clock; None if they were not."""

    @cached_property
    def changed(self) -> list[Model]:
        """The changed objects that are read, because updates of them are built on what others may have changed."""
        touched = self._changes.touched.values() if self._only is None else [self._only]
        existing = (each for each in touched if state_of(each).status is Status.PERSISTENT)
        if self._checks or self._policy.on_error.compensates:
            return [each for each in existing if changes_of(each)]
        if self._policy.conflicts == "ignore":
            return []
        return [each for each in existing if is_read_first(each) and key_of(each) not in self._folded]

    @cached_property
    def _deleted(self) -> list[tuple[Model, DeletionMark]]:
        """The objects that are to be deleted, each with what its mark rests on."""
        deleted = self._changes.deleted.values() if self._only is None else ()
        return [(each, self._changes.mark_of(each)) for each in deleted]

    @cached_property
    def _read(self) -> list[Model]:
        return [*self.changed, *(each for each, mark in self._deleted if self._rests_on_values(each, mark))]

    def _rests_on_values(self, instance: Model, mark: DeletionMark) -> bool:
        is_protected = guards.can_be_protected(instance, self._policy.protected_tags)  # promise 3d: as they are now
        rests = mark.condition is not None or self._checks or is_protected or bool(self._policy.policies)
        return rests and can_be_read(instance.__mapper__)

    @property
    def requests(self) -> int:
        """How many requests `check` needs at least."""
        return sum(group.cost for group in groups_of(self._read, needs_get=frozenset()))

    def check(self, refresh: BulkRefresh, client: Client) -> None:
        """Read what the commit rests on, and note when the values were read that its updates are built on.

        Raises `ConflictError` if another writer changed the same, and `InvalidRequestError` for a protected tag. Where
        the values of updates cannot be read, each is read again before it is sent, so that it fails alone.
        """
        if not self._read:
            return
        whole = [each for each in self.changed if conflicts.is_only_on_get(each)]
        whole += [each for each, mark in self._deleted if deletions.needs_get(mark)]
        seen = {} if self._checks else conflicts.seen_before(self.changed)
        read_at: float | None = client.clock.monotonic()
        gone: set[int] = set()
        try:
            gone = {id(each) for each in refresh.run(self._read, whole)}
        except LinodeORMError:
            if self._checks or self._policy.on_error.compensates or len(self._read) > len(self.changed):
                raise
            read_at = None
        guards.check_protected((each for each, _ in self._deleted), self._policy.protected_tags)
        # promise 16a: conflicts are found before anything is written
        conflicts.refuse([*self._clashes(gone, seen, refresh)])
        self.read_at = read_at if self.changed else None

    def _clashes(self, gone: set[int], seen: dict[tuple[int, str], object], refresh: BulkRefresh) -> Iterator[Clash]:
        there = [(each, mark) for each, mark in self._deleted if id(each) not in gone]
        # promise 16d: what a query marked must still meet its condition
        yield from deletions.clashes_of(there, refresh.meeting, checks=self._checks)
        for each in self.changed if self._policy.conflicts != "ignore" else ():
            if id(each) in gone:
                yield Clash(each, "", None, None, None)
            else:
                yield from conflicts.clashes_of(each, seen, scalars=self._checks)


def check_deletion(instance: Model, policy: Policy, refresh: BulkRefresh) -> None:
    """Read an object that is deleted at once, in 1 GET, where the policy rests on what it is; raise as `check` does."""
    checks, before = policy.conflicts == "check", state_of(instance).body
    has_policies = bool(policy.policies) and can_be_read(instance.__mapper__)
    if checks or has_policies or guards.can_be_protected(instance, policy.protected_tags):
        is_gone = bool(refresh.run([instance]))
        guards.check_protected([instance], policy.protected_tags)
        conflicts.refuse([*deletions.moved_since(instance, before)] if checks and not is_gone else [])
