"""Event paths: the paths by which the account's events name objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import unquote

from linode_orm.mapping.record import Record
from linode_orm.mapping.registry import known, lookup
from linode_orm.mapping.state import state_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from linode_orm.mapping import Model

_WORD: Final = re.compile(r"[A-Z]\w+")
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


def given_paths(function: object, arguments: Mapping[str, object]) -> list[str]:
    """Return the paths of the objects among the arguments of a method, which may be given by their ids.

    `function` is the method of the class: its annotations say which class an id is of (`Instance | int`).
    """
    hints: Mapping[str, str] = getattr(function, "__annotations__", {})
    found: list[str] = []
    for name, value in arguments.items():
        for each in value if isinstance(value, (list, tuple, set)) else (value,):
            if isinstance(each, Record):
                found += [] if state_of(each).is_new else [path_of(cast("Model", each))]
            elif isinstance(each, (int, str)) and not isinstance(each, bool):
                named = (known(word) for word in _WORD.findall(hints.get(name, "")))
                mappers = [cast("Any", model).__mapper__ for model in named if model is not None]
                found += [unquote(mapper.path_for(each, ())) for mapper in mappers if not mapper.placeholders]
    return found


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
