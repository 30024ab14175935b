"""Doubts: creations whose answer an earlier commit lost, looked for before anything is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from attrs import evolve

from linode_orm.errors import LinodeORMError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.model import resource
from linode_orm.session.outcome.lookup import LookupCriteria, LookupResult, look
from linode_orm.session.outcome.nested import Applied, look_again, match_nested
from linode_orm.session.planning.plan import Hidden, InDoubt, Pending
from linode_orm.session.planning.steps import parent_of
from linode_orm.session.reconcile.apply_outcome import OutcomeApplier, fill_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.reconcile.apply_outcome import Workspace
    from linode_orm.wire.client import Client


def criteria_for(
    doubt: InDoubt, parents: tuple[object, ...], to_be_deleted: frozenset[object] = frozenset()
) -> LookupCriteria:
    """Give what is looked for where the answer to a creation is lost."""
    step = doubt.step
    sent = cast("dict[str, Any]", doubt.sent if isinstance(doubt.sent, dict) else {})
    is_listed = doubt.is_listed or any(isinstance(each, Pending) for each in step.parents)
    model = resource(step.model)
    return LookupCriteria(model, parents, sent, doubt.since, doubt.known, is_listed, doubt.until, to_be_deleted)


def settle(session: Workspace, instances: Iterable[Model]) -> None:
    """Look for every object whose creation is in doubt: adopt what is found, allow again what cannot be doubled."""
    applier = OutcomeApplier(session)
    in_doubt, lookup_results = session.members.in_doubt, dict[int, LookupResult]()
    ordered = sorted(instances, key=lambda each: each.__mapper__.above)
    for instance in ordered:
        doubt = in_doubt.get(id(instance))
        if isinstance(doubt, InDoubt):
            if doubt.was_nested and id(instance) not in lookup_results:
                _look_together(session, instance, ordered, lookup_results)
            known = _settled(session, applier, instance, doubt, lookup_results.get(id(instance)))
            if known is None or not instance.__state__.is_new:
                in_doubt.pop(id(instance), None)
            else:
                in_doubt[id(instance)] = known
    applier.finish()


def _look_together(
    session: Workspace, instance: Model, others: Iterable[Model], lookup_results: dict[int, LookupResult]
) -> None:
    """Look for a lost rider together with those that were sent in the same list."""
    parent = parent_of(instance)
    if parent is None or parent.__state__.is_new:
        return
    doubts: dict[int, InDoubt] = {}
    for each in others:
        doubt = session.members.in_doubt.get(id(each))
        if (
            isinstance(doubt, InDoubt)
            and doubt.was_nested
            and parent_of(each) is parent
            and type(each) is type(instance)
        ):
            doubts[id(each)] = doubt
    fill_in(instance)
    parents = instance.__state__.parents
    try:
        found = look_again(session.client, [criteria_for(each, parents) for each in doubts.values()])
    except LinodeORMError as error:
        found = [LookupResult(why=f"it could not be looked for: {error}")] * len(doubts)
    lookup_results.update(zip(doubts, found, strict=True))


def _settled(
    session: Workspace, applier: OutcomeApplier, instance: Model, doubt: InDoubt, looked_up: LookupResult | None
) -> InDoubt | None:
    """Adopt the object where the API has it; else give what is known about it now, None where it was never made."""
    fill_in(instance)
    parent = parent_of(instance)
    if parent is not None and parent.__state__.is_new:  # it was to ride with that one: none of both, or nobody knows
        above = session.members.in_doubt.get(id(parent))
        return evolve(doubt, may_repeat=not isinstance(above, InDoubt) or above.may_repeat)
    parents = instance.__state__.parents
    criteria = criteria_for(doubt, parents, to_be_deleted_in(session, type(instance), parents))
    if not criteria.is_distinguishable and not criteria.key:
        return evolve(doubt, reason=_unnamed(instance, doubt), may_repeat=False)
    try:
        looked_up = looked_up or find(session.client, criteria, lambda: doubt.until)
    except LinodeORMError as error:
        return evolve(doubt, reason=f"{doubt.reason}; it could not be looked for: {error}", may_repeat=False)
    if looked_up.why:
        reason = f"{looked_up.why}. session.expunge(x) if it is, and change what tells them apart in a new one"
        return evolve(doubt, reason=reason, may_repeat=False)
    if looked_up.body is None and doubt.until and session.client.clock.monotonic() >= doubt.until:
        return None
    if looked_up.body is None:
        moved = [name for name, value in criteria.key.items() if instance.__dict__.get(name) != value]
        return evolve(doubt, reason=_moved(instance, doubt, moved), may_repeat=not moved)
    identity = identity_in(instance.__mapper__, looked_up.body, criteria.key)
    names = _still_as_sent(instance, doubt)
    parents = instance.__state__.parents
    applier.created(instance, parents, identity, names, looked_up.body)
    _apply_nested(session, applier, doubt, Applied(doubt.step, parents, identity, looked_up.body))
    return doubt


def to_be_deleted_in(session: Workspace, model: type[Model], parents: tuple[object, ...]) -> frozenset[object]:
    """Give the ids of what is to be deleted in a collection: its user knows it as another object."""
    deleted = (each for each in session.members.deleted.values() if type(each) is model)
    # promise 15e: those are other objects
    return frozenset(each.__state__.identity for each in deleted if each.__state__.parents == parents)


def _apply_nested(session: Workspace, applier: OutcomeApplier, doubt: InDoubt, outer: Applied) -> None:
    """Adopt what was sent inside of an object that was found; what is not found there stays in doubt itself."""
    members = session.members
    new = {members.token(each): each for each in members.new.values()} if doubt.step.nested_creates else {}
    inner = match_nested(session.client, doubt, *outer[1:])
    for step, parents, identity, body in inner.found:
        instance = new.get(str(step.token))
        if instance is not None:
            fill_in(instance)
            names = _still_as_sent(instance, evolve(doubt, step=step, sent=step.body))
            applier.created(instance, parents, identity, names, body)
    for lost in inner.lost:
        if lost.step.token in new:
            members.in_doubt[id(new[str(lost.step.token)])] = lost


def find(client: Client, criteria: LookupCriteria, until: Callable[[], float]) -> LookupResult:
    """Look for an object; where two could come of sending it again, once more when no request can be running."""
    looked_up = look(client, criteria)
    if looked_up.body is None and not looked_up.why and not criteria.key:
        left = until() - client.clock.monotonic()
        if left > 0:
            client.clock.sleep(min(left, client.max_request_lifetime))
            looked_up = look(client, criteria)
    return looked_up


def _still_as_sent(instance: Model, doubt: InDoubt) -> list[str]:
    """Give the attributes that nobody has changed since they were sent; the others are changes to send now."""
    names: list[str] = []
    for key, sent in _of_fields(instance, doubt):
        field = instance.__mapper__.keys[key]
        value = instance.__dict__.get(field.name)
        if isinstance(sent, Hidden) or field.codec.same(field.codec.trim(field.codec.encode(value), "create"), sent):
            names.append(field.name)
    return names


def _of_fields(instance: Model, doubt: InDoubt) -> list[tuple[str, object]]:
    """Give what was sent as values of fields; children inside the body are none."""
    keys = instance.__mapper__.keys
    return [(key, value) for key, value in cast("dict[str, object]", doubt.sent).items() if key in keys]


def _moved(instance: Model, doubt: InDoubt, names: list[str]) -> str:
    if not names:
        return doubt.reason
    return (
        f"{instance!r} was sent with another {', '.join(names)}, and may still appear with it; assign the old value, "
        f"or session.expunge(x) and session.add(x) to send a new one"
    )


def _unnamed(instance: Model, doubt: InDoubt) -> str:
    known = doubt.reason.partition("; nothing tells")[0]
    return (
        f"{known}; nothing tells whether {instance!r} exists, since the API allows several alike: look for it, then "
        f"session.expunge(x), and session.add(x) after that if it is to be sent again"
    )
