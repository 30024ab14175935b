"""Doubts: creations whose answer an earlier commit lost, looked for before anything is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from attrs import evolve

from linode_orm.errors import LinodeORMError
from linode_orm.mapping.model import resource
from linode_orm.session.commit.objects.settling import Settler, fill_in
from linode_orm.session.commit.plans.drafts import parent_of
from linode_orm.session.commit.plans.plan import Doubt, Hidden, Pending
from linode_orm.session.commit.workers.boarding import Landed, board, look_again
from linode_orm.session.commit.workers.candidates import Finding, Sought, look
from linode_orm.session.loading import identity_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.commit.objects.settling import Workspace
    from linode_orm.wire.client import Client


def sought_for(doubt: Doubt, parents: tuple[object, ...], doomed: frozenset[object] = frozenset()) -> Sought:
    """Give what is looked for where the answer to a creation is lost."""
    step = doubt.step
    sent = cast("dict[str, Any]", doubt.sent if isinstance(doubt.sent, dict) else {})
    is_listed = doubt.is_listed or any(isinstance(each, Pending) for each in step.parents)
    model = resource(step.model)
    return Sought(model, parents, sent, doubt.since, doubt.known, is_listed, doubt.until, doomed)


def settle(session: Workspace, instances: Iterable[Model]) -> None:
    """Look for every object whose creation is in doubt: adopt what is found, allow again what cannot be doubled."""
    settler = Settler(session)
    in_doubt, findings = session.members.in_doubt, dict[int, Finding]()
    ordered = sorted(instances, key=lambda each: each.__mapper__.above)
    for instance in ordered:
        doubt = in_doubt.get(id(instance))
        if isinstance(doubt, Doubt):
            if doubt.was_aboard and id(instance) not in findings:
                _look_together(session, instance, ordered, findings)
            known = _settled(session, settler, instance, doubt, findings.get(id(instance)))
            if known is None or not instance.__state__.is_new:
                in_doubt.pop(id(instance), None)
            else:
                in_doubt[id(instance)] = known
    settler.finish()


def _look_together(session: Workspace, instance: Model, others: Iterable[Model], findings: dict[int, Finding]) -> None:
    """Look for a lost rider together with those that were sent in the same list."""
    parent = parent_of(instance)
    if parent is None or parent.__state__.is_new:
        return
    doubts: dict[int, Doubt] = {}
    for each in others:
        doubt = session.members.in_doubt.get(id(each))
        if isinstance(doubt, Doubt) and doubt.was_aboard and parent_of(each) is parent and type(each) is type(instance):
            doubts[id(each)] = doubt
    fill_in(instance)
    parents = instance.__state__.parents
    try:
        found = look_again(session.client, [sought_for(each, parents) for each in doubts.values()])
    except LinodeORMError as error:
        found = [Finding(why=f"it could not be looked for: {error}")] * len(doubts)
    findings.update(zip(doubts, found, strict=True))


def _settled(
    session: Workspace, settler: Settler, instance: Model, doubt: Doubt, finding: Finding | None
) -> Doubt | None:
    """Adopt the object where the API has it; else give what is known about it now, None where it was never made."""
    fill_in(instance)
    parent = parent_of(instance)
    if parent is not None and parent.__state__.is_new:  # it was to ride with that one: none of both, or nobody knows
        above = session.members.in_doubt.get(id(parent))
        return evolve(doubt, may_repeat=not isinstance(above, Doubt) or above.may_repeat)
    parents = instance.__state__.parents
    sought = sought_for(doubt, parents, doomed_in(session, type(instance), parents))
    if not sought.can_be_told and not sought.key:
        return evolve(doubt, reason=_unnamed(instance, doubt), may_repeat=False)
    try:
        finding = finding or find(session.client, sought, lambda: doubt.until)
    except LinodeORMError as error:
        return evolve(doubt, reason=f"{doubt.reason}; it could not be looked for: {error}", may_repeat=False)
    if finding.why:
        reason = f"{finding.why}. session.expunge(x) if it is, and change what tells them apart in a new one"
        return evolve(doubt, reason=reason, may_repeat=False)
    if finding.body is None and doubt.until and session.client.clock.monotonic() >= doubt.until:
        return None
    if finding.body is None:
        moved = [name for name, value in sought.key.items() if instance.__dict__.get(name) != value]
        return evolve(doubt, reason=_moved(instance, doubt, moved), may_repeat=not moved)
    identity = identity_in(instance.__mapper__, finding.body, sought.key)
    names = _still_as_sent(instance, doubt)
    parents = instance.__state__.parents
    settler.created(instance, parents, identity, names, finding.body)
    _settle_riders(session, settler, doubt, Landed(doubt.step, parents, identity, finding.body))
    return doubt


def doomed_in(session: Workspace, model: type[Model], parents: tuple[object, ...]) -> frozenset[object]:
    """Give the ids of what is to be deleted in a collection: its user knows it as another object."""
    deleted = (each for each in session.members.deleted.values() if type(each) is model)
    # promise 15e: those are other objects
    return frozenset(each.__state__.identity for each in deleted if each.__state__.parents == parents)


def _settle_riders(session: Workspace, settler: Settler, doubt: Doubt, carrier: Landed) -> None:
    """Adopt what was sent inside of an object that was found; what is not found there stays in doubt itself."""
    members = session.members
    new = {members.token(each): each for each in members.new.values()} if doubt.step.riders else {}
    aboard = board(session.client, doubt, *carrier[1:])
    for step, parents, identity, body in aboard.found:
        instance = new.get(str(step.token))
        if instance is not None:
            fill_in(instance)
            names = _still_as_sent(instance, evolve(doubt, step=step, sent=step.body))
            settler.created(instance, parents, identity, names, body)
    for lost in aboard.lost:
        if lost.step.token in new:
            members.in_doubt[id(new[str(lost.step.token)])] = lost


def find(client: Client, sought: Sought, until: Callable[[], float]) -> Finding:
    """Look for an object; where two could come of sending it again, once more when no request can be running."""
    finding = look(client, sought)
    if finding.body is None and not finding.why and not sought.key:
        left = until() - client.clock.monotonic()
        if left > 0:
            client.clock.sleep(min(left, client.settle))
            finding = look(client, sought)
    return finding


def _still_as_sent(instance: Model, doubt: Doubt) -> list[str]:
    """Give the attributes that nobody has changed since they were sent; the others are changes to send now."""
    names: list[str] = []
    for key, sent in _of_fields(instance, doubt):
        field = instance.__mapper__.keys[key]
        value = instance.__dict__.get(field.name)
        if isinstance(sent, Hidden) or field.codec.same(field.codec.trim(field.codec.encode(value), "create"), sent):
            names.append(field.name)
    return names


def _of_fields(instance: Model, doubt: Doubt) -> list[tuple[str, object]]:
    """Give what was sent as values of fields; children inside the body are none."""
    keys = instance.__mapper__.keys
    return [(key, value) for key, value in cast("dict[str, object]", doubt.sent).items() if key in keys]


def _moved(instance: Model, doubt: Doubt, names: list[str]) -> str:
    if not names:
        return doubt.reason
    return (
        f"{instance!r} was sent with another {', '.join(names)}, and may still appear with it; assign the old value, "
        f"or session.expunge(x) and session.add(x) to send a new one"
    )


def _unnamed(instance: Model, doubt: Doubt) -> str:
    known = doubt.reason.partition("; nothing tells")[0]
    return (
        f"{known}; nothing tells whether {instance!r} exists, since the API allows several alike: look for it, then "
        f"session.expunge(x), and session.add(x) after that if it is to be sent again"
    )
