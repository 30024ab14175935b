"""Resources: what the description and the facts say together about each, ready to be written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from linode_orm._generate.description import Key, Operation
from linode_orm._generate.facts import parse
from linode_orm._generate.names import attribute, snake
from linode_orm._generate.tree import ARRAY, Node, answered, arguments, grow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm._generate.description import Description
    from linode_orm._generate.facts import Facts

_PARAMETER = re.compile(r"\{\w+\}")
_PARAMETER_NAME = re.compile(r"\{(\w+)\}")
VERBS = {"list": "GET", "get": "GET", "create": "POST", "update": "PUT", "delete": "DELETE"}


def bare(path: str) -> str:
    """Give a path with its parameters left anonymous, so that paths of both kinds compare."""
    return _PARAMETER.sub("{}", path)


@dataclass
class Action:
    """One request beside a resource's verbs."""

    key: str
    name: str
    method: str
    path: str
    scope: str
    body: Node
    facts: dict[str, Any]

    summary: str = ""
    path_arguments: tuple[str, ...] = ()
    event: str = ""
    job: str = ""
    answer: Node = field(default_factory=Node)
    version: str = ""
    route: str = ""

    @property
    def target(self) -> str:
        """The class of what it answers."""
        return str(self.facts.get("answers", "")).removeprefix("list:").removeprefix("query:")

    @property
    def is_value(self) -> bool:
        """Whether the answer is a value with a class of its own."""
        return self.facts.get("answers") == "value" and bool(self.answer.children)

    @property
    def doc(self) -> str:
        """What the method's docstring says."""
        return str(self.facts.get("doc") or f"{self.summary.rstrip('.')}.")

    @property
    def is_list(self) -> bool:
        """Whether the action only reads a list of other resources, which makes it a relation."""
        return self.method == "GET" and self.facts.get("kind", "list") == "list" and self.scope == "item"


@dataclass
class Resource:
    """One class to be written."""

    name: str
    service: str
    facts: dict[str, Any]
    path: str
    item: str
    verbs: dict[str, Operation] = field(default_factory=dict)
    body: Node = field(default_factory=Node)
    actions: list[Action] = field(default_factory=list)
    parent: Resource | None = None
    children: list[Resource] = field(default_factory=list)

    @property
    def singleton(self) -> bool:
        """Whether there is only one, below its parent if it has one."""
        return bool(self.facts.get("singleton"))

    @property
    def module(self) -> str:
        """The module's name inside its service."""
        return str(self.facts.get("module", snake(self.name)))

    @property
    def place(self) -> str:
        """The whole name of the module."""
        return f"linode_orm.models.{self.service}.{self.module}"

    @property
    def ids(self) -> tuple[str, ...]:
        """The keys of the fields that make the identity."""
        given = self.facts.get("id", "id")
        return () if self.singleton else (given,) if isinstance(given, str) else tuple(given)

    @property
    def id_attributes(self) -> tuple[str, ...]:
        """The attributes that make the identity."""
        return tuple(self.attribute_of(key) for key in self.ids)

    @property
    def item_template(self) -> str:
        """The item's path with its identity named like the attributes."""
        given = self.facts.get("item")
        return str(given) if given else self.path + "".join(f"/{{{each}}}" for each in self.id_attributes)

    @property
    def doc(self) -> str:
        """What the class's docstring says."""
        return str(self.facts.get("doc") or f"A {self.name} of the API.")

    @property
    def version(self) -> str:
        """The version of the API that has it."""
        return next((each.version for each in self.verbs.values()), "v4")

    def attribute_of(self, key: str) -> str:
        """Give the name of the attribute that holds the raw value of a key."""
        given = self.facts.get("names", {}).get(key)
        if given:
            return str(given)
        node = self.body.children.get(key)
        return f"{attribute(key)}_id" if node is not None and is_bare_reference(key, node) else attribute(key)


def is_bare_reference(key: str, node: Node) -> bool:
    """Whether a key holds the id of the resource that it is named after: `region`, `type`, `image`."""
    if not node.refers or node.type not in {"string", "integer"}:
        return False
    return key in {snake(node.refers), snake(node.refers).split("_")[-1]}


