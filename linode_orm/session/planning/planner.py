"""Planning: from new, changed and deleted objects to a plan; decides everything and sends nothing."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.state import Status, state_of
from linode_orm.session.planning.batching import batch, numbered
from linode_orm.session.planning.dependencies import ancestors, in_order
from linode_orm.session.planning.natural_keys import listings_before
from linode_orm.session.planning.nesting import fold as folded
from linode_orm.session.planning.nesting_rules import is_always_nested
from linode_orm.session.planning.payloads import check_complete
from linode_orm.session.planning.plan import Plan
from linode_orm.session.planning.steps import DraftStep, for_changed, for_deleted, for_new, key_of, needed, parent_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping import Model
    from linode_orm.session.planning.changes import Changes
    from linode_orm.session.planning.plan import Key


def plan(changes: Changes, *, only: Model | None = None, fold: bool = True, fold_tags: bool = False) -> Plan:
    """Plan what a commit would send; with `only`, that object and what it cannot exist without.

    With `fold`, new children ride in their new parent's POST, and many changes of the children of one parent go in its
    rebuild, unless that leaves no order; with `fold_tags`, a tag that is put on several objects is one POST. Raises
    `InvalidRequestError` where something is missing, contradictory, or cannot be put in an order.
    """
    if fold:
        with suppress(InvalidRequestError):
            return _planned(changes, only, fold=True, fold_tags=fold_tags)
    return _planned(changes, only, fold=False, fold_tags=fold_tags)


def _planned(changes: Changes, only: Model | None, *, fold: bool, fold_tags: bool) -> Plan:
    new = list(changes.new.values() if only is None else _closure(changes, only))
    changed = list(changes.touched.values() if only is None else [only])
    deleted = list(changes.deleted.values() if only is None else [])
    cascade = _cascade(deleted)
    name_of = _Names(changes)
    drafts: list[DraftStep] = []
    for instance in new:
        _check_parents_stay(instance, cascade)
        draft = for_new(instance, name_of)
        doubt = changes.in_doubt.get(id(instance))
        draft.in_doubt = doubt is not None and not doubt.may_repeat
        drafts.append(draft)
    for instance in changed:
        if state_of(instance).status is Status.PERSISTENT and not _dies(instance, cascade):
            drafts += for_changed(instance, name_of)
    drafts += [for_deleted(instance) for instance in deleted if not _dies(instance, cascade)]
    drafts = folded(drafts, everything=fold)
    for draft in drafts:
        if draft.operation == "create":
            _check_whole(draft)
    if only is None and (fold or fold_tags):
        in_doubt = changes.in_doubt
        drafts = batch(drafts, changes.find, lambda each: id(each) in in_doubt, rebuilds=fold, tags=fold_tags)
    return _arranged(drafts, cascade, sum(id(instance) in changes.in_doubt for instance in new))


def _check_whole(draft: DraftStep) -> None:
    """Refuse a creation that lacks something, or that nothing but its parent's POST could make."""
    if "create" not in draft.instance.__mapper__.verbs:
        msg = f"{draft.instance!r} can only be made by the POST of a new parent, which does not take it as it is"
        raise InvalidRequestError(msg)
    for each in draft.everyone():
        check_complete(each.instance, each.sent)


def in_doubt(changes: Changes, *, only: Model | None = None) -> list[Model]:
    """Give the new objects of a plan whose creation was sent and never answered."""
    new = changes.new.values() if only is None else _closure(changes, only)
    return [instance for instance in new if id(instance) in changes.in_doubt]


def count_deletes(changes: Changes) -> int:
    """Return how many objects a plan would delete by requests of their own."""
    cascade = _cascade(changes.deleted.values())
    return sum(not _dies(each, cascade) for each in changes.deleted.values())


def plan_deletion(instance: Model) -> Plan:
    """Plan the deletion of one object."""
    return _arranged([for_deleted(instance)], {}, 0)


def _arranged(drafts: list[DraftStep], cascade: dict[Key, Key], lookups: int) -> Plan:
    order = in_order(drafts, cascade)
    number = {at: place for place, at in enumerate(order, 1)}
    steps = [drafts[at].step(number[at], tuple(sorted(number[other] for other in drafts[at].waits))) for at in order]
    return Plan(tuple(numbered(steps)), lookups + listings_before(steps))


def _cascade(deleted: Iterable[Model]) -> dict[Key, Key]:
    """Give the key of each deleted object with the key of the object whose deletion deletes it."""
    keys = {key_of(instance): instance for instance in deleted}
    return {key: _outermost(key, instance, keys) for key, instance in keys.items()}


def _outermost(key: Key, instance: Model, keys: Mapping[Key, Model]) -> Key:
    above = [each for each in ancestors(instance) if each in keys]
    return above[-1] if above else key


def _dies(instance: Model, cascade: Mapping[Key, Key]) -> bool:
    """Whether the deletion of something above an object takes it along."""
    return bool(cascade) and any(above in cascade for above in ancestors(instance))


def _check_parents_stay(instance: Model, cascade: Mapping[Key, Key]) -> None:
    if _dies(instance, cascade):
        msg = f"{instance!r} cannot be created: the same commit deletes what it belongs to"
        raise InvalidRequestError(msg)


class _Names:
    """The tokens of new objects; refuses objects of other sessions."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def __call__(self, instance: Model) -> str:
        try:
            return self._changes.token(instance)
        except KeyError:
            msg = f"{instance!r} is referred to here and belongs to another session"
            raise InvalidRequestError(msg) from None


def _closure(changes: Changes, instance: Model) -> list[Model]:
    """Give the new objects among an object and what it needs, those that are needed first, and what it has to carry."""
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
