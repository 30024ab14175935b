"""Prices: what a plan adds to the monthly cost of an account, by the price lists that the client has read."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

from linode_orm.mapping.model import resource
from linode_orm.session.planning.placeholders import Pending
from linode_orm.session.planning.plan import Key, MonthlyCost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from linode_orm.session.planning.plan import Plan, Step, Token
    from linode_orm.wire.reference_data import ReferenceDataCache

    Body = Mapping[str, Any]

LISTS: Final = {
    "Instance": ("Type",),
    "Volume": ("VolumeType",),
    "NodeBalancer": ("NodeBalancerType",),
    "MySQLDatabase": ("DatabaseType",),
    "PostgreSQLDatabase": ("DatabaseType",),
    "LKECluster": ("LKEType", "Type"),
    "LKENodePool": ("Type",),
}
"""The classes whose price is known, each with the price lists that tell it."""

UNLISTED: Final = frozenset(
    {
        "Image",
        "IPAddress",
        "LongviewSubscription",
        "ManagedService",
        "ObjectStorageBucket",
        "ObjectStorageKey",
    }
)
"""The classes that may cost money, and whose price no list tells by what a body holds."""

_ACTIONS: Final = {
    "Instance": {"resize", "migrate", "clone", "enable_backups", "cancel_backups", "allocate_ip"},
    "Volume": {"resize", "clone"},
}
"""The actions that may change what an object costs, or make another one."""

_COUNTED: Final = frozenset({"type", "count", "cluster_size", "control_plane"})
"""The keys that an update may change and that a price depends on."""
_SMALLEST_VOLUME: Final = 20


def needed_lists(plan: Plan) -> list[str]:
    """Return the names of the classes whose price lists tell what a plan costs."""
    names = [name for step in _steps(plan) for name in LISTS.get(step.model, ())]
    return list(dict.fromkeys(names))


def monthly_cost(plan: Plan, cache: ReferenceDataCache, body_of: Callable[[Key], Body]) -> MonthlyCost | None:
    """Return by how much a plan changes the cost of a month; None where it is about nothing that costs money.

    `body_of` gives what was read last of an object that exists. Sends nothing.
    """
    pricing = _Pricing(plan, cache, body_of)
    amount, unpriced, is_most, found = Decimal(0), [], False, False
    for step in _steps(plan):
        if not _costs(step):
            continue
        difference = pricing.difference(step)
        found = True
        if difference is not None:
            amount += difference
        elif step.operation == "delete":
            is_most = True
        else:
            unpriced.append(step.title.removeprefix("new "))
    return MonthlyCost(amount, tuple(unpriced), is_most) if found else None


def _steps(plan: Iterable[Step]) -> Iterator[Step]:
    return (each for step in plan for each in step.whole if each.operation != "replace")


def _costs(step: Step) -> bool:
    """Whether a step may change what the account costs."""
    if step.operation == "create":
        return step.model in LISTS or step.model in UNLISTED
    if step.action is not None:
        return step.action.name in _ACTIONS.get(step.model, ())
    if step.model not in LISTS:
        return False
    return step.operation == "delete" or not _COUNTED.isdisjoint([each.key for each in step.changes])


class _Pricing:
    """The prices of the objects of one plan."""

    def __init__(self, plan: Plan, cache: ReferenceDataCache, body_of: Callable[[Key], Body]) -> None:
        self._plan, self._cache, self._body_of = plan, cache, body_of

    @cached_property
    def _new(self) -> dict[Token, Body]:
        """The bodies that the plan sends; most plans cost nothing, and then nobody asks."""
        return {step.token: cast("Body", step.body) for step in _steps(self._plan) if isinstance(step.body, dict)}

    def difference(self, step: Step) -> Decimal | None:
        """Return by how much a step changes the cost; None where that is not known."""
        if step.operation == "create":
            return self._price(step, self._new.get(step.token, {}))
        before = self._body_of(step.token) if isinstance(step.token, Key) else {}
        if step.action is not None and step.action.name == "clone":
            return self._clone(step, before)
        was = self._price(step, before)
        if step.operation == "delete":
            return None if was is None else -was
        changed = _after_action(step) if step.action is not None else {each.key: each.new for each in step.changes}
        now = self._price(step, {**before, **changed}) if changed is not None else None
        return None if was is None or now is None else now - was

    def _clone(self, step: Step, before: Body) -> Decimal | None:
        """Return what the copy of an object costs; into one that exists it is copied for nothing."""
        given = cast("Body", step.body or {})
        if given.get("linode_id") is not None:
            return Decimal(0)
        return self._price(step, {**before, "backups": None, **given}) if before else None

    def _price(self, step: Step, body: Body) -> Decimal | None:
        """Return what an object costs a month."""
        price = _PRICES.get(step.model)
        return price(self, step, body) if price is not None and body else None

    def _instance(self, step: Step, body: Body) -> Decimal | None:
        del step
        row, region = self._row("Type", body.get("type")), body.get("region")
        price = _regional(row, region)
        backups = body.get("backups")
        if body.get("backups_enabled") or (isinstance(backups, dict) and backups.get("enabled")):
            return _sum(price, _regional(((row or {}).get("addons") or {}).get("backups"), region))
        return price

    def _volume(self, step: Step, body: Body) -> Decimal | None:
        del step
        region = body.get("region") or self._body("Instance", body.get("linode_id")).get("region")
        return _times(_regional(self._row("VolumeType", "volume"), region), body.get("size", _SMALLEST_VOLUME))

    def _node_balancer(self, step: Step, body: Body) -> Decimal | None:
        del step
        kind = body.get("type")
        name = "nodebalancer" if kind in {None, "common"} else f"nodebalancer-{kind}"
        return _regional(self._row("NodeBalancerType", name), body.get("region"))

    def _database(self, step: Step, body: Body) -> Decimal | None:
        row = self._row("DatabaseType", body.get("type")) or {}
        engine = "mysql" if step.model.startswith("MySQL") else "postgresql"
        sizes = (row.get("engines") or {}).get(engine) or ()
        size = next((each for each in sizes if each.get("quantity") == body.get("cluster_size", 1)), None)
        return _regional(size, body.get("region"))

    def _cluster(self, step: Step, body: Body) -> Decimal | None:
        if step.operation != "create":
            return None  # its pools are not in its body
        control = body.get("control_plane")
        is_available = isinstance(control, dict) and control.get("high_availability")
        name = "lke-e" if body.get("tier") == "enterprise" else "lke-ha" if is_available else "lke-sa"
        price = _regional(self._row("LKEType", name), body.get("region"))
        for pool in body.get("node_pools") or ():
            price = _sum(price, self._nodes(pool, body.get("region")))
        return price

    def _pool(self, step: Step, body: Body) -> Decimal | None:
        (cluster,) = step.parents
        return self._nodes(body, self._body("LKECluster", cluster).get("region"))

    def _nodes(self, pool: Body, region: object) -> Decimal | None:
        return _times(_regional(self._row("Type", pool.get("type")), region), pool.get("count"))

    def _body(self, model: str, identity: object) -> Body:
        """Return the body of another object, which the plan may create."""
        if isinstance(identity, Pending):
            return self._new.get(identity.token, {})
        return {} if identity is None else self._body_of(Key(model, identity, ()))

    def _row(self, name: str, identity: object) -> Body | None:
        """Return a row of a price list that the client has read."""
        mapper = resource(name).__mapper__
        table = self._cache.get((mapper.version, mapper.path))
        return table.get(identity) if isinstance(table, dict) else None


def _after_action(step: Step) -> Body | None:
    """Return what an action changes of a body; None where no price list tells what it costs."""
    name = step.action.name if step.action is not None else ""
    if name == "allocate_ip":
        return None
    if name in {"enable_backups", "cancel_backups"}:
        return {"backups": {"enabled": name == "enable_backups"}}
    given = cast("Body", step.body or {})
    return {key: given[key] for key in ("type", "size", "region") if given.get(key) is not None}


_PRICES: Final[dict[str, Callable[[_Pricing, Step, Body], Decimal | None]]] = {
    "Instance": _Pricing._instance,  # noqa: SLF001  the table of this class
    "Volume": _Pricing._volume,  # noqa: SLF001  the same
    "NodeBalancer": _Pricing._node_balancer,  # noqa: SLF001  the same
    "MySQLDatabase": _Pricing._database,  # noqa: SLF001  the same
    "PostgreSQLDatabase": _Pricing._database,  # noqa: SLF001  the same
    "LKECluster": _Pricing._cluster,  # noqa: SLF001  the same
    "LKENodePool": _Pricing._pool,  # noqa: SLF001  the same
}


def _regional(row: Body | None, region: object) -> Decimal | None:
    """Return the monthly price of a row in a region; None where the list does not tell it."""
    if row is None:
        return None
    regional = row.get("region_prices")
    if regional and not isinstance(region, str):
        return None
    prices = regional if isinstance(regional, list) else []
    price = next((each for each in prices if each.get("id") == region), row.get("price"))
    monthly = price.get("monthly") if isinstance(price, dict) else None
    return None if monthly is None else Decimal(str(monthly))


def _times(price: Decimal | None, count: object) -> Decimal | None:
    return price * count if price is not None and isinstance(count, int) else None


def _sum(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other
