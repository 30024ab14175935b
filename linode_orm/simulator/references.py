"""References: ids in bodies that name nothing are refused, whatever key they stand under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from linode_orm.simulator.hooks import ready

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from linode_orm.mapping.fields import Kind
    from linode_orm.simulator.hooks import Call

    Problem = tuple[str, str]

FOUND_OUT_ELSEWHERE: Final = frozenset(
    {
        "*",  # a type beside the id tells the class, which the effects look at
        "DatabaseEngine",  # the effects split it
        "MaintenancePolicy",  # recorded with a reason of its own (`TestInstance_MaintenancePolicy#6`)
        "ObjectStorageBucket",  # named by its label alone
        "ObjectStorageCluster",  # the effects take it for its region
        "StreamDestination",  # recorded under another key (`TestLogStream_Create_InvalidDestination#1`)
        "LongviewSubscription",
        "User",  # keys are taken of users of other accounts, too, as far as anybody knows
    }
)
"""Classes whose ids the effects look up by themselves, or that nobody can look up."""

WORDS: Final[Mapping[str, str]] = {
    "Region": "region is not valid",
    "Type": "A valid plan type by that ID was not found",
    "DatabaseType": "A valid plan type by that ID was not found",
    "Image": "Image is not valid",
    "Instance": "Linode not found",
    "VPCSubnet": "Subnet not found",
}
"""Reasons that are recorded, or that clients expect; others are made of the name of the class."""

_MIXED: Final[Mapping[str, tuple[str, ...]]] = {"Database": ("MySQLDatabase", "PostgreSQLDatabase", "Database")}


def problems(call: Call, fields: Mapping[str, Kind[Any]], body: Mapping[str, Any], verb: str) -> list[Problem]:
    """Return the reasons to refuse ids that name nothing, with their keys."""
    return list(_walk(call, fields, body, verb, ""))


def _walk(
    call: Call, fields: Mapping[str, Kind[Any]], body: Mapping[str, Any], verb: str, prefix: str
) -> Iterator[Problem]:
    for key, value in body.items():
        field = fields.get(key)
        if field is None or not value or not (prefix or field.takes(verb)):
            continue
        name = field.refers
        if name:
            yield from _named(call, name, value, f"{prefix}{key}")
        elif isinstance(value, dict):
            yield from _walk(call, field.codec.json_type.fields, value, verb, f"{prefix}{key}.")
        elif isinstance(value, list):
            for at, each in enumerate(value):
                if isinstance(each, dict):
                    yield from _walk(call, field.codec.json_type.fields, each, verb, f"{prefix}{key}[{at}].")


def _named(call: Call, name: str, value: object, where: str) -> Iterator[Problem]:
    if name in FOUND_OUT_ELSEWHERE:
        return
    for at, each in enumerate(value) if isinstance(value, list) else ((None, value),):
        if isinstance(each, (str, int)) and not isinstance(each, bool) and not _exists(call, name, each):
            yield WORDS.get(name, f"{name} not found"), where if at is None else f"{where}[{at}]"


def _exists(call: Call, name: str, identity: object) -> bool:
    if (name, identity) == ("Image", "any/all"):  # a StackScript for any image says so: API reference
        return True
    store = call.state.store
    for each in _MIXED.get(name, (name,)):
        resource = store.resources.get(each)
        if resource is None:
            return True  # a simulator of some classes alone
        ready.run(resource.template, call) if not resource.parent else None
        if store.get(each, identity) is not None if not resource.parent else _below(call, each, identity):
            return True
    return False


def _below(call: Call, name: str, identity: object) -> bool:
    """Whether an object of a class with parents has that id, whatever its parent is."""
    return any(str(row.id) == str(identity) for row in call.state.rows(name))
