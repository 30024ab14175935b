"""Targets: the objects behind the steps of a run, what a run asks of them, and how they learn of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from linode_orm.mapping.lifecycle import invalidate
from linode_orm.mapping.state import Loaded
from linode_orm.session.commit.reconcile.apply_outcome import OutcomeApplier
from linode_orm.session.commit.reconcile.conflicts import conflict_of
from linode_orm.session.commit.reconcile.unread_list import leave_lists_unread
from linode_orm.session.outcome.nested import alone
from linode_orm.session.planning.payloads import resolve_secret
from linode_orm.session.planning.placeholders import Hidden
from linode_orm.session.planning.plan import InDoubt, Plan, secret_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from linode_orm.errors import ConflictError
    from linode_orm.mapping import Model
    from linode_orm.session.commit.newest import NewestStep
    from linode_orm.session.commit.reconcile.objects import SessionObjects
    from linode_orm.session.planning.placeholders import Pending
    from linode_orm.session.planning.plan import Step, Token
    from linode_orm.wire.client import Client


class Targets:
    """What a run asks of the objects behind its steps; called on the session's thread alone.

    These are the answers for objects that stay as they are. `object_of` is all that every run needs.
    """

    def object_of(self, step: Step) -> Model:
        """Return the object that a step is about."""
        raise NotImplementedError(step)

    def resolve_secret(self, step: Step, hidden: Hidden) -> object:
        """Return the secret that a placeholder in a step's body stands for."""
        raise NotImplementedError((step, hidden))

    def known_ids(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Return the ids that are known of the collection that a step creates in."""
        del step, parents
        return frozenset()

    def to_be_deleted(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Return the ids of what is marked for deletion in the collection that a step creates in."""
        del step, parents
        return frozenset()

    def in_doubt_of(self, step: Step) -> InDoubt | None:
        """Return what an earlier run left in doubt of a step."""
        del step
        return None

    def apply(self, step: Step, parents: tuple[object, ...], identity: object, body: object) -> str:
        """Let the object learn of an answer; return what is to be said of it."""
        del step, parents, identity, body
        return ""

    def leave_in_doubt(self, in_doubt: InDoubt) -> None:
        """Keep what is known of a creation in doubt, for the next run."""

    def leave_unread(self, unread: Sequence[InDoubt]) -> None:
        """Let nested creates be there, whose ids are read at their first use; outer ones come first."""

    def clear_doubt(self, step: Step) -> None:
        """Record that a creation in doubt was undone: there is no such object."""

    def invalidate_values(self, step: Step) -> None:
        """Record that nobody knows which values the API has of what a step changes."""

    def conflict(self, step: Step, renewal: NewestStep, *, learns: bool) -> ConflictError:
        """Return the error of a step that another writer's change forbids; with `learns`, tell its object."""
        del learns
        return conflict_of(self.object_of(step), renewal.clashes)

    def finish(self) -> None:
        """Bring the rest in order when everything has ended."""


class SessionTargets(Targets):
    """The objects of a session, for the plan that it made.

    With `watches`, what is known of the objects is so new that another value in an answer is another writer's.
    """

    def __init__(self, objects: SessionObjects, plan: Plan, *, watches: bool = False) -> None:
        self._session_objects = objects
        self._watches = watches
        self._applier = OutcomeApplier(objects)
        self._objects = _objects_of(objects, plan)

    def object_of(self, step: Step) -> Model:
        """Return the object of a step, of a nested create, or of a part of a batch request."""
        return self._objects[step.token]

    def resolve_secret(self, step: Step, hidden: Hidden) -> object:
        """Return the secret that the user assigned, to the object or to one that is nested in its request."""
        # From the inside out: a place inside another one begins with the same keys, and the longer one is meant.
        for nested in reversed(step.nested_creates):
            if hidden.path[: len(nested.place)] == nested.place:
                return resolve_secret(self._objects[nested.token], Hidden(hidden.path[len(nested.place) :]), "create")
        return resolve_secret(self._objects[step.token], hidden, "create" if step.operation == "create" else "update")

    def known_ids(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Return the ids that the session knows of the collection that a step creates in."""
        return self._session_objects.identity_map.ids(type(self.object_of(step)), parents)

    def to_be_deleted(self, step: Step, parents: tuple[object, ...]) -> frozenset[object]:
        """Return the ids of what the user has marked for deletion in the collection that a step creates in."""
        return self._session_objects.to_be_deleted(type(self.object_of(step)), parents)

    def in_doubt_of(self, step: Step) -> InDoubt | None:
        """Return what an earlier commit left in doubt of a creation."""
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
            foreign = self._applier.changed_elsewhere(instance, names, body) if self._watches else ""
            return self._applier.updated(instance, names, body) or foreign
        return ""

    def leave_in_doubt(self, in_doubt: InDoubt) -> None:
        """Keep what is known of a creation in doubt, for the next commit to look for."""
        self._session_objects.changes.in_doubt[id(self.object_of(in_doubt.step))] = in_doubt

    def leave_unread(self, unread: Sequence[InDoubt]) -> None:
        """Let nested creates be persistent objects, whose ids are read at their first use."""
        if unread:
            found = [(self._objects[_parent_token(each.step)], self._objects[each.step.token], each) for each in unread]
            client = cast("Client", self._session_objects.owner.client)
            leave_lists_unread(client, self._session_objects, found)

    def clear_doubt(self, step: Step) -> None:
        """Record that there is no such object, so that it can be sent as new."""
        self._session_objects.changes.in_doubt.pop(id(self.object_of(step)), None)

    def invalidate_values(self, step: Step) -> None:
        """Forget what was known of values that were to be updated: they are sent again, and reading asks again."""
        for part in step.whole:
            if part.operation in {"update", "replace"}:
                invalidate(self.object_of(part), [change.name for change in part.changes])

    def conflict(self, step: Step, renewal: NewestStep, *, learns: bool) -> ConflictError:
        """Return the error of a step that another writer's change forbids; the object takes the newest values."""
        instance = self.object_of(step)
        if learns:
            self._session_objects.loader.take(instance, {**renewal.body}, Loaded.ROW)
        return conflict_of(instance, renewal.clashes)

    def finish(self) -> None:
        """Give ids to what waits for them, and let go what was below deleted objects."""
        self._applier.finish()


class PlanTargets(SessionTargets):
    """Stand-ins for the objects of a plan that no session made; its secrets are given by name.

    `ids` are the ids of what was created before, by token; `in_doubt` is what an earlier run left in doubt, by step.
    """

    def __init__(
        self,
        objects: SessionObjects,
        plan: Plan,
        secrets: Mapping[str, object],
        ids: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(objects, Plan(()))
        self._secrets = secrets
        self.in_doubt: dict[int, InDoubt] = {}
        inside = {each.token: each for step in plan for each in _inside(step)}
        steps = {step.token: step for step in plan} | inside
        self._objects = {token: objects.stand_in(step, ids or {}) for token, step in steps.items()}
        self._inside = inside.keys()

    def resolve_secret(self, step: Step, hidden: Hidden) -> object:
        """Return the secret of that name."""
        return self._secrets[secret_name(step, hidden)]

    def in_doubt_of(self, step: Step) -> InDoubt | None:
        """Return what an earlier run left in doubt of a step."""
        return self.in_doubt.get(step.number)

    def leave_unread(self, unread: Sequence[InDoubt]) -> None:
        """Do nothing: nobody holds the objects."""

    def leave_in_doubt(self, in_doubt: InDoubt) -> None:
        """Leave what is nested to the report, and to the journal where there is one; keep the rest."""
        if in_doubt.step.token not in self._inside:
            self.in_doubt[in_doubt.step.number] = in_doubt


class CompensationTargets(Targets):
    """The objects of a compensating plan: they stay as they are, because the API goes back to before.

    `origin` are the steps that those of the compensating plan undo, by their numbers.
    """

    def __init__(self, targets: Targets, origin: Mapping[int, Step]) -> None:
        self._targets, self._origin = targets, origin

    def object_of(self, step: Step) -> Model:
        """Return the object of the step that this one undoes."""
        return self._targets.object_of(self._origin[step.number])


def _objects_of(objects: SessionObjects, plan: Plan) -> dict[Token, Model]:
    """Return the objects that a session's plan names, by their tokens and keys."""
    new = objects.new_by_token()
    found: dict[Token, Model] = {}
    for step in plan.steps:
        inside = (*(each.token for each in step.nested_creates), *(part.token for part in step.parts))
        for token in (step.token, *inside):
            instance = new.get(token) if isinstance(token, str) else objects.find(token)
            if instance is not None:
                found[token] = instance
        if step.parts and step.token not in found:  # a tag that no object stands for
            found[step.token] = objects.stand_in(step, {})
    return found


def _parent_token(step: Step) -> Token:
    """Return the token of the new parent of a nested create."""
    return cast("Pending", step.parents[-1]).token


def _inside(step: Step) -> Iterator[Step]:
    """Give what a step does to other objects than its own, as steps."""
    yield from (alone(nested, step) for nested in step.nested_creates)
    yield from step.parts
