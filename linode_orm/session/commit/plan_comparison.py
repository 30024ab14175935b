"""What has moved since a plan was made: the plan is made again on what is there now, and reports what clashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from linode_orm.errors import Clash
from linode_orm.mapping.model import resource
from linode_orm.mapping.state import state_of
from linode_orm.session.commit import guards
from linode_orm.session.commit.newest import read_again, stand_ins
from linode_orm.session.commit.reconcile.conflicts import changed_twice, shown
from linode_orm.session.planning.plan import is_new
from linode_orm.session.planning.rebasing import can_be_read, is_built_on_newest, moved_changes, rebased
from linode_orm.session.planning.seen import moved

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from linode_orm.mapping import Model
    from linode_orm.mapping.mapper import Mapper
    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.planning.plan import Change, Plan, Step


@frozen
class Comparison:
    """How a plan is compared with what is there: by the option `conflicts`, which is its `name`.

    With `scalars`, values without parts are compared too. With `is_exact`, what the plan changes must be as it was when
    the plan was made; else both sides' changes are merged. With `deletions`, what it deletes must be as it was.
    """

    name: str
    scalars: bool = False
    is_exact: bool = False
    deletions: bool = False


def comparison_for(plan: Plan, conflicts: str | None) -> Comparison:
    """Return how a plan is compared: a file exactly, unless the option says otherwise; what a session made is merged.

    Of the latter values without parts are compared as well: whoever applies a plan has read what it changes.
    """
    is_file = plan.source is not None and bool(plan.source.file)
    if is_file and conflicts != "merge":
        return Comparison("check", scalars=True, is_exact=True, deletions=True)
    checks = conflicts == "check"
    return Comparison(conflicts or "merge", scalars=checks or conflicts is None, deletions=checks or is_file)


def movement(commit: Commit, plan: Plan, comparison: Comparison) -> tuple[Plan, dict[int, list[Clash]]]:
    """Read what a plan changes and deletes, as far as that is compared.

    Return the plan on what is there now, and what clashes in which step. Raises `InvalidRequestError` where a
    protected tag is on what would be deleted.
    """
    looked_at = what_is_read(commit, plan, comparison)
    gone = read_again(commit.refresh, looked_at)
    deleted = [instance for part, instance in looked_at if part.operation == "delete"]
    guards.check_protected(deleted, _protected_by(plan))  # promise 3c: nor by a plan
    read = {part.number: instance for part, instance in looked_at}
    compared = _Compared(commit, comparison, read, gone)
    steps = [compared.step(step) for step in plan]
    return evolve(plan, steps=tuple(steps)), compared.clashes


def what_is_read(commit: Commit, plan: Plan, comparison: Comparison) -> list[tuple[Step, Model]]:
    """Return the steps whose objects are read before a plan is applied, each with its object; sends nothing."""
    existing = [part for step in plan for part in step.whole if not is_new(part.token)]
    known = stand_ins((part for part in existing if can_be_read(_mapper(part))), commit.objects.owner)
    found = [(each, known[each.token]) for each in existing if each.token in known]
    return [(part, each) for part, each in found if _is_looked_at(part, comparison, each, _protected_by(plan))]


def _protected_by(plan: Plan) -> frozenset[str]:
    return plan.source.protected if plan.source is not None else frozenset()


class _Compared:
    """The steps of a plan on what is there now; `clashes` are what another writer changed too, by step."""

    def __init__(self, commit: Commit, comparison: Comparison, read: dict[int, Model], gone: set[int]) -> None:
        self._objects, self._comparison, self._read, self._gone = commit.objects, comparison, read, gone
        self.clashes: dict[int, list[Clash]] = {}

    def step(self, step: Step) -> Step:
        """Return a step on what is there now; as it was planned where it clashes."""
        parts = [self._part(part) for part in step.whole]
        found = [each for _, clashes in parts for each in clashes]
        # A batch request goes as a whole or not at all: one part that clashes holds the others back.
        if found:
            self.clashes[step.number] = found
            return step
        return evolve(step, parts=tuple(part for part, _ in parts)) if step.parts else parts[0][0]

    def _part(self, part: Step) -> tuple[Step, list[Clash]]:
        newest = self._read.get(part.number)
        if newest is None:
            return part, []
        instance = self._objects.stand_in(part, {})
        if part.operation == "delete":
            is_compared = self._comparison.deletions and id(newest) not in self._gone
            return part, [*_moved_deletion(instance, newest, part)] if is_compared else []
        # What is gone cannot be updated; a deletion of it is done already.
        if id(newest) in self._gone:
            return part, [Clash(instance, "", None, None, None)]
        body = state_of(newest).body
        on_newest = rebased(part, body, scalars=self._comparison.scalars)
        clashes: Iterable[tuple[Change, object]] = on_newest.clashes
        if self._comparison.is_exact:
            clashes = moved_changes(part, body)
        return on_newest.step, changed_twice(instance, clashes)


def _moved_deletion(instance: Model, newest: Model, part: Step) -> Iterator[Clash]:
    """Yield what is not as it was seen of an object that a plan deletes."""
    body = state_of(newest).body
    for field in moved(instance.__mapper__, dict(part.seen), body):
        there = shown(field, body[field.key])
        yield Clash(instance, field.name, "another value", there, None, "it is to be deleted")


def _is_looked_at(part: Step, comparison: Comparison, instance: Model, protected: frozenset[str]) -> bool:
    if part.operation == "delete":
        return (comparison.deletions and bool(part.seen)) or guards.can_be_protected(instance, protected)
    if comparison.name == "ignore" or part.operation not in {"update", "replace"}:
        return False
    return comparison.scalars or is_built_on_newest(part, scalars=False)


def _mapper(part: Step) -> Mapper:
    return resource(part.model).__mapper__
