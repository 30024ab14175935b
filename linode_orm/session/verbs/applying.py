"""Applying plans: the session through which a plan is sent that was made earlier, or elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from linode_orm._secrets import forgets_locals
from linode_orm.session.verbs.session import Session, parts_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.session.planning.applier import ApplyOptions
    from linode_orm.session.planning.plan import Plan
    from linode_orm.session.planning.report import CommitReport
    from linode_orm.wire.client import Client


@forgets_locals
def apply_plan(plan: Plan, client: Client, options: ApplyOptions) -> CommitReport:
    """Send a plan; raises what `Plan.apply` says."""
    from linode_orm.session.commit.apply_plan import apply, check  # noqa: PLC0415  only who applies plans needs it
    from linode_orm.session.commit.policy import Policy  # noqa: PLC0415  the same

    given = Policy(policies=options.policies).policies
    if any(each.operation == "action" for each in plan):
        from linode_orm.session.acting import applying  # noqa: PLC0415  only who applies plans of actions needs it

        applying.check(plan, client, options)
        with _session_for(plan, client, options) as session:
            policies = (*parts_of(session).policy.policies, *given)
            return applying.apply(parts_of(session).acting, plan, options, policies)
    secrets = check(plan, client, options)
    with _session_for(plan, client, options) as session:
        policies = (*parts_of(session).policy.policies, *given)
        return apply(parts_of(session).commit, plan, options, secrets, policies)


@contextmanager
def _session_for(plan: Plan, client: Client, options: ApplyOptions) -> Iterator[Session]:
    """Open the session that made the plan, if it can be used with this client, or else one for the plan alone.

    That one stays open for the objects of the report; its journal does not.
    """
    made_by = plan.source.session if plan.source is not None else None
    if isinstance(made_by, Session) and made_by.client is client and options.journal is None:
        parts_of(made_by).owner.check()
        if parts_of(made_by).owner.nested:
            parts_of(made_by).owner.check_write("plan.apply()")
        yield made_by
        return
    session = Session(client=client, journal=options.journal)
    try:
        yield session
    finally:
        parts_of(session).history.close()
