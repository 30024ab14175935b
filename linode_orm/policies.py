"""Policies for `Session(policies=[...])`: functions from a plan to the messages that refuse it.

A policy is called before anything is written. It agrees by giving no message: None, or an empty list. The steps that it
gets hold in `current` what was read last of their objects, in JSON without secrets.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from linode_orm.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from linode_orm.session.planning.plan import Plan, Step

    Policy = Callable[[Plan], Iterable[str]]

__all__ = ["attached_stay", "monthly_limit", "protected_tags"]

_HOLDERS: Final = {
    "Volume": ("linode_id",),
    "IPAddress": ("linode_id", "interface_id"),
    "Firewall": ("entities",),
    "PlacementGroup": ("members",),
    "VPCSubnet": ("linodes", "nodebalancers", "databases"),
    "VPC": ("subnets",),
}
"""The keys of a body that say what an object is attached to, or what is attached to it."""


def attached_stay(plan: Plan) -> list[str]:
    """Refuse to delete what is attached: volumes, addresses, and firewalls, groups and networks that are in use.

    What it is attached to may go first: a volume may be deleted in the plan that deletes its Linode. What was never
    read is refused, because nothing tells whether it is attached.
    """
    deleted = {(step.model, _identity(step)) for step in _deletions(plan)}
    messages: list[str] = []
    for step in _deletions(plan):
        keys = _HOLDERS.get(step.model)
        if keys is None:
            continue
        if not any(key in step.current for key in keys):
            messages.append(f"{step.title}: nothing read tells whether it is attached; session.refresh(x) reads it")
            continue
        holders = [each for key in keys for each in _held(key, step.current.get(key)) if each not in deleted]
        if holders:
            named = ", ".join(f"{model} {identity}" for model, identity in holders[:3])
            messages.append(f"{step.title} is attached ({named}) and stays; detach it first")
    return messages


def protected_tags(*tags: str | Iterable[str]) -> Policy:
    """Return a policy that refuses to delete what carries one of these tags, or may carry it because it was never read.

    Raises `InvalidRequestError` where no tag is given.
    """
    protected = frozenset(each for tag in tags for each in ([tag] if isinstance(tag, str) else tag))
    if not protected or not all(isinstance(each, str) for each in protected):
        msg = f"protected_tags() takes one or more tags, not {tags!r}"
        raise InvalidRequestError(msg)

    def policy(plan: Plan) -> list[str]:
        return [message for step in _deletions(plan) for message in _protection(step, protected)]

    policy.__qualname__ = "protected_tags"
    return policy


def monthly_limit(amount: float | Decimal) -> Policy:
    """Return a policy that refuses a plan which adds more than `amount` dollars to the cost of a month.

    What the plan deletes counts against what it creates. A price that is not known is refused:
    `session.plan(prices=True)` reads the price lists, and the client keeps them for a while. Raises
    `InvalidRequestError` where `amount` is no number.
    """
    limit = _dollars(amount)

    def policy(plan: Plan) -> list[str]:
        cost = plan.monthly_cost
        if cost is None:
            named = ", ".join(plan.unpriced[:3])
            how = "session.plan(prices=True) reads the price lists"
            if any(step.action is not None for step in plan):
                how = "session.query(Type).all() and session.query(VolumeType).all() read the price lists"
            return [f"no price is known of {named}; {how}"]
        if cost > limit:
            return [f"the plan adds ${cost:,.2f} a month, and the limit is ${limit:,.2f}"]
        return []

    policy.__qualname__ = "monthly_limit"
    return policy


def _dollars(amount: object) -> Decimal:
    try:
        limit = Decimal(str(amount))
    except InvalidOperation:
        limit = Decimal("NaN")
    if isinstance(amount, bool) or not limit.is_finite():
        msg = f"monthly_limit() takes an amount of dollars a month, not {amount!r}"
        raise InvalidRequestError(msg)
    return limit


def _deletions(plan: Plan) -> Iterator[Step]:
    return (each for step in plan for each in step.whole if each.operation == "delete")


def _protection(step: Step, protected: frozenset[str]) -> Iterator[str]:
    """Yield why a deletion is refused."""
    from linode_orm.mapping.model import resource  # noqa: PLC0415  a session has imported it

    if "tags" not in resource(step.model).__mapper__.fields:
        return
    tags = step.current.get("tags")
    if not isinstance(tags, list):
        yield f"{step.title}: its tags were never read; session.refresh(x) reads them"
    elif found := sorted(protected.intersection(each for each in tags if isinstance(each, str))):
        yield f"{step.title} carries the protected tag {', '.join(found)} and stays"


def _identity(step: Step) -> object:
    return getattr(step.token, "identity", None)


def _held(key: str, value: Any) -> Iterator[tuple[str, object]]:  # noqa: ANN401  JSON
    """Yield what a key of a body says that an object is attached to, each as class and id."""
    if key in _MODELS:
        rows = value if isinstance(value, list) else [] if value is None else [value]
        for row in rows:
            identity = (row.get("id") or row.get("linode_id")) if isinstance(row, dict) else row
            yield _MODELS[key], identity
    elif key == "entities":
        yield from ((_ENTITIES.get(str(row.get("type")), "Instance"), row.get("id")) for row in _rows(value))
    elif key == "subnets":
        for row in _rows(value):
            for inner in _HOLDERS["VPCSubnet"]:
                yield from _held(inner, row.get(inner))


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


_MODELS: Final = {
    "linode_id": "Instance",
    "interface_id": "InstanceInterface",
    "members": "Instance",
    "linodes": "Instance",
    "nodebalancers": "NodeBalancer",
    "databases": "Database",
}
_ENTITIES: Final = {"linode": "Instance", "nodebalancer": "NodeBalancer", "linode_interface": "InstanceInterface"}
