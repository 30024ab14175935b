"""Reachability: whether a condition that is not true now can still come true, by terminal states and events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from linode_orm.mapping.class_references import ParentIs
from linode_orm.mapping.expressions import And, Not, Or
from linode_orm.mapping.operators import Comparison
from linode_orm.session.query.evaluate import compile_condition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping import Model
    from linode_orm.mapping.expressions import Expression
    from linode_orm.mapping.operators import Attribute

Source = Literal["recorded", "documented", "assumed"]


class End(NamedTuple):
    """Terminal values of one attribute; `source` says how they are known to be terminal, `note` why."""

    attribute: str
    values: frozenset[str]
    source: Source
    note: str


class Verdict(NamedTuple):
    """Actions whose failed event means that these attributes stay as they are until another action is sent."""

    actions: frozenset[str]
    attributes: tuple[str, ...]


_TRANSFER: Final = End(
    "status",
    frozenset({"canceled", "completed", "failed", "stale"}),
    "documented",
    "a transfer is pending, then accepted, then one of these",
)
_DATABASE: Final = End("status", frozenset({"failed"}), "assumed", "the API has no call that leads out of it")

TERMINAL_STATES: Final[dict[str, tuple[End, ...]]] = {
    "Backup": (End("status", frozenset({"failed", "userAborted"}), "documented", "a backup is made once"),),
    "Disk": (End("status", frozenset({"deleting"}), "documented", "on its way to be gone"),),
    "EntityTransfer": (_TRANSFER,),
    # `notification` is not final: TestDatabase_MySQL_Suite#3, TestDatabase_MySQL_Suite#64
    "Event": (End("status", frozenset({"failed", "finished"}), "recorded", "TestEventPoller_InstancePower#7"),),
    "Firewall": (End("status", frozenset({"deleted"}), "documented", "on its way to be gone"),),
    "Instance": (End("status", frozenset({"deleting"}), "documented", "on its way to be gone"),),
    "MySQLDatabase": (_DATABASE,),
    "PostgreSQLDatabase": (_DATABASE,),
    "ServiceTransfer": (_TRANSFER,),
}
"""Terminal states by class. `offline` is none of a Linode: anybody may boot it."""

CONSTANT_ATTRIBUTES: Final[dict[str, frozenset[str]]] = {
    "Domain": frozenset({"id"}),
    "DomainRecord": frozenset({"id", "type"}),
    "Instance": frozenset({"id"}),
    "LKECluster": frozenset({"id", "region_id", "tier"}),
    "NodeBalancer": frozenset({"id", "region_id"}),
    "ObjectStorageBucket": frozenset({"region_id", "label"}),
    "PlacementGroup": frozenset({"id", "region_id", "placement_group_type"}),
    "VPC": frozenset({"id", "region_id"}),
    "Volume": frozenset({"id", "region_id"}),
}
"""Attributes given at creation that no call of the API changes."""

_DATABASE_JOBS: Final = (
    Verdict(frozenset({"database_create", "database_suspend", "database_resume"}), ("status",)),
    Verdict(frozenset({"database_resize"}), ("type_id",)),
)

VERDICTS: Final[dict[str, tuple[Verdict, ...]]] = {
    "Disk": (Verdict(frozenset({"disk_create"}), ("status",)), Verdict(frozenset({"disk_resize"}), ("size",))),
    "Image": (Verdict(frozenset({"disk_imagize", "image_upload"}), ("status",)),),
    "Instance": (
        Verdict(
            frozenset({"linode_boot", "linode_create", "linode_reboot", "linode_rebuild", "linode_shutdown"}),
            ("status",),
        ),
        Verdict(frozenset({"linode_resize"}), ("type_id",)),
        Verdict(frozenset({"linode_migrate_datacenter"}), ("region_id",)),
    ),
    "MySQLDatabase": _DATABASE_JOBS,
    "PostgreSQLDatabase": _DATABASE_JOBS,
    "Volume": (
        Verdict(frozenset({"volume_clone", "volume_create"}), ("status",)),
        Verdict(frozenset({"volume_attach", "volume_detach"}), ("linode_id",)),
        Verdict(frozenset({"volume_resize"}), ("size",)),
    ),
}
"""What the failure of a job means, by class; the actions are values of `Event.action`.

A resize or a migration says nothing of `status`: a Linode may well run on after one that failed.
"""

PART_OF: Final[dict[tuple[str, str], frozenset[str]]] = {
    ("Backup", "linode_snapshot"): frozenset({"status", "finished", "available"}),
    ("Disk", "disk_create"): frozenset({"status"}),
    ("Disk", "disk_resize"): frozenset({"size", "status"}),
    ("Disk", "linode_create"): frozenset({"status"}),
    ("LKENode", "lke_node_create"): frozenset({"status", "instance_id"}),
}
"""The attributes that a job decides whose event may name only what the object is part of, by class and action."""

EVENTFUL: Final = frozenset(
    {
        *VERDICTS,
        *("Backup", "Database", "EntityTransfer", "Firewall", "LKECluster", "LKENode", "LKENodePool"),
        *("PlacementGroup", "ServiceTransfer"),
    }
)
"""The classes of whose changes the account's events tell, by the object or by what it is part of."""


def decided_by(model: type[Model], action: object) -> tuple[str, ...]:
    """Return the attributes that the last event with this action decides."""
    return tuple(
        name for each in VERDICTS.get(model.__name__, ()) if action in each.actions for name in each.attributes
    )


def unreachable(
    condition: Expression,
    model: type[Model],
    body: Mapping[str, Any],
    parents: tuple[object, ...],
    failed: Mapping[str, str],
) -> str:
    """Return why a condition can never be true of an object; empty where it still may be.

    `failed` maps attributes to what failed to change them.
    """
    reasons: list[str] = []

    def may_be(part: Expression, *, negated: bool) -> bool:
        if isinstance(part, Not):
            return may_be(part.part, negated=not negated)
        if isinstance(part, (And, Or)):
            # De Morgan: `not (a and b)` is `not a or not b`. Every part is asked, so that the message has all reasons.
            every = isinstance(part, And) is not negated
            return (all if every else any)([may_be(each, negated=negated) for each in part.parts])
        why = _lasting(part, model, body, failed)
        if not why:
            return True
        value = compile_condition(model, part)(body, parents)
        if value is not None and value is not negated:  # what is unknown of a lasting value stays unknown
            return True
        reasons.append(why)
        return False

    return "" if may_be(condition, negated=False) else "; ".join(dict.fromkeys(reasons))


def _lasting(part: Expression, model: type[Model], body: Mapping[str, Any], failed: Mapping[str, str]) -> str:
    """Return why the value that a part of a condition compares stays as it is; empty where it may change."""
    if isinstance(part, ParentIs):
        return "an object keeps its parent"
    if not isinstance(part, Comparison):
        return ""
    return _fixed(part.attribute, model, body, failed)


def _fixed(attribute: Attribute[Any], model: type[Model], body: Mapping[str, Any], failed: Mapping[str, str]) -> str:
    name, value = attribute.path[0].name, body.get(attribute.path[0].key)
    if name in failed:
        return failed[name]
    if value is not None and name in CONSTANT_ATTRIBUTES.get(model.__name__, ()):
        return f"{name} is {value!r} and never changes"
    for end in TERMINAL_STATES.get(model.__name__, ()):
        if name == end.attribute and isinstance(value, str) and value in end.values:
            return f"{name} is {value!r}, which nothing leads away from"
    return ""
