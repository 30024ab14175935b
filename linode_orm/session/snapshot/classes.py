"""Which classes a snapshot has, and in which order their lists are read: parents before their children."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from linode_orm.errors import InvalidRequestError
from linode_orm.mapping.model import check_class, resource
from linode_orm.models import INDEX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.mapping import Model

_TIME_SERIES: Final = frozenset(
    {
        "AccountLogin", "Event", "FirewallVersion", "InstanceStats", "InstanceTransfer", "LinodeInterfaceHistory",
        "ManagedStats", "NodeBalancerStats", "ProfileLogin", "StreamDestinationHistory", "StreamHistory",
    }
)  # fmt: skip
"""Logs, histories and measured values: they differ at every reading, and grow without end."""

_CATALOGUES: Final = frozenset(
    {
        "AccountRolePermissions", "BetaProgram", "DatabaseEngine", "DatabaseType", "FirewallRulesExpansion",
        "FirewallTemplate", "Kernel", "LKETieredVersion", "LKEType", "LKEVersion", "LongviewSubscription",
        "LongviewType", "MaintenancePolicy", "Marketplace", "MetricDefinition", "MonitorDashboard", "MonitorService",
        "MySQLConfig", "NetworkTransferPrice", "NodeBalancerType", "ObjectStorage", "ObjectStorageCluster",
        "ObjectStorageEndpoint", "ObjectStorageType", "PostgreSQLConfig", "PrefixList", "Region",
        "RegionAvailability", "RegionVPCAvailability", "ReservedIPType", "SecurityQuestions", "StackScript", "Type",
        "VPCDefaultRanges", "VolumeType",
    }
)  # fmt: skip
"""What is the same for every account, or is made of such lists; of StackScripts nearly all are other people's."""

_REPEATED: Final = frozenset({"Database", "DomainZoneFile", "FirewallRules", "LKEDashboard"})
"""What another class in the snapshot shows as well."""

_SECRETS: Final = frozenset(
    {
        "LKEKubeconfig",
        "MySQLDatabaseCredentials",
        "MySQLDatabaseSSL",
        "PostgreSQLDatabaseCredentials",
        "PostgreSQLDatabaseSSL",
    }
)
"""What would be masked whole."""

_LEFT_OUT: Final = _TIME_SERIES | _CATALOGUES | _REPEATED | _SECRETS


def classes_of(models: Iterable[type[Model]] | None) -> list[type[Model]]:
    """Return the classes of a snapshot, parents first: those that are named, or all but what is left out by default.

    The parents of a class are in the snapshot, too: they are read to find its objects. Raises `InvalidRequestError` for
    what is no resource class, and for a class that the API neither lists nor has one object of.
    """
    if models is None:
        named = [resource(name) for name in INDEX if name not in _LEFT_OUT]
        wanted = [each for each in named if can_be_read(each)]
    else:
        wanted = list(models)
        for each in wanted:
            check_class(each, "session.snapshot()")
            each.__mapper__.check_resource()
            if not can_be_read(each):
                msg = f"{each.__name__} cannot be in a snapshot: the API has no list of all its objects"
                raise InvalidRequestError(msg)
    found: dict[type[Model], None] = {}
    for each in wanted:
        found |= dict.fromkeys((*ancestors(each), each))
    return sorted(found, key=lambda each: len(ancestors(each)))


def ancestors(model: type[Model]) -> list[type[Model]]:
    """Return the classes of the parents, from the outermost in."""
    found: list[type[Model]] = []
    while model.__mapper__.parent is not None:
        model = resource(str(model.__mapper__.parent))
        found.insert(0, model)
    return found


def can_be_read(model: type[Model]) -> bool:
    """Whether all objects of a class can be found: by lists, or because there is one below each parent."""
    mapper = model.__mapper__
    if mapper.read_by or (mapper.placeholders and mapper.parent is None):
        return False
    verb = "get" if mapper.singleton else "list"
    return verb in mapper.verbs and all(map(can_be_read, ancestors(model)[-1:]))


def typed_key(model: type[Model], segments: tuple[str, ...]) -> tuple[object, ...]:
    """Return the ids that segments of a path name, from the outermost in, in the types of their fields.

    Raises `InvalidRequestError` for what is no id.
    """
    mapper = model.__mapper__
    cut = len(segments) - len(mapper.id_names)
    above: tuple[object, ...] = segments[:cut]
    if mapper.parent is not None:
        above = typed_key(resource(str(mapper.parent)), cast("tuple[str, ...]", above))
    if mapper.singleton:
        return above
    own = segments[cut:]
    return (*above, mapper.identity(own[0] if len(own) == 1 else own))
