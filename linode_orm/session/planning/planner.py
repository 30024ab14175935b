"""Planning: from new, changed and deleted objects to a plan; decides everything and sends nothing."""

from __future__ import annotations

from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from attrs import evolve

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.planning.batching import batch, number_parts
from linode_orm.session.planning.dependencies import in_order
from linode_orm.session.planning.natural_keys import listings_before
from linode_orm.session.planning.needed_ids import with_needed_ids
from linode_orm.session.planning.nesting import nest
from linode_orm.session.planning.nesting_rules import is_always_nested
from linode_orm.session.planning.payloads import check_complete
from linode_orm.session.planning.plan import Plan
from linode_orm.session.planning.steps import (
    DraftStep,
    ancestors,
    for_changed,
    for_deleted,
    for_new,
    key_of,
    needed,
    parent_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.planning.changes import Changes
    from linode_orm.session.planning.manual_order import ManualOrder
    from linode_orm.session.planning.plan import Key

    Only = Model | tuple[Model, ...] | None
    """The objects that a plan is about: everything that is pending for None."""

_ABOUT_WHAT_EXISTS: Final = frozenset({"update", "replace", "delete"})


def plan(
    changes: Changes,
    *,
    only: Only = None,
    fold: bool = True,
    fold_tags: bool = False,
    reads_ids: bool = False,
) -> Plan:
    """Plan what a commit would send; with `only`, that object, or those, and what they cannot exist without.

    With `fold`, new children are nested in their new parent's POST, and many changes of the children of one parent are
    one rebuild, unless that leaves no order. With `fold_tags`, a tag that is put on several objects is one POST. With
    `reads_ids`, the ids that no answer shows are read at once, and not at their first use. Raises
    `InvalidRequestError` where something is missing, contradictory, or cannot be put in an order.
    """
    if fold:
        # the same without nesting and batches may have an order, and tells better what is wrong
        with suppress(InvalidRequestError):
            return _planned(changes, only, fold=True, fold_tags=fold_tags, reads_ids=reads_ids)
    return _planned(changes, only, fold=False, fold_tags=fold_tags, reads_ids=reads_ids)


def _planned(changes: Changes, only: Only, *, fold: bool, fold_tags: bool, reads_ids: bool) -> Plan:
    new = list(changes.new.values() if only is None else _closure(changes, only))
    # One object at a time deletes nothing: `delete()` is a call of its own.
    cascade = _cascade(changes.deleted.values()) if only is None and changes.deleted else {}
    drafts = [*_drafts(changes, only, new, cascade)]
    in_doubt = changes.in_doubt
    if len(drafts) > 1:  # a single request is nested in no other and part of no batch
        drafts = nest(drafts, by_hand=changes.manual_order.concerns, everything=fold)
    for draft in drafts:
        if draft.operation == "create":
            _check_create(draft)
    if len(drafts) > 1 and only is None and (fold or fold_tags):
        alone = _alone(changes)
        drafts = batch(drafts, changes.find, alone, rebuilds=fold, tags=fold_tags)
    known = changes.known_below(cascade.values()) if cascade else {}
    lookups = sum(id(instance) in in_doubt for instance in new)
    arranged = _arranged(drafts, cascade, lookups, known, changes.manual_order)
    if not any(draft.nested for draft in drafts):
        return arranged
    return evolve(arranged, steps=tuple(with_needed_ids(arranged.steps, everything=reads_ids)))


def _alone(changes: Changes) -> Callable[[Model], bool]:
    """Return the test whether an object keeps requests of its own: it may exist already, or is ordered by hand."""
    in_doubt, by_hand = changes.in_doubt, changes.manual_order
    return lambda each: id(each) in in_doubt or by_hand.concerns(each)


def _drafts(changes: Changes, only: Only, new: Iterable[Model], cascade: dict[Key, Key]) -> Iterator[DraftStep]:
    """Give a draft for each request that is needed as long as no request does the work of another one."""
    for instance in new:
        _check_parents_stay(instance, cascade)
        draft = for_new(instance, changes.token)
        in_doubt = changes.in_doubt.get(id(instance))
        # It stays in the plan, so that what depends on it stays pending, and is not sent.
        draft.in_doubt = in_doubt is not None and not in_doubt.may_repeat
        yield draft
    for instance in changes.touched.values() if only is None else _listed(only):
        if state_of(instance).status is Status.PERSISTENT and not (cascade and _is_below(instance, cascade)):
            yield from for_changed(instance, changes.token)
    for instance in changes.deleted.values() if only is None else ():
        if not _is_below(instance, cascade):
            yield for_deleted(instance)


def _check_create(draft: DraftStep) -> None:
    """Refuse a creation that lacks something, or that nothing but its parent's POST could make."""
    if "create" not in draft.instance.__mapper__.verbs:
        msg = f"{draft.instance!r} can only be made by the POST of a new parent, which does not take it as it is"
        raise InvalidRequestError(msg)
    for each in draft.everyone():
        check_complete(each.instance, each.sent)


def in_doubt(changes: Changes, *, only: Only = None) -> list[Model]:
    """Return the new objects of a plan whose creation is in doubt."""
    new = changes.new.values() if only is None else _closure(changes, only)
    return [instance for instance in new if id(instance) in changes.in_doubt]


def needed_by(changes: Changes, only: tuple[Model, ...]) -> list[Model]:
    """Return the pending objects that a plan for some objects creates, needed ones first."""
    return _closure(changes, only)


def count_deletes(changes: Changes) -> int:
    """Return how many objects a plan would delete by requests of their own."""
    cascade = _cascade(changes.deleted.values())
    return sum(not _is_below(each, cascade) for each in changes.deleted.values())


def plan_deletion(instance: Model) -> Plan:
    """Plan the deletion of one object."""
    return _arranged([for_deleted(instance)], {}, 0)


def plan_deletions(changes: Changes, instances: Iterable[Model]) -> Plan:
    """Plan the deletion of these objects and of nothing else; what dies with another one of them needs no request."""
    given = [*instances]
    cascade = _cascade(given)
    drafts = [for_deleted(each) for each in given if not _is_below(each, cascade)]
    return _arranged(drafts, cascade, 0, changes.known_below(cascade.values()))


def _arranged(
    drafts: list[DraftStep],
    cascade: dict[Key, Key],
    lookups: int,
    known: Mapping[Key, Sequence[Model]] = MappingProxyType({}),
    by_hand: ManualOrder | None = None,
) -> Plan:
    """Put drafts in an order in which they can be sent."""
    if len(drafts) == 1 and drafts[0].operation in _ABOUT_WHAT_EXISTS:  # it waits for nothing, not even for itself
        steps = [drafts[0].step(1, ())]
    else:
        order = in_order(drafts, cascade, known, by_hand)
        number = {at: place for place, at in enumerate(order, 1)}
        waits = {at: tuple(sorted(number[other] for other in drafts[at].waits)) for at in order if drafts[at].waits}
        steps = number_parts(drafts[at].step(number[at], waits.get(at, ())) for at in order)
    return Plan(tuple(steps), lookups + listings_before(steps))


def _cascade(deleted: Iterable[Model]) -> dict[Key, Key]:
    """Return the cascade delete set: each deleted object's key, with that of the object whose deletion deletes it."""
    keys = {key_of(instance): instance for instance in deleted}
    return {key: _outermost(key, instance, keys) for key, instance in keys.items()}


def _outermost(key: Key, instance: Model, keys: Mapping[Key, Model]) -> Key:
    above = [each for each in ancestors(instance) if each in keys]
    return above[-1] if above else key


def _is_below(instance: Model, cascade: Mapping[Key, Key]) -> bool:
    """Whether the deletion of something above an object deletes it, too."""
    return bool(cascade) and any(above in cascade for above in ancestors(instance))


def _check_parents_stay(instance: Model, cascade: Mapping[Key, Key]) -> None:
    if _is_below(instance, cascade):
        msg = f"{instance!r} cannot be created: the same commit deletes what it belongs to"
        raise InvalidRequestError(msg)


def _listed(only: Model | tuple[Model, ...]) -> tuple[Model, ...]:
    return only if isinstance(only, tuple) else (only,)


def _closure(changes: Changes, only: Model | tuple[Model, ...]) -> list[Model]:
    """Return objects and the new objects that they need, needed ones first, with those that must be nested in one."""
    found: dict[int, Model] = {}

    def visit(each: Model) -> None:
        for _, target in needed(each):
            if state_of(target).status is Status.PENDING and id(target) not in found:
                visit(target)
        if state_of(each).status is Status.PENDING:
            found[id(each)] = each

    for instance in _listed(only):
        visit(instance)
    for each in changes.new.values():
        above = parent_of(each)
        if above is not None and id(above) in found and is_always_nested(above, each):
            visit(each)
    return list(found.values())
