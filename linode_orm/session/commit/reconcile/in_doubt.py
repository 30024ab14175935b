"""Creations in doubt: what an earlier commit sent without an answer is looked for before it is sent again."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from attrs import evolve

from linode_orm.errors import LinodeORMError
from linode_orm.mapping.identity import identity_in
from linode_orm.mapping.record import value_of
from linode_orm.mapping.state import state_of
from linode_orm.session.commit.interrupts import kept_interrupts
from linode_orm.session.commit.reconcile.apply_outcome import OutcomeApplier, fill_in
from linode_orm.session.outcome.lookup import LookupCriteria, criteria_for, look
from linode_orm.session.outcome.nested import Applied, look_again, match_nested
from linode_orm.session.outcome.resolve import WHOLE, LookupResult, resolve
from linode_orm.session.planning.placeholders import with_secrets_of
from linode_orm.session.planning.steps import parent_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model
    from linode_orm.session.commit.interrupts import Interrupts
    from linode_orm.session.commit.reconcile.objects import SessionObjects
    from linode_orm.session.planning.plan import InDoubt
    from linode_orm.wire.client import Client


def resolve_in_doubt(client: Client, objects: SessionObjects, instances: Iterable[Model]) -> None:
    """Look for the objects whose creation is in doubt; adopt what is found.

    An object that is not found may be created again if that cannot make a second one. Otherwise it stays in doubt, and
    the next commit does not send it. After an interrupt no other object is looked for.
    """
    with kept_interrupts() as interrupts:
        _Resolution(client, objects).run(instances, interrupts)


class _Resolution:
    def __init__(self, client: Client, objects: SessionObjects) -> None:
        self._client, self._objects = client, objects
        self._changes, self._applier = objects.changes, OutcomeApplier(objects)
        self._looked_up: dict[int, LookupResult] = {}
        """What was found of nested creates, which are looked for together."""

    def run(self, instances: Iterable[Model], interrupts: Interrupts) -> None:
        in_doubt = self._changes.in_doubt
        # The id of a parent that is found is needed to look for its children.
        parents_first = sorted(instances, key=lambda each: each.__mapper__.parent_count)
        for instance in parents_first:
            known = in_doubt.get(id(instance))
            if known is None or interrupts.raised:
                continue
            if known.was_nested and id(instance) not in self._looked_up:
                self._look_together(instance, parents_first)
            known = self._resolved(instance, known)
            if known is None or not state_of(instance).is_new:
                in_doubt.pop(id(instance), None)
            else:
                in_doubt[id(instance)] = known
        self._applier.finish()

    def _look_together(self, instance: Model, others: Iterable[Model]) -> None:
        """Look for a nested create in doubt together with those that were sent in the same list."""
        parent = parent_of(instance)
        if parent is None or state_of(parent).is_new:
            return
        # Alone, each of two equal children could be either of two rows; together both are found.
        siblings: dict[int, InDoubt] = {}
        for each in others:
            known = self._changes.in_doubt.get(id(each))
            if known is not None and known.was_nested and parent_of(each) is parent and type(each) is type(instance):
                siblings[id(each)] = known
        fill_in(instance)
        parents = state_of(instance).parents
        try:
            found = look_again(self._client, [criteria_for(each, parents) for each in siblings.values()])
        except LinodeORMError as error:
            found = [LookupResult(why=f"it could not be looked for: {error}")] * len(siblings)
        self._looked_up.update(zip(siblings, found, strict=True))

    def _resolved(self, instance: Model, in_doubt: InDoubt) -> InDoubt | None:
        """Adopt the object if the API has it; return what is known about it now, None if it was never made."""
        fill_in(instance)
        parent = parent_of(instance)
        if parent is not None and state_of(parent).is_new:  # it was sent inside its parent: both were made, or none
            above = self._changes.in_doubt.get(id(parent))
            return evolve(in_doubt, may_repeat=above is None or above.may_repeat)
        parents = state_of(instance).parents
        criteria = criteria_for(in_doubt, parents, self._objects.to_be_deleted(type(instance), parents))
        if not criteria.is_distinguishable and not criteria.key:
            return evolve(in_doubt, reason=_indistinguishable(instance, in_doubt), may_repeat=False)
        try:
            looked_up = self._looked_up.get(id(instance)) or find(self._client, criteria, in_doubt.until)
        except LinodeORMError as error:
            reason = f"{in_doubt.reason}; it could not be looked for: {error}"
            return evolve(in_doubt, reason=reason, may_repeat=False)
        if looked_up.why:
            # What was found may be the object, or another client's: only the user can tell.
            reason = f"{looked_up.why}. session.expunge(x) if it is, and change what tells them apart in a new one"
            return evolve(in_doubt, reason=reason, may_repeat=False)
        if looked_up.body is None:
            return self._not_found(instance, in_doubt, criteria)
        identity = identity_in(instance.__mapper__, looked_up.body, criteria.key)
        self._applier.created(instance, parents, identity, _as_sent(instance, in_doubt), looked_up.body)
        self._apply_nested(in_doubt, Applied(in_doubt.step, parents, identity, looked_up.body))
        return in_doubt

    def _not_found(self, instance: Model, in_doubt: InDoubt, criteria: LookupCriteria) -> InDoubt | None:
        """Return what is known of an object that is not there: None if no request can make it any more."""
        if in_doubt.until and self._client.clock.monotonic() >= in_doubt.until:
            return None
        # The user has changed the key since: the object may still appear with the old one.
        moved = [name for name, value in criteria.key.items() if value_of(instance, name) != value]
        return evolve(in_doubt, reason=_moved(instance, in_doubt, moved), may_repeat=not moved)

    def _apply_nested(self, in_doubt: InDoubt, outer: Applied) -> None:
        """Adopt what was sent inside an object that was found; what is not found there is in doubt by itself."""
        new = self._objects.new_by_token() if in_doubt.step.nested_creates else {}
        # The user may have changed them meanwhile: all of them are found now, and not at their first use.
        needed = tuple(evolve(each, is_needed=True) for each in in_doubt.step.nested_creates)
        whole = evolve(in_doubt, step=evolve(in_doubt.step, nested_creates=needed))
        inner = match_nested(self._client, whole, *outer[1:])
        for step, parents, identity, body in inner.found:
            instance = new.get(str(step.token))
            if instance is not None:
                fill_in(instance)
                names = _as_sent(instance, evolve(in_doubt, step=step, sent=step.body))
                self._applier.created(instance, parents, identity, names, body)
        for each in inner.in_doubt:
            if each.step.token in new:
                self._changes.in_doubt[id(new[str(each.step.token)])] = each


def find(client: Client, criteria: LookupCriteria, until: float) -> LookupResult:
    """Look for an object: once if the API refuses a second one with its key, else also when no request can be running.

    `until` is that moment by the monotonic clock.
    """
    with kept_interrupts() as interrupts:
        until = 0.0 if criteria.key else until
        return resolve(client, until, lambda: look(client, criteria), interrupts.is_raised, first_pause=WHOLE)


def _as_sent(instance: Model, in_doubt: InDoubt) -> list[str]:
    """Return the attributes that still are as they were sent; the others are changes for the next commit."""
    names: list[str] = []
    for key, sent in cast("dict[str, object]", in_doubt.sent).items():
        field = instance.__mapper__.keys.get(key)
        if field is None:  # children inside the body
            continue
        value = value_of(instance, field.name)
        mine = field.codec.trim(field.codec.encode(value), "create")
        if field.codec.same(mine, with_secrets_of(sent, mine)):
            names.append(field.name)
    return names


def _moved(instance: Model, in_doubt: InDoubt, names: list[str]) -> str:
    if not names:
        return in_doubt.reason
    return (
        f"{instance!r} was sent with another {', '.join(names)}, and may still appear with it; assign the old value, "
        f"or session.expunge(x) and session.add(x) to send a new one"
    )


def _indistinguishable(instance: Model, in_doubt: InDoubt) -> str:
    known = in_doubt.reason.partition("; nothing tells")[0]
    return (
        f"{known}; nothing tells whether {instance!r} exists, since the API allows several alike: look for it, then "
        f"session.expunge(x), and session.add(x) after that if it is to be sent again"
    )
