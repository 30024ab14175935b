"""The objects that a user wants: new ones, each after those that it lies below or refers to."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping import Model
from linode_orm.mapping.answer_places import value_at
from linode_orm.mapping.as_dict import asdict
from linode_orm.mapping.record import Record, edits_of, pending_reference, value_of, write
from linode_orm.mapping.references import AnswerValue, is_object, objects_of
from linode_orm.mapping.relations import Many
from linode_orm.mapping.state import Status, state_of
from linode_orm.mapping.transient import NewCollection
from linode_orm.mapping.values import ABSENT
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


def with_new_ones(wanted: Iterable[Model]) -> list[Model]:
    """Return wanted objects and the new ones that they lie below or refer to, which are wanted as well; these first."""
    found: dict[int, Model] = {}
    left = [*wanted]
    while left:
        each = left.pop(0)
        if id(each) not in found:
            found[id(each)] = each
            # promise 42b: what a wanted object refers to is looked for as well
            left += (target for target in targets(each) if state_of(target).status is Status.TRANSIENT)
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
    """Let a wanted object lie below, and refer to, the objects that stand for other wanted ones, at any depth."""
    parent = state_of(wanted).pending_parent
    above = answers.get(id(parent))
    if above is not None and above is not parent:
        wanted.__adopt_parent__(above)
    if any(id(target) in answers for target in targets(wanted)):
        _settle_inside(wanted, answers)
        children = state_of(wanted).given_children
        if children:
            state_of(wanted).share(given_children={name: _settled(each, answers) for name, each in children.items()})
    for name in wanted.__mapper__.relations:
        held = value_of(wanted, name)
        for child in held if isinstance(held, NewCollection) else ():
            settle(child, answers)


def _settle_inside(record: Record, answers: Mapping[int, Model]) -> None:
    """Replace the objects that a record was given in place of ids, in its values too."""
    for name in [*edits_of(record)]:
        reference = pending_reference(record, name)
        answer = _settled(reference, answers)
        if answer is not reference:
            write(record, record.__mapper__.fields[name], answer)
            continue
        value = value_of(record, name)
        if isinstance(value, Record) and not is_object(value):
            _settle_inside(value, answers)
        elif isinstance(value, (list, dict)):
            for key, each in [*(value.items() if isinstance(value, dict) else enumerate(value))]:
                if isinstance(each, Record) and not is_object(each):
                    _settle_inside(each, answers)
                else:
                    value[key] = _settled(each, answers)


def _settled(value: object, answers: Mapping[int, Model]) -> object:
    """Return a value with the objects that stand for those in it, and with the values of those that exist."""
    if isinstance(value, AnswerValue):
        return _answered(value, answers)
    if isinstance(value, list):
        return [_settled(each, answers) for each in value]
    if isinstance(value, dict):
        return {key: _settled(each, answers) for key, each in value.items()}
    return answers.get(id(value), value)


def _answered(value: AnswerValue, answers: Mapping[int, Model]) -> object:
    """Return what `later()` stands for where its object exists: the value that this one has."""
    answer = answers.get(id(value.__target__))
    if answer is None or answer is value.__target__:
        return value
    if state_of(answer).is_new:
        return AnswerValue(answer, value.__place__, value.__shown__, value.__suits__)
    found = value_at(asdict(answer), value.__place__)
    if found is ABSENT:
        msg = f"{answer!r} exists and has no {value.__shown__.removeprefix('.')}, which {value!r} stands for"
        raise InvalidRequestError(msg)
    return found
