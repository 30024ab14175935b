"""Places: the paths by which the account's events name objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from linode_orm.mapping.registry import lookup
from linode_orm.mapping.state import state_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping import Model

_VERSION: Final = re.compile(r"^/v4(?:beta)?(?=/)")


def place_of(entity: object) -> str:
    """Return the path of an event's entity without the API's version; empty where there is none."""
    url = entity.get("url") if isinstance(entity, dict) else None
    return unquote(_VERSION.sub("", url)) if isinstance(url, str) else ""


def places_in(event: Mapping[str, Any]) -> list[str]:
    """Return the paths of the entities that an event names."""
    return [place for key in ("entity", "secondary_entity") if (place := place_of(event.get(key)))]


def path_of(instance: Model) -> str:
    """Return the path by which an event names an object."""
    state = state_of(instance)
    return unquote(instance.__mapper__.path_for(state.identity, state.parents))


def collection_of(instance: Model) -> str:
    """Return the path below which the objects of its kind are."""
    return unquote(instance.__mapper__.collection_path(state_of(instance).parents))


def parent_path(instance: Model) -> str:
    """Return the path of the object that an object is part of; empty where it is part of none."""
    mapper, parents = instance.__mapper__, state_of(instance).parents
    if mapper.parent is None or not parents:
        return ""
    above: Any = lookup(str(mapper.parent))
    if above.__mapper__.singleton:
        return ""
    return unquote(above.__mapper__.path_for(parents[-1], parents[:-1]))
