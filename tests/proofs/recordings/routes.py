"""Which declared operation a recorded request is, and with which ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from linode_orm import models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm.mapping.mapper import Mapper

_NAME = re.compile(r"\{(\w+)\}")


class Route(NamedTuple):
    """One declared operation: a verb, the write of one field, a road to other objects, or an action."""

    method: str
    path: str
    mapper: Mapper
    kind: str
    what: Any = None


class Found(NamedTuple):
    """A route with the parts of the path that stand for its parameters."""

    route: Route
    values: tuple[str, ...]

    @property
    def identity(self) -> Any:
        """The object's own id, in the types of its fields."""
        mapper = self.route.mapper
        if mapper.singleton:
            return None
        own = self.values[len(mapper.placeholders) :][: len(mapper.id_names)]
        return mapper.identity(own[0] if len(own) == 1 else own)

    @property
    def parents(self) -> tuple[Any, ...]:
        """The ids of the parents."""
        mapper = self.route.mapper
        above = self.values[: len(mapper.placeholders)]
        return mapper.check_parents(above) if above else ()

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of an action that stand in its path, numbers where it takes numbers."""
        mapper, operation = self.route.mapper, self.route.what
        takes = getattr(mapper.cls, operation.name).__annotations__
        known = {*mapper.placeholders, *(() if operation.scope == "collection" else mapper.id_names)}
        names = _NAME.findall(self.route.path)
        given = ((name, each) for name, each in zip(names, self.values, strict=True) if name not in known)
        return {name: int(each) if takes.get(name) == "int" else each for name, each in given}


class Routes:
    """Every declared operation; literal segments before parameters."""

    def __init__(self) -> None:
        self._known: list[tuple[int, re.Pattern[str], Route]] = []
        for route in declared():
            parts = _NAME.split(route.path)
            pattern = "".join(re.escape(each) if at % 2 == 0 else "([^/]+)" for at, each in enumerate(parts))
            self._known.append((len(parts), re.compile(pattern), route))
        self._known.sort(key=lambda each: each[0])

    def find(self, method: str, path: str) -> Found | None:
        """Give the operation behind a request; None where none is declared."""
        for _, pattern, route in self._known:
            match = pattern.fullmatch(path) if route.method == method else None
            if match is not None and fits(found := Found(route, tuple(map(unquote, match.groups())))):
                return found
        return None


def fits(found: Found) -> bool:
    """Whether the ids are such as the resource can have."""
    try:
        _ = found.parents
        if len(found.values) > len(found.route.mapper.placeholders) and _NAME.search(found.route.mapper.item_path):
            _ = found.identity
    except Exception:  # noqa: BLE001  a word where an id would be: another resource
        return found.route.path.startswith("/") and found.route.kind == "act"
    return True


def declared() -> Iterator[Route]:
    """Give every declared operation."""
    for name in models.INDEX:
        mapper = getattr(models, name).__mapper__
        yield from _verbs(mapper)
        for field in mapper.fields.values():
            if field.written_by:
                yield Route("PUT", f"{mapper.item_path}/{field.written_by}", mapper, "write", field)
        for relation in mapper.relations.values():
            if getattr(relation, "path", ""):
                yield Route("GET", f"{mapper.item_path}/{relation.path}", mapper, "road", relation)
        for operation in mapper.operations.values():
            base = mapper.path if operation.scope == "collection" else mapper.item_path
            path = operation.path if operation.path.startswith("/") else f"{base}/{operation.path}".rstrip("/")
            yield Route(operation.method, path, mapper, "act", operation)


def _verbs(mapper: Mapper) -> Iterator[Route]:
    places = {
        "list": ("GET", mapper.path),
        "create": ("POST", mapper.path),
        "get": ("GET", mapper.item_path),
        "update": ("PUT", mapper.item_path),
        "delete": ("DELETE", mapper.item_path),
    }
    for verb, (method, path) in places.items():
        if verb in mapper.verbs:
            yield Route(method, path, mapper, verb)
