"""Declarations: the lines of one resource's fields, relations and constructor."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from linode_orm._generate.names import attribute, camel, singular, snake
from linode_orm._generate.nested import Classes
from linode_orm._generate.tree import ARRAY
from linode_orm._generate.types import SCALARS, bracket, quoted, taken
from linode_orm._secrets import is_secret_key
from linode_orm.session.planning.nesting_rules import NESTING_RULES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from linode_orm._generate.resources import Action, Resource
    from linode_orm._generate.tree import Node

MARKS: Final = (
    "filterable", "required", "put_required", "volatile", "absent", "nullable", "only_on_get", "written_by",
    "merged", "unique", "redacted", "secret", "unordered", "ordered", "changed_by", "changed_as", "deprecated",
    "format", "normal", "initial",
    "default", "rows_of",
)  # fmt: skip
ENTITIES: Final = frozenset(
    {"entity", "entities", "secondary_entity", "parent_entity", "assigned_entity", "entity_access"}
)
"""Objects with the id of something of which they tell the type."""
NAMES_ONLY: Final = frozenset({"Tag"})
"""What is named by its label, and comes into being with what carries it."""
FAMILIES: Final = frozenset({"Database"})
"""Classes that only list what other classes create and delete."""
WIDTH: Final = 120


@dataclass
class Reference:
    """A field that holds the id of another resource, and the relation beside it."""

    relation: str
    raw: str
    target: str
    bare: bool


@dataclass
class Declaration:
    """One resource on its way to text: which classes it needs, and who refers to what."""

    resource: Resource
    known: dict[str, Resource]
    classes: Classes = field(init=False)
    targets: set[str] = field(default_factory=set)
    answers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Name the nested classes."""
        own = self.resource
        self.classes = Classes(own.name, own.facts.get("classes", {}), set(self.known))
        for key, node in self.fields():
            self.classes.of(node, (key,), hidden=node.write_only)
        self._mark_references()
        for action in self.resource.actions:
            if action.is_value:
                self.answers[action.key] = self.classes.answer(action.answer, self._answer_name(action))

    def _mark_references(self) -> None:
        """Mark each field that holds the id of something that can be deleted, and has no relation beside it."""
        for path, node in self.resource.body.walk():
            node.refers_to = self._refers_to(path, node)
        for nodes in self.classes.sharing.values():
            for name in nodes[0].children:
                marks = {each.children[name].refers_to for each in nodes if name in each.children} - {""}
                nodes[0].children[name].refers_to = marks.pop() if len(marks) == 1 else "*" if marks else ""

    def _refers_to(self, path: tuple[str, ...], node: Node) -> str:
        """Give the class of what a field holds the id of, `*` where a type beside it tells."""
        above = path[-2] if len(path) > 1 else ""
        has_type_beside = node.name == "entity_id" or (node.name == "id" and above in ENTITIES)
        if has_type_beside or (node.refers == "*" and not node.children):
            return "*"
        target = self.known.get(node.refers)
        is_id = node.type in {"integer", "string", "any"} or (node.type == ARRAY and not node.children)
        if target is None or not is_id:
            return ""
        is_past = target.name == "User" and not (node.createable or node.mutable)  # a name outlives its user
        has_relation = len(path) == 1 and self.reference(path[0], node) is not None
        is_known = ("delete" in target.verbs or target.name in FAMILIES) and target.name not in NAMES_ONLY
        return target.name if is_known and not (is_past or has_relation) else ""

    def _answer_name(self, action: Action) -> str:
        return str(action.facts.get("class", f"{self.resource.name}{camel(action.name)}"))

    # ------------------------------------------------------------ which

    def fields(self) -> Iterator[tuple[str, Node]]:
        """Give the fields in the order in which they are written: identity, label, the others by name."""
        first = [*self.resource.ids, "label"]
        lists = {key for _, key in self.create_lists()} | {key for _, key in self.embedded_lists()}
        body = self.resource.body.children
        for key in dict.fromkeys([*(each for each in first if each in body), *sorted(body)]):
            if key not in lists:
                yield key, body[key]

    def create_lists(self) -> Iterator[tuple[Resource, str]]:
        """Give the children that the POST of this resource takes, with the key under which it does."""
        for child in self.resource.children:
            key = child.path.rsplit("/", 1)[-1]
            node = self.resource.body.children.get(key)
            if node is not None and node.createable and not node.mutable and not child.singleton:
                yield child, key

    def embedded_lists(self) -> Iterator[tuple[Resource, str]]:
        """Give the children that stand whole in this resource's own body, with their key."""
        for child, key in self.create_lists():
            if self.resource.body.children[key].answered:
                yield child, key

    def reference(self, key: str, node: Node) -> Reference | None:
        """Give the relation beside a field that holds another resource's id."""
        if node.refers not in self.known or node.type not in {"integer", "string"}:
            return None
        if key in self.resource.ids and node.refers == self.resource.name:
            return None
        if self.resource.parent is not None and node.refers == self.resource.parent.name:
            return None
        raw = self.resource.attribute_of(key)
        if not raw.endswith("_id") or raw in self.resource.facts.get("relations", {}).get("none", ()):
            return None
        name = raw.removesuffix("_id")
        bare = attribute(key) == name
        if (not bare and name in self.resource.body.children) or not self._reachable(node):
            return None
        return Reference(name, raw, node.refers, bare)

    def _reachable(self, node: Node) -> bool:
        """Whether the parents of a child that is referred to are known."""
        parent = self.known[node.refers].parent
        if parent is None or node.write_only:
            return True
        above, mine = self.known[node.refers].path.count("{"), self.resource.path.count("{")
        return f"{snake(parent.name)}_id" in self.resource.body.children or 0 < above <= mine

    # ------------------------------------------------------------ lines

    def field_lines(self) -> Iterator[str]:
        """Give a line for each field, its relation behind it."""
        for key, node in self.fields():
            raw = self.resource.attribute_of(key)
            nested = self.classes.of(node, (key,), hidden=node.write_only)
            text = bracket(node, nested)
            yield line(raw, key, node, text, createable="create" in self.resource.verbs, hidden=False)
            if node.doc:
                yield f'"""{node.doc}"""'
            reference = self.reference(key, node)
            if reference is not None:
                # what a create must have is there but for rare answers; the raw id beside it says that it may be None
                always = node.required and node.null_in_answers and not node.absent
                may_lack = (node.nullable and not always) or node.absent or node.write_only
                optional = " | None" if may_lack else ""
                target = self.seen(reference.target)
                yield f'{reference.relation}: One[{target}{optional}] = One("{target}", via="{raw}")'

    def relation_lines(self) -> Iterator[str]:
        """Give a line for the parent and for each collection."""
        if self.resource.parent is not None:
            parent = self.seen(self.resource.parent.name)
            yield f'{snake(parent)}: One[{parent}] = One("{parent}")'
        given = self.resource.facts.get("collections", {})
        create = {child.name: key for child, key in self.create_lists()}
        embedded = {child.name: key for child, key in self.embedded_lists()}
        for child in self.resource.children:
            if child.singleton or ("list" not in child.verbs and child.name not in embedded):
                continue
            path = child.path.rsplit("/", 1)[-1]
            name = given.get(path) or self.collection_name(path)
            marks = ""
            if child.name in embedded:
                marks += f', embedded="{embedded[child.name]}"'
            if child.name in create:
                marks += f', create_key="{create[child.name]}"'
            yield f'{name}: Many[{self.seen(child.name)}] = Many("{child.name}"{marks})'
        for action in self.resource.actions:
            target = self.list_of(action)
            if target:
                name = given.get(action.path) or self.collection_name(action.path)
                named = self.resource.facts.get("named_in", {}).get(name)
                marks = f', named_in="{named["field"]}", named_as={_tuple(named["types"])}' if named else ""
                yield f'{name}: Many[{self.seen(target)}] = Many("{target}", path="{action.path}"{marks})'

    def road_lines(self) -> Iterator[str]:
        """Give a line for each road that the facts name: another path below the item to objects of a class."""
        for name, own in self.resource.facts.get("roads", {}).items():
            marks = "".join(f", {key}={quoted(own[key])}" for key in ("path", "envelope", "is_wider") if key in own)
            yield f'{name}: Many[{self.seen(own["target"])}] = Many("{own["target"]}"{marks})'

    def collection_name(self, path: str) -> str:
        """Give the name of a collection: its last path segment, unless a field has it already."""
        name = attribute(path)
        taken_names = {self.resource.attribute_of(key) for key, _ in self.fields()}
        return f"{singular(name)}_list" if name in taken_names else name

    def list_of(self, action: Action) -> str:
        """Give the resource whose list an action reads, empty where it is no such action."""
        answers = str(action.facts.get("answers", ""))
        target = answers.removeprefix("list:")
        is_list = answers != target and action.is_list and target in self.known
        return target if is_list and not action.facts.get("method") else ""

    def seen(self, name: str) -> str:
        """Write down that another class is named."""
        self.targets.add(name)
        return name

    # ------------------------------------------------------------ constructor

    def key_text(self) -> str:
        """Give the arguments of a lazy reference."""
        ids = [self.id_type(key) for key in self.resource.ids]
        parts = ["self", "session: SessionBase"]
        if ids:
            name = self.resource.attribute_of(self.resource.ids[0]) if len(ids) == 1 else "id"
            parts.append(f"{name}: {ids[0]}" if len(ids) == 1 else f"{name}: tuple[{', '.join(ids)}]")
        if self.resource.parent is not None:
            parts.append(f"parent: {self.parent_text()}")
        return ", ".join([*parts, "/"])

    def id_type(self, key: str) -> str:
        """Give the type of an id."""
        node = self.resource.body.children.get(key)
        return " | ".join(SCALARS.get(each, "str") for each in node.type.split(" | ")) if node is not None else "str"

    def parent_text(self) -> str:
        """Give what names the parent: the object, its id, or the ids from the outermost in."""
        parent = self.resource.parent
        assert parent is not None  # noqa: S101  asked for children only
        kinds: list[str] = []
        above: Resource | None = parent
        while above is not None:
            kinds = [*(Declaration(above, self.known).id_type(key) for key in above.ids), *kinds]
            above = above.parent
        text = kinds[0] if len(kinds) == 1 else f"tuple[{', '.join(kinds)}]"
        return f"{self.seen(parent.name)} | {text}"

    def by_id(self, node: Node, text: str) -> str:
        """Give what an argument takes: beside objects of which nothing can be set, what they stand for, and its id."""
        named = node.children.get("id")
        if node.type != ARRAY or named is None or any(each.createable or each.mutable for _, each in node.walk()):
            return text
        target = f"{self.seen(named.refers)} | " if named.refers in self.known else ""
        return text.replace("]", f" | {target}{SCALARS[named.type]}]", 1)

    def new_arguments(self) -> list[str]:
        """Give the arguments of a new object: required ones first."""
        required: list[str] = []
        optional: list[str] = []
        nested_keys = {rule.key for (above, _), rule in NESTING_RULES.items() if above == self.resource.name}
        if self.resource.parent is not None and self.resource.path.count("{"):
            optional.append(f"{snake(self.resource.parent.name)}: {self.parent_text()}")
        for key, node in self.fields():
            if not node.createable:
                continue
            raw = self.resource.attribute_of(key)
            nested = self.classes.of(node, (key,), hidden=node.write_only)
            text = self.by_id(node, taken(bracket(node, nested)))
            if node.required and node.null_in_answers:  # a create has to have it all the same
                text = text.removesuffix(" | None")
            if nested:
                text = re.sub(rf"\b{nested}\b", f"{nested} | Mapping[str, object]", text, count=1)
            reference = self.reference(key, node)
            if reference is None:
                is_demanded = node.required and key not in nested_keys  # these children may be appended later
                (required if is_demanded else optional).append(f"{raw}: {text}")
                continue
            wide = f"{reference.relation}: {self.seen(reference.target)} | {text}"
            (required if node.required and reference.bare else optional).append(wide)
            if not reference.bare:
                optional.append(f"{raw}: {text}")
        for child, key in self.create_lists():
            given = self.resource.facts.get("collections", {})
            node = self.resource.body.children[key]
            name = given.get(key, key)
            text = f"Sequence[{self.seen(child.name)}] | Sequence[Mapping[str, object]]"
            if node.type != ARRAY:  # ids by kind
                text = f"Sequence[{child.name}] | Mapping[str, object]"
            (required if node.required else optional).append(f"{name}: {text}")
        return [*required, *(f"{each} = ..." for each in optional)]


