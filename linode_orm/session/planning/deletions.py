"""Deletions: what goes before what holds it is gone, and what goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linode_orm.mapping.state import state_of
from linode_orm.session.planning.holders import are_apart, bodies_of, last_part, named_in, targets_of
from linode_orm.session.planning.natural_keys import is_natural
from linode_orm.session.planning.ordering import Strength
from linode_orm.session.planning.ordering_rules import HOLDER_RULES, LOCKS
from linode_orm.session.planning.steps import ancestors, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linode_orm.mapping import Model
    from linode_orm.session.planning.holders import IdReference
    from linode_orm.session.planning.plan import Key
    from linode_orm.session.planning.steps import DraftStep

    Below = Mapping[Key, Sequence[Model]]


class Deletions(NamedTuple):
    """What a commit deletes: the requests by what they delete, and by what lies above that."""

    by_id: dict[tuple[str, object], int]
    under: dict[tuple[str, object], set[int]]


def created_names(drafts: Sequence[DraftStep]) -> dict[tuple[str, object], int]:
    """Return the requests that create what its user names, by class and name."""
    named: dict[tuple[str, object], int] = {}
    for at, draft in enumerate(drafts):
        for each in draft.everyone():
            mapper = each.instance.__mapper__
            if each.operation == "create" and mapper.id_names and is_natural(mapper, mapper.id_names[-1]):
                named[mapper.name, each.sent.get(mapper.fields[mapper.id_names[-1]].key)] = at
    return named


def order_deletions(drafts: Sequence[DraftStep], cascade: Mapping[Key, Key], below: Below) -> None:
    """Delete an object after what holds it, and after every change of what refers to it."""
    gone, created = _gone(drafts, cascade, below), created_names(drafts)
    classes = {model for model, _ in gone.by_id} | {model for model, _ in gone.under}
    for at, draft in enumerate(drafts):
        for instance, named in _named(draft, below, classes):
            is_new = draft.operation != "delete" and (named.model, named.identity) in created
            if not is_new:  # else it refers to the new object of that name
                _after_holder(drafts, at, instance, named, gone)
    _by_class(drafts, below)


def _gone(drafts: Sequence[DraftStep], cascade: Mapping[Key, Key], below: Below) -> Deletions:
    deletion: dict[Key, int] = {}
    by_id: dict[tuple[str, object], int] = {}
    under: dict[tuple[str, object], set[int]] = {}
    for at, draft in enumerate(drafts):
        for each in draft.everyone():
            if each.operation == "delete":
                key = key_of(each.instance)
                deletion[key] = at
                for above in ancestors(each.instance):
                    under.setdefault((above.model, last_part(above.identity)), set()).add(at)
                for instance in (each.instance, *below.get(key, ())):
                    by_id.update({(model, row.get("id")): at for model, row in bodies_of(instance, {})})
                    by_id[instance.__mapper__.name, last_part(state_of(instance).identity)] = at
    by_id |= {(key.model, last_part(key.identity)): deletion[root] for key, root in cascade.items()}
    return Deletions(by_id, under)


def _named(draft: DraftStep, below: Below, classes: set[str]) -> Iterator[tuple[Model, IdReference]]:
    """Yield what the objects of a draft, and what is deleted with them, name of the classes that are deleted."""
    for each in draft.everyone():
        with_it = below.get(key_of(each.instance), ()) if each.operation == "delete" else ()
        for instance in (each.instance, *with_it):
            sent = each.sent if instance is each.instance else {}
            for model, body in bodies_of(instance, sent):
                if not classes.isdisjoint(targets_of(model)):
                    yield from ((instance, named) for named in named_in(model, body))


def _after_holder(drafts: Sequence[DraftStep], at: int, instance: Model, named: IdReference, gone: Deletions) -> None:
    draft, path = drafts[at], named.path
    is_deleted = draft.operation == "delete"
    strength = Strength.LIKELY if is_deleted else Strength.CERTAIN
    why = f"{instance.__describe__()} no longer refers to it"
    found = gone.by_id.get((named.model, named.identity), at)
    if found != at and is_deleted and (path.is_inverse or path.is_attached):
        draft.wait_for(found, "nothing holds it" if path.is_inverse else "it is attached to nothing", strength)
    elif found != at and not path.is_inverse:
        drafts[found].wait_for(at, why, strength)  # promise 2c: what holds it lets go first
    if instance.__mapper__.name == LOCKS and is_deleted:
        for other in gone.under.get((named.model, named.identity), set()) - {at}:
            drafts[other].wait_for(at, why, strength)


def _by_class(drafts: Sequence[DraftStep], below: Below) -> None:
    """Delete what may be held after what may hold it, where nothing that was read tells."""
    deleted: dict[str, list[tuple[int, Model]]] = {}
    for at, draft in enumerate(drafts):
        if draft.operation == "delete":
            for instance in (draft.instance, *below.get(key_of(draft.instance), ())):
                deleted.setdefault(instance.__mapper__.name, []).append((at, instance))
    for rule in HOLDER_RULES:
        for at, target in deleted.get(rule.target, ()):
            if rule.known_by in state_of(target).body:
                continue
            for name in rule.holders & deleted.keys():
                for other, holder in deleted[name]:
                    if other != at and not are_apart(_regions(target), _regions(holder)):
                        why = f"{holder.__describe__()} is gone, which may hold it"
                        drafts[at].wait_for(other, why, Strength.GUESSED)


def _regions(instance: Model) -> tuple[object, ...]:
    return (state_of(instance).body.get("region"),)
