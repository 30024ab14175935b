"""Deletions: what is to be deleted is looked at again, as far as a commit is asked to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.errors import Clash
from linode_orm.mapping.expressions import leaves
from linode_orm.mapping.operators import Comparison
from linode_orm.mapping.state import state_of
from linode_orm.session.commit.reconcile.conflicts import shown
from linode_orm.session.planning.seen import checksums, moved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linode_orm.mapping import Expression, Model
    from linode_orm.session.planning.changes import DeletionMark

    Meeting = Callable[[Expression, type[Model], Sequence[Model]], list[Model]]
    """Gives those objects of a class that meet a condition."""


def clashes_of(marks: Sequence[tuple[Model, DeletionMark]], meeting: Meeting, *, checks: bool) -> Iterator[Clash]:
    """Yield a clash for each object that does not meet the condition any more by which it was marked for deletion.

    With `checks`, also for each that is not as it was seen then. `meeting` reads the lists of relations that
    a condition follows.
    """
    met = _still_met(marks, meeting)
    for instance, mark in marks:
        if mark.condition is not None and id(instance) not in met:
            yield from _broken(instance, mark)
        elif checks:
            yield from moved_since(instance, mark.body)


def _still_met(marks: Iterable[tuple[Model, DeletionMark]], meeting: Meeting) -> set[int]:
    """Return the `id()` of the objects that meet the condition by which they were marked."""
    together: dict[tuple[type[Model], int], tuple[Expression, list[Model]]] = {}
    for instance, mark in marks:
        if mark.condition is not None:
            key = type(instance), id(mark.condition)
            together.setdefault(key, (mark.condition, []))[1].append(instance)
    found = (meeting(condition, model, objects) for (model, _), (condition, objects) in together.items())
    return {id(each) for objects in found for each in objects}


def moved_since(instance: Model, before: Mapping[str, object]) -> Iterator[Clash]:
    """Yield a clash for each attribute of an object that is not as it was in an earlier body."""
    mapper, body = instance.__mapper__, state_of(instance).body
    for field in moved(mapper, dict(checksums(mapper, before)), body):
        was, there = shown(field, before[field.key]), shown(field, body[field.key])
        yield Clash(instance, field.name, was, there, None, "it is to be deleted")


def needs_get(mark: DeletionMark) -> bool:
    """Whether the condition of a mark asks for what the rows of lists lack."""
    found = leaves(mark.condition) if mark.condition is not None else ()
    return any(isinstance(each, Comparison) and each.attribute.path[0].only_on_get for each in found)


def _broken(instance: Model, mark: DeletionMark) -> Iterator[Clash]:
    """Yield the clash of an object that does not meet its condition: by an attribute of the condition that changed."""
    assert mark.condition is not None  # noqa: S101  the caller has looked
    body = state_of(instance).body
    fields = [each.attribute.path[0] for each in leaves(mark.condition) if isinstance(each, Comparison)]
    changed = [field for field in fields if mark.body.get(field.key) != body.get(field.key)]
    field = next(iter([*changed, *fields]), None)
    why = f"{mark.condition} does not hold any more, and it is to be deleted"
    if field is None:
        yield Clash(instance, "", None, None, None, why)
    else:
        was, there = shown(field, mark.body.get(field.key)), shown(field, body.get(field.key))
        yield Clash(instance, field.name, was, there, None, why)