def build(description: Description, facts: Facts) -> dict[str, Resource]:
    """Make every resource that the facts name."""
    found: dict[str, Resource] = {}
    for service, resources in facts.services.items():
        for name, own in resources.items():
            if name != "service":
                found[name] = Resource(name, service, own, own["path"], _item(own))
    for each in found.values():
        _relate(each, found)
        each.verbs = dict(_verbs(each, description))
        each.body = grow(each.verbs)
        facts.lay(each.body, each.facts, f"{each.service}.toml [{each.name}]")
        facts.lay_nullable(each.name, each.body)
    _name_writers(found)
    _name_rows(found)
    _attach_actions(found, description, facts)
    return found


def _name_writers(found: dict[str, Resource]) -> None:
    """Put on fields that a class only reads the classes of the same objects that may change them."""
    for each in found.values():
        for path, node in each.body.walk():
            same = [(name, found[name].body.at(path)) for name in each.facts.get("changed_as", ())]
            able = [name for name, other in same if other is not None and other.mutable]
            if able and not node.mutable:
                node.changed_as = ", ".join(able)


def _name_rows(found: dict[str, Resource]) -> None:
    """Put on lists of objects the resource whose id these objects have as their own."""
    for each in found.values():
        for _, node in each.body.walk():
            identity = node.children.get("id")
            if node.type == ARRAY and node.answered and identity is not None and identity.refers in found:
                node.rows_of = identity.refers


def _item(own: dict[str, Any]) -> str:
    if own.get("singleton"):
        return str(own["path"])
    ids = own.get("id", "id")
    names = (ids,) if isinstance(ids, str) else ids
    return str(own.get("item", own["path"] + "".join(f"/{{{each}}}" for each in names)))


def _relate(each: Resource, found: dict[str, Resource]) -> None:
    name = each.facts.get("parent")
    if name is None:
        return
    if name in found:
        each.parent = found[name]
        found[name].children.append(each)


def _verbs(each: Resource, description: Description) -> Iterator[tuple[str, Operation]]:
    routes = {f"{each.method} {bare(each.path)}": each for each in description.operations.values()}
    added = {f"{route.split(' ')[0]} {bare(route.split(' ')[1])}": _added(route, own, description)
             for route, own in each.facts.get("added", {}).items()}  # fmt: skip
    routes |= added
    for verb, method in VERBS.items():
        on_item = verb in {"get", "update", "delete"} or each.singleton
        if (each.singleton and verb == "list") or (on_item and not each.singleton and not each.ids):
            continue
        operation = routes.get(f"{method} {bare(each.item if on_item else each.path)}")
        if operation is not None and verb not in each.facts.get("no_verbs", ()):
            yield verb, operation


def _added(route: str, own: dict[str, Any], description: Description) -> Operation:
    method, path = route.split(" ")
    keys = tuple(_key(name, each) for name, each in own.get("request", {}).items())
    answer = tuple(_answered(name, each) for name, each in own.get("answer", {}).items())
    if "answers_like" in own:
        answer += description.operations[own["answers_like"]].answer
    summary, version = own.get("summary", ""), own.get("version", "v4")
    return Operation(f"facts/{route}", method, path, version, summary, (), request=keys, answer=answer)


def _answered(name: str, text: str) -> Key:
    return Key((*name.split("."),), *parse(text))


def _key(name: str, own: dict[str, Any]) -> Key:
    kind, items = parse(own["type"])
    required, nullable = own.get("required", False), own.get("nullable", False)
    return Key((*name.split("."),), kind, items, required=required, nullable=nullable)


def _attach_actions(found: dict[str, Resource], description: Description, facts: Facts) -> None:
    """Give each request that is no verb to the resource that claims it, or at or below whose path it lies."""
    taken = {operation.route for each in found.values() for operation in each.verbs.values()}
    skipped = set(facts.common["no_actions"])
    skipped |= {f"{verb} {bare(path)}" for each in found.values() for verb, path in _by_hand(each)}
    claims = {f"{key.split(' ')[0]} {bare(key.split(' ')[1])}": (each, key) for each in found.values()
              for key in each.facts.get("actions", {}) if " /" in key}  # fmt: skip
    homes = Homes(found)
    operations = [each for each in description.operations.values() if each.route not in taken]
    for each in found.values():
        operations += [_added(route, own, description) for route, own in each.facts.get("added", {}).items()]
    for operation in sorted(operations, key=lambda one: (one.path, one.method)):
        route = f"{operation.method} {bare(operation.path)}"
        if operation.route in taken or route in skipped:
            continue
        home = _claimed(*claims[route], operation, facts) if route in claims else homes.of(operation, facts)
        if home is None:
            continue
        place, action = home
        if action.target in {
            "",
            "value",
            "bytes",
            "strings",
            *found,
        }:  # what answers a class without facts waits for it
            action.route = operation.route
            action.event = facts.event(operation.method, bare(operation.path))
            action.job = facts.job(operation.method, bare(operation.path))
            place.actions.append(action)
    facts.check_events(found)


