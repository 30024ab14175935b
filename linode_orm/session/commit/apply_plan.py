"""Applying a plan that another session, or another process, has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from linode_orm._options import check_choice, check_count, check_flags
from linode_orm.errors import ConflictError, InvalidRequestError
from linode_orm.session.commit import guards, plan_once
from linode_orm.session.commit.executor import RunOptions
from linode_orm.session.commit.failure_policy import failure_policy
from linode_orm.session.commit.interrupts import kept_interrupts
from linode_orm.session.commit.plan_comparison import comparison_for, movement
from linode_orm.session.commit.policy import CONFLICTS
from linode_orm.session.commit.reconcile.conflicts import refuse
from linode_orm.session.commit.reconcile.targets import PlanTargets
from linode_orm.session.commit.run_plan import unsent
from linode_orm.session.commit.secrets import secrets_for
from linode_orm.session.loading.account import account_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.commit.policy import PlanPolicy
    from linode_orm.session.planning.applier import ApplyOptions
    from linode_orm.session.planning.plan import Plan
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
    if options.conflicts is not None:
        check_choice("conflicts", options.conflicts, CONFLICTS)
    check_count("max_deletes", options.max_deletes, or_none=True)
    check_flags(verify=options.verify)
    guards.check_writable(client, plan)
    guards.check_max_deletes(options.max_deletes, lambda: plan.deletes)
    secrets = secrets_for(plan, options.secrets)
    check_account(plan, client)
    return secrets


def apply(
    commit: Commit,
    plan: Plan,
    options: ApplyOptions,
    secrets: Mapping[str, object],
    policies: tuple[PlanPolicy, ...] = (),
) -> CommitReport:
    """Send a plan, if the API still has the values that it was made from, and no policy refuses it."""
    if commit.objects.loader.hooks is not None:
        commit.objects.loader.hooks.check_outside()
    comparison = comparison_for(plan, options.conflicts)
    with kept_interrupts() as interrupts:
        read_at = commit.client.clock.monotonic()
        plan, clashes = movement(commit, plan, comparison)
        targets = PlanTargets(commit.objects, plan, secrets)
        if clashes:  # promise 28b: a plan is refused if the API has moved on
            found = [each for those in clashes.values() for each in those]
            try:
                refuse(found, advice=_PLAN_AGAIN, report=unsent(plan, targets))
            except ConflictError as error:
                commit.tell_conflict(error)
                raise
        if policies:
            commit.check_policies(plan, policies)
        plan_once.check_unmade(commit.client, plan)
        policy = failure_policy(options.on_error)
        interrupts.check(lambda: unsent(plan, targets))
        commit.call_before(plan, None)
        with plan_once.marked(plan):
            log = commit.history.begin(plan, policy.name, comparison.name)
        newest = commit.newest(comparison.name, read_at)
        sent = commit.send(plan, targets, RunOptions(log, policy, newest=newest))
        return commit.report(sent, targets, interrupts, verify=options.verify, advice=_PLAN_THE_REST)


def check_account(plan: Plan, client: Client) -> None:
    """Raise `InvalidRequestError` where a plan was made for another account; 1 or 2 GETs if it comes from a file."""
    wanted = plan.source.account if plan.source is not None else ""
    if wanted and account_of(client) != wanted:  # promise 28a: another account is refused
        msg = f"the plan was made for {wanted}, and the client's token is of another one; nothing was sent"
        raise InvalidRequestError(msg)
