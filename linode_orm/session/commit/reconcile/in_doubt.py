"""Doubts: creations whose answer an earlier commit lost, looked for before anything is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from attrs import evolve

from linode_orm.errors import LinodeORMError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.record import value_of
from linode_orm.mapping.state import state_of
from linode_orm.session.commit.reconcile.apply_outcome import OutcomeApplier, fill_in
from linode_orm.session.outcome.lookup import LookupCriteria, criteria_for, look
from linode_orm.session.outcome.nested import Applied, look_again, match_nested
from linode_orm.session.outcome.resolve import WHOLE, LookupResult, resolve
from linode_orm.session.planning.plan import Hidden, InDoubt
from linode_orm.session.planning.steps import parent_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.commit.reconcile.objects import SessionObjects
    from linode_orm.wire.client import Client


def settle(client: Client, objects: SessionObjects, instances: Iterable[Model]) -> None:
    """Look for every object whose creation is in doubt: adopt what is found, allow again what cannot be doubled."""
    _Settlement(client, objects).run(instances)


class _Settlement:
    def __init__(self, client: Client, objects: SessionObjects) -> None:
        self._client, self._objects = client, objects
        self._changes, self._applier = objects.changes, OutcomeApplier(objects)

    def run(self, instances: Iterable[Model]) -> None:
        in_doubt, lookup_results = self._changes.in_doubt, dict[int, LookupResult]()
        ordered = sorted(instances, key=lambda each: each.__mapper__.parent_count)
        for instance in ordered:
            doubt = in_doubt.get(id(instance))
            if doubt is None:
                continue
            if doubt.was_nested and id(instance) not in lookup_results:
                self._look_together(instance, ordered, lookup_results)
            known = self._settled(instance, doubt, lookup_results.get(id(instance)))
            if known is None or not state_of(instance).is_new:
                in_doubt.pop(id(instance), None)
            else:
                in_doubt[id(instance)] = known
        self._applier.finish()

    def _look_together(self, instance: Model, others: Iterable[Model], lookup_results: dict[int, LookupResult]) -> None:
        """Look for a lost rider together with those that were sent in the same list."""
        parent = parent_of(instance)
        if parent is None or state_of(parent).is_new:
            return
        doubts: dict[int, InDoubt] = {}
        for each in others:
            doubt = self._changes.in_doubt.get(id(each))
            if doubt is not None and doubt.was_nested and parent_of(each) is parent and type(each) is type(instance):
                doubts[id(each)] = doubt
        fill_in(instance)
        parents = state_of(instance).parents
        try:
            found = look_again(self._client, [criteria_for(each, parents) for each in doubts.values()])
        except LinodeORMError as error:
            found = [LookupResult(why=f"it could not be looked for: {error}")] * len(doubts)
        lookup_results.update(zip(doubts, found, strict=True))

    def _settled(self, instance: Model, doubt: InDoubt, looked_up: LookupResult | None) -> InDoubt | None:
        """Adopt the object where the API has it; else give what is known about it now, None where it was never made."""
        fill_in(instance)
        parent = parent_of(instance)
        if (
            parent is not None and state_of(parent).is_new
        ):  # it was to ride with that one: none of both, or nobody knows
            above = self._changes.in_doubt.get(id(parent))
            return evolve(doubt, may_repeat=above is None or above.may_repeat)
        parents = state_of(instance).parents
        criteria = criteria_for(doubt, parents, self._objects.to_be_deleted(type(instance), parents))
        if not criteria.is_distinguishable and not criteria.key:
            return evolve(doubt, reason=_unnamed(instance, doubt), may_repeat=False)
        try:
            looked_up = looked_up or find(self._client, criteria, doubt.until)
        except LinodeORMError as error:
            return evolve(doubt, reason=f"{doubt.reason}; it could not be looked for: {error}", may_repeat=False)
        if looked_up.why:
            reason = f"{looked_up.why}. session.expunge(x) if it is, and change what tells them apart in a new one"
            return evolve(doubt, reason=reason, may_repeat=False)
        if looked_up.body is None and doubt.until and self._client.clock.monotonic() >= doubt.until:
            return None
        if looked_up.body is None:
            moved = [name for name, value in criteria.key.items() if value_of(instance, name) != value]
            return evolve(doubt, reason=_moved(instance, doubt, moved), may_repeat=not moved)
        identity = identity_in(instance.__mapper__, looked_up.body, criteria.key)
        names = _still_as_sent(instance, doubt)
        self._applier.created(instance, parents, identity, names, looked_up.body)
        self._apply_nested(doubt, Applied(doubt.step, parents, identity, looked_up.body))
        return doubt

    def _apply_nested(self, doubt: InDoubt, outer: Applied) -> None:
        """Adopt what was sent inside of an object that was found; what is not found there stays in doubt itself."""
        new = self._objects.new_by_token() if doubt.step.nested_creates else {}
        inner = match_nested(self._client, doubt, *outer[1:])
        for step, parents, identity, body in inner.found:
            instance = new.get(str(step.token))
            if instance is not None:
                fill_in(instance)
                names = _still_as_sent(instance, evolve(doubt, step=step, sent=step.body))
                self._applier.created(instance, parents, identity, names, body)
        for lost in inner.in_doubt:
            if lost.step.token in new:
                self._changes.in_doubt[id(new[str(lost.step.token)])] = lost


def find(client: Client, criteria: LookupCriteria, until: float) -> LookupResult:
    """Look for an object; where two could come of sending it again, once more when no request can be running.

    `until` is that moment by the monotonic clock.
    """
    return resolve(client, 0.0 if criteria.key else until, lambda: look(client, criteria), first_pause=WHOLE)


def _still_as_sent(instance: Model, doubt: InDoubt) -> list[str]:
    """Give the attributes that nobody has changed since they were sent; the others are changes to send now."""
    names: list[str] = []
    for key, sent in _of_fields(instance, doubt):
        field = instance.__mapper__.keys[key]
        value = value_of(instance, field.name)
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
