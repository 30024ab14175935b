"""Planning: from new, changed and deleted objects to a plan; decides everything and sends nothing."""

from __future__ import annotations

from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.planning.batching import batch, number_parts
from linode_orm.session.planning.dependencies import in_order
from linode_orm.session.planning.natural_keys import listings_before
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
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.planning.changes import Changes
    from linode_orm.session.planning.plan import Key

_ABOUT_WHAT_EXISTS: Final = frozenset({"update", "replace", "delete"})


def plan(changes: Changes, *, only: Model | None = None, fold: bool = True, fold_tags: bool = False) -> Plan:
    """Plan what a commit would send; with `only`, that object and what it cannot exist without.

    With `fold`, new children are nested in their new parent's POST, and many changes of the children of one parent are
    one rebuild, unless that leaves no order. With `fold_tags`, a tag that is put on several objects is one POST. Raises
    `InvalidRequestError` where something is missing, contradictory, or cannot be put in an order.
    """
    if fold:
        # the same without nesting and batches may have an order, and tells better what is wrong
        with suppress(InvalidRequestError):
            return _planned(changes, only, fold=True, fold_tags=fold_tags)
    return _planned(changes, only, fold=False, fold_tags=fold_tags)


def _planned(changes: Changes, only: Model | None, *, fold: bool, fold_tags: bool) -> Plan:
    new = list(changes.new.values() if only is None else _closure(changes, only))
    # One object at a time deletes nothing: `delete()` is a call of its own.
    cascade = _cascade(changes.deleted.values()) if only is None and changes.deleted else {}
    drafts = [*_drafts(changes, only, new, cascade)]
    in_doubt = changes.in_doubt
    if len(drafts) > 1:  # a single request is nested in no other and part of no batch
        drafts = nest(drafts, everything=fold)
    for draft in drafts:
        if draft.operation == "create":
            _check_create(draft)
    if len(drafts) > 1 and only is None and (fold or fold_tags):
        drafts = batch(drafts, changes.find, lambda each: id(each) in in_doubt, rebuilds=fold, tags=fold_tags)
    known = changes.known_below(cascade.values()) if cascade else {}
    return _arranged(drafts, cascade, sum(id(instance) in in_doubt for instance in new), known)


def _drafts(changes: Changes, only: Model | None, new: Iterable[Model], cascade: dict[Key, Key]) -> Iterator[DraftStep]:
    """Give a draft for each request that is needed as long as no request does the work of another one."""
    for instance in new:
        _check_parents_stay(instance, cascade)
        draft = for_new(instance, changes.token)
        in_doubt = changes.in_doubt.get(id(instance))
        # It stays in the plan, so that what depends on it stays pending, and is not sent.
        draft.in_doubt = in_doubt is not None and not in_doubt.may_repeat
        yield draft
    for instance in changes.touched.values() if only is None else [only]:
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


def in_doubt(changes: Changes, *, only: Model | None = None) -> list[Model]:
    """Return the new objects of a plan whose creation is in doubt."""
    new = changes.new.values() if only is None else _closure(changes, only)
    return [instance for instance in new if id(instance) in changes.in_doubt]


def count_deletes(changes: Changes) -> int:
    """Return how many objects a plan would delete by requests of their own."""
    cascade = _cascade(changes.deleted.values())
    return sum(not _is_below(each, cascade) for each in changes.deleted.values())


def plan_deletion(instance: Model) -> Plan:
    """Plan the deletion of one object."""
    return _arranged([for_deleted(instance)], {}, 0)


def _arranged(
    drafts: list[DraftStep],
    cascade: dict[Key, Key],
    lookups: int,
    known: Mapping[Key, Sequence[Model]] = MappingProxyType({}),
) -> Plan:
    """Put drafts in an order in which they can be sent."""
    if len(drafts) == 1 and drafts[0].operation in _ABOUT_WHAT_EXISTS:  # it waits for nothing, not even for itself
        steps = [drafts[0].step(1, ())]
    else:
        order = in_order(drafts, cascade, known)
        number = {at: place for place, at in enumerate(order, 1)}
        waits = {at: tuple(sorted(number[other] for other in drafts[at].waits)) for at in order}
        steps = [*number_parts(drafts[at].step(number[at], waits[at]) for at in order)]
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


def _closure(changes: Changes, instance: Model) -> list[Model]:
    """Return an object and the new objects that it needs, needed ones first, with those that must be nested in one."""
    found: dict[int, Model] = {}

    def visit(each: Model) -> None:
        for _, target in needed(each):
            if state_of(target).status is Status.PENDING and id(target) not in found:
                visit(target)
        if state_of(each).status is Status.PENDING:
            found[id(each)] = each

    visit(instance)
    for each in changes.new.values():
        above = parent_of(each)
        if above is not None and id(above) in found and is_always_nested(above, each):
            visit(each)
    return list(found.values())
