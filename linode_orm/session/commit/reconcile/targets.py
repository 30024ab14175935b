"""Hands: what a run needs of the objects behind its steps, and what takes answers in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, cast

from linode_orm.mapping.lifecycle import invalidate
from linode_orm.session.commit.reconcile.apply_outcome import OutcomeApplier
from linode_orm.session.outcome.nested import alone
from linode_orm.session.planning.payloads import resolve_secret
from linode_orm.session.planning.plan import Hidden, InDoubt, Plan, is_new, secret_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linode_orm.mapping import Model
    from linode_orm.session.commit.reconcile.objects import SessionObjects
    from linode_orm.session.planning.plan import Key, Step, Token


class Targets(Protocol):
    """What a run of a plan asks for and hands over; called on the session's thread alone."""

    def object_of(self, step: Step) -> Model:
        """Give the object that a step is about."""
        ...

    def resolve_secret(self, step: Step, hidden: Hidden) -> object:
        """Give the secret that a placeholder stands for."""
        ...

    def known_ids(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Give the ids that are known of the collection that a step creates in."""
        ...

    def to_be_deleted(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Give the ids of what is to be deleted in the collection that a step creates in."""
        ...

    def in_doubt_of(self, step: Step) -> InDoubt | None:
        """Give what an earlier commit left unknown of a creation."""
        ...

    def apply(self, step: Step, parents: tuple[object, ...], identity: object, body: object) -> str:
        """Take an answer in; give a note where there is something to say."""
        ...

    def leave_in_doubt(self, in_doubt: InDoubt) -> None:
        """Remember a creation that nobody can tell the end of."""
        ...

    def clear_doubt(self, step: Step) -> None:
        """Note that there is no such object, and nothing in doubt about it."""
        ...

    def invalidate_values(self, step: Step) -> None:
        """Note that nobody knows which values the API has of what a step changes."""
        ...

    def finish(self) -> None:
        """Bring the rest in order when everything has ended."""
        ...


class SessionTargets:
    """Those of a session: its objects take the values of the answers.

    With `watches`, what was known of the objects is so new that another value in an answer is somebody else's.
    """

    def __init__(self, objects: SessionObjects, plan: Plan, *, watches: bool = False) -> None:
        self._session_objects = objects
        self._watches = watches
        self._applier = OutcomeApplier(objects)
        self._objects = objects_of(objects, plan)
        self._inner = inside_of(objects, plan)

    def object_of(self, step: Step) -> Model:
        """Give the object that a step is about; it may be a rider's, or that of a part of a bundle."""
        return self._inner[step.token] if step.token in self._inner else self._objects[step.number]

    def resolve_secret(self, step: Step, hidden: Hidden) -> object:
        """Give the secret that the user assigned, to the object or to one that rides with it."""
        for nested in reversed(step.nested_creates):
            if hidden.path[: len(nested.place)] == nested.place:
                return resolve_secret(self._inner[nested.token], Hidden(hidden.path[len(nested.place) :]), "create")
        return resolve_secret(self._objects[step.number], hidden, "create" if step.operation == "create" else "update")

    def known_ids(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Give the ids that the session knows of the collection that a step creates in."""
        return self._session_objects.identity_map.ids(type(self.object_of(step)), parents)

    def to_be_deleted(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Give the ids of what the user has marked for deletion in the collection that a step creates in."""
        return self._session_objects.to_be_deleted(type(self.object_of(step)), parents)

    def in_doubt_of(self, step: Step) -> InDoubt | None:
        """Give what an earlier commit left unknown of a creation."""
        return self._session_objects.changes.in_doubt.get(id(self.object_of(step)))

    def apply(self, step: Step, parents: tuple[object, ...], identity: object, body: object) -> str:
        """Bring the object up to date, or let it go."""
        instance, names = self.object_of(step), [change.name for change in step.changes]
        if step.operation == "create":
            self._applier.created(instance, parents, identity, names, body)
        elif step.operation == "delete":
            self._applier.deleted(instance)
        elif step.operation == "replace":
            return self._applier.replaced(instance, names[0], body)
        else:
            # promise 20: a change in the window is told
            strange = self._applier.strange(instance, names, body) if self._watches else ""
            return self._applier.updated(instance, names, body) or strange
        return ""

    def leave_in_doubt(self, in_doubt: InDoubt) -> None:
        """Remember a creation that nobody can tell the end of, for the next commit to look for."""
        self._session_objects.changes.in_doubt[id(self.object_of(in_doubt.step))] = in_doubt

    def invalidate_values(self, step: Step) -> None:
        """Forget what was known of values that were to be updated: they are sent again, and reading asks again."""
        for part in step.whole:
            if part.operation in {"update", "replace"}:
                invalidate(self.object_of(part), [change.name for change in part.changes])

    def clear_doubt(self, step: Step) -> None:
        """Note that there is no such object, so that it can be sent as new."""
        self._session_objects.changes.in_doubt.pop(id(self.object_of(step)), None)

    def finish(self) -> None:
        """Give ids to what waits for them, and let go what was below deleted objects."""
        self._applier.finish()


class PlanTargets(SessionTargets):
    """Those of a plan that no session made: objects stand for its steps, and secrets were given by name.

    `ids` are the ids of what was created before, by token; `doubts` is what an earlier run left unknown, by step.
    """

    def __init__(
        self,
        objects: SessionObjects,
        plan: Plan,
        secrets: Mapping[str, object],
        ids: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(objects, Plan(()))
        self._secrets, self._ids = secrets, ids or {}
        self.in_doubt: dict[int, InDoubt] = {}
        self._objects = {step.number: objects.stand_in(step, self._ids) for step in plan}
        self._inner = {inside.token: objects.stand_in(inside, self._ids) for step in plan for inside in _inside(step)}

    def resolve_secret(self, step: Step, hidden: Hidden) -> object:
        """Give the secret of that name."""
        return self._secrets[secret_name(step, hidden)]

    def in_doubt_of(self, step: Step) -> InDoubt | None:
        """Give what an earlier run left unknown of a creation."""
        return self.in_doubt.get(step.number)

    def leave_in_doubt(self, in_doubt: InDoubt) -> None:
        """Leave it to the report, and to the journal where there is one."""
        if in_doubt.step.token not in self._inner:
            self.in_doubt[in_doubt.step.number] = in_doubt


class CompensationTargets:
    """Those of a way back: objects stay as they are, because the session goes back to before."""

    def __init__(self, targets: Targets, origin: Mapping[int, Step]) -> None:
        self._targets, self._origin = targets, origin

    def object_of(self, step: Step) -> Model:
        """Give the object that the step was about that this one undoes."""
        return self._targets.object_of(self._origin[step.number])

    def resolve_secret(self, step: Step, hidden: Hidden) -> object:
        """Never asked: a way back holds no secret."""
        raise AssertionError((step, hidden))

    def known_ids(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Never needed: a way back creates nothing."""
        del step, parents
        return frozenset()

    def to_be_deleted(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Never needed: a way back creates nothing."""
        del step, parents
        return frozenset()

    def in_doubt_of(self, step: Step) -> InDoubt | None:
        """Never needed: a way back creates nothing."""
        del step
        return None

    def apply(self, step: Step, parents: tuple[object, ...], identity: object, body: object) -> str:
        """Leave the objects as they are."""
        del step, parents, identity, body
        return ""

    def leave_in_doubt(self, in_doubt: InDoubt) -> None:
        """Never needed: a way back creates nothing."""

    def clear_doubt(self, step: Step) -> None:
        """Never needed: a way back creates nothing."""

    def invalidate_values(self, step: Step) -> None:
        """Leave the objects as they are."""

    def finish(self) -> None:
        """Nothing is left to do."""


def objects_of(objects: SessionObjects, plan: Plan) -> dict[int, Model]:
    """Find the object that each step of a session's plan names."""
    new = objects.new_by_token()
    found: dict[int, Model] = {}
    for step in plan:
        token = step.token
        if isinstance(token, str):
            if token in new:
                found[step.number] = new[token]
            continue
        known = objects.find(token)
        if known is not None:
            found[step.number] = known
        elif step.parts:
            found[step.number] = objects.stand_in(step, {})
    return found


def inside_of(objects: SessionObjects, plan: Plan) -> dict[Token, Model]:
    """Find the objects inside the steps of a session's plan: those that ride there, and those of parts of bundles."""
    tokens = [inside.token for step in plan for inside in _inside(step)]
    if not tokens:
        return {}
    new = objects.new_by_token()
    found = {token: new.get(token) if is_new(token) else objects.find(cast("Key", token)) for token in tokens}
    return {token: instance for token, instance in found.items() if instance is not None}


def _inside(step: Step) -> Iterator[Step]:
    """Give what a step does to other objects than its own, as steps."""
    yield from (alone(nested, step) for nested in step.nested_creates)
    yield from step.parts
