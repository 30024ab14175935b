"""Planning: from new, changed and deleted objects to a plan; decides everything and sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.state import Status
from linode_orm.session.commit.candidates import is_listed_before
from linode_orm.session.commit.dependencies import ancestors, in_order
from linode_orm.session.commit.drafts import Draft, for_changed, for_deleted, for_new, key_of, needed
from linode_orm.session.commit.inside import folded
from linode_orm.session.commit.plan import Doubt, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from linode_orm.mapping import Model
    from linode_orm.session.commit.plan import Key, Step


class Members(Protocol):
    """What planning needs of a session: its new, touched and deleted objects, each in the order of the user's calls."""

    @property
    def new(self) -> Mapping[int, Model]:
        """Objects to be created, by `id()`."""
        ...

    @property
    def touched(self) -> Mapping[int, Model]:
        """Persistent objects that may have changed, by `id()`."""
        ...

    @property
    def deleted(self) -> Mapping[int, Model]:
        """Objects marked for deletion, by `id()`."""
        ...

    @property
    def in_doubt(self) -> Mapping[int, object]:
        """What is known of new objects whose creation was sent and never answered, by `id()`."""
        ...

    def token(self, instance: Model) -> str:
        """Give the name by which a plan speaks of a new object: `new:3`."""
        ...


def plan(members: Members, *, only: Model | None = None) -> Plan:
    """Plan what a commit would send; with `only`, that object and what it cannot exist without.

    Raises `InvalidRequestError` where something is missing, contradictory, or cannot be put in an order.
    """
    new = list(members.new.values() if only is None else _closure(only))
    changed = list(members.touched.values() if only is None else [only])
    deleted = list(members.deleted.values() if only is None else [])
    graves = _graves(deleted)
    name_of = _Names(members)
    drafts: list[Draft] = []
    inside = folded([each for each in new if id(each) not in members.in_doubt], changed, name_of)
    made = {id(child) for children in inside.values() for child in children}
    for instance in new:
        if id(instance) in made:
            continue
        _check_parents_stay(instance, graves)
        draft = for_new(instance, name_of, inside.get(id(instance), ()))
        doubt = members.in_doubt.get(id(instance))
        draft.in_doubt = isinstance(doubt, Doubt) and not doubt.may_repeat
        drafts.append(draft)
    for instance in changed:
        if instance.__state__.status is Status.PERSISTENT and not _dies(instance, graves):
            drafts += for_changed(instance, name_of)
    drafts += [for_deleted(instance) for instance in deleted if not _dies(instance, graves)]
    return _arranged(drafts, graves, sum(id(instance) in members.in_doubt for instance in new))


def in_doubt(members: Members, *, only: Model | None = None) -> list[Model]:
    """Give the new objects of a plan whose creation was sent and never answered."""
    new = members.new.values() if only is None else _closure(only)
    return [instance for instance in new if id(instance) in members.in_doubt]


def plan_deletion(instance: Model) -> Plan:
    """Plan the deletion of one object."""
    return _arranged([for_deleted(instance)], {}, 0)


def _arranged(drafts: list[Draft], graves: dict[Key, Key], lookups: int) -> Plan:
    order = in_order(drafts, graves)
    number = {at: place for place, at in enumerate(order, 1)}
    steps = [drafts[at].step(number[at], tuple(sorted(number[other] for other in drafts[at].waits))) for at in order]
    return Plan(tuple(steps), lookups + len(_read_before(steps)))


def _read_before(steps: Iterable[Step]) -> set[tuple[object, ...]]:
    """Give the collections that are read before something is created in them."""
    return {(step.model, step.parents) for step in steps if not step.in_doubt and is_listed_before(step)}


def _graves(deleted: Iterable[Model]) -> dict[Key, Key]:
    """Give the key of each deleted object with the key of the object whose deletion deletes it."""
    keys = {key_of(instance): instance for instance in deleted}
    return {key: _outermost(key, instance, keys) for key, instance in keys.items()}


def _outermost(key: Key, instance: Model, keys: Mapping[Key, Model]) -> Key:
    above = [each for each in ancestors(instance) if each in keys]
    return above[-1] if above else key


def _dies(instance: Model, graves: Mapping[Key, Key]) -> bool:
    """Whether the deletion of something above an object takes it along."""
    return bool(graves) and any(above in graves for above in ancestors(instance))


def _check_parents_stay(instance: Model, graves: Mapping[Key, Key]) -> None:
    if _dies(instance, graves):
        msg = f"{instance!r} cannot be created: the same commit deletes what it belongs to"
        raise InvalidRequestError(msg)


class _Names:
    """The tokens of new objects; refuses objects of other sessions."""

    def __init__(self, members: Members) -> None:
        self._members = members

    def __call__(self, instance: Model) -> str:
        try:
            return self._members.token(instance)
        except KeyError:
            msg = f"{instance!r} is referred to here and belongs to another session"
            raise InvalidRequestError(msg) from None


def _closure(instance: Model) -> list[Model]:
    """Give the new objects among an object and what it needs, those that are needed first."""
    found: dict[int, Model] = {}

    def visit(each: Model) -> None:
        for _, target in needed(each):
            if target.__state__.status is Status.PENDING and id(target) not in found:
                visit(target)
        if each.__state__.status is Status.PENDING:
            found[id(each)] = each

    visit(instance)
    return list(found.values())
