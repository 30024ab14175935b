"""Applying a plan that another session, or another process, has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

from attrs import evolve

from linode_orm._options import check_choice, check_count, check_flags
from linode_orm.errors import Clash, InvalidRequestError
from linode_orm.mapping.masking import holds_secret, masked_value
from linode_orm.mapping.record import raw_value
from linode_orm.mapping.values import ABSENT
from linode_orm.session.commit import guards, plan_once
from linode_orm.session.commit.executor import RunOptions
from linode_orm.session.commit.failure_policy import failure_policy
from linode_orm.session.commit.interrupts import kept_interrupts
from linode_orm.session.commit.policy import CONFLICTS
from linode_orm.session.commit.reconcile.conflicts import refuse
from linode_orm.session.commit.reconcile.targets import PlanTargets
from linode_orm.session.commit.run_plan import unsent
from linode_orm.session.commit.secrets import secrets_for
from linode_orm.session.loading.account import account_of
from linode_orm.session.planning.plan import Change, Plan, Step, is_new

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from linode_orm.mapping import Model
    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.commit.reconcile.objects import SessionObjects
    from linode_orm.session.planning.applier import ApplyOptions
    from linode_orm.session.planning.report import CommitReport
    from linode_orm.wire.client import Client

_PLAN_AGAIN: Final = "a new plan is needed, made of what is there now"
_PLAN_THE_REST: Final = "the report tells what was done; a new plan is needed for what was not"


def check(plan: Plan, client: Client, options: ApplyOptions) -> dict[str, object]:
    """Return the secrets of a plan as bodies hold them; raise `InvalidRequestError` if it must not be sent.

    Sends 1 or 2 GETs if the plan comes from a file.
    """
    plan_once.check_unapplied(plan)
    failure_policy(options.on_error)
    check_choice("conflicts", options.conflicts, CONFLICTS)
    check_count("max_deletes", options.max_deletes, or_none=True)
    check_flags(verify=options.verify)
    guards.check_writable(client, plan)
    guards.check_max_deletes(options.max_deletes, lambda: plan.deletes)
    secrets = secrets_for(plan, options.secrets)
    _check_account(plan, client)
    return secrets


def apply(commit: Commit, plan: Plan, options: ApplyOptions, secrets: Mapping[str, object]) -> CommitReport:
    """Send a plan, if the API still has the values that it was made from."""
    is_saved = plan.source is not None and bool(plan.source.file)
    conflicts = "check" if is_saved and options.conflicts == "ignore" else options.conflicts
    with kept_interrupts() as interrupts:
        if plan.source is not None:
            # promise 3c: nor by a plan
            guards.check_protected(commit.refresh, _deleted(commit.objects, plan), plan.source.protected)
        checked_at = None
        if conflicts == "check":
            checked_at = commit.client.clock.monotonic()
            plan = rebase_or_refuse(commit, plan)
        if is_saved:
            plan_once.check_unmade(commit.client, plan)
            plan_once.check_unchanged(commit, plan)
        targets = PlanTargets(commit.objects, plan, secrets)
        policy = failure_policy(options.on_error)
        interrupts.check(lambda: unsent(plan, targets))
        with plan_once.marked(plan):
            log = commit.history.begin(plan, policy.name, conflicts)
        sent = commit.send(plan, targets, RunOptions(log, policy, checked_at=checked_at))
        return commit.report(sent, targets, interrupts, verify=options.verify, advice=_PLAN_THE_REST)


def _deleted(objects: SessionObjects, plan: Plan) -> Iterator[Model]:
    """Yield references to what a plan deletes."""
    for step in plan:
        yield from (objects.stand_in(each, {}) for each in step.whole if each.operation == "delete")


def _check_account(plan: Plan, client: Client) -> None:
    wanted = plan.source.account if plan.source is not None else ""
    if wanted and account_of(client) != wanted:  # promise 28a: another account is refused
        msg = f"the plan was made for {wanted}, and the client's token is of another one; nothing was sent"
        raise InvalidRequestError(msg)


def rebase_or_refuse(commit: Commit, plan: Plan) -> Plan:
    """Return the plan with its set edits applied to the newest values; raise `ConflictError` for other changes."""
    moved, clashes = rebase(commit, plan)
    # promise 28b: a plan is refused if the API has moved on
    refuse([each for found in clashes.values() for each in found], advice=_PLAN_AGAIN)
    return moved


def rebase(commit: Commit, plan: Plan) -> tuple[Plan, dict[int, list[Clash]]]:
    """Read what the plan changes; return the plan on the newest values, and the clashes by step."""
    changing = [part for step in plan for part in step.whole if part.operation in {"update", "replace"}]
    objects = {part.number: commit.objects.stand_in(part, {}) for part in changing if not is_new(part.token)}
    wanted = [part for part in changing if part.number in objects]
    gone = {id(each) for each in commit.refresh.run(objects.values(), _only_on_get(wanted, objects))}
    clashes: dict[int, list[Clash]] = {}
    steps: list[Step] = []
    for step in plan:
        for part in step.whole:
            instance = objects.get(part.number)
            if instance is not None:
                missing = [Clash(instance, "", None, None, None)] if id(instance) in gone else []
                found = missing or list(_clashes(instance, part))
                clashes.setdefault(step.number, []).extend(found)
        # A set edit never clashes: its elements are put on, or taken off, the newest list.
        steps.append(step if clashes.get(step.number) else _rebased_step(step, objects))
    return evolve(plan, steps=tuple(steps)), {number: found for number, found in clashes.items() if found}


def _rebased_step(step: Step, objects: Mapping[int, Model]) -> Step:
    """Return a step, or a batch request, with its set edits applied to the newest values."""
    if step.parts:
        return evolve(step, parts=tuple(_rebased_step(part, objects) for part in step.parts))
    instance = objects.get(step.number)
    return step if instance is None else _with_rebased_changes(instance, step)


def _only_on_get(steps: Iterable[Step], objects: Mapping[int, Model]) -> list[Model]:
    return [
        objects[step.number]
        for step in steps
        if any(objects[step.number].__mapper__.fields[change.name].only_on_get for change in step.changes)
    ]


def _clashes(instance: Model, step: Step) -> Iterable[Clash]:
    for change in step.changes:
        field = instance.__mapper__.fields[change.name]
        theirs = _theirs(instance, change)
        # What cannot be read, or was not, has no value to compare with.
        if change.old is ABSENT or field.is_write_only or field.redacted:
            continue
        if field.codec.clashes(change.old, theirs, change.new, is_set_edit=change.is_set_edit):
            yield Clash(instance, change.name, change.old, theirs, change.new)  # masked, all three


def _theirs(instance: Model, change: Change) -> object:
    field, raw = instance.__mapper__.fields[change.name], raw_value(instance, change.name)
    return masked_value(field, field.codec.trim(raw, "update")) if raw is not ABSENT else raw


def _with_rebased_changes(instance: Model, step: Step) -> Step:
    """Return a step with its changes, and the body made of them, applied to the newest values."""
    changes = tuple(_rebased_change(instance, change) for change in step.changes)
    if changes == step.changes:
        return step
    body: Any = step.body
    if step.operation == "update":
        body = {**cast("dict[str, object]", body), **{change.key: change.new for change in changes}}
    return evolve(step, changes=changes, body=body)


def _rebased_change(instance: Model, change: Change) -> Change:
    field, theirs = instance.__mapper__.fields[change.name], _theirs(instance, change)
    codec = field.codec
    if not change.is_set_edit or theirs is ABSENT or holds_secret(field, theirs):
        return change
    new = codec.rebased(change.old, theirs, change.new)
    return change if new is change.new else evolve(change, old=theirs, new=new)
