"""The preview of a commit: its plan with what it reads, takes and costs, and with what would refuse it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from attrs import evolve

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.model import resource
from linode_orm.mapping.state import state_of
from linode_orm.session.commit import guards
from linode_orm.session.commit.plan_policies import messages_of
from linode_orm.session.planning import prices
from linode_orm.session.planning.rebasing import built_on_newest, can_be_read
from linode_orm.session.waiting.bulk_refresh import groups_of, least_cost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from linode_orm.mapping import Model
    from linode_orm.session.commit.commit import Commit
    from linode_orm.session.commit.policy import Policy
    from linode_orm.session.commit.preconditions import Preconditions
    from linode_orm.session.commit.reconcile.objects import SessionObjects
    from linode_orm.session.planning.plan import Key, MonthlyCost, Plan, Step
    from linode_orm.wire.client import Client


def preview(
    commit: Commit,
    plan: Plan,
    policy: Policy,
    preconditions: Preconditions,
    read_list: Callable[[type[Model]], object] | None,
) -> Plan:
    """Return a plan with its least reads and time, its cost, the values built on newest ones, and refusals.

    Sends nothing but the GETs of price lists, where `read_list` is given.
    """
    for name in prices.needed_lists(plan) if read_list is not None else ():
        read_list(resource(name))  # type: ignore[misc]  # it is given
    client, reads = commit.client, [("GET", path) for step in plan for path in step.reads]
    verifying = _verifying(plan) if policy.verify else 0
    plan = evolve(
        plan,
        steps=plan.steps if policy.conflicts == "ignore" else tuple(map(_with_newest, plan)),
        lookups=plan.lookups + preconditions.requests + verifying,
        least_time=client.least_time([*((step.method, step.path) for step in plan), *reads]),
        cost=cost_of(plan, client, commit.objects),
    )
    return evolve(plan, refusals=tuple(_refusals(commit, plan, policy)))


def preview_compensation(commit: Commit, plan: Plan, policy: Policy) -> Plan:
    """Return a compensating plan with what applying it reads, takes and costs, and with what would refuse it.

    Sends nothing.
    """
    from linode_orm.session.commit.plan_comparison import comparison_for, what_is_read  # noqa: PLC0415  few plans undo

    looked_at = what_is_read(commit, plan, comparison_for(plan, None))
    lists = groups_of({id(each): each for _, each in looked_at}.values(), needs_get=frozenset())
    plan = evolve(
        plan,
        steps=tuple(map(_with_newest, plan)),
        lookups=plan.lookups + sum(each.cost for each in lists),
        least_time=commit.client.least_time([(step.method, step.path) for step in plan]),
        cost=cost_of(plan, commit.client, commit.objects),
    )
    return evolve(plan, refusals=tuple(messages_of(plan, policy.policies, commit.objects.find)))


def _verifying(plan: Plan) -> int:
    """Return how many requests it takes at least to read back what a plan writes."""
    counts: Counter[tuple[type[Model], tuple[object, ...]]] = Counter()
    single: set[type[Model]] = set()
    for part in (each for step in plan for each in step.whole if each.operation in _WRITTEN and each.changes):
        model = resource(part.model)
        mapper = model.__mapper__
        if not can_be_read(mapper):
            continue
        counts[model, part.parents] += 1
        if any(mapper.fields[each.name].only_on_get for each in part.changes):
            single.add(model)
    return sum(least_cost(model, count, needs_get=model in single) for (model, _), count in counts.items())


_WRITTEN: Final = frozenset({"create", "update", "replace"})


def cost_of(plan: Plan, client: Client, objects: SessionObjects) -> MonthlyCost | None:
    """Return what a plan adds to the cost of a month, by what the session and the client have read."""

    def body_of(key: Key) -> Mapping[str, object]:
        instance = objects.find(key)
        return state_of(instance).body if instance is not None else {}

    return prices.monthly_cost(plan, client.reference_data, body_of)


def _with_newest(step: Step) -> Step:
    names = built_on_newest(step)
    return evolve(step, on_newest=names) if names else step


def _refusals(commit: Commit, plan: Plan, policy: Policy) -> Iterator[str]:
    """Yield why the commit would be refused, as far as that is known without a request.

    That the client is read-only is no reason: such a plan is for another client.
    """
    deleted = commit.changes.deleted.values()
    checks: tuple[Callable[[], None], ...] = (
        lambda: guards.check_max_deletes(policy.max_deletes, lambda: plan.deletes),
        lambda: guards.check_protected(deleted, policy.protected_tags),
    )
    for check in checks:
        try:
            check()
        except InvalidRequestError as error:
            yield str(error)
    yield from messages_of(plan, policy.policies, commit.objects.find)
