"""The objects that a user wants: new ones, each after those that it lies below or refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.record import edits_of, pending_reference, value_of
from linode_orm.mapping.references import objects_of
from linode_orm.mapping.relations import Many
from linode_orm.mapping.state import Status, state_of
from linode_orm.mapping.transient import NewCollection
from linode_orm.session.query.collections import SessionCollection

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

M = TypeVar("M", bound=Model)


def checked(given: Iterable[M], call: str, *, mine: Mapping[int, Model]) -> list[M]:
    """Return wanted objects as a list; raise `InvalidRequestError` for what is not a new object.

    `mine` are the pending objects of the session, by `id()`; each may be wanted as well.
    """
    if isinstance(given, Model):
        msg = f"{call} takes a list of new objects, not {given!r} alone"
        raise InvalidRequestError(msg)
    wanted = list(given)
    for each in wanted:
        if not isinstance(each, Model):
            msg = f"{call} takes new objects of resource classes, not {each!r}"
            raise InvalidRequestError(msg)
        if state_of(each).status is not Status.TRANSIENT and id(each) not in mine:
            msg = f"{call} takes new objects, and {each!r} is {state_of(each).status.value}"
            raise InvalidRequestError(msg)
        _check_children(each, call)
    if len({id(each) for each in wanted}) < len(wanted):
        msg = f"{call} was given the same object twice"
        raise InvalidRequestError(msg)
    return wanted


def _check_children(instance: Model, call: str) -> None:
    """Refuse children that nothing compares with those that exist: each run would make them again."""
    for name, relation in instance.__mapper__.relations.items():
        held = value_of(instance, name)
        is_given = isinstance(held, (NewCollection, SessionCollection)) and len(held) > 0
        if is_given and isinstance(relation, Many) and not relation.create_key:
            msg = (
                f"{call}: {instance!r} was given {name}, which are objects of their own; "
                f"give them to sync() of the answer's .{name}"
            )
            raise InvalidRequestError(msg)


def with_new_parents(wanted: Iterable[Model]) -> list[Model]:
    """Return wanted objects and the new parents that they were given, which are wanted as well; each parent first."""
    found: dict[int, Model] = {}
    for each in wanted:
        parent = state_of(each).pending_parent
        line = [each]
        while isinstance(parent, Model) and state_of(parent).status is Status.TRANSIENT:
            line.append(parent)
            parent = state_of(parent).pending_parent
        found |= {id(above): above for above in reversed(line)}
    return in_order(found.values())


def in_order(wanted: Iterable[Model]) -> list[Model]:
    """Return objects in their order, but each after those of them that it lies below or refers to."""
    left = {id(each): each for each in wanted}
    ordered: list[Model] = []

    def visit(each: Model) -> None:
        if left.pop(id(each), None) is None:
            return
        for target in targets(each):
            visit(target)
        ordered.append(each)

    for each in [*left.values()]:
        visit(each)
    return ordered


def targets(instance: Model) -> Iterator[Model]:
    """Yield the objects that a new object lies below or refers to."""
    parent = state_of(instance).pending_parent
    if isinstance(parent, Model):
        yield parent
    for _, target in objects_of(instance):
        if isinstance(target, Model):
            yield target


def settle(wanted: Model, answers: Mapping[int, Model]) -> None:
    """Let a wanted object lie below, and refer to, the objects that stand for other wanted ones.

    Raises `InvalidRequestError` for a reference inside of a nested value, which is no attribute of its own.
    """
    parent = state_of(wanted).pending_parent
    above = answers.get(id(parent))
    if above is not None and above is not parent:
        wanted.__adopt_parent__(above)
    names = wanted.__mapper__.relation_names
    for name in [*edits_of(wanted)]:
        target = pending_reference(wanted, name)
        answer = answers.get(id(target))
        if answer is not None and answer is not target:
            setattr(wanted, names[name], answer) if name in names else setattr(wanted, name, answer)
    for name, target in objects_of(wanted):
        answer = answers.get(id(target))
        if answer is not None and answer is not target:
            msg = f"{wanted!r}.{name} refers to {target!r}, which exists; upsert that first, and refer to the answer"
            raise InvalidRequestError(msg)
