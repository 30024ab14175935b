"""The router: it finds the route of a method and path; literal segments precede parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from attrs import define, field, frozen

from linode_orm.simulator.hooks import instead
from linode_orm.simulator.schema import Resource, template

if TYPE_CHECKING:
    from collections.abc import Iterable

    from linode_orm.simulator.schema import Action, AlternatePath

# The resource of requests that only hooks know.
FREE: Final = Resource(name="", path="", item_path="", id_keys=(), singleton=True)


@frozen(eq=False)
class Route:
    """The meaning of a method and path: a verb of a resource, one of its actions, or an alternate path to a list."""

    method: str
    path: str
    verb: str
    resource: Resource
    action: Action | None = None
    alternate_path: AlternatePath | None = None

    @property
    def key(self) -> str:
        """The key of the route for hooks: method, and path with nameless parameters."""
        return f"{self.method} {template(self.path).rstrip('/')}"


@frozen
class Match:
    """A route with the values of its parameters, unquoted, in path order."""

    route: Route | None
    values: tuple[str, ...]
    methods: frozenset[str]


@define
class _Node:
    literal: dict[str, _Node] = field(factory=dict)
    parameter: _Node | None = None
    routes: dict[str, Route] = field(factory=dict)


class Router:
    """All routes of the declared resources."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._root = _Node()
        self.keys: set[str] = set()
        found = list(resources)
        for resource in found:
            for route in verbs(resource):
                self.add(route)
        # The action of one resource may be a verb of another, and the verb does more.
        for resource in found:
            for route in extras(resource):
                self.add(route)
        for key in sorted(instead.keys() - self.keys):
            method, path = key.split(" ")
            self.add(Route(method, path, "act", FREE))

    def add(self, route: Route) -> None:
        """Add a route; the first one of a method and path stays."""
        node = self._root
        for segment in route.path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.literal.setdefault(segment, _Node())
        node.routes.setdefault(route.method, route)
        self.keys.add(route.key)

    def match(self, method: str, path: str) -> Match | None:
        """Find the route of a path; None if the path is unknown. `route` is None if only the method is."""
        segments = tuple(path.strip("/").split("/"))
        found = _walk(self._root, segments, 0, ())
        if found is None:
            return None
        node, values = found
        return Match(node.routes.get(method), values, frozenset(node.routes))


def _walk(
    node: _Node, segments: tuple[str, ...], at: int, values: tuple[str, ...]
) -> tuple[_Node, tuple[str, ...]] | None:
    if at == len(segments):
        return (node, values) if node.routes else None
    literal = node.literal.get(segments[at])
    if literal is not None:
        found = _walk(literal, segments, at + 1, values)
        if found is not None:
            return found
    if node.parameter is None or not segments[at]:
        return None
    found = _walk(node.parameter, segments, at + 1, (*values, unquote(segments[at])))
    if found is None and at + 1 < len(segments):
        # clients send `/images/private/1` with the slash as it is, which the API takes for one id
        both = f"{unquote(segments[at])}/{unquote(segments[at + 1])}"
        found = _walk(node.parameter, segments, at + 2, (*values, both))
    return found


def verbs(resource: Resource) -> Iterable[Route]:
    """Yield the routes of a resource's verbs."""
    for verb, method in (("get", "GET"), ("update", "PUT"), ("delete", "DELETE")):
        if verb in resource.verbs:
            yield Route(method, resource.item_path, verb, resource)
    if "create" in resource.verbs:
        yield Route("POST", resource.path, "create", resource)
    if "list" in resource.verbs:
        yield Route("GET", resource.path, "list", resource)
    written = {field.written_by for field in resource.fields.values() if field.written_by}
    for part in written:
        yield Route("PUT", f"{resource.item_path}/{part}", "write", resource)
        yield Route("GET", f"{resource.item_path}/{part}", "part", resource)


def extras(resource: Resource) -> Iterable[Route]:
    """Yield the routes of a resource's actions and of the alternate paths that begin at it."""
    for action in resource.actions:
        yield Route(action.method, action.path, "act", resource, action)
    for alternate_path in resource.alternate_paths:
        if alternate_path.path:
            yield Route("GET", f"{resource.item_path}/{alternate_path.path}", "path", resource, None, alternate_path)
