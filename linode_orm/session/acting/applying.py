"""Applying a plan of actions that another process has made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linode_orm.errors import InvalidRequestError
from linode_orm.session.acting.acting import act_on, check_allowed
from linode_orm.session.acting.action_plan import restored, target_of
from linode_orm.session.commit import apply_plan, guards, plan_once
from linode_orm.session.commit.secrets import check_names
from linode_orm.session.planning.action_terms import operation_of

if TYPE_CHECKING:
    from linode_orm.session.acting.parts import ActingParts
    from linode_orm.session.acting.report import ActionReport
    from linode_orm.session.commit.policy import PlanPolicy
    from linode_orm.session.planning.applier import ApplyOptions
    from linode_orm.session.planning.plan import Plan
    from linode_orm.wire.client import Client


def check(plan: Plan, client: Client, options: ApplyOptions) -> None:
    """Raise `InvalidRequestError` where a plan of actions cannot be applied; 1 or 2 GETs tell its account."""
    if not all(each.operation == "action" for each in plan):
        msg = "a plan has either actions or changes, and this one has both; nothing was sent"
        raise InvalidRequestError(msg)
    terms = plan[0].action
    if terms is not None and terms.until:
        msg = f"until={terms.until} is in no plan; nothing was sent: session.act(..., until=...) runs it"
        raise InvalidRequestError(msg)
    if options.on_error not in {"stop", "continue"}:
        msg = f"on_error is 'stop' or 'continue' for actions, which cannot be undone, not {options.on_error!r}"
        raise InvalidRequestError(msg)
    check_names(plan, options.secrets)
    guards.check_writable(client, plan)
    plan_once.check_unapplied(plan)
    apply_plan.check_account(plan, client)


def apply(parts: ActingParts, plan: Plan, options: ApplyOptions, policies: tuple[PlanPolicy, ...] = ()) -> ActionReport:
    """Run the actions of a plan in the window that it names, if no policy refuses it; raises what `act()` does."""
    secrets = dict(options.secrets or {})
    planned = [restored(step, target_of(step, parts.job_feed), operation_of(step), secrets) for step in plan]
    check_allowed(parts, plan, policies)
    with plan_once.marked(plan):
        begin = parts.history.begin(plan, options.on_error, "ignore", is_whole=False)
    return act_on(parts, planned, begin, on_error=options.on_error)