def homeless(found: dict[str, Resource], description: Description, facts: Facts) -> list[str]:
    """Name the operations that nothing declares: those of resources that no facts name."""
    used = {each.route for resource in found.values() for each in resource.verbs.values()}
    used |= {each.route for resource in found.values() for each in resource.actions}
    by_hand = {f"{verb} {bare(path)}" for each in found.values() for verb, path in _by_hand(each)}
    roads = {
        f"GET {bare(each.item)}/{own['path']}"
        for each in found.values()
        for own in each.facts.get("roads", {}).values()
    }
    written = {
        f"PUT {bare(each.item)}/{part}" for each in found.values() for part in each.facts.get("written_by", {}).values()
    }
    known = by_hand | roads | written | set(facts.common["no_actions"])
    rest = (each for each in description.operations.values() if each.route not in used)
    return sorted(each.route for each in rest if f"{each.method} {bare(each.path)}" not in known)


def _by_hand(each: Resource) -> Iterator[tuple[str, str]]:
    for key in each.facts.get("by_hand", ()):
        method, path = key.split(" ")
        yield method, path if path.startswith("/") else f"{each.item}/{path}"


class Homes:
    """Where requests that nobody claims belong: to the resource at or below whose path they lie."""

    def __init__(self, found: dict[str, Resource]) -> None:
        self._items = {bare(each.item): each for each in found.values()}
        self._collections = {bare(each.path): each for each in found.values() if not each.singleton}

    def of(self, operation: Operation, facts: Facts) -> tuple[Resource, Action] | None:
        """Give the resource that an operation belongs to, and the action that it is there."""
        path, items = bare(operation.path), self._items
        home = max((place for place in items | self._collections if _inside(path, place)), key=len, default="")
        owner = items.get(home) or self._collections.get(home)
        if owner is None:
            return None
        below = owner.parent if home not in items and "{" in owner.path else None
        scope = "item" if home in items or below is not None else "collection"
        place = below or owner
        return place, _action(place, operation, place.item if scope == "item" else place.path, scope, facts)


def _claimed(each: Resource, key: str, operation: Operation, facts: Facts) -> tuple[Resource, Action]:
    """Give the action that a request elsewhere is for the resource whose facts name it by its whole path."""
    own, path = each.facts["actions"][key], key.split(" ")[1]
    named = {*each.id_attributes, *_PARAMETER_NAME.findall(each.path)}
    inside = _PARAMETER_NAME.findall(path)
    body = arguments(operation)
    facts.lay_arguments(body, own, f"{each.service}.toml [{each.name}.actions]")
    scope = own.get("scope", "item" if named & set(inside) else "collection")
    given = inside if scope == "collection" else [name for name in inside if name not in named]
    action = Action(
        key, own["name"], operation.method, path, scope, body, own, operation.summary, tuple(given),
        version=operation.version, answer=answered(operation),
    )  # fmt: skip
    facts.lay_answer(action.answer, own, f"{each.service}.toml [{each.name}.actions]")
    return each, action


def _inside(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _action(each: Resource, operation: Operation, base: str, scope: str, facts: Facts) -> Action:
    parts = operation.path.split("/")[len(base.split("/")) :]
    suffix = "/".join(parts)
    key = f"{operation.method} {suffix}"
    own = each.facts.get("actions", {}).get(key, {})
    words = [part.replace("-", "_") for part in parts if not part.startswith("{")]
    name = "_".join(words) or operation.name.split("/")[-1].replace("-", "_")
    name = f"replace_{name}" if operation.method == "PUT" else name
    body = arguments(operation)
    facts.lay_arguments(body, own, f"{each.service}.toml [{each.name}.actions]")
    extra = tuple(part[1:-1] for part in parts if part.startswith("{"))
    action = Action(
        key, attribute(own.get("name", name)), operation.method, suffix, scope, body, own, operation.summary, extra,
        version=operation.version, answer=answered(operation),
    )  # fmt: skip
    facts.lay_answer(action.answer, own, f"{each.service}.toml [{each.name}.actions]")
    return action