def _tuple(values: list[str]) -> str:
    return f"({', '.join(map(quoted, values))},)"


def line(  # noqa: PLR0913  what a line says
    raw: str, key: str, node: Node, text: str, *, createable: bool, hidden: bool
) -> str:
    """Give the declaration of one field; inside what is write-only everything is, and needs no word."""
    kind = _kind(node, hidden=hidden)
    marks = [f'key="{key}"'] if raw != key else []
    marks += [_mark(name, getattr(node, name)) for name in MARKS if _says(name, node, text)]
    marks += [f"refers={quoted(node.refers_to)}"] if node.refers_to else []
    if kind in {"Field", "WriteOnly", "Secret"} and not node.createable and createable:
        marks.append("create=False")
    if kind in {"WriteOnly", "Secret"} and node.mutable:
        marks.append("update=True")
    return f"{raw}: {kind}[{text}] = {kind}({', '.join(marks)})" if marks else f"{raw}: {kind}[{text}]"


def _kind(node: Node, *, hidden: bool) -> str:
    if node.write_only and node.secret:
        return "Secret"
    if node.write_only and not hidden:
        return "WriteOnly"
    if node.mutable or node.written_by:
        return "Field"
    return "Fixed" if node.createable else "ReadOnly"


def _says(name: str, node: Node, text: str) -> bool:
    value = getattr(node, name)
    if name == "default":
        return value is not None and node.createable
    if name == "nullable":
        return bool(node.nullable and node.absent)
    if name == "unordered":
        return bool(value) and "TagList" not in text
    if name == "secret":
        return bool(value) and not node.write_only and not node.redacted and not is_secret_key(node.name)
    if name == "volatile":
        return bool(value) and node.answered
    return bool(value)


def _mark(name: str, value: object) -> str:
    if name in {"absent", "unique"} or (isinstance(value, bool) and name != "default"):
        return f"{name}=True"
    return f"{name}={quoted(value)}"


__all__ = ["ARRAY", "Declaration", "Reference", "line"]
